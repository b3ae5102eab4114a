"""What the admin's page of a pilot shows beside its record: read, never typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilots.clock import today
from pilots.derived import load
from pilots.models import Decision, Event, Gate, Person, Pilot
from pilots.rules.quality import Threshold
from pilots.rules.transitions import PilotState
from readiness.forms import OF_GATE, OF_PILOT
from readiness.queries import evidence, snapshots
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import offers
from readiness.text import events as event_texts
from readiness.text import labels, placards
from readiness.text.events import EventText

LATEST = 10


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate with the actions that fit it now."""

    on: GateSnapshot
    offered: list[tuple[str, Any]]


def described(pilot: Pilot, by: Person, at: date) -> dict[str, Any]:
    """All that the page draws of a pilot on a date. The number of queries does not depend on its history.

    What can be done is offered of today only.
    """
    snapshot = snapshots.snapshot_of(pilot, at=at)
    events = Event.objects.filter(pilot=pilot)
    history = event_texts.with_people(events)
    page = {
        "snapshot": snapshot,
        "placard": placards.placard(snapshot) if snapshot else "",
        "missing_words": labels.missing(snapshot) if snapshot else [],
        "gate_rows": [],
        "pilot_acts": [],
        "decisions": list(_decisions(pilot)[:LATEST]),
        "events": list(history.order_by("-pk")[:LATEST]),
        "pieces": evidence.pieces(by, pilot),
        "measures": _measures(events),
        "rules": _rules(pilot),
    }
    return page | _offered(pilot, snapshot, by) if snapshot else page


def _offered(pilot: Pilot, snapshot: PilotSnapshot, by: Person) -> dict[str, Any]:
    """The rows of the gates, and what this person may do there and on the pilot as a whole."""
    may_change = snapshot.at == today()
    state, away = state_of(snapshot), offers.away_on(snapshot.at)
    on_pilot = offers.on_pilot(by, snapshot, state, office=True) if may_change else []
    rows = []
    for gate in snapshot.gates:
        of_gate = state.gates[gate.kind.key]
        on_gate = offers.on_gate(by, snapshot, gate, of_gate, office=True, away=away)
        offered = [(word, called(word)) for word in on_gate] if may_change else []
        rows.append(GateRow(gate, offered))
    return {"gate_rows": rows, "pilot_acts": [(word, OF_PILOT[word].title) for word in on_pilot]}


def offered_on(pilot: Pilot, by: Person, kind: str | None = None) -> list[str]:
    """The actions that an office may do today on a pilot as a whole, or on its gate of a kind."""
    snapshot = snapshots.snapshot_of(pilot, at=today())
    if snapshot is None:
        return []
    state = state_of(snapshot)
    if kind is None:
        return offers.on_pilot(by, snapshot, state, office=True)
    gate, away = snapshot.gate(kind), offers.away_on(snapshot.at)
    return offers.on_gate(by, snapshot, gate, state.gates[kind], office=True, away=away)


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


def _decisions(pilot: Pilot) -> Any:
    rows = Decision.objects.filter(gate__pilot=pilot).select_related("event").order_by("-pk")
    return rows.select_related("gate__kind", "decider", "by")


def _measures(rows: Any) -> list[EventText]:
    """What was agreed and what was measured, newest first."""
    found = event_texts.with_people(rows.filter(action__in=("register_threshold", "record_measurement")))
    return event_texts.texts(found.order_by("-effective_on", "-pk"), on_pilot=True)


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
