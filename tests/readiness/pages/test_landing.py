"""Where people land: what only they can move comes first, the masthead counts the same, and a pilot's page says what unblocks it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import BigIntegerField, DateField
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Person
from pilots.models.compiled import Compiled
from pilots.rules import adoption
from readiness.pages.masthead import Waits
from readiness.queries import own_moves as own_moves_module
from readiness.queries.own_moves import own_moves
from readiness.queries.snapshots import snapshots_of
from tests.company import DATA, ERROR, FUNDING, LEGAL, QUALITY, SPONSOR, Company, browser_of
from tests.readiness.pages.opened import pilot_page

GATES, QUEUE = reverse("readiness:my-gates"), reverse("readiness:my-decisions")


def counts(person: Person, address: str = GATES) -> dict[str, str]:
    """What stands beside the rooms of the masthead."""
    masthead: Any = browser_of(person).get(address).context["masthead"]
    return {str(room.name): room.waits for room in masthead.rooms}


def test_the_masthead_counts_what_waits_and_says_nothing_of_nothing(company: Company) -> None:
    pilot = company.running()
    assert counts(company.ansel)["My gates"] == ""
    other = company.running("A-2", "Other")
    actions.leave(gate=company.gate(other, SPONSOR), by=company.ansel)
    actions.nominate(gate=company.gate(other, SPONSOR), by=company.ria, person=company.ansel)
    actions.decide(
        gate=company.gate(pilot, LEGAL),
        by=company.perpetua,
        outcome="changes_requested",
        reason="A list.",
        court="team",
    )
    page = browser_of(company.ansel).get(GATES)
    assert page.context["own"] == 2
    for address in (GATES, QUEUE, pilot_page(pilot)):
        assert counts(company.ansel, address)["My gates"] == "2"
        assert counts(company.perpetua, QUEUE)["My decisions"] == "1"
    assert browser_of(company.perpetua).get(QUEUE).context["page"].paginator.count == 1
    assert re.search(r'My gates <span class="count">2<span class="said"> waiting', page.content.decode())


def test_what_names_somebody_is_accepted_where_they_land(company: Company) -> None:
    company.running("A-1", "Carried")
    pilot = company.running("A-2", "Asked for")
    gate = company.gate(pilot, FUNDING)
    actions.nominate(gate=gate, by=company.ria, person=company.ansel)
    client = browser_of(company.ansel)
    page = client.get(GATES)
    assert page.context["opening"].startswith("You are named on Asked for, Funding: accept it, or say who should")
    accept = reverse("readiness:gate-action", args=[gate.public_id, "accept"])
    text = page.content.decode()
    assert f'action="{accept}"' in text
    assert text.index("Only you can move") < text.index("If you send one message today")
    [named] = page.context["named"]
    sent = {"expected_version": named.accept["expected_version"].value(), "next": GATES}
    assert client.post(accept, sent)["Location"] == GATES
    assert client.get(GATES).context["own"] == 0


def test_what_a_team_owes_a_decider_is_answered_where_its_sponsor_and_manager_land(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, LEGAL)
    actions.decide(gate=gate, by=company.perpetua, outcome="refused", reason="No.", would_change="A list of fields.")
    for who in (company.ansel, company.ottilie):
        page = browser_of(who).get(GATES)
        [owed] = page.context["owed"]
        assert owed.asked.reason == "No."
        assert "A list of fields." in page.content.decode()
    answer = reverse("readiness:gate-action", args=[gate.public_id, "answer"])
    sent = {"expected_version": owed.form["expected_version"].value(), "text": "Here it is.", "next": GATES}
    assert browser_of(company.ansel).post(answer, sent)["Location"] == GATES
    assert browser_of(company.ottilie).get(GATES).context["owed"] == []
    assert "Here it is." in browser_of(company.perpetua).get(QUEUE).content.decode()


def test_what_is_asked_of_somebody_outside_is_not_owed_by_the_team(company: Company) -> None:
    pilot = company.running()
    actions.decide(
        gate=company.gate(pilot, LEGAL),
        by=company.perpetua,
        outcome="changes_requested",
        reason="Counsel.",
        court="outside",
        until=company.day(-9),
    )
    assert own_moves(company.ansel, today()) == []


def test_what_lacks_nothing_is_declared_adopted_by_whoever_carries_it(company: Company) -> None:
    pilot = company.all_clear(company.running())
    page = browser_of(company.ansel).get(GATES)
    assert [one.pilot for one in page.context["adoptable"]] == [pilot]
    assert page.context["opening"] == "Nothing is missing on Renewal drafts: you can declare it adopted."
    adopt = reverse("readiness:pilot-action", args=[pilot.key, "adopt"])
    assert f'href="{adopt}?next={GATES}"' in page.content.decode()
    actions.set_rules(pilot=pilot, by=company.ria, success="Nobody reads every line.")
    assert browser_of(company.ansel).get(GATES).context["adoptable"] == []
    assert [one.pilot for one in browser_of(company.ottilie).get(GATES).context["to_confirm"]] == [pilot]


def test_rules_that_nobody_stated_push_no_acceptance_out_of_what_is_read(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ottilie lives with three pilots of which nobody has said a rule, all older than what names her."""
    for number in range(3):
        company.running(f"A-{number}", f"Without rules {number}", ago=300)
    gate = company.gate(company.running("B-1", "Later"), ERROR)
    actions.nominate(gate=gate, by=company.ria, person=company.ottilie)
    asked = Compiled(own_moves_module._moves, person=BigIntegerField(), at=DateField())
    monkeypatch.setattr(own_moves_module, "MOST", 1)
    monkeypatch.setattr(own_moves_module, "_MOVES", asked)
    assert [(move.action, move.gate) for move in own_moves(company.ottilie, today())] == [("accept", gate.pk)]


