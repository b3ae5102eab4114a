"""What every page needs before it looks: who asks, which day, and whether the pilot is theirs to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, OrderBy
from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from pilots.clock import today
from pilots.models import Gate, Person, Pilot
from pilots.models.querysets import visible_pilot
from pilots.refusals import Invalid
from readiness.queries.request_dates import as_of


def reader(request: HttpRequest) -> Person:
    """Whoever is signed in; every page but the sign-in asks for one."""
    assert isinstance(request.user, Person)
    return request.user


def day_of(request: HttpRequest) -> tuple[date, str | None]:
    """The day asked about, and what to say where it cannot be read: then it is today."""
    try:
        return as_of(request.GET), None
    except Invalid as wrong:
        return today(), wrong.says


def pilot_or_404(person: Person, key: str) -> Pilot:
    """A pilot by its key. What a person may not see is not there."""
    pilot: Pilot | None = visible_pilot(person, key=key)
    if pilot is None:
        raise Http404
    return pilot


def gate_or_404(person: Person, public_id: str) -> Gate:
    """A gate by its public id. What a person may not see is not there."""
    gate = Gate.objects.select_related("kind").filter(public_id=public_id).first()
    pilot = visible_pilot(person, pk=gate.pilot_id) if gate else None
    if gate is None or pilot is None:
        raise Http404
    gate.pilot = pilot
    return gate


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where somebody came from, if that is one of our own pages."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else otherwise


def page_of(request: HttpRequest, rows: Any, size: int, *, count: int | None = None, name: str = "page") -> Page[Any]:
    """The page asked for, and the nearest there is where that one is not.

    Args:
        count: how many rows there are, where that is known.
        name: under which the page is asked for, where an address has several lists.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        vars(paginator)["count"] = count
    return paginator.get_page(request.GET.get(name))


def counted_page(rows: Sequence[Any], number: int, size: int, count: int) -> Page[Any]:
    """A page whose rows were read by themselves, of so many in all."""
    paginator = Paginator(rows, size)
    vars(paginator)["count"] = count
    return Page(rows, number, paginator)


Sorts = Mapping[str, tuple[str, Any]]
"""By what a table can be sorted: the column that orders its rows, and what it is called."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column that sorts a table: where it leads, and how the table is sorted by it now."""

    name: str
    label: Any
    sort: str
    aria: str | None


def sort_of(request: HttpRequest, sorts: Sorts) -> str:
    """What a table is asked to be sorted by, with a minus for downwards; empty where nothing is asked that there is."""
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in sorts else ""


def sorted_by(sort: str, sorts: Sorts) -> OrderBy:
    """The order of rows that are sorted so; those that say nothing come last."""
    column = F(sorts[sort.removeprefix("-")][0])
    return column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)


def heads(sorts: Sorts, now: str) -> list[Head]:
    """The heads of a table that is sorted so now. A second click turns it round."""
    return [
        Head(
            name,
            label,
            f"-{name}" if now == name else name,
            {name: "ascending", f"-{name}": "descending"}.get(now),
        )
        for name, (_column, label) in sorts.items()
    ]
