"""Reading pilots from the tables as of a date (rule 1): the pure rules over their periods, with what a reader needs.

The number of queries does not depend on the number of pilots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Q

from pilots.derived import load, periods
from pilots.models import Function, Gate, GateKind, GatePeriod, Person, Pilot, PilotPeriod, Seat
from pilots.models.compiled import in_bulk
from pilots.rules import gates, replay, rights, stalls
from pilots.rules.actions import NOT_STARTED
from pilots.rules.events import Kind
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage
from readiness.queries.absences import people_on
from readiness.queries.period_rows import (
    GateHistory,
    Past,
    PilotHistory,
    SeatRow,
    gate_histories,
    pilot_histories,
    seats_in,
)
from readiness.queries.pilots import pilots
from readiness.queries.runs import Runs, runs_across_units
from readiness.rules import ledger, standing
from readiness.rules.residence import residences
from readiness.rules.working_days import Days

_OF_GATE = ("id", "public_id", "pilot_id", "kind_id")
PEOPLE = ("manager", "exceptions_to", "exceptions_deputy")
"""The columns of a pilot that name people."""


@dataclass(frozen=True, slots=True)
class GateSnapshot:
    """One gate on a date, with the people whose move it may be.

    `history` are its periods up to the date, in order; of the earlier ones those in which it was a decider's move.
    `answering` is whose answer it waits for (rule 7), and `away` until when those are away who are, by primary key.
    """

    gate: Gate
    kind: GateKind
    status: standing.GateStatus
    holder: Person | None
    deputy: Person | None
    escalation: Person | None
    answer_within: int | None = None
    history: Sequence[gates.GatePeriod] = ()
    delegate: Person | None = None
    answering: Person | None = None
    away: Mapping[int, date] = field(default_factory=dict)

    @property
    def away_until(self) -> date | None:
        """The last day on which whoever holds it is away; None where they are there."""
        return self.away.get(self.holder.pk) if self.holder else None

    @property
    def acting(self) -> Person | None:
        """Who answers while whoever holds it is away; None where nobody does, or needs to."""
        there = self.answering is not None and self.answering.pk not in self.away
        return self.answering if there and self.away_until else None


@dataclass(frozen=True, slots=True)
class PilotSnapshot:
    """A pilot on a date. `status` holds what the facts mean; the rest are the rows that it names by primary key.

    `asks_from` is the day after the last on which it had not started; `pauses` are those that had begun by the date.
    """

    pilot: Pilot
    status: standing.PilotStatus
    gates: Sequence[GateSnapshot]
    function: Function | None
    sponsor: Person | None
    manager: Person | None
    switched_off: Sequence[tuple[GateKind, date]] = ()
    asks_from: date = date.min
    pauses: Sequence[Days] = ()

    @property
    def at(self) -> date:
        return self.status.at

    @property
    def learned(self) -> str:
        """What was learned, of a pilot that has ended; a retirement that was taken back says nothing."""
        return self.pilot.learned if self.status.stage == Stage.RETIRED else ""

    @property
    def open_gates(self) -> list[GateSnapshot]:
        return [gate for gate in self.gates if gate.status.is_open]

    @property
    def waiting_gates(self) -> list[GateSnapshot]:
        """The open gates that wait on somebody: none before the start, in a pause, or when it has ended (rule 2)."""
        waits = self.status.stage in standing.WAITING_STAGES and self.status.void_since is None
        return self.open_gates if waits else []

    @property
    def kinds(self) -> list[GateKind]:
        """The kinds of all its gates in their order, those that are switched off included."""
        there = [*(gate.kind for gate in self.gates), *(kind for kind, _day in self.switched_off)]
        return sorted(there, key=lambda kind: (kind.position, kind.pk))

    @property
    def start_is_about(self) -> bool:
        """Whether a list gives its start as a month or a year only, so that no day of it is known."""
        return self.pilot.approximate and self.status.started_on is not None

    @property
    def standing_is_about(self) -> bool:
        """Whether the date that its standing is about follows from such a one: since when it is claimed, or when it stalls."""
        now = self.status
        if now.claim is not None:
            return self.pilot.approximate and now.claim.because == standing.NEVER_SHOWN and now.started_on is None
        return self.start_is_about and not now.slips and now.last_movement == now.started_on

    @property
    def decides_by_rule(self) -> bool:
        """Whether the decide-by date is the rule's six weeks after what a list says, so that nobody may have named it (rule 4)."""
        now = self.status
        if not self.pilot.source or now.slips or now.decide_by is None:
            return False
        return now.decide_by - (now.started_on or self.pilot.recorded_on) == stalls.SIX_WEEKS

    def gate(self, kind: str) -> GateSnapshot:
        """The gate of a kind, by its key."""
        return next(gate for gate in self.gates if gate.kind.key == kind)


