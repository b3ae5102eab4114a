"""One gate that waits for an answer, with all that it would be given on: the facts, the exchange so far, precedents, and the form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pilots.clock import today
from pilots.concurrency import gate_version
from pilots.derived.load import event_record, state_of
from pilots.models import Decision, Event, Gate, Person
from pilots.rules import quality
from pilots.rules.transitions import PilotState
from pilots.rules.vocabulary import ClearsBy, Outcome, Verdict
from readiness import forms
from readiness.pages.pilot import events_of, sentence
from readiness.queries.exception_requests import ExceptionRequest, exception_requests
from readiness.queries.precedents import precedents
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import deadlines, offers
from readiness.text.precedents import PrecedentText, precedent_text
from readiness.text.sealed_values import Difference, Fact, Seals


@dataclass(frozen=True, slots=True)
class NextAnswer:
    """One gate with all that whoever answers it needs."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    sentence: str
    capacity: str | None
    due: deadlines.AnswerDue | None
    facts: Sequence[Fact]
    answer: Decision | None
    changes: Sequence[Difference]
    requests: Sequence[ExceptionRequest]
    said: Sequence[Event]
    precedents: Sequence[PrecedentText]
    form: forms.DecideForm
    grant: forms.GrantExceptionForm | None


def next_answer(person: Person, snapshot: PilotSnapshot, gate: GateSnapshot) -> NextAnswer:
    """The gate as whoever decides it sees it. Its pilot's history is read and replayed once."""
    row, events = gate.gate, events_of(snapshot.pilot)
    row.pilot = snapshot.pilot
    records = [event_record(event) for event in events]
    state = state_of(snapshot.pilot, snapshot.at, records, snapshot.kinds)
    seals = Seals([row], at=snapshot.at, state=state)
    requests = exception_requests([row], at=snapshot.at, seals=seals, events=events).get(row.pk, [])
    earlier = precedent_texts(person, gate, seals)
    answer, said = exchange(events, row.pk)
    given: dict[str, Any] = {
        "target": row,
        "by": person,
        "office": False,
        "shown_version": gate_version(records, gate.kind.key),
    }
    askers = [request.by.pk for request in requests if request.by]
    may_grant = askers and offers.may_decide(person, snapshot, gate, askers=askers)
    return NextAnswer(
        snapshot,
        gate,
        sentence(snapshot),
        offers.may_decide(person, snapshot, gate),
        deadlines.answer_due(gate, snapshot),
        seals.facts(row.pk),
        answer,
        seals.differences(row.pk),
        requests,
        said,
        earlier,
        forms.DecideForm(**given, **can_be(gate, state, answer), precedents=citable(earlier)),
        forms.GrantExceptionForm(**given, requests=requests) if may_grant else None,
    )


def can_be(gate: GateSnapshot, state: PilotState, answer: Decision | None) -> dict[str, bool]:
    """Which answers a form can offer: a withdrawal where one stands, a yes on quality where it was measured and met."""
    verdict = quality.at(state.verdict, state.measured_on, today())
    measured = gate.kind.clears_by != ClearsBy.MEASUREMENT or verdict == Verdict.MET
    return {"answered": answer is not None, "measured": measured}


def exchange(events: Sequence[Event], gate: int) -> tuple[Decision | None, list[Event]]:
    """The last answer on a gate that a person gave, and what the team answered since."""
    last: Decision | None = None
    said: list[Event] = []
    for event in events:
        if event.gate_id != gate:
            continue
        if event.action in ("decide", "except") and event.decision.outcome != Outcome.ASSERTED:
            last, said = event.decision, []
        elif event.action == "answer":
            said.append(event)
    return last, said


def team_answers(gates: Iterable[Gate]) -> dict[int, list[Event]]:
    """What the team answered since the last answer on each gate, by the gate's primary key. One query."""
    keys = [gate.pk for gate in gates]
    rows = Event.objects.filter(gate__in=keys, action__in=("answer", "decide", "except"))
    of_gate: dict[int, list[Event]] = defaultdict(list)
    for event in rows.select_related("by", "decision").order_by("effective_on", "pk"):
        of_gate[event.gate_id or 0].append(event)
    return {gate: said for gate, events in of_gate.items() if (said := exchange(events, gate)[1])}


def precedent_texts(person: Person, gate: GateSnapshot, seals: Seals) -> list[PrecedentText]:
    """Earlier answers on the same tool and data that the person may see."""
    facts = seals.to_seal(gate.gate.pk)
    return [precedent_text(each, seals) for each in precedents(person, gate, facts, at=today())]


def citable(found: Sequence[PrecedentText]) -> list[tuple[Decision, str]]:
    """What a form offers to cite."""
    return [(each.decision, each.called) for each in found]
