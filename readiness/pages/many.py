"""Many gates at once: several of one kind answered alike, their differences in sight; and the minutes of a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilots.clock import today
from pilots.models import Gate, Person, Seat
from pilots.models.querysets import PilotQuerySet
from readiness import forms
from readiness.forms.many import MOST, DecideManyForm, MinutesForm
from readiness.forms.typed_before import typed_before
from readiness.pages.base import reader
from readiness.pages.masthead import duties_of
from readiness.pages.next_answer import team_answers
from readiness.queries import evidence
from readiness.queries.exception_requests import exception_requests
from readiness.queries.pilots import pilots
from readiness.queries.request_dates import has_null
from readiness.text import labels
from readiness.text.sealed_values import Fact, differences_between


@dataclass(frozen=True, slots=True)
class Alike:
    """One of the gates, with the names of what differs, and what of it only this one would be answered on."""

    gate: Gate
    differs: Sequence[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
def decide_many(request: HttpRequest) -> HttpResponse:
    """Several gates of one kind, decided once."""
    person, queue = reader(request), reverse("readiness:my-decisions")
    gates = _chosen_gates(request, person)
    if not gates or len({gate.kind_id for gate in gates}) > 1:
        says = (
            _("Choose gates of one kind: what is decided on differs between kinds.")
            if gates
            else _("Choose a gate at least.")
        )
        messages.error(request, says)
        return redirect(queue)
    form = _decide_many_form(request, person, gates)
    if request.method == "POST" and not _adds_row(request) and form.perform():
        messages.success(request, str(form.success_message))
        return redirect(queue)
    context = _decide_many_context(form, gates) | {"back": queue}
    return render(request, "pages/decide_many.html", context, status=form.status)


def _chosen_gates(request: HttpRequest, person: Person) -> list[Gate]:
    """The gates that the request names, all of which the person may see and decide.

    Raises:
        Http404: one of them is not there for this person.
        PermissionDenied: the person decides nothing.
    """
    data = request.POST if request.method == "POST" else typed_before(request) or request.GET
    wanted = data.getlist("gate")[:MOST]
    gates = _gates(person, wanted)
    if len(gates) < len(set(wanted)):
        raise Http404
    if gates and not duties_of(request).decides:
        raise PermissionDenied
    return gates


def _adds_row(request: HttpRequest) -> bool:
    """Whether the form was sent only to get one more row of conditions."""
    return "another" in request.POST


def _decide_many_form(request: HttpRequest, person: Person, gates: list[Gate]) -> DecideManyForm:
    """The form over these gates: blank on a GET, else with what was sent."""
    given: dict[str, Any] = {
        "gates": gates,
        "by": person,
        "office": False,
        "filed": evidence.to_choose(person, *(gate.pilot for gate in gates)),
        "requests": exception_requests(gates, at=today()),
    }
    if request.method != "POST":
        typed = typed_before(request)
        return DecideManyForm(typed, **given) if typed else DecideManyForm(**given)
    if _adds_row(request):
        return DecideManyForm.with_one_more_row(request.POST, **given)
    return DecideManyForm(request.POST, **given)


def _decide_many_context(form: DecideManyForm, gates: list[Gate]) -> dict[str, Any]:
    same, names, alike = alike_or_not(gates)
    said = team_answers(gates)
    return {
        "form": form,
        "gates": gates,
        "kind": gates[0].kind,
        "same": same,
        "names": names,
        "alike": alike,
        "requested": [(gate, form.requests[gate.pk]) for gate in gates if gate.pk in form.requests],
        "answered": [(gate, said[gate.pk]) for gate in gates if gate.pk in said],
        "opening": opening(gates),
        "people": forms.people_near(gates[0].pilot),
        "at": today(),
    }


def _gates(person: Any, public_ids: Sequence[str]) -> list[Gate]:
    mine = pilots().visible_to(person).order_by().values("pk")
    ids = [each for each in public_ids if not has_null([each])]
    rows = Gate.objects.filter(public_id__in=ids, pilot__in=mine)
    with_pilot = rows.select_related("kind", "pilot__portfolio")
    return list(with_pilot.order_by("pilot__key", "pk"))


def alike_or_not(gates: Sequence[Gate]) -> tuple[list[Fact], list[str], list[Alike]]:
    """What is the same for all of them, the names of what is not, and what each would be answered on."""
    beside = differences_between(gates, at=today())
    differ = [fact for fact in beside if fact.differs]
    same = [Fact(capfirst(fact.what), fact.values[gates[0].pk] or _("not said")) for fact in beside if not fact.differs]
    names = [capfirst(fact.what) for fact in differ]
    alike = [
        Alike(gate, [(name, fact.values[gate.pk] or _("not said")) for name, fact in zip(names, differ, strict=True)])
        for gate in gates
    ]
    return same, names, alike


def opening(gates: Sequence[Gate]) -> str:
    """The sentence that the page opens with."""
    return ngettext("One answer, on %(gate)s of one pilot.", "One answer, on %(gate)s of %(n)s pilots.", len(gates)) % {
        "gate": gates[0].kind.name,
        "n": labels.number(len(gates)).lower(),
    }


MOST_KEYS, MOST_PEOPLE = 500, 100
"""Pilots and people that are offered while one is typed; any other can be written."""


def who_decides(mine: PilotQuerySet) -> list[Person]:
    """Who sits today where these pilots lie, whoever deputises, stands in or is escalated to included. One query."""
    seats = Seat.objects.on(today()).filter(unit__portfolio__in=mine.order_by().values("portfolio"))
    sits = [Q(pk__in=seats.values(who)) for who in ("holder", "deputy", "delegate", "escalation")]
    found = Person.objects.filter(reduce(or_, sits), closed_on=None)
    return list(found.order_by("name", "pk")[:MOST_PEOPLE])


@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: HttpRequest) -> HttpResponse:
    """One meeting's answers on many gates, entered by the program office or by a decider."""
    person = reader(request)
    does = duties_of(request)
    if not (does.office or does.decides):
        raise PermissionDenied
    form = MinutesForm(typed_before(request), by=person)
    if request.method == "POST" and "another" in request.POST:
        form = MinutesForm.with_one_more_row(request.POST, by=person)
    elif request.method == "POST":
        form = MinutesForm(request.POST, request.FILES, by=person)
        if form.perform():
            n = len(form.done)
            says = ngettext(
                "One answer recorded, resting on the minutes.", "%(n)s answers recorded, resting on the minutes.", n
            )
            messages.success(request, says % {"n": labels.number(n)})
            return redirect("readiness:minutes")
    mine = pilots().visible_to(person)
    context = {
        "form": form,
        "at": today(),
        "people": who_decides(mine),
        "keys": list(mine.order_by("key").values_list("key", "name")[:MOST_KEYS]),
    }
    return render(request, "pages/minutes.html", context, status=form.status)
