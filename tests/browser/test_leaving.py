"""Leaving, in a browser: everything is handed over with one form, looked at before it is done, and shuts nobody out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pilots.clock import today
from pilots.models import HandOver
from tests.browser.conftest import House
from tests.browser.furniture import office_of_house, shuts_out

pytestmark = pytest.mark.browser
LAST = (today() + timedelta(days=20)).isoformat()


def test_a_sponsor_asks_for_it_and_the_office_does_it(house: House) -> None:
    company = house.company
    company.running("LV-1", "Renewal drafts")
    sponsor = house.visit(company.ansel)
    page = sponsor.open("/me/")
    wrong = shuts_out(page, "what is theirs")
    page.click("a[href$='/me/leaving/']")
    page.fill("[name=last_day]", LAST)
    page.fill("[name=successor]", company.hedda.email)
    page.click("button[name=preview]")
    wrong += shuts_out(page, "preview of leaving")
    page.click("button.first")
    page.wait_for_url("**/me/")
    assert "requested of the program office" in page.inner_text("main")
    office = house.visit(office_of_house(company))
    page = office.open("/admin/")
    page.click("a[href*='leaving=requested']")
    page.click("#result_list tbody th a")
    wrong += shuts_out(page, "the person at the desk")
    page.click("a[href*='/hand-over/do/']")
    assert page.input_value("[name=last_day]") == LAST
    page.click("button[name=preview]")
    wrong += shuts_out(page, "preview at the desk")
    page.click("button.first")
    page.wait_for_url("**/change/**")
    assert "until" in page.inner_text("main")
    assert wrong + sponsor.trouble + office.trouble == []
    assert HandOver.objects.get().person == company.ansel
