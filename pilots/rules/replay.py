"""A pilot replayed event by event: where it stands after each day, and the periods that its events leave behind.

Events are applied in order, day by day. After each day the pilot and each gate are looked at; where anything is
another than before, a new period begins. Periods are all that reading needs: no event is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from pilots.rules.corrections import corrected
from pilots.rules.events import EventRecord, Kind, in_order
from pilots.rules.gates import GatePeriod, GateState
from pilots.rules.transitions import APPLIES_IN, APPLY, SPONSOR, PilotState
from pilots.rules.vocabulary import Awaits, Stage, Verdict

__all__ = ["SPONSOR", "History", "PilotPeriod", "PilotState", "replay", "replay_day", "state_at_end", "state_on"]


@dataclass(frozen=True, slots=True)
class PilotPeriod:
    """A stretch of days on which nothing happened to a pilot; `last_day` is the last one.

    A pause past `paused_until` is read as running. `stall_clock_from` is max(decide-by, last movement) plus the pauses after it;
    `all_clear` says that every gate has an answer that clears, `clear_through` the last day on which all of them hold.
    `void_since` is the day on which it was declared void, None where it is not. `retired_because` is the cause of a retirement,
    empty where nobody said it.
    `last_shown_on` is the last day on which the facts of earlier periods showed this adoption, None where they never did.
    """

    first_day: date
    last_day: date | None
    stage: str
    since: date
    started_on: date | None = None
    decide_by: date | None = None
    slips: int = 0
    paused_until: date | None = None
    stall_clock_from: date | None = None
    last_movement: date | None = None
    function: int | None = None
    manager: int | None = None
    sponsor: int | None = None
    all_clear: bool = False
    clear_through: date | None = None
    missing_rules: tuple[str, ...] = ()
    last_shown_on: date | None = None
    quality: str = Verdict.NONE
    measured_on: date | None = None
    goalpost_moved: bool = False
    void_since: date | None = None
    retired_because: str = ""

    @property
    def shows(self) -> bool:
        """Whether an adopted period shows what it declares on its first day; it goes on to show it up to `clear_through`."""
        return self.stage == Stage.ADOPTED and self.would_show

    @property
    def would_show(self) -> bool:
        """Whether the facts of a period show an adoption on its first day, declared or not."""
        return (
            self.all_clear
            and not self.missing_rules
            and (self.clear_through is None or self.first_day <= self.clear_through)
        )

    def stage_on(self, day: date) -> str:
        """The stage on a day: a pause ends by itself."""
        over = self.stage == Stage.PAUSED and self.paused_until is not None and day > self.paused_until
        return Stage.RUNNING if over else self.stage


def _all_but_days(period: type) -> Callable[[Any], Any]:
    names = (field.name for field in fields(period))
    return attrgetter(*(name for name in names if name not in ("first_day", "last_day")))


_OF_PILOT, _OF_GATE = _all_but_days(PilotPeriod), _all_but_days(GatePeriod)


@dataclass(slots=True)
class History:
    """What a pilot's events left behind: its state after the last of them, and the periods on the way."""

    state: PilotState
    gates: dict[str, list[GatePeriod]]
    pilot: list[PilotPeriod]


def replay(recorded_on: date, kinds: Iterable[Kind], events: Iterable[EventRecord]) -> History:
    """Apply a pilot's events from its record on.

    Args:
        recorded_on: the day from which its gates exist, and are open.
        kinds: the kinds of gate that apply to it, in their order.
        events: all that was done, in any order. What a list says may lie before the record, and be corrected later.
    """
    pilot = PilotState(recorded_on, {kind.key: GateState(kind, since=recorded_on) for kind in kinds})
    history = History(pilot, {key: [] for key in pilot.gates}, [])
    events = in_order(corrected(list(events)))
    for late in (event.gate for event in events if event.action == "open_gate"):
        pilot.gates[late or ""].off = True
    for gate in pilot.gates.values():
        gate.name = gate.state({})
    for day, todays in groupby(events, key=lambda event: event.effective_on):
        replay_day(history, day, todays)
    return history


def state_on(recorded_on: date, kinds: Iterable[Kind], events: Iterable[EventRecord], day: date) -> PilotState:
    """Where a pilot stood at the end of a day, by these of its events."""
    until = [event for event in in_order(corrected(list(events))) if event.effective_on <= day]
    return state_at_end(replay(recorded_on, kinds, until), day)


