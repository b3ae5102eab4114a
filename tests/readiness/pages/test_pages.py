"""The pages for people: who sees what, that it opens with the sentence, and that it costs the same for any number of rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import Decision, Event, GateKind, Person
from readiness.text import labels
from tests.company import Company, browser_of
from tests.readiness.pages.opened import gate_event, pilot_page, post

ROOMS = ("my-gates", "my-decisions", "museum", "claims", "portfolio")


@pytest.mark.parametrize("room", ROOMS)
def test_an_empty_room_says_so_in_a_sentence(company: Company, room: str) -> None:
    page = browser_of(company.noam).get(reverse(f"readiness:{room}"))
    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()


@pytest.mark.parametrize("room", ROOMS)
def test_a_stranger_is_asked_to_sign_in(company: Company, room: str) -> None:
    page = Client().get(reverse(f"readiness:{room}"))
    assert page.status_code == 302
    assert "/accounts/login/" in page["Location"]


def test_what_one_may_not_see_is_not_there_and_what_one_may_not_do_is_refused(company: Company) -> None:
    pilot = company.running()
    start = reverse("readiness:pilot-action", args=[pilot.key, "retire"])
    decide = gate_event(company, pilot, "legal-sign-off", "decide")
    for address in (pilot_page(pilot), start, decide):
        assert browser_of(company.noam).get(address).status_code == 404
        assert browser_of(company.noam).post(address).status_code in (404, 405)
    assert browser_of(company.vera).get(pilot_page(pilot)).status_code == 200
    for address in (start, decide):
        assert browser_of(company.vera).get(address).status_code == 403
    before = Event.objects.count()
    expected_version = browser_of(company.ria).get(decide).context["form"]["expected_version"].value()
    sent = {"expected_version": expected_version, "outcome": "cleared", "reason": "Yes."}
    assert browser_of(company.vera).post(decide, sent).status_code == 403
    assert Event.objects.count() == before


def test_an_act_that_is_none_is_not_there(company: Company) -> None:
    pilot = company.running()
    for action in ("record-claim", "delete"):
        address = reverse("readiness:pilot-action", args=[pilot.key, action])
        assert browser_of(company.ria).get(address).status_code == 404


def test_acts_are_offered_to_whoever_may_do_them_and_to_nobody_else(company: Company) -> None:
    pilot = company.running()
    offered = {
        who: [action for action, _title in browser_of(who).get(pilot_page(pilot)).context["offers"]]
        for who in (company.ria, company.ansel, company.ottilie, company.vera)
    }
    assert offered[company.vera] == []
    assert offered[company.ansel] == [
        *("adopt", "accept-risk", "record-residents"),
        *("give-account", "answer-pulse", "announce-workflow", "retire"),
    ]
    assert "move-decide-by" in offered[company.ria]
    assert "start" not in offered[company.ria]
    assert "confirm-rules" not in offered[company.ottilie]  # there are none to confirm
    company.rules(pilot)
    actions.set_rules(pilot=pilot, by=company.ria, success="Nobody reads every line.")
    page = browser_of(company.ottilie).get(pilot_page(pilot))
    assert "confirm-rules" in [action for action, _title in page.context["offers"]]


def test_a_past_day_is_shown_as_it_was_and_nothing_can_be_done_there(company: Company) -> None:
    pilot = company.all_clear(company.running())
    then = company.day(10).isoformat()
    page = browser_of(company.ria).get(pilot_page(pilot), {"as_of": then})
    assert page.context["offers"] == []
    assert len(page.context["now"].blocked_by) == 5
    assert browser_of(company.ria).get(pilot_page(pilot)).context["now"].blocked_by == []
    early = browser_of(company.ria).get(pilot_page(pilot), {"as_of": "2001-01-01"})
    assert early.status_code == 404
    odd = browser_of(company.ria).get(pilot_page(pilot), {"as_of": "yesterday"})
    assert "not a date" in odd.content.decode()


def test_the_sponsors_page_opens_with_whom_to_write_to_today(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome="withdrawn", reason="Read it again."
    )
    page = browser_of(company.ansel).get(reverse("readiness:my-gates"))
    assert page.context["opening"].startswith(
        "Write to Perpetua Rask today about Legal: it is the last open gate on one of your pilots"
    )
    letter = page.context["ask"]
    assert letter.to == company.perpetua
    assert "Renewal drafts, Legal: waiting since today. With the decider since" in letter.body
    assert letter.mailto.startswith("mailto:perpetua@example.org?subject=")


def test_where_nobody_is_left_to_escalate_to_the_sponsors_page_says_so(company: Company) -> None:
    company.running()
    page = browser_of(company.ansel).get(reverse("readiness:my-gates")).content.decode()
    assert "Escalate to Ines Thorvall" in page
    actions.close_account(person=company.ines, by=company.ria)
    page = browser_of(company.ansel).get(reverse("readiness:my-gates")).content.decode()
    assert "Escalate to" not in page
    assert "There is nobody left to escalate to" in page


def test_a_decider_is_told_since_when_it_has_been_with_them(company: Company) -> None:
    pilot = company.running(ago=40)
    company.measured(pilot, ago=5)
    page = browser_of(company.tove).get(reverse("readiness:my-decisions"))
    wait = page.context["answer"]
    assert (wait.due.since, wait.due.is_overdue(today())) == (company.day(5), False)
    assert f"With the decider since {labels.day(company.day(5))}; an answer is due by" in page.content.decode()


def test_a_day_that_has_not_come_is_charged_to_nobody(company: Company) -> None:
    pilot = company.running(ago=40)

    def days(ago: int) -> int:
        page = browser_of(company.ria).get(pilot_page(pilot), {"as_of": company.day(ago).isoformat()})
        return sum(share.days for share in page.context["courts"])

    # Five gates are open from the start on, and Ansel carries the sixth.
    assert (days(30), days(0), days(-30)) == (5 * 10, 5 * 40, 5 * 40)


def test_the_decider_sees_what_they_approve_and_what_changed_since(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.amend(pilot=pilot, by=company.ria, set={"tool": "Drafter 2"})
    page = browser_of(company.perpetua).get(reverse("readiness:my-decisions"))
    wait = page.context["answer"]
    assert ("The tool", "Drafter 2") in [(f.name, f.value) for f in wait.facts]
    [changed] = wait.changes
    assert changed.says.startswith("the tool changed from “Drafter 1” to “Drafter 2” on ")
    assert "1 decision" not in page.content.decode()
    assert page.context["opening"].startswith("One decision waits on you. The first is")


def test_the_longest_wait_comes_first_and_the_deputy_sees_it_too(company: Company) -> None:
    company.running("A-1", "Newer", ago=10)
    company.running("A-2", "Older", ago=30)
    for person in (company.perpetua, company.jory):
        page = browser_of(person).get(reverse("readiness:my-decisions"))
        assert [w.snapshot.pilot.name for w in page.context["rows"]] == ["Older", "Newer"]


def test_a_decision_is_signed_from_the_queue_and_leads_back_to_it(company: Company) -> None:
    pilot = company.running()
    queue = reverse("readiness:my-decisions")
    answer = post(
        browser_of(company.perpetua),
        gate_event(company, pilot, "legal-sign-off", "decide"),
        outcome="cleared",
        reason="Standard terms.",
        next=queue,
    )
    assert (answer.status_code, answer["Location"]) == (302, queue)
    assert Decision.objects.get(gate__pilot=pilot, outcome="cleared").decider == company.perpetua


def test_nobody_is_led_to_a_foreign_page(company: Company) -> None:
    pilot = company.running()
    answer = post(
        browser_of(company.perpetua),
        gate_event(company, pilot, "legal-sign-off", "decide"),
        outcome="cleared",
        reason="Yes.",
        next="https://elsewhere.example/",
    )
    assert answer["Location"] == pilot_page(pilot)


def test_a_refused_adoption_lists_exactly_what_is_missing(company: Company) -> None:
    pilot = company.running()
    page = post(browser_of(company.ansel), reverse("readiness:pilot-action", args=[pilot.key, "adopt"]))
    assert page.status_code == 409
    text = page.content.decode()
    assert "It cannot be adopted today." in text
    assert "Legal: Perpetua Rask has not answered, 40 days" in text
    assert "Not known: when to trust it" in text


def test_whoever_was_overtaken_reads_by_whom_and_keeps_their_words(company: Company) -> None:
    pilot = company.running()
    address = gate_event(company, pilot, "legal-sign-off", "decide")
    client = browser_of(company.perpetua)
    expected_version = client.get(address).context["form"]["expected_version"].value()
    actions.decide(gate=company.gate(pilot, "legal-sign-off"), by=company.jory, outcome="cleared", reason="Fine.")
    sent = {"expected_version": expected_version, "outcome": "refused", "reason": "My own words."}
    page = client.post(address, sent)
    assert page.status_code == 412
    text = page.content.decode()
    assert re.search(r"\d{4}, \d\d:\d\d: Jory Mellin: Legal: cleared until [\w ]+\.", text), (
        "when it was done reads as no part of the term"
    )
    assert "My own words." in text
    again = page.context["form"]["expected_version"].value()
    assert client.post(address, sent | {"expected_version": again}).status_code == 302


def test_one_more_condition_is_asked_for_and_nothing_typed_is_judged(company: Company) -> None:
    pilot = company.running()
    address = gate_event(company, pilot, "legal-sign-off", "decide")
    client = browser_of(company.perpetua)
    sent = {"another": "1", "reason": "If only.", "conditions.2.text": "A list"}
    page = client.post(address, sent)
    assert page.status_code == 200
    form = page.context["form"]
    assert form.rows[2]["text"].value() is None
    assert (form["reason"].value(), form.rows[1]["text"].value()) == ("If only.", "A list")
    assert not form.errors


def test_what_one_accepts_is_spelled_out_and_signed_in_ones_own_name(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, "error-owner")
    actions.nominate(gate=gate, by=company.ria, person=company.hedda)
    queue = reverse("readiness:my-decisions")
    page = browser_of(company.hedda).get(queue)
    [named] = page.context["named"]
    assert named.spelled_out.startswith("When “Renewal drafts” is wrong, I answer for it")
    accept = reverse("readiness:gate-action", args=[gate.public_id, "accept"])
    assert post(browser_of(company.hedda), accept, next=queue).status_code == 302
    assert browser_of(company.ansel).get(accept).status_code == 403
    assert browser_of(company.hedda).get(queue).context["named"] == []


def test_the_museum_hangs_what_stalled_and_its_second_room_what_is_claimed(company: Company) -> None:
    company.running("A-1", "Stalled", ago=100)
    company.running("A-2", "Moves", ago=5)
    claimed = company.pilot("A-3", "Said to be adopted", ago=30)
    actions.record_claim(pilot=claimed, on=company.day(20))
    first = browser_of(company.vera).get(reverse("readiness:museum"))
    assert [work.snapshot.pilot.name for work in first.context["hung"]] == ["Stalled"]
    second = browser_of(company.vera).get(reverse("readiness:claims"))
    assert [w.snapshot.pilot.name for w in second.context["hung"]] == ["Said to be adopted"]
    none = browser_of(company.vera).get(reverse("readiness:museum"), {"gate": "named-sponsor"})
    assert none.context["hung"] == []


def test_the_tally_counts_every_pilot_once(company: Company) -> None:
    company.running("A-1", "Stalled", ago=100)
    company.running("A-2", "Moves", ago=5)
    company.pilot("A-3", "Planned")
    page = browser_of(company.vera).get(reverse("readiness:portfolio"))
    tally = {figure.counts: figure.number for figure in page.context["tally"]}
    assert tally == {"planned": 1, "moving": 1, "museum exhibit": 1}
    assert [row.snapshot.pilot.key for row in page.context["rows"]] == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    ("room", "who"), [("my-gates", "ansel"), ("my-decisions", "perpetua"), ("museum", "vera"), ("portfolio", "vera")]
)
def test_a_room_asks_as_often_for_one_pilot_as_for_nine(company: Company, room: str, who: str) -> None:
    client = browser_of(getattr(company, who))
    address = reverse(f"readiness:{room}")

    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    company.running("A-0", "First", ago=100)
    client.get(address)
    one = asks()
    for number in range(1, 9):
        company.running(f"A-{number}", f"Number {number}", ago=100)
    assert asks() == one
    assert one <= 34


def test_a_pilots_page_asks_as_often_for_a_long_history_as_for_a_short_one(company: Company) -> None:
    pilot = company.running()
    client = browser_of(company.ria)

    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(pilot_page(pilot)).status_code == 200
        return len(asked)

    client.get(pilot_page(pilot))
    short = asks()
    for number in range(12):
        outcome = "cleared" if number % 2 else "refused"
        actions.decide(gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome=outcome, reason="So.")
    assert asks() == short


def test_no_text_of_a_pilot_becomes_a_part_of_the_page(company: Company) -> None:
    evil = "<script>alert(1)</script>"
    pilot = company.running("A-1", evil, ago=100, tool=evil, workflow=evil)
    for address in (pilot_page(pilot), *(reverse(f"readiness:{r}") for r in ROOMS)):
        assert evil not in browser_of(company.ria).get(address).content.decode()
        assert evil not in browser_of(company.ansel).get(address).content.decode()


def left_to(company: Company, person: Person, **more: Any) -> Any:
    """Perpetua decides for Legal alone, and somebody is the escalation person of her right."""
    legal = GateKind.objects.get(key="legal-sign-off")
    return actions.assign_right(
        kind=legal,
        holder=company.perpetua,
        escalate_to=person,
        by=None,
        on=company.day(60),
        portfolio=company.portfolio,
        function=company.function,
        **more,
    )


def queue_of(person: Person) -> Any:
    return browser_of(person).get(reverse("readiness:my-decisions")).context


def test_what_nobody_else_can_decide_stands_in_the_queue_of_the_escalation_person(company: Company) -> None:
    """Rule 7: where neither holder nor deputy can or may decide, the right's escalation person may."""
    left_to(company, company.vera)
    pilot = company.running(ago=3)
    assert (queue_of(company.vera)["rows"], len(queue_of(company.perpetua)["rows"])) == ([], 1)
    actions.away(person=company.perpetua, by=company.perpetua, starts=today(), ends=today())
    wait = queue_of(company.vera)["answer"]
    assert (wait.snapshot.pilot, wait.capacity) == (pilot, "escalation")
    actions.decide(gate=wait.gate.gate, by=company.vera, outcome="refused", reason="Not yet.")
    assert queue_of(company.vera)["rows"] == []


