"""Rule 12: every blocked day is charged to one court. The charges are read off the spells; nothing is stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pilots.rules import rights
from pilots.rules.events import Kind
from pilots.rules.gates import GateSpell
from pilots.rules.replay import PilotSpell
from pilots.rules.vocabulary import Court, Stage, State
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
    pilot: Sequence[PilotSpell],
    gates: Mapping[str, Sequence[GateSpell]],
    seats: Seats,
    *,
    start: date,
    end: date,
) -> Iterator[Charge]:
    """The open days of one pilot's gates from `start` up to, not including, `end`, each charged to its court.

    Args:
        pilot: its spells, in order.
        gates: the spells of each gate by kind, in order.
        seats: who sat where.
    """
    for key, found in gates.items():
        for first, before in _stretches(pilot, found, seats, key, start, end):
            own, spell = _on(pilot, first), _on(found, first)
            if own is None or own.void_since or own.stage_on(first) not in standing.WAITING_STAGES:
                continue
            if spell is None or spell.turn == State.OFF:
                continue
            seat = _on(seats(spell.function, key), first)
            gate = standing.read_gate(
                kinds[key], spell, seat or rights.Seat(starts=first, ends=None), stage=Stage.RUNNING, at=first
            )
            if gate.court is not None:
                yield Charge(key, gate.court, gate.holder, spell.function, first, before)


def with_decider(kind: Kind, found: Sequence[GateSpell], seat: rights.Seat, *, start: date, at: date) -> date:
    """The first day of the unbroken stretch of days, up to a date, on which an open gate was its decider's move.

    Cut where the ledger cuts. Where the decider answered and the team replied within a day, that day begins a new stretch.

    Args:
        found: its spells, in order, up to the one of the date; those in which it was never the decider's may be missing.
        seat: who sits there on the date, and since when somebody has.
        start: the first day on which anybody was asked anything.
    """
    since, start = at, max(start, seat.run_from or start)
    cuts = _stretches((), found, lambda _function, _kind: (), kind.key, start, at + DAY)
    for first, before in reversed(list(cuts)):
        spell = _on(found, first)
        if spell is None or spell.turn == State.OFF or not _lasts(spell, before):
            break
        gate = standing.read_gate(kind, spell, seat, stage=Stage.RUNNING, at=first)
        if gate.court != Court.DECIDER:
            break
        since = first
        if spell.starts == first and _asked_anew(spell, _on(found, first - DAY)):
            break
    return since


def _lasts(spell: GateSpell, before: date) -> bool:
    """Whether a spell goes on up to a day; the one that follows it may be missing."""
    return spell.ends is None or before <= spell.ends + DAY


def _asked_anew(spell: GateSpell, before: GateSpell | None) -> bool:
    """Whether a spell begins with a day on which an answer came and was over again."""
    again = before is not None and before.state == spell.state
    return spell.moved or (again and spell.since == spell.starts)


def _stretches(
    pilot: Sequence[PilotSpell], found: Sequence[GateSpell], seats: Seats, kind: str, start: date, end: date
) -> Iterator[tuple[date, date]]:
    """The period cut wherever anything that a court follows from could become another."""
    days = {start}
    for own in pilot:
        days |= {own.starts, _after(own.paused_until)}
    for spell in found:
        days |= {spell.starts, _after(spell.good_until), _after(spell.outside_until)}
        days.add(_after(spell.met_until))
    for function in {spell.function for spell in found}:
        for seat in seats(function, kind):
            days |= {seat.starts, _after(seat.ends)}
    cuts = sorted(day for day in days if start <= day < end)
    yield from zip(cuts, [*cuts, end][1:], strict=True)


def _after(day: date | None) -> date:
    return min(day, date.max - DAY) + DAY if day is not None else date.min


def _on(found: Sequence[Any], day: date) -> Any:
    """The spell in which a day lies, or None before the first."""
    place = bisect_right(found, day, key=lambda spell: spell.starts)
    spell = found[place - 1] if place else None
    return spell if spell and (spell.ends is None or day <= spell.ends) else None


def by_court(found: Iterable[Charge]) -> dict[str, int]:
    """Days by court; courts without a day are left out."""
    total: dict[str, int] = {}
    for charge in found:
        total[charge.court] = total.get(charge.court, 0) + charge.days
    return total
