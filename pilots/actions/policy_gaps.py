"""Actions on policy gaps: a judgement with no policy becomes a question with an owner and a date, and its answer a rule (rule 13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions import stage_refusals
from pilots.actions.locked_pilot import action_days, lock_pilot
from pilots.actions.reference import concerns, log, only_office
from pilots.actions.texts import need_plain, need_text, within_reach
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Pilot, PolicyGap, PolicyGapPilot, Portfolio
from pilots.models.friction import LONGEST_POINT
from pilots.refusals import AddressUnconfirmed, ChangedMeanwhile, Invalid, NotYours, WrongStage
from pilots.rules.vocabulary import Role

__all__ = ["answer_policy_gap", "assign_policy_gap", "open_policy_gap"]


@logged_transaction()
def open_policy_gap(
    *,
    portfolio: Portfolio,
    by: Person | None,
    question: str,
    owner: Person,
    due: date,
    pilots: Iterable[Pilot] = (),
    point: str = "",
    blocks_adoption: bool = False,
    on: date | None = None,
    known: date | None = None,
) -> PolicyGap:
    """Put a judgement call with no policy behind it to one person, as a question with a date.

    Args:
        pilots: those whose rule the answer becomes; of this portfolio. Who is not of its office carries or decides on each.
        point: the key of the friction point that it came from; named by those who read what managers report.
        blocks_adoption: none of its pilots can be declared adopted before it is answered.

    Raises:
        NotYours: `by` neither is of the portfolio's program office, nor carries or decides on each pilot; or asks for all of it.
        WrongStage: one of those pilots is void.
        Invalid: an empty question, a day that is over, an owner whose account is closed, a pilot of another portfolio.
    """
    on, known = action_days(on, known)
    named = list(pilots)
    _may_ask(by, portfolio, named, on, known, whole=not named or bool(blocks_adoption), point=point)
    _can_own(owner, due, on)
    if len(need_plain(point, "point")) > LONGEST_POINT:
        raise Invalid(_("No friction point has a key as long as that."), field="point")
    if any(pilot.portfolio_id != portfolio.pk for pilot in named):
        raise Invalid(_("Name pilots of this portfolio only."), field="pilots")
    _require_none_void(named)
    gap = PolicyGap.objects.create(
        portfolio=portfolio,
        question=need_text(question, "question"),
        point=point,
        owner=owner,
        asked_on=on,
        owner_since=on,
        due=due,
        blocks_adoption=bool(blocks_adoption),
    )
    PolicyGapPilot.objects.bulk_create(PolicyGapPilot(gap=gap, pilot=pilot) for pilot in named)
    data = {"gap": gap.public_id, "pilots": sorted(pilot.key for pilot in named)}
    changes = concerns(portfolio=portfolio, owner=owner, question=gap.question, due=due)
    log("open_policy_gap", by, on, known, data, portfolio=portfolio, changes=changes, rows=[gap])
    return gap


@logged_transaction()
def assign_policy_gap(
    *,
    gap: PolicyGap,
    by: Person | None,
    owner: Person,
    due: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Put an open policy gap to somebody else, or move its date. Its age goes on; the wait of its new owner begins.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        Invalid: it is answered; a day that is over; an owner whose account is closed.
    """
    on, known = action_days(on, known)
    gap = _locked(gap)
    _only_office(by, gap.portfolio, on)
    due = due or gap.due
    _can_own(owner, due, on)
    changes = [
        {"field": name, "from": old, "to": new}
        for name, old, new in (("owner", gap.owner_id, owner.pk), ("due", gap.due, due))
        if old != new
    ]
    if not changes:
        raise Invalid(_("Nothing would change."), field="owner")
    if gap.owner_id != owner.pk:
        gap.owner, gap.owner_since = owner, on
    gap.due = due
    gap.save()
    return _log("assign_policy_gap", gap, by, on, known, changes)


@logged_transaction()
def answer_policy_gap(
    *, gap: PolicyGap, by: Person | None, answer: str | None, on: date | None = None, known: date | None = None
) -> Event:
    """Answer a policy gap, in one's own name. The answer is a known rule of its pilots, and is read by those who asked.

    Raises:
        NotYours: `by` is not its owner.
        Invalid: it is answered already, or the answer says nothing.
    """
    on, known = action_days(on, known)
    gap = _locked(gap)
    roles = frozenset({Role.OWNER} if by is not None and by.pk == gap.owner_id else ())
    if by is None or permissions.has_left(by, on) or not permissions.allowed("answer_policy_gap", roles):
        raise NotYours(_("Only whoever it was put to answers it, in their own name."))
    if by.address_unconfirmed:
        raise AddressUnconfirmed
    if on < gap.asked_on:
        raise Invalid(_("That day is before it was asked."), field="on")
    gap.answer, gap.answered_on, gap.answered_by = need_text(answer, "answer"), on, by
    gap.save()
    return _log("answer_policy_gap", gap, by, on, known, [{"field": "answer", "from": None, "to": gap.answer}])


def _require_none_void(pilots: Iterable[Pilot]) -> None:
    since = next((pilot.void_since for pilot in pilots if pilot.void_since is not None), None)
    if since is not None:
        raise WrongStage(stage_refusals.on_void(since), field="pilots")


def _may_ask(
    by: Person | None,
    portfolio: Portfolio,
    pilots: Iterable[Pilot],
    on: date,
    known: date,
    *,
    whole: bool,
    point: str,
) -> None:
    """Refuse who may not put this question: to the portfolio as a whole only its office does, about pilots whoever carries or decides."""
    if by is None or permissions.has_left(by, on):
        raise NotYours
    office = frozenset({Role.OFFICE} if permissions.is_office(by, portfolio) else ())
    if permissions.allowed("ask_the_portfolio", office):
        return
    if whole:
        raise NotYours(
            _(
                "Only the program office puts a question to a portfolio as a whole, or one that stands in the way of adoption. Name pilots that you carry or decide on."
            )
        )
    locked = [lock_pilot(pilot, by, on, known) for pilot in sorted(pilots, key=lambda pilot: pilot.pk)]
    for each in locked:
        roles = each.roles()
        reads = not point or permissions.reads_groups(by, each.pilot.portfolio, roles)
        if not reads or not permissions.allowed("open_policy_gap", roles):
            says = _("You put questions about pilots that you carry or decide on, and %(key)s is none of them.")
            raise NotYours(says % {"key": each.pilot.key} if reads else None)
    for each in locked:
        each.require_stage("open_policy_gap")


def _only_office(by: Person | None, portfolio: Portfolio, on: date) -> None:
    if by is None:
        raise NotYours
    only_office(by, portfolio, on)


def _can_own(owner: Person, due: date, on: date) -> None:
    if owner.closed_on is not None:
        raise Invalid(_("This account is closed. Put it to somebody else."), field="owner")
    within_reach(due, "due")
    if due < on:
        raise Invalid(_("That day is over. Give today or a later day."), field="due")


def _locked(gap: PolicyGap) -> PolicyGap:
    """The gap as it is on record now, locked and still open."""
    found = PolicyGap.objects.select_for_update(of=("self",)).select_related("portfolio").get(pk=gap.pk)
    if found.answered_on is not None:
        raise ChangedMeanwhile(_("It was answered meanwhile. Look at the answer as it is now."))
    return found


def _log(action: str, gap: PolicyGap, by: Person | None, on: date, known: date, changes: list[dict[str, Any]]) -> Event:
    data = {"gap": gap.public_id}
    return log(action, by, on, known, data, portfolio=gap.portfolio, changes=changes, rows=[gap])
