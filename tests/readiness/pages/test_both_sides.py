"""The pages of both sides of a pilot: what is shown to whom, and nothing of fewer than three managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from pilots import actions
from pilots.models import Event, Function, LivedWorkflow, ManagerPulse, Person
from tests.company import browser_of
from tests.readiness.both_sides import LATER, MONDAY, Both

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_the_page_says_narrated_until_the_sponsor_sat_with_the_work(both: Both) -> None:
    sponsor = both.company.ansel
    assert "narrated, not managed" in text(both.get(sponsor, "two-accounts"))
    typed = {
        "basis": "sat",
        "asked": "Ottilie, a Tuesday",
        "easier": "Starting.",
        "riskier": "Prices.",
        "muddy": "Who says stop.",
    }
    address = reverse("readiness:pilot-action", args=[both.pilot.key, "give-account"])
    drawn = browser_of(sponsor).get(address).context["form"]
    answer = browser_of(sponsor).post(address, {"expected_version": drawn["expected_version"].value(), **typed})
    assert answer.status_code == 302
    page = text(both.get(sponsor, "two-accounts"))
    assert "narrated, not managed" not in page
    assert "“Starting.”" in page
    assert "Sat with the work" in page
    both.freeze(MONDAY + timedelta(days=91))
    assert "narrated, not managed" in text(both.get(sponsor, "two-accounts"))


def test_a_summary_alone_is_narrated(both: Both) -> None:
    says = {"asked": "The committee’s summary.", "easier": "a", "riskier": "b", "muddy": "c"}
    actions.give_account(pilot=both.pilot, by=both.company.ansel, basis="summary", **says)
    assert "rests on a summary" in text(both.get(both.company.vera, "two-accounts"))


def test_managers_answers_are_shown_once_closed_and_from_three_on(both: Both) -> None:
    both.asked()
    actions.answer_pulse(pilot=both.pilot, by=both.company.ansel, score=4)
    both.answered(1, 2, 2)
    before = text(both.get(both.company.ria, "two-accounts"))
    assert "gap-chart" not in before
    both.freeze(LATER)
    page = text(both.get(both.company.ria, "two-accounts"))
    assert "Its sponsor says 4 of 5. The three managers who answered say 2." in page
    assert "The alignment gap is 2." in page


def test_two_managers_are_not_shown(both: Both) -> None:
    both.asked()
    actions.answer_pulse(pilot=both.pilot, by=both.company.ansel, score=4)
    both.answered(1, 2)
    both.freeze(LATER)
    page = text(both.get(both.company.ria, "two-accounts"))
    assert "What the managers say cannot be shown yet." in page
    assert "fewer than 3" in page


def test_a_manager_answers_by_pseudonym_and_nothing_names_them(both: Both) -> None:
    both.asked()
    events = Event.objects.count()
    manager = both.managers[1]
    client = browser_of(manager)
    address = reverse("readiness:pulse", args=[both.pilot.key])
    assert client.post(address, {"score": "2"}).status_code == 302
    assert client.post(address, {"score": "3"}).status_code == 302
    row = ManagerPulse.objects.get()
    assert row.score == 3
    assert Event.objects.count() == events
    assert not any(getattr(row, field.attname) == manager.pk for field in row._meta.fields if field.name != "score")
    assert "checked" in client.get(address).content.decode()
    assert client.post(address, {"score": "6"}).status_code == 422


def test_who_is_no_manager_of_it_answers_nothing(both: Both) -> None:
    both.asked()
    address = reverse("readiness:pulse", args=[both.pilot.key])
    assert browser_of(both.company.ria).post(address, {"score": "2"}).status_code == 403
    assert browser_of(both.company.noam).post(address, {"score": "2"}).status_code == 404
    assert not ManagerPulse.objects.exists()


def test_a_fellow_manager_sees_the_pilot_and_no_longer_once_taken_off(both: Both) -> None:
    fellow = both.managers[2]
    assert both.get(fellow, "pilot").status_code == 200
    actions.remove_fellow_manager(pilot=both.pilot, by=both.company.ria, person=fellow)
    assert both.get(fellow, "pilot").status_code == 404
    assert both.get(fellow, "own-steps").status_code == 404


def test_the_lived_side_is_shown_from_three_managers_on_at_the_close_of_a_week(both: Both) -> None:
    both.announced()
    both.lived(2)
    both.freeze(LATER)
    assert "theirs is not shown" in text(both.get(both.company.ria, "workflow"))
    both.freeze(MONDAY)
    both.lived(4)
    assert "theirs is not shown" in text(both.get(both.company.ria, "workflow"))
    both.freeze(LATER)
    page = text(both.get(both.company.ria, "workflow"))
    assert "It is another layer of supervision." in page
    assert "as four managers say it" in page
    for mark in ("skipped", "slower", "added", "judgement"):
        assert f"</span>{mark}</span>" in page, mark


def test_a_decider_sees_what_was_announced_and_nothing_of_the_managers(both: Both) -> None:
    both.announced()
    both.lived(4)
    both.freeze(LATER)
    page = text(both.get(both.company.perpetua, "workflow"))
    assert "Model drafts" in page
    assert "Manager reads every line" not in page
    assert "say 2" not in text(both.get(both.company.perpetua, "two-accounts"))


def test_a_manager_types_their_steps_without_a_script(both: Both) -> None:
    both.announced()
    client = browser_of(both.company.ottilie)
    address = reverse("readiness:own-steps", args=[both.pilot.key])
    page = text(client.get(address))
    assert 'value="Agent corrects"' in page
    typed = {
        "steps.1.name": "Model drafts",
        "steps.2.name": "Agent corrects",
        "steps.2.minutes": "6",
        "steps.3.name": "Second agent approves",
        "steps.3.times": "0",
        "steps.4.name": "Send",
        "steps.5.name": "Reading every line",
        "steps.5.minutes": "7",
        "steps.5.counts_as": "review",
        "steps.5.is_judgement": "on",
        "runs": "140",
    }
    events = Event.objects.count()
    assert client.post(address, typed).status_code == 302
    assert Event.objects.count() == events
    row = LivedWorkflow.objects.get()
    assert [(s.name, s.minutes, s.times) for s in row.steps.all()] == [
        ("Model drafts", 1, 1),
        ("Agent corrects", 6, 1),
        ("Second agent approves", 2, 0),
        ("Send", 1, 1),
        ("Reading every line", 7, 1),
    ]
    own = text(both.get(both.company.ottilie, "workflow"))
    assert "Your own" in own
    assert "Reading every line" in own
    assert "Reading every line" not in text(both.get(both.company.ria, "workflow"))
    again = text(client.get(address))
    assert 'value="Reading every line"' in again


def test_a_step_that_cannot_be_is_said_at_its_place(both: Both) -> None:
    both.announced()
    client = browser_of(both.company.ottilie)
    address = reverse("readiness:own-steps", args=[both.pilot.key])
    typed = {"steps.1.name": "Reading", "steps.1.minutes": "many", "runs": "-3"}
    answer = client.post(address, typed)
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "whole number" in page
    assert not LivedWorkflow.objects.exists()


def test_my_work_leads_to_what_waits(both: Both) -> None:
    both.announced()
    both.asked()
    page = text(browser_of(both.managers[1]).get("/my/work/"))
    assert "Two things wait for your word." in page
    assert "Counted here: the question whether it helps, on one pilot and how you live one pilot, step by step." in page
    assert "My gates counts otherwise" in page
    assert "adoptions that only you can move, none." in page
    both.answered(2, 3)
    both.lived(2)
    page = text(browser_of(both.managers[1]).get("/my/work/"))
    assert "Nothing waits for your word today." in page
    assert "Counted here" not in page
    assert "My gates counts otherwise" not in page
    assert "You answered 3 of 5." in page
    both.freeze(LATER)
    page = text(browser_of(both.managers[1]).get("/my/work/"))
    assert "Fewer than three answered, so nothing was shown." in page
    assert browser_of(both.managers[1]).get("/").url == "/my/work/"


def test_incentives_that_pull_apart_are_said(both: Both) -> None:
    actions.state_incentives(
        pilot=both.pilot, by=both.company.ria, of_manager=["Errors"], of_sponsor=["Pilots running"]
    )
    page = text(both.get(both.company.ria, "two-accounts"))
    assert "“Pilots running” pulls against “Errors”." in page
    assert "Nothing says what happens to the person whose experiment fails." in page


def test_the_portfolio_says_what_is_narrated_how_far_apart_and_what_is_carried(both: Both) -> None:
    both.announced()
    both.asked()
    actions.answer_pulse(pilot=both.pilot, by=both.company.ansel, score=5)
    both.answered(1, 2, 2)
    both.lived(4)
    both.freeze(LATER)
    page = text(browser_of(both.company.ria).get("/portfolio/both-sides/"))
    assert "One of one pilots is narrated" in page
    assert "<strong>3</strong>" in page
    assert "Customer operations" in page
    assert "−1 h" in page
    stranger = text(browser_of(both.company.noam).get("/portfolio/both-sides/"))
    assert "Customer operations" not in stranger
    decider = text(browser_of(both.company.perpetua).get("/portfolio/both-sides/"))
    assert "<strong>3</strong>" not in decider


def test_the_pilots_page_says_both_sides_in_a_sentence_each(both: Both) -> None:
    both.announced()
    both.lived(4)
    both.freeze(LATER)
    page = text(both.get(both.company.ria, "pilot"))
    assert "It is another layer of supervision." in page
    assert "narrated, not managed" in page
    assert "Mila, Nils, Odo" in page
    assert "layer of supervision" not in text(both.get(both.company.perpetua, "pilot"))


def test_starting_one_more_shows_what_is_carried_and_is_never_refused(both: Both) -> None:
    second = both.company.pilot("CO-015", "Complaint sorter", ago=1)
    address = reverse("readiness:pilot-action", args=[second.key, "start"])
    client = browser_of(both.company.ria)
    page = text(client.get(address))
    assert "One pilot runs in Customer operations already." in page
    assert "Ottilie Bramm lives with one already." in page
    drawn = client.get(address).context["form"]
    typed = {"expected_version": drawn["expected_version"].value(), "waits": "The tender archive."}
    assert client.post(address, typed).status_code == 302
    assert Event.objects.filter(pilot=second, action="start").get().reason == "The tender archive."


def test_names_of_steps_are_offered_and_of_managers_only_what_three_of_them_share(both: Both) -> None:
    both.announced()
    both.lived(2)
    actions.describe_steps(pilot=both.pilot, by=both.managers[2], steps=[{"name": "Copies it twice", "minutes": 4}])
    both.freeze(LATER)

    def offered(person: Any) -> list[str]:
        page = both.get(person, "own-steps")
        assert 'list="step-names"' in text(page)
        assert '<datalist id="step-names">' in text(page)
        names: list[str] = page.context["words"].names
        return names

    assert "Agent corrects" in offered(both.managers[3])
    assert "Manager reads every line" not in offered(both.managers[3])
    both.lived(3)
    both.freeze(LATER + timedelta(days=7))
    names = offered(both.managers[3])
    assert "Manager reads every line" in names
    assert "Copies it twice" not in names
    assert len(names) == len(set(names))


def test_who_and_which_tool_are_offered_with_the_step_as_lived_and_as_announced(both: Both) -> None:
    both.announced()
    both.lived(2, {"name": "Copies it", "minutes": 4, "who": "The trainee", "tool": "Sheet nobody knows"})
    both.freeze(LATER)
    announces = reverse("readiness:pilot-action", args=[both.pilot.key, "announce-workflow"])
    pages = [both.get(both.managers[3], "own-steps"), *(browser_of(who).get(announces) for who in both_leaders(both))]
    for page in pages:
        words = page.context["words"]
        assert set(words.who) == {"Model", "Agent"}
        for called in ("step-names", "step-who", "step-tools"):
            assert called in text(page)
        assert "Sheet nobody knows" not in text(page), "two managers have said so, and nothing of two is shown"
    both.lived(3, {"name": "Copies it", "minutes": 4, "who": "The trainee", "tool": "Sheet nobody knows"})
    both.freeze(LATER + timedelta(days=7))
    for who in both_leaders(both):
        assert "Copies it" in browser_of(who).get(announces).context["words"].names


def both_leaders(both: Both) -> tuple[Person, Person]:
    """Who announces a workflow: the program office and the pilot's sponsor."""
    return both.company.ria, both.company.ansel


