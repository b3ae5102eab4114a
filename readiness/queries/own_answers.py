"""What a manager reads of their own: what they live with, what they answered last, and what became of it (rule 13).

Whose the answers are is worked out from the reader's own account each time, and is nowhere written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from pilots.actions.friction import PURPOSE
from pilots.models import FrictionReport, Person, Pilot, PolicyGap
from pilots.pseudonyms import keyed_place, pseudonym
from pilots.rules.vocabulary import FrictionQuestion
from readiness.models import FrictionPoint
from readiness.queries.friction import bring_up_to_date
from readiness.queries.pulses import lives_with
from readiness.queries.signals import ShownPoint, signals_of


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One answer of the reader's, in the week in which it was given.

    `shown`: how many others say so, once it may be shown. `waits`: it is in no figure yet.
    """

    week: date
    question: str
    label: str
    sentence: str
    pilot: Pilot | None
    waits: bool
    shown: ShownPoint | None


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """All that a manager reads of their own."""

    pilots: list[Pilot]
    answers: list[OwnAnswer]
    answered: list[PolicyGap]
    open: list[PolicyGap]

    @property
    def waits(self) -> bool:
        """Whether some of the answers are in no figure yet."""
        return any(answer.waits for answer in self.answers)


def pilots_lived_with(person: Person, at: date) -> list[Pilot]:
    """The pilots that somebody lives with, as their manager or beside them, those that have ended left out."""
    return list(lives_with(person, at=at).select_related("portfolio", "function").order_by("key"))


def own_answers(person: Person, at: date) -> OwnAnswers:
    """What somebody lives with, said last, and what became of it."""
    bring_up_to_date()
    pilots = pilots_lived_with(person, at)
    latest: dict[tuple[str, str], FrictionReport] = {}
    rows = FrictionReport.objects.filter(pseudonym=pseudonym(person, PURPOSE)).order_by("week")
    for row in rows:
        latest[row.pilot_key, row.question] = row
    by_key = {keyed_place("pilot", pilot.pk): pilot for pilot in pilots}
    named = [row for row in latest.values() if row.point]
    portfolios = {row.portfolio_id for row in named} | {pilot.portfolio_id for pilot in pilots}
    shown = {point.point: point for portfolio in portfolios for point in signals_of(portfolio, at) if point.is_signal}
    labels = dict(FrictionPoint.objects.values_list("key", "label"))
    answers = [
        OwnAnswer(
            row.week,
            row.question,
            labels.get(row.point, ""),
            row.sentence,
            by_key.get(row.pilot_key),
            row.group_id is None,
            shown.get(row.point),
        )
        for row in sorted(named, key=lambda row: (row.question, row.point))
    ]
    asked = {row.point for row in rows if row.point and row.question != FrictionQuestion.SAVES}
    gaps = _gaps(asked, portfolios, pilots, at)
    return OwnAnswers(
        pilots,
        answers,
        [gap for gap in gaps if gap.answered_on is not None],
        [gap for gap in gaps if gap.answered_on is None],
    )


def _gaps(points: set[str], portfolios: set[int], pilots: list[Pilot], at: date) -> list[PolicyGap]:
    """The questions that somebody's answers became, and those about their pilots; the latest answers first."""
    theirs = Q(point__in=points, portfolio__in=portfolios) | Q(pilots__in=[pilot.pk for pilot in pilots])
    rows = PolicyGap.objects.filter(theirs, asked_on__lte=at).select_related("owner", "answered_by").distinct()
    return sorted(rows, key=lambda gap: (gap.answered_on or gap.due, gap.pk), reverse=True)
