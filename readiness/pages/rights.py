"""The decision-rights table and its holes, and who decides what on any date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.clock import today
from pilots.models import Function, GateKind, Person, Portfolio, Unit
from pilots.refusals import Invalid
from pilots.rules.vocabulary import ClearsBy, Stage
from readiness.queries.pilots import pilots
from readiness.queries.request_dates import as_of
from readiness.rules.coverage import gaps, holes, next_month
from readiness.rules.who_decides import decided_kinds, orphans, table, units_for, who_decides
from readiness.text.open_gates import listed

MOST_UNITS = 200
"""Places shown on one page; a portfolio can be chosen where there are more."""
MOST_GAPS, MOST_PILOTS = 100, 2000
"""Holes listed, and running pilots looked at for them, on one page."""


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
        self, *args: Any, units: QuerySet[Unit], kinds: Iterable[GateKind], every: bool, **kwargs: Any
    ) -> None:
        """`kinds`: those that whoever asks may see. `every`: offer every function; else those in which a pilot lies, or for which a right was given."""
        super().__init__(*args, **kwargs)
        self._choose("kind", GateKind.objects.filter(pk__in=[kind.pk for kind in kinds]))
        self._choose("portfolio", Portfolio.objects.filter(units__in=units).distinct())
        some = Function.objects.filter(units__in=units).distinct()
        self._choose("function", Function.objects.all() if every else some)

    def _choose(self, name: str, among: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = among


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """The table of kinds by portfolio and function on a date, its holes, and the answer to one question."""
    assert isinstance(request.user, Person)
    refused = None
    try:
        at = as_of(request.GET)
    except Invalid as wrong:
        at, refused = today(), wrong.says
    units = units_for(request.user)
    chosen = units.filter(portfolio__key=request.GET["of"]) if request.GET.get("of") else units
    shown = list(chosen[: MOST_UNITS + 1])
    there = Portfolio.objects.filter(units__in=units).distinct()
    in_force = there.filter(key=request.GET["of"]) if request.GET.get("of") else there
    asks, office = "kind" in request.GET, permissions.is_office(request.user)
    kinds = decided_kinds(request.user)
    form = Question(
        request.GET if asks else None, units=units, kinds=kinds, every=office, initial={"on": at.isoformat()}
    )
    context = {
        "at": at,
        "refused": refused,
        "kinds": kinds,
        "accepted": listed(GateKind.objects.filter(clears_by=ClearsBy.ACCEPTANCE).values_list("name", flat=True)),
        "rows": table(shown[:MOST_UNITS], kinds, at=at),
        "more": len(shown) > MOST_UNITS,
        "orphans": orphans(in_force, at=at) if shown else [],
        "portfolios": there,
        "office": office,
        "of": request.GET.get("of", ""),
        "form": form,
        "answer": _answer(form) if asks else None,
        **_holes(request.user, request.GET.get("of", ""), at),
    }
    return render(request, "pages/rights.html", context)


def _answer(form: Question) -> Any:
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    return who_decides(asked["kind"], asked["portfolio"], asked["function"], at=asked["on"])


def _holes(person: Person, portfolio: str, at: date) -> dict[str, Any]:
    """The holes of next month among the running pilots that a person may see, the earliest first."""
    first, last = next_month(at)
    there = pilots().listed_for(person).on(at).filter(stage_then=Stage.RUNNING)
    if portfolio:
        there = there.filter(portfolio__key=portfolio)
    some = there.select_related("portfolio", "function")[:MOST_PILOTS]
    found = gaps(holes(some, first=first, last=last, at=at))
    return {
        "first": first,
        "last": last,
        "gaps": found[:MOST_GAPS],
        "how_many": len(found),
        "runs": len(some),
        "looked_at": MOST_PILOTS if len(some) == MOST_PILOTS else None,
    }
