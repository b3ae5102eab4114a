"""An office with a portfolio, a neighbour with another, and a desk to work at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from pilots import actions
from pilots.models import Function, GateKind, Person, Pilot, Portfolio
from readiness.queries.consequences import AGREED
from tests.company import browser_of

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)
WHEN: dict[str, Any] = {"on": DAY, "known": DAY}


def account(name: str) -> Person:
    return actions.open_account(email=f"{name}@example.org", name=name.title(), by=None, **WHEN)


def agree(client: Client, address: str, asked: dict[str, Any]) -> Any:
    """Send a form that shows first what would come of it, and agree to that. The last answer."""
    shown = client.post(address, asked)
    assert shown.status_code == 200, shown.content.decode()
    return client.post(address, asked | {AGREED: shown.context["form"].consequences.token})


@pytest.fixture
def operations(db: None) -> Function:
    return actions.name_function(name="Customer operations", by=None, **WHEN)


@pytest.fixture
def lena(db: None) -> Person:
    """Legal."""
    return account("lena")


@pytest.fixture
def kai(db: None) -> Person:
    """The escalation person of both portfolios."""
    return account("kai")


@pytest.fixture
def portfolio(kai: Person) -> Portfolio:
    return actions.open_portfolio(key="one", name="One", escalation=kai, by=None, **WHEN)


@pytest.fixture
def elsewhere(kai: Person) -> Portfolio:
    """Another office's portfolio."""
    return actions.open_portfolio(key="two", name="Two", escalation=kai, by=None, **WHEN)


@pytest.fixture
def ria(portfolio: Portfolio) -> Person:
    """Of the first portfolio's program office."""
    ria = account("ria")
    actions.give_role(portfolio=portfolio, person=ria, role="program-office", by=None, **WHEN)
    return Person.objects.get(pk=ria.pk)


@pytest.fixture
def root(db: None) -> Person:
    """A superuser."""
    return Person.objects.create_superuser("root@example.org", None, name="Root")


@pytest.fixture
def desk(ria: Person) -> Client:
    """Ria's browser."""
    return browser_of(ria)


Record = Callable[..., Pilot]


@pytest.fixture
def record(portfolio: Portfolio, operations: Function) -> Record:
    """Puts pilots on record, of the first portfolio unless said."""

    def put(key: str, name: str = "Renewal drafts", **values: Any) -> Pilot:
        values = {"function": operations, "portfolio": portfolio} | values
        return actions.record(key=key, name=name, by=None, **values, **WHEN)

    return put


@pytest.fixture
def running(record: Record) -> Pilot:
    """A pilot that was started on the day of its record."""
    pilot = record("P-1", workflow="Drafting renewal e-mails")
    actions.start(pilot=pilot, by=None, **WHEN)
    return Pilot.objects.get(pk=pilot.pk)


@pytest.fixture
def legal(lena: Person, portfolio: Portfolio) -> GateKind:
    """The kind that Lena decides in the first portfolio."""
    kind = GateKind.objects.get(key="legal-sign-off")
    actions.assign_right(kind=kind, portfolio=portfolio, holder=lena, by=None, **WHEN)
    return kind
