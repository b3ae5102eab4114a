"""Reading pilots from the tables as of a date (rule 1): the pure rules over their periods, with what a reader needs.

The number of queries does not depend on the number of pilots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import F, Q

from pilots.derived import load, periods
from pilots.models import Function, Gate, GateKind, GatePeriod, Person, Pilot, PilotPeriod, Seat
from pilots.rules import rights
from pilots.rules.actions import NOT_STARTED
from pilots.rules.events import Kind
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage
from readiness.queries.pilots import in_force, pilots, stall_terms
from readiness.rules import ledger, standing
from readiness.rules.residence import residences
from readiness.rules.working_days import Days

NOBODY_ASKED = Q(stage__in=[*NOT_STARTED, Stage.PAUSED])
"""Of a pilot's periods, those of whose days nobody is asked anything."""
TO_ANSWER = ~Q(kind__clears_by=ClearsBy.ACCEPTANCE) & (Q(awaits=Awaits.DECISION) | Q(good_until__lt=F("last_day")))
"""Of a gate's periods, those in which it was a decider's move for some days, whoever held it."""


@dataclass(frozen=True, slots=True)
class GateSnapshot:
    """One gate on a date, with the people whose move it may be.

    `history` are its periods up to the date, in order; of the earlier ones those in which it was a decider's move.
    """

    gate: Gate
    kind: GateKind
    status: standing.GateStatus
    holder: Person | None
    deputy: Person | None
    escalation: Person | None
    answer_within: int | None = None
    history: Sequence[GatePeriod] = ()
    delegate: Person | None = None


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
    def open_gates(self) -> list[GateSnapshot]:
        return [gate for gate in self.gates if gate.status.is_open]

    @property
    def waiting_gates(self) -> list[GateSnapshot]:
        """The open gates that wait on somebody: none before the start, in a pause, or when it has ended (rule 2)."""
        waits = self.status.stage in standing.WAITING_STAGES and self.status.void_since is None
        return self.open_gates if waits else []

    def gate(self, kind: str) -> GateSnapshot:
        """The gate of a kind, by its key."""
        return next(gate for gate in self.gates if gate.kind.key == kind)


def snapshots_of(rows: Iterable[Pilot], *, at: date, known_at: date | None = None) -> list[PilotSnapshot]:
    """Pilots on a date, in the order given; those not yet on record then are left out. Three queries for any number,
    one more where any is adopted, and two where any moved to another function while it waited.

    Args:
        rows: pilots, with their portfolio selected where it will be read.
        at: the date it was so.
        known_at: what was recorded by that day; all that is known now unless said.
    """
    wanted = list(rows)
    there = _with_earlier(NOBODY_ASKED, at, known_at)
    found = PilotPeriod.objects.filter(there, pilot__in=wanted)
    own = _in_order(found.annotate(**stall_terms(at)), "pilot_id", known_at)
    there = _with_earlier(TO_ANSWER, at, known_at)
    history = _in_order(GatePeriod.objects.filter(there, gate__pilot__in=wanted), "gate_id", known_at)
    gates: dict[int, list[GatePeriod]] = {}
    for of_gate in history.values():
        gates.setdefault(of_gate[-1].gate.pilot_id, []).append(of_gate[-1])
    seats = _seats({of_pilot[-1].unit_id for of_pilot in own.values()}, at)
    runs = _runs(gates, at, known_at)
    adopted = [pk for pk, of_pilot in own.items() if of_pilot[-1].stage == Stage.ADOPTED]
    lived = residences(adopted, at=at, known_at=known_at)
    out = []
    for pilot in wanted:
        if pilot.pk in own:
            period = own[pilot.pk][-1]
            terms = standing.Terms(period.quiet_days, period.warning_days, pilot.recorded_on, bool(pilot.source))
            held = seats.get(period.unit_id, {})
            of_pilot = [history[each.gate_id] for each in gates.get(pilot.pk, [])]
            lives = lived.get(pilot.pk)
            run = runs.get(pilot.pk, {})
            out.append(_read(pilot, own[pilot.pk], of_pilot, held, at, terms, lives, run))
    return out


def snapshot_of(pilot: Pilot, *, at: date, known_at: date | None = None) -> PilotSnapshot | None:
    """One pilot on a date, or None where it was not yet on record."""
    snapshots = snapshots_of([pilot], at=at, known_at=known_at)
    return snapshots[0] if snapshots else None


def _with_earlier(those: Q, at: date, known_at: date | None) -> Q:
    """The periods in which a date lies, and those of the earlier ones; all earlier ones where it is asked what was known."""
    there = in_force(at, known_at)
    return there if known_at else there | Q(superseded_on=None, first_day__lte=at) & those


def _in_order(found: Any, owner: str, known_at: date | None) -> dict[int, list[Any]]:
    """The periods known, in order, by their owner."""
    people = ("manager", "sponsor") if found.model is PilotPeriod else ("gate", "kind", "person")
    out: dict[int, list[Any]] = {}
    for row in found.select_related("unit__function", *people).order_by("first_day"):
        before = out.setdefault(getattr(row, owner), [])
        if known_at:
            # `last_day` follows what is known now: then, a period ended where the next one known then began.
            row.last_day = None
            if before:
                before[-1].last_day = row.first_day - ledger.DAY
        before.append(row)
    return out


