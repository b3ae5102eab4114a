"""Rule 7, to be seen: who decides what where, why, and where on which days nobody does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from pilots.derived import seats
from pilots.models import (
    Absence,
    DecisionRight,
    Departure,
    Function,
    GateKind,
    GateKindPortfolio,
    Person,
    PilotPeriod,
    Portfolio,
    Seat,
    SwitchedOff,
    Unit,
)
from pilots.models.compiled import in_bulk
from pilots.rules import rights
from pilots.rules.vocabulary import Capacity, ClearsBy
from readiness.queries.pilots import pilots

NOBODY, NONE_FREE, UNNAMED = "nobody", "none_free", "unnamed"
"""Why there is a hole: no right reaches there or nobody of it is left; all who decide are away or may
not decide this one; nobody is named."""


@dataclass(frozen=True, slots=True)
class SeatPeriod:
    """Somebody who decides from a seat, in which capacity, and until when they are away, where they are."""

    person: Person
    capacity: str
    away_until: date | None = None


@dataclass(frozen=True, slots=True)
class SeatStatus:
    """Who decides a kind of gate in a unit on a date, in the order in which they do.

    Nobody has to where it is switched off, or is not `asked`: it is for other portfolios. `answer_within_days` is what its
    right gives for an answer.
    """

    kind: GateKind
    unit: Unit
    answer_within_days: int | None = None
    sitting: Sequence[SeatPeriod] = ()
    escalation: SeatPeriod | None = None
    orphaned: bool = False
    switched_off: bool = False
    asked: bool = True

    @property
    def hole(self) -> str | None:
        """Why nobody decides on that date, or None where somebody does."""
        if self.switched_off or not self.asked:
            return None
        if not self.sitting:
            return NOBODY
        there = [*self.sitting, *([self.escalation] if self.escalation else [])]
        return NONE_FREE if all(one.away_until for one in there) else None

    @property
    def decides(self) -> SeatPeriod | None:
        """Whoever decides first on that date: the holder, the delegate or the deputy, else the escalation person."""
        there = [*self.sitting, *([self.escalation] if self.escalation else [])]
        return next((one for one in there if one.away_until is None), None)


@dataclass(frozen=True, slots=True)
class UnitOn:
    """A function in a portfolio, or a portfolio where none is named, with its seats in the order of the kinds."""

    unit: Unit
    seats: Sequence[SeatStatus]


@dataclass(frozen=True, slots=True)
class PortfolioSeats:
    """A kind of gate in all places of a portfolio: who decides in how many of them, and in how many nobody does or has to."""

    kind: GateKind
    places: int
    deciders: Sequence[tuple[Person, int]]
    holes: Mapping[str, int]
    idle: int


@dataclass(frozen=True, slots=True)
class PortfolioOn:
    """A portfolio with its seats in the order of the kinds."""

    portfolio: Portfolio
    places: int
    seats: Sequence[PortfolioSeats]


def by_portfolio(rows: Iterable[UnitOn]) -> list[PortfolioOn]:
    """The table with all places of a portfolio in one row; the portfolios in the order of the rows."""
    of: dict[int, list[UnitOn]] = {}
    for row in rows:
        of.setdefault(row.unit.portfolio_id, []).append(row)
    return [
        PortfolioOn(
            there[0].unit.portfolio,
            len(there),
            [_together(seats) for seats in zip(*(row.seats for row in there), strict=True)],
        )
        for there in of.values()
    ]


def _together(seats: Sequence[SeatStatus]) -> PortfolioSeats:
    """Whoever decides in most places first."""
    deciders = Counter(seat.decides.person for seat in seats if seat.decides)
    holes = Counter(seat.hole for seat in seats if seat.hole)
    idle = len(seats) - deciders.total() - holes.total()
    return PortfolioSeats(seats[0].kind, len(seats), deciders.most_common(), dict(holes), idle)


def units_for(person: Person) -> QuerySet[Unit]:
    """The places whose rights a person may see: those of the portfolios they keep or review, and those of their pilots."""
    units = Unit.objects.select_related("portfolio", "function").order_by("portfolio__name", "function__name", "pk")
    if person.is_superuser:
        return units
    theirs = pilots().listed_for(person).order_by().values("pk")
    # Where a pilot lies now is where its last period says: so what lies in which unit is asked once, not of each unit.
    now = PilotPeriod.objects.filter(superseded_on=None, last_day=None, pilot__in=theirs)
    whole = Portfolio.objects.filter(Q(roles__person=person) | Q(escalation=person))
    return units.filter(Q(portfolio__in=whole.values("pk")) | Q(pk__in=now.values("unit")))


def decided_kinds(person: Person | None = None) -> list[GateKind]:
    """The kinds of gates that somebody with a right decides, the others are accepted; all, or those that a person may see."""
    kinds = GateKind.objects.all() if person is None else GateKind.objects.visible_to(person)
    return list(kinds.exclude(clears_by=ClearsBy.ACCEPTANCE))


def away_on(at: date) -> dict[int, date]:
    """Who is away on a date, by primary key, with the last day."""
    rows = Absence.objects.on(at).order_by("ends")
    return dict(rows.values_list("person", "ends"))


def table(
    units: Iterable[Unit],
    kinds: Sequence[GateKind] | None = None,
    *,
    at: date,
    away: Mapping[int, date] | None = None,
) -> list[UnitOn]:
    """Who decides these kinds, or all, in these units on a date. Six queries at most for any number of them.

    Args:
        units: read with their portfolio and function.
        away: who is away on that date, where it was read already.
    """
    wanted, away = list(units), away_on(at) if away is None else away
    kinds = decided_kinds() if kinds is None else kinds
    scoped = [kind for kind in kinds if not kind.for_all]
    asked = set(GateKindPortfolio.objects.filter(kind__in=scoped).values_list("portfolio", "kind")) if scoped else set()
    off = set(SwitchedOff.objects.on(at).values_list("portfolio", "kind"))
    found = _sat(wanted, at)
    return [
        UnitOn(
            unit,
            [
                SeatStatus(kind, unit, asked=False)
                if not kind.for_all and (unit.portfolio_id, kind.pk) not in asked
                else SeatStatus(kind, unit, switched_off=True)
                if (unit.portfolio_id, kind.pk) in off
                else _seat(kind, unit, found.get((unit.pk, kind.pk), _NOBODY), away)
                for kind in kinds
            ],
        )
        for unit in wanted
    ]


class _Sat(NamedTuple):
    """Who sits somewhere on a date, in the order in which they decide, and in which capacity."""

    answer_within_days: int | None
    sitting: Sequence[tuple[Person, str]]
    escalation: Person | None
    orphaned: bool


_NOBODY = _Sat(None, (), None, orphaned=False)


def _sat(units: Iterable[Unit], at: date) -> dict[tuple[int, int], _Sat]:
    """Who sits in these units on a date, by unit and kind of gate. Two queries."""
    columns = (
        "unit",
        "kind",
        "right__answer_within_days",
        "capacity",
        "orphaned",
        "holder",
        "delegate",
        "deputy",
        "escalation",
    )
    rows = list(Seat.objects.on(at).filter(unit__in=units).values_list(*columns))
    people = in_bulk(Person, (pk for row in rows for pk in row[5:]))
    out = {}
    for unit, kind, within, capacity, orphaned, *named in rows:
        out[unit, kind] = _sits([people.get(pk or 0) for pk in named], within, capacity, orphaned=orphaned)
    return out


def _sits(named: Sequence[Person | None], within: int | None, capacity: str, *, orphaned: bool) -> _Sat:
    """`named` are holder, delegate, deputy and escalation person."""
    holder, delegate, deputy, escalation = named
    if holder is None:
        return _NOBODY._replace(orphaned=orphaned)
    there = ((holder, capacity), (delegate, Capacity.DELEGATE), (deputy, Capacity.DEPUTY))
    return _Sat(within, [(person, role) for person, role in there if person is not None], escalation, orphaned)


def _seat(kind: GateKind, unit: Unit, sat: _Sat, away: Mapping[int, date]) -> SeatStatus:
    above = sat.escalation
    return SeatStatus(
        kind,
        unit,
        sat.answer_within_days,
        [SeatPeriod(person, capacity, away.get(person.pk)) for person, capacity in sat.sitting],
        SeatPeriod(above, Capacity.ESCALATION, away.get(above.pk)) if above else None,
        sat.orphaned,
    )


@dataclass(frozen=True, slots=True)
class Orphan:
    """A right in force whose holder's account is closed, and whoever of it has the seat now, if anybody is left."""

    right: DecisionRight
    passed_to: SeatPeriod | None


