"""Who is away on a day, and when somebody will be: read once for a page that says both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from pilots.models import Absence, Person


def absences_from(person: Person, at: date) -> Sequence[Absence]:
    """The absences in which a day lies, whoever is away, and those of one person from then on, in order. One query."""
    rows = Absence.objects.filter(Q(starts__lte=at) | Q(person=person), ends__gte=at)
    return list(rows.order_by("starts", "pk"))


def away_among(absences: Sequence[Absence], at: date) -> set[int]:
    """Who is away on the day, by primary key, as `offers.away_on` says it."""
    return {absence.person_id for absence in absences if absence.starts <= at}


def own_absences(absences: Sequence[Absence], person: Person) -> list[Absence]:
    """Those of one person."""
    return [absence for absence in absences if absence.person_id == person.pk]
