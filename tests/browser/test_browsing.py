"""What must hold in a real browser: for whoever sees badly, has a narrow screen, no mouse, or no scripts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from pilots.models import Decision, Pilot
from tests.browser.conftest import House
from tests.browser.furniture import furnish
from tests.company import Company

pytestmark = pytest.mark.browser

ROOMS = ("my-gates", "my-decisions", "my-away", "museum", "claims", "portfolio", "rights")


def places(company: Company, pilot: Pilot) -> list[tuple[Any, str]]:
    """Every page, with somebody who uses it."""
    gate = company.gate(pilot, "legal-sign-off")
    other = company.gate(Pilot.objects.get(key="CO-015"), "legal-sign-off")
    users = {"my-gates": company.ansel, "my-decisions": company.perpetua, "my-away": company.perpetua}
    rooms = [(users.get(room, company.vera), reverse(f"readiness:{room}")) for room in ROOMS]
    return [
        *rooms,
        (company.ria, reverse("readiness:pilot", args=[pilot.key])),
        *((company.ria, reverse("readiness:pilot", args=[key])) for key in ("CO-015", "CO-018", "CO-019")),
        (company.ria, reverse("readiness:gate-action", args=[gate.public_id, "decide"])),
        (company.ria, reverse("readiness:pilot-action", args=[pilot.key, "set-rules"])),
        (company.ria, reverse("readiness:minutes")),
        (company.perpetua, f"{reverse('readiness:decide-many')}?gate={gate.public_id}&gate={other.public_id}"),
    ]


def test_no_page_shuts_anybody_out_or_calls_elsewhere(house: House) -> None:
    pilot = furnish(house.company)
    wrong = []
    for person, path in places(house.company, pilot):
        visitor = house.visit(person)
        page = visitor.open(path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        for width, scheme in ((1440, "light"), (360, "light"), (360, "dark"), (1440, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            # What is dark differs from what is light in its colours alone.
            only = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
            found = Axe().run(page, options=only)
            wrong += [
                f"{path} at {width}, {scheme}: {each['id']}: {each['nodes'][0]['html'][:160]}"
                for each in found.response["violations"]
            ]
        wrong += [f"{path}: {each}" for each in visitor.trouble]
    assert wrong == []


@pytest.mark.parametrize(
    ("direction", "widths"), [("ltr", (320, 400, 620, 760, 1000, 1280, 1600)), ("rtl", (360, 1280))]
)
def test_nothing_pushes_a_page_sideways_however_it_is_read(
    house: House, direction: str, widths: tuple[int, ...]
) -> None:
    pilot = furnish(house.company)
    wide = []
    for person, path in places(house.company, pilot):
        page = house.visit(person).open(path)
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            needs = page.evaluate("document.documentElement.scrollWidth")
            if needs > width:
                wide.append(f"{path} needs {needs} at {width}")
    assert wide == []


def test_no_table_is_walked_sideways_on_a_telephone(house: House) -> None:
    pilot = furnish(house.company)
    gates = [
        house.company.gate(each, "legal-sign-off")
        for each in (house.company.running("ZZ-1"), house.company.running("ZZ-2"))
    ]
    many = reverse("readiness:decide-many") + "?" + "&".join(f"gate={gate.public_id}" for gate in gates)
    wide = []
    for person, path in (*places(house.company, pilot), (house.company.perpetua, many)):
        page = house.visit(person).open(path)
        page.set_viewport_size({"width": 360, "height": 800})
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        wide += [f"{path}: {label}" for label in page.evaluate(WALKED)]
    assert wide == []


WALKED = """() => [...document.querySelectorAll('.scroller')]
  .filter(each => each.scrollWidth > each.clientWidth)
  .map(each => each.getAttribute('aria-label') ?? each.outerHTML.slice(0, 120))"""


def test_a_decision_is_signed_with_the_keyboard_alone(house: House) -> None:
    pilot = house.company.running()
    page = house.visit(house.company.perpetua).open(reverse("readiness:my-decisions"))
    _tab_to(page, "input[name=outcome]")
    page.keyboard.press("Space")
    _tab_to(page, "textarea[name=reason]")
    page.keyboard.type("Standard terms apply.")
    _tab_to(page, "form.action-form button.first")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    assert urlsplit(page.url).path == reverse("readiness:my-decisions")
    answer = Decision.objects.get(gate__pilot=pilot, outcome="cleared")
    assert (answer.decider, answer.reason) == (house.company.perpetua, "Standard terms apply.")


def test_a_decision_is_signed_without_scripts_after_a_refusal_that_keeps_the_text(house: House) -> None:
    pilot = house.company.running()
    visitor = house.visit(house.company.perpetua, java_script_enabled=False)
    page = visitor.open(reverse("readiness:my-decisions"))
    page.get_by_label("Yes, on conditions with a date").check()
    page.get_by_label("Reason, in a sentence").first.fill("If the fields are listed.")
    page.get_by_role("button", name="Sign this decision").click()
    assert page.locator("[role=alert]").count() == 1
    assert page.get_by_label("Reason, in a sentence").input_value() == "If the fields are listed."
    page.get_by_label("Condition", exact=True).first.fill("List the fields")
    page.get_by_label("Who meets it").first.fill("hedda@example.org")
    page.get_by_label("Last good day").first.fill(house.company.day(-20).isoformat())
    page.get_by_role("button", name="Sign this decision").click()
    assert page.locator(".done").count() == 1
    [answer] = Decision.objects.filter(gate__pilot=pilot, outcome="conditional")
    assert answer.conditions[0]["text"] == "List the fields"


def _tab_to(page: Any, wanted: str) -> None:
    """Press Tab until what is wanted has the focus, as a person without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never comes to {wanted}")
