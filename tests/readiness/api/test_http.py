"""What HTTP lets a reader do: HEAD, OPTIONS, marks, packed answers, other origins, files with a token."""

from __future__ import annotations

import gzip
import json
from typing import Any

import brotli
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.models import Event
from tests.company import Company
from tests.readiness.api.conftest import by_key, client

pytestmark = pytest.mark.thorough

LISTS = ["pilots/", "gates/", "decisions/", "exhibits/", "changes/", "rights/"]
FIGURES = ["summary", "board", "bottlenecks", "trend", "waits"]
READS = [*LISTS, *(f"portfolio/{name}/" for name in FIGURES)]


@pytest.mark.parametrize("address", READS)
def test_head_says_what_get_says_without_a_body_and_options_what_can_be_done(company: Company, address: str) -> None:
    company.running()
    asks = by_key(company.ria)
    got, head, options = (getattr(asks, m)(f"/api/v1/{address}") for m in ("get", "head", "options"))
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", got["ETag"])
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options["Allow"].split(", "))
    assert asks.delete(f"/api/v1/{address}")["Allow"] == options["Allow"]


@pytest.mark.parametrize("address", READS)
def test_whoever_has_an_answer_is_told_so_for_a_few_statements_until_something_happens(
    company: Company, address: str
) -> None:
    pilot, asks = company.running(), by_key(company.vera)
    first = asks.get(f"/api/v1/{address}")
    mine = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    with CaptureQueriesContext(connection) as asked:
        again = asks.get(f"/api/v1/{address}", **mine)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert len(asked) <= 3
    assert asks.get(f"/api/v1/{address}", HTTP_IF_NONE_MATCH=f'W/{first["ETag"]}, "x"').status_code == 304
    assert by_key(company.ria).get(f"/api/v1/{address}", **mine).status_code == 200
    assert asks.get(f"/api/v1/{address}?nothing=1", HTTP_IF_NONE_MATCH="*").status_code == 400
    actions.accept_risk(pilot=pilot, by=company.ria)
    after = asks.get(f"/api/v1/{address}", **mine)
    assert (after.status_code, after["ETag"] != first["ETag"]) == (200, True)


def test_another_question_or_another_day_is_another_answer(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.running()
    asks = by_key(company.vera)
    mark = asks.get("/api/v1/pilots/")["ETag"]
    assert asks.get("/api/v1/pilots/?page_size=1", HTTP_IF_NONE_MATCH=mark).status_code == 200
    tomorrow = company.day(-1)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a, **_k: tomorrow)
    assert asks.get("/api/v1/pilots/", HTTP_IF_NONE_MATCH=mark).status_code == 200


def test_an_event_that_is_committed_behind_a_later_one_is_no_unchanged_answer(company: Company) -> None:
    """On PostgreSQL a number is drawn before the commit: the last one alone would say nothing of it."""
    from readiness.api import marks

    company.running()
    taken = Event.objects.order_by("-pk").values_list("pk", flat=True)[1]
    asks = by_key(company.vera)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks, "END_OF_LOG", marks.END_OF_LOG.replace("ORDER BY", f"WHERE id <> {taken} ORDER BY"))
        mark = asks.get("/api/v1/pilots/")["ETag"]
    assert asks.get("/api/v1/pilots/")["ETag"] != mark


def test_what_a_program_is_answered_is_its_own_to_keep_and_a_browser_keeps_nothing(company: Company) -> None:
    pilot = company.running()
    for address in ("pilots/", f"pilots/{pilot.key}/"):
        answer = by_key(company.vera).get(f"/api/v1/{address}")
        assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"private", "no-cache"}
        assert {"Authorization", "Cookie"} <= {part.strip() for part in answer["Vary"].split(",")}
        assert "no-store" in client(company.vera).get(f"/api/v1/{address}")["Cache-Control"]


def test_answers_are_packed_for_a_token_and_never_for_a_session(company: Company) -> None:
    company.running()
    asks, plain = by_key(company.vera), by_key(company.vera).get("/api/v1/pilots/")
    for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("br;q=0, gzip", gzip.decompress)):
        answer = asks.get("/api/v1/pilots/", HTTP_ACCEPT_ENCODING=coding)
        assert answer["Content-Encoding"] == coding.rpartition(" ")[2]
        assert json.loads(unpack(answer.content)) == plain.json()
        assert "Accept-Encoding" in answer["Vary"]
        assert len(answer.content) == int(answer["Content-Length"]) < len(plain.content)
        assert answer["ETag"] == f"W/{plain['ETag']}"
    session = client(company.vera).get("/api/v1/pilots/", HTTP_ACCEPT_ENCODING="br, gzip")
    assert "Content-Encoding" not in session
    both = client(company.vera).get("/api/v1/pilots/", HTTP_ACCEPT_ENCODING="br, gzip", HTTP_AUTHORIZATION="Basic x")
    assert (both.status_code, "Content-Encoding" in both) == (200, False)
    page = client(company.vera).get("/museum/", HTTP_ACCEPT_ENCODING="br, gzip", HTTP_AUTHORIZATION="Token x")
    assert "Content-Encoding" not in page
    assert "Content-Encoding" not in asks.get("/api/v1/pilots/", HTTP_ACCEPT_ENCODING="identity, br;q=0")


