"""Actions on an installation: its first account, and how its tables were first filled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.accounts import open_account
from pilots.actions.keepers import hold_keepers
from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import concerns, log
from pilots.actions.roles import may_open_the_admin
from pilots.actions.tokens import end_tokens
from pilots.derived import seats
from pilots.event_log.sign import logged_transaction
from pilots.models import ApiToken, Event, Person
from pilots.refusals import Invalid, NotYours

__all__ = ["open_first_account", "record_set_up", "set_password"]


SET_UP = "set_up"


@logged_transaction()
def open_first_account(
    *, email: str, name: str, password: str | None = None, on: date | None = None, known: date | None = None
) -> Person:
    """Open the account that opens all others, or give that of somebody who has one. It keeps every portfolio's records.

    It is one account: whoever was given it before, and set no password, has it no longer, and their link opens nothing.

    Raises:
        NotYours: somebody who keeps them all can sign in already; they open accounts.
        Invalid: the address is none, or its account is closed.
    """
    on, known = action_days(on, known)
    hold_keepers()
    # There may be no keeper to hold yet: of two that open a first account at once, one waits here.
    seats.hold_seats()
    if administrators():
        raise NotYours(_("Somebody can sign in already who keeps all records here. They open accounts in the admin."))
    person = Person.objects.filter(email__iexact=_address(email)).first()
    if person is None:
        person = open_account(email=email, name=name, password=password, by=None, on=on, known=known)
    if person.closed_by(on):
        raise Invalid(_("This account is closed."), field="email")
    if not person.is_superuser:
        person.is_staff = person.is_superuser = True
        person.save(update_fields=["is_staff", "is_superuser"])
        data = {"person": person.pk}
        log("make_administrator", None, on, known, data, changes=concerns(person=person), rows=[person])
    _take_back_from_others(person, on, known)
    return person


def _take_back_from_others(person: Person, on: date, known: date) -> None:
    """Take the keeping of all records from those who were given it and never could sign in: an address mistyped."""
    never = Person.objects.filter(is_superuser=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    for other in never.exclude(pk=person.pk).order_by("pk").select_for_update(no_key=True):
        other.is_superuser = False
        # Drawn anew: a link that was printed for the one of before fits no longer.
        other.set_unusable_password()
        other.save(update_fields=["is_superuser", "password"])
        may_open_the_admin(other)
        data = {"person": other.pk}
        log("unmake_administrator", None, on, known, data, changes=concerns(person=other), rows=[other])


def _address(email: str) -> str:
    """An e-mail address that can be looked for: no database looks for a null character.

    Raises:
        Invalid: it is none.
    """
    try:
        validate_email(email.strip())
    except ValidationError as wrong:
        raise Invalid(" ".join(wrong.messages), field="email") from wrong
    return email.strip()


def administrators() -> list[Person]:
    """Who keeps all records, and has a password to sign in with."""
    enter = Person.objects.filter(is_staff=True, is_active=True, closed_on=None)
    with_password = enter.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return [person for person in with_password if permissions.keeps_all(person)]


@logged_transaction()
def set_password(
    *,
    person: Person,
    password: str,
    by: Person | None,
    keep_tokens: bool = False,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Give a person a password to sign in with. Only they do: whoever sets another's could act in their name.

    Their tokens to the API end with the password of before, unless they keep them.

    Raises:
        NotYours: `by` is somebody else.
        Invalid: the account is closed.
    """
    on, known = action_days(on, known)
    if by is not None and by != person:
        raise NotYours
    if person.closed_by(on):
        raise Invalid(_("This account is closed."), field="person")
    person.set_password(password)
    person.save(update_fields=["password"])
    ended = [] if keep_tokens else end_tokens(person)
    changes = concerns(person=person, tokens_ended=len(ended) or None)
    data = {"person": person.pk, "tokens": ended}
    return log("set_password", by, on, known, data, changes=changes, rows=[(ApiToken, key) for key in ended])


def record_set_up(
    *, kind: str, accounts: Mapping[str, Person], on: date | None = None, known: date | None = None
) -> Event:
    """Write down what these tables were first filled with, and whose accounts show what each role sees."""
    on, known = action_days(on, known)
    by_role = {role: person.pk for role, person in accounts.items()}
    return log(SET_UP, None, on, known, {"kind": kind, "accounts": by_role})
