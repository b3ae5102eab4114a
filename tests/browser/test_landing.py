"""Where people land, by hand: how many clicks it takes, and that what was typed outlives a session."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from pilots import actions
from pilots.models import Decision, Person, Pilot
from tests.browser.conftest import House
from tests.browser.furniture import shuts_out
from tests.browser.hand import Hand
from tests.company import FUNDING, LEGAL

pytestmark = [pytest.mark.browser, pytest.mark.thorough]


def decided(pilot: Pilot, outcome: str = "cleared") -> Decision | None:
    return Decision.objects.filter(gate__pilot=pilot, outcome=outcome).first()


def test_a_sponsor_accepts_in_one_click_from_landing(house: House) -> None:
    company = house.company
    company.running("A-1", "Carried")
    pilot = company.running("A-2", "Asked for")
    actions.nominate(gate=company.gate(pilot, FUNDING), by=company.ria, person=company.ansel)
    visitor = house.visit(company.ansel)
    page = visitor.open("/")
    hand = Hand(page)
    hand.press("form.action-form button.first")
    assert decided(pilot, "accepted") is not None
    assert hand.clicks == 1
    assert page.url.endswith(reverse("readiness:my-gates"))
    expect(page.locator("#only-you")).to_have_count(0)
    assert visitor.trouble == []


def test_a_decider_clears_in_two_clicks_and_a_sentence_and_comes_to_the_next(house: House) -> None:
    company = house.company
    first, second = company.running("A-1", "First", ago=40), company.running("A-2", "Second", ago=30)
    page = house.visit(company.perpetua).open("/")
    hand = Hand(page)
    hand.click("input[value=cleared]")
    hand.type(reason="Standard terms apply.")
    hand.press("form.action-form button.first")
    assert hand.clicks == 2
    assert decided(first) is not None
    assert decided(second) is None
    expect(page.locator("#next-h")).to_contain_text("Second")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_part_of_the_form_appears_with_the_answer_that_needs_it(house: House, scripts: bool) -> None:
    house.company.running()
    page = house.visit(house.company.perpetua, java_script_enabled=scripts).open(reverse("readiness:my-decisions"))
    parts = {
        "conditional": page.get_by_text("The conditions, each with a person and a date"),
        "refused": page.get_by_text("After a no: what would change it"),
        "changes_requested": page.get_by_text("Whose move it is after that"),
    }
    for part in parts.values():
        expect(part).not_to_be_visible()
    for answer in parts:
        page.check(f"input[value={answer}]")
        for other, part in parts.items():
            (expect(part).to_be_visible if other == answer else expect(part).not_to_be_visible)()


def test_the_landing_pages_shut_nobody_out(house: House) -> None:
    company = house.company
    pilot = company.running("A-1", "Before")
    actions.decide(gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="cleared", reason="Fine.")
    other = company.running("A-2", "Now")
    actions.nominate(gate=company.gate(other, FUNDING), by=company.ria, person=company.ansel)
    wrong = []
    for who, address in (
        (company.ansel, reverse("readiness:my-gates")),
        (company.perpetua, reverse("readiness:my-decisions")),
        (company.ria, reverse("readiness:pilot", args=[other.key])),
    ):
        visitor = house.visit(who)
        wrong += shuts_out(visitor.open(address), address) + visitor.trouble
    assert wrong == []


# A session that ends while somebody types


def signs_in_again(page: Page, person: Person) -> None:
    """Sign in by the page that the expired session leads to."""
    person.set_password("correct horse battery staple")
    person.save()
    page.fill("input[name=login]", person.email)
    page.fill("input[name=password]", "correct horse battery staple")
    with page.expect_navigation():
        page.click("main button[type=submit]")


def _decides(house: House, pilot: Pilot) -> Any:
    page = house.visit(house.company.perpetua).open(reverse("readiness:my-decisions"))
    page.check("input[value=cleared]")
    page.fill("textarea[name=reason] >> nth=0", "My own words.")
    return page, house.company.perpetua, "form.action-form button.first", "textarea[name=reason]"


def _retires(house: House, pilot: Pilot) -> Any:
    page = house.visit(house.company.ria).open(reverse("readiness:pilot-action", args=[pilot.key, "retire"]))
    page.fill("textarea[name=learned]", "My own words.")
    return page, house.company.ria, "form.action-form button.first", "textarea[name=learned]"


def _together(house: House, pilot: Pilot) -> Any:
    gate = house.company.gate(pilot, LEGAL).public_id
    page = house.visit(house.company.perpetua).open(f"{reverse('readiness:decide-many')}?gate={gate}")
    page.check("input[value=cleared]")
    page.fill("textarea[name=reason]", "My own words.")
    return page, house.company.perpetua, "form.action-form button.first", "textarea[name=reason]"


def _of_admin(house: House, pilot: Pilot) -> Any:
    Person.objects.filter(pk=house.company.ria.pk).update(is_staff=True)
    person = Person.objects.get(pk=house.company.ria.pk)
    page = house.visit(person).open(reverse("admin:pilots_pilot_change", args=[pilot.pk]))
    page.fill("[name=purpose]", "My own words.")
    return page, person, "[name=_save]", "[name=purpose]"


@pytest.mark.parametrize("types", [_decides, _retires, _together, _of_admin])
def test_an_expired_session_returns_to_the_same_form_with_its_text(house: House, types: Any) -> None:
    pilot = house.company.running()
    page, person, button, field = types(house, pilot)
    Session.objects.all().delete()
    with page.expect_navigation():
        page.locator(button).first.click()
    assert "/accounts/login/" in page.url
    signs_in_again(page, person)
    assert page.locator(field).first.input_value() == "My own words."
    assert "Your session had ended." in page.content()
    assert decided(pilot) is None
