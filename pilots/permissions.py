"""Who may do what, by the rows of `pilots.rules.actions` (section 7 of the design)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilots.rules.actions import ACTIONS, OFFICE, who_may
from pilots.rules.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from django.db.models import QuerySet

    from pilots.models import Person, Portfolio


def is_office(person: Person, portfolio: Portfolio | None = None) -> bool:
    """Whether a person belongs to a portfolio's program office (any portfolio's, where none is given)."""
    if person.is_superuser:
        return True
    roles = person.roles.filter(role=Role.OFFICE)
    return (roles if portfolio is None else roles.filter(portfolio=portfolio)).exists()


def roles_held(person: Person, portfolio: int) -> frozenset[str]:
    """The roles that a person has in a portfolio, by its primary key, in one query; whoever keeps everything is of its office without one."""
    if person.is_superuser:
        return frozenset({Role.OFFICE})
    return frozenset(person.roles.filter(portfolio=portfolio).values_list("role", flat=True))


def portfolios_kept(person: Person) -> frozenset[int] | None:
    """The primary keys of the portfolios whose records a person keeps; None means all of them."""
    if person.is_superuser:
        return None
    kept = person.roles.filter(role=Role.OFFICE).values_list("portfolio_id", flat=True)
    return frozenset(kept)


def keeps_all(person: Person) -> bool:
    """Whether there is no portfolio whose records a person does not keep."""
    from pilots.models import Portfolio

    kept = portfolios_kept(person)
    return kept is None or (bool(kept) and not Portfolio.objects.exclude(pk__in=kept).exists())


def keepers_of_all() -> QuerySet[Person]:
    """Whoever keeps the records of all portfolios, and whose account is open."""
    from django.db.models import Count, Q

    from pilots.models import Person, Portfolio, PortfolioRole

    of_offices = PortfolioRole.objects.filter(role=Role.OFFICE).values("person")
    by_role = of_offices.annotate(kept=Count("portfolio", distinct=True)).filter(kept=Portfolio.objects.count())
    return Person.objects.filter(Q(is_superuser=True) | Q(pk__in=by_role.values("person")), closed_on=None)


def allowed(word: str, roles: frozenset[str]) -> bool:
    """Whether somebody who is this to a pilot, or to what an action is on, may do it there."""
    return bool(who_may(word) & roles)


def allowed_beyond_limits(word: str, roles: frozenset[str]) -> bool:
    """Whether they may do it past the limits of rules 4, 5 and 6: a third slip, a third pause, what was answered."""
    return bool(ACTIONS[word].beyond_limits & roles)


def roles_of(
    person: int,
    *,
    office: bool,
    sponsor: int | None,
    manager: int | None,
    escalation: int | None,
    named: Collection[int | None],
    seated: Collection[int | None],
    fellows: Collection[int] = (),
) -> frozenset[Role]:
    """What a person is to a pilot on a day; people are primary keys.

    Args:
        office: whether they are of the portfolio's program office.
        escalation: the portfolio's escalation person.
        named: whoever is named for an acceptance gate or in the rules.
        seated: whoever is on a seat of one of its gates.
        fellows: the managers who live with it beside its own.
    """
    has = {
        Role.OFFICE: office,
        Role.SPONSOR: person == sponsor,
        Role.MANAGER: person == manager,
        Role.FELLOW: person in fellows,
        Role.NAMED: person in named,
        Role.DECIDER: person in seated,
        Role.ESCALATION: person == escalation,
    }
    return frozenset(role for role, yes in has.items() if yes)


def reads_groups(person: Person, portfolio: Portfolio, roles: frozenset[str]) -> bool:
    """Whether somebody who is this to a pilot reads what groups of its managers say; so does a reviewer of its portfolio."""
    return allowed("read_groups", roles) or reviews(person, portfolio)


def reviews(person: Person, portfolio: Portfolio) -> bool:
    """Whether somebody is a reviewer of a portfolio."""
    return person.roles.filter(role=Role.REVIEWER, portfolio=portfolio).exists()


def has_left(person: Person, day: date) -> bool:
    """Whether a person can no longer act on a day: their account is closed."""
    return person.closed_by(day)


SCOPES = ("read", "decide", "write")
"""What a key to the API may do; each includes the ones before it."""


def scope_of(action: str) -> str:
    """The scope that an action needs: `write` where only the program office may do it, else `decide`."""
    return "write" if who_may(action) == OFFICE else "decide"


def scopes_of(person: Person) -> frozenset[str]:
    """The scopes that a person's work needs now (section 7): whoever only reviews reads, and only the office writes."""
    from django.db.models import Q

    from pilots.clock import today
    from pilots.models import GatePeriod, Pilot, Seat

    if is_office(person):
        return frozenset(SCOPES)
    mine = Q(person=person) | Q(nominee=person)
    named = GatePeriod.objects.filter(mine, superseded_on=None, last_day=None)
    may_decide_something = (
        named.exists()
        or Seat.objects.on(today()).of(person).exists()
        or Pilot.objects.filter(manager=person).exists()
        or person.answers_for.exists()
    )
    return frozenset({"read", "decide"}) if may_decide_something else frozenset({"read"})
