"""Rule 7: the most specific right in force decides, and a seat is never lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pilots.rules.vocabulary import Capacity


@dataclass(frozen=True, slots=True)
class Delegation:
    """Days, both included, on which the holder of a right lets somebody else decide too. The holder stays the holder."""

    to: int
    starts: date
    until: date

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.starts <= day <= self.until


@dataclass(frozen=True, slots=True)
class Right:
    """Who decides a kind of gate, for which portfolio and function, from a day to a day (both included).

    `departures`: whoever is no longer of it since a day on which their account was closed, though it is open again.
    """

    id: int
    kind: str
    portfolio: int | None
    function: int | None
    holder: int
    deputy: int | None
    escalate_to: int | None
    starts: date
    until: date | None
    delegations: tuple[Delegation, ...] = ()
    departures: tuple[tuple[int, date], ...] = ()

    def reaches(self, portfolio: int, function: int | None) -> bool:
        """Whether a unit (a function in a portfolio) lies within this right."""
        return self.portfolio in (None, portfolio) and (self.function is None or self.function == function)

    @property
    def breadth(self) -> int:
        """0 is the most specific: function in portfolio, function, portfolio, everywhere."""
        return (0 if self.function is not None else 2) + (0 if self.portfolio is not None else 1)

    def has_lost(self, who: int, day: date) -> bool:
        """Whether somebody whose account is open again is no longer of it on a day."""
        return any(person == who and first <= day for person, first in self.departures)

    def in_force(self, day: date) -> bool:
        """Whether the right holds on a day."""
        return self.starts <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where on a stretch of days: the acting holder, by which right, and since when the seat has been so filled.

    A seat with `holder` None is a hole. `run_from` is the first day of the unbroken stretch of held, or unheld, days. It is
    `orphaned` where the account of whoever held the nearest right in force is closed, whether or not it passed to somebody.
    """

    first_day: date
    last_day: date | None
    holder: int | None = None
    deputy: int | None = None
    escalation: int | None = None
    capacity: str = ""
    right: int | None = None
    orphaned: bool = False
    run_from: date | None = None
    delegate: int | None = None


def people_left(right: Right, closed: Mapping[int, date], day: date) -> list[tuple[str, int]]:
    """Who of a right still has an account on a day, in the order in which its seat passes."""
    named = ((Capacity.HOLDER, right.holder), (Capacity.DEPUTY, right.deputy), (Capacity.ESCALATION, right.escalate_to))
    return [
        (role, who)
        for role, who in named
        if who is not None and not (who in closed and closed[who] <= day) and not right.has_lost(who, day)
    ]


def seat_on(rights: Iterable[Right], closed: Mapping[int, date], day: date) -> Seat:
    """The seat of a unit on a day, from the rights that reach the unit."""
    passed_over = False
    for right in sorted((r for r in rights if r.in_force(day)), key=lambda r: (r.breadth, r.id)):
        left = people_left(right, closed, day)
        if not left:
            passed_over = True
        else:
            (capacity, holder), rest = left[0], dict(left[1:])
            return Seat(
                first_day=day,
                last_day=None,
                holder=holder,
                deputy=rest.get(Capacity.DEPUTY),
                escalation=rest.get(Capacity.ESCALATION),
                capacity=capacity,
                right=right.id,
                orphaned=passed_over or capacity != Capacity.HOLDER,
                delegate=_delegate(right, closed, day) if capacity == Capacity.HOLDER else None,
            )
    return Seat(first_day=day, last_day=None, orphaned=passed_over)


def _delegate(right: Right, closed: Mapping[int, date], day: date) -> int | None:
    """Whom the holder lets decide too on a day. It is the holder's to give, and ends when their account is closed."""
    for given in right.delegations:
        gone = given.to in closed and closed[given.to] <= day
        gone = gone or any(who == given.to and given.starts <= first <= day for who, first in right.departures)
        if given.in_force(day) and not gone:
            return given.to
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """One right looked at on the way to whoever decides: `not_yet`, `over`, `emptied` (nobody of it is left) or `decides`."""

    right: Right
    found: str