def test_a_manager_is_asked_for_their_word_on_rules_that_are_stated(company: Company) -> None:
    stated = company.running("A-1", "Stated")
    actions.set_rules(pilot=stated, by=company.ria, success="Nobody reads every line.")
    company.running("A-2", "Not stated")
    confirmed = company.running("A-3", "Confirmed")
    actions.set_rules(pilot=confirmed, by=company.ria, success="Nobody reads every line.")
    actions.confirm_rules(pilot=confirmed, by=company.ottilie)
    assert [(move.action, move.pilot) for move in own_moves(company.ottilie, today())] == [("confirm-rules", stated.pk)]


def test_whichever_rule_is_stated_the_statement_says_as_the_rule_does(company: Company) -> None:
    """Rule 11 has its home in `adoption.waits_for_word`; the masthead asks it of all pilots at once."""
    texts = ("acceptable_use", "trust_when", "override_when", "matters_more", "success")
    says: dict[str, Any] = dict.fromkeys(texts, "Nobody reads every line.") | {"matters_more": "accuracy"}
    stated = [company.running(f"A-{n}", name) for n, name in enumerate(texts)]
    for pilot in stated:
        actions.set_rules(pilot=pilot, by=company.ria, **{pilot.name: says[pilot.name]})
    unstated = company.running("A-9", "Not stated")
    snapshots = snapshots_of([*stated, unstated], at=today())
    waits = {one.pilot.pk for one in snapshots if adoption.waits_for_word(one.status.missing)}
    assert {move.pilot for move in own_moves(company.ottilie, today())} == waits == {pilot.pk for pilot in stated}


@pytest.mark.parametrize(("queued", "written"), [(0, ""), (999, "999"), (1000, "1,000"), (1001, "1,000+")])
def test_a_count_has_a_plus_only_where_there_are_more(company: Company, queued: int, written: str) -> None:
    waits = Waits(company.perpetua)
    waits.queued = queued
    assert waits.count("readiness:my-decisions") == written


