"""Finding pilots by what people remember of them: a key, a name, a workflow, or who carries or manages them.

On PostgreSQL the texts have trigram indexes (migration `pilots.0006`); on SQLite they are read one by one.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Case, IntegerField, Q, Value, When

from pilots.models import Person, PilotPeriod
from readiness.queries.pilots import StandingQuerySet, in_force

TEXTS = ("key", "name", "workflow")
MOST_WORDS = 8
"""Words that are searched for; the others say too little to narrow a search down."""
MOST_PEOPLE = 200
"""People of a name whose pilots are found."""


def holding(text: str) -> Q:
    """Of pilots: those whose key, name or workflow holds a text."""
    return Q(*((f"{name}__icontains", text) for name in TEXTS), _connector=Q.OR)


def naming(rows: StandingQuerySet, words: str, at: date) -> StandingQuerySet:
    """Of some pilots those in which each word is found: in key, name, workflow, or who carries or manages it on a date."""
    for word in words.split()[:MOST_WORDS]:
        texts = holding(word)
        people = list(Person.objects.filter(name__icontains=word).values_list("pk", flat=True)[:MOST_PEOPLE])
        if people:
            carried = PilotPeriod.objects.filter(in_force(at), Q(sponsor__in=people) | Q(manager__in=people))
            # Found by the two roads apart, each by an index of its own; an alternative over both tables would use neither.
            found = rows.model.objects.filter(texts).order_by().values("pk").union(carried.order_by().values("pilot"))
            rows = rows.filter(pk__in=found)
        else:
            rows = rows.filter(texts)
    return rows


def matching(mine: StandingQuerySet, words: str, at: date) -> StandingQuerySet:
    """Of some pilots those on record on a date that words name: whose key begins with them first, then whose name, then by key."""
    first = Case(
        When(key__istartswith=words, then=Value(0)),
        When(name__istartswith=words, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    there: StandingQuerySet = naming(mine, words, at).on(at).annotate(nearness=first).order_by("nearness", "key")
    return there
