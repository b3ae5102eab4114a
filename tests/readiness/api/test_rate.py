"""How often a token may ask: so many requests a minute, by any number of processes, with the standard headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from readiness.api import throttling
from readiness.api.throttling import TokenRate
from readiness.models.request_counts import RequestCount, forget_request_counts, take_requests
from tests.company import Company
from tests.readiness.api.conftest import by_key, client

READ = "/api/v1/portfolio/summary/"


@pytest.fixture(autouse=True)
def minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [60_000.0 + 18]
    monkeypatch.setattr(throttling, "time", lambda: now[0])
    TokenRate.taken.clear()
    yield now
    TokenRate.taken.clear()


def test_each_answer_says_where_the_token_stands_and_the_one_too_many_when_to_ask_again(
    company: Company, settings: Any, minute: list[float]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    asks = by_key(company.vera)
    answers = [asks.get(READ) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each["RateLimit"] for each in answers] == [f'"token";r={left};t=42' for left in (2, 1, 0, 0)]
    assert {each["RateLimit-Policy"] for each in answers} == {'"token";q=3;w=60'}
    assert (answers[3]["Retry-After"], answers[3].json()["code"]) == ("42", "too_many_requests")
    assert "42 seconds" in answers[3].json()["detail"]
    minute[0] += 42
    assert asks.get(READ).status_code == 200


def test_a_token_has_its_own_count_and_a_session_none(company: Company, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    first, other, browser = by_key(company.vera), by_key(company.vera), client(company.vera)
    assert [asks.get(READ).status_code for asks in (first, first, other, other)] == [200, 429, 200, 429]
    answers = [browser.get(READ) for _ in range(3)]
    assert [(each.status_code, each.has_header("RateLimit")) for each in answers] == [(200, False)] * 3


def test_without_a_limit_nothing_is_counted(company: Company, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    answer = by_key(company.vera).get(READ)
    assert (answer.status_code, answer.has_header("RateLimit"), RequestCount.objects.count()) == (200, False, 0)


def test_an_action_that_is_refused_for_the_rate_is_not_done(company: Company, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    pilot, asks = company.running(), by_key(company.ria, "write")
    asks.get(READ)
    address = f"/api/v1/pilots/{pilot.key}/accept-risk/"
    assert asks.post(address, {}, HTTP_IDEMPOTENCY_KEY="one").status_code == 429
    assert not pilot.events.filter(action="accept_risk").exists()


def test_processes_count_together_and_never_let_more_through(company: Company, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 120
    processes = [TokenRate() for _ in range(3)]
    for each in processes:
        each.taken = type(TokenRate.taken)()
    let_through = 0
    for turn in range(200):
        allowed, _left = processes[turn % 3]._take("digest", 1000, 120)
        let_through += allowed
    assert let_through == 120
    assert RequestCount.objects.get().minute == 1000


def test_not_every_request_writes(company: Company, settings: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    settings.API_REQUESTS_PER_MINUTE = 600
    asks = by_key(company.vera)
    asks.get(READ)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(11):
            asks.get(READ)
    assert not [each for each in asked if "readiness_requestcount" in each["sql"]]


def test_where_somebody_else_writes_a_read_does_not_wait_to_be_counted(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Locked(Exception):
        sqlite_errorname, sqlstate = "SQLITE_BUSY", "55P03"

    def busy(*_args: Any, **_more: Any) -> Any:
        raise OperationalError("locked") from Locked()

    with monkeypatch.context() as patch:
        patch.setattr("readiness.models.request_counts.transaction.atomic", busy)
        assert take_requests("digest", 7, 12, otherwise=12) == 12


def test_counts_of_tokens_that_ask_no_longer_are_forgotten(company: Company) -> None:
    take_requests("a", 10_000, 1, otherwise=0)
    take_requests("b", 12_000, 1, otherwise=0)
    assert forget_request_counts(12_000) == 1
    assert RequestCount.objects.get().minute == 12_000