Kinds = Mapping[int, GateKind]
"""Kinds of gates by primary key, as far as a page has read them already."""


def snapshots_of(
    rows: Iterable[Pilot], *, at: date, known_at: date | None = None, kinds: Kinds | None = None
) -> list[PilotSnapshot]:
    """Pilots on a date, in the order given; those not yet on record then are left out. Five queries for any number,
    one more where any is adopted, and two where any moved to another function while it waited.

    Args:
        rows: pilots; what they name is read here, once for all of them.
        at: the date it was so.
        known_at: what was recorded by that day; all that is known now unless said.
        kinds: kinds of gates that are read already; others are read here.
    """
    wanted = list(rows)
    own = pilot_histories([pilot.pk for pilot in wanted], at, known_at)
    return _read_all([pilot for pilot in wanted if pilot.pk in own], own, at, known_at, kinds)


def snapshots_by_key(keys: Iterable[int], *, at: date, kinds: Kinds | None = None) -> dict[int, PilotSnapshot]:
    """The same of pilots by their primary keys, by primary key: as many queries, the pilots' own rows among what they read."""
    own = pilot_histories(set(keys), at, with_rows=True)
    rows = [history.row for history in own.values() if history.row is not None]
    return {one.pilot.pk: one for one in _read_all(rows, own, at, None, kinds)}


def _read_all(
    wanted: Sequence[Pilot], own: Mapping[int, PilotHistory], at: date, known_at: date | None, kinds: Kinds | None
) -> list[PilotSnapshot]:
    found = gate_histories(own, at, known_at)
    seats = seats_in({history.unit for history in own.values()}, at)
    return _put_together(wanted, own, found, seats, at, known_at, kinds)


def snapshot_in(past: Past, pilot: Pilot, *, at: date, kinds: Kinds) -> PilotSnapshot:
    """One pilot on a date, whose past up to it is read already. One query for people, and as `snapshots_of` says more."""
    own, found = {pilot.pk: past.pilot}, {pilot.pk: list(past.gates)}
    return _put_together([pilot], own, found, past.seats_on(at), at, None, kinds)[0]


def charges_in(past: Past, *, kinds: Kinds, start: date, end: date) -> Iterator[ledger.Charge]:
    """The days of one pilot from `start` up to, not including, `end`, charged to courts (rule 12). No query.

    Args:
        kinds: of all its gates, by primary key.
    """
    seats: dict[tuple[int | None, str], list[rights.Seat]] = {}
    for stay in past.stays:
        if stay.kind in kinds:
            seats.setdefault((stay.function, kinds[stay.kind].key), []).append(stay.row.seat)
    rules = {kind.key: kind.as_rule() for kind in kinds.values()}
    in_order = sorted(past.gates, key=lambda gate: (kinds[gate.kind].position, gate.kind))
    gates = {kinds[gate.kind].key: gate.periods for gate in in_order}
    return ledger.charges(rules, past.pilot.periods, gates, lambda *place: seats.get(place, []), start=start, end=end)


def _put_together(
    wanted: Sequence[Pilot],
    own: Mapping[int, PilotHistory],
    found: Mapping[int, list[GateHistory]],
    seats: Mapping[int, Mapping[int, SeatRow]],
    at: date,
    known_at: date | None,
    kinds: Kinds | None,
) -> list[PilotSnapshot]:
    runs = runs_across_units(_last_periods(found), at, known_at)
    adopted = [pk for pk, history in own.items() if history.periods[-1].stage == Stage.ADOPTED]
    lived = residences(adopted, at=at, known_at=known_at)
    named = _Named(wanted, own, found, seats, kinds or {}, at)
    return [
        _read(
            pilot, own[pilot.pk], found.get(pilot.pk, []), seats, at, lived.get(pilot.pk), runs.get(pilot.pk, {}), named
        )
        for pilot in wanted
    ]


