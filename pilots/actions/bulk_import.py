"""Many pilots put on record at once: the verbs' own work, at desks whose files are written together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from pilots.actions.kinds import kinds_in_force
from pilots.actions.locked_pilot import Desk, days, mirror, stood
from pilots.actions.pilots import AMENDABLE, clean, gates_for, only, recording
from pilots.derived import periods
from pilots.event_log.sign import move_heads, sign
from pilots.models import Decision, Event, Evidence, Gate, GateKind, GateSpell, Pilot, PilotSpell, Portfolio
from pilots.rules import replay

IN_HAND = ("portfolio", "function", "manager", "exceptions_to", "exceptions_deputy")
"""Rows that a caller has read already: they need not be looked up again for each pilot."""


@dataclass(slots=True)
class BatchDesk(Desk):
    """A desk at which nothing is written before its batch is filed. Its pilot is a new one."""

    events: list[Event] = field(default_factory=list)

    def file(self, event: Event, pieces: Sequence[Evidence] = (), rests_on: Decision | None = None) -> None:
        """Put the event on the pile, where its place is its number. It is signed when the pilot has its key."""
        assert not pieces, "an import files no evidence"
        self.events.append(event)
        event.number = len(self.events)
        self.acts.append(periods.as_act(event))

    def sign(self) -> None:
        """Sign what lies on the pile, once pilot and gates have their keys."""
        for event in self.events:
            event.pilot, event.gate = self.pilot, event.gate
            decision: Decision | None = getattr(event, "decision", None)
            if decision is not None:
                decision.gate = decision.gate
            sign(self.pilot, event, decision)

    def turn_to(self, on: date) -> None:
        """Go to the day of the next act, and learn where the pilot stood then."""
        self.on = on
        self.state = stood(self.pilot, self.gates, self.acts, on)


@dataclass(slots=True)
class Batch:
    """Pilots that are put on record together, on one day. The import speaks: there is no person.

    What `file` leaves behind is what `record`, `start`, `record_claim`, `retire`, `assert_` and `set_rules` would leave.
    """

    on: date
    known: date
    desks: list[BatchDesk] = field(default_factory=list)
    _kinds: list[GateKind] = field(default_factory=list)
    _in_force: dict[int, list[GateKind]] = field(default_factory=dict)
    _untold: dict[tuple[str, ...], replay.PilotState] = field(default_factory=dict)

    @classmethod
    def begin(cls, on: date | None = None, known: date | None = None) -> Batch:
        """A batch of a day. Raises InFuture where the day has not come."""
        return cls(*days(on, known), _kinds=list(GateKind.objects.all()))

    def record(
        self,
        *,
        portfolio: Portfolio,
        key: str,
        name: str,
        stage: str = "planned",
        source: str = "",
        approximate: bool = False,
        listed: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> BatchDesk:
        """A desk at which a new pilot was put on record. It is written only if it is added to `desks`.

        Raises:
            Invalid: a value that cannot be, with the field.
        """
        only(values, AMENDABLE)
        pilot = Pilot(
            portfolio=portfolio,
            key=key,
            name=name,
            recorded_on=self.on,
            stage=stage,
            source=source,
            approximate=approximate,
            **values,
        )
        clean(pilot, known_to_be_there=IN_HAND)
        gates = {g.kind.key: g for g in gates_for(pilot, self._kinds_of(portfolio))}
        desk = BatchDesk(pilot, None, self.on, self.known, [], self._new(pilot, gates), gates)
        recording(desk, stage=stage, listed=listed)
        return desk

    def _new(self, pilot: Pilot, gates: Mapping[str, Gate]) -> replay.PilotState:
        """Where a pilot stands before its record: the same for all that have the same gates, since no act is told."""
        kinds = tuple(gates)
        if kinds not in self._untold:
            self._untold[kinds] = stood(pilot, gates, (), self.on)
        return self._untold[kinds]

    def _kinds_of(self, portfolio: Portfolio) -> list[GateKind]:
        if portfolio.pk not in self._in_force:
            kinds = kinds_in_force(self._kinds, portfolio, self.on)
            self._in_force[portfolio.pk] = kinds
        return self._in_force[portfolio.pk]

    @transaction.atomic
    def file(self) -> list[Pilot]:
        """Write all of it, and clear the desks. Returns the pilots. Statements do not grow with the pilots' gates."""
        desks, self.desks = self.desks, []
        told = [_told(desk) for desk in desks]
        for desk, what in zip(desks, told, strict=True):
            mirror(desk.pilot, what.state)
        pilots = Pilot.objects.bulk_create([desk.pilot for desk in desks])
        Gate.objects.bulk_create(g for desk in desks for g in desk.gates.values())
        for desk in desks:
            desk.sign()
        events = Event.objects.bulk_create(e for desk in desks for e in desk.events)
        move_heads(pilot.pk for pilot in pilots)
        Decision.objects.bulk_create(_decisions(events))
        self._keep(desks, told)
        return pilots

    def _keep(self, desks: list[BatchDesk], told: list[replay.History]) -> None:
        """Write the spells that follow. The pilots are new: nothing is superseded."""
        cells = periods.cells_of(
            (desk.pilot.portfolio_id, spell.function)
            for desk, what in zip(desks, told, strict=True)
            for spell in what.pilot
        )
        own, of_gates = [], []
        for desk, what in zip(desks, told, strict=True):
            pilot, places = desk.pilot, cells[desk.pilot.portfolio_id]
            for spell in what.pilot:
                row = periods.pilot_columns(spell, places)
                own.append(PilotSpell(pilot_id=pilot.pk, known_from=self.known, **row))
            for key, gate in desk.gates.items():
                for of_gate in what.gates[key]:
                    row = periods.gate_columns(of_gate, gate, places)
                    of_gates.append(GateSpell(gate_id=gate.pk, known_from=self.known, **row))
        PilotSpell.objects.bulk_create(own)
        GateSpell.objects.bulk_create(of_gates)


def _told(desk: BatchDesk) -> replay.History:
    return desk.tell(desk.acts)


def _decisions(events: list[Event]) -> Iterator[Decision]:
    for event in events:
        decision = getattr(event, "decision", None)
        if decision is not None:
            decision.event = event
            yield decision
