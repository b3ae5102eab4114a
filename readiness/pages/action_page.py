"""One act on a pilot or a gate, on a page of its own: what it is about, the form, and a refusal where there is one."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pilots import permissions
from pilots.actions.locked_pilot import gates_of, stood
from pilots.clock import today
from pilots.derived.periods import as_act
from pilots.models import Gate
from pilots.rules.transitions import PilotState
from readiness import forms
from readiness.pages.base import back_to, gate_or_404, pilot_or_404, reader
from readiness.pages.pilot import events_of, rules, sentence
from readiness.queries import evidence
from readiness.queries.exception_requests import exception_requests
from readiness.queries.snapshots import GateOn, PilotOn, read_one
from readiness.rules import deadlines, offers
from readiness.text import acceptance, labels
from readiness.text import events as event_texts
from readiness.text.sealed_values import Seals

RECORDED = frozenset(word for word, form in forms.OF_GATE.items() if form.recorded)
"""The acts that an office puts on record for whoever decides."""
OF_QUALITY = frozenset({"register-threshold", "record-measurement"})
"""The acts that are judged against what is agreed."""


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_pilot(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """One of the verbs on a pilot."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    if act not in forms.OF_PILOT:
        raise Http404
    found = read_one(pilot, at=today())
    if found is None:
        raise Http404
    state = _state(found)
    office = permissions.is_office(person, pilot.portfolio)
    offered = offers.on_pilot(person, found, state, office=office)
    make = partial(forms.OF_PILOT[act], target=pilot, by=person, office=office)
    context = {
        "rules": rules(pilot, state) if act == "confirm-rules" else None,
        "agreed": state.threshold if act in OF_QUALITY else None,
    }
    return _answer(request, make, act, offered, found, None, context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_gate(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """One of the verbs on a gate."""
    person = reader(request)
    gate = gate_or_404(person, public_id)
    if act not in forms.OF_GATE:
        raise Http404
    found = read_one(gate.pilot, at=today())
    if found is None:
        raise Http404
    on = next((each for each in found.gates if each.gate.pk == gate.pk), None)
    if on is None:
        raise Http404
    state = _state(found)
    of_gate = state.gates[gate.kind.key]
    office = permissions.is_office(person, gate.pilot.portfolio)
    away = offers.away_on(found.at)
    offered = offers.on_gate(person, found, on, of_gate, office=office, away=away)
    more: dict[str, Any] = {}
    if act == "meet-condition":
        more["conditions"] = [str(each["text"]) for each in offers.unmet(of_gate)]
    if act in forms.RESTS_ON_EVIDENCE:
        more["filed"] = evidence.to_choose(person, gate.pilot)
    if act in RECORDED and offers.records(person, on, office=office):
        more["initial"] = {"for_": on.holder}
    about = _about_gate(found, on, state) | {"records": "initial" in more}
    if act == "except":
        more["requests"] = about["requests"]
    make = partial(forms.OF_GATE[act], target=gate, by=person, office=office, **more)
    return _answer(request, make, act, offered, found, on, about)


def _state(found: PilotOn) -> PilotState:
    events = events_of(found.pilot)
    return stood(found.pilot, gates_of(found.pilot), [as_act(event) for event in events], found.at)


def _form(request: HttpRequest, make: partial[Any]) -> forms.PilotForm:
    """The form as it is drawn, or with what was typed."""
    form: forms.PilotForm
    if request.method != "POST":
        form = make()
    elif "another" in request.POST and make.func is forms.DecideForm:
        form = make.func.with_one_more_row(request.POST, **make.keywords)
    else:
        form = make(request.POST)
    return form


def _answer(
    request: HttpRequest,
    make: partial[Any],
    act: str,
    offered: list[str],
    found: PilotOn,
    gate: GateOn | None,
    about: dict[str, Any],
) -> HttpResponse:
    back, form, refused = _back(request, found), _form(request, make), None
    if request.method == "POST" and form.is_bound:
        if form.act():
            messages.success(request, form.done_message)
            return redirect(back)
        if form.refused and form.refused.code == "changed_meanwhile":
            found = read_one(found.pilot, at=found.at) or found
    elif act not in offered:
        refused = forms.shut(make)
    context = {
        "form": form,
        "shut": refused,
        "title": form.recorded if about.get("records") else form.title,
        "act": act,
        "found": found,
        "pilot": found.pilot,
        "gate": gate,
        "sentence": sentence(found),
        "missing": _missing(form, found),
        "since": event_texts.texts(form.since, on_pilot=True),
        "back": back,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "people": forms.people_near(found.pilot),
        "at": found.at,
        **about,
    }
    status = refused.status if refused else form.status
    return render(request, "pages/act.html", context, status=status)


def _missing(form: forms.PilotForm, found: PilotOn) -> list[str]:
    """What a refusal says is missing, in words."""
    if form.refused is None or not form.refused.missing:
        return []
    return labels.missing(found)


def _about_gate(found: PilotOn, gate: GateOn, state: PilotState) -> dict[str, Any]:
    """What an answer on a gate would be given on, what of it changed, and what is accepted."""
    row: Gate = gate.gate
    seals = Seals([row], at=found.at)
    return {
        "facts": seals.facts(row.pk),
        "answer": deadlines.last_answers([row]).get(row.pk),
        "changes": seals.differences(row.pk),
        "requests": exception_requests([row], at=found.at, seals=seals).get(row.pk, []),
        "spelled_out": acceptance.spelled_out(gate.kind, found.pilot),
    }


def _back(request: HttpRequest, found: PilotOn) -> str:
    """Where somebody came from, if that is one of our own pages; else the pilot's."""
    return back_to(request, reverse("readiness:pilot", args=[found.pilot.key]))
