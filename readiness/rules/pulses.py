"""Rule 15: what both sides answered to the same question, and how far they lie apart; of managers never under three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from readiness.rules.sponsor_accounts import alignment_gap, median_of

LEAST = 3
"""Fewer managers are never shown."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What both sides of one pilot answered to one pulse that is closed.

    Attributes:
        asked_on: the day on which it was asked.
        sponsor: 1 (more work) to 5 (helping); None where the sponsor did not answer.
        managers: the managers' median; None where fewer than three answered.
        answers: how many managers answered; None where fewer than three did.
    """

    asked_on: date
    sponsor: int | None
    managers: float | None
    answers: int | None

    @property
    def gap(self) -> float | None:
        """The sponsor's answer less the managers' median; None where either is missing."""
        return alignment_gap(self.sponsor, self.managers)


def of_counts(asked_on: date, sponsor: int | None, counts: Mapping[int, int]) -> Answers:
    """Both sides' answers, from how many managers gave each score.

    A median is shown of three and more, also where all said the same: whoever reads it cannot tell whether they did.
    """
    scores = [score for score, number in counts.items() for _each in range(number)]
    if len(scores) < LEAST:
        return Answers(asked_on, sponsor, None, None)
    return Answers(asked_on, sponsor, median_of(scores), len(scores))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How far both sides of several pilots lie apart: the median of the gaps that each of these pilots shows itself."""

    gap: float
    pilots: int


def alignment(answers: Iterable[Answers]) -> Alignment | None:
    """The alignment of a function or a portfolio, of what may be shown of its pilots one by one; None where that is nothing.

    It rests on figures that are shown already, so that no difference between it and them says more.
    """
    gaps: Sequence[float] = [each.gap for each in answers if each.gap is not None]
    found = median_of(gaps)
    return None if found is None else Alignment(found, len(gaps))
