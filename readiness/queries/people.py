"""What a person is to the pilots, by the facts alone: it decides which rooms they are shown and where their work begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from pilots.clock import today
from pilots.models import GatePeriod, Person, Pilot, Portfolio, PortfolioRole, Seat
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
    """What a person is to the pilots today. One query."""
    me = OuterRef("pk")
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None)
    roles = PortfolioRole.objects.filter(person=me)
    asked = {
        "carries": Exists(now.filter(kind__key=SPONSOR, person=me)),
        "named": Exists(now.filter(Q(person=me) | Q(nominee=me), kind__clears_by=ClearsBy.ACCEPTANCE)),
        "decides": Exists(Seat.objects.on(today()).of(me)),
        "escalates": Exists(Portfolio.objects.filter(escalation=me)),
        "manages": Exists(Pilot.objects.filter(manager=me)),
        "office": Exists(roles.filter(role=Role.OFFICE)),
        "reviews": Exists(roles.filter(role=Role.REVIEWER)),
    }
    found = Person.objects.filter(pk=person.pk).annotate(**asked).values(*asked).get()
    found["office"] = found["office"] or person.is_superuser
    return Duties(**found)
