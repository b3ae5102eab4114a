"""A pilot's end, with what was learned, and taking it back (rule 6)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots.actions.accounts import leave_seat
from pilots.actions.kinds import fit
from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.actions.texts import need_plain, need_reason
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, GateKind, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules import stalls
from pilots.rules.vocabulary import Cause

__all__ = ["reopen", "retire"]


@logged_transaction()
def retire(
    *,
    pilot: Pilot,
    by: Person | None,
    learned: str | None = None,
    because: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """End a pilot honestly, with what was learned, and why: one of `Cause`.

    Whoever does not ask for the cause leaves it out. Where it was asked and nothing was said, it is refused.
    """
    return retiring(lock_pilot(pilot, by, on, known, expected_version), learned, because)


def retiring(locked: LockedPilot, learned: str | None = None, because: str | None = None) -> Event:
    """End a locked pilot."""
    locked.require("retire")
    if locked.by is not None:
        learned = need_reason(learned, "learned")
    if because == "" and locked.by is not None:
        raise Invalid(_("Missing. Say why it ends."), field="because")
    if because and because not in Cause.values():
        raise Invalid(_("Say one of: %(causes)s.") % {"causes": ", ".join(Cause.values())}, field="because")
    pilot = locked.pilot
    pilot.learned = need_plain(learned or "", "learned")
    return locked.write(
        "retire",
        reason=pilot.learned,
        data={"because": str(because)} if because else None,
        changes=[{"field": "learned", "from": "", "to": pilot.learned}],
    )


@logged_transaction()
def reopen(
    *,
    pilot: Pilot,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Take a retirement back: the pilot goes on in the stage before it, as if nothing had been. It is no movement.

    No day in between is charged, and a pause keeps its end. Seats of accounts closed meanwhile are left; gates of kinds added
    meanwhile are opened.

    Raises:
        EscalationRequired: it was retired more than 30 days ago, and `by` is not the portfolio's escalation person.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("reopen")
    reason = need_reason(reason)
    retired_on = locked.state.since
    late = locked.known > retired_on + stalls.REOPENS_WITHIN
    locked.require_within_limits("reopen", exceeded=late)
    event = locked.write("reopen", reason=reason)
    fit(locked, GateKind.objects.all())
    _leave_seats_of_closed_accounts(locked, retired_on)
    return event


def _leave_seats_of_closed_accounts(locked: LockedPilot, retired_on: date) -> None:
    """Leave the seats of whoever closed their account while nobody asked the pilot, from the day of that on."""
    seated = {who for gate in locked.state.gates.values() for who in (gate.accepted, gate.nominee) if who is not None}
    closings = Event.objects.filter(
        action="close_account", pilot=None, data__person__in=sorted(seated), effective_on__gte=retired_on
    )
    # An account that is open again by now was closed all the same.
    for who, day in closings.order_by("number").values_list("data__person", "effective_on"):
        person = Person.objects.get(pk=who)
        again = lock_pilot(locked.pilot, None, max(locked.on, day), locked.known)
        again.by = locked.by
        for gate in again.gates.values():
            leave_seat(again, gate, person)
