"""The office's daily acts on many pilots, counted: clicks and page loads."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from pilots import actions
from pilots.models import Event, GatePeriod
from tests.browser.conftest import House, Visitor
from tests.browser.furniture import office_of_house

pytestmark = pytest.mark.browser
LIST = "/admin/pilots/pilot/"


@dataclass
class Counted:
    """What somebody does at a page, counted. A page that is opened to begin with is not."""

    page: Page
    clicks: int = 0
    loads: int = field(default=0)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def choose(self, what: Locator, value: str) -> None:
        self.clicks += 1
        what.select_option(value)

    def go(self, what: Locator) -> None:
        with self.page.expect_navigation():
            self.click(what)
        self.loads += 1


def at_the_list(house: House, number: int, **how: object) -> tuple[Visitor, Counted]:
    """The list, with so many pilots that were started today, and nothing ticked yet."""
    person = office_of_house(house.company)
    for n in range(number):
        actions.start(pilot=house.company.pilot(f"MA-{n:02}", f"Many {n}"), by=None)
    visitor = house.visit(person, **how)
    return visitor, Counted(visitor.open(f"{LIST}?q=MA-"))


def do(counted: Counted, word: str, rows: int, **typed: str) -> None:
    """Tick so many rows, choose what to do, type, look, and confirm."""
    page = counted.page
    for row in range(rows):
        counted.click(page.locator("#result_list tbody input[type=checkbox]").nth(row))
    counted.choose(page.locator("select[name=action]"), word)
    counted.go(page.get_by_role("button", name="Go", exact=True))
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    counted.go(page.locator("button[name=preview]"))
    counted.go(page.locator(".save-bar .first"))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_five_decide_by_dates_take_nine_clicks_and_three_loads(house: House, script: bool) -> None:
    visitor, counted = at_the_list(house, 7, java_script_enabled=script)
    later = house.company.day(-50).isoformat()
    do(counted, "move-decide-by", 5, to=later, reason="The board meets then.")
    print(f"five decide-by dates: {counted.clicks} clicks, {counted.loads} loads")
    assert "5 dates were moved." in counted.page.inner_text("body")
    assert (counted.clicks, counted.loads) <= (9, 3)
    assert Event.objects.filter(action="move_decide_by", batch__gt="", pilot__isnull=False).count() == 5
    assert counted.page.url.endswith("?q=MA-")
    assert visitor.trouble == []


def test_twenty_sponsors_take_a_third_of_what_they_took(house: House) -> None:
    visitor, counted = at_the_list(house, 20)
    do(counted, "nominate", 20, person=house.company.ansel.email)
    print(f"twenty sponsors: {counted.clicks} clicks, {counted.loads} loads")
    named = GatePeriod.objects.filter(nominee=house.company.ansel, last_day=None, gate__pilot__key__startswith="MA-")
    assert named.count() == 20
    assert counted.clicks <= 33
    assert counted.loads <= 26
    assert visitor.trouble == []


def test_the_preview_shuts_nobody_out(house: House) -> None:
    visitor, counted = at_the_list(house, 3)
    page = counted.page
    page.locator("#result_list tbody input[type=checkbox]").nth(0).check()
    page.locator("select[name=action]").select_option("move-decide-by")
    page.get_by_role("button", name="Go", exact=True).click()
    page.locator("[name=to]").fill(house.company.day(-50).isoformat())
    page.locator("[name=reason]").fill("The board meets then.")
    page.locator("button[name=preview]").click()
    wrong: list[str] = []
    for width, scheme in ((1280, "light"), (360, "light"), (360, "dark"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        wrong += [f"{width} {scheme}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
        needs = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"needs {needs} at {width}"] if needs > width else []
    assert wrong + visitor.trouble == []


def test_a_slash_goes_to_the_search(house: House) -> None:
    _visitor, counted = at_the_list(house, 1)
    counted.page.keyboard.press("/")
    assert counted.page.evaluate("document.activeElement.id") == "searchbar"
