"""From planned to adopted as columns of one scale, what is only claimed apart; and what hung in the museum at each month's end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pilots.rules.vocabulary import Standing

BASE, TALLEST = 210.0, 150.0
"""Where the columns stand, and how high the highest is, in pixels."""
TREND_BASE, TREND_TALLEST = 120.0, 96.0
RUNNING = (Standing.MOVING, Standing.AT_RISK, Standing.READY, Standing.EXHIBIT)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where it begins in percent of the width, its top and height in pixels, and how much of it is hatched."""

    name: str
    number: int
    x: float
    y: float
    height: float
    hatched: int = 0
    hatched_height: float = 0.0

    @property
    def says_at(self) -> float:
        """Where its number stands."""
        return self.y - 8


def flow(counts: Mapping[str, int]) -> Sequence[Column]:
    """Planned, running, adopted and claimed; of those that run, the museum's exhibits are hatched. Empty without any of them."""
    running = sum(counts[standing] for standing in RUNNING)
    numbers = {
        "planned": counts[Standing.PLANNED],
        "running": running,
        "adopted": counts[Standing.ADOPTED],
        "claimed": counts[Standing.CLAIMED],
    }
    most = max(numbers.values())
    if not most:
        return []
    columns = []
    for (name, number), x in zip(numbers.items(), (0.0, 27.0, 54.0, 81.0), strict=True):
        hatched = counts[Standing.EXHIBIT] if name == "running" else 0
        height = _height(number, most, TALLEST)
        columns.append(
            Column(name, number, x, round(BASE - height, 1), height, hatched, _height(hatched, most, TALLEST))
        )
    return columns


@dataclass(frozen=True, slots=True)
class Month:
    """The day that ends a month, or the day that is read, with how many stood where; and its bar."""

    day: date
    counts: Mapping[str, int]
    x: float
    y: float
    height: float
    width: float
    named: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def running(self) -> int:
        """How many ran, exhibits included."""
        return sum(self.counts[standing] for standing in RUNNING)


def months(points: Iterable[tuple[date, Mapping[str, int]]]) -> list[Month]:
    """What hung in the museum on each of some days, the oldest first."""
    found = list(points)
    most = max((counts[Standing.EXHIBIT] for _day, counts in found), default=0)
    room = 100 / max(len(found), 1)
    out = []
    for place, (day, counts) in enumerate(found):
        height = _height(counts[Standing.EXHIBIT], most, TREND_TALLEST)
        out.append(
            Month(
                day,
                counts,
                round(place * room + room * 0.15, 2),
                round(TREND_BASE - height, 1),
                height,
                round(room * 0.7, 2),
                (len(found) - 1 - place) % 3 == 0,
            )
        )
    return out


def _height(number: int, most: int, tallest: float) -> float:
    return round(tallest * number / most, 1) if most else 0.0
