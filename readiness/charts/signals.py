"""Signals to look at: managers by function against the threshold, and how many there were by week. Only figures that may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.queries.signals import PointOnDay, ShownPoint
from readiness.text import labels

STEPS_HEIGHT, STEPS_TOP = 118, 25
LABEL_APART = 14
"""Percent of the picture's width below which two dates would lie on each other."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """One function's piece of a bar; places are percentages of its width. `kept`: small functions together."""

    x: float
    width: float
    wide: str
    narrow: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A point's managers by function, on the scale of its table; `limit` is where the threshold lies."""

    parts: list[BarPart]
    limit: float
    says: str


def widest(points: list[ShownPoint], threshold: int) -> int:
    """The number of managers at the end of the scale, so that the threshold lies well inside."""
    return max([2 * threshold, *(point.managers for point in points)])


def bar(point: ShownPoint, scale: int, threshold: int) -> Bar:
    """A point's bar."""
    parts, x = [], 0.0
    for name, number in point.parts.named.items():
        width = 100 * number / scale
        parts.append(BarPart(round(x, 2), round(width, 2), f"{name} {number}", str(number), kept=False))
        x += width
    if point.parts.others:
        rest = (_("others %(n)d") if point.parts.named else _("together %(n)d")) % {"n": point.parts.others}
        width = 100 * point.parts.others / scale
        parts.append(BarPart(round(x, 2), round(width, 2), rest, str(point.parts.others), kept=True))
    return Bar(parts, round(100 * threshold / scale, 2), in_words(point))


def in_words(point: ShownPoint) -> str:
    """The same in a sentence: “Customer operations 5; Finance 4; 3 in other functions, not broken down”."""
    says = [f"{name} {number}" for name, number in point.parts.named.items()]
    if point.parts.others:
        rest = _("%(n)d in other functions, not broken down") if says else _("%(n)d, not broken down by function")
        says.append(rest % {"n": point.parts.others})
    return "; ".join(says)


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of days with the same number of managers. `y` and `height` are pixels, the rest percentages."""

    x: float
    width: float
    y: float
    height: float
    number: str
    day: str
    was_signal: bool
    anchor: str

    @property
    def label_y(self) -> float:
        return self.y - 5


@dataclass(frozen=True, slots=True)
class Steps:
    """How many managers there were, from one day on which the figure moved to the next."""

    steps: list[Step]
    limit: float
    says: str


def steps(trend: list[PointOnDay], at: date, threshold: int) -> Steps | None:
    """The picture of a trend; None where there is nothing to draw."""
    known = [point for point in trend if point.managers]
    if not known:
        return None
    start, most = known[0].day, max([threshold, *(point.managers or 0 for point in known)])
    days = max((at - start).days + 7, 7)
    tall = (STEPS_HEIGHT - STEPS_TOP) / most
    drawn: list[Step] = []
    labelled = -100.0
    ends = [*(point.day for point in trend if point.day > start), None]
    shown = [point for point in trend if point.day >= start]
    for point, end in zip(shown, ends, strict=True):
        x = 100 * (point.day - start).days / days
        width = 100 * (((end or at) - point.day).days + (0 if end else 7)) / days
        height = tall * (point.managers or 0)
        number = str(point.managers) if point.managers else ""
        y = STEPS_HEIGHT - height
        anchor = "end" if x > 85 else ""
        apart = x - labelled > LABEL_APART
        labelled = x if apart else labelled
        drawn.append(
            Step(
                round(x, 2),
                round(width, 2),
                round(y, 1),
                round(height, 1),
                number,
                _short(point.day) if apart else "",
                point.was_signal,
                anchor,
            )
        )
    says = "; ".join(
        ngettext("%(n)d manager from %(day)s", "%(n)d managers from %(day)s", point.managers or 0)
        % {"n": point.managers, "day": labels.day(point.day)}
        for point in known
    )
    return Steps(drawn, round(STEPS_HEIGHT - tall * threshold, 1), says)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
