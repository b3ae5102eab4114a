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
from pilots.actions.locked_pilot import gates_of, state_on
from pilots.clock import today
from pilots.derived.periods import event_record
from pilots.models import Gate
from pilots.rules.transitions import PilotState
from readiness import forms
from readiness.pages.base import back_to, gate_or_404, pilot_or_404, reader
from readiness.pages.pilot import events_of, rules, sentence
from readiness.queries import evidence
from readiness.queries.exception_requests import exception_requests
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshot_of
from readiness.rules import deadlines, offers
from readiness.text import acceptance, labels
from readiness.text import events as event_texts
from readiness.text.sealed_values import Seals

RECORDED = frozenset(word for word, form in forms.OF_GATE.items() if form.recorded)
"""The acts that an office puts on record for whoever decides."""
OF_QUALITY = frozenset({"register-threshold", "record-measurement"})
"""The acts that are judged against what is agreed."""


@require_http_methods(["GET", "HEAD", "POST"])
def action_on_pilot(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """One of the actions on a pilot."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    if action not in forms.OF_PILOT:
        raise Http404
    snapshot = snapshot_of(pilot, at=today())
    if snapshot is None:
        raise Http404
    state = _state(snapshot)
    office = permissions.is_office(person, pilot.portfolio)
    offered = offers.on_pilot(person, snapshot, state, office=office)
    make = partial(forms.OF_PILOT[action], target=pilot, by=person, office=office)
    context = {
        "rules": rules(pilot, state) if action == "confirm-rules" else None,
        "agreed": state.threshold if action in OF_QUALITY else None,
    }
    return _answer(request, make, action, offered, snapshot, None, context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_on_gate(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """One of the actions on a gate."""
    person = reader(request)
    gate = gate_or_404(person, public_id)
    if action not in forms.OF_GATE:
        raise Http404
    snapshot = snapshot_of(gate.pilot, at=today())
    if snapshot is None:
        raise Http404
    on = next((each for each in snapshot.gates if each.gate.pk == gate.pk), None)
    if on is None:
        raise Http404
    state = _state(snapshot)
    of_gate = state.gates[gate.kind.key]
    office = permissions.is_office(person, gate.pilot.portfolio)
    away = offers.away_on(snapshot.at)
    offered = offers.on_gate(person, snapshot, on, of_gate, office=office, away=away)
    more: dict[str, Any] = {}
    if action == "meet-condition":
        more["conditions"] = [str(each["text"]) for each in offers.unmet(of_gate)]
    if action in forms.RESTS_ON_EVIDENCE:
        more["filed"] = evidence.to_choose(person, gate.pilot)
    if action in RECORDED and offers.records(person, on, office=office):
        more["initial"] = {"for_": on.holder}
    about = _about_gate(snapshot, on, state) | {"records": "initial" in more}
    if action == "except":
        more["requests"] = about["requests"]
    make = partial(forms.OF_GATE[action], target=gate, by=person, office=office, **more)
    return _answer(request, make, action, offered, snapshot, on, about)


def _state(snapshot: PilotSnapshot) -> PilotState:
    events = events_of(snapshot.pilot)
    return state_on(snapshot.pilot, gates_of(snapshot.pilot), [event_record(event) for event in events], snapshot.at)


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
    action: str,
    offered: list[str],
    snapshot: PilotSnapshot,
    gate: GateSnapshot | None,
    about: dict[str, Any],
) -> HttpResponse:
    back, form, refused = _back(request, snapshot), _form(request, make), None
    if request.method == "POST" and form.is_bound:
        if form.perform():
            messages.success(request, form.done_message)
            return redirect(back)
        if form.refused and form.refused.code == "changed_meanwhile":
            snapshot = snapshot_of(snapshot.pilot, at=snapshot.at) or snapshot
    elif action not in offered:
        refused = forms.shut(make)
    context = {
        "form": form,
        "shut": refused,
        "title": form.recorded if about.get("records") else form.title,
        "act": action,
        "snapshot": snapshot,
        "pilot": snapshot.pilot,
        "gate": gate,
        "sentence": sentence(snapshot),
        "missing": _missing(form, snapshot),
        "since": event_texts.texts(form.since, on_pilot=True),
        "back": back,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "people": forms.people_near(snapshot.pilot),
        "at": snapshot.at,
        **about,
    }
    status = refused.status if refused else form.status
    return render(request, "pages/act.html", context, status=status)


def _missing(form: forms.PilotForm, snapshot: PilotSnapshot) -> list[str]:
    """What a refusal says is missing, in words."""
    if form.refused is None or not form.refused.missing:
        return []
    return labels.missing(snapshot)


def _about_gate(snapshot: PilotSnapshot, gate: GateSnapshot, state: PilotState) -> dict[str, Any]:
    """What an answer on a gate would be given on, what of it changed, and what is accepted."""
    row: Gate = gate.gate
    seals = Seals([row], at=snapshot.at)
    return {
        "facts": seals.facts(row.pk),
        "answer": deadlines.last_answers([row]).get(row.pk),
        "changes": seals.differences(row.pk),
        "requests": exception_requests([row], at=snapshot.at, seals=seals).get(row.pk, []),
        "spelled_out": acceptance.spelled_out(gate.kind, snapshot.pilot),
    }


def _back(request: HttpRequest, snapshot: PilotSnapshot) -> str:
    """Where somebody came from, if that is one of our own pages; else the pilot's."""
    return back_to(request, reverse("readiness:pilot", args=[snapshot.pilot.key]))