def orphans(portfolios: Iterable[Portfolio], *, at: date, away: Mapping[int, date] | None = None) -> list[Orphan]:
    """The orphaned rights that reach into these portfolios on a date. Four queries for any number.

    Args:
        away: who is away on that date, where it was read already.
    """
    reach = Q(portfolio__in=list(portfolios)) | Q(portfolio=None)
    gone = Departure.objects.filter(right=OuterRef("pk"), person=OuterRef("holder"), left_on__lte=at)
    closed_or_gone = Q(holder__closed_on__lte=at) | Exists(gone)
    there = DecisionRight.objects.filter(reach, Q(until=None) | Q(until__gte=at), closed_or_gone, starts__lte=at)
    people = ("holder", "deputy", "escalate_to")
    found = there.select_related("kind", "portfolio", "function", *people)
    away = away_on(at) if away is None else away
    out = []
    for right in found.prefetch_related("delegations", "departures").order_by("kind__position", "starts", "pk"):
        fact, person_of = (seats.as_right(right), {p.pk: p for p in (right.deputy, right.escalate_to) if p})
        closed = {p.pk: p.closed_on for p in (right.holder, *person_of.values()) if p.closed_on}
        left = rights.people_left(fact, closed, at)
        sits = SeatPeriod(person_of[left[0][1]], left[0][0], away.get(left[0][1])) if left else None
        out.append(Orphan(right, sits))
    return out


