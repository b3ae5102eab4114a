"""A decider's queue (rules 2 and 7): what waits on whom is the same on their page, over the API and in the sponsor's letters."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from readiness.queries.decider_queue import decider_queue
from readiness.queries.snapshots import snapshot_of
from readiness.text import letters
from tests.company import Company, browser_of
from tests.readiness.api.conftest import get

LEGAL = "legal-sign-off"


def on_page(person: Person) -> list[str]:
    rows = browser_of(person).get(reverse("readiness:my-decisions")).context["rows"]
    return [f"{row.snapshot.pilot.key} {row.gate.kind.key}" for row in rows]


def over_api(reader: Person, person: Person, more: str = "") -> list[str]:
    rows = get(reader, f"gates/?waits_on={person.email}{more}").json()["results"]
    return [f"{row['pilot']} {row['kind']}" for row in rows]


def carried_by_nobody(company: Company, key: str = "ALONE", ago: int = 40) -> Pilot:
    pilot = company.pilot(key, ago=ago)
    actions.start(pilot=pilot, by=company.ria, on=company.day(ago))
    return Pilot.objects.get(pk=pilot.pk)


def test_a_gate_of_a_pilot_that_nobody_carries_stands_in_its_deciders_queue(company: Company) -> None:
    carried_by_nobody(company)
    company.running("CARRIED", ago=30)
    for who in (company.perpetua, company.jory):
        assert on_page(who) == [f"ALONE {LEGAL}", f"CARRIED {LEGAL}"]
        assert sorted(over_api(company.vera, who)) == sorted(on_page(who))
    assert on_page(company.ines) == on_page(company.noam) == []


def test_an_escalation_person_stands_in_on_a_pilot_that_nobody_carries(company: Company) -> None:
    carried_by_nobody(company)
    for who in (company.perpetua, company.jory):
        actions.away(person=who, by=who, starts=today(), ends=today())
    assert on_page(company.ines) == over_api(company.vera, company.ines) == [f"ALONE {LEGAL}"]


def test_who_carries_a_pilot_has_its_gates_in_nobodys_queue_but_the_deputys(company: Company) -> None:
    pilot = carried_by_nobody(company)
    company.accepts("named-sponsor", pilot, company.perpetua)
    assert (on_page(company.perpetua), over_api(company.vera, company.perpetua)) == ([], [])
    assert on_page(company.jory) == [f"ALONE {LEGAL}"]


def test_no_gate_waits_before_the_start_in_a_pause_or_after_the_end(company: Company) -> None:
    company.pilot("PLANNED")
    paused, ended = carried_by_nobody(company, "PAUSED"), carried_by_nobody(company, "ENDED")
    actions.pause(pilot=paused, by=company.ria, until=company.day(-10), reason="A holiday.", on=company.day(3))
    actions.retire(pilot=ended, by=company.ria, learned="Not this way.", on=company.day(3))
    assert on_page(company.perpetua) == over_api(company.vera, company.perpetua) == []
    assert over_api(company.vera, company.perpetua, "&stage=paused") == [f"PAUSED {LEGAL}"]
    assert over_api(company.vera, company.perpetua, "&stage=retired") == []
    assert over_api(company.vera, company.perpetua, "&stage=planned") == []


def test_a_pause_that_is_over_waits_again_from_the_day_after(company: Company) -> None:
    pilot = carried_by_nobody(company)
    actions.pause(pilot=pilot, by=company.ria, until=company.day(1), reason="A holiday.", on=company.day(3))
    assert on_page(company.perpetua) == [f"ALONE {LEGAL}"]
    eve = {row.gate_id for row in decider_queue(company.perpetua, company.day(1))}
    assert eve == set()


def test_the_longest_wait_comes_first_and_an_answer_that_is_over_waits_from_the_day_after(company: Company) -> None:
    lapsed = carried_by_nobody(company, "LAPSED", ago=40)
    gate = company.gate(lapsed, LEGAL)
    actions.ask_exception(gate=gate, by=company.ria, reason="We cannot wait.", on=company.day(40))
    actions.except_(gate=gate, by=company.perpetua, reason="For a while.", until=company.day(6), on=company.day(39))
    carried_by_nobody(company, "OPEN", ago=20)
    page = browser_of(company.perpetua).get(reverse("readiness:my-decisions")).context
    assert [(w.snapshot.pilot.key, w.gate.status.days) for w in page["rows"]] == [("OPEN", 20), ("LAPSED", 5)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("court=decider", {"ALONE"}),
        ("court=team", {"ALONE"}),
        ("court=team&stage=planned", {"PLANNED"}),
        ("court=decider&stage=planned", set()),
        ("court=decider&stage=paused", {"PAUSED"}),
        ("court=decider&stage=paused&stage=running", {"PAUSED", "ALONE"}),
        ("court=team&stage=retired", set()),
        ("stage=retired", {"ENDED"}),
        ("state=waiting&kind=legal-sign-off", {"ALONE", "PLANNED", "PAUSED", "ENDED"}),
    ],
)
def test_a_court_holds_gates_that_wait_unless_a_stage_is_asked_for_by_name(
    company: Company, query: str, found: set[str]
) -> None:
    company.pilot("PLANNED")
    carried_by_nobody(company)
    paused, ended = carried_by_nobody(company, "PAUSED"), carried_by_nobody(company, "ENDED")
    actions.pause(pilot=paused, by=company.ria, until=company.day(-10), reason="A holiday.", on=company.day(3))
    actions.retire(pilot=ended, by=company.ria, learned="Not this way.", on=company.day(3))
    rows = get(company.vera, f"gates/?page_size=200&{query}").json()["results"]
    assert {row["pilot"] for row in rows} == found
    if "kind=" not in query:
        by_pilot = get(company.vera, f"pilots/?{query}").json()["results"]
        assert {row["key"] for row in by_pilot} == found


def test_the_gates_of_what_has_ended_are_nobodys_move_and_no_days_run(company: Company) -> None:
    pilot = carried_by_nobody(company, "ENDED")
    actions.retire(pilot=pilot, by=company.ria, learned="Not this way.", on=company.day(3))
    for rows in (get(company.vera, "pilots/ENDED/").json()["gates"], get(company.vera, "gates/").json()["results"]):
        assert {(row["court"], row["days"], row["state"] == "cleared") for row in rows} == {(None, None, False)}
    before = get(company.vera, f"pilots/ENDED/?as_of={company.day(4)}").json()["gates"]
    assert before[0]["court"] == "decider"
    assert before[0]["days"] == 36
    page = browser_of(company.ria).get(reverse("readiness:pilot", args=["ENDED"])).content.decode()
    assert "in the decider’s court" not in page


def test_a_letter_goes_to_whoever_may_decide_and_is_there(company: Company) -> None:
    pilot = company.running()
    letter = _letter(company, pilot)
    assert letter is not None
    assert letter.to == company.perpetua
    actions.away(person=company.perpetua, by=company.perpetua, starts=today(), ends=today())
    letter = _letter(company, pilot)
    assert letter is not None
    assert letter.to == company.jory


def test_no_letter_is_written_about_a_pilot_that_pauses(company: Company) -> None:
    pilot = company.running()
    actions.pause(pilot=pilot, by=company.ria, until=company.day(-10), reason="A holiday.", on=company.day())
    assert _letter(company, pilot) is None
    page = browser_of(company.ansel).get(reverse("readiness:my-gates"))
    assert (page.context["ask"], "Write to" in page.content.decode()) == (None, False)


def _letter(company: Company, pilot: Pilot) -> Any:
    snapshot = snapshot_of(Pilot.objects.select_related("portfolio__escalation").get(pk=pilot.pk), at=today())
    assert snapshot is not None
    return letters.of_gate(company.ansel, snapshot, snapshot.gate(LEGAL))
