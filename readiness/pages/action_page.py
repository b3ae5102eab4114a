"""One action on a pilot or a gate, on a page of its own: what it is about, the form, and a refusal where there is one.

A POST is form, action, redirect. Only a GET, or a form that was refused, draws a page; what a page shows is read then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pilots import permissions
from pilots.clock import today
from pilots.derived.load import event_record, state_of
from pilots.models import Event, Gate, Person, Pilot
from pilots.rules.gates import GateState
from pilots.rules.transitions import PilotState
from readiness import forms
from readiness.forms.typed_before import typed_before
from readiness.pages.base import back_to, gate_or_404, pilot_or_404, reader
from readiness.pages.next_answer import can_be, citable, exchange, precedent_texts
from readiness.pages.pilot import events_of, rules, sentence
from readiness.queries import evidence
from readiness.queries.exception_requests import exception_requests
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshot_of
from readiness.queries.workflows import StepWords, step_words
from readiness.rules import offers
from readiness.text import acceptance, labels
from readiness.text import events as event_texts
from readiness.text.sealed_values import Seals

RECORDED = frozenset(word for word, form in forms.OF_GATE.items() if form.title_on_behalf)
"""The actions that an office puts on record for whoever decides."""
OF_QUALITY = frozenset({"register-threshold", "record-measurement"})
"""The actions that are judged against what is agreed."""


@require_http_methods(["GET", "HEAD", "POST"])
def action_on_pilot(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """One of the actions on a pilot."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    if action not in forms.OF_PILOT:
        raise Http404
    page = PilotPage(request, person, action, pilot)
    return page.performed() or page.drawn()


