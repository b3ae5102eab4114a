"""What a person is to the pilots, by the facts alone: it decides which rooms they are shown and where their work begins."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from django.db.models import BigIntegerField, DateField, Exists, OuterRef, Q

from pilots.clock import today
from pilots.models import GatePeriod, Person, Pilot, Portfolio, PortfolioRole, Seat
from pilots.models.compiled import Compiled
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import ClearsBy, Role


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


def work_of(person: Person) -> Duties:
    """What a person is to the pilots today. One query, whose statement is worked out once: every page asks it."""
    [row] = _WORK(person=person.pk, at=today())
    found = Duties(*row)
    return replace(found, office=found.office or person.is_superuser)


def _work(person: Any, at: Any) -> Any:
    me = OuterRef("pk")
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None)
    roles = PortfolioRole.objects.filter(person=me)
    asked = {
        "carries": Exists(now.filter(kind__key=SPONSOR, person=me)),
        "named": Exists(now.filter(Q(person=me) | Q(nominee=me), kind__clears_by=ClearsBy.ACCEPTANCE)),
        "decides": Exists(Seat.objects.on(at).of(me)),
        "escalates": Exists(Portfolio.objects.filter(escalation=me)),
        "manages": Exists(Pilot.objects.filter(manager=me)),
        "office": Exists(roles.filter(role=Role.OFFICE)),
        "reviews": Exists(roles.filter(role=Role.REVIEWER)),
    }
    names = [field.name for field in fields(Duties)]
    return Person.objects.filter(pk=person).annotate(**asked).order_by().values_list(*names)


_WORK = Compiled(_work, person=BigIntegerField(), at=DateField())
