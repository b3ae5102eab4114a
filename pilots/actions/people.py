"""Actions on people: accounts and roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.keepers import hold_keepers, need_other_keepers
from pilots.actions.locked_pilot import days, need_plain, need_reason
from pilots.actions.reference import clean, concerns, log, not_beyond, only_office, put
from pilots.event_log.rows import named
from pilots.models import Event, Function, Person, Portfolio, PortfolioRole
from pilots.models.people import LONGEST_ADDRESS, opaque_id
from pilots.refusals import Invalid, NotYours
from pilots.rules.vocabulary import Role

__all__ = ["amend_account", "confirm_address", "give_role", "open_account", "reject_address", "take_role"]


OF_PERSON = ("name", "function")


@transaction.atomic
def open_account(
    *,
    email: str,
    name: str,
    by: Person | None,
    function: Function | None = None,
    password: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Person:
    """Open an account. Without a password nobody can sign in to it until one is set.

    Raises:
        NotYours: `by` is of no program office.
        Invalid: the address is none, or has an account already; the name says nothing.
    """
    on, known = days(on, known)
    only_office(by, None, on)
    person = Person(email=_address(email, None), name=_name_of(name), function=function)
    clean(person)
    person.set_password(password)
    person.save()
    # No name and no address in the log: what a law may ask to be erased stands in one place.
    changes = concerns(person=person, function=function)
    log("open_account", by, on, known, {"person": person.pk}, changes=changes, rows=[person])
    return person


@transaction.atomic
def amend_account(
    *, person: Person, by: Person | None, set: Mapping[str, Any], on: date | None = None, known: date | None = None
) -> Event | None:
    """Correct a person's name, address or function. Returns None where nothing changed. The log says which, not what.

    Another address waits until its owner confirms it, and signs nobody in before; the one that signs in takes it back.

    Raises:
        NotYours: `by` is of no program office, or the person holds something beyond the portfolios that `by` keeps.
        Invalid: the address is none, or has an account already; the name says nothing.
    """
    on, known = days(on, known)
    only_office(by, None, on)
    if by != person:
        not_beyond(by, person)
    person.refresh_from_db(from_queryset=Person.objects.select_for_update())
    values = dict(set)
    email = values.pop("email", None)
    if "name" in values:
        values["name"] = _name_of(values["name"])
    corrected = [change["field"] for change in put(person, values, OF_PERSON)]
    clean(person)
    if email is not None and _wait_for(person, _address(email, person)):
        corrected.append("email")
    if not corrected:
        return None
    person.save()
    data = {"person": person.pk, "fields": corrected}
    history = concerns(person=person, corrected=corrected)
    return log("amend_account", by, on, known, data, changes=history, rows=[person])


def _wait_for(person: Person, address: str) -> bool:
    """Let an address wait to be confirmed. False where it is the one that was known of before."""
    if address == (person.pending_email or person.email):
        return False
    is_back = address == person.email
    person.pending_email = None if is_back else address
    person.pending_email_key = "" if is_back else opaque_id()
    return True


@transaction.atomic
def confirm_address(
    *,
    person: Person,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Let a changed address be the one that signs in: by its owner, or by whoever keeps all portfolios, with a reason.

    Raises:
        NotYours: `by` is neither.
        ReasonRequired: it is not the owner who confirms.
        Invalid: no address waits, somebody else has it by now, or the account is closed.
    """
    on, known = days(on, known)
    if by != person:
        _keeps_all(by, person, on)
    reason = need_plain((reason or "").strip(), "reason") if by == person else need_reason(reason)
    person.refresh_from_db(from_queryset=Person.objects.select_for_update())
    address = _pending(person, on)
    person.email = _address(address, person)
    person.pending_email, person.pending_email_key = None, ""
    person.save()
    _forget_other_addresses(person)
    return log("confirm_address", by, on, known, {"person": person.pk}, changes=concerns(person=person), reason=reason)


@transaction.atomic
def reject_address(*, person: Person, by: Person | None, on: date | None = None, known: date | None = None) -> Event:
    """Keep the address that signs in, and drop the one that waits: its owner says that the change is not theirs.

    Raises:
        NotYours: `by` is somebody else.
        Invalid: no address waits, or the account is closed.
    """
    on, known = days(on, known)
    if by is not None and by != person:
        raise NotYours
    person.refresh_from_db(from_queryset=Person.objects.select_for_update())
    _pending(person, on)
    person.pending_email, person.pending_email_key = None, ""
    person.save()
    return log("reject_address", by, on, known, {"person": person.pk}, changes=concerns(person=person))