def steps(rights: Iterable[Right], closed: Mapping[int, date], day: date) -> list[Step]:
    """The rights that reach a unit, the most specific first, down to the one that decides on a day."""
    out = []
    for right in sorted(rights, key=lambda r: (r.breadth, r.starts, r.id)):
        if day < right.starts:
            out.append(Step(right, "not_yet"))
        elif not right.in_force(day):
            out.append(Step(right, "over"))
        elif people_left(right, closed, day):
            return [*out, Step(right, "decides")]
        else:
            out.append(Step(right, "emptied"))
    return out


def seats(rights: list[Right], closed: Mapping[int, date]) -> list[Seat]:
    """The disjoint stretches of a unit's seat, from its first right on; before that nobody sits there."""
    days = {r.starts for r in rights} | {r.until + timedelta(days=1) for r in rights if r.until}
    days |= {day for who, day in closed.items() if any(who in _named(right) for right in rights)}
    days |= {first for right in rights for _who, first in right.departures}
    for given in (given for right in rights for given in right.delegations):
        days |= {given.starts, given.until + timedelta(days=1)}
    out: list[Seat] = []
    for day in sorted(days):
        seat = seat_on(rights, closed, day)
        before = out[-1] if out else None
        if before and replace(before, first_day=seat.first_day, run_from=None) == seat:
            continue
        if before:
            out[-1] = replace(before, last_day=day - timedelta(days=1))
        held_alike = before is not None and (before.holder is None) == (seat.holder is None)
        out.append(replace(seat, run_from=before.run_from if held_alike and before else day))
    return out


@dataclass(frozen=True, slots=True)
class Stay:
    """From a day on a pilot lies in a unit; `seats` are those of one kind there, in order of their days."""

    first: date
    seats: Sequence[Seat]

    def on(self, day: date) -> Seat | None:
        """The seat there on a day, None before its first right."""
        there = [seat for seat in self.seats if seat.first_day <= day]
        return there[-1] if there else None


def run_across(stays: Sequence[Stay], day: date) -> date | None:
    """The first day of the unbroken stretch of held, or unheld, days up to a day, through every unit that the pilot lay in.

    None where the stretch is as old as the first stay: a move to another holder does not restart a wait.
    """
    after, held = day + timedelta(days=1), None
    for stay in reversed(stays):
        seat = stay.on(after - timedelta(days=1))
        here = seat is not None and seat.holder is not None
        if held is not None and here != held:
            return after
        held = here
        if seat is not None and seat.run_from and seat.run_from > stay.first:
            return seat.run_from
        after = stay.first
    return None


def _named(right: Right) -> set[int | None]:
    """Everybody whose account matters to a right."""
    to = {given.to for given in right.delegations}
    return {right.holder, right.deputy, right.escalate_to, *to}


def named(seat: Seat) -> set[int | None]:
    """Everybody who may have to decide from a seat."""
    return {seat.holder, seat.deputy, seat.delegate, seat.escalation}


def answering(seat: Seat, *, barred: Collection[int], away: Collection[int]) -> int | None:
    """Whose answer is waited for: the first who may decide and is there, or who may, where all of them are away."""
    if seat.holder is not None and seat.holder not in away and seat.holder not in barred:
        return seat.holder
    seated = (seat.holder, seat.deputy, seat.delegate, seat.escalation)
    allowed = [who for who in seated if who is not None and may_decide(seat, who, barred=barred, away=away)]
    return next((who for who in allowed if who not in away), allowed[0] if allowed else None)


def may_decide(seat: Seat, who: int, *, barred: Iterable[int], away: Iterable[int]) -> str | None:
    """The capacity in which a person may decide from a seat, or None.

    `barred` may not decide here (the pilot's sponsor, whoever asked); `away` cannot today. Being away takes no right.
    """
    kept, gone = set(barred), set(away)
    if who in kept:
        return None
    if who == seat.holder:
        return seat.capacity
    if who == seat.deputy:
        return Capacity.DEPUTY
    if who == seat.delegate:
        return Capacity.DELEGATE
    others = [person for person in (seat.holder, seat.deputy) if person is not None]
    if who == seat.escalation and others and all(person in kept or person in gone for person in others):
        return Capacity.ESCALATION
    return None