def test_a_hand_over_that_is_pending_shows(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.nominate(gate=company.gate(pilot, ERROR), by=company.ria, person=company.vera)
    text = browser_of(company.ansel).get(GATES).content.decode()
    assert "is to be handed over from Hedda Fjorn to Vera Lund, who has not answered." in text


def test_the_queue_begins_with_what_waits_on_nothing_else(company: Company) -> None:
    company.running("A-1", "Many open", ago=50)
    last = company.all_clear(company.running("A-2", "Last open", ago=30))
    actions.decide(gate=company.gate(last, LEGAL), by=company.perpetua, outcome="withdrawn", reason="Read it again.")
    claimed = company.pilot("A-3", "Claimed", ago=60)
    actions.record_claim(pilot=claimed, on=company.day(55))
    company.pilot("A-4", "Planned", ago=70)
    page = browser_of(company.perpetua).get(QUEUE)
    assert [row.snapshot.pilot.key for row in page.context["rows"]] == ["A-2", "A-1", "A-3"]
    assert page.context["opening"].startswith("Three decisions wait on you: nothing else is open on one of the pilots")
    views = {view.word: view.many for view in page.context["views"]}
    assert views == {"": 3, "alone": 1, "running": 2, "claimed": 1, "planned": None}
    for view, keys in (("alone", ["A-2"]), ("running", ["A-2", "A-1"]), ("claimed", ["A-3"]), ("planned", ["A-4"])):
        shown = browser_of(company.perpetua).get(QUEUE, {"show": view})
        assert [row.snapshot.pilot.key for row in shown.context["rows"]] == keys


def test_any_gate_of_the_queue_is_opened_in_place_and_leads_on_to_the_next(company: Company) -> None:
    for number in range(3):
        company.running(f"A-{number}", f"Number {number}", ago=40 - number)
    client = browser_of(company.perpetua)
    rows = client.get(QUEUE).context["rows"]
    page = client.get(QUEUE, {"gate": rows[1].gate.gate.public_id})
    assert page.context["answer"].snapshot.pilot.key == "A-1"
    assert page.context["skip"] == rows[2].gate.gate.public_id
    form = page.context["answer"].form
    sent = {"outcome": "cleared", "reason": "Yes.", "expected_version": form["expected_version"].value()}
    decide = reverse("readiness:gate-action", args=[rows[1].gate.gate.public_id, "decide"])
    answered = client.post(decide, {**sent, "next": page.context["back_here"]})
    assert answered["Location"] == f"{QUEUE}#next"
    assert [row.snapshot.pilot.key for row in client.get(QUEUE).context["rows"]] == ["A-0", "A-2"]


def test_an_answer_that_cannot_be_is_not_offered(company: Company) -> None:
    pilot = company.running()
    decide = reverse("readiness:gate-action", args=[company.gate(pilot, QUALITY).public_id, "decide"])
    client = browser_of(company.tove)

    def offered() -> list[str]:
        return [word for word, _says in client.get(decide).context["form"].fields["outcome"].choices]

    assert offered() == ["changes_requested", "refused"]
    company.measured(pilot)
    assert offered() == ["cleared", "conditional", "changes_requested", "refused"]


@pytest.mark.parametrize("road", ["queue", "page", "many"])
def test_what_the_decider_said_and_the_team_answered_stands_beside_the_form(company: Company, road: str) -> None:
    pilot = company.running()
    gate = company.gate(pilot, LEGAL)
    actions.decide(gate=gate, by=company.perpetua, outcome="refused", reason="It leaves the house.")
    actions.answer(gate=gate, by=company.ottilie, text="It no longer does.")
    roads = {
        "queue": QUEUE,
        "page": reverse("readiness:gate-action", args=[gate.public_id, "decide"]),
        "many": f"{reverse('readiness:decide-many')}?gate={gate.public_id}",
    }
    text = browser_of(company.perpetua).get(roads[road]).content.decode()
    assert ("It leaves the house." in text) is (road != "many")
    assert "It no longer does." in text


def test_the_one_filled_button_says_what_unblocks_a_pilot(company: Company) -> None:
    pilot = company.running()
    asks = (company.perpetua, company.ansel, company.vera)
    says = {who: browser_of(who).get(pilot_page(pilot)).context["step"] for who in asks}
    assert says[company.perpetua].says == "Give your answer: Legal"
    assert says[company.ansel].says == "Ask Perpetua Rask: Legal"
    letter = browser_of(company.ansel).get(pilot_page(pilot)).content.decode().split('class="button first" href="')[1]
    assert letter.startswith("mailto:perpetua@example.org?")
    assert "http%3A%2F%2Ftestserver%2Fmy%2Fdecisions%2F" in letter.split('"')[0]
    assert says[company.vera] is None
    for kind, who in ((LEGAL, company.perpetua), (DATA, company.bastian)):
        actions.decide(gate=company.gate(pilot, kind), by=who, outcome="cleared", reason="Yes.")
    assert browser_of(company.ria).get(pilot_page(pilot)).context["step"].says == "Name who funds it"
    page = browser_of(company.ria).get(pilot_page(pilot)).content.decode()
    assert page.count('class="button first"') == 1
    past = browser_of(company.ria).get(pilot_page(pilot), {"as_of": company.day(10).isoformat()})
    assert past.context["step"] is None


def test_everything_that_is_missing_leads_to_where_it_is_settled(company: Company) -> None:
    pilot = company.running()
    page = browser_of(company.ria).get(pilot_page(pilot))
    found = {each.says: each.address for each in page.context["missing"]}
    funding = reverse("readiness:gate-action", args=[company.gate(pilot, FUNDING).public_id, "nominate"])
    assert funding in found.values()
    assert found["Not known: when to trust it"] == reverse("readiness:pilot-action", args=[pilot.key, "set-rules"])
    text = page.content.decode()
    for address in found.values():
        assert f'href="{address}"' in text
        assert not address.startswith("#") or f'id="{address[1:]}"' in text
    for each in browser_of(company.vera).get(pilot_page(pilot)).context["missing"]:
        assert each.address.startswith("#")
