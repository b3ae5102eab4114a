"""The brief of a signal on paper: what is taken into a meeting fits on a page or two, and nothing on it is to be clicked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pilots import actions
from pilots.clock import today
from tests.browser.conftest import House
from tests.managers import BURDEN, Managers

pytestmark = pytest.mark.browser

LONG = (
    "I read every line of it before it goes out, since nobody has told me which of them may go out without me, and why. "
    * 2
)
ON_PAPER = ("Which messages may go out unread?", "Hedda", "Signal since", "I read every line of it", "Finance")
NOT_ON_PAPER = (
    "Search pilots and people",
    "Put another question about it",
    "The question and its pilots",
    "All signals",
)


def test_a_full_brief_is_printed_on_two_pages_at_the_most(house: House) -> None:
    managers, office = Managers(house.company.portfolio), house.company.ria
    for number in range(16):
        managers.joins(f"m{number}", ("Finance", "People", "Logistics", "Marketing")[number % 4])
        managers.reports(f"m{number}", BURDEN, sentence=f"{number}. {LONG}")
    says = {"portfolio": managers.portfolio, "by": office, "owner": house.company.hedda, "point": BURDEN}
    for question in ("Which messages may go out unread?", "Who answers for one that goes wrong?"):
        due = today() + timedelta(days=9)
        actions.open_policy_gap(question=question, due=due, pilots=managers.pilots.values(), **says)
    page = house.visit(office).open(f"/signals/{BURDEN}/")
    paper = page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", paper)) <= 2
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert [part for part in ON_PAPER if part.casefold() not in text.casefold()] == []
    assert [part for part in NOT_ON_PAPER if part in text] == []
    assert page.locator("nav:visible, form:visible, input:visible, button:visible").count() == 0
