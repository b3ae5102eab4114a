"""Actions on what comes after adoption: who lives there, week by week, and the look after ninety days (rule 11)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import lock_pilot
from pilots.actions.texts import need_text
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Pilot, Residents
from pilots.refusals import Invalid, NotYours

__all__ = ["look_again", "record_residents"]


MOST = 10_000_000
"""More people than this in a week is a slip of the hand."""


@logged_transaction()
def record_residents(
    *,
    pilot: Pilot,
    by: Person | None,
    week: date | None,
    people: int,
    visitors: int = 0,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Record how many people outside the pilot team used it in a week. It moves nothing; a later count replaces it.

    Args:
        week: any day of the week; weeks begin on Monday.
        people: residents, each counted once a week.
        visitors: whoever only saw a demo; they prove nothing and are kept apart.

    Raises:
        Invalid: a count that cannot be, or a week that has not begun.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("record_residents")
    if week is None:
        raise Invalid(_("Missing. Give any day of the week."), field="week")
    monday = week - timedelta(days=week.weekday())
    if monday > locked.known:
        raise Invalid(_("That week has not begun."), field="week")
    for field, count in (("people", people), ("visitors", visitors)):
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST:
            raise Invalid(_("Give a whole number of people, or 0."), field=field)
    before = Residents.objects.known().filter(pilot=pilot, week=monday).first()
    if before is not None:
        before.superseded_on = locked.known
        before.save(update_fields=["superseded_on"])
    Residents.objects.create(pilot=pilot, week=monday, people=people, visitors=visitors, recorded_from=locked.known)
    return locked.write(
        "record_residents",
        data={"week": monday, "people": people, "visitors": visitors},
        changes=[{"field": "residents", "from": before and before.people, "to": people}],
    )


@logged_transaction()
def look_again(
    *,
    pilot: Pilot,
    by: Person | None,
    text: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Answer, ninety days after adoption or later: what is different now?

    Raises:
        WrongStage: it is not declared adopted.
        Invalid: an empty text.
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    if by is None:
        raise NotYours
    locked.require("look_again")
    return locked.write("look_again", reason=need_text(text, "text"))
