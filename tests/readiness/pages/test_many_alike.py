"""What is so of many pilots alike is said once, with how many; and what a page says of days, it can know."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from pilots import actions
from pilots.models import Person, Pilot, Portfolio, PortfolioRole
from readiness.pages.portfolio import opening
from readiness.queries.snapshots import snapshot_of
from readiness.text import labels, next_moves
from tests.company import FUNDING, LEGAL, Company, browser_of
from tests.readiness.pages.opened import pilot_page


def words(who: Person, path: str, **query: Any) -> str:
    return " ".join(strip_tags(browser_of(who).get(path, query).content.decode()).split())


def test_all_that_stall_on_the_soonest_day_are_counted(company: Company) -> None:
    for number in range(3):
        company.running(f"R-{number}", f"Run {number}", ago=10)
    company.running("R-9", "Later", ago=5)
    page = browser_of(company.ansel).get(reverse("readiness:my-gates"))
    assert ", and 3 of them stall in " in page.context["opening"]


def test_what_a_yes_leaves_open_is_one_line_for_as_many_gates(company: Company) -> None:
    for number in range(3):
        company.running(f"R-{number}", f"Run {number}", ago=10)
    actions.decide(
        gate=company.gate(Pilot.objects.get(key="R-0"), "it-data-access"),
        by=company.bastian,
        outcome="cleared",
        reason="Fine.",
    )
    page = browser_of(company.ansel).get(reverse("readiness:my-gates"))
    assert page.context["still_open"] == ["Run 0 still needs 3 more.", "Two pilots still need 4 more."]


@pytest.mark.parametrize(
    ("kind", "says"),
    [(LEGAL, "The office assigns Legal to somebody"), (FUNDING, "The office names somebody for Funding")],
)
def test_the_next_move_of_what_nobody_holds_is_somebodys_and_tells_no_days_that_nobody_knows(
    company: Company, kind: str, says: str
) -> None:
    bare = Portfolio.objects.create(key="bare", name="Bare lines")
    PortfolioRole.objects.create(portfolio=bare, person=company.ria, role="program-office")
    given: dict[str, Any] = {"started_on": company.day(300), "source": "list.csv", "on": company.day(20)}
    pilot = actions.record(portfolio=bare, key="B-1", name="Bare", by=company.ria, **given)
    for gate in pilot.gates.exclude(kind__key=kind):
        actions.switch_off(kind=gate.kind, portfolio=bare, by=company.ria, reason="Not here.", on=company.day(20))
    found = snapshot_of(pilot, at=company.day())
    assert found is not None
    assert next_moves.next_move(found) == says


def test_the_portfolio_opens_with_what_is_only_claimed() -> None:
    counts = dict.fromkeys(("planned", "adopted", "claimed", "museum_exhibit", "at_risk"), 0)
    assert opening(counts | {"planned": 3}) == "Of 3 pilots, none is adopted and none is a museum exhibit."
    assert opening(counts | {"claimed": 1039, "museum_exhibit": 388}) == (
        "Of 1,427 pilots, none is adopted, 1,039 are only said to be, and 388 are museum exhibits."
    )
    assert "one is only said to be" in opening(counts | {"claimed": 1, "planned": 1})


def test_months_before_anything_was_on_record_are_not_told_as_months_without_exhibits(company: Company) -> None:
    company.pilot(started_on=company.day(900), source="list.csv", ago=3)
    page = browser_of(company.vera).get(reverse("readiness:portfolio"))
    last = page.context["unrecorded"]
    assert last < company.day(3)
    assert f"Until {labels.day(last)} nothing was on record" in words(company.vera, reverse("readiness:portfolio"))
    company.pilot("OLD-1", "Old", ago=700)
    assert browser_of(company.vera).get(reverse("readiness:portfolio")).context["unrecorded"] is None


def test_a_clear_gate_is_nobodys_move(company: Company) -> None:
    pilot = company.running()
    actions.decide(gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="cleared", reason="Fine.")
    text = words(company.vera, pilot_page(pilot))
    assert f"cleared held by {company.perpetua.name}" in text


def test_days_in_courts_say_from_when_they_are_counted(company: Company) -> None:
    listed = company.pilot("L-1", "Listed", started_on=company.day(300), source="list.csv", ago=20)
    since = f"Counted from its record, of {labels.day(company.day(20))}"
    assert since in words(company.vera, pilot_page(listed))
    assert "Counted from its record" not in words(company.vera, pilot_page(company.running("R-1", "Runs")))


def test_who_keeps_all_records_is_told_so(company: Company) -> None:
    me = reverse("readiness:me")
    assert "Keeps the records of every portfolio." not in words(company.ria, me)
    Person.objects.filter(pk=company.ria.pk).update(is_superuser=True, is_staff=True)
    assert "Keeps the records of every portfolio." in words(Person.objects.get(pk=company.ria.pk), me)
