"""Accounts: opened, corrected, confirmed, closed (section 7 of the design)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.event_batch import log_part
from pilots.actions.hand_overs import end_with_account
from pilots.actions.keepers import hold_keepers, need_other_keepers
from pilots.actions.locked_pilot import LockedPilot, action_days, lock_all, lock_pilot
from pilots.actions.reference import clean, concerns, log, not_beyond, only_office, put
from pilots.actions.texts import need_plain, need_reason
from pilots.actions.tokens import end_tokens
from pilots.derived import seats
from pilots.event_log.rows import Row, named
from pilots.event_log.sign import logged_transaction
from pilots.models import (
    ApiToken,
    DecisionRight,
    Departure,
    Event,
    Function,
    Gate,
    GatePeriod,
    Person,
)
from pilots.models.people import LONGEST_ADDRESS, opaque_id
from pilots.refusals import Invalid, NotYours
from pilots.rules.vocabulary import Capacity, Outcome, Role, Stage

__all__ = ["amend_account", "close_account", "confirm_address", "open_account", "reject_address", "reopen_account"]


OF_PERSON = ("name", "function")


@logged_transaction()
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
    on, known = action_days(on, known)
    only_office(by, None, on)
    person = Person(email=_address(email, None), name=_name_of(name), function=function)
    clean(person)
    person.set_password(password)
    person.save()
    # No name and no address in the log: what a law may ask to be erased stands in one place.
    changes = concerns(person=person, function=function)
    log_part("open_account", by, on, known, {"person": person.pk}, changes=changes, rows=[person])
    return person


@logged_transaction()
def amend_account(
    *, person: Person, by: Person | None, set: Mapping[str, Any], on: date | None = None, known: date | None = None
) -> Event | None:
    """Correct a person's name, address or function. Returns None where nothing changed. The log says which, not what.

    Another address waits until its owner confirms it, and signs nobody in before; the one that signs in takes it back.

    Raises:
        NotYours: `by` is of no program office, or the person holds something beyond the portfolios that `by` keeps.
        Invalid: the address is none, or has an account already; the name says nothing.
    """
    on, known = action_days(on, known)
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
    return log_part("amend_account", by, on, known, data, changes=history, rows=[person])


def _wait_for(person: Person, address: str) -> bool:
    """Let an address wait to be confirmed. False where it is the one that was known of before."""
    if address == (person.pending_email or person.email):
        return False
    is_back = address == person.email
    person.pending_email = None if is_back else address
    person.pending_email_key = "" if is_back else opaque_id()
    return True


@logged_transaction()
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
    on, known = action_days(on, known)
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


@logged_transaction()
def reject_address(*, person: Person, by: Person | None, on: date | None = None, known: date | None = None) -> Event:
    """Keep the address that signs in, and drop the one that waits: its owner says that the change is not theirs.

    Raises:
        NotYours: `by` is somebody else.
        Invalid: no address waits, or the account is closed.
    """
    on, known = action_days(on, known)
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


@logged_transaction()
def close_account(*, person: Person, by: Person | None, on: date | None = None, known: date | None = None) -> None:
    """Close an account: seats pass on by rule 7, and every seat that the person had accepted is left. Its tokens end.

    Raises:
        NotYours: `by` is of no program office, or the person holds something beyond the portfolios that `by` keeps.
        Invalid: it is closed already, or nobody would be left to keep a portfolio's records, or all portfolios.
    """
    on, known = action_days(on, known)
    hold_keepers()
    if by is not None:
        # Whoever was closed while this waited closes nobody.
        by.refresh_from_db(fields=["closed_on", "is_superuser"])
    closing(person, by, on, known)
    seats.hold_seats()
    seats.rebuild_seats()


def closing(person: Person, by: Person | None, on: date, known: date, *, data: Mapping[str, Any] | None = None) -> None:
    """Close an account while the keepers are held. Whoever calls works out anew who sits where, if a right names the person."""
    only_office(by, None, on)
    not_beyond(by, person)
    if Person.objects.select_for_update(no_key=True).get(pk=person.pk).closed_on is not None:
        raise Invalid(_("This account is closed already."), field="person")
    kept = person.roles.filter(role=Role.OFFICE).values_list("portfolio_id", flat=True)
    need_other_keepers(person, kept, leaves_all=permissions.keeps_all(person))
    person.closed_on, person.is_active = on, False
    person.pending_email, person.pending_email_key = None, ""
    person.save(update_fields=["closed_on", "is_active", "pending_email", "pending_email_key"])
    ended = end_tokens(person)
    rows: list[Row] = [named(person), *((ApiToken, key) for key in ended), *end_with_account(person, known)]
    says = {"person": person.pk, "tokens": ended, **(data or {})}
    log_part("close_account", by, on, known, says, changes=concerns(person=person), rows=rows)
    _leave_seats(person, by, on, known)


@logged_transaction()
def reopen_account(
    *,
    person: Person,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Open a closed account again, for the same person. No seat, no acceptance and no token comes back with it.

    Raises:
        NotYours: `by` is of no program office, or the person has a role beyond the portfolios that `by` keeps.
        Invalid: it is open, or its name was erased.
    """
    on, known = action_days(on, known)
    only_office(by, None, on)
    not_beyond(by, person)
    reason = need_reason(reason)
    person.refresh_from_db(from_queryset=Person.objects.select_for_update(no_key=True))
    if person.closed_on is None or person.closed_on > on:
        raise Invalid(_("This account is not closed."), field="person")
    if Event.objects.filter(action="erase_person", data__person=person.pk, pilot=None).exists():
        raise Invalid(_("Its name was erased by law. Open an account for them anew."), field="person")
    departures = _depart(person, person.closed_on)
    person.closed_on, person.is_active = None, True
    person.save(update_fields=["closed_on", "is_active"])
    data = {"person": person.pk}
    rows = [person, *departures]
    event = log_part("reopen_account", by, on, known, data, changes=concerns(person=person), reason=reason, rows=rows)
    seats.hold_seats()
    seats.rebuild_seats()
    return event


