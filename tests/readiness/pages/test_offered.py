"""What a page offers while one types, and the ways that lead from it."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.models import Person, Portfolio, PortfolioRole
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page

MINUTES = "readiness:minutes"


def options(page: str, name: str) -> list[str]:
    drawn = page.split(f'<datalist id="{name}">')[1].split("</datalist>")[0]
    return [part.split('"')[1] for part in drawn.split("<option value=")[1:]]


def test_the_minutes_offer_who_decides_and_the_keys_that_one_may_see(company: Company) -> None:
    company.running("A-1", "First")
    page = browser_of(company.ria).get(reverse(MINUTES)).content.decode()
    people = options(page, "people")
    assert {"perpetua@example.org", "jory@example.org", "bastian@example.org"} <= set(people)
    assert "noam@example.org" not in people
    assert options(page, "keys") == ["A-1"]
    assert 'list="keys"' in page
    assert 'list="people"' in page


def test_what_a_decider_may_not_see_is_not_offered(company: Company) -> None:
    company.running("A-1", "First")
    other = Portfolio.objects.create(key="other", name="Other")
    PortfolioRole.objects.create(portfolio=other, person=company.ria, role="program-office")
    actions.record(portfolio=other, key="B-1", name="Elsewhere", by=company.ria)
    page = browser_of(company.perpetua).get(reverse(MINUTES)).content.decode()
    assert options(page, "keys") == ["A-1"]


def test_offering_costs_the_same_for_any_number_of_pilots(company: Company) -> None:
    client = browser_of(company.ria)

    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(MINUTES))
        return len(asked)

    company.pilot("A-0", "First")
    client.get(reverse(MINUTES))
    one = asks()
    for number in range(1, 6):
        company.pilot(f"A-{number}", f"Number {number}")
    assert asks() == one


def test_whoever_keeps_a_record_is_led_to_it_and_nobody_else(company: Company) -> None:
    pilot = company.running()
    record = reverse("admin:pilots_pilot_change", args=[pilot.pk])
    Person.objects.filter(pk__in=[company.ria.pk, company.vera.pk]).update(is_staff=True)
    keeper, reviewer = (Person.objects.get(pk=p.pk) for p in (company.ria, company.vera))
    assert record in browser_of(keeper).get(pilot_page(pilot)).content.decode()
    assert browser_of(keeper).get(record).status_code == 200
    assert record not in browser_of(reviewer).get(pilot_page(pilot)).content.decode()


def test_whoever_declined_to_answer_for_a_pilot_is_not_led_to_accept_its_risk(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, "error-owner")

    def first(person: Person) -> str:
        return getattr(browser_of(person).get(pilot_page(pilot)).context["step"], "address", "")

    assert first(company.ottilie).endswith("/accept-risk/")
    actions.nominate(gate=gate, person=company.ottilie, by=None, on=company.day(2))
    actions.decline(gate=gate, by=company.ottilie, reason="I would not answer for it.", on=company.day(1))
    assert first(company.ottilie) == ""
    page = browser_of(company.ottilie).get(pilot_page(pilot)).content.decode()
    assert "accept-risk" in page  # it stays theirs to do, among the rest
    actions.nominate(gate=gate, person=company.ottilie, by=None, on=company.day())
    actions.accept(gate=gate, by=company.ottilie)
    assert first(company.ottilie).endswith("/accept-risk/")