def test_a_mark_of_a_packed_answer_is_taken_as_a_precondition(company: Company) -> None:
    pilot, asks = company.running(), by_key(company.ria, "write")
    mark = asks.get(f"/api/v1/pilots/{pilot.key}/", HTTP_ACCEPT_ENCODING="gzip")["ETag"]
    assert mark.startswith("W/")
    assert asks.get(f"/api/v1/pilots/{pilot.key}/", HTTP_IF_NONE_MATCH=mark).status_code == 304
    assert asks.post(f"/api/v1/pilots/{pilot.key}/accept-risk/", {}, HTTP_IF_MATCH=mark).status_code == 200


ORIGIN = "https://bi.example"
ASKS_FIRST = {"HTTP_ORIGIN": ORIGIN, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}


def test_no_page_of_another_origin_may_ask_unless_it_is_named(company: Company, settings: Any) -> None:
    asks = by_key(company.vera)
    assert "Access-Control-Allow-Origin" not in asks.get("/api/v1/pilots/", HTTP_ORIGIN=ORIGIN)
    assert client(None).options("/api/v1/pilots/", **ASKS_FIRST).status_code == 401
    settings.API_CORS_ORIGINS = [ORIGIN]
    answer = asks.get("/api/v1/pilots/", HTTP_ORIGIN=ORIGIN)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Origin" in answer["Vary"]
    first = client(None).options("/api/v1/pilots/", **ASKS_FIRST)
    assert (first.status_code, first["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert "Idempotency-Key" in first["Access-Control-Allow-Headers"]
    for other in ("https://evil.example", "https://bi.example.evil.example", "null", f"{ORIGIN}/"):
        assert "Access-Control-Allow-Origin" not in asks.get("/api/v1/pilots/", HTTP_ORIGIN=other)
    assert "Access-Control-Allow-Origin" not in client(company.vera).get("/museum/", HTTP_ORIGIN=ORIGIN)


@pytest.fixture
def _evidence_in_a_folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path


@pytest.mark.usefixtures("_evidence_in_a_folder_of_its_own")
def test_a_file_of_evidence_is_fetched_with_a_token_as_it_was_filed(company: Company) -> None:
    pilot, content = company.running(), b"%PDF-1.7\n%%EOF\n"
    piece = actions.file_evidence(pilot=pilot, by=company.ria, file=[content], file_name="minutes.pdf")
    asks = by_key(company.vera)
    listed = asks.get(f"/api/v1/pilots/{pilot.key}/evidence/").json()["results"][0]
    answer = asks.get(listed["download"], HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT="application/pdf")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, content)  # type: ignore[attr-defined]
    assert answer["ETag"] == f'"{piece.checksum}"'
    assert 'filename="minutes.pdf"' in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    assert asks.get(listed["download"], HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert by_key(company.noam).get(listed["download"]).status_code == 404
    assert client(None).get(listed["download"]).status_code == 401


@pytest.mark.usefixtures("_evidence_in_a_folder_of_its_own")
def test_a_file_that_is_not_as_it_was_filed_is_gone(company: Company, settings: Any) -> None:
    pilot = company.running()
    with pytest.MonkeyPatch.context():
        piece = actions.file_evidence(pilot=pilot, by=company.ria, file=[b"%PDF-1.7\n%%EOF\n"], file_name="m.pdf")
    address = f"/api/v1/evidence/{piece.public_id}/"
    answer: Any = by_key(company.vera).get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7\n%%EOF\n"
    for path in settings.EVIDENCE_ROOT.rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"another")
    answer = by_key(company.vera).get(address)
    assert (answer.status_code, answer.json()["code"]) == (410, "not_as_filed")


def test_a_link_is_served_from_nowhere(company: Company) -> None:
    piece = actions.file_evidence(pilot=company.running(), by=company.ria, link="https://x.example/a", title="A")
    assert by_key(company.vera).get(f"/api/v1/evidence/{piece.public_id}/").status_code == 404


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv;q=0.5, application/json;q=0.1", "text/csv"),
        ("application/json;q=0.1, text/csv", "text/csv"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("text/csv, */*;q=0.8", "text/csv"),
        ("*/*", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("text/html, text/csv;q=0.2", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/csv;q=x", "text/csv"),
    ],
)
def test_a_list_is_answered_as_accept_weighs_it(company: Company, accept: str, media_type: str) -> None:
    company.running()
    answer = client(company.vera).get("/api/v1/pilots/", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, media_type)


def test_what_nothing_accepts_is_told_what_there_is(company: Company) -> None:
    answer = client(company.vera).get("/api/v1/pilots/", headers={"accept": "text/html, text/csv;q=0"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert "application/json, text/csv, application/vnd." in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "address"), [("get", "pilots"), ("post", "pilots/A-1/pause"), ("get", "pilots/A-1")]
)
def test_an_address_without_its_last_slash_is_told_so(company: Company, method: str, address: str) -> None:
    answer = getattr(client(company.vera), method)(f"/api/v1/{address}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == f"Addresses here end with a slash: /api/v1/{address}/."
    nowhere = client(company.vera).get("/api/v1/nothing/like/this")
    assert nowhere.json()["detail"] == "There is nothing at this address, or it is not yours to see."


def test_no_scope_is_asked_for_what_no_scope_can_do(company: Company) -> None:
    answer = by_key(company.vera, "read").delete("/api/v1/pilots/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
