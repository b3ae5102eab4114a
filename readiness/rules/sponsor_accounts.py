"""Rule 15: what a sponsor's account of a pilot rests on, and when it is due; the gap between both sides' answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from pilots.rules.vocabulary import Basis

LASTS = timedelta(days=90)
"""How long an account holds."""
AHEAD = timedelta(days=14)
"""How long before a review a letter asks for what is due before it."""


class Narrated(StrEnum):
    """Why a pilot is narrated, not managed."""

    MISSING = "missing"
    OLD = "old"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Account:
    """What of an account the rule reads: who gave it, from which day it counts, and how they know."""

    sponsor: int
    effective_on: date
    basis: str


def narrated(latest: Account | None, *, sponsor: int | None, at: date) -> Narrated | None:
    """Why it is narrated, not managed, on a date; None where the sponsor's latest account holds (rule 15).

    An account of whoever carried it before is none of the present sponsor's.
    """
    if latest is None or sponsor is None or latest.sponsor != sponsor:
        return Narrated.MISSING
    if at - latest.effective_on > LASTS:
        return Narrated.OLD
    return Narrated.SUMMARY if latest.basis == Basis.SUMMARY else None


def due_before(latest: Account | None, *, sponsor: int | None, last_review: date | None, at: date) -> bool:
    """Whether an account is asked for before the next review: none of this sponsor's since the last one, or it has aged."""
    if narrated(latest, sponsor=sponsor, at=at) is not None or latest is None:
        return True
    return last_review is not None and latest.effective_on <= last_review


def letter_due(
    latest: Account | None,
    *,
    sponsor: int,
    last_review: date | None,
    next_review: date | None,
    at: date,
) -> bool:
    """Whether a letter asks the sponsor for an account of a pilot, where none was sent this quarter: not while theirs holds.

    Where it is missing or has aged, at once; where it only rests on a summary, or is of before the last review, in the
    days before the next one.
    """
    if narrated(latest, sponsor=sponsor, at=at) in (Narrated.MISSING, Narrated.OLD):
        return True
    is_near = next_review is not None and next_review - at <= AHEAD
    return is_near and due_before(latest, sponsor=sponsor, last_review=last_review, at=at)


def alignment_gap(sponsor: int | None, managers: float | None) -> float | None:
    """The sponsor's answer less the managers' median (rule 15); None where either is missing or kept back."""
    return None if sponsor is None or managers is None else sponsor - managers


def median_of(values: Sequence[float]) -> float | None:
    """The median, in halves at the finest; None of nothing."""
    return float(median(values)) if values else None
