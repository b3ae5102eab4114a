"""The court ledger of many pilots (rule 12): the days of a period that each court answers for, by whatever is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pilots.clock import today
from pilots.models import Person
from readiness.queries.charged_days import LABELS, Place, charged_days
from readiness.queries.pilots import StandingQuerySet

BY = ("court", *LABELS)
"""What the days of a period can be counted by."""


@dataclass(slots=True)
class Wait:
    """The days of one pilot, kind, holder, function or portfolio, by court; `days` is all of them.

    They were counted from `start` up to, not including, `end`. Of them `still_open` are those of waits that go on: of gates that
    wait on the last day, since they are in that state.
    """

    of: str
    name: str
    start: date
    end: date
    courts: dict[str, int]
    still_open: dict[str, int]

    @property
    def finished(self) -> dict[str, int]:
        """The days of waits that are over, by court."""
        return {court: days - self.still_open[court] for court, days in self.courts.items()}

    @property
    def days(self) -> int:
        """All days; the parts add up to it."""
        return sum(self.courts.values())


def waits(
    pilots: StandingQuerySet,
    *,
    start: date,
    end: date,
    by: str = "court",
    kind: str | None = None,
    holder: Person | None = None,
    functions: Collection[int | None] | None = None,
    at: date | None = None,
    beside: Place | None = None,
    most: int | None = None,
) -> list[Wait]:
    """The open days from `start` up to, not including, `end`, charged to courts; whoever has most comes first. One query.

    Args:
        by: one of `BY`; `court` counts all of them together.
        kind, holder: only the gates of this kind, or the days on which this person held them.
        functions: only the days on which the pilot lay in one of these, None among them for those in which it lay in none.
        at: only the days that had come before this one; today unless said. The others are charged to nobody.
        beside: only what comes after this row; or before it, then the nearest first.
        most: how many rows at the most.
    """
    end = min(end, at or today())
    start = min(start, end)
    charged = charged_days(
        pilots,
        start=start,
        end=end,
        by=None if by == "court" else by,
        kind=kind,
        holder=holder,
        functions=functions,
        still_open_apart=True,
        beside=beside,
        most=most,
    )
    return [Wait(row.of, row.name, start, end, row.courts, row.still_open) for row in charged]
