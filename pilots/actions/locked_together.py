"""Pilots that are locked together: what they share is read once, and what is written to each is stored at the end.

Of most, all events are read and replayed, as for one alone. Where an action needs to know no more than the last period says,
and changes nothing but that, nothing is replayed; a test holds both to the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q

from pilots import permissions
from pilots.actions.locked_pilot import COLUMNS, LOCKED_TOGETHER, LockedPilot, action_days, copy_state_to_columns
from pilots.derived import load
from pilots.derived.bulk_insert import insert_rows
from pilots.derived.periods import ReplayedPilot, follow_pilots, store_periods
from pilots.derived.units import Units, units_of
from pilots.event_log.sign import move_heads, sign
from pilots.models import (
    Decision,
    Event,
    Evidence,
    Gate,
    GatePeriod,
    Person,
    Pilot,
    PilotPeriod,
    Portfolio,
    StallPolicy,
)
from pilots.refusals import BeforeRecord
from pilots.rules import stalls
from pilots.rules.events import EventRecord
from pilots.rules.transitions import APPLY, PilotState
from pilots.rules.vocabulary import Role

FOREIGN = tuple(column.name for column in COLUMNS if column.is_relation)
"""What of a pilot names another row: it is there, for it was read, or chosen, once for all of them."""
OF_ONE_PERIOD = frozenset({"move_decide_by"})
"""The actions that need to know of a running pilot only what its last period says, and change nothing but that."""
OF_STATE = ("stage", "since", "started_on", "decide_by", "slips", "last_movement", "void_since")
"""What the last period says of where a pilot stands, by the names that the replay has for it too."""
KEPT_IN_CHAIN = frozenset({"log_head", "log_count", "version"})
"""The columns of a pilot that follow from its events by their number alone."""


@dataclass(frozen=True, slots=True)
class Days:
    """The day of an action on many, and the day on which it is written down."""

    on: date
    known: date
    action: str

    def last_periods(self, pilots: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The last periods of those pilots of which nothing more needs to be known, as columns, by pilot (`OF_ONE_PERIOD`).

        Not of those that were ever paused, of which an answer is over by now, or to which something was done on that day.
        """
        if self.action not in OF_ONE_PERIOD or self.on != self.known:
            return {}
        keys = list(pilots)
        stands = PilotPeriod.objects.filter(pilot__in=keys, last_day=None, superseded_on=None, first_day__lt=self.on)
        found = {row["pilot_id"]: dict(row) for row in stands.values()}
        of_today = Q(effective_on__gte=self.on) | Q(known_on__gt=self.known) | Q(action="pause")
        others = set(Event.objects.filter(of_today, pilot__in=keys).order_by().values_list("pilot", flat=True))
        over = GatePeriod.objects.filter(last_day=None, superseded_on=None, good_until__lt=self.on)
        others |= set(over.filter(gate__pilot__in=keys).order_by().values_list("gate__pilot", flat=True))
        return {pk: row for pk, row in found.items() if pk not in others}


@contextmanager
def locked_together(pilots: Sequence[int], by: Person, when: Days) -> Iterator[PilotsTogether]:
    """Lock many pilots, and let the actions that are done meanwhile find them; what they write is written at the end."""
    together = PilotsTogether.lock_all(pilots, by, when)
    token = LOCKED_TOGETHER.set(together)
    try:
        yield together
    finally:
        LOCKED_TOGETHER.reset(token)
    together.store()


