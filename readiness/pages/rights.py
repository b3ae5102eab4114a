"""The decision-rights table and its holes, and who decides what on any date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.clock import today
from pilots.models import Function, GateKind, Person, Portfolio, Unit
from pilots.refusals import Invalid
from pilots.rules.vocabulary import ClearsBy
from readiness.queries.pilots import pilots
from readiness.queries.request_dates import as_of
from readiness.rules.coverage import coverage, next_month
from readiness.rules.who_decides import decided_kinds, orphans, table, units_for, who_decides
from readiness.text.open_gates import listed

MOST_UNITS = 200
"""Places shown on one page; a portfolio can be chosen where there are more."""
MOST_GAPS = 100
"""Holes listed on one page."""


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


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """The table of kinds by portfolio and function on a date, its holes, and the answer to one question."""
    assert isinstance(request.user, Person)
    refused = None
    try:
        at = as_of(request.GET)
    except Invalid as wrong:
        at, refused = today(), wrong.says
    of, asks, office = request.GET.get("of", ""), "kind" in request.GET, permissions.is_office(request.user)
    there, kinds = _Places(request.user, every=office), decided_kinds(request.user)
    shown = there.units(of)
    form = Question(
        request.GET if asks else None,
        kinds=kinds,
        portfolios=there.portfolios,
        functions=there.functions,
        initial={"on": at.isoformat()},
    )
    context = {
        "at": at,
        "refused": refused,
        "kinds": kinds,
        "accepted": listed(GateKind.objects.filter(clears_by=ClearsBy.ACCEPTANCE).values_list("name", flat=True)),
        "rows": table(shown[:MOST_UNITS], kinds, at=at),
        "more": len(shown) > MOST_UNITS,
        "orphans": orphans([one for one in there.portfolios if not of or one.key == of], at=at) if shown else [],
        "portfolios": there.portfolios,
        "office": office,
        "of": of,
        "form": form,
        "answer": _answer(form) if asks else None,
        **_holes(request.user, of, at),
    }
    return render(request, "pages/rights.html", context)


class _Places:
    """The places whose rights a person may see, with their portfolios and functions, each asked once.

    `every`: offer every function; else those in which a pilot lies, or for which a right was given.
    """

    def __init__(self, person: Person, *, every: bool) -> None:
        self._rows = list(units_for(person).values_list("pk", "portfolio", "function"))
        named = {function for _unit, _portfolio, function in self._rows if function is not None}
        functions = Function.objects.all() if every else Function.objects.filter(pk__in=named)
        self.functions = list(functions)
        self.portfolios = list(
            Portfolio.objects.filter(pk__in={portfolio for _unit, portfolio, _function in self._rows})
        )

    def units(self, of: str) -> list[Unit]:
        """The first of them, in one portfolio where one is chosen by its key, and one more than a page shows."""
        portfolios = {row.pk: row for row in self.portfolios if not of or row.key == of}
        functions = {row.pk: row for row in self.functions}
        return [
            Unit(pk=pk, portfolio=portfolios[portfolio], function=functions.get(function or 0))
            for pk, portfolio, function in self._rows
            if portfolio in portfolios
        ][: MOST_UNITS + 1]


def _answer(form: Question) -> Any:
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    return who_decides(asked["kind"], asked["portfolio"], asked["function"], at=asked["on"])


def _holes(person: Person, portfolio: str, at: date) -> dict[str, Any]:
    """The holes of next month among the running pilots that a person may see, the earliest first."""
    first, last = next_month(at)
    mine = pilots().listed_for(person)
    if portfolio:
        mine = mine.filter(portfolio__key=portfolio)
    found = coverage(mine, first=first, last=last, at=at, most=MOST_GAPS)
    return {"first": first, "last": last, "gaps": found.gaps, "how_many": found.number, "runs": found.runs}
