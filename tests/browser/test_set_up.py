"""From nothing to three functions, ten people and five pilots with their gates in a real browser, with clicks and page loads counted."""

from __future__ import annotations

from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pilots.models import DecisionRight, Event, Function, Person, Pilot, Portfolio
from tests.browser.conftest import House
from tests.browser.hand import Hand
from tests.company import LEGAL

pytestmark = pytest.mark.browser

PEOPLE = "\n".join(
    f"{name} <{name.split()[0].lower()}@mill.example>, {function}"
    for name, function in (
        ("Lena Lind", "Legal"),
        ("Ivan Idle", "Data"),
        ("Quin Quay", "Data"),
        ("Kai Kolb", "Legal"),
        ("Ria Rand", "Claims"),
        ("Mia Mohn", "Claims"),
        ("Sol Sand", "Claims"),
        ("Finn Feld", "Claims"),
        ("Erna Eich", "Claims"),
        ("Otto Ohm", "Legal"),
    )
)
BEFORE = {"clicks": 163, "loads": 75}
"""What the same took by the short forms alone."""


def test_from_nothing_to_a_running_office_takes_a_third_of_the_clicks_or_less(
    browser: Browser, live_server: Any
) -> None:
    house = House(browser, live_server.url, cast(Any, None))
    keeper = Person.objects.create_superuser("keeper@mill.example", None, name="Keeper")
    visitor = house.visit(keeper)
    page = visitor.open("/admin/")
    hand = Hand(page)
    hand.press("main a[href$='/admin/set-up/']")
    save = ".setup button"
    hand.type(key="claims", name="Claims")
    hand.press(save)
    hand.type(lines="Claims\nLegal\nData")
    hand.press(save)
    hand.type(lines=PEOPLE)
    hand.press(save)
    portfolio = Portfolio.objects.get()
    hand.type(**{f"office-{portfolio.pk}": "ria@mill.example"})
    hand.press(save)
    hand.type(
        **{
            "holder-everywhere-legal-sign-off": "lena@mill.example",
            "holder-everywhere-it-data-access": "ivan@mill.example",
            "holder-everywhere-quality-threshold": "quin@mill.example",
        }
    )
    hand.press(save)
    hand.type(**{f"escalation-{portfolio.pk}": "kai@mill.example"})
    hand.press(save)
    hand.press(".setup #step-pilots .acts a[href$='/add/']")
    for number in range(1, 6):
        hand.type(name=f"Sorting letters of branch {number}", workflow="Sorting letters")
        hand.page.select_option("[name=function]", label="Claims")
        hand.clicks += 1
        for section in ("running", "who"):
            hand.click(f"#section-{section} > summary")
        hand.type(
            **{
                "started_on": "2026-01-05",
                "manager": "mia@mill.example",
                "named-named-sponsor": "sol@mill.example",
                "named-funding-owner": "finn@mill.example",
                "named-error-owner": "erna@mill.example",
            }
        )
        hand.press("[name=_addanother]" if number < 5 else "[name=_save]")
    print(f"Clicks: {hand.clicks}, before {BEFORE['clicks']}. Page loads: {hand.loads}, before {BEFORE['loads']}.")
    assert (Function.objects.count(), Person.objects.count(), Pilot.objects.count()) == (3, 11, 5)
    assert set(Pilot.objects.values_list("stage", flat=True)) == {"running"}
    assert Event.objects.filter(action="nominate").count() == 15
    assert hand.clicks * 3 <= BEFORE["clicks"]
    assert hand.loads * 3 <= BEFORE["loads"]
    assert visitor.trouble == []
    for context in house.open_doors:
        context.close()


