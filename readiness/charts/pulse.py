"""Both sides' answers on one scale of five, with the gap between them (rule 15)."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.rules.pulses import Answers

FIRST, LAST = 6.0, 94.0
"""Where 1 and 5 stand, in percent of the width."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the five stand, and each side's answer, in percent; None where it is missing or kept back."""

    ticks: list[tuple[int, float]]
    sponsor: float | None
    managers: float | None
    middle: float | None


def scale(answers: Answers) -> Scale:
    """The drawing of one pulse."""
    sponsor = None if answers.sponsor is None else _place(answers.sponsor)
    managers = None if answers.managers is None else _place(answers.managers)
    middle = None if sponsor is None or managers is None else round((sponsor + managers) / 2, 2)
    return Scale([(score, _place(score)) for score in range(1, 6)], sponsor, managers, middle)


def _place(score: float) -> float:
    return round(FIRST + (LAST - FIRST) * (score - 1) / 4, 2)