def test_nobody_is_asked_to_decide_on_a_pilot_that_they_carry(company: Company) -> None:
    left_to(company, company.vera)
    pilot = company.running(ago=3)
    actions.leave(gate=company.gate(pilot, "named-sponsor"), by=company.ansel)
    company.accepts("named-sponsor", pilot, company.perpetua)
    assert queue_of(company.perpetua)["rows"] == []
    assert queue_of(company.perpetua)["opening"] == "Nothing waits on you today."
    wait = queue_of(company.vera)["answer"]
    assert wait.capacity == "escalation"


def test_an_answer_that_is_overdue_stands_with_whom_it_escalates_to(company: Company) -> None:
    left_to(company, company.vera, answer_within_days=5)
    company.running("A-1", "First", ago=30)
    company.running("A-2", "Second", ago=2)
    queue = queue_of(company.vera)
    [late] = queue["escalated"]
    assert (late.snapshot.pilot.key, late.gate.kind.key, late.gate.holder) == (
        "A-1",
        "legal-sign-off",
        company.perpetua,
    )
    assert (today() - late.due.answer_by).days > 10
    assert queue["opening"] == "One answer is overdue, and has escalated to you."
    others = queue_of(company.ines)["escalated"]
    assert {late.gate.kind.key for late in others} == {"it-data-access"}