def test_the_set_up_and_the_form_of_a_new_pilot_shut_nobody_out(house: House) -> None:
    keeper = Person.objects.create_superuser("keeper@mill.example", None, name="Keeper")
    DecisionRight.objects.filter(kind__key=LEGAL).delete()
    visitor = house.visit(keeper)
    wrong: list[str] = []
    for path in (
        "/admin/set-up/",
        "/admin/set-up/?step=people",
        "/admin/set-up/?step=rights",
        "/admin/pilots/pilot/add/",
    ):
        page = visitor.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{path} is {wide} wide at {width}"] if wide > width else []
            found = Axe().run(page).response["violations"]
            wrong += [f"{path} at {width}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
    assert wrong + visitor.trouble == []


def test_a_refused_new_pilot_keeps_what_was_typed_and_opens_where_the_error_is(house: House) -> None:
    keeper = Person.objects.create_superuser("keeper@mill.example", None, name="Keeper")
    page = house.visit(keeper).open("/admin/pilots/pilot/add/")
    page.fill("[name=name]", "AI transformation of letters")
    page.locator("#section-source > summary").click()
    page.check(f"[name='yes-{LEGAL}']")
    with page.expect_navigation():
        page.click("[name=_save]")
    assert page.locator("#section-source").get_attribute("open") is not None
    assert page.locator("#section-who").get_attribute("open") is None
    assert page.locator("[name=name]").input_value() == "AI transformation of letters"
    assert "of which task?" in page.locator(".question").inner_text()
    described = page.locator("[name=name]").get_attribute("aria-describedby") or ""
    assert page.locator(f"[id='{described.split()[0]}'] .question").count() == 1


def test_a_pilot_with_everything_known_takes_a_third_of_the_clicks_or_less(house: House) -> None:
    keeper = Person.objects.create_superuser("keeper@mill.example", None, name="Keeper")
    for name in ("mia", "sol", "finn", "erna", "dora"):
        Person.objects.create_user(f"{name}@mill.example", None, name=name.title())
    visitor = house.visit(keeper)
    page = visitor.open("/admin/")
    hand = Hand(page)
    hand.press("main a[href$='/pilot/add/']")
    hand.type(name="Sorting letters of branch 9", workflow="Sorting letters", question="Is it faster?")
    hand.type(purpose="Letters wait for days.", tool="Sorter 2", data="Letters of customers")
    for name, value in (("function", "1"), ("high_impact", "1")):
        page.select_option(f"[name={name}]", index=int(value))
        hand.clicks += 1
    for section in ("running", "who", "rules", "quality", "source"):
        hand.click(f"#section-{section} > summary")
    hand.type(
        **{
            "started_on": "2026-01-05",
            "decide_by": "2026-03-05",
            "manager": "mia@mill.example",
            "named-named-sponsor": "sol@mill.example",
            "named-funding-owner": "finn@mill.example",
            "named-error-owner": "erna@mill.example",
            "acceptable_use": "Letters only.",
            "trust_when": "It is sure.",
            "override_when": "A customer complains.",
            "exceptions_to": "dora@mill.example",
            "exceptions_deputy": "erna@mill.example",
            "success": "Half the time.",
            "threshold-metric": "Share sorted right",
            "threshold-value": "0.9",
            "threshold-smallest_sample": "100",
            "source-legal-sign-off": "Register of the law department, line 12",
        }
    )
    hand.click("[name=matters_more]")
    hand.click("[name=yes-legal-sign-off]")
    hand.press("[name=_save]")
    print(f"Clicks: {hand.clicks}, before 60. Page loads: {hand.loads}, before 24.")
    pilot = Pilot.objects.get(name="Sorting letters of branch 9")
    assert (pilot.stage, pilot.manager and pilot.manager.name, pilot.success) == ("running", "Mia", "Half the time.")
    assert Event.objects.filter(pilot=pilot, action__in=("nominate", "register_threshold")).count() == 4
    assert pilot.gates.filter(kind__key=LEGAL, decisions__outcome="asserted").exists()
    assert hand.clicks * 3 <= 60
    assert hand.loads * 3 <= 24
    assert visitor.trouble == []
