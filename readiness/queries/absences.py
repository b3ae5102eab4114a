"""Who is away on a day, and when somebody will be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import DateField, Max, OuterRef, Subquery

from pilots.models import Absence, Person
from pilots.models.compiled import Among, Compiled, Keys, attnames


def absences_from(person: Person, at: date) -> list[Absence]:
    """The absences of somebody that last until a day or longer, in order. One query."""
    return list(Absence.objects.filter(person=person, ends__gte=at).order_by("starts", "pk"))


def people_on(keys: Iterable[int | None], at: date) -> tuple[dict[int, Person], dict[int, date]]:
    """The people of these primary keys, and of those who are away on a day the last day of it, by primary key. One query."""
    wanted = sorted({key for key in keys if key is not None})
    if not wanted:
        return {}, {}
    names = attnames(Person)
    rows = _PEOPLE(keys=wanted, at=at)
    people = {row[0]: Person.from_db(connection.alias, names, row[:-1]) for row in rows}
    return people, {row[0]: row[-1] for row in rows if row[-1] is not None}


def _people(keys: Any, at: Any) -> Any:
    gone = Absence.objects.on(at).filter(person=OuterRef("pk")).order_by().values("person")
    people = Person._default_manager.filter(Among("pk", keys)).order_by()
    until = Subquery(gone.annotate(last=Max("ends")).values("last"))
    return people.annotate(away_until=until).values_list(*attnames(Person), "away_until")


_PEOPLE = Compiled(_people, keys=Keys(), at=DateField())
