"""What a person holds, and where: what falls when their account is closed, and how far a change of it would reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from pilots.clock import today
from pilots.models import (
    ApiToken,
    Decision,
    DecisionRight,
    Delegation,
    Departure,
    Event,
    FellowManager,
    GatePeriod,
    Person,
    Pilot,
    Portfolio,
    PortfolioRole,
    Unit,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one sort that name a person, and the path from such a row to its portfolio (null: everywhere)."""

    what: str
    rows: QuerySet[Any]
    portfolio: str

    def beyond_limits(self, kept: frozenset[int] | None) -> bool:
        """Whether one of them lies outside these portfolios (null: all of them). What holds everywhere does."""
        if kept is None:
            return False
        # A row with no portfolio is dropped by a bare `exclude(... in ...)`, since nothing is known to be unlike null.
        place = Coalesce(self.portfolio if self.portfolio == "pk" else f"{self.portfolio}_id", Value(0))
        return bool(self.rows.annotate(_place=place).exclude(_place__isnull=False, _place__in=kept).exists())


def holdings_of(person: Person) -> Iterator[Holding]:
    """What a person holds now: roles, rights, seats that they accepted, nominations, and the pilots that name them."""
    in_force = Q(until=None) | Q(until__gte=today())
    seats = GatePeriod.objects.filter(superseded_on=None, last_day=None).select_related("gate__pilot", "kind")
    gone = Departure.objects.filter(right=OuterRef("pk"), person=person)
    rights = DecisionRight.objects.filter(Q(holder=person) | Q(deputy=person) | Q(escalate_to=person), in_force)
    rights = rights.exclude(Exists(gone))
    delegations = Delegation.objects.filter(to=person, until__gte=today())
    exceptions = Pilot.objects.filter(Q(exceptions_to=person) | Q(exceptions_deputy=person))
    yield Holding("roles", PortfolioRole.objects.filter(person=person).select_related("portfolio"), "portfolio")
    yield Holding("escalations", Portfolio.objects.filter(escalation=person), "pk")
    yield Holding("rights", rights.select_related("kind", "portfolio", "function", "holder"), "portfolio")
    yield Holding(
        "delegations",
        delegations.select_related("right__kind", "right__portfolio", "right__function"),
        "right__portfolio",
    )
    yield Holding("acceptances", seats.filter(person=person), "gate__pilot__portfolio")
    yield Holding("nominations", seats.filter(nominee=person), "gate__pilot__portfolio")
    yield Holding("pilots", Pilot.objects.filter(manager=person), "portfolio")
    yield Holding("fellows", Pilot.objects.filter(FellowManager.objects.is_one(person, today())), "portfolio")
    yield Holding("exceptions", exceptions, "portfolio")


def event_records(person: Person) -> Iterator[Holding]:
    """What a person ever did or held that names them in the log, whether or not they hold it now."""
    rights = DecisionRight.objects.filter(Q(holder=person) | Q(deputy=person) | Q(escalate_to=person))
    yield Holding("decisions", Decision.objects.filter(Q(decider=person) | Q(by=person)), "gate__pilot__portfolio")
    yield Holding("rights", rights, "portfolio")
    yield Holding("events", Event.objects.filter(by=person, pilot__isnull=False), "portfolio")
    yield from holdings_of(person)


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """The tokens to the API that a person has."""
    found: QuerySet[ApiToken] = ApiToken.objects.filter(user=person)
    return found


def reaches_beyond(person: Person, kept: frozenset[int] | None) -> bool:
    """Whether a change of somebody's account would reach beyond these portfolios."""
    return person.is_superuser or any(holding.beyond_limits(kept) for holding in holdings_of(person))


def reached_beyond(person: Person, kept: frozenset[int] | None) -> bool:
    """Whether somebody is known by name beyond these portfolios, by what they did there, then or now."""
    return person.is_superuser or any(holding.beyond_limits(kept) for holding in event_records(person))


def function_beyond(function: Any, kept: frozenset[int] | None) -> bool:
    """Whether a business function is one of another portfolio's too: a pilot lies in it there, or a right reaches it."""
    places = Unit.objects.filter(function=function, portfolio__isnull=False)
    elsewhere = [
        Holding("units", places, "portfolio"),
        Holding("rights", DecisionRight.objects.filter(function=function), "portfolio"),
        Holding("pilots", Pilot.objects.filter(function=function), "portfolio"),
    ]
    return any(holding.beyond_limits(kept) for holding in elsewhere)
