"""What follows for a pilot when a kind of gate comes to it, or is switched off: its next periods, from its last ones.

`pilots.rules.replay` says the same by applying every event again; a property test holds the two to the same answer. This is
for many pilots at once, on a day after which nothing was done to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pilots.rules.gates import GatePeriod
from pilots.rules.replay import PilotPeriod
from pilots.rules.vocabulary import Awaits, Stage, State

DAY = timedelta(days=1)


def opened(recorded_on: date, day: date, functions: Sequence[tuple[date, int | None]]) -> Iterator[GatePeriod]:
    """The periods of a gate that is opened on a day: it was not there, and now it waits for an answer.

    Args:
        functions: where the pilot lay, each place with its first day, in order.
    """
    before = [(first, function) for first, function in functions if first < day]
    ends = [first - DAY for first, _function in [*before[1:], (day, None)]]
    for (first, function), last in zip(before, ends, strict=False):
        yield GatePeriod(first, last, State.OFF, Awaits.OFF, since=recorded_on, function=function)
    yield GatePeriod(day, None, State.OPEN, Awaits.DECISION, since=day, function=functions[-1][1])


def switched_off(last: GatePeriod, day: date) -> GatePeriod | None:
    """The period of a gate that is switched off on a day; None where it was off already."""
    if last.awaits == Awaits.OFF:
        return None
    return replace(
        last, first_day=day, last_day=None, state=State.OFF, awaits=Awaits.OFF, since=day, good_until=None, moved=False
    )


def lapsed(last: GatePeriod, day: date) -> GatePeriod | None:
    """The period of a gate whose answer was over by a day on which something was done to its pilot; None where none begins."""
    if last.good_until is None or last.good_until >= day or last.since > last.good_until:
        return None
    return replace(last, first_day=day, last_day=None, moved=False, since=last.good_until + DAY)


def following(last: PilotPeriod, gates: Collection[GatePeriod], day: date) -> PilotPeriod | None:
    """The period of a pilot from a day on which its gates came to be these; None where nothing of it is another."""
    asked = [gate for gate in gates if gate.awaits != Awaits.OFF]
    clear = all(gate.awaits == Awaits.NOTHING for gate in asked)
    ends = [gate.good_until for gate in asked if gate.good_until is not None]
    shown = last.last_shown_on
    if last.stage == Stage.ADOPTED and last.shows:
        shown = min(last.clear_through or date.max, day - DAY)
    now = replace(last, all_clear=clear, clear_through=min(ends) if ends and clear else None, last_shown_on=shown)
    if last.stage == Stage.PAUSED and last.paused_until is not None and day > last.paused_until:
        now = replace(now, stage=Stage.RUNNING, since=last.paused_until + DAY, paused_until=None)
    return None if now == last else replace(now, first_day=day, last_day=None)
