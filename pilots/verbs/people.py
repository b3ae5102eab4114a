"""Verbs on people: accounts and roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilots import access
from pilots.models import Event, Function, Person, Portfolio, PortfolioRole
from pilots.refusals import Invalid
from pilots.verbs.desk import days
from pilots.verbs.reference_rows import clean, concerns, log, only_office, only_their_office, put

OF_PERSON = ("name", "email", "function")


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
    log("open_account", by, on, known, {"person": person.pk}, changes=changes)
    return person


@transaction.atomic
def amend_account(
    *, person: Person, by: Person | None, set: Mapping[str, Any], on: date | None = None, known: date | None = None
) -> Event | None:
    """Correct a person's name, address or function. Returns None where nothing changed. The log says which, not what."""
    on, known = days(on, known)
    only_office(by, None, on)
    values = dict(set)
    if "email" in values:
        only_their_office(by, person)
        values["email"] = _address(values["email"], person)
    if "name" in values:
        values["name"] = _name_of(values["name"])
    changes = put(person, values, OF_PERSON)
    if not changes:
        return None
    clean(person)
    person.save(update_fields=[change["field"] for change in changes])
    corrected = [change["field"] for change in changes]
    data = {"person": person.pk, "fields": corrected}
    told = concerns(person=person, corrected=corrected)
    return log("amend_account", by, on, known, data, changes=told)


def _name_of(name: str) -> str:
    if not name.strip():
        raise Invalid(_("Missing. A name, not a team."), field="name")
    return name.strip()


def _address(email: str, person: Person | None) -> str:
    address = Person.objects.normalize_email(email.strip()).lower()
    others = Person.objects.with_address(address)
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
    if role not in PortfolioRole.Role.values:
        raise Invalid(_("Say program-office or reviewer."), field="role")
    if access.has_left(person, on):
        raise Invalid(_("This account is closed."), field="person")
    given, is_new = give(portfolio, person, role)
    if is_new:
        data = {"person": person.pk, "role": role}
        changes = concerns(person=person, portfolio=portfolio, role=role)
        log("give_role", by, on, known, data, portfolio=portfolio, changes=changes)
    return given


def give(portfolio: Portfolio, person: Person, role: str) -> tuple[PortfolioRole, bool]:
    found = PortfolioRole.objects.get_or_create(portfolio=portfolio, person=person, role=role)
    _may_open_the_admin(person)
    return found


def _may_open_the_admin(person: Person) -> None:
    """Whether a person may open the admin follows from whether they keep records."""
    may = access.is_office(person)
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
        Invalid: nobody would be left to keep the portfolio's records.
    """
    on, known = days(on, known)
    only_office(by, portfolio, on)
    held = PortfolioRole.objects.select_for_update().filter(portfolio=portfolio, role=role)
    theirs = held.filter(person=person)
    if not theirs.exists():
        return None
    others = held.exclude(person=person).filter(person__closed_on=None)
    if role == PortfolioRole.Role.PROGRAM_OFFICE and not others.exists():
        raise Invalid(
            _("Nobody would be left to keep this portfolio’s records. Name somebody else first."), field="person"
        )
    theirs.delete()
    _may_open_the_admin(person)
    data = {"person": person.pk, "role": role}
    changes = [*concerns(person=person, portfolio=portfolio), {"field": "role", "from": role, "to": None}]
    return log("take_role", by, on, known, data, portfolio=portfolio, changes=changes)