def snapshot_of(
    pilot: Pilot, *, at: date, known_at: date | None = None, kinds: Kinds | None = None
) -> PilotSnapshot | None:
    """One pilot on a date, or None where it was not yet on record."""
    snapshots = snapshots_of([pilot], at=at, known_at=known_at, kinds=kinds)
    return snapshots[0] if snapshots else None


class _Named:
    """The rows that pilots, periods and seats name by primary key, each read once: people, kinds, functions and portfolios.

    Pilots that were read without them get theirs.
    """

    def __init__(
        self,
        rows: Sequence[Pilot],
        own: Mapping[int, PilotHistory],
        found: Mapping[int, Sequence[GateHistory]],
        seats: Mapping[int, Mapping[int, SeatRow]],
        kinds: Kinds,
        at: date,
    ) -> None:
        gates = [gate for of_pilot in found.values() for gate in of_pilot]
        self.kinds = {**kinds, **in_bulk(GateKind, {gate.kind for gate in gates} - kinds.keys())}
        self.rules = {pk: kind.as_rule() for pk, kind in self.kinds.items()}
        people = {gate.periods[-1].person for gate in gates}
        people |= {who for unit in seats.values() for row in unit.values() for who in rights.named(row.seat)}
        people |= {getattr(row, f"{name}_id") for row in rows for name in PEOPLE}
        for history in own.values():
            now = history.periods[-1]
            people |= {now.sponsor, now.manager, history.portfolio.escalation_id}
        self.people, self.away = people_on(people, at)
        for row in rows:
            of_row = own[row.pk]
            row.portfolio, row.function = of_row.portfolio, of_row.function_now
            row.portfolio.escalation = self.person(row.portfolio.escalation_id)
            for name in PEOPLE:
                setattr(row, name, self.person(getattr(row, f"{name}_id")))

    def person(self, pk: int | None) -> Person | None:
        return self.people[pk] if pk is not None else None


def _last_periods(found: Mapping[int, Sequence[GateHistory]]) -> dict[int, list[tuple[int, gates.GatePeriod]]]:
    return {pk: [(gate.kind, gate.periods[-1]) for gate in of_pilot] for pk, of_pilot in found.items()}


def _read(
    pilot: Pilot,
    own: PilotHistory,
    found: list[GateHistory],
    seats: Mapping[int, Mapping[int, SeatRow]],
    at: date,
    residence: str | None,
    runs: Runs,
    named: _Named,
) -> PilotSnapshot:
    kinds, held = named.kinds, seats.get(own.unit, {})
    found.sort(key=lambda gate: (kinds[gate.kind].position, gate.kind))
    off = [(kinds[gate.kind], gate.periods[-1].since) for gate in found if gate.periods[-1].awaits == Awaits.OFF]
    asked = [gate for gate in found if gate.periods[-1].awaits != Awaits.OFF]
    period = own.periods[-1]
    status = standing.read(
        {kinds[gate.kind].key: named.rules[gate.kind] for gate in asked},
        period,
        {kinds[gate.kind].key: gate.periods[-1] for gate in asked},
        {kinds[gate.kind].key: _sits(gate.kind, held, at, runs) for gate in asked},
        at=at,
        terms=standing.Terms(own.quiet_days, own.warning_days, pilot.recorded_on, bool(pilot.source)),
        residence=residence,
    )
    return PilotSnapshot(
        pilot,
        status,
        [_gate(gate, status.gates[kinds[gate.kind].key], held.get(gate.kind), period.sponsor, named) for gate in asked],
        own.function,
        named.person(period.sponsor),
        named.person(period.manager),
        off,
        _asks_from(own.periods),
        _pauses(own.periods, at),
    )


def _asks_from(own: Sequence[replay.PilotPeriod]) -> date:
    before = [period.last_day for period in own if period.stage in NOT_STARTED]
    return before[-1] + ledger.DAY if before and before[-1] else date.min


