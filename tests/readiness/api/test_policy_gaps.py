"""A question is put over the API: its pilots are found together, and what cannot be named is said at its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.models import PolicyGap
from tests.company import Company, a_portfolio
from tests.readiness.api.conftest import post


def asks(company: Company, *keys: str) -> dict[str, Any]:
    return {
        "portfolio": company.portfolio.key,
        "question": "May it answer a complaint by itself?",
        "owner": company.hedda.email,
        "due": company.day(-20).isoformat(),
        "pilots": list(keys),
    }


def statements(company: Company, *keys: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as counted:
        answer = post(company.ria, "policy-gaps/", **asks(company, *keys))
    assert answer.status_code == 201, answer.json()
    return len(counted)


def test_its_pilots_are_found_in_as_many_statements_however_many_they_are(company: Company) -> None:
    keys = [company.running(f"P-{number}", f"Drafts {number}").key for number in range(6)]
    statements(company, keys[0])
    assert statements(company, *keys) == statements(company, *keys[:2])


def test_a_pilot_that_is_named_twice_is_one(company: Company) -> None:
    pilot = company.running()
    assert post(company.ria, "policy-gaps/", **asks(company, pilot.key, pilot.key)).status_code == 201
    assert [*PolicyGap.objects.get().pilots.all()] == [pilot]


@pytest.mark.parametrize("missing", ["P-99", "H-1", "\u0000"])
def test_a_pilot_that_is_not_there_is_named_at_its_field(company: Company, missing: str) -> None:
    elsewhere = a_portfolio("other", day=company.day(60))
    actions.record(portfolio=elsewhere, key="H-1", name="Hidden", by=None, on=company.day(50))
    answer = post(company.ria, "policy-gaps/", **asks(company, company.running().key, missing))
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) <= {"pilots", "pilots.1"}
    assert not PolicyGap.objects.exists()


def test_nobody_asks_about_what_is_void_not_even_its_office(company: Company) -> None:
    pilot = company.running()
    actions.void(pilot=pilot, by=company.ines, reason="Recorded twice.")
    answer = post(company.ria, "policy-gaps/", **asks(company, pilot.key))
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_stage")
    assert not PolicyGap.objects.exists()
