"""Many pilots put on record at once: the actions' own work, on new pilots whose events are written together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model

from pilots.actions.kinds import kinds_in_force_by_portfolio
from pilots.actions.locked_pilot import LockedPilot, action_days, copy_state_to_columns
from pilots.actions.records import AMENDABLE, clean, gates_for, only, recording
from pilots.derived import bulk_insert, load
from pilots.derived.periods import ReplayedPilot, StoredPeriods, store_periods
from pilots.derived.units import Units, units_of
from pilots.event_log.sign import logged_transaction, sign
from pilots.models import Decision, Event, Evidence, Gate, GateKind, Pilot, Portfolio
from pilots.rules import replay

IN_HAND = ("portfolio", "function", "manager", "exceptions_to", "exceptions_deputy")
"""Rows that a caller has read already: they need not be looked up again for each pilot."""


@dataclass(slots=True)
class NewPilot(LockedPilot):
    """A new pilot of which nothing is written before its batch is."""

    unwritten: list[Event] = field(default_factory=list)

    def append(self, event: Event, pieces: Sequence[Evidence] = (), rests_on: Decision | None = None) -> None:
        """Keep the event until the batch is written, with its place as its number. It is signed when the pilot has its key."""
        assert not pieces, "an import files no evidence"
        self.unwritten.append(event)
        event.number = len(self.unwritten)
        self.events.append(load.event_record(event))

    def sign(self) -> None:
        """Sign the events, once pilot and gates have their keys."""
        for event in self.unwritten:
            # Set again: they have their keys by now.
            event.pilot, event.gate = self.pilot, event.gate
            decision: Decision | None = getattr(event, "decision", None)
            if decision is not None:
                decision.gate = decision.gate
            sign(self.pilot, event, decision)


@dataclass(slots=True)
class Batch:
    """Pilots that are put on record together, on one day. The import speaks: there is no person.

    What `write` leaves behind is what `record`, `start`, `record_claim`, `retire`, `assert_` and `set_rules` would leave.
    """

    on: date
    known: date
    _kinds_in_force: Callable[[Portfolio], list[GateKind]]
    locked_pilots: list[NewPilot] = field(default_factory=list)
    _in_force: dict[int, list[GateKind]] = field(default_factory=dict)
    _unreplayed: dict[tuple[str, ...], replay.PilotState] = field(default_factory=dict)

    @classmethod
    def begin(cls, on: date | None = None, known: date | None = None) -> Batch:
        """A batch of a day. Raises InFuture where the day has not come."""
        on, known = action_days(on, known)
        return cls(on, known, kinds_in_force_by_portfolio(GateKind.objects.all(), on))

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
    ) -> NewPilot:
        """A new pilot, put on record. It is written only if it is added to `locked_pilots`.

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
        locked = NewPilot(pilot, None, self.on, self.known, [], self._new(pilot, gates), gates, Units(portfolio.pk))
        recording(locked, stage=stage, listed=listed)
        return locked

    def _new(self, pilot: Pilot, gates: Mapping[str, Gate]) -> replay.PilotState:
        """Where a pilot stands before its record: the same for all that have the same gates, since nothing has happened."""
        kinds = tuple(gates)
        if kinds not in self._unreplayed:
            rules = [gate.kind.as_rule() for gate in gates.values()]
            self._unreplayed[kinds] = replay.state_on(pilot.recorded_on, rules, (), self.on)
        return self._unreplayed[kinds]

    def _kinds_of(self, portfolio: Portfolio) -> list[GateKind]:
        if portfolio.pk not in self._in_force:
            self._in_force[portfolio.pk] = self._kinds_in_force(portfolio)
        return self._in_force[portfolio.pk]

    @logged_transaction()
    def write(self) -> list[Pilot]:
        """Write all of it, and begin anew. Returns the pilots. Statements do not grow with the pilots or their gates."""
        locked_pilots, self.locked_pilots = self.locked_pilots, []
        history = [locked.replay(locked.events) for locked in locked_pilots]
        for locked, what in zip(locked_pilots, history, strict=True):
            copy_state_to_columns(locked.pilot, what.state)
        pilots = [locked.pilot for locked in locked_pilots]
        all_gates = [gate for locked in locked_pilots for gate in locked.gates.values()]
        unwritten = [event for locked in locked_pilots for event in locked.unwritten]
        written: list[Sequence[Model]] = [pilots, all_gates, unwritten]
        for rows in written:
            bulk_insert.give_keys(rows)
        for locked in locked_pilots:
            locked.sign()
        for gate in all_gates:
            gate.pilot = gate.pilot
        for rows in (*written, list(_decisions(unwritten))):
            bulk_insert.insert_rows(rows)
        self._store_periods(locked_pilots, history)
        return pilots

    def _store_periods(self, locked_pilots: list[NewPilot], history: list[replay.History]) -> None:
        """Store the periods that follow. The pilots are new: none is stored before."""
        both = list(zip(locked_pilots, history, strict=True))
        units = units_of((locked.pilot.portfolio_id, period.function) for locked, what in both for period in what.pilot)
        store_periods(
            [
                ReplayedPilot(locked.pilot, locked.gates, what, units[locked.pilot.portfolio_id], StoredPeriods({}, ()))
                for locked, what in both
            ],
            self.known,
        )


def _decisions(unwritten: list[Event]) -> Iterator[Decision]:
    for event in unwritten:
        decision = getattr(event, "decision", None)
        if decision is not None:
            decision.event = event
            yield decision