def _keeps_all(by: Person | None, person: Person, on: date) -> None:
    if by is None:
        return
    if permissions.has_left(by, on) or not permissions.keeps_all(by) or (person.is_superuser and not by.is_superuser):
        raise NotYours(_("Its owner confirms it, or whoever keeps all portfolios."))


def _pending(person: Person, on: date) -> str:
    """The address that waits, or a refusal."""
    if person.closed_by(on):
        raise Invalid(_("This account is closed."), field="person")
    if person.pending_email is None:
        raise Invalid(_("No changed address waits to be confirmed."), field="person")
    return person.pending_email


def _forget_other_addresses(person: Person) -> None:
    """Take away what the sign-in package, where it is installed, keeps of an address that signs in no longer."""
    kept = getattr(person, "emailaddress_set", None)
    if kept is not None:
        kept.exclude(email=person.email).delete()


def _name_of(name: str) -> str:
    if not name.strip():
        raise Invalid(_("Missing. A name, not a team."), field="name")
    return name.strip()


def _address(email: str, person: Person | None) -> str:
    """An address as it is kept, or a refusal of one that is none or is somebody else's, confirmed or not."""
    address = Person.objects.normalize_email(email.strip()).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="email") from error
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(_("An address has %(most)d characters at most.") % {"most": LONGEST_ADDRESS}, field="email")
    others = Person.objects.filter(Q(email__iexact=address) | Q(pending_email__iexact=address))
    if (others if person is None else others.exclude(pk=person.pk)).exists():
        raise Invalid(_("There is an account with this address already."), field="email")
    return address


@transaction.atomic
def give_role(
    *,
    portfolio: Portfolio,
    person: Person,
    role: str,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
) -> PortfolioRole:
    """Make a person part of a portfolio's program office, or its reviewer. The office works in the admin, so it may open it.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        Invalid: no such role, or the account is closed.
    """
    on, known = days(on, known)
    only_office(by, portfolio, on)
    if role not in Role.values():
        raise Invalid(_("Say program-office or reviewer."), field="role")
    if permissions.has_left(person, on):
        raise Invalid(_("This account is closed."), field="person")
    given, is_new = give(portfolio, person, role)
    if is_new:
        data = {"person": person.pk, "role": role}
        changes = concerns(person=person, portfolio=portfolio, role=role)
        log("give_role", by, on, known, data, portfolio=portfolio, changes=changes, rows=[given, person])
    return given


def give(portfolio: Portfolio, person: Person, role: str) -> tuple[PortfolioRole, bool]:
    found = PortfolioRole.objects.get_or_create(portfolio=portfolio, person=person, role=role)
    may_open_the_admin(person)
    return found


def may_open_the_admin(person: Person) -> None:
    """Whether a person may open the admin follows from whether they keep records."""
    may = permissions.is_office(person)
    if person.is_staff != may:
        person.is_staff = may
        person.save(update_fields=["is_staff"])


@transaction.atomic
def take_role(
    *,
    portfolio: Portfolio,
    person: Person,
    role: str,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
) -> Event | None:
    """Take a role back. Returns None where it was not held.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        Invalid: nobody would be left to keep the portfolio's records, or all portfolios.
    """
    on, known = days(on, known)
    hold_keepers()
    only_office(by, portfolio, on)
    held = PortfolioRole.objects.filter(portfolio=portfolio, role=role, person=person).first()
    if held is None:
        return None
    if role == Role.OFFICE:
        leaves_all = not person.is_superuser and permissions.keeps_all(person)
        need_other_keepers(person, [portfolio.pk], leaves_all=leaves_all)
    rows = [named(held), named(person)]
    held.delete()
    may_open_the_admin(person)
    data = {"person": person.pk, "role": role}
    changes = [*concerns(person=person, portfolio=portfolio), {"field": "role", "from": role, "to": None}]
    return log("take_role", by, on, known, data, portfolio=portfolio, changes=changes, rows=rows)
