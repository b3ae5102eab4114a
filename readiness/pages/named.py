"""What waits for the reader's own move, with the form in place: gates that name them, and answers that their team owes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilots.concurrency import of_gates
from pilots.models import Decision, Event, Gate, Person
from readiness import forms
from readiness.queries.own_moves import ACCEPT, ANSWER, OwnMove
from readiness.queries.snapshots import GateSnapshot, Kinds, PilotSnapshot, snapshots_by_key
from readiness.rules import deadlines
from readiness.text import acceptance

SHOWN_AT_MOST = 20
"""Moves that stand on a page with their forms; the next come up as these are answered."""


@dataclass(frozen=True, slots=True)
class Nomination:
    """One gate that names the reader, since when it does, and what they would accept."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    named_on: date | None
    spelled_out: str
    accept: forms.AcceptForm
    decline: forms.DeclineForm


@dataclass(frozen=True, slots=True)
class OwedAnswer:
    """One gate whose decider asked the team for something, or said no; what they said, and the form that answers it."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    asked: Decision | None
    form: Any


class Snapshots:
    """The pilots that a page shows in any of its parts, read together once."""

    def __init__(self, pilots: Iterable[int], *, at: date, kinds: Kinds | None = None) -> None:
        self.of_pilot = snapshots_by_key(pilots, at=at, kinds=kinds)
        self.of_gate = {gate.gate.pk: (one, gate) for one in self.of_pilot.values() for gate in one.gates}

    def gates(self, keys: Iterable[int]) -> list[tuple[PilotSnapshot, GateSnapshot]]:
        """Gates with their pilots, in the order given."""
        return [self.of_gate[pk] for pk in keys if pk in self.of_gate]

    def pilots(self, keys: Iterable[int]) -> list[PilotSnapshot]:
        """Pilots in the order given."""
        return [self.of_pilot[pk] for pk in keys if pk in self.of_pilot]


def versions_of(moves: Sequence[OwnMove], read: Snapshots) -> dict[int, int]:
    """What the forms on the gates of these moves carry. One query, none where there is no gate among them."""
    rows = [gate.gate for _one, gate in read.gates(move.gate for move in moves if move.gate)]
    return of_gates(rows) if rows else {}


def nominations(
    person: Person, moves: Sequence[OwnMove], read: Snapshots, versions: dict[int, int]
) -> list[Nomination]:
    """What names the reader and waits for their own word. One query, none where nothing does."""
    found = read.gates(move.gate for move in moves if move.action == ACCEPT and move.gate)
    named_on = _named_on(person, [gate.gate for _one, gate in found]) if found else {}
    out = []
    for one, gate in found:
        given = given_to(person, one, gate, versions)
        spelled = acceptance.spelled_out(gate.kind, one.pilot)
        named = named_on.get(gate.gate.pk)
        out.append(Nomination(one, gate, named, spelled, forms.AcceptForm(**given), forms.DeclineForm(**given)))
    return out


def owed_answers(
    person: Person, moves: Sequence[OwnMove], read: Snapshots, versions: dict[int, int]
) -> list[OwedAnswer]:
    """What deciders asked the reader's teams for. One query, none where nothing is owed."""
    found = read.gates(move.gate for move in moves if move.action == ANSWER and move.gate)
    last = deadlines.last_answers([gate.gate for _one, gate in found]) if found else {}
    form = forms.OF_GATE[ANSWER]
    return [
        OwedAnswer(one, gate, last.get(gate.gate.pk), form(**given_to(person, one, gate, versions)))
        for one, gate in found
    ]


def given_to(person: Person, one: PilotSnapshot, gate: GateSnapshot, versions: dict[int, int]) -> dict[str, Any]:
    """What a form on a gate is made with, on a page that has read the gate already."""
    gate.gate.pilot = one.pilot
    return {"target": gate.gate, "by": person, "office": False, "shown_version": versions[gate.gate.pk]}


def _named_on(person: Person, of: Sequence[Gate]) -> dict[int, date]:
    """Since when each of these gates has named somebody; the gate itself may have been open for longer. One query."""
    rows = Event.objects.filter(gate__in=of, action="nominate", data__person=person.pk).order_by("effective_on", "pk")
    return {gate: on for gate, on in rows.values_list("gate", "effective_on") if gate is not None}
