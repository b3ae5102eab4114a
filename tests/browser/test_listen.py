"""The three questions on a telephone: by thumb, without scripts, and for whoever sees badly (rule 13)."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from pilots.models import FrictionReport
from tests.browser.conftest import House

pytestmark = pytest.mark.browser


def test_a_manager_answers_on_a_telephone_without_scripts(house: House) -> None:
    house.company.running()
    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False, "has_touch": True}
    page = house.visit(house.company.ottilie, **phone).open(reverse("readiness:listen"))
    page.get_by_label("Reading every line before it goes out").check()
    page.locator("input[name=rework-minutes][value='240']").check()
    page.locator("textarea[name=rework-words]").fill("I read all of it.")
    page.get_by_role("button", name="Send my answers").click()
    assert "/listen/sent/" in page.url
    row = FrictionReport.objects.get(question="rework")
    assert (row.point, row.minutes, row.sentence) == ("reading-every-line", 240, "I read all of it.")


def test_the_page_fits_360_pixels_and_shuts_nobody_out(house: House) -> None:
    house.company.running()
    visitor = house.visit(house.company.ottilie, viewport={"width": 360, "height": 740})
    for name in ("listen", "listen-sent", "privacy", "signals", "policy-gaps"):
        page = visitor.open(reverse(f"readiness:{name}"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        found = Axe().run(page)
        assert not found.response["violations"], (name, found.generate_report())
    assert not visitor.trouble