@dataclass(slots=True)
class OneOfMany(LockedPilot):
    """One pilot of many that are locked together: what others of them share is read once."""

    together: PilotsTogether = field(kw_only=True)

    @property
    def in_hand(self) -> tuple[str, ...]:
        return FOREIGN

    def roles(self) -> frozenset[Role]:
        """What of the person acting allows any of these actions; who decides its gates is not looked up."""
        assert self.by is not None
        who, state = self.by.pk, self.state
        if permissions.has_left(self.by, self.on):
            return frozenset()
        return permissions.roles_of(
            who,
            office=self.is_office(),
            sponsor=state.sponsor,
            manager=state.manager,
            escalation=self.pilot.portfolio.escalation_id,
            named=(),
            seated=(),
        )

    def is_office(self) -> bool:
        return self.together.is_office(self.pilot.portfolio)

    def quiet_days(self, day: date) -> int:
        return self.together.quiet_days(self.pilot.portfolio_id, day)

    def latest(self) -> PilotState:
        return LockedPilot.latest(self) if self.stored_periods is None else self.state

    def append(self, event: Event, pieces: Sequence[Evidence] = (), rests_on: Decision | None = None) -> None:
        """Sign an event into the pilot's chain, and keep it with what follows until all of them are written."""
        assert not pieces
        assert getattr(event, "decision", None) is None
        sign(self.pilot, event)
        history = self._replay_with(load.event_record(event))
        before = self.stored_periods if self.on == self.known else None
        copy_state_to_columns(self.pilot, history.state)
        self.together.keep(self, event, ReplayedPilot(self.pilot, self.gates, history, self.units, before))


@dataclass(slots=True)
class OfOnePeriod(OneOfMany):
    """One of them whose last period says all that the action has to know: nothing is replayed, and one period follows."""

    period: dict[str, Any] = field(kw_only=True)

    @classmethod
    def of(
        cls,
        together: PilotsTogether,
        row: Pilot,
        by: Person | None,
        on: date,
        known: date,
        expected_version: int | None,
    ) -> OfOnePeriod:
        """As it stands by its last period."""
        period, places = together.last_periods[row.pk], Units(row.portfolio_id)
        state = PilotState(row.recorded_on, {}, **{name: period[name] for name in OF_STATE})
        locked = cls(row, by, on, known, [], state, {}, places, together=together, period=period)
        locked.is_stale = expected_version is not None and expected_version != row.version
        return locked

    def latest(self) -> PilotState:
        return self.state

    def append(self, event: Event, pieces: Sequence[Evidence] = (), rests_on: Decision | None = None) -> None:
        """Sign an event into the pilot's chain, and keep it with the period that begins."""
        sign(self.pilot, event)
        APPLY[event.action](
            self.state, EventRecord(event.number, self.on, self.known, event.action, None, None, event.data)
        )
        now = {name: getattr(self.state, name) for name in OF_STATE}
        begins = {"first_day": self.on, "recorded_from": self.known, "stall_clock_from": self.state.clock}
        self.together.begin(self.period, event, self.period | now | begins)


