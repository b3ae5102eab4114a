"""Rule 10: quality is agreed before it is measured, then judged beyond chance."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

from pilots.rules.seals import same
from pilots.rules.vocabulary import Verdict

STALE_AFTER = 180
Z = NormalDist().inv_cdf(0.975)


IN_WORDS = re.compile(
    r"(?P<metric>.*) (?P<least>at least|at most) (?P<value>\S+) \((?P<kind>\w+), (?P<smallest_sample>\d+) or more\)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What was agreed: a metric, its direction, the value, and the smallest sample that counts."""

    metric: str
    direction: str
    value: float
    kind: str
    smallest_sample: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Threshold:
        """The threshold written down in a `register_threshold` event."""
        return cls(
            metric=data["metric"],
            direction=data["direction"],
            value=float(data["value"]),
            kind=data["kind"],
            smallest_sample=int(data["smallest_sample"]),
        )

    def in_words(self) -> str:
        """The threshold as one line, for a seal and for a difference in words."""
        least = "at least" if self.direction == "at_least" else "at most"
        return f"{self.metric} {least} {self.value:.15g} ({self.kind}, {self.smallest_sample} or more)"

    @classmethod
    def read(cls, line: str) -> Threshold | None:
        """The threshold that `in_words` wrote as this line; None where it did not write it."""
        found = IN_WORDS.fullmatch(line)
        if found is None:
            return None
        said = found.groupdict() | {"direction": found["least"].replace(" ", "_")}
        return cls.of(said)


def wilson(value: float, sample: int) -> tuple[float, float]:
    """The 95 % interval of a proportion. Wilson, JASA 22 (1927) 209-212."""
    z2 = Z * Z
    middle = (value + z2 / (2 * sample)) / (1 + z2 / sample)
    half = Z / (1 + z2 / sample) * math.sqrt(value * (1 - value) / sample + z2 / (4 * sample * sample))
    return middle - half, middle + half


def student_t(degrees: int) -> float:
    """The two-sided 95 % point of Student's t. Hill, CACM 13 (1970) 619-620, algorithm 396."""
    p, n = 0.05, float(degrees)
    if degrees == 1:
        return 1 / math.tan(p * math.pi / 2)
    if degrees == 2:
        return math.sqrt(2 / (p * (2 - p)) - 2)
    a = 1 / (n - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * n
    y = (d * p) ** (2 / n)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(p / 2)
        y = x * x
        if degrees < 5:
            c += 0.3 * (n - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1) / (
            n + 2
        ) + 1 / y
    return math.sqrt(n * y)


def interval(threshold: Threshold, value: float, sample: int, deviation: float | None) -> tuple[float, float]:
    """The 95 % interval of a measured value: Wilson's for a proportion, Student's for a mean."""
    if threshold.kind == "proportion":
        return wilson(value, sample)
    half = student_t(sample - 1) * (deviation or 0.0) / math.sqrt(sample)
    return value - half, value + half


def verdict(threshold: Threshold, value: float, sample: int, deviation: float | None = None) -> str:
    """`met`, `not_met`, or `insufficient` where the sample is too small or the interval straddles the threshold."""
    if sample < threshold.smallest_sample or (threshold.kind == "mean" and sample < 2):
        return Verdict.INSUFFICIENT
    low, high = interval(threshold, value, sample, deviation)
    if threshold.direction == "at_most":
        low, high = -high, -low
    agreed = -threshold.value if threshold.direction == "at_most" else threshold.value
    if low >= agreed:
        return Verdict.MET
    return Verdict.NOT_MET if high < agreed else Verdict.INSUFFICIENT


def loosened(before: Threshold, after: Threshold) -> bool:
    """Whether a threshold became easier to meet, or measures something else."""
    if not same(before.metric, after.metric) or (before.direction, before.kind) != (after.direction, after.kind):
        return True
    easier = after.value < before.value if after.direction == "at_least" else after.value > before.value
    return easier or after.smallest_sample < before.smallest_sample


def good_until(measured: date) -> date:
    """The last day on which a measurement holds."""
    return measured + timedelta(days=STALE_AFTER)


def at(verdict_then: str, measured: date | None, day: date) -> str:
    """The verdict as it reads on a day: `stale` from its 181st day, `none` without a measurement."""
    if measured is None:
        return Verdict.NONE
    return Verdict.STALE if day > good_until(measured) else verdict_then