def test_both_sides_go_out_as_files_with_what_the_page_shows(both: Both) -> None:
    both.asked()
    actions.answer_pulse(pilot=both.pilot, by=both.company.ansel, score=4)
    both.answered(1, 2, 2)
    both.freeze(LATER)
    address = reverse("readiness:both-sides")
    client = browser_of(both.company.ria)

    def file(which: str) -> list[str]:
        answer: Any = client.get(address, {"format": "csv", "list": which})
        assert answer.status_code == 200
        return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode().splitlines()

    head, *rows = file("apart")
    assert head.startswith("function,gap_from_2026-10-01,pilots_from_2026-10-01,gap_from_2026-07-01")
    assert [row.split(",")[:3] for row in rows] == [["Customer operations", "2.0", "1"], ["", "2.0", "1"]]
    head, *rows = file("load")
    assert head == "function,managers,pilots,net_minutes_a_week,of_pilots"
    assert rows == ["Customer operations,4,1,,"]
    assert "format=csv&amp;list=load" in client.get(address).content.decode()
    outsider = browser_of(both.company.perpetua).get(address, {"format": "csv", "list": "load"})
    assert b"Customer" not in b"".join(outsider.streaming_content if outsider.streaming else [outsider.content])  # type: ignore[attr-defined]


def test_both_sides_have_a_second_page(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        function = Function.objects.create(name=f"Function {number}")
        pilot = both.company.running(f"F-{number}", function=function)
        for person in both.managers[1:]:
            actions.add_fellow_manager(pilot=pilot, by=both.company.ria, person=person)
    monkeypatch.setattr("readiness.pages.both_sides.A_PAGE", 2)
    client = browser_of(both.company.ria)
    first, second = (text(client.get(reverse("readiness:both-sides"), {"page": page})) for page in (1, 2))
    shown = [[f"Function {n}" in page for n in range(3)] for page in (first, second)]
    assert "Page 1 of 2" in first
    assert all(one != other for one, other in zip(*shown, strict=True))
