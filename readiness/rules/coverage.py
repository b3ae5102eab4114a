"""The Thursday question: on every working day to come, who decides each gate of each running pilot, and where nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from django.db.models import Q

from pilots.derived import load
from pilots.models import Absence, Function, GateKind, GatePeriod, Person, Pilot, PilotPeriod, Portfolio, Seat
from pilots.rules import rights
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage
from readiness.queries.pilots import in_force
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
    span = Span(first, last, _absences(first, last), GateKind.objects.in_bulk())
    for some in in_batches(pilots, BATCH):
        yield from _holes_of(_running(some, at), span, at)


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are asked about, who is away on them, and the kinds of gates by primary key."""

    first: date
    last: date
    absences: Absences
    kinds: Mapping[int, GateKind]
    _days: dict[str, list[date]] = field(default_factory=dict)

    def working_days(self, calendar: str) -> list[date]:
        """Its working days by a portfolio's calendar."""
        if calendar not in self._days:
            of = working_days.calendar(calendar)
            self._days[calendar] = list(working_days.days_between(self.first, self.last, of))
        return self._days[calendar]


@dataclass(frozen=True, slots=True)
class Running:
    """A running pilot: where it lies, and who carries it, by primary keys."""

    pilot: Pilot
    function: int | None
    sponsor: int | None


def _running(some: Sequence[Pilot], at: date) -> list[Running]:
    """Those of these pilots that run on a day, in the order given."""
    runs = Q(stage=Stage.RUNNING) | Q(stage=Stage.PAUSED, paused_until__lt=at)
    there = PilotPeriod.objects.filter(in_force(at), runs, pilot__in=some, void_since=None)
    now = {pilot: columns for pilot, *columns in there.values_list("pilot", "unit__function", "sponsor")}
    return [Running(pilot, *now[pilot.pk]) for pilot in some if pilot.pk in now]


def _holes_of(running: Sequence[Running], span: Span, at: date) -> Iterator[Hole]:
    """Their holes. What is so of one gate is so of each in the same place, of the same sponsor, or of the same person named."""
    seats = _seats({each.pilot.portfolio_id for each in running}, span)
    gates = _gates([each.pilot.pk for each in running], at)
    named = Person.objects.in_bulk({person for of in gates.values() for _kind, person in of if person is not None})
    known: dict[tuple[int | None, ...], list[tuple[date, date, str]]] = {}
    for each in running:
        days = span.working_days(each.pilot.portfolio.calendar)
        for kind, person in gates.get(each.pilot.pk, ()):
            place = (each.pilot.portfolio_id, each.function, kind)
            if span.kinds[kind].clears_by == ClearsBy.ACCEPTANCE:
                if (*place, person) not in known:
                    whys = [_unnamed(named.get(person or 0), day) for day in days]
                    known[*place, person] = list(_stretches(days, whys))
                stretches = known[*place, person]
            else:
                sat = seats.get(place, [])
                # Who carries a pilot matters only to a seat that they are on.
                sponsor = each.sponsor if any(each.sponsor in rights.named(seat) for seat in sat) else None
                if (*place, sponsor) not in known:
                    whys = [_undecided(sat, sponsor, span.absences, day) for day in days]
                    known[*place, sponsor] = list(_stretches(days, whys))
                stretches = known[*place, sponsor]
            for begins, ends, why in stretches:
                yield Hole(each.pilot, span.kinds[kind], begins, ends, why)


def _gates(pilots: list[int], at: date) -> dict[int, list[tuple[int, int | None]]]:
    """The gates of pilots that are asked on a day, by pilot: each kind, in order, and who is named for it."""
    out: dict[int, list[tuple[int, int | None]]] = {}
    rows = GatePeriod.objects.filter(in_force(at), gate__pilot__in=pilots).exclude(awaits=Awaits.OFF)
    ordered = rows.order_by("kind__position", "kind_id").values_list("gate__pilot_id", "kind_id", "person_id")
    for pilot, kind, person in ordered:
        out.setdefault(pilot, []).append((kind, person))
    return out


def in_batches(rows: Iterable[Pilot], size: int) -> Iterator[list[Pilot]]:
    """The rows in lists of a size; the last may be shorter."""
    there = iter(rows)
    while some := list(islice(there, size)):
        yield some


def _seats(portfolios: set[int], span: Span) -> Seats:
    out: Seats = {}
    rows = Seat.objects.filter(unit__portfolio__in=portfolios, first_day__lte=span.last).exclude(
        last_day__lt=span.first
    )
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


def _undecided(sat: Sequence[rights.Seat], sponsor: int | None, absent: Absences, day: date) -> str | None:
    """Why nobody is there to decide on a day, or None where somebody is; the sponsor does not decide on their own pilot."""
    seat = next((one for one in sat if one.first_day <= day and (one.last_day is None or day <= one.last_day)), None)
    if seat is None or seat.holder is None:
        return NOBODY
    named = {who for who in rights.named(seat) if who is not None}
    away = {who for who in named if any(starts <= day <= ends for starts, ends in absent.get(who, ()))}
    barred = {sponsor} if sponsor is not None else set()
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
