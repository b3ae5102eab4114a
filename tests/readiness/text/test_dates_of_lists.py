"""A date that a list gives as a month is said to be about then; one that the rule took is not said as if somebody had named it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from readiness.queries.snapshots import PilotSnapshot, snapshot_of
from readiness.text import labels, placards
from tests.company import LEGAL, Company, browser_of

pytestmark = pytest.mark.django_db


def listed(company: Company, key: str, **values: Any) -> PilotSnapshot:
    """A pilot that a list says has run for 400 days."""
    pilot = company.pilot(key, f"Listed {key}", started_on=company.day(400), source="list.csv", **values)
    return read(pilot)


def read(pilot: Pilot) -> PilotSnapshot:
    snapshot = snapshot_of(Pilot.objects.get(pk=pilot.pk), at=today())
    assert snapshot is not None
    return snapshot


def test_a_month_is_about_and_a_day_is_a_day(company: Company) -> None:
    about, exact = listed(company, "A-1", approximate=True), listed(company, "A-2")
    assert (about.start_is_about, about.standing_is_about) == (True, True)
    assert (exact.start_is_about, exact.standing_is_about) == (False, False)
    started, stalled = labels.day(company.day(400)), labels.day(about.status.stalls_on or today())
    assert f"tried since about {started}" in placards.placard(about)
    assert f"on display since about {stalled}" in placards.placard(about)
    assert "about" not in placards.placard(exact)


def test_a_claim_of_a_month_is_about_too(company: Company) -> None:
    pilot = company.pilot(source="list.csv", approximate=True)
    actions.record_claim(pilot=pilot, by=None, on=company.day(20))
    assert f"since about {labels.day(company.day(20))}" in placards.placard(read(pilot))


def test_what_people_did_since_is_on_its_day(company: Company) -> None:
    pilot = listed(company, "A-1", approximate=True, ago=100).pilot
    actions.decide(
        gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="refused", reason="No.", on=company.day(90)
    )
    found = read(pilot)
    assert (found.start_is_about, found.standing_is_about) == (True, False)
    assert f"Nothing has moved since {labels.day(company.day(90))}" in placards.placard(found)


def test_six_weeks_by_rule_are_not_told_as_a_date_that_somebody_named(company: Company) -> None:
    by_rule = listed(company, "A-1")
    named = listed(company, "A-2", decide_by=company.day(400) + timedelta(days=60))
    typed = read(company.running("A-3", "Typed", ago=200))
    assert (by_rule.decides_by_rule, named.decides_by_rule, typed.decides_by_rule) == (True, False, False)
    assert "six weeks on by rule, to be decided by" in placards.placard(by_rule)
    assert "by rule" not in placards.placard(named) + placards.placard(typed)


@pytest.mark.parametrize("route", ["museum", "portfolio"])
def test_pages_say_so(company: Company, route: str) -> None:
    found = listed(company, "A-1", approximate=True)
    page = " ".join(strip_tags(browser_of(company.vera).get(reverse(f"readiness:{route}")).content.decode()).split())
    assert f"about {labels.day(found.status.stalls_on or today())}" in page
