"""Actions on pulses: the same question to both sides (rule 15). What a manager answers writes no event."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import action_days, lock_pilot
from pilots.actions.reference import concerns, log, need_whole, only_office
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, ManagerPulse, Person, Pilot, Portfolio, Pulse, SponsorPulse
from pilots.models.pulses import LEAST, MOST
from pilots.pseudonyms import pseudonym
from pilots.refusals import Invalid, NothingAsked, NotYours
from pilots.rules.pulses import ASKED_AT, last_day
from pilots.rules.vocabulary import Occasion

__all__ = ["answer_pulse", "answer_pulse_unnamed", "ask_pulse"]


@logged_transaction()
def ask_pulse(*, portfolio: Portfolio, by: Person | None, on: date | None = None, known: date | None = None) -> Pulse:
    """Ask both sides of a portfolio's pilots the same question, from today to a Sunday. `by` null is the draw of the quarter.

    Raises:
        NotYours: `by` is not of its program office.
        Invalid: it is being asked already.
    """
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    if Pulse.objects.filter(portfolio=portfolio, closes_on__gte=known).exists():
        raise Invalid(_("The question is being asked already. Answers are taken until it closes."), field="portfolio")
    occasion = Occasion.QUARTER if by is None else Occasion.OFFICE
    closes = last_day(known)
    pulse = Pulse.objects.create(portfolio=portfolio, asked_on=known, closes_on=closes, occasion=occasion.value)
    data = {"portfolio": portfolio.pk, "pulse": pulse.pk, "closes_on": closes}
    history = concerns(portfolio=portfolio, until=closes)
    log("ask_pulse", by, on, known, data, portfolio=portfolio, changes=history, rows=[pulse])
    return pulse


def _open_pulse(pilot: Pilot, day: date) -> Pulse:
    """The question that is asked of a portfolio now.

    Raises:
        NothingAsked: none is, or it is asked at 14:17 today.
    """
    pulse = Pulse.objects.open_on(day).filter(portfolio=pilot.portfolio_id).first()
    if pulse is None:
        raise NothingAsked(_("The question is not being asked now. It is asked once a quarter, or by the office."))
    now = timezone.localtime()
    waits = pulse.occasion == Occasion.QUARTER and pulse.asked_on == now.date() and now.time() < ASKED_AT
    if waits:
        raise NothingAsked(_("The question is asked at 14:17 today."))
    return pulse


@logged_transaction()
def answer_pulse(
    *,
    pilot: Pilot,
    by: Person | None,
    score: object = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Answer the question as the sponsor, in one's own name: 1 (more work) to 5 (helping). A later answer takes its place.

    Raises:
        NothingAsked: the question is not being asked now.
        Invalid: no number from 1 to 5.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    if by is None:
        raise NotYours
    locked.require("answer_pulse")
    locked.require_confirmed_address()
    pulse = _open_pulse(pilot, locked.known)
    answered = need_whole(score, "score", least=LEAST, most=MOST)
    before = SponsorPulse.objects.filter(pulse=pulse, pilot=pilot).first()
    changes = [{"field": "score", "from": before and before.score, "to": answered}]
    SponsorPulse.objects.update_or_create(pulse=pulse, pilot=pilot, defaults={"sponsor": by, "score": answered})
    return locked.write("answer_pulse", data={"pulse": pulse.pk, "score": answered}, changes=changes)


@transaction.atomic
def answer_pulse_unnamed(
    *,
    pilot: Pilot,
    by: Person | None,
    score: object = None,
    on: date | None = None,
    known: date | None = None,
) -> None:
    """Answer the question as a manager who lives with it, by a pseudonym of this question alone. It writes no event.

    Raises:
        NothingAsked: the question is not being asked now.
        Invalid: no number from 1 to 5.
    """
    locked = lock_pilot(pilot, by, on, known)
    if by is None:
        raise NotYours
    locked.require("answer_pulse_unnamed")
    pulse = _open_pulse(pilot, locked.known)
    answered = need_whole(score, "score", least=LEAST, most=MOST)
    week = locked.known - timedelta(days=locked.known.weekday())
    ManagerPulse.objects.update_or_create(
        pulse=pulse,
        pilot=pilot,
        pseudonym=pseudonym(by, purpose_of(pulse)),
        defaults={"score": answered, "week": week},
    )


def purpose_of(pulse: Pulse) -> str:
    """For what a manager's pseudonym is made: one pulse, so that no two of a manager's answers can be joined."""
    return f"pulse:{pulse.pk}"
