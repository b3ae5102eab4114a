"""The three questions (rule 13): signed in or by a link, and nothing of who answered is left anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots import actions, feedback_links
from pilots.clock import today
from pilots.models import Event, FrictionReport, Function, Person, Pilot, SpentLink
from pilots.pseudonyms import keyed_place
from tests.company import a_person, browser_of
from tests.managers import BURDEN, Managers

pytestmark = pytest.mark.django_db

LISTEN = "/listen/"
ANSWER = {"rework": BURDEN, "rework-minutes": "240", "rework-words": "I read all of it.", "saves": "nowhere"}


@pytest.fixture(autouse=True)
def nobody_has_sent_anything_yet() -> None:
    cache.clear()


@pytest.fixture
def managers() -> Managers:
    found = Managers()
    found.joins("ottilie", "Customer operations")
    return found


def link(managers: Managers, name: str = "ottilie") -> str:
    token = feedback_links.token_for(managers[name], managers.pilots[name])
    return reverse("readiness:listen-by-link", args=[token])


def test_a_manager_answers_in_one_page_and_only_a_pseudonym_and_the_week_are_kept(managers: Managers) -> None:
    client, events = browser_of(managers["ottilie"]), Event.objects.count()
    assert client.get(LISTEN).status_code == 200
    answer = client.post(LISTEN, ANSWER)
    assert (answer.status_code, answer["Location"]) == (302, "/listen/sent/")
    rows = {row.question: row for row in FrictionReport.objects.all()}
    assert (rows["rework"].point, rows["rework"].minutes, rows["saves"].point) == (BURDEN, 240, "")
    assert rows["rework"].week.weekday() == 0
    assert Event.objects.count() == events
    kept = str(list(FrictionReport.objects.values()))
    person = managers["ottilie"]
    assert person.public_id not in kept
    assert person.email not in kept
    assert not [f for f in FrictionReport._meta.get_fields() if f.related_model in (Person, Pilot, Function)]


def test_the_latest_answer_on_a_pilot_replaces_the_one_that_was_in_no_figure(managers: Managers) -> None:
    client = browser_of(managers["ottilie"])
    client.post(LISTEN, ANSWER)
    client.post(LISTEN, ANSWER | {"rework": "copying"})
    assert [row.point for row in FrictionReport.objects.filter(question="rework")] == ["copying"]


def test_nothing_answered_and_what_cannot_be_are_refused_at_their_place(managers: Managers) -> None:
    client = browser_of(managers["ottilie"])
    for typed, says in (
        ({}, "Answer one question at least"),
        ({"rework": "what-goes-unread"}, "Choose one of these answers."),
        (ANSWER | {"rework-minutes": "7"}, "Choose one of these answers."),
        (ANSWER | {"rework-words": "x" * 281}, "280 characters"),
    ):
        answer = client.post(LISTEN, typed)
        assert answer.status_code == 422
        assert says in answer.content.decode(), typed
    answer = client.post(LISTEN, ANSWER | {"rework-words": "a\0b"})
    assert answer.status_code == 422
    assert not FrictionReport.objects.exists()


def test_who_has_an_answer_already_reads_that_what_they_said_since_is_kept(managers: Managers) -> None:
    asks = {"portfolio": managers.portfolio, "by": managers.office, "question": "Which?", "due": today()}
    gap = actions.open_policy_gap(**asks, owner=managers.reviewer, pilots=[managers.pilots["ottilie"]])
    actions.answer_policy_gap(gap=gap, by=managers.reviewer, answer="Contract data only.")
    client = browser_of(managers["ottilie"])
    assert "What you said since is kept" not in client.get("/listen/sent/").content.decode()
    page = client.post(LISTEN, ANSWER, follow=True).content.decode()
    assert "A question of yours has an answer." in page
    assert "What you said since is kept, without your name." in page


def test_a_sentence_with_a_script_is_shown_as_it_was_written(managers: Managers) -> None:
    client = browser_of(managers["ottilie"])
    client.post(LISTEN, ANSWER | {"rework-words": "<script>alert(1)</script> Bob, 12 Main St"})
    page = client.get("/listen/sent/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_somebody_who_lives_with_several_chooses_by_workflow(managers: Managers) -> None:
    second = managers.joins("bela")
    Pilot.objects.filter(pk=second.pk).update(manager=managers["ottilie"], workflow="Answering Complaints")
    client = browser_of(managers["ottilie"])
    assert "Choose one of what you live with" in client.post(LISTEN, ANSWER).content.decode()
    assert client.post(LISTEN, ANSWER | {"workflow": "answering complaints"}).status_code == 302
    assert set(FrictionReport.objects.values_list("pilot_key", flat=True)) == {keyed_place("pilot", second.pk)}


def test_who_lives_with_no_pilot_is_told_so(managers: Managers) -> None:
    client = browser_of(a_person("noam"))
    page = client.get(LISTEN)
    assert "No pilot names you" in page.content.decode()
    client.post(LISTEN, ANSWER)
    assert not FrictionReport.objects.exists()


def test_a_link_works_once_without_signing_in_and_says_nothing_of_whose_it_was(managers: Managers) -> None:
    client, path = Client(), link(managers)
    assert "Asked of Ottilie" in client.get(path).content.decode()
    assert client.get(path).status_code == 200
    assert client.post(path, ANSWER).status_code == 302
    assert client.get("/listen/sent/").status_code == 200
    for again in (client.get(path), client.post(path, ANSWER)):
        assert again.status_code == 410
        assert "used once" in again.content.decode()
    assert FrictionReport.objects.filter(question="rework").count() == 1
    assert managers["ottilie"].public_id not in str(list(SpentLink.objects.values()))


def test_two_links_of_one_manager_are_one_answer(managers: Managers) -> None:
    for point in (BURDEN, "copying"):
        Client().post(link(managers), ANSWER | {"rework": point})
    assert [row.point for row in FrictionReport.objects.filter(question="rework")] == ["copying"]


def test_a_refused_form_does_not_use_a_link_up(managers: Managers) -> None:
    path = link(managers)
    assert Client().post(path, {}).status_code == 422
    assert Client().post(path, ANSWER).status_code == 302


def test_a_forwarded_link_is_refused_to_somebody_else_who_is_signed_in(managers: Managers) -> None:
    other = browser_of(a_person("noam"))
    answer = other.post(link(managers), ANSWER)
    assert answer.status_code == 403
    assert "sent to somebody else" in answer.content.decode()
    assert not FrictionReport.objects.exists()


def test_a_link_is_good_for_a_fortnight(managers: Managers, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link(managers)
    later = (timezone.now() + timedelta(days=14, seconds=2)).timestamp()
    monkeypatch.setattr(signing.time, "time", lambda: later)
    answer = Client().get(path)
    assert answer.status_code == 410
    assert "fourteen days" in answer.content.decode()


@pytest.mark.parametrize("token", ["nothing", "a:b:c", "x" * 3000])
def test_what_is_no_link_of_ours_is_refused_in_a_sentence(token: str) -> None:
    answer = Client().get(reverse("readiness:listen-by-link", args=[token]))
    assert answer.status_code == 410
    assert "not one of ours" in answer.content.decode()


def test_ten_thousand_answers_in_a_minute_from_one_place_are_not_taken(
    managers: Managers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.pages.listen.A_MINUTE", 3)
    client = browser_of(managers["ottilie"])
    found = [client.post(LISTEN, ANSWER).status_code for _number in range(5)]
    assert found == [302, 302, 302, 429, 429]


def test_the_office_asks_the_managers_of_pilots_by_letter(managers: Managers, settings: Any) -> None:
    managers.joins("bela")
    office = Person.objects.get(pk=managers.office.pk)
    client = browser_of(office)
    chosen = [pilot.pk for pilot in managers.pilots.values()]
    answer = client.post("/admin/pilots/pilot/", {"action": "ask-managers", "_selected_action": chosen}, follow=True)
    assert "2 letters were sent" in answer.content.decode()
    assert {letter.to[0] for letter in mail.outbox} == {"ottilie@example.org", "bela@example.org"}
    path = next(part for part in str(mail.outbox[0].body).split() if "/listen/link/" in part)
    assert Client().get(path.replace("http://testserver", "")).status_code == 200
