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
from readiness.rules import offers
from readiness.text import letters
from tests.company import Stage, browser_of
from tests.readiness.api.conftest import get

LEGAL = "legal-sign-off"


def on_page(person: Person) -> list[str]:
    waits = browser_of(person).get(reverse("readiness:my-decisions")).context["waits"]
    return [f"{wait.snapshot.pilot.key} {wait.gate.kind.key}" for wait in waits]


def over_api(reader: Person, person: Person, more: str = "") -> list[str]:
    rows = get(reader, f"gates/?waits_on={person.email}{more}").json()["results"]
    return [f"{row['pilot']} {row['kind']}" for row in rows]


def carried_by_nobody(stage: Stage, key: str = "ALONE", ago: int = 40) -> Pilot:
    pilot = stage.pilot(key, ago=ago)
    actions.start(pilot=pilot, by=stage.ria, on=stage.day(ago))
    return Pilot.objects.get(pk=pilot.pk)


def test_a_gate_of_a_pilot_that_nobody_carries_stands_in_its_deciders_queue(stage: Stage) -> None:
    carried_by_nobody(stage)
    stage.running("CARRIED", ago=30)
    for who in (stage.perpetua, stage.jory):
        assert on_page(who) == [f"ALONE {LEGAL}", f"CARRIED {LEGAL}"]
        assert sorted(over_api(stage.vera, who)) == sorted(on_page(who))
    assert on_page(stage.ines) == on_page(stage.noam) == []


def test_an_escalation_person_stands_in_on_a_pilot_that_nobody_carries(stage: Stage) -> None:
    carried_by_nobody(stage)
    for who in (stage.perpetua, stage.jory):
        actions.away(person=who, by=who, starts=today(), ends=today())
    assert on_page(stage.ines) == over_api(stage.vera, stage.ines) == [f"ALONE {LEGAL}"]


def test_who_carries_a_pilot_has_its_gates_in_nobodys_queue_but_the_deputys(stage: Stage) -> None:
    pilot = carried_by_nobody(stage)
    stage.accepts("named-sponsor", pilot, stage.perpetua)
    assert (on_page(stage.perpetua), over_api(stage.vera, stage.perpetua)) == ([], [])
    assert on_page(stage.jory) == [f"ALONE {LEGAL}"]


def test_no_gate_waits_before_the_start_in_a_pause_or_after_the_end(stage: Stage) -> None:
    stage.pilot("PLANNED")
    paused, ended = carried_by_nobody(stage, "PAUSED"), carried_by_nobody(stage, "ENDED")
    actions.pause(pilot=paused, by=stage.ria, until=stage.day(-10), reason="A holiday.", on=stage.day(3))
    actions.retire(pilot=ended, by=stage.ria, learned="Not this way.", on=stage.day(3))
    assert on_page(stage.perpetua) == over_api(stage.vera, stage.perpetua) == []
    assert over_api(stage.vera, stage.perpetua, "&stage=paused") == [f"PAUSED {LEGAL}"]
    assert over_api(stage.vera, stage.perpetua, "&stage=retired") == []
    assert over_api(stage.vera, stage.perpetua, "&stage=planned") == []


def test_a_pause_that_is_over_waits_again_from_the_day_after(stage: Stage) -> None:
    pilot = carried_by_nobody(stage)
    actions.pause(pilot=pilot, by=stage.ria, until=stage.day(1), reason="A holiday.", on=stage.day(3))
    assert on_page(stage.perpetua) == [f"ALONE {LEGAL}"]
    eve = {row.gate_id for row in decider_queue(stage.perpetua, stage.day(1))}
    assert eve == set()


def test_the_longest_wait_comes_first_and_an_answer_that_is_over_waits_from_the_day_after(stage: Stage) -> None:
    lapsed = carried_by_nobody(stage, "LAPSED", ago=40)
    gate = stage.gate(lapsed, LEGAL)
    actions.ask_exception(gate=gate, by=stage.ria, reason="We cannot wait.", on=stage.day(40))
    actions.except_(gate=gate, by=stage.perpetua, reason="For a while.", until=stage.day(6), on=stage.day(39))
    carried_by_nobody(stage, "OPEN", ago=20)
    page = browser_of(stage.perpetua).get(reverse("readiness:my-decisions")).context
    assert [(w.snapshot.pilot.key, w.gate.status.days) for w in page["waits"]] == [("OPEN", 20), ("LAPSED", 5)]


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
    stage: Stage, query: str, found: set[str]
) -> None:
    stage.pilot("PLANNED")
    carried_by_nobody(stage)
    paused, ended = carried_by_nobody(stage, "PAUSED"), carried_by_nobody(stage, "ENDED")
    actions.pause(pilot=paused, by=stage.ria, until=stage.day(-10), reason="A holiday.", on=stage.day(3))
    actions.retire(pilot=ended, by=stage.ria, learned="Not this way.", on=stage.day(3))
    rows = get(stage.vera, f"gates/?page_size=200&{query}").json()["results"]
    assert {row["pilot"] for row in rows} == found
    if "kind=" not in query:
        by_pilot = get(stage.vera, f"pilots/?{query}").json()["results"]
        assert {row["key"] for row in by_pilot} == found


def test_the_gates_of_what_has_ended_are_nobodys_move_and_no_days_run(stage: Stage) -> None:
    pilot = carried_by_nobody(stage, "ENDED")
    actions.retire(pilot=pilot, by=stage.ria, learned="Not this way.", on=stage.day(3))
    for rows in (get(stage.vera, "pilots/ENDED/").json()["gates"], get(stage.vera, "gates/").json()["results"]):
        assert {(row["court"], row["days"], row["state"] == "cleared") for row in rows} == {(None, None, False)}
    before = get(stage.vera, f"pilots/ENDED/?as_of={stage.day(4)}").json()["gates"]
    assert before[0]["court"] == "decider"
    assert before[0]["days"] == 36
    page = browser_of(stage.ria).get(reverse("readiness:pilot", args=["ENDED"])).content.decode()
    assert "in the decider’s court" not in page


def test_a_letter_goes_to_whoever_may_decide_and_is_there(stage: Stage) -> None:
    pilot = stage.running()
    letter = _letter(stage, pilot)
    assert letter is not None
    assert letter.to == stage.perpetua
    actions.away(person=stage.perpetua, by=stage.perpetua, starts=today(), ends=today())
    letter = _letter(stage, pilot)
    assert letter is not None
    assert letter.to == stage.jory


def test_no_letter_is_written_about_a_pilot_that_pauses(stage: Stage) -> None:
    pilot = stage.running()
    actions.pause(pilot=pilot, by=stage.ria, until=stage.day(-10), reason="A holiday.", on=stage.day())
    assert _letter(stage, pilot) is None
    page = browser_of(stage.ansel).get(reverse("readiness:my-gates"))
    assert (page.context["ask"], "Write to" in page.content.decode()) == (None, False)


def _letter(stage: Stage, pilot: Pilot) -> Any:
    snapshot = snapshot_of(Pilot.objects.select_related("portfolio__escalation").get(pk=pilot.pk), at=today())
    assert snapshot is not None
    return letters.of_gate(stage.ansel, snapshot, snapshot.gate(LEGAL), away=offers.away_on(today()))
