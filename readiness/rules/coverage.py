"""The Thursday question: on every working day to come, who decides each gate of each running pilot, and where nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from pilots.derived import load
from pilots.models import Absence, Function, Gate, GateKind, Person, Pilot, Portfolio, Seat
from pilots.rules import rights
from pilots.rules.vocabulary import ClearsBy, Stage
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.rules import working_days
from readiness.rules.who_decides import NOBODY, NONE_FREE, UNNAMED

BATCH = 500
"""Pilots read at once."""
Seats = dict[tuple[int, int | None, int], list[rights.Seat]]
Absences = dict[int, list[tuple[date, date]]]


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of working days on which nobody can decide a gate, or nobody is named for it, and why."""

    pilot: Pilot
    gate: Gate
    kind: GateKind
    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The same hole of many pilots: one kind of gate, in one place, for one reason, on the same days."""

    kind: GateKind
    portfolio: Portfolio
    function: Function | None
    why: str
    first: date
    last: date
    pilots: Sequence[Pilot]


def gaps(found: Iterable[Hole]) -> list[Gap]:
    """Holes that are one hole, together: the earliest first, and of one day those that concern most pilots."""
    together: dict[tuple[int, int, int | None, str, date, date], list[Hole]] = {}
    for hole in found:
        place = (hole.pilot.portfolio_id, hole.pilot.function_id)
        key = (hole.kind.pk, *place, hole.why, hole.first, hole.last)
        together.setdefault(key, []).append(hole)
    out = [
        Gap(
            of[0].kind,
            of[0].pilot.portfolio,
            of[0].pilot.function,
            of[0].why,
            of[0].first,
            of[0].last,
            [hole.pilot for hole in of],
        )
        for of in together.values()
    ]
    return sorted(out, key=lambda gap: (gap.first, -len(gap.pilots), gap.kind.position))


def next_month(at: date) -> tuple[date, date]:
    """The first and the last day of the month after a date's."""
    first = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first, last


def holes(pilots: Iterable[Pilot], *, first: date, last: date, at: date) -> Iterator[Hole]:
    """The holes of the running ones of these pilots, from one day to another, by what is known today.

    A gate is covered on a day when somebody may decide it and is there: the holder, the deputy, the delegate, or the
    escalation person where neither holder nor deputy can or may. A sponsor does not decide on their own pilot. A gate that
    is accepted is covered while somebody is named for it. Queries do not depend on the number of pilots.

    Args:
        pilots: read with their portfolio.
    """
    absent = _absences(first, last)
    for some in in_batches(pilots, BATCH):
        read = snapshots_of(some, at=at)
        running = [one for one in read if one.status.stage == Stage.RUNNING]
        yield from _holes_of(running, absent, first, last)


def _holes_of(running: Sequence[PilotSnapshot], absent: Absences, first: date, last: date) -> Iterator[Hole]:
    seats = _seats(running, first, last)
    for snapshot in running:
        of = working_days.calendar(snapshot.pilot.portfolio.calendar)
        days = list(working_days.days_between(first, last, of))
        place = (snapshot.pilot.portfolio_id, snapshot.status.function)
        for gate in snapshot.gates:
            sat = seats.get((*place, gate.kind.pk), [])
            whys = [_reason(gate, snapshot, sat, absent, day) for day in days]
            for begins, ends, why in _stretches(days, whys):
                yield Hole(snapshot.pilot, gate.gate, gate.kind, begins, ends, why)


def in_batches(rows: Iterable[Pilot], size: int) -> Iterator[list[Pilot]]:
    """The rows in lists of a size; the last may be shorter."""
    there = iter(rows)
    while some := list(islice(there, size)):
        yield some


def _seats(snapshots: Sequence[PilotSnapshot], first: date, last: date) -> Seats:
    out: Seats = {}
    rows = Seat.objects.filter(
        unit__portfolio__in={one.pilot.portfolio_id for one in snapshots}, first_day__lte=last
    ).exclude(last_day__lt=first)
    for row in rows.select_related("unit"):
        place = (row.unit.portfolio_id, row.unit.function_id, row.kind_id)
        out.setdefault(place, []).append(load.as_seat(row))
    return out


def _absences(first: date, last: date) -> Absences:
    out: Absences = {}
    rows = Absence.objects.filter(starts__lte=last, ends__gte=first)
    for person, starts, ends in rows.values_list("person", "starts", "ends"):
        out.setdefault(person, []).append((starts, ends))
    return out


def _reason(
    gate: GateSnapshot, snapshot: PilotSnapshot, sat: Sequence[rights.Seat], absent: Absences, day: date
) -> str | None:
    """Why nobody is there for a gate on a day, or None where somebody is."""
    if gate.kind.clears_by == ClearsBy.ACCEPTANCE:
        return _unnamed(gate.holder, day)
    seat = next((one for one in sat if one.first_day <= day and (one.last_day is None or day <= one.last_day)), None)
    if seat is None or seat.holder is None:
        return NOBODY
    named = {who for who in rights.named(seat) if who is not None}
    away = {who for who in named if any(starts <= day <= ends for starts, ends in absent.get(who, ()))}
    barred = {who for who in (snapshot.status.sponsor,) if who is not None}
    there = any(rights.may_decide(seat, who, barred=barred, away=away) for who in named - away)
    return None if there else NONE_FREE


def _unnamed(person: Person | None, day: date) -> str | None:
    return UNNAMED if person is None or person.closed_by(day) else None


def _stretches(days: Sequence[date], whys: Sequence[str | None]) -> Iterator[tuple[date, date, str]]:
    """Working days in a row with the same answer, those with a hole only."""
    begins: date | None = None
    for place, (day, why) in enumerate(zip(days, whys, strict=True)):
        if why is None:
            continue
        begins = begins or day
        following = whys[place + 1] if place + 1 < len(whys) else None
        if following != why:
            yield begins, day, why
            begins = None
