"""Rule 2: the clear states are counted separately everywhere; an exception is not a clearance, nor is a mere word."""

from __future__ import annotations

from django.urls import reverse

from pilots import actions
from pilots.models import Pilot
from readiness.text import labels
from tests.company import Stage, browser_of
from tests.readiness.pages.opened import pilot_page


def let_past(stage: Stage) -> Pilot:
    """Everything is cleared but Legal, which was let past for ten days."""
    pilot = stage.all_clear(stage.running())
    legal = stage.gate(pilot, "legal-sign-off")
    actions.decide(gate=legal, by=stage.perpetua, outcome="withdrawn", reason="Again.")
    end = stage.day(-10)
    actions.ask_exception(gate=legal, by=stage.ria, reason="Ten days.", until=end)
    actions.except_(gate=legal, by=stage.perpetua, reason="Ten days.", until=end)
    return pilot


def test_a_sponsor_reads_each_clear_state_apart(stage: Stage) -> None:
    let_past(stage)
    text = browser_of(stage.ansel).get(reverse("readiness:my-gates")).content.decode()
    until = labels.day(stage.day(-10))
    assert f"Of 6 gates, 5 cleared, 1 let past until {until}." in text


def test_a_word_without_a_decider_is_counted_apart_too(stage: Stage) -> None:
    pilot = stage.running()
    actions.assert_(gate=stage.gate(pilot, "legal-sign-off"), source="list.csv, row 4")
    page = browser_of(stage.ansel).get(reverse("readiness:my-gates"))
    assert "Of 6 gates, 1 cleared, 1 only asserted." in page.content.decode()


def test_a_pilot_on_an_exception_is_not_said_to_be_clear(stage: Stage) -> None:
    pilot = let_past(stage)
    ready = browser_of(stage.vera).get(pilot_page(pilot)).content.decode()
    assert "every gate is clear" not in ready.lower()
    until = labels.day(stage.day(-10))
    assert f"Ready: no gate is open (5 cleared, 1 let past until {until})" in ready
    actions.adopt(pilot=pilot, by=stage.ansel)
    adopted = browser_of(stage.vera).get(pilot_page(pilot)).content.decode()
    assert "Adopted since" in adopted
    assert "every gate is clear" not in adopted


def test_where_all_are_cleared_every_gate_is_clear(stage: Stage) -> None:
    pilot = stage.all_clear(stage.running())
    page = browser_of(stage.vera).get(pilot_page(pilot))
    assert page.context["sentence"].startswith("Ready: every gate is clear, and it is not declared adopted.")
