"""Runs a candidate and its reference turn by turn, and says how they compare.

Turn by turn, so that a busy machine is as busy for the one as for the other. No figure is asserted: a ratio is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

Run = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one side took: median and 95th percentile in milliseconds, and queries for one run; 0 where none were counted."""

    median: float
    p95: float
    queries: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate beside its reference. `promise` is the ratio of medians that the design allows, where it names one."""

    name: str
    rounds: int
    candidate: Taken
    reference: Taken | None = None
    promise: float | None = None
    says: str = ""

    @property
    def ratio(self) -> float | None:
        return self.reference and self.candidate.median / self.reference.median


def compare(
    name: str,
    candidate: Run,
    reference: Run | None = None,
    *,
    rounds: int = 30,
    promise: float | None = None,
    says: str = "",
) -> Measured:
    """Measure a candidate, turn by turn with its reference where there is one. One run of each goes before, for warmth."""
    sides = [candidate] if reference is None else [candidate, reference]
    queries = [_queries(side) for side in sides]
    seconds: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds):
        # Whoever goes second finds the pages warm: take turns at that too.
        for n in range(len(sides)) if turn % 2 else reversed(range(len(sides))):
            began = perf_counter()
            sides[n]()
            seconds[n].append(perf_counter() - began)
    taken = [_taken(of, n) for of, n in zip(seconds, queries, strict=True)]
    return Measured(name, rounds, taken[0], taken[1] if reference else None, promise, says)


def _queries(side: Run) -> int:
    with CaptureQueriesContext(connection) as asked:
        side()
    return len(asked)


def _taken(seconds: list[float], queries: int) -> Taken:
    ordered = [1000 * one for one in seconds]
    p95 = quantiles(ordered, n=20)[-1] if len(ordered) > 1 else ordered[0]
    return Taken(round(median(ordered), 3), round(p95, 3), queries)


HEADS = (
    "benchmark",
    "rounds",
    "median ms",
    "p95 ms",
    "queries",
    "reference ms",
    "p95 ms",
    "queries",
    "ratio",
    "promise",
)


def table(found: Sequence[Measured]) -> str:
    """The figures as text, one line each, with what each is below."""
    lines = [HEADS, *(_line(one) for one in found)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]
    out = [
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
    return "\n".join([*out, "", *(f"{one.name}: {one.says}" for one in found if one.says)])


def _line(one: Measured) -> tuple[str, ...]:
    beside = one.reference
    return (
        one.name,
        str(one.rounds),
        f"{one.candidate.median:,.1f}",
        f"{one.candidate.p95:,.1f}",
        str(one.candidate.queries or ""),
        f"{beside.median:,.1f}" if beside else "",
        f"{beside.p95:,.1f}" if beside else "",
        str(beside.queries) if beside else "",
        f"{one.ratio:.2f}" if one.ratio else "",
        f"{one.promise:g}" if one.promise else "",
    )


def as_json(found: Sequence[Measured]) -> str:
    """The same figures for a machine."""
    return json.dumps([asdict(one) | {"ratio": one.ratio} for one in found], indent=2)
