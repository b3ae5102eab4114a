"""A page of pilots with their gates and holders takes as many queries for fifty as for two, and six at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots.models import Function, Person, StallPolicy
from readiness.queries.decider_queue import decider_queue
from readiness.queries.pilots import pilots
from readiness.queries.snapshots import snapshots_of
from tests.company import a_claimed_pilot, a_person, a_portfolio, a_right, a_running_pilot

ON, AT = date(2025, 3, 3), date(2025, 9, 1)
MOST = 10


def exhibits() -> Any:
    return pilots().exhibits(AT)


def every_standing() -> Any:
    return pilots().standing(AT).order_by("key")


def claims() -> Any:
    return pilots().claims(AT)


@pytest.fixture
def lena() -> Person:
    return a_person("lena")


@pytest.fixture
def add(lena: Person) -> Callable[[int], None]:
    """Puts pilots on record in two portfolios and functions, some started, some claimed."""
    places = [(a_portfolio(key, day=ON), Function.objects.create(name=key)) for key in ("one", "other")]
    StallPolicy.objects.create(portfolio=places[1][0], starts=ON, quiet_days=10)
    for key in ("legal-sign-off", "it-data-access"):
        a_right(key, lena, None, day=ON)
    number = iter(range(1000))

    def more(count: int) -> None:
        for _ in range(count):
            n = next(number)
            portfolio, function = places[n % 2]
            made = a_claimed_pilot if n % 4 > 1 else a_running_pilot
            made(portfolio, f"P-{n:03}", day=ON, name=f"Pilot {n}", function=function)

    return more


def queries(of: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        snapshots = snapshots_of(of().select_related("portfolio")[:50], at=AT)
        for one in snapshots:
            assert [gate.holder for gate in one.gates]
            assert one.pilot.portfolio.name
    return len(asked)


@pytest.mark.django_db
def test_a_page_takes_as_many_queries_for_many_pilots_as_for_few(add: Callable[[int], None]) -> None:
    add(4)
    few = [queries(of) for of in (exhibits, every_standing, claims)]
    add(12)
    assert [queries(of) for of in (exhibits, every_standing, claims)] == few
    assert max(few) <= MOST


@pytest.mark.django_db
def test_a_queue_takes_as_many_queries_for_many_gates_as_for_few(add: Callable[[int], None], lena: Person) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            rows = list(decider_queue(lena, AT).select_related("gate__pilot", "kind"))
            assert {row.court for row in rows} == {"decider"}
        return len(rows), len(asked)

    add(2)
    assert asked() == (4, 2)
    add(6)
    assert asked() == (16, 2)
