"""The office's desk, the rights and the API's page in a real browser; what prints; and what a stranger meets."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pilots import actions
from tests.browser.conftest import House
from tests.browser.furniture import office_of_house

pytestmark = pytest.mark.browser

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


def test_the_desk_shuts_nobody_out_and_calls_nobody(house: House) -> None:
    visitor = house.visit(office_of_house(house.company))
    wrong: list[str] = []
    for path in DESK:
        page = visitor.open(path)
        assert page.url.endswith(path)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wrong += _sideways(page, path, width)
            wrong += _violations(page, path, width)
    assert wrong + visitor.trouble == []


def test_the_heads_of_a_list_stand_over_their_columns_and_stay_in_sight(house: House) -> None:
    person = office_of_house(house.company)
    for number in range(40):
        house.company.pilot(f"ZZ-{number}", "Planned")
    page = house.visit(person).open("/admin/pilots/pilot/")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 700})
        page.locator("#result_list tbody tr").last.evaluate("row => row.scrollIntoView({block: 'end'})")
        assert page.evaluate(ASTRAY) == [], width


def test_an_operation_of_the_api_is_drawn_when_it_is_asked_for(house: House) -> None:
    visitor = house.visit(house.company.vera)
    page = visitor.open("/api/v1/docs/")
    assert page.locator(".opblock").count() == 0
    page.get_by_role("link", name="GET /api/v1/gates/", exact=True).click()
    expect(page.locator("#operations-gates-gates_list.is-open")).to_be_visible(timeout=60_000)
    # The library warns of its own way to write a link; nothing else may be wrong.
    assert [each for each in visitor.trouble if "deep link whitespace" not in each] == []


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
    page = house.visit(office_of_house(house.company)).open("/museum/")
    page.emulate_media(media="print")
    expect(page.locator(".masthead nav")).to_be_hidden()
    expect(page.locator("ol.gallery li.exhibit").first).to_be_visible()


def test_a_stranger_meets_the_sign_in_and_nothing_else(house: House) -> None:
    visitor = house.visit(house.company.vera)
    visitor.page.context.clear_cookies()
    for path in ("/", "/museum/", "/admin/", "/rights/", "/my/gates/"):
        assert "/accounts/login/" in visitor.open(path).url


def test_a_long_list_of_functions_is_found_by_typing_and_without_script_chosen_from(house: House) -> None:
    functions = [actions.name_function(name=f"Function {number:02}", by=None) for number in range(20)]
    person = office_of_house(house.company)
    visitor = house.visit(person)
    page = visitor.open("/admin/pilots/pilot/add/")
    field = page.locator("#record-function")
    field.fill("tion 17")
    field.press("Tab")
    expect(field).to_have_value("Function 17")
    expect(page.locator("select[name=function]")).to_have_value(str(functions[17].pk))
    field.fill("Function 1")
    field.press("Tab")
    expect(page.get_by_text("None, or several, are called that.")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert _violations(page, "add", 1280) == []
    field.fill("")
    field.press("Tab")
    expect(page.locator("select[name=function]")).to_have_value("")
    bare = house.visit(person, java_script_enabled=False).open("/admin/pilots/pilot/add/")
    bare.locator("#record-function").select_option("Function 17")
    assert visitor.trouble == []


def test_a_filter_with_many_choices_is_narrowed_by_typing(house: House) -> None:
    for number in range(20):
        function = actions.name_function(name=f"Function {number:02}", by=None)
        house.company.pilot(f"FU-{number:02}", "Planned", function=function)
    visitor = house.visit(office_of_house(house.company))
    page = visitor.open("/admin/pilots/pilot/")
    page.locator("summary", has_text="By function").click()
    field = page.get_by_label("Find a function")
    field.fill("tion 17")
    filter_of = page.locator("details", has=field)
    expect(filter_of.locator("li:visible")).to_have_text(["Function 17"])
    assert _violations(page, "list", 1280) == []
    field.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    assert visitor.trouble == []


def test_a_workflow_that_is_on_record_is_offered_while_one_is_typed(house: House) -> None:
    house.company.pilot("WF-1", "Planned", workflow="Sorting parking complaints")
    visitor = house.visit(office_of_house(house.company))
    page = visitor.open("/admin/pilots/pilot/add/")
    page.locator("#record-workflow").press_sequentially("parking")
    offered = page.locator("#workflows option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "Sorting parking complaints")
    assert visitor.trouble == []
