"""Rule 12: every blocked day is charged to one court. The charges are read off the periods; nothing is stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pilots.rules import rights
from pilots.rules.events import Kind
from pilots.rules.gates import GatePeriod
from pilots.rules.replay import PilotPeriod
from pilots.rules.vocabulary import Awaits, Court, Stage
from readiness.rules import standing

DAY = timedelta(days=1)

Seats = Callable[[int | None, str], Sequence[rights.Seat]]
"""The seats of a function and a kind, in order of their days."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Days of one open gate that one court answers for, from a day up to, not including, another."""

    kind: str
    court: str
    holder: int | None
    function: int | None
    first: date
    before: date

    @property
    def days(self) -> int:
        return (self.before - self.first).days


def charges(
    kinds: Mapping[str, Kind],
    pilot: Sequence[PilotPeriod],
    gates: Mapping[str, Sequence[GatePeriod]],
    seats: Seats,
    *,
    start: date,
    end: date,
) -> Iterator[Charge]:
    """The open days of one pilot's gates from `start` up to, not including, `end`, each charged to its court.

    Args:
        pilot: its periods, in order.
        gates: the periods of each gate by kind, in order.
        seats: who sat where.
    """
    for key, found in gates.items():
        for first, before in _stretches(pilot, found, seats, key, start, end):
            own, period = _period_on(pilot, first), _period_on(found, first)
            if own is None or own.void_since or own.stage_on(first) not in standing.WAITING_STAGES:
                continue
            if period is None or period.awaits == Awaits.OFF:
                continue
            seat = _period_on(seats(period.function, key), first)
            gate = standing.read_gate(
                kinds[key], period, seat or rights.Seat(first_day=first, last_day=None), stage=Stage.RUNNING, at=first
            )
            if gate.court is not None:
                yield Charge(key, gate.court, gate.holder, period.function, first, before)


def with_decider(kind: Kind, found: Sequence[GatePeriod], seat: rights.Seat, *, start: date, at: date) -> date:
    """The first day of the unbroken stretch of days, up to a date, on which an open gate was its decider's move.

    Cut where the ledger cuts. Where the decider answered and the team replied within a day, that day begins a new stretch.

    Args:
        found: its periods, in order, up to the one of the date; those in which it was never the decider's may be missing.
        seat: who sits there on the date, and since when somebody has.
        start: the first day on which anybody was asked anything.
    """
    since, start = at, max(start, seat.run_from or start)
    cuts = _stretches((), found, lambda _function, _kind: (), kind.key, start, at + DAY)
    for first, before in reversed(list(cuts)):
        period = _period_on(found, first)
        if period is None or period.awaits == Awaits.OFF or not _lasts(period, before):
            break
        gate = standing.read_gate(kind, period, seat, stage=Stage.RUNNING, at=first)
        if gate.court != Court.DECIDER:
            break
        since = first
        if period.first_day == first and _asked_anew(period, _period_on(found, first - DAY)):
            break
    return since


def _lasts(period: GatePeriod, before: date) -> bool:
    """Whether a period goes on up to a day; the one that follows it may be missing."""
    return period.last_day is None or before <= period.last_day + DAY


def _asked_anew(period: GatePeriod, before: GatePeriod | None) -> bool:
    """Whether a period begins with a day on which an answer came and was over again."""
    again = before is not None and before.state == period.state
    return period.moved or (again and period.since == period.first_day)


def _stretches(
    pilot: Sequence[PilotPeriod], found: Sequence[GatePeriod], seats: Seats, kind: str, start: date, end: date
) -> Iterator[tuple[date, date]]:
    """The period cut wherever anything that a court follows from could become another."""
    days = {start}
    for own in pilot:
        days |= {own.first_day, _day_after(own.paused_until)}
    for period in found:
        days |= {period.first_day, _day_after(period.good_until), _day_after(period.outside_until)}
        days.add(_day_after(period.met_until))
    for function in {period.function for period in found}:
        for seat in seats(function, kind):
            days |= {seat.first_day, _day_after(seat.last_day)}
    cuts = sorted(day for day in days if start <= day < end)
    yield from zip(cuts, [*cuts, end][1:], strict=True)


def _day_after(day: date | None) -> date:
    return min(day, date.max - DAY) + DAY if day is not None else date.min


def _period_on(found: Sequence[Any], day: date) -> Any:
    """The period in which a day lies, or None before the first."""
    place = bisect_right(found, day, key=lambda period: period.first_day)
    period = found[place - 1] if place else None
    return period if period and (period.last_day is None or day <= period.last_day) else None


def by_court(found: Iterable[Charge]) -> dict[str, int]:
    """Days by court; courts without a day are left out."""
    total: dict[str, int] = {}
    for charge in found:
        total[charge.court] = total.get(charge.court, 0) + charge.days
    return total
