"""Whoever lives with pilots finds them in one place, with what waits for their word (rule 11)."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from tests.company import Company, browser_of

ROOM = "readiness:my-gates"


def test_a_managers_work_begins_with_the_pilots_they_live_with(company: Company) -> None:
    company.running("A-1", "First")
    company.pilot("A-2", "Planned")
    company.running("A-3", "Somebody else’s", manager=company.hedda)
    client = browser_of(company.ottilie)
    assert client.get("/")["Location"] == reverse("readiness:my-work")
    page = client.get(reverse(ROOM))
    assert [e.snapshot.pilot.key for e in page.context["entries"]] == ["A-1", "A-2"]
    text = page.content.decode()
    assert "Ottilie Bramm, manager of 2 pilots." in text
    assert "No gate and no rules wait for your word today." in text
    assert "My gates" in text


def test_rules_that_wait_for_the_managers_word_are_named_first(company: Company) -> None:
    pilot = company.running("A-1", "First")
    company.rules(pilot)
    client, address = browser_of(company.ottilie), reverse(ROOM)
    assert not client.get(address).context["entries"][0].confirms
    actions.set_rules(pilot=pilot, by=company.ria, success="Nobody reads every line.")
    page = client.get(address)
    assert page.context["opening"] == "The rules of First wait for your word: can you work by them?"
    confirm = reverse("readiness:pilot-action", args=[pilot.key, "confirm-rules"])
    assert f"{confirm}?next={address}" in page.content.decode()
    assert "confirm-rules" not in browser_of(company.ansel).get(address).content.decode()


def test_my_work_and_my_gates_say_the_same_number_or_what_each_counts(company: Company) -> None:
    pilot = company.running("A-1", "First")
    company.rules(pilot)
    actions.set_rules(pilot=pilot, by=company.ria, success="Nobody reads every line.")
    client = browser_of(company.ottilie)
    page = client.get(reverse("readiness:my-work")).context
    assert page["opening"] == "Two things wait for your word."
    assert page["counts"] == (
        "Counted here: the rules of one pilot and how you live one pilot, step by step. "
        "My gates counts otherwise: rules that wait for you, and gates and adoptions that only you can move, one."
    )
    assert client.get(reverse(ROOM)).context["own"] == 1


def test_where_no_rule_is_stated_there_is_nothing_to_confirm(company: Company) -> None:
    company.running("A-1", "First")
    page = browser_of(company.ottilie).get(reverse(ROOM))
    assert not page.context["entries"][0].confirms


def test_whoever_carries_one_pilot_and_lives_with_another_sees_both(company: Company) -> None:
    company.running("A-1", "Carried")
    company.running("A-2", "Lived with", manager=company.ansel)
    text = browser_of(company.ansel).get(reverse(ROOM)).content.decode()
    assert "Ansel Quaye, sponsor of 2 pilots, manager of one pilot." in text
    company.pilot("A-3", "Planned", manager=company.ansel)
    page = browser_of(company.ansel).get(reverse(ROOM))
    assert [e.snapshot.pilot.key for e in page.context["entries"]] == ["A-1", "A-2", "A-3"]


def test_a_manager_is_asked_for_no_letter(company: Company) -> None:
    company.running("A-1", "First")
    assert "mailto:" not in browser_of(company.ottilie).get(reverse(ROOM)).content.decode()


def test_a_managers_page_costs_the_same_for_any_number_of_pilots(company: Company) -> None:
    client = browser_of(company.ottilie)

    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(ROOM)).status_code == 200
        return len(asked)

    company.rules(company.running("A-0", "First", ago=100))
    client.get(reverse(ROOM))
    one = asks()
    for number in range(1, 7):
        company.running(f"A-{number}", f"Number {number}", ago=100)
    assert asks() == one
