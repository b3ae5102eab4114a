"""Rules 4 and 5: the decide-by date, and the day on which a pilot stalls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

SIX_WEEKS = timedelta(weeks=6)
HALF_A_YEAR = timedelta(weeks=26)
LONGEST_PAUSE = timedelta(days=90)
LONGEST_EXCEPTION = timedelta(days=90)
REOPENS_WITHIN = timedelta(days=30)
"""For how long after a retirement its office takes it back by itself (rule 6)."""
FREE_SLIPS = 2
FREE_PAUSES = 2
FREE_PAUSED_DAYS = 180
QUIET_DAYS = 30
WARNING_DAYS = 14

Pause = tuple[date, date]
"""First and last day of a pause, both included."""


def paused_days(pauses: Iterable[Pause], after: date | None = None) -> int:
    """The days of pauses, those strictly after a day where one is given. A day that lies in two pauses counts once."""
    total, counted = 0, after
    for first, last in sorted(pauses):
        begins = first if counted is None else max(first, counted + timedelta(days=1))
        total += max(0, (last - begins).days + 1)
        counted = last if counted is None else max(counted, last)
    return total


def stall_clock_from(decide_by: date, last_movement: date, pauses: Iterable[Pause]) -> date:
    """The day from which quiet days count: the later of the two dates, plus the days of pauses after it."""
    later = max(decide_by, last_movement)
    return later + timedelta(days=paused_days(pauses, after=later))


def stalls_on(clock: date, quiet_days: int = QUIET_DAYS) -> date:
    """The first day as a museum exhibit (rule 5)."""
    return clock + timedelta(days=quiet_days)


def needs_escalation_for_date(*, slips: int, is_slip: bool, to: date, started: date) -> bool:
    """Whether a decide-by date takes the portfolio's escalation person (rule 4)."""
    return (is_slip and slips >= FREE_SLIPS) or to > started + HALF_A_YEAR


def needs_escalation_for_pause(pauses: list[Pause], new: Pause) -> bool:
    """Whether a pause takes the portfolio's escalation person (rule 5)."""
    return len(pauses) >= FREE_PAUSES or paused_days([*pauses, new]) > FREE_PAUSED_DAYS
