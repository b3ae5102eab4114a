"""The office's desk, the rights and the API's page in a real browser; what prints; and what a stranger meets."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pilots.models import Person
from tests.browser.conftest import House
from tests.browser.furniture import furnish

DESK = (
    "/admin/",
    "/admin/pilots/pilot/",
    "/admin/pilots/pilot/add/",
    "/admin/pilots/decisionright/",
    "/admin/pilots/person/",
    "/admin/pilots/event/",
    "/rights/",
    "/api/v1/docs/",
)


def office(house: House) -> Person:
    """Somebody of the program office who may open the admin."""
    furnish(house.company)
    Person.objects.filter(pk=house.company.ria.pk).update(is_staff=True)
    return Person.objects.get(pk=house.company.ria.pk)


def test_the_desk_shuts_nobody_out_and_calls_nobody(house: House) -> None:
    visitor = house.visit(office(house))
    wrong: list[str] = []
    for path in DESK:
        page = visitor.open(path)
        assert page.url.endswith(path)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wrong += _sideways(page, path, width)
            # The page of the API is the library's own.
            wrong += [] if "docs" in path else _violations(page, path, width)
    assert wrong + visitor.trouble == []


def test_the_heads_of_a_list_stand_over_their_columns_and_stay_in_sight(house: House) -> None:
    person = office(house)
    for number in range(40):
        house.company.pilot(f"ZZ-{number}", "Planned")
    page = house.visit(person).open("/admin/pilots/pilot/")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 700})
        page.locator("#result_list tbody tr").last.evaluate("row => row.scrollIntoView({block: 'end'})")
        assert page.evaluate(ASTRAY) == [], width


ASTRAY = """() => {
  const heads = [...document.querySelectorAll('#result_list thead th')].map(head => head.getBoundingClientRect());
  const cells = [...document.querySelectorAll('#result_list tbody tr:last-child > *')].map(cell => cell.getBoundingClientRect());
  return heads.flatMap((head, n) => {
    if (!head.width) return [];
    const middle = (head.left + head.right) / 2;
    const over = middle >= cells[n].left && middle <= cells[n].right;
    return over && head.top >= 0 && head.bottom <= cells[n].top + 1 ? [] : [n];
  });
}"""
"""The columns whose head does not stand above its last cell, in sight. What a narrow screen leaves out has no width."""


def _violations(page: Page, path: str, width: int) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{path} at {width}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


def _sideways(page: Page, path: str, width: int) -> list[str]:
    needs = page.evaluate("document.documentElement.scrollWidth")
    return [f"{path} needs {needs} at {width}"] if needs > width else []


def test_on_paper_the_wall_stays_and_the_doors_go(house: House) -> None:
    page = house.visit(office(house)).open("/museum/")
    page.emulate_media(media="print")
    expect(page.locator(".masthead nav")).to_be_hidden()
    expect(page.locator("ol.gallery li.exhibit").first).to_be_visible()


def test_a_stranger_meets_the_sign_in_and_nothing_else(house: House) -> None:
    visitor = house.visit(house.company.vera)
    visitor.page.context.clear_cookies()
    for path in ("/", "/museum/", "/admin/", "/rights/", "/my/gates/"):
        assert "/accounts/login/" in visitor.open(path).url
