"""Rule 10 to look at: what was agreed, what was measured, the interval around it, and whether the goalpost moved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pilots.figures import decimal, percent
from pilots.models import Event
from pilots.rules import quality
from readiness.text import events as event_texts
from readiness.text import labels
from readiness.text.labels import figure


@dataclass(frozen=True, slots=True)
class Agreed:
    """A version of the threshold. `loosened` says that it was made easier after something had been measured."""

    on: date
    who: str
    threshold: quality.Threshold
    loosened: bool
    source: str = ""
    x: float = 0.0

    @property
    def anchor(self) -> str:
        """Where its name stands beside its line: inside the picture at either end."""
        if self.x < 12:
            return ""
        return "end" if self.x > 88 else "mid"

    @property
    def says(self) -> str:
        return labels.threshold(self.threshold)

    @property
    def value(self) -> str:
        return figure(self.threshold.value, self.threshold.kind)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement with its 95 % interval; places are percentages of the picture's width, `y` pixels."""

    on: date
    who: str
    value: str
    sample: int
    low: str
    high: str
    verdict: str
    against: str
    by_themselves: bool
    x: float = 0.0
    x_low: float = 0.0
    x_high: float = 0.0
    y: int = 0

    @property
    def anchor(self) -> str:
        """Which end of its date stands over an end of its interval: the date never leaves the picture."""
        return "end" if self.x_low > 60 else ""

    @property
    def x_label(self) -> float:
        return self.x_high if self.anchor else self.x_low


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on the axis."""

    x: float
    label: str
    anchor: str

    @classmethod
    def at(cls, x: float, label: str) -> Tick:
        return cls(x, label, "" if x < 8 else "end" if x > 92 else "mid")


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything that is known of how good a pilot is."""

    agreed: Sequence[Agreed]
    measured: Sequence[Measured]
    ticks: Sequence[Tick] = ()
    height: int = 0

    @property
    def in_force(self) -> Agreed | None:
        return self.agreed[-1] if self.agreed else None

    @property
    def moved(self) -> list[Agreed]:
        """The versions that were made easier after a result."""
        return [each for each in self.agreed if each.loosened]

    @property
    def axis(self) -> int:
        """Where the axis lies, in pixels."""
        return self.height - 36


MOST = 8
"""Measurements drawn: the latest ones. The table below the picture holds them all."""
DIGITS = 12
"""So many of a round value are written at most; zeros behind them are not."""


def axis_label(value: float, kind: str) -> str:
    """A round value on the axis, with all the digits that it has."""
    return percent(value, DIGITS) if kind == "proportion" else decimal(f"{value:.{DIGITS}g}")


def round_values(first: float, last: float) -> list[float]:
    """Two to six round values between two others: multiples of 1, 2 or 5 and a power of ten."""
    power = 10.0 ** math.floor(math.log10((last - first) / 5))
    step = next(power * part for part in (1, 2, 5, 10, 20) if (last - first) / (power * part) <= 5)
    lowest = math.ceil(first / step - 1e-9)
    return [number * step for number in range(lowest, math.floor(last / step + 1e-9) + 1)]


def quality_of(events: Iterable[Event]) -> Quality:
    """What the thresholds and measurements among a pilot's events say, in their order."""
    agreed: list[Agreed] = []
    rows: list[tuple[Event, quality.Threshold, tuple[float, float]]] = []
    for event in events:
        if event.action == "register_threshold":
            new = quality.Threshold.of(event.data)
            eased = bool(rows and agreed) and quality.loosened(agreed[-1].threshold, new)
            source = event.data.get("source", "")
            agreed.append(Agreed(event.effective_on, event_texts.who(event), new, eased, source))
        elif event.action == "record_measurement" and agreed:
            rows.append((event, agreed[-1].threshold, _interval(event, agreed[-1])))
    return _draw(agreed, rows)


def _interval(event: Event, agreed: Agreed) -> tuple[float, float]:
    data, threshold = event.data, agreed.threshold
    value, sample = float(data["value"]), int(data["sample"])
    if threshold.kind == "mean" and sample < 2:
        return value, value
    return quality.interval(threshold, value, sample, data.get("deviation"))


def _draw(agreed: list[Agreed], rows: list[tuple[Event, quality.Threshold, tuple[float, float]]]) -> Quality:
    values = [each.threshold.value for each in agreed]
    for event, _threshold, (low, high) in rows[-MOST:]:
        values += [float(event.data["value"]), low, high]
    if not rows:
        return Quality(agreed, [])
    least, most = min(values), max(values)
    pad = (most - least or abs(most) or 1.0) * 0.12
    first, last = least - pad, most + pad

    def place(value: float) -> float:
        return round(100 * (value - first) / (last - first), 2)

    measured, drawn_from = [], max(len(rows) - MOST, 0)
    for number, (event, threshold, (low, high)) in enumerate(rows):
        value = float(event.data["value"])
        measured.append(
            Measured(
                event.effective_on,
                event_texts.who(event),
                figure(value, threshold.kind),
                int(event.data["sample"]),
                figure(low, threshold.kind),
                figure(high, threshold.kind),
                str(event.data["verdict"]),
                figure(threshold.value, threshold.kind),
                bool(event.data.get("self_measured")),
                place(value),
                place(low),
                place(high),
                74 + 44 * (number - drawn_from) if number >= drawn_from else 0,
            )
        )
    placed = [
        Agreed(each.on, each.who, each.threshold, each.loosened, each.source, place(each.threshold.value))
        for each in agreed
    ]
    kind = agreed[-1].threshold.kind
    within = (max(first, 0.0), min(last, 1.0)) if kind == "proportion" else (first, last)
    ticks = [Tick.at(place(value), axis_label(value, kind)) for value in round_values(*within)]
    height = 74 + 44 * (len(rows) - drawn_from) + 28
    return Quality(placed, measured, ticks, height)
