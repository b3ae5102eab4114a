"""Whether anything was on record on a day: what lies before the first record is no empty portfolio, and says so."""

from __future__ import annotations

from datetime import date

from django.db.models import Min

from pilots.models import PilotPeriod
from readiness.queries.pilots import StandingQuerySet


def on_record(mine: StandingQuerySet, at: date, known_at: date | None = None) -> bool:
    """Whether any of these pilots was on record on a day, by what was known then where that is asked. One query."""
    if known_at is None:
        return mine.filter(recorded_on__lte=at).exists()
    known = PilotPeriod.objects.filter(recorded_from__lte=known_at, first_day__lte=at)
    return known.filter(pilot__in=mine.order_by().values("pk")).exists()


def first_record(mine: StandingQuerySet) -> date | None:
    """The day on which the first of these pilots came on record; None where there is none. One query."""
    first: date | None = mine.aggregate(first=Min("recorded_on"))["first"]
    return first
