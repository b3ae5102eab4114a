"""What the managers of a pilot say of it in their words (rule 13), where it may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pilots.models import FrictionGroup, Person, Pilot
from pilots.rules.vocabulary import FrictionQuestion
from readiness.queries.friction import bring_up_to_date, counts_at, lived_with, seen_from_within, sentences_on
from readiness.rules.suppression import enough, shuffled


@dataclass(frozen=True, slots=True)
class ManagersWords:
    """Sentences of groups of three managers and more, shuffled: what got easier, what riskier, which decisions stay muddy."""

    easier: Sequence[str] = ()
    riskier: Sequence[str] = ()
    muddy: Sequence[str] = ()


def managers_words(pilot: Pilot, *, at: date, reader: Person) -> ManagersWords:
    """The managers' words of a pilot on a day; none where fewer than three said anything that may be shown.

    Of each friction point by itself: a point that fewer than three named has no words here.
    """
    bring_up_to_date()
    within = lived_with(reader, [pilot.pk])
    groups = seen_from_within(FrictionGroup.objects.filter(pilot=pilot), within)
    written = sentences_on(groups, at, within)
    found: dict[str, list[str]] = defaultdict(list)
    for counted in counts_at(groups, at, within):
        if enough(counted.managers):
            found[counted.question] += shuffled(written.get((counted.question, counted.point), []))
    return ManagersWords(
        easier=found[FrictionQuestion.SAVES],
        riskier=found[FrictionQuestion.REWORK],
        muddy=found[FrictionQuestion.JUDGEMENT],
    )
