"""What a person is to the pilots, by the facts alone: it decides which rooms they are shown and where their work begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, DateField, Exists, OuterRef, Q, QuerySet

from pilots.clock import today
from pilots.models import (
    Decision,
    DecisionRight,
    Event,
    FellowManager,
    GatePeriod,
    Person,
    Pilot,
    PilotPeriod,
    PolicyGap,
    Portfolio,
    PortfolioRole,
    Seat,
)
from pilots.models.compiled import Compiled
from pilots.models.people import LONGEST_ADDRESS, LONGEST_NAME
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import ClearsBy, Role
from readiness.queries.decider_queue import length_beside


@dataclass(frozen=True, slots=True)
class Duties:
    """Whether somebody carries pilots, is named for a gate, decides, is a portfolio's escalation person, and so on."""

    carries: bool = False
    named: bool = False
    decides: bool = False
    escalates: bool = False
    manages: bool = False
    office: bool = False
    reviews: bool = False
    owns_gap: bool = False


def work_of(person: Person) -> Duties:
    """What a person is to the pilots today. One query, whose statement is worked out once: every page asks it."""
    [row] = _WORK(person=person.pk, at=today())
    return _duties(row, person)


def work_and_queue_of(person: Person) -> tuple[Duties, int]:
    """The same, and how many gates wait on their decision, as `queue_length` counts them. One query."""
    [row] = _WORK_AND_QUEUE(person=person.pk, at=today())
    return _duties(row[:-1], person), row[-1]


def _duties(row: Iterable[bool], person: Person) -> Duties:
    found = Duties(*row)
    return replace(found, office=found.office or person.is_superuser)


def _work_and_queue(person: Any, at: Any) -> Any:
    names = [field.name for field in fields(Duties)]
    return _work(person, at).annotate(queued=length_beside(person, at)).values_list(*names, "queued")


def _work(person: Any, at: Any) -> Any:
    me = OuterRef("pk")
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None)
    roles = PortfolioRole.objects.filter(person=me)
    asked = {
        "carries": Exists(now.filter(kind__key=SPONSOR, person=me)),
        "named": Exists(now.filter(Q(person=me) | Q(nominee=me), kind__clears_by=ClearsBy.ACCEPTANCE)),
        "decides": Exists(Seat.objects.on(at).of(me)),
        "escalates": Exists(Portfolio.objects.filter(escalation=me)),
        "manages": Exists(Pilot.objects.filter(manager=me)) | Exists(FellowManager.objects.on(at).filter(person=me)),
        "office": Exists(roles.filter(role=Role.OFFICE)),
        "reviews": Exists(roles.filter(role=Role.REVIEWER)),
        "owns_gap": Exists(PolicyGap.objects.filter(owner=me, answered_on=None)),
    }
    names = [field.name for field in fields(Duties)]
    return Person.objects.filter(pk=person).annotate(**asked).order_by().values_list(*names)


def fellow_managers(pilot: Pilot, *, at: date) -> list[Person]:
    """Who lives with a pilot as a manager beside its own, on a day, by name. One query."""
    rows = FellowManager.objects.on(at).filter(pilot=pilot).select_related("person")
    return [row.person for row in rows.order_by("person__name", "pk")]


def is_manager_of(person: Person, pilot: Pilot, *, at: date) -> bool:
    """Whether somebody lives with a pilot as its manager, or beside its manager, on a day."""
    return pilot.manager_id == person.pk or FellowManager.objects.on(at).filter(pilot=pilot, person=person).exists()


_WORK = Compiled(_work, person=BigIntegerField(), at=DateField())
_WORK_AND_QUEUE = Compiled(_work_and_queue, person=BigIntegerField(), at=DateField())


MOST_ALIKE = 6
"""How many people of one name are looked for."""
LONGEST_WRITTEN = max(LONGEST_ADDRESS, LONGEST_NAME)
"""Nobody has a longer id, address or name, and SQLite cannot be asked for one of 50,000 characters."""


