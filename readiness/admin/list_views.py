"""Views of the list of pilots: those that ship, people's own and shared ones, and the columns that were chosen."""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Person
from readiness.admin import pilot_list
from readiness.admin.pilot_filters import months
from readiness.admin.view_counts import view_counts
from readiness.forms.offices import Office
from readiness.models.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST, SavedView, keep_view

SHIPPED: tuple[tuple[Any, str], ...] = (
    (gettext_lazy("Stalls this month"), "stalls=this-month"),
    (gettext_lazy("Waits on Legal alone"), "only=legal-sign-off"),
    (gettext_lazy("Nobody holds it"), "court=nobody"),
    (gettext_lazy("Claimed, not shown"), "standing=claimed"),
    (gettext_lazy("No workflow named"), "lacks=workflow"),
)
"""The views that everybody has, each a name for an address of the list."""
NOT_KEPT = {"p", "e", pilot_list.TICKED}
"""What of an address is no part of how somebody looks at the list: its page, an error, and which rows are ticked."""


def drawn(table: Any, request: HttpRequest, office: Office, at: date) -> dict[str, Any]:
    """What the list draws of its views, columns and months. Three statements, and what the filters of its views offer."""
    own = list(office.own())
    now = as_kept(request.GET)
    saved = SavedView.objects.seen_by(office.person, office.portfolios).order_by("portfolio_id", "name")
    named: list[tuple[str, str, int | None]] = [(str(name), query, None) for name, query in SHIPPED]
    named += [(view.name, view.query, view.pk if view.owner_id == office.person.pk else None) for view in saved]
    numbers = view_counts(table, request, [query for _name, query, _mine in named])
    views = [
        (name, f"?{query}", _same(query, now), mine, number)
        for (name, query, mine), number in zip(named, numbers, strict=True)
    ]
    chosen = pilot_list.columns_chosen(request, one_portfolio=office.has_one)
    choices = [(name, _called(name), name in chosen) for name in pilot_list.CHOOSABLE]
    stalls = [(_with(request.GET, stalls=word), first) for word, first in months(at)]
    kept = [(name, value) for name, value in request.GET.items() if name not in (pilot_list.COLUMNS, *NOT_KEPT)]
    return {
        "views": views,
        "column_choices": choices,
        "months": stalls,
        "kept": kept,
        "query": now,
        "own_portfolios": own,
        "keeps_portfolios": bool(own),
    }


def _called(name: str) -> Any:
    column = pilot_list.CHOOSABLE[name]
    return column.short_description if column else _("All gates")


def _same(query: str, now: str) -> bool:
    return sorted(parse_qsl(query)) == sorted(parse_qsl(now))


def as_kept(asked: QueryDict) -> str:
    """An address of the list as a view keeps it: filters, search, order and columns."""
    return urlencode([(name, value) for name, value in asked.items() if name not in NOT_KEPT])


def _with(asked: QueryDict, **more: str) -> str:
    left_out = {*NOT_KEPT, *more, "stalls_from", "stalls_to"}
    return "?" + urlencode([*((n, v) for n, v in asked.items() if n not in left_out), *more.items()])


def with_columns(request: HttpRequest) -> str:
    """The address of the list with the columns that were ticked."""
    asked = request.GET.copy()
    ticked = pilot_list.BETWEEN.join(name for name in asked.pop("column") if name in pilot_list.CHOOSABLE)
    query = [(name, value) for name, value in asked.items() if name not in (pilot_list.COLUMNS, "p")]
    return f"{reverse('admin:pilots_pilot_changelist')}?{urlencode([*query, (pilot_list.COLUMNS, ticked)])}"


FAR = 5000
"""Rows of a list among which the next and the previous one are looked for."""


def neighbours(table: Any, request: HttpRequest, pk: int) -> dict[str, Any]:
    """The records before and after one in the list that led here, by their addresses; none where no list did."""
    filters = dict(parse_qsl(table.get_preserved_filters(request))).get("_changelist_filters", "")
    if not filters:
        return {}
    asked: Any = copy(request)
    asked.GET = QueryDict(filters)
    vars(asked).pop("_at", None)
    try:
        rows = pilot_list.Rows.of(table, asked)
    except (IncorrectLookupParameters, SuspiciousOperation):
        return {}
    keys = list(rows.queryset.values_list("pk", flat=True)[:FAR])
    if pk not in keys:
        return {}
    place = keys.index(pk)
    kept = table.get_preserved_filters(request)
    there = {
        name: f"{reverse('admin:pilots_pilot_change', args=[keys[n]])}?{kept}"
        for name, n in (("previous", place - 1), ("next", place + 1))
        if 0 <= n < len(keys)
    }
    return {"neighbours": there, "place": place + 1, "places": len(keys)}


def keep(request: HttpRequest, office: Office) -> str:
    """Keep a view as it was typed, or say why not. Returns the address of the list that shows it."""
    name, query = request.POST.get("name", "").strip(), as_kept(QueryDict(request.POST.get("query", "")))
    portfolio = office.own().filter(key=request.POST.get("portfolio", "")).first()
    there = f"{reverse('admin:pilots_pilot_changelist')}?{query}".rstrip("?")
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        messages.error(request, _("Give the view a name of at most %(n)s characters.") % {"n": LONGEST_NAME})
    elif len(query) > LONGEST_QUERY:
        messages.error(request, _("There is too much in this view to be kept."))
    elif not keep_view(owner=_person(request), name=name, query=query, portfolio=portfolio):
        messages.error(request, _("You keep %(n)s views already. Forget one first.") % {"n": MOST})
    else:
        messages.success(request, _("Kept as “%(name)s”.") % {"name": name})
    return there


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
