"""What a manager reports (rule 13). It writes no event: these are no actions of the registry, and leave no trace of who or when.

What is kept is a pseudonym and a week. The transaction writes nothing else about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilots.actions.texts import need_plain
from pilots.busy import refused_when_busy
from pilots.clock import today
from pilots.feedback_links import FeedbackLink
from pilots.figures import grouped
from pilots.models import FellowManager, FrictionClosing, FrictionGroup, FrictionReport, Person, Pilot, SpentLink
from pilots.models.friction import LONGEST_POINT, LONGEST_SENTENCE, MOST_MINUTES
from pilots.pseudonyms import destroy_key, fingerprint, keyed_place, pseudonym
from pilots.refusals import Invalid, LinkNotGood, NotYours
from pilots.rules.vocabulary import FrictionQuestion
from pilots.rules.weeks import WEEK, week_of

PURPOSE = "friction"


@dataclass(frozen=True, slots=True)
class FrictionAnswer:
    """What a manager answers to one question. `point` empty: nowhere; then there are no minutes and no sentence."""

    point: str = ""
    minutes: int | None = None
    sentence: str = ""


@refused_when_busy
def report_friction(
    *,
    by: Person,
    pilot: Pilot,
    answers: Mapping[str, FrictionAnswer],
    link: FeedbackLink | None = None,
    on: date | None = None,
) -> None:
    """Keep what a manager answers on a pilot; the latest on it counts. Returns nothing: there is nothing to point at.

    Args:
        answers: by question; those that are left out count as nowhere.
        link: the link by which they were asked, where they did not sign in, or do not manage the pilot.

    Raises:
        NotYours: neither a manager who lives with the pilot nor asked by a link.
        LinkNotGood: the link was used meanwhile.
        Invalid: a value that cannot be, at its field; or nothing was answered at all.
    """
    week = week_of(on or today())
    if by.closed_on is not None or not (
        pilot.manager_id == by.pk
        or (link is not None and link.person == by and link.pilot == pilot)
        or FellowManager.objects.on(on or today()).filter(pilot=pilot, person=by).exists()
    ):
        raise NotYours(_("Only the managers who live with a pilot say what it is like."))
    rows = _rows(pilot, answers)
    member = pseudonym(by, PURPOSE)
    with transaction.atomic():
        _hold_key()
        if link is not None:
            _spend(link)
        # Of an earlier week, which may have closed without anybody looking yet, it stays: closing takes the latest.
        before = FrictionReport.objects.filter(pseudonym=member, week=week, group=None)
        before.filter(pilot_key=keyed_place("pilot", pilot.pk)).delete()
        for row in rows:
            row.pseudonym, row.week = member, week
        FrictionReport.objects.bulk_create(sorted(rows, key=lambda row: row.pk))


def forget_pseudonyms(*, on: date | None = None) -> int:
    """Destroy the key, so that nobody can link a report to a person any more. Returns how many answers no longer count.

    Who answers again cannot be known for the same person, and would be counted twice: so what was counted ends with this week,
    and what still waits is deleted. Past figures stay.
    """
    day = week_of(on or today())
    with transaction.atomic():
        closing, _made = FrictionClosing.objects.select_for_update().get_or_create(id=1)
        waiting = FrictionReport.objects.filter(group=None).delete()[0]
        FrictionGroup.objects.filter(first_day__gte=day).update(stands_until=day + WEEK)
        FrictionGroup.objects.filter(stands_until__gt=day, first_day__lt=day).update(stands_until=day)
        closing.key_fingerprint = ""
        closing.save()
        destroy_key()
    return waiting


def _rows(pilot: Pilot, answers: Mapping[str, FrictionAnswer]) -> list[FrictionReport]:
    if not answers:
        raise Invalid(_("Answer one question at least; “nowhere” is an answer too."), field="saves")
    rows = []
    for question in FrictionQuestion:
        answer = answers.get(question, FrictionAnswer())
        _can_be(question, answer)
        row = FrictionReport(
            portfolio_id=pilot.portfolio_id,
            function_key=keyed_place("function", pilot.function_id),
            pilot_key=keyed_place("pilot", pilot.pk),
            question=question,
            point=answer.point,
        )
        if answer.point:
            row.minutes, row.sentence = answer.minutes, " ".join(answer.sentence.split())
        rows.append(row)
    return rows


def _can_be(question: str, answer: FrictionAnswer) -> None:
    need_plain(answer.point, question)
    need_plain(answer.sentence, f"{question}-words")
    if len(answer.point) > LONGEST_POINT:
        raise Invalid(_("Choose one of these answers."), field=question)
    if len(" ".join(answer.sentence.split())) > LONGEST_SENTENCE:
        says = _("Say it in %(most)d characters at most.") % {"most": LONGEST_SENTENCE}
        raise Invalid(says, field=f"{question}-words")
    minutes = answer.minutes
    if minutes is not None and (isinstance(minutes, bool) or not 0 <= minutes <= MOST_MINUTES):
        says = _("Give 0 to %(most)s minutes a week.") % {"most": grouped(MOST_MINUTES)}
        raise Invalid(says, field=f"{question}-minutes")


def _hold_key() -> None:
    """Refuse reports under another key than before: the same manager would be counted twice."""
    closing, _made = FrictionClosing.objects.select_for_update().get_or_create(id=1)
    if not closing.key_fingerprint:
        closing.key_fingerprint = fingerprint()
        closing.save(update_fields=["key_fingerprint"])
    elif closing.key_fingerprint != fingerprint():
        raise Invalid(
            _(
                "Nothing was kept: the key of the pseudonyms is not the one that was used before. Tell the program office."
            ),
            field="saves",
        )


def _spend(link: FeedbackLink) -> None:
    try:
        with transaction.atomic():
            SpentLink.objects.create(digest=link.digest)
    except IntegrityError as used:
        raise LinkNotGood(LinkNotGood.used) from used
