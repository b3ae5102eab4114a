"""Whatever goes wrong under /api/v1/ is a problem document, whoever says it: a view, the framework, a middleware, a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.test import Client, override_settings
from rest_framework.test import APIClient

from readiness.api.views import pilots
from tests.company import Company
from tests.readiness.api.conftest import by_key

pytestmark = pytest.mark.thorough

JSON = "application/json"


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def asks(request: pytest.FixtureRequest, company: Company) -> Iterator[Client]:
    """Ria's client, with DEBUG on and off."""
    client = Client(raise_request_exception=False)
    client.force_login(company.ria)
    with override_settings(DEBUG=request.param):
        yield client


def is_problem(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content[:200]
    says: dict[str, Any] = answer.json()
    assert (says["status"], says["type"]) == (status, f"urn:lived-in:problem:{says['code']}")
    assert len(says["detail"]) > 10
    assert says["code"] == (code or says["code"])
    return says


@pytest.mark.parametrize("path", ["nothing/", "pilots", "pilots/X/Y/Z/", "pilots/%00/", "gates/x/fly/"])
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_no_address_is_a_problem(asks: Client, path: str, method: str) -> None:
    answer = getattr(asks, method)(f"/api/v1/{path}")
    if answer.status_code != 405:
        is_problem(answer, 404, "not_found")


def test_a_stranger_is_told_to_sign_in(db: None) -> None:
    for path in ("pilots/", "nothing/", "schema/", "docs/"):
        answer = Client().get(f"/api/v1/{path}")
        is_problem(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"]
    is_problem(Client().get("/api/v1/pilots/", headers={"authorization": "Token wrong"}), 401)


def test_a_method_that_is_not_allowed_names_those_that_are(asks: Client, company: Company) -> None:
    key = company.running().key
    answer = by_key(company.ria, "write").get(f"/api/v1/pilots/{key}/start/")
    is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "POST, OPTIONS"


def test_a_form_without_its_token_is_a_problem(company: Company) -> None:
    asks = Client(enforce_csrf_checks=True)
    asks.force_login(company.ria)
    is_problem(asks.post(f"/api/v1/pilots/{company.running().key}/start/", "{}", JSON), 403, "permission_denied")


BODIES: list[tuple[Any, str, int, str]] = [
    ("{", JSON, 400, "parse_error"),
    (b"\xff\xfe{}", JSON, 400, "parse_error"),
    ("[" * 1000 + "]" * 1000, JSON, 400, "parse_error"),
    ("[" * 200_000 + "]" * 200_000, JSON, 400, "parse_error"),
    ('{"a":' * 1000 + "1" + "}" * 1000, JSON, 400, "parse_error"),
    ('{"reason": ' + "[" * 21 + "]" * 21 + "}", JSON, 400, "parse_error"),
    ('{"reason": ' + "9" * 5000 + "}", JSON, 400, "parse_error"),
    ('{"reason": "' + "x" * 3_000_000 + '"}', JSON, 413, "too_large"),
    ("{}", f"{JSON}; charset=base64", 422, "reason_required"),
    ("reason=No", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ("<reason/>", "application/xml", 415, "unsupported_media_type"),
    ('{"reason": "\\ud800"}', JSON, 422, "invalid"),
    ('{"reason": "\\u0000"}', JSON, 422, "invalid"),
]


@pytest.mark.parametrize(("body", "kind", "status", "code"), BODIES, ids=range(len(BODIES)))
def test_a_body_that_cannot_be_read_is_a_problem(
    company: Company, body: Any, kind: str, status: int, code: str
) -> None:
    asks = by_key(company.ria, "write")
    asks.raise_request_exception = False
    answer = asks.generic("POST", f"/api/v1/pilots/{company.running().key}/retire/", body, content_type=kind)
    is_problem(answer, status, code if status != 422 else None)


def test_as_deep_as_anything_is_meant_is_read(company: Company) -> None:
    asks = by_key(company.ria, "write")
    deep = json.loads("[" * 19 + "]" * 19)
    answer = asks.post(f"/api/v1/pilots/{company.running().key}/retire/", {"learned": deep}, format="json")
    assert is_problem(answer, 422)["errors"].keys() == {"learned"}


def test_a_form_of_more_than_is_read_is_a_problem(company: Company) -> None:
    asks = by_key(company.ria, "write")
    address = f"/api/v1/pilots/{company.running().key}/evidence/"
    is_problem(asks.post(address, {"title": "x" * 3_000_000}, format="multipart"), 413, "too_large")
    is_problem(asks.post(address, {f"n{n}": "1" for n in range(2000)}, format="multipart"), 400)
    broken = asks.generic("POST", address, b"--x", content_type="multipart/form-data")
    is_problem(broken, 400, "parse_error")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("of the inside"), 500),
        (RecursionError(), 500),
        (SuspiciousOperation("a host"), 400),
        (BadRequest("no"), 400),
        (RequestDataTooBig(), 413),
    ],
    ids=str,
)
def test_a_failure_is_a_problem_that_tells_nothing_of_the_inside(
    asks: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def breaks(*_args: Any) -> None:
        raise error

    monkeypatch.setattr(pilots.Pilots, "get_queryset", breaks)
    answer = asks.get("/api/v1/pilots/")
    is_problem(answer, status)
    assert b"of the inside" not in answer.content


def test_what_a_middleware_refuses_is_a_problem(asks: Client) -> None:
    with override_settings(ALLOWED_HOSTS=["lived-in.example"]):
        is_problem(asks.get("/api/v1/pilots/", headers={"host": "elsewhere.example"}), 400, "bad_request")


def test_the_schema_is_yaml_and_its_errors_are_not(company: Company) -> None:
    asks = APIClient()
    asks.force_login(company.ria)
    assert b"openapi: 3.1" in asks.get("/api/v1/schema/").content
    assert asks.get("/api/v1/schema/?format=json").json()["openapi"].startswith("3.1")
    is_problem(asks.get("/api/v1/schema/?format=xml"), 404)
    is_problem(asks.post("/api/v1/schema/"), 405)


def test_a_page_answers_in_pages(asks: Client) -> None:
    assert asks.get("/nothing/")["Content-Type"].startswith("text/html")