def people_known_to(person: Person) -> QuerySet[Person]:
    """Those whom somebody may know of: for a program office everybody, for others whoever is about their pilots and their work.

    A pilot names its people, who holds or held its gates, and who answered or acted on it; about it are also the people of its
    function, and who has a role in its portfolio. About their work are those of their own function, and whoever decides the
    kinds of gates, or in the portfolios, that they decide. Whoever is none of these is, for them, nobody: no read says
    whether an address has an account. It costs what lies within somebody's reach.
    """
    if _knows_everybody(person):
        return Person.objects.all()
    named = [
        rows.filter(**{f"{column}__isnull": False}).order_by().values(column)
        for rows, columns in _names_of(person)
        for column in columns
    ]
    return Person.objects.filter(Q(pk=person.pk) | Q(pk__in=named[0].union(*named[1:])))


def _knows_everybody(person: Person) -> bool:
    return person.is_superuser or person.roles.filter(role=Role.OFFICE).exists()


def _names_of(person: Person) -> list[tuple[QuerySet[Any], tuple[str, ...]]]:
    """Rows about the pilots that somebody sees and about their work, and the columns that name people."""
    seen = Pilot.objects.listed_for(person).order_by()
    mine = seen.values("pk")
    units = PilotPeriod.objects.filter(pilot__in=mine).order_by().values("unit")
    functions = Q(function__in=seen.values("function"))
    if person.function_id is not None:
        functions |= Q(function=person.function_id)
    own = Q(holder=person) | Q(deputy=person) | Q(escalate_to=person) | Q(delegations__to=person)
    rights = DecisionRight.objects.filter(own).order_by()
    beside = Q(kind__in=rights.values("kind")) | Q(portfolio__in=rights.values("portfolio"))
    return [
        (Pilot.objects.filter(pk__in=mine), ("manager", "exceptions_to", "exceptions_deputy")),
        (PilotPeriod.objects.filter(pilot__in=mine), ("sponsor", "manager")),
        (GatePeriod.objects.filter(gate__pilot__in=mine), ("person", "nominee")),
        (Decision.objects.filter(gate__pilot__in=mine), ("decider", "by")),
        (Event.objects.filter(pilot__in=mine), ("by",)),
        (Seat.objects.filter(unit__in=units), ("holder", "deputy", "delegate", "escalation")),
        (Portfolio.objects.filter(Q(roles__person=person) | Q(pilots__in=mine)), ("escalation",)),
        (PortfolioRole.objects.filter(portfolio__in=seen.values("portfolio")), ("person",)),
        (Person.objects.filter(functions), ("pk",)),
        (DecisionRight.objects.filter(beside), ("holder", "deputy", "escalate_to")),
    ]


def find_people(asker: Person, written: str) -> list[Person]:
    """Those whom somebody may know of, and means by an id, an address or a name: one, or several of one name. One query."""
    if len(written) > LONGEST_WRITTEN:
        return []
    return _meant_by(written, known_among(asker, _alike(written)))


def find_people_to_name(asker: Person, written: str, *, open_only: bool = False) -> list[Person]:
    """Those whom somebody means who names a person for something: as `find_people`, and whoever has that id or address.

    A colleague who has done nothing here yet can be named by whoever has their whole address; a name means those alone whom
    the asker may know of.

    Args:
        open_only: whether those whose account is closed are left out.
    """
    if len(written) > LONGEST_WRITTEN:
        return []
    rows = _alike(written).filter(closed_on=None) if open_only else _alike(written)
    known = known_among(asker, rows).order_by().values("pk")
    return _meant_by(written, rows.filter(Q(public_id=written) | Q(email__iexact=written) | Q(pk__in=known)))


def _alike(written: str) -> QuerySet[Person]:
    return Person.objects.filter(Q(public_id=written) | Q(email__iexact=written) | Q(name__iexact=written))


def _meant_by(written: str, rows: QuerySet[Person]) -> list[Person]:
    found = list(rows.order_by("name", "pk")[:MOST_ALIKE])
    by_id = [one for one in found if one.public_id == written]
    by_address = [one for one in found if one.email.casefold() == written.casefold()]
    return by_id or by_address or found


def known_among(asker: Person, few: QuerySet[Person]) -> QuerySet[Person]:
    """Of a few people those whom somebody may know of: each is looked up, and what lies within reach is not read."""
    if asker.is_superuser:
        return few
    known = Q(pk=asker.pk) | Q(Exists(asker.roles.filter(role=Role.OFFICE)))
    for rows, columns in _names_of(asker):
        them = Q(*((column, OuterRef("pk")) for column in columns), _connector=Q.OR)
        known |= Q(Exists(rows.filter(them).order_by()))
    return few.filter(known)
