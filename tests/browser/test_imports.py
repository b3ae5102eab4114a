"""The office's pages of work and an import from upload to done, in a real browser: nobody is shut out, and the way is short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from pilots.models import Pilot
from readiness.models import ImportSession
from tests.browser.conftest import House, Visitor
from tests.browser.furniture import office_of_house, shuts_out
from tests.browser.hand import Hand

pytestmark = pytest.mark.browser

LOOKS = ((1280, "light"), (360, "light"), (360, "dark"), (1280, "dark"))
LIST = (
    "Claims inventory,,,,\n,,,,\n"
    "Use case,Owner,Status,Go-live,Cost centre\n"
    "Sorting complaints by product,ottilie@example.org,Live,2026-02-02,K-12\n"
    "Drafting replies to tenants,,PoC / on hold,2026-03-02,K-13\n"
    ",,Live,,K-14\n"
    "Reading meters from photographs,Nobody At All,somehow,soon,K-15\n"
)
PAGES = (
    *("/admin/", "/admin/pilots/pilot/", "/admin/pilots/pilot/?worklist=unnamed", "/admin/set-up/"),
    *("/admin/pilots/pilot/add/", "/admin/pilots/event/", "/admin/readiness/importsession/?problems=yes"),
    *("/museum/", "/portfolio/", "/rights/", "/my/decisions/", "/my/gates/", "/me/", "/me/leaving/"),
)


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded lists lie during a test."""
    field: Any = ImportSession._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "lists"))


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    (tmp_path / "claims.csv").write_text(LIST, encoding="utf-8")
    return tmp_path / "claims.csv"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_work_shuts_anybody_out(house: House, path: str) -> None:
    visitor = house.visit(office_of_house(house.company))
    wrong = shuts_out(visitor.open(path), path)
    assert wrong + visitor.trouble == []


def test_the_list_with_a_view_shuts_nobody_out(house: House) -> None:
    visitor = house.visit(office_of_house(house.company))
    page = visitor.open("/admin/pilots/pilot/")
    with page.expect_navigation():
        page.locator(".views a").nth(1).click()
    assert "?" in page.url
    assert shuts_out(page, page.url) + visitor.trouble == []


def test_no_page_of_an_import_shuts_anybody_out(house: House, list_file: Path) -> None:
    visitor = house.visit(office_of_house(house.company))
    wrong: list[str] = []
    import_list(visitor, list_file, at_each=lambda page, name: wrong.extend(shuts_out(page, name)))
    assert wrong + visitor.trouble == []


def import_list(visitor: Visitor, file: Path, at_each: Any = lambda _page, _name: None) -> Hand:
    """From the first page of the admin to the end of an import, by a hand that is counted."""
    page = visitor.open("/admin/")
    hand = Hand(page)
    hand.press("main a[href$='/importsession/add/']")
    at_each(page, "upload")
    hand.clicks += 1
    page.set_input_files("input[type=file]", str(file))
    hand.press("input[type=submit].default")
    at_each(page, "mapping")
    for name in page.eval_on_selector_all(
        "select[name^='word-']", "all => all.filter(one => !one.value || one.value === '?').map(one => one.name)"
    ):
        page.select_option(f"[name='{name}']", "planned")
        hand.clicks += 1
    hand.press("input[name=preview]")
    at_each(page, "preview")
    hand.press("input[name=confirm]")
    at_each(page, "done")
    return hand


@pytest.mark.parametrize("scripts", [True, False])
def test_an_import_from_upload_to_done_takes_few_clicks_and_page_loads(
    house: House, list_file: Path, scripts: bool
) -> None:
    visitor = house.visit(office_of_house(house.company), java_script_enabled=scripts)
    before = Pilot.objects.count()
    hand = import_list(visitor, list_file)
    session = ImportSession.objects.get()
    assert (session.stage, Pilot.objects.count() - before) == ("done", 3)
    print(f"Clicks: {hand.clicks}. Page loads: {hand.loads}.")
    assert (hand.clicks, hand.loads) <= (7, 5)
    assert visitor.trouble == []
