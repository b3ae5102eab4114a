"""Signals (rule 13): friction that is concentrated over managers and functions is no anecdote any more. No Django.

A signal follows from figures that may be shown, and from nothing else; so that it was one, and since when, tells of nobody more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from readiness.rules.suppression import Spread, functions_at_least


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many managers in how many functions are a signal; for how many days answers count."""

    managers: int = 7
    functions: int = 3
    days: int = 90


@dataclass(frozen=True, slots=True)
class Reported:
    """How often a friction point is reported on a day: managers, and the functions that they are of at least."""

    managers: int
    functions: int

    def is_signal(self, threshold: Threshold) -> bool:
        """Whether it is a signal: a loud function alone never is."""
        return self.managers >= threshold.managers and self.functions >= threshold.functions

    def short_of(self, threshold: Threshold) -> tuple[int, int]:
        """How many managers, and how many functions, it is short of a signal."""
        return max(threshold.managers - self.managers, 0), max(threshold.functions - self.functions, 0)


def reported(managers: int, spreads: Iterable[Spread]) -> Reported:
    """How often a point is reported, by its whole groups."""
    return Reported(managers, functions_at_least(spreads))


def since(days: Sequence[tuple[date, bool]]) -> date | None:
    """The first day of the unbroken stretch of days on which it is a signal; None where it is none on the last day.

    Args:
        days: the days on which figures moved, in order, each with whether it was a signal from then on.
    """
    first: date | None = None
    for day, was_signal in days:
        if not was_signal:
            first = None
        elif first is None:
            first = day
    return first