def _seats(units: set[int], at: date) -> dict[int, dict[int, Seat]]:
    """Who sits where on a date, by unit and kind."""
    out: dict[int, dict[int, Seat]] = {}
    rows = Seat.objects.filter(
        Q(last_day=None) | Q(last_day__gte=at), unit__in=units, first_day__lte=at
    ).select_related("holder", "deputy", "escalation", "delegate", "right")
    for row in rows:
        out.setdefault(row.unit_id, {})[row.kind_id] = row
    return out


Runs = dict[int, date | None]
"""Since when a decision has been held, or not, wherever the pilot lay, by kind."""


def _runs(gates: dict[int, list[GatePeriod]], at: date, known_at: date | None) -> dict[int, Runs]:
    """The runs of pilots that moved to another unit while a gate was open, by pilot. Two queries where one may have."""
    may_have = [pilot for pilot, found in gates.items() if any(_waits_from_before(period) for period in found)]
    stays: dict[int, list[tuple[date, int]]] = {}
    if may_have:
        known = in_force(at, known_at) if known_at else Q(superseded_on=None, first_day__lte=at)
        rows = PilotPeriod.objects.filter(known, pilot__in=may_have).order_by("first_day")
        for pilot, first, unit in rows.values_list("pilot_id", "first_day", "unit_id"):
            of_pilot = stays.setdefault(pilot, [])
            if not of_pilot or of_pilot[-1][1] != unit:
                of_pilot.append((first, unit))
    moved = {pilot: found for pilot, found in stays.items() if len(found) > 1}
    if not moved:
        return {}
    sat: dict[tuple[int, int], list[rights.Seat]] = {}
    units = {unit for found in moved.values() for _, unit in found}
    for seat in Seat.objects.filter(unit__in=units, first_day__lte=at).order_by("first_day"):
        sat.setdefault((seat.unit_id, seat.kind_id), []).append(load.as_seat(seat))
    return {
        pilot: {
            period.kind_id: rights.run_across(
                [rights.Stay(day, sat.get((unit, period.kind_id), [])) for day, unit in found], at
            )
            for period in gates[pilot]
        }
        for pilot, found in moved.items()
    }


def _waits_from_before(period: GatePeriod) -> bool:
    """Whether a gate was open already before a period of it began."""
    over = period.good_until is not None and period.good_until < period.first_day
    return (period.awaits == Awaits.DECISION or over) and period.since < period.first_day


def _read(
    pilot: Pilot,
    own: list[PilotPeriod],
    history: list[list[GatePeriod]],
    held: dict[int, Seat],
    at: date,
    terms: standing.Terms,
    residence: str | None,
    runs: Runs,
) -> PilotSnapshot:
    history.sort(key=lambda of_gate: (of_gate[-1].kind.position, of_gate[-1].kind_id))
    off = [(of[-1].kind, of[-1].since) for of in history if of[-1].awaits == Awaits.OFF]
    history = [of_gate for of_gate in history if of_gate[-1].awaits != Awaits.OFF]
    found, period_on = [of_gate[-1] for of_gate in history], own[-1]
    status = standing.read(
        {period.kind.key: period.kind.as_rule() for period in found},
        periods.as_pilot_period(period_on),
        {period.kind.key: periods.as_gate_period(period) for period in found},
        {period.kind.key: _sits(period.kind_id, held, at, runs) for period in found},
        at=at,
        terms=terms,
        residence=residence,
    )
    gates = [_gate(of, status.gates[of[-1].kind.key], held.get(of[-1].kind_id)) for of in history]
    return PilotSnapshot(
        pilot,
        status,
        gates,
        period_on.unit.function,
        period_on.sponsor,
        period_on.manager,
        off,
        _asks_from(own),
        _pauses(own, at),
    )


def _asks_from(own: Sequence[PilotPeriod]) -> date:
    before = [row.last_day for row in own if row.stage in NOT_STARTED]
    return before[-1] + ledger.DAY if before and before[-1] else date.min


def _pauses(own: Sequence[PilotPeriod], at: date) -> list[Days]:
    """The pauses that had begun by a date. One that still ran goes on to its last day, where it has one."""
    out = []
    for row in own:
        if row.stage == Stage.PAUSED:
            ended = row.last_day if row.last_day and row.last_day < at else None
            ends = [day for day in (row.paused_until, ended) if day is not None]
            out.append((row.first_day, min(ends, default=at)))
    return out


def _sits(kind: int, held: dict[int, Seat], at: date, runs: Runs) -> rights.Seat:
    """Who sits for a kind, and since when somebody, or nobody, has, also where the pilot lay before."""
    seat = load.as_seat(held[kind]) if kind in held else rights.Seat(first_day=at, last_day=None)
    return replace(seat, run_from=runs[kind]) if kind in runs else seat


def _gate(history: Sequence[GatePeriod], status: standing.GateStatus, seat: Seat | None) -> GateSnapshot:
    period = history[-1]
    if period.kind.clears_by == ClearsBy.ACCEPTANCE or seat is None:
        return GateSnapshot(period.gate, period.kind, status, period.person, None, None)
    return GateSnapshot(
        gate=period.gate,
        kind=period.kind,
        status=status,
        holder=seat.holder,
        deputy=seat.deputy,
        escalation=seat.escalation,
        delegate=seat.delegate,
        answer_within=seat.right.answer_within_days if seat.right else None,
        history=history,
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


__all__ = ["GateSnapshot", "PilotSnapshot", "charges_of", "pilots", "snapshot_of", "snapshots_of"]
