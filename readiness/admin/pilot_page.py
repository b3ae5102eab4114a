"""What the admin's page of a pilot shows beside its record: read, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilots.clock import today
from pilots.derived import load
from pilots.models import Decision, Event, Gate, HandOverPart, Person, Pilot
from pilots.rules import replay
from pilots.rules.quality import Threshold
from pilots.rules.transitions import PilotState
from readiness.forms import OF_GATE, OF_PILOT
from readiness.queries import evidence, snapshots
from readiness.queries.hand_overs import parts_on
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.queries.sources import source_of
from readiness.queries.successors import successors_on
from readiness.rules import offers
from readiness.text import events as event_texts
from readiness.text import labels, placards
from readiness.text.events import EventText
from readiness.text.field_changes import Names
from readiness.text.hand_overs import part_text

LATEST = 10


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate with the actions that fit it now; `successor` is named to take it over, and has not answered."""

    on: GateSnapshot
    offered: list[tuple[str, Any]]
    successor: Person | None = None


def described(pilot: Pilot, by: Person, at: date) -> dict[str, Any]:
    """All that the page draws of a pilot on a date. The number of queries does not depend on its history.

    What can be done is offered of today only.
    """
    snapshot = snapshots.snapshot_of(pilot, at=at)
    events = list(event_texts.with_people(Event.objects.filter(pilot=pilot)).order_by("-pk"))
    page = {
        "snapshot": snapshot,
        "placard": placards.placard(snapshot) if snapshot else "",
        "missing_words": labels.missing(snapshot) if snapshot else [],
        "gate_rows": [],
        "pilot_acts": [],
        "decisions": _decisions(events)[:LATEST],
        "events": events[:LATEST],
        "names": _names(snapshot) if snapshot else None,
        "pieces": evidence.pieces(by, pilot) if getattr(pilot, "has_evidence", True) else [],
        "measures": _measures(events),
        "rules": _rules(pilot),
        "source": source_of(pilot),
        "handed_over": [part_text(part) for part in _parts(pilot)] if at == today() else [],
    }
    return page | _offered(snapshot, by, events) if snapshot else page


def _names(snapshot: PilotSnapshot) -> Names:
    """The names that were read with a pilot."""
    pilot = snapshot.pilot
    seated = [who for gate in snapshot.gates for who in (gate.holder, gate.deputy, gate.delegate, gate.escalation)]
    people = [pilot.manager, pilot.exceptions_to, pilot.exceptions_deputy, snapshot.sponsor, snapshot.manager, *seated]
    functions = [each for each in (pilot.function, snapshot.function) if each is not None]
    return Names({who.pk: who.name for who in people if who}, {each.pk: each.name for each in functions}, {}, {})


def _parts(pilot: Pilot) -> list[HandOverPart]:
    """What of a pilot is being handed over; asked only where it was not read with it that nothing is."""
    return parts_on(pilot) if getattr(pilot, "is_handed_over", True) else []


def _offered(snapshot: PilotSnapshot, by: Person, events: Sequence[Event]) -> dict[str, Any]:
    """The rows of the gates, and what this person may do there and on the pilot as a whole."""
    may_change = snapshot.at == today()
    state = _replayed(snapshot, events)
    on_pilot = offers.on_pilot(by, snapshot, state, office=True) if may_change else []
    rows, successors = [], successors_on(state)
    for gate in snapshot.gates:
        of_gate = state.gates[gate.kind.key]
        on_gate = offers.on_gate(by, snapshot, gate, of_gate, office=True)
        offered = [(word, called(word)) for word in on_gate] if may_change else []
        rows.append(GateRow(gate, offered, successors.get(gate.kind.key)))
    return {"gate_rows": rows, "pilot_acts": [(word, OF_PILOT[word].title) for word in on_pilot]}


def _replayed(snapshot: PilotSnapshot, events: Sequence[Event]) -> PilotState:
    """Where a pilot stands by its events, the latest of which comes first; its gates are asked for where one is switched off."""
    records, pilot = [load.event_record(event) for event in reversed(events)], snapshot.pilot
    if snapshot.switched_off or snapshot.at != today():
        return load.state_of(pilot, snapshot.at, records)
    kinds = [gate.kind.as_rule() for gate in snapshot.gates]
    return replay.state_on(pilot.recorded_on, kinds, records, snapshot.at)


def offered_on(pilot: Pilot, by: Person, kind: str | None = None) -> list[str]:
    """The actions that an office may do today on a pilot as a whole, or on its gate of a kind."""
    snapshot = snapshots.snapshot_of(pilot, at=today())
    if snapshot is None:
        return []
    state = state_of(snapshot)
    if kind is None:
        return offers.on_pilot(by, snapshot, state, office=True)
    # An office may record an answer for whoever decides, so that it is of no account who is away.
    return offers.on_gate(by, snapshot, snapshot.gate(kind), state.gates[kind], office=True)


def agreed_on(pilot: Pilot) -> Threshold | None:
    """What is agreed to be good enough, today."""
    snapshot = snapshots.snapshot_of(pilot, at=today())
    return state_of(snapshot).threshold if snapshot else None


def state_of(snapshot: PilotSnapshot) -> PilotState:
    """Where a pilot stands on the day that was read, as the actions know it."""
    return load.state_of(snapshot.pilot, snapshot.at)


def called(word: str) -> Any:
    """What an action on a gate is called in the admin."""
    return OF_GATE[word].title_on_behalf or OF_GATE[word].title


def unmet(gate: Gate, at: date) -> list[str]:
    """The conditions of the answer that stands which nobody has met yet, as they were written."""
    snapshot = snapshots.snapshot_of(gate.pilot, at=at)
    if snapshot is None or gate.kind_id not in {each.kind.pk for each in snapshot.gates}:
        return []
    left = offers.unmet(state_of(snapshot).gates[gate.kind.key])
    return [str(condition["text"]) for condition in left]


def _decisions(events: Iterable[Event]) -> list[Decision]:
    """The decisions that some events carry, each with its event, its gate and who signed it."""
    found = []
    for event in events:
        decision = event_texts.decision_of(event)
        if decision is not None and event.gate is not None:
            decision.event, decision.gate, decision.by = event, event.gate, event.by
            found.append(decision)
    return found


def _measures(events: Iterable[Event]) -> list[EventText]:
    """What was agreed and what was measured, newest first."""
    found = [event for event in events if event.action in ("register_threshold", "record_measurement")]
    return event_texts.texts(sorted(found, key=lambda e: (e.effective_on, e.pk), reverse=True), on_pilot=True)


def _rules(pilot: Pilot) -> Sequence[tuple[Any, Any]]:
    """The known rules, each with what stands there now."""
    values: dict[str, Any] = {
        "acceptable_use": pilot.acceptable_use,
        "trust_when": pilot.trust_when,
        "override_when": pilot.override_when,
        "exceptions_to": pilot.exceptions_to,
        "exceptions_deputy": pilot.exceptions_deputy,
        "matters_more": pilot.get_matters_more_display() if pilot.matters_more else "",
        "success": pilot.success,
    }
    return [(labels.MISSING[name], value) for name, value in values.items()]


__all__ = ["GateRow", "called", "described", "unmet"]