def _pauses(own: Sequence[replay.PilotPeriod], at: date) -> list[Days]:
    """The pauses that had begun by a date. One that still ran goes on to its last day, where it has one."""
    out = []
    for period in own:
        if period.stage == Stage.PAUSED:
            ended = period.last_day if period.last_day and period.last_day < at else None
            ends = [day for day in (period.paused_until, ended) if day is not None]
            out.append((period.first_day, min(ends, default=at)))
    return out


def _sits(kind: int, held: Mapping[int, SeatRow], at: date, runs: Runs) -> rights.Seat:
    """Who sits for a kind, and since when somebody, or nobody, has, also where the pilot lay before."""
    seat = held[kind].seat if kind in held else rights.Seat(first_day=at, last_day=None)
    return replace(seat, run_from=runs[kind]) if kind in runs else seat


def _gate(
    found: GateHistory, status: standing.GateStatus, row: SeatRow | None, sponsor: int | None, named: _Named
) -> GateSnapshot:
    kind = named.kinds[found.kind]
    gate = Gate.from_db(connection.alias, _OF_GATE, (found.gate, found.public_id, found.pilot, found.kind))
    gate.kind = kind
    if kind.clears_by == ClearsBy.ACCEPTANCE or row is None:
        person = named.person(found.periods[-1].person)
        return GateSnapshot(gate, kind, status, person, None, None, answering=person, away=named.away)
    barred = () if sponsor is None else (sponsor,)
    return GateSnapshot(
        gate=gate,
        kind=kind,
        status=status,
        holder=named.person(row.seat.holder),
        deputy=named.person(row.seat.deputy),
        escalation=named.person(row.seat.escalation),
        delegate=named.person(row.seat.delegate),
        answer_within=row.answer_within,
        history=found.periods,
        answering=named.person(rights.answering(row.seat, barred=barred, away=named.away)),
        away=named.away,
    )


def charges_of(rows: Sequence[Pilot], *, start: date, end: date) -> Iterator[tuple[Pilot, ledger.Charge]]:
    """The days of these pilots from `start` up to, not including, `end`, charged to courts (rule 12). Three queries."""
    own: dict[int, list[Any]] = {pilot.pk: [] for pilot in rows}
    found: dict[int, dict[str, list[Any]]] = {pilot.pk: {} for pilot in rows}
    kinds: dict[str, Kind] = {}
    now = Q(superseded_on=None, first_day__lt=end)
    for row in PilotPeriod.objects.filter(now, pilot__in=rows).select_related("unit").order_by("first_day"):
        own[row.pilot_id].append(periods.as_pilot_period(row))
    for period in (
        GatePeriod.objects.filter(now, gate__pilot__in=rows)
        .select_related("unit", "gate", "kind")
        .order_by("kind__position", "kind_id", "first_day")
    ):
        kinds.setdefault(period.kind.key, period.kind.as_rule())
        of_gate = found[period.gate.pilot_id].setdefault(period.kind.key, [])
        of_gate.append(periods.as_gate_period(period))
    seats = _seats_by_place({pilot.portfolio_id for pilot in rows})
    for pilot in rows:
        sat = partial(_seats_at, seats, pilot.portfolio_id)
        for charge in ledger.charges(kinds, own[pilot.pk], found[pilot.pk], sat, start=start, end=end):
            yield pilot, charge


Places = dict[tuple[int, int | None, str], list[Any]]


def _seats_at(seats: Places, portfolio: int, function: int | None, kind: str) -> list[Any]:
    return seats.get((portfolio, function, kind), [])


def _seats_by_place(portfolios: set[int]) -> Places:
    """Every seat of some portfolios, by portfolio, function and kind, in order of their days."""
    out: Places = {}
    rows = Seat.objects.filter(unit__portfolio__in=portfolios)
    for row in rows.select_related("unit", "kind").order_by("first_day"):
        place = (row.unit.portfolio_id, row.unit.function_id, row.kind.key)
        out.setdefault(place, []).append(load.as_seat(row))
    return out


__all__ = [
    "GateSnapshot",
    "PilotSnapshot",
    "charges_in",
    "charges_of",
    "pilots",
    "snapshot_in",
    "snapshot_of",
    "snapshots_by_key",
    "snapshots_of",
]
