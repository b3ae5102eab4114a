"""The Thursday question: on every working day to come, who decides each gate of each running pilot, and where nobody does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from heapq import nsmallest
from typing import NamedTuple

from pilots.models import Absence, Function, GateKind, Person, Portfolio, Seat, Unit
from pilots.models.compiled import in_bulk
from pilots.rules import rights
from pilots.rules.vocabulary import ClearsBy
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.running_gates import (
    RunningPilot,
    gates_of,
    names_of,
    running_pilots,
    unnamed_gates,
)
from readiness.rules import working_days
from readiness.rules.who_decides import NOBODY, NONE_FREE, UNNAMED

MOST_PILOTS = 5
"""Pilots that are named of one gap; the others are counted."""
Sat = tuple[rights.Seat, ...]
Seats = Mapping[tuple[int, int], Sat]
"""Who sits in a unit for a kind of gate."""
Absences = Mapping[int, Sequence[tuple[date, date]]]


class Stretch(NamedTuple):
    """Working days in a row on which nobody can decide a gate, or nobody is named for it, and why."""

    first: date
    last: date
    why: str


Stretches = Sequence[Stretch]


class PilotOfGap(NamedTuple):
    """What is shown of a pilot."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The same hole of many pilots: one kind of gate, in one place, for one reason, on the same days. The first are named."""

    kind: GateKind
    portfolio: Portfolio
    function: Function | None
    why: str
    first: date
    last: date
    number: int
    pilots: Sequence[PilotOfGap]


class GapCause(NamedTuple):
    """Why gates of one kind have nobody, and on which days: what one sort of act closes."""

    kind: str
    why: str
    first: date
    last: date