@require_http_methods(["GET", "HEAD", "POST"])
def action_on_gate(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """One of the actions on a gate."""
    person = reader(request)
    gate = gate_or_404(person, public_id)
    if action not in forms.OF_GATE:
        raise Http404
    page = GatePage(request, person, action, gate)
    return page.performed() or page.drawn()


class PilotPage:
    """The page of an action on a pilot. What it shows is read when it is drawn, and the pilot's history is replayed once."""

    gate: GateSnapshot | None = None

    def __init__(self, request: HttpRequest, person: Person, action: str, pilot: Pilot) -> None:
        self.request, self.person, self.action, self.pilot = request, person, action, pilot
        self.make: Callable[..., Any] = partial(self.form_class, target=pilot, by=person)
        self.sent: forms.PilotForm | None = None

    @property
    def form_class(self) -> type[forms.PilotForm]:
        """The form of the action."""
        return forms.OF_PILOT[self.action]

    def performed(self) -> HttpResponse | None:
        """Perform what was sent, and lead back; None where nothing was sent, or it was refused."""
        if self.request.method != "POST" or self.adds_row:
            return None
        self.sent = self.make(self.request.POST, drawn=False, **self.posted())
        if not self.sent.perform():
            return None
        messages.success(self.request, self.sent.done_message)
        return redirect(self.back)

    def drawn(self) -> HttpResponse:
        """The page, with the form as it is begun, or as it was sent."""
        form = self.form()
        shut = None if self.sent or self.adds_row or self.action in self.offered else forms.shut(self.make_drawn)
        context = {
            "form": form,
            "shut": shut,
            "title": form.title,
            "word": self.action,
            "snapshot": self.snapshot,
            "pilot": self.snapshot.pilot,
            "gate": self.gate,
            "sentence": sentence(self.snapshot),
            "missing": labels.missing(self.snapshot) if form.refused and form.refused.missing else [],
            "since": event_texts.texts(form.since, on_pilot=True),
            "back": self.back,
            "next": (self.typed or self.request.POST).get("next", self.request.GET.get("next", "")),
            "people": forms.people_near(self.snapshot.pilot),
            "at": self.snapshot.at,
            **self.about(),
        }
        return render(self.request, "pages/action.html", context, status=shut.status if shut else form.status)

    def form(self) -> forms.PilotForm:
        """The form that is drawn."""
        if self.adds_row:
            # One more row was asked for. What was typed is drawn again, and nothing of it is judged yet.
            return forms.DecideForm.with_one_more_row(self.request.POST, **self.make_drawn.keywords)
        if self.sent is None:
            form: forms.PilotForm = self.make_drawn(self.typed) if self.typed else self.make_drawn()
        else:
            form = self.make_drawn(self.request.POST)
            form.refuse_as(self.sent)
        return form

    @property
    def typed(self) -> QueryDict | None:
        """What the reader had typed when their session was found to have ended."""
        return typed_before(self.request)

    # What an action on a gate has besides

    @property
    def adds_row(self) -> bool:
        """Whether one more row of the form is asked for, and not the action."""
        return False

    def posted(self) -> dict[str, Any]:
        """What the form needs besides to read what was sent."""
        return {}

    def about(self) -> dict[str, Any]:
        """What the action is about."""
        return {
            "rules": rules(self.snapshot.pilot, self.state) if self.action == "confirm-rules" else None,
            "agreed": self.state.threshold if self.action in OF_QUALITY else None,
            "words": self.step_words if self.action == "announce-workflow" else None,
        }

    @property
    def step_words(self) -> StepWords:
        """The words that are offered while a step is typed."""
        roles = offers.roles(self.person, self.snapshot, office=self.office, state=self.state)
        groups = permissions.reads_groups(self.person, self.pilot.portfolio, roles)
        return step_words(self.person, self.pilot, at=self.snapshot.at, groups=groups)

    @cached_property
    def make_drawn(self) -> partial[Any]:
        """Makes the form that is drawn, with all that is offered on it."""
        return partial(self.make, office=self.office)

    @cached_property
    def offered(self) -> list[str]:
        """The actions that the page would offer this person."""
        return offers.on_pilot(self.person, self.snapshot, self.state, office=self.office)

    # What is read for a page

    @cached_property
    def snapshot(self) -> PilotSnapshot:
        """The pilot as it stands today. Raises Http404 where it is not on record yet."""
        found = snapshot_of(self.pilot, at=today())
        if found is None:
            raise Http404
        return found

    @cached_property
    def state(self) -> PilotState:
        """Where the pilot stands, as the actions know it."""
        return state_of(self.pilot, self.snapshot.at)

    @cached_property
    def office(self) -> bool:
        """Whether the person is of the pilot's program office."""
        return permissions.is_office(self.person, self.pilot.portfolio)

    @cached_property
    def back(self) -> str:
        """Where somebody came from, if that is one of our own pages; else the pilot's."""
        return back_to(self.request, reverse("readiness:pilot", args=[self.pilot.key]))


class GatePage(PilotPage):
    """The page of an action on a gate."""

    def __init__(self, request: HttpRequest, person: Person, action: str, gate: Gate) -> None:
        super().__init__(request, person, action, gate.pilot)
        self.row = gate
        self.make = partial(self.form_class, target=gate, by=person)

    @property
    def form_class(self) -> type[forms.PilotForm]:
        return forms.OF_GATE[self.action]

    @property
    def adds_row(self) -> bool:
        return self.action == "decide" and "another" in self.request.POST

    def posted(self) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if "pieces" in self.request.POST and self.evidence_to_cite:
            more["filed"] = self.evidence_to_cite
        if self.action == "decide" and self.request.POST.get("cites"):
            more["precedents"] = citable(self.facts["precedents"])
        return more

    @cached_property
    def evidence_to_cite(self) -> list[Any]:
        """The evidence that the action can rest on."""
        rests = self.action in forms.RESTS_ON_EVIDENCE
        return list(evidence.to_choose(self.person, self.pilot)) if rests else []

    @cached_property
    def gate(self) -> GateSnapshot:  # type: ignore[override]
        """The gate as it stands today. Raises Http404 where it is switched off."""
        found = next((each for each in self.snapshot.gates if each.gate.pk == self.row.pk), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def events(self) -> list[Event]:
        """All that was done to the pilot: its state is replayed from it, and the exchange on the gate read."""
        return events_of(self.pilot)

    @cached_property
    def state(self) -> PilotState:
        return state_of(self.pilot, self.snapshot.at, [event_record(event) for event in self.events])

    @cached_property
    def of_gate(self) -> GateState:
        """Where the gate stands, as the actions know it."""
        return self.state.gates[self.row.kind.key]

    @cached_property
    def offered(self) -> list[str]:
        return offers.on_gate(self.person, self.snapshot, self.gate, self.of_gate, office=self.office)

    @cached_property
    def records(self) -> bool:
        """Whether the person puts an answer on record for whoever decides."""
        return self.action in RECORDED and offers.records(self.person, self.gate, office=self.office)

    @cached_property
    def make_drawn(self) -> partial[Any]:
        more: dict[str, Any] = {}
        if self.action == "meet-condition":
            more["conditions"] = [str(each["text"]) for each in offers.unmet(self.of_gate)]
        if self.action in forms.RESTS_ON_EVIDENCE:
            more["filed"] = self.evidence_to_cite
        if self.action == "decide":
            more |= can_be(self.gate, self.state, self.facts["answer"])
            more["precedents"] = citable(self.facts["precedents"])
        if self.action == "except":
            more["requests"] = self.facts["requests"]
        if self.records:
            more["initial"] = {"for_": self.gate.holder}
        return partial(self.make, office=self.office, **more)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What an answer on the gate would be given on, what of it changed, and what is accepted."""
        seals = Seals([self.row], at=self.snapshot.at, state=self.state)
        requests = exception_requests([self.row], at=self.snapshot.at, seals=seals)
        answer, said = exchange(self.events, self.row.pk)
        earlier = precedent_texts(self.person, self.gate, seals) if self.action == "decide" else []
        return {
            "facts": seals.facts(self.row.pk),
            "answer": answer,
            "said": said,
            "precedents": earlier,
            "changes": seals.differences(self.row.pk),
            "requests": requests.get(self.row.pk, []),
            "spelled_out": acceptance.spelled_out(self.gate.kind, self.snapshot.pilot),
        }

    def about(self) -> dict[str, Any]:
        title = self.form_class.title_on_behalf if self.records else self.form_class.title
        return self.facts | {"title": title, "records": self.records}
