"""Rule 2: the state of a gate and whose court it is in; the clear states are counted separately everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.models import Pilot
from readiness.text import labels
from tests.company import LEGAL, MARCH, SPONSOR, Company, Signed, browser_of, on, reading_of
from tests.readiness.pages.opened import pilot_page

DAY = timedelta(days=1)
UNTIL = MARCH + 9 * DAY
CONDITION = {"text": "List the fields.", "owner": None, "due": UNTIL}


@pytest.mark.parametrize(
    ("answer", "state", "court", "after"),
    [
        ({}, "waiting", "decider", ("waiting", "decider")),
        ({"outcome": "changes_requested"}, "changes_requested", "team", ("changes_requested", "team")),
        (
            {"outcome": "changes_requested", "court": "outside", "until": UNTIL},
            "changes_requested",
            "outside",
            ("changes_requested", "team"),
        ),
        ({"outcome": "refused"}, "refused", "team", ("refused", "team")),
        ({"outcome": "cleared"}, "cleared", None, ("cleared", None)),
        ({"outcome": "conditional", "conditions": [CONDITION]}, "conditional", None, ("lapsed", "team")),
        ({"outcome": "withdrawn"}, "waiting", "decider", ("waiting", "decider")),
    ],
)
def test_rule_2_an_answer_gives_the_state_and_the_court_up_to_its_last_good_day(
    cast: Signed, answer: dict[str, Any], state: str, court: str | None, after: tuple[str, str | None]
) -> None:
    if answer.get("outcome") == "withdrawn":
        cast.decide(on=MARCH)
    if "conditions" in answer:
        answer = answer | {"conditions": [CONDITION | {"owner": cast.ria.pk}]}
    if answer:
        cast.decide(on=MARCH + DAY, **answer)

    def gate(day: date) -> tuple[str, str | None]:
        found = reading_of(cast.pilot, at=day).gates[LEGAL]
        return found.state, found.court

    assert gate(UNTIL) == (state, court)
    assert gate(UNTIL + DAY) == after


def test_rule_2_let_past_it_is_excepted_until_a_day_and_then_lapsed(cast: Signed) -> None:
    actions.ask_exception(gate=cast.gate(), by=cast.ria, reason="The terms.", **on(MARCH))
    actions.except_(gate=cast.gate(), by=cast.lena, reason="Let past.", until=UNTIL, **on(MARCH))
    for day, state in ((UNTIL, ("excepted", None)), (UNTIL + DAY, ("lapsed", "decider"))):
        gate = reading_of(cast.pilot, at=day).gates[LEGAL]
        assert (gate.state, gate.court) == state


def test_rule_2_a_gate_that_nobody_decides_is_unowned(cast: Signed) -> None:
    gate = reading_of(cast.pilot, at=MARCH).gates[SPONSOR]
    assert (gate.state, gate.court) == ("unowned", "nobody")


def let_past(company: Company) -> Pilot:
    """Everything is cleared but Legal, which was let past for ten days."""
    pilot = company.all_clear(company.running())
    legal = company.gate(pilot, "legal-sign-off")
    actions.decide(gate=legal, by=company.perpetua, outcome="withdrawn", reason="Again.")
    end = company.day(-10)
    actions.ask_exception(gate=legal, by=company.ria, reason="Ten days.", until=end)
    actions.except_(gate=legal, by=company.perpetua, reason="Ten days.", until=end)
    return pilot


def test_a_sponsor_reads_each_clear_state_apart(company: Company) -> None:
    let_past(company)
    text = browser_of(company.ansel).get(reverse("readiness:my-gates")).content.decode()
    until = labels.day(company.day(-10))
    assert f"Of 6 gates, 5 cleared, 1 let past until {until}." in text


def test_a_word_without_a_decider_is_counted_apart_too(company: Company) -> None:
    pilot = company.running()
    actions.assert_(gate=company.gate(pilot, "legal-sign-off"), source="list.csv, row 4")
    page = browser_of(company.ansel).get(reverse("readiness:my-gates"))
    assert "Of 6 gates, 1 cleared, 1 only asserted." in page.content.decode()


def test_a_pilot_on_an_exception_is_not_said_to_be_clear(company: Company) -> None:
    pilot = let_past(company)
    ready = browser_of(company.vera).get(pilot_page(pilot)).content.decode()
    assert "every gate is clear" not in ready.lower()
    until = labels.day(company.day(-10))
    assert f"Ready: no gate is open (5 cleared, 1 let past until {until})" in ready
    actions.adopt(pilot=pilot, by=company.ansel)
    adopted = browser_of(company.vera).get(pilot_page(pilot)).content.decode()
    assert "Adopted since" in adopted
    assert "every gate is clear" not in adopted


def test_where_all_are_cleared_every_gate_is_clear(company: Company) -> None:
    pilot = company.all_clear(company.running())
    page = browser_of(company.vera).get(pilot_page(pilot))
    assert page.context["sentence"].startswith("Ready: every gate is clear, and it is not declared adopted.")
