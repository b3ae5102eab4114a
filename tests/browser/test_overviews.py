"""The overviews in a real browser: how many clicks a review takes, on paper, in forced colours, and how heavy a page is at real size."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from readiness.demo.synthetic.portfolio import make
from tests.browser.conftest import House, Visitor
from tests.browser.furniture import furnish
from tests.company import LEGAL

pytestmark = pytest.mark.browser
AT_REAL_SIZE, HEAVIEST, MOST_REQUESTS = 3_600, 100_000, 6


def withdrawn(house: House) -> Pilot:
    """A pilot that waits for Legal alone."""
    company = house.company
    pilot = company.all_clear(company.running("N-1", "Nearly", ago=20))
    actions.decide(
        gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="withdrawn", reason="Terms are to be read again."
    )
    return pilot


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reviewer_lands_on_the_move_that_frees_most_and_reads_its_letter_with_one_click(
    house: House, scripts: bool
) -> None:
    withdrawn(house)
    page = house.visit(house.company.vera, java_script_enabled=scripts).open("/")
    assert page.url.endswith(reverse("readiness:portfolio"))
    assert page.locator("h1").inner_text() == "One pilot waits for one thing only: Perpetua Rask to answer Legal."
    assert not page.locator(".letter").first.is_visible()
    page.get_by_role("link", name="Read the letter").click()
    assert page.locator(".letter").first.is_visible()
    assert "Dear Perpetua Rask," in page.locator(".letter").first.inner_text()
    assert page.get_by_role("link", name="Open in mail").first.get_attribute("href").startswith("mailto:perpetua@")


def test_what_changed_since_last_quarter_takes_two_clicks(house: House) -> None:
    withdrawn(house)
    page = house.visit(house.company.vera).open(reverse("readiness:portfolio"))
    page.get_by_role("link", name="What changed since").first.click()
    page.get_by_role("link", name="Each of them").click()
    assert "came on record" in page.locator("table[aria-labelledby=since] tbody").inner_text()


def test_on_paper_there_is_no_navigation(house: House) -> None:
    pilot = furnish(house.company)
    rooms = ("museum", "claims", "portfolio", "rights")
    pages = [reverse(f"readiness:{room}") for room in rooms] + [reverse("readiness:pilot", args=[pilot.key])]
    for address in pages:
        page = house.visit(house.company.ria).open(address)
        assert page.locator(".masthead nav").count() == 1
        page.emulate_media(media="print")
        for shown in (".masthead nav", ".masthead search", ".account", ".filters", ".pages", ".views", ".list-out"):
            for each in page.locator(shown).all():
                assert not each.is_visible(), (address, shown)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_marks_keep_their_edges_in_forced_colours_and_nothing_moves_where_that_is_asked(
    house: House,
) -> None:
    furnish(house.company)
    marks = 0
    for room in ("portfolio", "rights", "museum"):
        page = house.visit(house.company.ria, forced_colors="active", reduced_motion="reduce").open(
            reverse(f"readiness:{room}")
        )
        edges = page.evaluate(
            "[...document.querySelectorAll('.mark')].map(m => getComputedStyle(m).borderTopStyle + getComputedStyle(m).forcedColorAdjust)"
        )
        assert all(edge.endswith("none") for edge in edges), room
        marks += len(edges)
        moving = page.evaluate(
            "[...document.querySelectorAll('a, .button')].filter(a => parseFloat(getComputedStyle(a).transitionDuration) > 0).length"
        )
        assert moving == 0, room
    assert marks


@pytest.mark.thorough
def test_no_page_is_heavier_than_it_may_be_at_the_size_of_a_real_inventory(house: House) -> None:
    for _done in make(pilots=AT_REAL_SIZE, seed=3, at=today()):
        pass
    root = Person.objects.create_superuser("root@example.org", None, name="Root")
    exhibit = Pilot.objects.filter(events__action="start").order_by("key").first()
    assert exhibit is not None
    rooms = ("museum", "claims", "portfolio", "rights", "signals", "my-gates", "my-decisions", "both-sides", "search")
    heavy = []
    for address in (*(reverse(f"readiness:{room}") for room in rooms), reverse("readiness:pilot", args=[exhibit.key])):
        visitor = house.visit(root)
        many, weight = weigh(visitor, address)
        if many > MOST_REQUESTS or weight > HEAVIEST:
            heavy.append(f"{address}: {many} requests, {weight:,} bytes")
    assert heavy == []


def weigh(visitor: Visitor, address: str) -> tuple[int, int]:
    """How many requests a first view takes, and how many bytes it is when compressed."""
    answers: list[Any] = []
    visitor.page.on("response", lambda answer: answers.append(answer))
    visitor.open(address)
    visitor.page.wait_for_load_state("networkidle")
    assert answers[0].status == 200, address
    return len(answers), sum(len(gzip.compress(answer.body())) for answer in answers)
