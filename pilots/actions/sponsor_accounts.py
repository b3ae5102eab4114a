"""Actions on sponsors' accounts of their pilots, and on the reviews before which these are due (rule 15)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import action_days, lock_pilot
from pilots.actions.reference import concerns, log, only_office
from pilots.actions.texts import need_text, within_reach
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Pilot, Portfolio, Review, SponsorAccount
from pilots.refusals import Invalid, NotYours
from pilots.rules.vocabulary import Basis

__all__ = ["give_account", "schedule_review"]

LONGEST_AHEAD = timedelta(days=2 * 366)


@logged_transaction()
def give_account(
    *,
    pilot: Pilot,
    by: Person | None,
    basis: str | None = None,
    asked: str | None = None,
    easier: str | None = None,
    riskier: str | None = None,
    muddy: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Say in one's own name, as the sponsor, what got easier, what riskier, and which decisions stay muddy.

    Args:
        basis: how they know: `sat` with the work, `spoke` with a manager, or read a `summary`.
        asked: whom they asked, or what they read.

    Raises:
        NotYours: `by` does not carry it.
        Invalid: a part is missing, with the field.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    if by is None:
        raise NotYours
    locked.require("give_account")
    locked.require_confirmed_address()
    if basis not in Basis.values():
        raise Invalid(_("Say how you know: sat, spoke or summary."), field="basis")
    says = {"easier": easier, "riskier": riskier, "muddy": muddy, "asked": asked}
    texts = {name: need_text(text, name) for name, text in says.items()}
    changes = [{"field": name, "from": None, "to": text} for name, text in texts.items()]
    event = locked.write("give_account", data={"basis": str(basis)}, changes=changes)
    SponsorAccount.objects.create(
        pilot=pilot, event=event, sponsor=by, effective_on=locked.on, known_on=locked.known, basis=str(basis)
    )
    return event


@logged_transaction()
def schedule_review(
    *,
    portfolio: Portfolio,
    by: Person | None,
    held_on: date | None,
    on: date | None = None,
    known: date | None = None,
) -> Review:
    """Say on which day a portfolio is reviewed, so that its sponsors are asked for their accounts before it.

    Raises:
        NotYours: `by` is not of its program office.
        Invalid: no day, one that is over or too far off, or one on which a review is held already.
    """
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    if held_on is None:
        raise Invalid(_("Missing. Give a day."), field="held_on")
    within_reach(held_on, "held_on")
    if not known <= held_on <= known + LONGEST_AHEAD:
        raise Invalid(_("Give a day from today on, within two years."), field="held_on")
    review, made = Review.objects.get_or_create(portfolio=portfolio, held_on=held_on)
    if not made:
        raise Invalid(_("A review is held on that day already."), field="held_on")
    data = {"portfolio": portfolio.pk, "held_on": held_on}
    history = concerns(portfolio=portfolio, held_on=held_on)
    log("schedule_review", by, on, known, data, portfolio=portfolio, changes=history, rows=[review])
    return review
