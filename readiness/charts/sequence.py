"""A run as announced and as lived, drawn to one scale across both columns: the official one wide, the lived two (rule 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.rules.workflows import Compared, ComparedStep, Mark

ROOM = 96.0
"""Percent of the width that the longest of the sums fills."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch: where it begins and how long it is, in percent, and the class that fills it."""

    x: float
    width: float
    fill: str


@dataclass(frozen=True, slots=True)
class StepBars:
    """One step's bars: the official one from the right and, on a narrow page, from the left; and the lived one."""

    step: ComparedStep
    from_right: Bar | None
    from_left: Bar | None
    lived: Sequence[Bar]


def steps(compared: Compared) -> list[StepBars]:
    """The bars of every step, to one scale."""
    unit = max(
        [float(step.official or 0) for step in compared.steps]
        + [(step.lived or 0) / 2 for step in compared.steps]
        + [1.0]
    )
    return [_of_step(step, unit) for step in compared.steps]


def _of_step(step: ComparedStep, unit: float) -> StepBars:
    official = step.official or 0
    one, two = _percent(official, unit), _percent(official, 2 * unit)
    right = Bar(round(100 - one, 2), one, "fill-said") if official else None
    left = Bar(0, two, "fill-said") if official else None
    return StepBars(step, right, left, _lived(step, 2 * unit))


def _lived(step: ComparedStep, unit: float) -> list[Bar]:
    if Mark.SKIPPED in step.marks:
        return [Bar(0, _percent(step.official or 0, unit), "kept")] if step.official else []
    if step.lived is None:
        return []
    announced = min(step.lived, step.official or 0)
    more = step.lived - announced
    bars = [Bar(0, _percent(announced, unit), "fill-said")] if announced else []
    if more:
        fill = "fill-accent" if Mark.JUDGEMENT in step.marks else "fill-ink"
        bars.append(Bar(_percent(announced, unit), _percent(more, unit), fill))
    return bars


def _percent(minutes: float, unit: float) -> float:
    return round(100 * minutes / unit, 2)


@dataclass(frozen=True, slots=True)
class Sums:
    """One run by hand, as announced and as lived, to one scale; None for what is not known."""

    by_hand: float | None
    official: float
    lived: float | None
    lived_as_before: float
    lived_more: float
    line: float | None


def sums(compared: Compared, by_hand: int | None) -> Sums:
    """The three sums of one run, in percent of the width."""
    longest = max(by_hand or 0, compared.official, compared.lived or 0, 1)
    lived = compared.lived
    before = min(lived or 0, by_hand) if by_hand is not None else (lived or 0)
    return Sums(
        None if by_hand is None else _share(by_hand, longest),
        _share(compared.official, longest),
        None if lived is None else _share(lived, longest),
        _share(before, longest),
        _share((lived or 0) - before, longest),
        None if by_hand is None else _share(by_hand, longest),
    )


def _share(minutes: float, longest: float) -> float:
    return round(ROOM * minutes / longest, 2)
