"""The decision-rights table and its holes, and who decides what on any date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.models import Function, GateKind, Person, Portfolio, Unit
from pilots.rules.vocabulary import ClearsBy, Court
from readiness.pages import lists_out
from readiness.pages.base import counted_page, day_of, page_of, reader
from readiness.queries.pilots import pilots
from readiness.rules import who_decides
from readiness.rules.coverage import CauseFound, Coverage, GapCause, coverage, next_month
from readiness.rules.who_decides import NOBODY, NONE_FREE, UNNAMED
from readiness.text import rights as text
from readiness.text.open_gates import listed

HOLES_A_PAGE, PORTFOLIOS_A_PAGE, PLACES_A_PAGE = 20, 20, 50
MOST_CHOICES = 500
"""Functions that are offered to whoever asks who decides."""
ALL = 1_000_000
"""More of them than there can be."""


if TYPE_CHECKING:
    Kinds = forms.ModelChoiceField[GateKind]
else:
    Kinds = forms.ModelChoiceField


class KindField(Kinds):
    """A kind of gate by its short name."""

    def label_from_instance(self, obj: GateKind) -> str:
        return obj.name


class Question(forms.Form):
    """Who decides this on a date?"""

    kind = KindField(GateKind.objects.none(), label=_("Gate"), to_field_name="key", empty_label=None)
    portfolio = forms.ModelChoiceField(
        Portfolio.objects.none(), label=_("Portfolio"), to_field_name="key", empty_label=None
    )
    function = forms.ModelChoiceField(
        Function.objects.none(), label=_("Function"), to_field_name="name", required=False, empty_label=_("none named")
    )
    on = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(
        self,
        *args: Any,
        kinds: Iterable[GateKind],
        portfolios: Iterable[Portfolio],
        functions: Iterable[Function],
        **kwargs: Any,
    ) -> None:
        """What can be asked about: what whoever asks may see, in the order in which it is offered."""
        super().__init__(*args, **kwargs)
        self._choose("kind", GateKind.objects, kinds)
        self._choose("portfolio", Portfolio.objects, portfolios)
        self._choose("function", Function.objects, functions)

    def _choose(self, name: str, objects: Any, rows: Iterable[Any]) -> None:
        """Rows that are read already are offered as they are."""
        field, found = self.fields[name], list(rows)
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = objects.filter(pk__in=[row.pk for row in found])
        none = [] if field.empty_label is None else [("", field.empty_label)]
        field.choices = [*none, *((field.prepare_value(row), field.label_from_instance(row)) for row in found)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause in words: the way to the gates that have it, and to the act that closes it where the reader may do it."""

    found: CauseFound
    says: str
    note: str
    rows: str
    act: str
    does: str


@require_safe
def rights(request: HttpRequest) -> HttpResponseBase:
    """The table of kinds by portfolio and function on a date, its holes, and the answer to one question."""
    asked = _Asked(request)
    file, refused = _file(asked)
    if file is not None:
        return file
    there, at = asked.places, asked.at
    asks = "kind" in request.GET
    form = Question(
        request.GET if asks else None,
        kinds=asked.decided,
        portfolios=there.portfolios,
        functions=there.functions,
        initial={"on": at.isoformat(), "portfolio": asked.of or None, "kind": asked.gate or None},
    )
    context = {
        "at": at,
        "refused": refused,
        "kinds": asked.kinds,
        "decided": asked.shown,
        "accepted": listed(kind.name for kind in asked.kinds if kind.clears_by == ClearsBy.ACCEPTANCE),
        "portfolios": there.portfolios,
        "office": asked.office,
        "of": asked.of,
        "gate": asked.gate,
        "filtered": bool(asked.of or asked.gate),
        "form": form,
        "answer": _answer(form) if asks else None,
        **(_table(asked) | _holes(asked) if there.portfolios else {}),
    }
    return render(request, "pages/rights.html", context)


