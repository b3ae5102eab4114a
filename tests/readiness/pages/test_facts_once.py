"""A pilot's page says a fact once: the days that its placard says, and of a gate whose move it is and for how long."""

from __future__ import annotations

import re

from django.utils.html import strip_tags

from pilots import actions
from readiness.text import labels
from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page


def parts(page: str) -> dict[str, str]:
    """The text of the page's parts, by the name of the heading that each is labelled by."""
    found = re.findall(r'<(?:section|article)[^>]*aria-labelledby="(\w+)">(.*?)</(?:section|article)>', page, re.DOTALL)
    return {name: " ".join(strip_tags(text.replace("</dt>", "</dt> ")).split()) for name, text in found}


def test_an_exhibits_placard_says_its_days_and_nothing_beside_it_does(company: Company) -> None:
    pilot = company.running(ago=200)
    said = parts(browser_of(company.ansel).get(pilot_page(pilot)).content.decode())["name"]
    assert said.startswith("Museum exhibit Renewal drafts")
    for day in (company.day(200 - 42), company.day(200 - 42 - 30)):
        assert said.count(labels.day(day)) == 1, said


def test_a_pilot_without_a_placard_says_since_when_it_runs(company: Company) -> None:
    said = parts(browser_of(company.ansel).get(pilot_page(company.running())).content.decode())["name"]
    assert f"Ran from {labels.day(company.day(40))}. To be decided by" in said


def test_whose_move_a_gate_is_and_for_how_long_stands_in_the_table_of_gates_alone(company: Company) -> None:
    said = parts(browser_of(company.ansel).get(pilot_page(company.running())).content.decode())
    assert "Legal: waiting" in said["missing"]
    assert "Perpetua Rask" not in said["missing"]
    assert "40 days" not in said["missing"]
    assert "Perpetua Rask" in said["gates"]
    assert "An answer was due on" in said["gates"]
    assert "With the decider since" not in said["gates"]


def test_since_when_it_is_with_the_decider_is_said_where_that_is_another_day(company: Company) -> None:
    pilot = company.running()
    company.measured(pilot, ago=5)
    said = parts(browser_of(company.ansel).get(pilot_page(pilot)).content.decode())["gates"]
    assert f"With the decider since {labels.day(company.day(5))}" in said


def test_a_rule_that_is_not_known_is_named_among_what_is_missing_alone(company: Company) -> None:
    pilot = company.running()
    actions.set_rules(pilot=pilot, by=company.ria, success="Nobody reads every line.")
    said = parts(browser_of(company.ansel).get(pilot_page(pilot)).content.decode())
    assert "Not known: when to trust it" in said["missing"]
    assert "Trust it when" not in said["rules"]
    assert "Success is Nobody reads every line." in said["rules"]
