"""`Idempotency-Key`: what is sent again under a key is answered again, and done once."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from pilots.models import Event, Pilot
from pilots.refusals import Busy
from readiness.models import KeptAnswer
from readiness.models.kept_answers import forget_kept_answers
from tests.company import Company
from tests.readiness.api.conftest import by_key, client

YES = {"outcome": "cleared", "reason": "Standard terms apply."}


def decisions(company: Company, pilot: Pilot, kind: str = "legal-sign-off") -> str:
    return f"/api/v1/gates/{company.gate(pilot, kind).public_id}/decisions/"


def send(asks: APIClient, address: str, body: Any, key: str = "one", **more: Any) -> Any:
    return asks.post(address, body, HTTP_IDEMPOTENCY_KEY=key, **more)


def test_the_same_request_gets_the_first_answer_byte_for_byte_and_is_done_once(company: Company) -> None:
    address, asks = decisions(company, company.running()), client(company.perpetua)
    first, again = send(asks, address, YES), send(asks, address, YES)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert again["Content-Type"] == first["Content-Type"]
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert Event.objects.filter(action="decide").count() == 1


def test_another_body_address_or_precondition_under_the_key_is_refused(company: Company) -> None:
    pilot, asks = company.running(), client(company.perpetua)
    address = decisions(company, pilot)
    send(asks, address, YES)
    elsewhere = f"/api/v1/pilots/{pilot.key}/accept-risk/"
    for other, body, more in (
        (address, YES | {"reason": "Other."}, {}),
        (elsewhere, YES, {}),
        (address, YES, {"HTTP_IF_MATCH": '"1.x"'}),
    ):
        answer = send(asks, other, body, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Event.objects.filter(action__in=("decide", "accept_risk")).count() == 1


def test_a_key_belongs_to_the_token_or_the_person_who_sent_it(company: Company) -> None:
    pilot = company.running()
    legal = decisions(company, pilot)
    own, other, colleague = by_key(company.perpetua, "decide"), by_key(company.perpetua, "decide"), client(company.jory)
    assert send(own, legal, YES).status_code == 201
    for asks in (other, client(company.perpetua), colleague):
        answer = send(asks, legal, YES)
        assert "Idempotent-Replayed" not in answer
    assert send(own, legal, YES)["Idempotent-Replayed"] == "true"
    assert KeptAnswer.objects.count() == 4
    assert not any(
        asks._credentials["HTTP_AUTHORIZATION"][6:] in str(KeptAnswer.objects.values()) for asks in (own, other)
    )


def test_a_refusal_is_kept_as_well(company: Company) -> None:
    pilot, asks = company.running(), client(company.perpetua)
    address, nothing = decisions(company, pilot), {"outcome": "cleared"}
    first = send(asks, address, nothing)
    again = send(asks, address, nothing)
    assert (first.status_code, again.status_code) == (422, 422)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert again["Content-Type"] == "application/problem+json"
    assert not Event.objects.filter(action="decide").exists()


def test_where_something_broke_nothing_is_kept_nor_done(company: Company, monkeypatch: Any) -> None:
    pilot, asks = company.running(), client(company.ria)
    address = f"/api/v1/pilots/{pilot.key}/accept-risk/"

    def breaks(*_args: Any, **_more: Any) -> Any:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr("readiness.api.views.pilots.shown", breaks)
        assert send(asks, address, {}).status_code == 503
    assert not KeptAnswer.objects.exists()
    assert not Event.objects.filter(action="accept_risk").exists()
    assert send(asks, address, {}).status_code == 200
    assert Event.objects.filter(action="accept_risk").count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "k\u00e9y", "a\tb"])
def test_a_key_that_cannot_be_is_refused_by_name(company: Company, key: str) -> None:
    pilot = company.running()
    answer = send(client(company.ria), f"/api/v1/pilots/{pilot.key}/accept-risk/", {}, key)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["Idempotency-Key"])
    assert not Event.objects.filter(action="accept_risk").exists()


def test_a_key_is_a_new_one_after_a_day(company: Company) -> None:
    pilot, asks = company.running(), client(company.perpetua)
    address = decisions(company, pilot)
    send(asks, address, YES)
    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(days=1, seconds=1))
    later = send(asks, address, YES | {"outcome": "refused"})
    assert (later.status_code, later.get("Idempotent-Replayed")) == (201, None)
    assert KeptAnswer.objects.count() == 1


def test_kept_answers_are_forgotten_after_a_day_and_no_sooner(company: Company) -> None:
    pilot, asks = company.running(), client(company.perpetua)
    send(asks, decisions(company, pilot), YES)
    now = timezone.now()
    assert forget_kept_answers(now + timedelta(hours=23)) == 0
    assert forget_kept_answers(now + timedelta(hours=25)) == 1
    assert forget_kept_answers(now + timedelta(hours=25)) == 0


def test_a_file_is_filed_once_however_its_form_is_written(company: Company) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    pilot, asks = company.running(), client(company.ria)
    address = f"/api/v1/pilots/{pilot.key}/evidence/"

    def form(content: bytes) -> dict[str, Any]:
        return {"file": SimpleUploadedFile("m.pdf", content), "title": "Minutes"}

    first = send(asks, address, form(b"%PDF-1.7\n%%EOF\n"), format="multipart")
    again = send(asks, address, form(b"%PDF-1.7\n%%EOF\n"), format="multipart")
    other = send(asks, address, form(b"%PDF-1.7\n%%EOF \n"), format="multipart")
    assert [each.status_code for each in (first, again, other)] == [201, 201, 422]
    assert again.content == first.content
    assert Event.objects.filter(action="file_evidence").count() == 1


def test_whoever_may_not_ask_any_more_is_not_answered_again(company: Company) -> None:
    from pilots import actions
    from pilots.models import ApiToken

    pilot = company.running()
    asks = by_key(company.perpetua, "decide")
    assert send(asks, decisions(company, pilot), YES).status_code == 201
    actions.revoke_token(token=ApiToken.objects.get(), by=company.perpetua)
    assert send(asks, decisions(company, pilot), YES).status_code == 401


def test_a_repeat_takes_no_more_statements_than_twice_a_plain_read(company: Company) -> None:
    pilot, asks = company.running(), client(company.perpetua)
    address = decisions(company, pilot)
    send(asks, address, YES)
    with CaptureQueriesContext(connection) as read:
        asks.get(address.removesuffix("decisions/"))
    with CaptureQueriesContext(connection) as repeat:
        send(asks, address, YES)
    assert len(repeat) <= len(read)


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_at_once_act_once(company: Company) -> None:
    pilot = company.running()
    address, answers = f"/api/v1/pilots/{pilot.key}/accept-risk/", []
    ready = threading.Barrier(4)
    senders = [client(company.ria) for _ in range(4)]

    def at_once(asks: APIClient) -> None:
        try:
            ready.wait(10)
            answer = send(asks, address, {})
            while answer.status_code == 503 and answer.json()["code"] == "busy":
                # A database in memory refuses at once where a file or a server waits.
                answer = send(asks, address, {})
            answers.append(answer)
        finally:
            connection.close()

    threads = [threading.Thread(target=at_once, args=(asks,)) for asks in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [each.status_code for each in answers] == [200] * 4
    assert len({each.content for each in answers}) == 1
    assert sorted(each.get("Idempotent-Replayed", "") for each in answers) == ["", "true", "true", "true"]
    assert Event.objects.filter(action="accept_risk").count() == 1


def test_the_command_of_the_day_forgets_them_and_can_run_twice(company: Company) -> None:
    send(client(company.perpetua), decisions(company, company.running()), YES)
    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(days=2))
    out = StringIO()
    for _ in range(2):
        call_command("daily", stdout=out)
    says = [line for line in out.getvalue().splitlines() if "forgotten" in line]
    assert says == ["1 kept answer forgotten.", "0 kept answers forgotten."]