class _Asked:
    """What of the rights is asked about: on which day, of which portfolio and gate, and which of the causes."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.person = request, reader(request)
        self.at, self.refused = day_of(request)
        self.of, self.gate = request.GET.get("of", ""), request.GET.get("gate", "")
        self.cause = _cause(request.GET.get("cause", ""))
        self.office = permissions.is_office(self.person)
        self.kinds = list(GateKind.objects.visible_to(self.person))
        self.decided = [kind for kind in self.kinds if kind.clears_by != ClearsBy.ACCEPTANCE]

    @property
    def shown(self) -> list[GateKind]:
        """The kinds of gates that stand in the table."""
        return [kind for kind in self.decided if self.gate in ("", kind.key)]

    @cached_property
    def places(self) -> _Places:
        return _Places(self.person, every=self.office)

    def coverage(self, *, most: int, skip: int = 0) -> Coverage:
        first, last = next_month(self.at)
        mine = pilots().listed_for(self.person)
        if self.of:
            mine = mine.filter(portfolio__key=self.of)
        return coverage(
            mine,
            first=first,
            last=last,
            at=self.at,
            most=most,
            skip=skip,
            kind=self.gate,
            cause=self.cause,
            units=self.places.units(""),
        )


def _cause(written: str) -> GapCause | None:
    """A cause as it stands in an address, “legal-sign-off.nobody.2026-12-01.2026-12-31”; None where none is meant."""
    kind, _dot, rest = written.partition(".")
    why, *days = rest.split(".")
    if why not in (NOBODY, NONE_FREE, UNNAMED) or len(days) != 2:
        return None
    try:
        return GapCause(kind, why, *(date.fromisoformat(day) for day in days))
    except ValueError:
        return None


def _file(asked: _Asked) -> tuple[HttpResponseBase | None, str | None]:
    """The table, or its holes (`list=holes`), as the file that is asked for: all of them, however many."""
    request, refused, which = asked.request, asked.refused, asked.request.GET.get("list", "")
    if which not in ("", "holes"):
        return None, refused or str(_("There are two lists here: the table, and its holes (list=holes)."))
    if which and "format" in request.GET:
        rows = lists_out.holes(asked.coverage(most=ALL).gaps)
        return lists_out.file_asked_for(request, "holes", lists_out.HOLES, rows, asked.at, refused)
    if "format" not in request.GET:
        return None, refused
    rows = lists_out.rights(asked.places.units(asked.of), asked.shown, asked.at)
    return lists_out.file_asked_for(request, "rights", lists_out.RIGHTS, rows, asked.at, refused)


class _Places:
    """The places whose rights a person may see, with their portfolios and functions, read in one query.

    `every`: offer every function; else those in which a pilot lies, or for which a right was given.
    """

    def __init__(self, person: Person, *, every: bool) -> None:
        self._units = list(who_decides.units_for(person))
        self.portfolios = list({unit.portfolio_id: unit.portfolio for unit in self._units}.values())
        self._every = every

    @cached_property
    def functions(self) -> list[Function]:
        """The functions that are offered, by name."""
        if self._every:
            return list(Function.objects.all()[:MOST_CHOICES])
        named = {unit.function_id: unit.function for unit in self._units if unit.function is not None}
        return sorted(named.values(), key=lambda function: function.name)[:MOST_CHOICES]

    def units(self, of: str) -> list[Unit]:
        """They, or those in one portfolio where one is chosen by its key."""
        return [unit for unit in self._units if of in ("", unit.portfolio.key)]


def _answer(form: Question) -> Any:
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    return who_decides.who_decides(asked["kind"], asked["portfolio"], asked["function"], at=asked["on"])


def _table(asked: _Asked) -> dict[str, Any]:
    """The table: a row a portfolio, or a row a function where one portfolio is asked about, or is all there is."""
    there, away = asked.places, who_decides.away_on(asked.at)
    portfolios = [one for one in there.portfolios if asked.of in ("", one.key)]
    orphans = who_decides.orphans(portfolios, at=asked.at, away=away) if portfolios else []
    if len(portfolios) != 1:
        page = page_of(asked.request, portfolios, PORTFOLIOS_A_PAGE, name="table")
        shown = {one.pk for one in page.object_list}
        units = [unit for unit in there.units("") if unit.portfolio_id in shown]
        rows = who_decides.table(units, asked.shown, at=asked.at, away=away)
        whole = who_decides.by_portfolio(rows)
        alike = text.alike(whole, text.portfolio_reads)
        return {"table": page, "by_portfolio": whole, "together": alike, "orphans": orphans}
    units = there.units(portfolios[0].key)
    page = page_of(asked.request, units, PLACES_A_PAGE, name="table")
    rows = who_decides.table(page.object_list, asked.shown, at=asked.at, away=away)
    together = text.alike(rows, text.unit_reads)
    return {"table": page, "rows": rows, "together": together, "orphans": orphans, "one": portfolios[0]}


def _holes(asked: _Asked) -> dict[str, Any]:
    """The holes of next month among the running pilots that a person may see: their causes, or the gaps of one of these."""
    month = next_month(asked.at)
    if asked.cause is None:
        found = asked.coverage(most=0)
        page: Page[Any] = page_of(asked.request, found.causes, HOLES_A_PAGE)
        findings = [_finding(asked, one, month) for one in page.object_list]
        return {"first": month[0], "last": month[1], "found": found, "page": page, "findings": findings} | {
            "opening": text.opening(found)
        }
    number = asked.request.GET.get("page", "")
    skip = (max(int(number), 1) - 1) * HOLES_A_PAGE if number.isdecimal() and len(number) < 7 else 0
    found = asked.coverage(most=HOLES_A_PAGE, skip=skip)
    chosen = next((one for one in found.causes if one.cause == asked.cause), None)
    return {
        "first": month[0],
        "last": month[1],
        "found": found,
        "page": counted_page(found.gaps, found.skipped // HOLES_A_PAGE + 1, HOLES_A_PAGE, found.number),
        "gaps": found.gaps,
        "chosen": _finding(asked, chosen, month) if chosen else None,
        "opening": text.opening(found),
    }


def _finding(asked: _Asked, one: CauseFound, month: tuple[date, date]) -> Finding:
    where = {"as_of": asked.request.GET.get("as_of", ""), "of": asked.of, "gate": asked.gate}
    kept = {name: value for name, value in where.items() if value}
    written = ".".join(str(part) for part in one.cause)
    return Finding(
        one,
        text.says(one),
        text.note(one, month, keeps_all=asked.person.is_superuser),
        f"?{urlencode(kept | {'cause': written})}#holes",
        _act(one) if asked.office else "",
        text.act(one),
    )


def _act(one: CauseFound) -> str:
    """Where the admin closes it: a right is assigned, a deputy named with a right; people are named from the list of pilots."""
    only = next(iter(one.portfolios)) if len(one.portfolios) == 1 else None
    if one.cause.why == UNNAMED:
        query = {"gate": one.kind.key, "court": Court.NOBODY.value} | ({"portfolio": only.key} if only else {})
        return f"{reverse('admin:pilots_pilot_changelist')}?{urlencode(query)}"
    if one.cause.why == NOBODY:
        given = {"kind": one.kind.pk} | ({"portfolio": only.pk} if only else {})
        return f"{reverse('admin:pilots_decisionright_add')}?{urlencode(given)}"
    return f"{reverse('admin:pilots_decisionright_changelist')}?{urlencode({'q': one.kind.name})}"