@dataclass(slots=True)
class PilotsTogether:
    """Pilots that are locked together, each with its gates and events, and what was written to them and is not stored yet."""

    by: Person
    pilots: dict[int, Pilot]
    gates: dict[int, dict[str, Gate]]
    events: dict[int, list[EventRecord]]
    stored_columns: dict[int, dict[str, Any]]
    units: dict[int, Units]
    last_periods: dict[int, dict[str, Any]]
    unwritten: list[Event] = field(default_factory=list)
    replayed: dict[int, ReplayedPilot] = field(default_factory=dict)
    begun: list[dict[str, Any]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    known: dict[int, date] = field(default_factory=dict)
    _offices: dict[int, bool] = field(default_factory=dict)
    _quiet_days: dict[date, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def lock_all(cls, pilots: Sequence[int], by: Person, when: Days) -> PilotsTogether:
        """Lock them in one order, and read what the actions need of them: a few statements for any number."""
        rows = {row.pk: row for row in Pilot.objects.select_for_update().filter(pk__in=set(pilots)).order_by("pk")}
        portfolios = Portfolio.objects.in_bulk({row.portfolio_id for row in rows.values()})
        for row in rows.values():
            row.portfolio = portfolios[row.portfolio_id]
        last = when.last_periods(rows)
        others = rows.keys() - last.keys()
        gates, events = _histories(others)
        stored = {pk: _columns(rows[pk]) for pk in others}
        units = units_of((rows[pk].portfolio_id, rows[pk].function_id) for pk in others)
        return cls(by, rows, gates, events, stored, units, last)

    def lock(
        self, pilot: Pilot, by: Person | None, on: date | None, known: date | None, expected_version: int | None
    ) -> OneOfMany:
        """One of them, as it stands by now, what was written meanwhile included."""
        on, known = action_days(on, known)
        row = self.pilots[pilot.pk]
        if pilot.pk in self.last_periods:
            return OfOnePeriod.of(self, row, by, on, known, expected_version)
        events = self.events[pilot.pk]
        if by is not None and on < row.recorded_on:
            raise BeforeRecord(field="on")
        known = max([known, *(event.known for event in events[-1:])])
        locked = OneOfMany(
            row,
            by,
            on,
            known,
            list(events),
            PilotState(on, {}),
            self.gates[row.pk],
            self.units[row.portfolio_id],
            together=self,
        )
        locked.is_stale = expected_version is not None and expected_version != row.version
        locked.learn_state()
        return locked

    def is_office(self, portfolio: Portfolio) -> bool:
        """Whether whoever acts is of a portfolio's program office."""
        if portfolio.pk not in self._offices:
            self._offices[portfolio.pk] = permissions.is_office(self.by, portfolio)
        return self._offices[portfolio.pk]

    def quiet_days(self, portfolio: int, day: date) -> int:
        """The days without movement after which pilots of a portfolio stall, on a day."""
        if day not in self._quiet_days:
            rows = StallPolicy.objects.filter(starts__lte=day).order_by("starts")
            self._quiet_days[day] = dict(rows.values_list("portfolio_id", "quiet_days"))
        return self._quiet_days[day].get(portfolio, stalls.QUIET_DAYS)

    def keep(self, locked: OneOfMany, event: Event, replayed: ReplayedPilot) -> None:
        """Keep what an action wrote to one of them."""
        pk = locked.pilot.pk
        earlier = self.replayed.get(pk)
        if earlier is not None:
            replayed.before = earlier.before
        self.unwritten.append(event)
        self.events[pk] = locked.events
        self.replayed[pk], self.known[pk] = replayed, locked.known

    def begin(self, last: dict[str, Any], event: Event, row: dict[str, Any]) -> None:
        """Keep an event after which one period of its pilot ends, and another begins."""
        self.unwritten.append(event)
        self.ended.append(last["id"])
        self.begun.append({name: value for name, value in row.items() if name != "id"})

    def store(self) -> None:
        """Write all of it: statements do not grow with the pilots."""
        insert_rows(self.unwritten)
        follow_pilots(self.ended, self.begun)
        if self.begun:
            move_heads([row["pilot_id"] for row in self.begun], version=F("version") + 1)
        written: dict[date, list[ReplayedPilot]] = {}
        for pk, one in self.replayed.items():
            written.setdefault(self.known[pk], []).append(one)
        for known, replayed in written.items():
            store_periods(replayed, known)
        self._store_columns()

    def _store_columns(self) -> None:
        """The heads of their chains, and what else of the pilots is another than before, alike for many."""
        by_number: dict[int, list[int]] = {}
        alike: dict[tuple[str, Any], list[int]] = {}
        for pk in self.replayed:
            before, now = self.stored_columns[pk], _columns(self.pilots[pk])
            by_number.setdefault(now["version"] - before["version"], []).append(pk)
            for name, value in now.items():
                if name not in KEPT_IN_CHAIN and before[name] != value:
                    alike.setdefault((name, value), []).append(pk)
        for number, pks in by_number.items():
            move_heads(pks, version=F("version") + number)
        for (name, value), pks in alike.items():
            Pilot.objects.filter(pk__in=pks).update(**{name: value})


def _histories(pilots: Collection[int]) -> tuple[dict[int, dict[str, Gate]], dict[int, list[EventRecord]]]:
    """The gates of pilots by the key of their kind, and their events, in two statements."""
    gates: dict[int, dict[str, Gate]] = {pk: {} for pk in pilots}
    for gate in Gate.objects.filter(pilot__in=pilots).select_related("kind").order_by("kind__position", "kind_id"):
        gates[gate.pilot_id][gate.kind.key] = gate
    keys = {gate.pk: key for of in gates.values() for key, gate in of.items()}
    events: dict[int, list[EventRecord]] = {pk: [] for pk in pilots}
    logged = Event.objects.filter(pilot__in=pilots).order_by("pilot", "number")
    for pk, *columns in logged.values_list("pilot_id", *load.EVENT_COLUMNS):
        events[pk].append(load.record_of(keys, *columns))
    return gates, events


def _columns(pilot: Pilot) -> dict[str, Any]:
    return {column.attname: getattr(pilot, column.attname) for column in COLUMNS}
