"""How a workflow was announced, typed as rows of fields with the words that are known offered; and as lines, where no script runs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pilots import actions
from pilots.models import OfficialWorkflow, Pilot
from tests.browser.conftest import House

pytestmark = pytest.mark.browser

STEPS = [
    {"name": "Model drafts", "minutes": 1, "who": "Model", "tool": "Quill"},
    {"name": "Agent corrects", "minutes": 3, "who": "Agent", "counts_as": "rework"},
]


def announced(house: House) -> tuple[Pilot, str]:
    pilot = house.company.running()
    actions.announce_workflow(pilot=pilot, by=house.company.ria, steps=STEPS)
    return pilot, reverse("readiness:pilot-action", args=[pilot.key, "announce-workflow"])


def steps_of(pilot: Pilot) -> list[tuple[str, int, str, str, str]]:
    row = OfficialWorkflow.objects.filter(pilot=pilot).latest("pk")
    return list(row.steps.values_list("name", "minutes", "who", "tool", "counts_as"))


def test_a_step_is_added_with_the_keyboard_and_its_words_are_offered(house: House) -> None:
    pilot, address = announced(house)
    visitor = house.visit(house.company.ria, viewport={"width": 360, "height": 740})
    page = visitor.open(address)
    assert page.get_by_label("What happens, step 1").input_value() == "Model drafts"
    assert page.get_by_label("Counts as, step 2").input_value() == "rework"
    offered = page.evaluate("[...document.getElementById('step-who').options].map((option) => option.value)")
    assert offered == ["Agent", "Model"]
    assert page.get_by_label("Who, step 3").get_attribute("list") == "step-who"
    page.get_by_label("What happens, step 3").fill("Send; at once")
    assert page.get_by_label("What happens, step 4").count() == 1, "there is always room for one more"
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.type("Agent")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "announce" not in url)
    assert steps_of(pilot) == [
        ("Model drafts", 1, "Model", "Quill", "work"),
        ("Agent corrects", 3, "Agent", "", "rework"),
        ("Send, at once", 2, "Agent", "", "work"),
    ]
    assert not visitor.trouble


def test_lines_can_be_written_and_what_is_wrong_with_one_is_said(house: House) -> None:
    pilot, address = announced(house)
    page = house.visit(house.company.ria).open(address)
    page.get_by_role("button", name="Write as lines").click()
    lines = page.locator("textarea[name=steps]")
    assert lines.input_value().splitlines() == [
        "Model drafts; 1; Model; Quill; work",
        "Agent corrects; 3; Agent; ; rework",
    ]
    lines.fill("Send; soon")
    page.get_by_role("button", name="Show as fields").click()
    assert page.get_by_label("Minutes, step 1").input_value() == "soon"
    page.locator(".action-form .button").click()
    assert "Line 1:" in page.locator(".field.error").first.inner_text()
    assert page.get_by_label("Minutes, step 1").input_value() == "soon"
    assert len(steps_of(pilot)) == 2


def test_without_script_the_lines_are_written(house: House) -> None:
    pilot, address = announced(house)
    page = house.visit(house.company.ria, java_script_enabled=False).open(address)
    page.locator("textarea[name=steps]").fill("Send; 1; Agent")
    page.locator(".action-form .button").click()
    assert steps_of(pilot) == [("Send", 1, "Agent", "", "work")]