@dataclass(frozen=True, slots=True)
class Step:
    """One right on the way to whoever decides: `not_yet`, `over`, `emptied` or `decides` (`pilots.rules.rights.steps`)."""

    right: DecisionRight
    found: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Who decides a kind of gate in a place on a date, with the rights looked at on the way, the nearest first."""

    at: date
    kind: GateKind
    portfolio: Portfolio
    function: Function | None
    seat: SeatStatus
    steps: Sequence[Step] = field(default_factory=list)


def who_decides(kind: GateKind, portfolio: Portfolio, function: Function | None, *, at: date) -> Answer:
    """Who decides this on a date, and why. Worked out from the rights themselves, so that it holds where no pilot lies yet."""
    reaching = [
        right
        for right in seats.rights_of([kind]).select_related(
            "kind", "portfolio", "function", "holder", "deputy", "escalate_to"
        )
        if seats.as_right(right).reaches(portfolio.pk, function.pk if function else None)
    ]
    closed = {
        pk: day
        for pk, day in Person.objects.filter(closed_on__lte=at).values_list("pk", "closed_on")
        if day is not None
    }
    facts = [seats.as_right(right) for right in reaching]
    by_key = {right.pk: right for right in reaching}
    unit = Unit(portfolio=portfolio, function=function)
    if not kind.is_for(portfolio):
        return Answer(at, kind, portfolio, function, SeatStatus(kind, unit, asked=False))
    if kind.off_for(portfolio, at):
        return Answer(at, kind, portfolio, function, SeatStatus(kind, unit, switched_off=True))
    people = {p.pk: p for p in Person.objects.filter(pk__in=_people(facts))}
    sat = rights.seat_on(facts, closed, at)
    named = [people.get(who or 0) for who in (sat.holder, sat.delegate, sat.deputy, sat.escalation)]
    seat = _sits(named, sat.right, sat.capacity, orphaned=sat.orphaned)
    return Answer(
        at,
        kind,
        portfolio,
        function,
        _seat(kind, unit, seat, away_on(at)),
        [Step(by_key[step.right.id], step.found) for step in rights.steps(facts, closed, at)],
    )


def _people(found: Iterable[rights.Right]) -> set[int]:
    """Everybody whom these rights name."""
    named: set[int | None] = set()
    for right in found:
        named |= {right.holder, right.deputy, right.escalate_to}
        named |= {given.to for given in right.delegations}
    return {pk for pk in named if pk is not None}