@dataclass(slots=True)
class CauseFound:
    """A cause with the gates that have it, one each of its pilots, and where they lie: portfolios by name, functions counted."""

    cause: GapCause
    kind: GateKind
    pilots: int = 0
    gaps: int = 0
    portfolios: set[Portfolio] = field(default_factory=set)
    functions: set[int | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many pilots run, how many gaps their gates have, and some of these; the causes of all, what concerns most first.

    `undecided` and `unnamed` count the gates that nobody can decide, and for which nobody is named, on one day or more.
    """

    runs: int
    number: int
    gaps: Sequence[Gap]
    skipped: int
    causes: Sequence[CauseFound]
    undecided: int
    unnamed: int


def next_month(at: date) -> tuple[date, date]:
    """The first and the last day of the month after a date's."""
    first = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first, last


def coverage(
    mine: StandingQuerySet,
    *,
    first: date,
    last: date,
    at: date,
    most: int,
    skip: int = 0,
    kind: str = "",
    cause: GapCause | None = None,
    units: Iterable[Unit] = (),
) -> Coverage:
    """The holes of the running ones of these pilots, from one day to another, by what is known today.

    A gate is covered on a day when somebody may decide it and is there: the holder, the deputy, the delegate, or the
    escalation person where neither holder nor deputy can or may. A sponsor does not decide on their own pilot. A gate that
    is accepted is covered while somebody is named for it.

    What is so of one gate is so of each of its kind in its unit, but for who carries the pilot or is named. So they are
    counted together, and pilots are read of the first gaps only, `most` of them: the earliest, and of one day those that
    concern most pilots. Queries do not depend on the number of pilots.

    Args:
        most, skip: how many gaps are read, and how many are passed over before; of too many, all but the last page.
        kind: the key of a kind of gate, where only its gates are asked about.
        cause: one of the causes, where only its gaps are to be read; causes are counted all the same.
        units: places that were read already, with their portfolio and function.
    """
    running = running_pilots(mine, at)
    places = _Places((one.unit for one in running.values()), kind, units)
    span = Span(first, last, _absences(first, last))
    holes = _unnamed(running, places, span, at) | _undecided(running, places, span, at)
    causes = _causes(holes, places, span)
    those = [hole for hole in holes if cause is None or places.cause(hole, span) == cause]
    ordered = sorted(those, key=lambda hole: (hole.days.first, -len(holes[hole]), *places.order(hole)))
    skipped = min(skip, max(len(ordered) - 1, 0) // most * most) if most else 0
    shown = ordered[skipped : skipped + most]
    first_of = {hole: nsmallest(MOST_PILOTS, holes[hole], key=lambda pk: running[pk].key) for hole in shown}
    names = names_of({pk for pilots in first_of.values() for pk in pilots})
    gaps = [
        places.gap(hole, len(holes[hole]), [PilotOfGap(running[pk].key, names[pk]) for pk in first_of[hole]])
        for hole in shown
    ]
    undecided, unnamed = (_gates_in(holes, unnamed=which) for which in (False, True))
    return Coverage(len(running), len(those), gaps, skipped, causes, undecided, unnamed)


def _gates_in(holes: Mapping[_Hole, Collection[int]], *, unnamed: bool) -> int:
    """How many gates these holes concern: one has several where it is uncovered on some days and then on others."""
    return len({(pk, hole.kind) for hole, pks in holes.items() if (hole.days.why == UNNAMED) == unnamed for pk in pks})


def _causes(holes: Mapping[_Hole, Collection[int]], places: _Places, span: Span) -> list[CauseFound]:
    found: dict[GapCause, CauseFound] = {}
    for hole, pilots in holes.items():
        cause, unit = places.cause(hole, span), places.units[hole.unit]
        one = found.setdefault(cause, CauseFound(cause, places.kinds[hole.kind]))
        one.pilots += len(pilots)
        one.gaps += 1
        one.portfolios.add(places.portfolios[unit.portfolio_id])
        one.functions.add(unit.function_id)
    return sorted(found.values(), key=lambda one: (-one.pilots, one.kind.position, one.kind.pk, *one.cause[1:]))


class _Hole(NamedTuple):
    """A kind of gate, a unit, and the days on which nobody is there."""

    kind: int
    unit: int
    days: Stretch


class _Places:
    """Units with their portfolios and functions, and the kinds of gates, or the one that is asked about, each read once."""

    def __init__(self, units: Iterable[int], kind: str, known: Iterable[Unit]) -> None:
        wanted = set(units)
        there = {unit.pk: unit for unit in known if unit.pk in wanted}
        others = in_bulk(Unit, wanted - there.keys())
        self.units = there | others
        self.portfolios = {unit.portfolio_id: unit.portfolio for unit in there.values()}
        self.functions = {unit.function.pk: unit.function for unit in there.values() if unit.function is not None}
        self.portfolios |= in_bulk(Portfolio, {unit.portfolio_id for unit in others.values()} - self.portfolios.keys())
        named = {unit.function_id for unit in others.values() if unit.function_id is not None}
        self.functions |= in_bulk(Function, named - self.functions.keys())
        self.kinds = {row.pk: row for row in GateKind.objects.all() if kind in ("", row.key)}

    def kinds_that(self, *, accepted: bool) -> list[int]:
        """The kinds of gates that are accepted, or those that are decided."""
        return [pk for pk, kind in self.kinds.items() if (kind.clears_by == ClearsBy.ACCEPTANCE) == accepted]

    def calendar(self, unit: int) -> str:
        return self.portfolios[self.units[unit].portfolio_id].calendar

    def order(self, hole: _Hole) -> tuple[int, int, str, str, str]:
        """In which order holes stand that begin on one day and concern as many pilots."""
        unit, kind = self.units[hole.unit], self.kinds[hole.kind]
        function = self.functions.get(unit.function_id or 0)
        return (kind.position, kind.pk, self.portfolios[unit.portfolio_id].name, str(function or ""), hole.days.why)

    def cause(self, hole: _Hole, span: Span) -> GapCause:
        """Why, and when: on each working day of the span, whatever a portfolio's calendar calls one, or from a day to a day."""
        days, first, last = span.working_days(self.calendar(hole.unit)), hole.days.first, hole.days.last
        if (first, last) == (days[0], days[-1]):
            first, last = span.first, span.last
        return GapCause(self.kinds[hole.kind].key, hole.days.why, first, last)

    def gap(self, hole: _Hole, number: int, pilots: Sequence[PilotOfGap]) -> Gap:
        unit = self.units[hole.unit]
        return Gap(
            self.kinds[hole.kind],
            self.portfolios[unit.portfolio_id],
            self.functions.get(unit.function_id or 0),
            hole.days.why,
            hole.days.first,
            hole.days.last,
            number,
            pilots,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are asked about, and who is away on them. What was worked out of them is kept."""

    first: date
    last: date
    absences: Absences
    _days: dict[str, list[date]] = field(default_factory=dict)
    _unnamed: dict[tuple[bool, date | None, str], Stretches] = field(default_factory=dict)
    _undecided: dict[tuple[Sat, int | None, str], Stretches] = field(default_factory=dict)

    def working_days(self, calendar: str) -> list[date]:
        """Its working days by a portfolio's calendar."""
        if calendar not in self._days:
            of = working_days.calendar(calendar)
            self._days[calendar] = list(working_days.days_between(self.first, self.last, of))
        return self._days[calendar]

    def unnamed(self, person: Person | None, calendar: str) -> Stretches:
        """Where nobody is named for a gate, or somebody whose account is closed."""
        asked = (person is None, person.closed_on if person else None, calendar)
        if asked not in self._unnamed:
            days = self.working_days(calendar)
            whys = [UNNAMED if person is None or person.closed_by(day) else None for day in days]
            self._unnamed[asked] = list(_stretches(days, whys))
        return self._unnamed[asked]

    def undecided(self, sat: Sat, sponsor: int | None, calendar: str) -> Stretches:
        """Where nobody of a seat is there to decide; the sponsor does not decide on their own pilot.

        Who carries a pilot matters only to a seat that they are on.
        """
        barred = sponsor if any(sponsor in rights.named(seat) for seat in sat) else None
        asked = (sat, barred, calendar)
        if asked not in self._undecided:
            days = self.working_days(calendar)
            self._undecided[asked] = list(_stretches(days, list(self._whys(sat, barred, days))))
        return self._undecided[asked]

    def _whys(self, sat: Sat, barred: int | None, days: Iterable[date]) -> Iterator[str | None]:
        known: dict[tuple[int, frozenset[int]], str | None] = {}
        for day in days:
            place = next((n for n, one in enumerate(sat) if _holds(one, day)), -1)
            away = self._away(rights.named(sat[place]), day) if place >= 0 else frozenset()
            if (place, away) not in known:
                known[place, away] = _why(sat[place], barred, away) if place >= 0 else NOBODY
            yield known[place, away]

    def _away(self, people: Iterable[int | None], day: date) -> frozenset[int]:
        if not self.absences:
            return frozenset()
        named = (who for who in people if who is not None)
        return frozenset(who for who in named if any(a <= day <= b for a, b in self.absences.get(who, ())))


Running = Mapping[int, RunningPilot]
Holes = dict[_Hole, list[int]]
"""The pilots of each hole, by primary key."""


def _unnamed(running: Running, places: _Places, span: Span, at: date) -> Holes:
    """Where nobody is named for a gate that is accepted."""
    out: Holes = {}
    found = unnamed_gates(running, places.kinds_that(accepted=True), at, span.last)
    named = in_bulk(Person, (gates.person for gates in found))
    for gates in found:
        for days in span.unnamed(named.get(gates.person or 0), places.calendar(gates.unit)):
            out.setdefault(_Hole(gates.kind, gates.unit, days), []).extend(gates.pilots)
    return out


def _undecided(running: Running, places: _Places, span: Span, at: date) -> Holes:
    """Where nobody is there to decide a gate. Gates are asked for only of pilots that one of the seats leaves without."""
    out: Holes = {}
    seats = _seats(places.units, span)
    kinds = places.kinds_that(accepted=False)
    seated = {who for sat in seats.values() for seat in sat for who in rights.named(seat)}
    known: dict[tuple[int, int | None], dict[int, Stretches]] = {}
    left: dict[int, dict[int, Stretches]] = {}
    for pk, one in running.items():
        asked = (one.unit, one.sponsor if one.sponsor in seated else None)
        if asked not in known:
            calendar = places.calendar(one.unit)
            of_unit = {kind: span.undecided(seats.get((one.unit, kind), ()), asked[1], calendar) for kind in kinds}
            known[asked] = {kind: stretches for kind, stretches in of_unit.items() if stretches}
        if known[asked]:
            left[pk] = known[asked]
    for pilot, kind in gates_of(left, kinds, at):
        for days in left[pilot].get(kind, ()):
            out.setdefault(_Hole(kind, running[pilot].unit, days), []).append(pilot)
    return out


def _seats(units: Iterable[int], span: Span) -> Seats:
    out: dict[tuple[int, int], Sat] = {}
    rows = Seat.objects.filter(unit__in=sorted(units), first_day__lte=span.last).exclude(last_day__lt=span.first)
    columns = (each.name for each in fields(rights.Seat))
    for unit, kind, *seat in rows.order_by("first_day").values_list("unit", "kind", *columns):
        out[unit, kind] = (*out.get((unit, kind), ()), rights.Seat(*seat))
    return out


def _absences(first: date, last: date) -> Absences:
    out: dict[int, list[tuple[date, date]]] = {}
    rows = Absence.objects.between(first, last)
    for person, starts, ends in rows.values_list("person", "starts", "ends"):
        out.setdefault(person, []).append((starts, ends))
    return out


def _holds(seat: rights.Seat, day: date) -> bool:
    return seat.first_day <= day and (seat.last_day is None or day <= seat.last_day)


def _why(seat: rights.Seat, sponsor: int | None, away: Collection[int]) -> str | None:
    """Why nobody of a seat is there to decide, or None where somebody is."""
    if seat.holder is None:
        return NOBODY
    barred = {sponsor} if sponsor is not None else set()
    there = {who for who in rights.named(seat) if who is not None} - set(away)
    return None if any(rights.may_decide(seat, who, barred=barred, away=away) for who in there) else NONE_FREE


def _stretches(days: Sequence[date], whys: Sequence[str | None]) -> Iterator[Stretch]:
    """Working days in a row with the same answer, those with a hole only."""
    begins: date | None = None
    for place, (day, why) in enumerate(zip(days, whys, strict=True)):
        if why is None:
            continue
        begins = begins or day
        following = whys[place + 1] if place + 1 < len(whys) else None
        if following != why:
            yield Stretch(begins, day, why)
            begins = None