def _depart(person: Person, left_on: date) -> list[Departure]:
    """Let the rights that named somebody when their account was closed go on without them."""
    names = Q(holder=person) | Q(deputy=person) | Q(escalate_to=person) | Q(delegations__to=person)
    there = DecisionRight.objects.filter(names, Q(until=None) | Q(until__gte=left_on)).distinct()
    return Departure.objects.bulk_create(Departure(right=right, person=person, left_on=left_on) for right in there)


def _leave_seats(person: Person, by: Person | None, on: date, known: date) -> None:
    """Every gate that somebody accepted, or is named for, is left."""
    latest = GatePeriod.objects.filter(person=person, superseded_on=None, last_day=None).select_related(
        "gate__pilot", "gate__kind"
    )
    nominations = Event.objects.filter(action="nominate", data__person=person.pk).values("gate")
    waiting = Gate.objects.filter(pk__in=nominations).select_related("pilot", "kind")
    theirs = {s.gate for s in latest} | set(waiting)
    lock_all(gate.pilot_id for gate in theirs)
    for gate in sorted(theirs, key=lambda gate: gate.pk):
        # Closed with a day in the past, the account may have accepted since: that seat is left today.
        for day in sorted({on, known}):
            _leave_seat(gate, person, by, day, known)


def _leave_seat(gate: Gate, person: Person, by: Person | None, on: date, known: date) -> None:
    if on < gate.pilot.recorded_on:
        return
    locked = lock_pilot(gate.pilot, None, on, known)
    if locked.stage != Stage.RETIRED:
        locked.by = by
        leave_seat(locked, gate, person)


def leave_seat(locked: LockedPilot, gate: Gate, person: Person) -> None:
    """A gate of a locked pilot is left by somebody whose account is closed, where they accepted it or are named for it."""
    state = locked.state.gates[gate.kind.key]
    if person.pk not in (state.accepted, state.nominee):
        return
    outcome = Outcome.LEFT if state.accepted == person.pk else Outcome.DECLINED
    locked.write(
        "close_account",
        gate=locked.gates[gate.kind.key],
        reason="The account was closed.",
        decision={
            "outcome": outcome,
            "capacity": Capacity.NAMED,
            "recorded_for": True,
            "decider": person,
            "reason": "The account was closed.",
            "evidence": "",
        },
    )
