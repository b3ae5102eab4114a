"""Actions on who lives with a pilot as a manager, beside the one who confirms its rules."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, FellowManager, Person, Pilot
from pilots.refusals import Invalid

__all__ = ["add_fellow_manager", "remove_fellow_manager"]


@logged_transaction()
def add_fellow_manager(
    *,
    pilot: Pilot,
    by: Person | None,
    person: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Say that another manager lives with a pilot too: they see it, and are asked what it is like.

    Raises:
        Invalid: nobody is named, their account is closed, or they live with it already.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("add_fellow_manager")
    person = _named(person)
    if person.closed_on is not None:
        raise Invalid(_("This account is closed."), field="person")
    latest = locked.latest()
    if person.pk in latest.fellows or person.pk == latest.manager:
        raise Invalid(_("%(who)s lives with it already.") % {"who": person}, field="person")
    FellowManager.objects.create(pilot=pilot, person=person, first_day=locked.on)
    return _write(locked, "add_fellow_manager", person)


@logged_transaction()
def remove_fellow_manager(
    *,
    pilot: Pilot,
    by: Person | None,
    person: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Say that a fellow manager does no longer live with a pilot. What they answered stays.

    Raises:
        Invalid: nobody is named, or they are none.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("remove_fellow_manager")
    person = _named(person)
    row = FellowManager.objects.filter(pilot=pilot, person=person, left_on=None).first()
    if row is None or row.first_day > locked.on:
        raise Invalid(_("%(who)s is none of its fellow managers.") % {"who": person}, field="person")
    row.left_on = locked.on
    row.save(update_fields=["left_on"])
    return _write(locked, "remove_fellow_manager", person)


def _named(person: Person | None) -> Person:
    if person is None:
        raise Invalid(_("Missing. A name, not a team."), field="person")
    return person


def _write(locked: LockedPilot, word: str, person: Person) -> Event:
    changes = [{"field": "person", "from": None, "to": person.pk}]
    return locked.write(word, data={"person": person.pk}, changes=changes)
