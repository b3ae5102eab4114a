"""The five people whom everything is measured as, and how each of them is signed in: `people.py synthetic` prints them as JSON, `people.py sample` everybody of a small installation."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

REVIEWED = 64
"""The reviewer's portfolio has about one in so many of all pilots."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads. `reach` is `few` or `many`: whether they see few pilots, or nearly all; `pilot` is one of theirs."""

    name: str
    reach: str
    pk: int
    pilot: str
    key: str
    cookie: str
    gate: str = ""
    public_id: str = ""


def readers() -> list[Reader]:
    """An office of all, a reviewer of one portfolio, a decider of three seats, the busiest decider, a sponsor of two.

    Office and reviewer are added to what `make_portfolio` made, once.
    """
    from django.db.models import Count, Q

    from pilots import actions
    from pilots.models import Person, Pilot, PilotPeriod, Portfolio, Seat
    from pilots.rules.vocabulary import Role

    number = Pilot.objects.count()
    portfolios = list(Portfolio.objects.annotate(n=Count("pilots")).order_by("pk"))
    one = min(portfolios, key=lambda found: abs(found.n * REVIEWED - number))
    office = _account("office@benchmark.example", "Office of all")
    reviewer = _account("reviewer@benchmark.example", "Reviewer of one")
    has = set(office.roles.values_list("portfolio_id", flat=True))
    for portfolio in portfolios:
        if portfolio.pk not in has:
            actions.give_role(portfolio=portfolio, person=office, role=Role.OFFICE, by=None)
    if not reviewer.roles.exists():
        actions.give_role(portfolio=one, person=reviewer, role=Role.REVIEWER, by=None)
    now = Q(last_day=None, holder__isnull=False)
    seats = list(Seat.objects.filter(now).values_list("holder").annotate(n=Count("pk")).order_by("n", "holder"))
    three = min(seats, key=lambda found: (abs(found[1] - 3), found[0]))[0]
    carried = PilotPeriod.objects.filter(superseded_on=None, last_day=None, stage="running", sponsor__isnull=False)
    carries = carried.values_list("sponsor").annotate(n=Count("pk")).order_by("sponsor")
    two = min(carries, key=lambda found: abs(found[1] - 2))[0]
    found = (
        ("office of all", "many", office),
        ("reviewer of one", "few", reviewer),
        ("decider of three", "few", Person.objects.get(pk=three)),
        ("busiest decider", "many", Person.objects.get(pk=seats[-1][0])),
        ("sponsor of two", "few", Person.objects.get(pk=two)),
    )
    return [_reader(name, reach, person) for name, reach, person in found]


def _account(email: str, name: str) -> Any:
    from pilots import actions
    from pilots.models import Person

    return Person.objects.with_address(email).first() or actions.open_account(email=email, name=name, by=None)


def _reader(name: str, reach: str, person: Any) -> Reader:
    from django.conf import settings
    from django.test import Client

    from pilots.models import ApiToken
    from pilots.rules.vocabulary import Stage
    from readiness.queries.pilots import pilots

    _token, key = ApiToken.objects.create(user=person, name="benchmark", scope="write")
    client = Client()
    client.force_login(person)
    pilot = pilots().visible_to(person).filter(stage=Stage.RUNNING).order_by("pk").first()
    assert pilot is not None
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    gate = pilot.gates.order_by("pk").first().public_id
    return Reader(
        name, reach, person.pk, pilot.key, key, f"{settings.SESSION_COOKIE_NAME}={cookie}", gate, person.public_id
    )


def everybody() -> list[Reader]:
    """Everybody of a small installation who sees a pilot, by name."""
    from pilots.models import Person
    from pilots.rules.vocabulary import Stage
    from readiness.queries.pilots import pilots

    people = Person.objects.filter(closed_on=None, is_active=True).order_by("pk")
    see = [who for who in people if pilots().visible_to(who).filter(stage=Stage.RUNNING).exists()]
    return [_reader(str(who), "few", who) for who in see]


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps([asdict(found) for found in (everybody() if sys.argv[1] == "sample" else readers())]))