def state_at_end(history: History, day: date) -> PilotState:
    """Where a pilot stands at the end of a day that is not before the last event of a history."""
    for gate in history.state.gates.values():
        gate.lapse(day)
    return history.state


def replay_day(history: History, day: date, todays: Iterable[EventRecord]) -> None:
    """Go on, in place, with the events of a day that is later than all before it. They open no gate."""
    pilot = history.state
    moved: set[str | None] = set()
    _let_time_pass(pilot, day)
    for event in todays:
        _one(pilot, event, day, moved)
    if day >= pilot.recorded_on:
        _look(history, day, moved)
    else:
        _look(history, pilot.recorded_on, set())


def _let_time_pass(pilot: PilotState, day: date) -> None:
    pilot.let_pause_end(day)
    for gate in pilot.gates.values():
        gate.lapse(day)


def _one(pilot: PilotState, event: EventRecord, day: date, moved: set[str | None]) -> None:
    fits = event.action not in APPLIES_IN or pilot.stage in APPLIES_IN[event.action]
    if fits and event.action in APPLY and APPLY[event.action](pilot, event):
        pilot.move(day)
        moved.add(event.gate)
    for gate in pilot.gates.values():
        gate.settle(max(day, pilot.recorded_on), pilot.against_seal(gate))


def _look(history: History, day: date, moved: set[str | None]) -> None:
    """Begin a new period wherever something is another than before."""
    pilot = history.state
    for key, gate in pilot.gates.items():
        period = gate.period(
            day, pilot.against_seal(gate), met_until=pilot.met_until, function=pilot.function, moved=key in moved
        )
        _append(history.gates[key], period)
    _append(history.pilot, _pilot_period(history, day))


def _append(periods: list[Any], period: Any) -> None:
    if periods:
        last = periods[-1]
        if _says(last) == _says(period) or _goes_on(last, period):
            return
        if last.first_day == period.first_day:
            periods[-1] = period
            return
        periods[-1] = replace(last, last_day=period.first_day - timedelta(days=1))
    periods.append(period)


def _says(period: Any) -> Any:
    """What a period says of its days, whichever they are."""
    return (_OF_GATE if isinstance(period, GatePeriod) else _OF_PILOT)(period)


def _goes_on(last: Any, period: Any) -> bool:
    """Whether a gate's period that began with a movement goes on: what came after it moved nothing and changed nothing."""
    return (
        isinstance(last, GatePeriod)
        and last.moved
        and last.first_day < period.first_day
        and _says(replace(last, moved=False)) == _says(period)
    )


def _pilot_period(history: History, day: date) -> PilotPeriod:
    pilot = history.state
    now = [periods[-1] for periods in history.gates.values() if periods[-1].awaits != Awaits.OFF]
    ends = [period.good_until for period in now if period.good_until is not None]
    all_clear = all(period.awaits == Awaits.NOTHING for period in now)
    through = min(ends) if ends and all_clear else None
    before = history.pilot[-1] if history.pilot else None
    _remember_last_shown(pilot, before, day)
    return PilotPeriod(
        first_day=day,
        last_day=None,
        stage=pilot.stage,
        since=pilot.since,
        started_on=pilot.started_on,
        decide_by=pilot.decide_by,
        slips=pilot.slips,
        paused_until=pilot.paused_until,
        stall_clock_from=pilot.clock,
        last_movement=pilot.moved_on,
        function=pilot.function,
        manager=pilot.manager,
        sponsor=pilot.sponsor,
        all_clear=all_clear,
        clear_through=through,
        missing_rules=pilot.missing_rules,
        last_shown_on=pilot.last_shown_on,
        quality=pilot.verdict,
        measured_on=pilot.measured_on,
        goalpost_moved=bool(pilot.goalposts),
        void_since=pilot.void_since,
        retired_because=pilot.retired_because,
    )


def _remember_last_shown(pilot: PilotState, before: PilotPeriod | None, day: date) -> None:
    """Learn from the period before up to which day the facts showed the adoption.

    While it is retired that is kept aside: taken back, it is adopted as if nothing had been.
    """
    if before is None or before.first_day >= day or not before.would_show:
        return
    adoption = pilot.before_retirement if pilot.stage == Stage.RETIRED else pilot
    if adoption is None or adoption.stage != Stage.ADOPTED:
        return
    if before.stage == Stage.ADOPTED or (before.stage == Stage.RETIRED and adoption.since <= before.first_day):
        adoption.last_shown_on = min(before.clear_through or date.max, day - timedelta(days=1))
