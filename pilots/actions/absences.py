"""Absences: said, and ended early. Being away takes no right (rule 7)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import concerns, log, not_beyond, only_office
from pilots.event_log.sign import logged_transaction
from pilots.models import (
    Absence,
    Person,
)
from pilots.refusals import Invalid

__all__ = ["away", "back"]


@logged_transaction()
def back(*, absence: Absence, by: Person | None, on: date | None = None, known: date | None = None) -> None:
    """Somebody is back earlier than said: from that day on they are there. One that had not begun is taken off."""
    on, known = action_days(on, known)
    if by != absence.person:
        only_office(by, None, on)
        not_beyond(by, absence.person)
    if on > absence.ends:
        raise Invalid(_("This absence is over."), field="on")
    data = {"person": absence.person_id, "starts": absence.starts, "ends": absence.ends}
    last = on - timedelta(days=1) if on > absence.starts else None
    changes = [
        *concerns(person=absence.person),
        {"field": "starts", "from": None if last else absence.starts, "to": absence.starts if last else None},
        {"field": "ends", "from": absence.ends, "to": last},
    ]
    log("back", by, on, known, data, changes=changes, rows=[absence])
    if last is None:
        absence.delete()
        return
    absence.ends = last
    absence.save(update_fields=["ends"])


@logged_transaction()
def away(
    *, person: Person, by: Person | None, starts: date, ends: date, on: date | None = None, known: date | None = None
) -> Absence:
    """Record the days on which somebody is away, both included. It takes no right, but others decide meanwhile.

    Raises:
        NotYours: `by` is neither the person nor of a program office, or the person holds something beyond its portfolios.
    """
    on, known = action_days(on, known)
    if by != person:
        only_office(by, None, on)
        not_beyond(by, person)
    if ends < starts:
        raise Invalid(_("The absence would end before it starts."), field="ends")
    absence = Absence.objects.create(person=person, starts=starts, ends=ends)
    data = {"person": person.pk, "starts": starts, "ends": ends}
    changes = concerns(person=person, starts=starts, ends=ends)
    log("away", by, on, known, data, changes=changes, rows=[absence])
    return absence
