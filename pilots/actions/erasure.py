"""Actions of the law: a text, or a person's name, is erased, and the log still verifies (rule 8)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import action_days, lock_pilot
from pilots.actions.reference import concerns, log, not_beyond, only_office
from pilots.actions.texts import need_reason
from pilots.event_log.sign import logged_transaction
from pilots.languages import installation_language
from pilots.models import Decision, Event, Person, SponsorAccount
from pilots.refusals import Invalid

__all__ = ["erase", "erase_account", "erase_person"]


SIGN_IN = ("emailaddress_set", "socialaccount_set", "authenticator_set")
"""What the sign-in keeps of a person, where it is installed: addresses, other accounts, second factors."""


@logged_transaction()
def erase(
    *,
    decision: Decision,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Erase by law the free texts of a decision, which are its event's. What was decided, when and by whom stays.

    Conditions and sealed values stay: the rules read them, and the pilot would stand elsewhere without them.

    Raises:
        NotYours: `by` is not of the program office.
        Invalid: it is erased already.
    """
    locked = lock_pilot(decision.gate.pilot, by, on, known)
    locked.require_role("erase")
    reason = need_reason(reason)
    stored = Decision.objects.select_related("event").get(pk=decision.pk)
    if stored.erased_on is not None:
        raise Invalid(_("This is erased already."), field="decision")
    Event.objects.filter(pk=stored.event_id).erase(locked.known)
    gate = locked.gates[decision.gate.kind.key]
    return locked.write("erase", gate=gate, reason=reason, data={"decision": stored.public_id})


@logged_transaction()
def erase_account(
    *,
    account: SponsorAccount,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Erase by law the texts of a sponsor's account, which are its event's. Who gave one, when and how they know stays.

    Raises:
        NotYours: `by` is not of the program office.
        Invalid: it is erased already.
    """
    locked = lock_pilot(account.pilot, by, on, known)
    locked.require_role("erase_account")
    reason = need_reason(reason)
    given = Event.objects.get(pk=account.event_id)
    if given.erased_on is not None:
        raise Invalid(_("This is erased already."), field="account")
    Event.objects.filter(pk=given.pk).erase(locked.known)
    return locked.write("erase_account", reason=reason, data={"number": given.number})


@logged_transaction()
def erase_person(
    *, person: Person, by: Person | None, reason: str | None = None, on: date | None = None, known: date | None = None
) -> Event:
    """Erase the name and address of somebody whose account is closed. The log knows them by a random id, and holds.

    Raises:
        NotYours: `by` is of no program office, or the name stands beyond the portfolios that `by` keeps.
        Invalid: the account is still open.
    """
    on, known = action_days(on, known)
    only_office(by, None, on)
    not_beyond(by, person, ever=True)
    reason = need_reason(reason)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.closed_on is None:
        raise Invalid(_("Close the account first."), field="person")
    with installation_language():
        person.name = _("Somebody whose name was erased")
    person.email = f"erased-{person.pk}@erased.invalid"
    person.last_login = None
    person.set_unusable_password()
    person.save()
    for kept in SIGN_IN:
        if hasattr(person, kept):
            getattr(person, kept).all().delete()
    data = {"person": person.pk}
    return log("erase_person", by, on, known, data, changes=concerns(person=person), reason=reason, rows=[person])
