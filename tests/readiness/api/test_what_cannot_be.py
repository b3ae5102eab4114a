"""What cannot be asked is a problem with a sentence, on either engine, and nothing is done."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from pilots import actions
from pilots.models import Event
from readiness.api.views import gates
from tests.company import Company
from tests.readiness.api.conftest import client, get, post

pytestmark = pytest.mark.thorough

BY_DAY = ["pilots/", "gates/", "decisions/", "exhibits/", "portfolio/board/", "rights/"]
LISTS = [*BY_DAY, "changes/", "events/", "people/", "portfolios/", "functions/", "kinds/"]
FIGURES = ["portfolio/summary/", "portfolio/bottlenecks/", "portfolio/decisions-that-free/", "portfolio/trend/"]
DATED = [*BY_DAY, *FIGURES, "changes/", "events/"]


@pytest.mark.parametrize("address", DATED)
@pytest.mark.parametrize("day", ["1900-01-01", "8999-12-31"])
def test_the_first_and_the_last_day_that_records_reach_can_be_asked_about(
    company: Company, address: str, day: str
) -> None:
    company.running()
    assert get(company.vera, f"{address}?as_of={day}").status_code == 200


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "cursor", ["p=soon", "p=2026-13-01", "r=1&p=%00", "p=99999999999999999999", "o=99999999999999999999", "r=x", "?"]
)
def test_a_cursor_that_was_never_given_out_leads_nowhere(company: Company, address: str, cursor: str) -> None:
    company.running(ago=200)
    made_up = quote(b64encode(cursor.encode()).decode())
    answer = get(company.vera, f"{address}?cursor={made_up}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "query"),
    [
        *(("pilots/", name) for name in ("portfolio", "function", "holder", "gate", "sponsor", "q")),
        *(("portfolio/waits/", name) for name in ("portfolio", "function", "holder", "kind", "pilot")),
        ("changes/", "pilot"),
        ("events/", "by"),
        ("people/", "q"),
        ("portfolio/summary/", "portfolio"),
    ],
)
def test_a_null_character_is_no_text(company: Company, address: str, query: str) -> None:
    answer = get(company.vera, f"{address}?{query}=a%00b")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query])


@pytest.mark.parametrize("address", ["pilots/a%00b/", "gates/a%00b/"])
def test_nothing_is_at_an_address_that_cannot_be(company: Company, address: str) -> None:
    assert get(company.vera, address).status_code == 404


@pytest.mark.parametrize("query", ["as_of=2001-01-01", "known_at=2001-01-01"])
def test_nothing_is_done_in_the_past_by_the_address(company: Company, query: str) -> None:
    pilot = company.running()
    legal = company.gate(pilot, "legal-sign-off").public_id
    before = Event.objects.count()
    for person, address, body in (
        (company.ria, f"pilots/{pilot.key}/accept-risk/?{query}", {}),
        (company.perpetua, f"gates/{legal}/decisions/?{query}", {"outcome": "refused", "reason": "No."}),
    ):
        answer = post(person, address, **body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.split("=")[0]])
    assert Event.objects.count() == before


def test_a_gate_is_chosen_by_what_was_known_of_it_then(company: Company) -> None:
    first, on, known_at = company.day(40), company.day(10), company.day(2)
    then: dict[str, Any] = {"on": first, "known": first}
    pilot = actions.record(
        portfolio=company.portfolio, key="P-1", name="Drafts", by=company.ria, function=company.function, **then
    )
    actions.start(pilot=pilot, by=company.ria, **then)
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome="cleared", reason="Yes.", on=on
    )

    def waiting(query: str) -> list[str]:
        asked = f"pilots/?gate=legal-sign-off&state=waiting&as_of={on}{query}"
        return [row["key"] for row in get(company.vera, asked).json()["results"]]

    assert (waiting(f"&known_at={known_at}"), waiting("")) == (["P-1"], [])


def test_a_mark_is_never_newer_than_what_was_shown(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    pilot = company.running()
    legal = company.gate(pilot, "legal-sign-off")
    read = gates.snapshots_of

    def read_and_overtaken(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        actions.decide(gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome="refused", reason="No.")
        return found

    monkeypatch.setattr(gates, "snapshots_of", read_and_overtaken)
    shown = get(company.jory, f"gates/{legal.public_id}/")
    monkeypatch.undo()
    assert shown.json()["state"] == "waiting"
    answer = client(company.jory).post(
        f"/api/v1/gates/{legal.public_id}/decisions/",
        {"outcome": "cleared", "reason": "Yes."},
        HTTP_IF_MATCH=shown["ETag"],
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")


def test_a_mark_is_known_again_behind_a_proxy_that_packs(company: Company) -> None:
    company.running()
    asks, address = client(company.vera), "/api/v1/pilots/CO-014/"
    mark = asks.get(address)["ETag"]
    for known in (f"W/{mark}", f'"other", {mark}', "*"):
        assert asks.get(address, HTTP_IF_NONE_MATCH=known).status_code == 304, known
    assert asks.get(address, HTTP_IF_NONE_MATCH='"other"').status_code == 200


THRESHOLD = {"metric": "m", "direction": "at_least", "value": 9, "kind": "mean", "smallest_sample": 9}


@pytest.mark.parametrize("value", ["NaN", "1e400", "-Infinity", "[]", "{}", "true", "null", '"nine"'])
def test_a_number_that_is_none_is_refused_in_the_actions_words(company: Company, value: str) -> None:
    pilot = company.running()
    body = json.dumps(THRESHOLD).replace('"value": 9', f'"value": {value}')
    answer = client(company.ria).post(
        f"/api/v1/pilots/{pilot.key}/register-threshold/", body, content_type="application/json"
    )
    says = answer.json()
    assert (answer.status_code, says["code"]) == (422, "invalid")
    assert says["errors"] == {"value": [says["detail"]]} == {"value": ["Give a number, such as 0.9."]}


CONDITION = {"text": "List.", "owner": "hedda@example.org", "due": "2998-01-01"}
YES_IF = {"outcome": "conditional", "reason": "If.", "conditions": [CONDITION]}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"reason": ["Yes."]}, ["reason"]),
        ({"reason": {"why": "Yes."}}, ["reason"]),
        ({"reason": True}, ["reason"]),
        ({"on": 5}, ["on"]),
        ({"for": 5}, ["for"]),
        ({"for": ["perpetua@example.org"]}, ["for"]),
        ({"pieces": "all"}, ["pieces"]),
        ({"pieces": [{}]}, ["pieces.0"]),
        ({"conditions": "none"}, ["conditions"]),
        ({"conditions": ["none"]}, ["conditions.1"]),
        ({"conditions": [CONDITION, CONDITION | {"text": []}]}, ["conditions.2.text"]),
        ({"conditions": [CONDITION, CONDITION | {"owner": []}]}, ["conditions.2.owner"]),
        ({"mood": "good", "weather": "fine"}, ["mood", "weather"]),
        ({"reason": [], "evidence": {}}, ["reason", "evidence"]),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_field(
    company: Company, sent: dict[str, Any], fields: list[str]
) -> None:
    legal = company.gate(company.running(), "legal-sign-off").public_id
    before = Event.objects.count()
    answer = post(company.perpetua, f"gates/{legal}/decisions/", **{**YES_IF, **sent})
    says = answer.json()
    assert (answer.status_code, says["code"], list(says["errors"])) == (422, "invalid", fields)
    assert all(field in says["detail"] for field in fields) or says["detail"] == says["errors"][fields[0]][0]
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("body", "status"), [("{", 400), ("nonsense", 400), ("[]", 422), ('"a text"', 422), ("5", 422)]
)
def test_what_is_no_json_at_all_is_a_bad_request_and_what_names_no_value_cannot_be(
    company: Company, body: str, status: int
) -> None:
    legal = company.gate(company.running(), "legal-sign-off").public_id
    answer = client(company.perpetua).post(f"/api/v1/gates/{legal}/decisions/", body, content_type="application/json")
    assert answer.status_code == status
    assert len(answer.json()["detail"]) > 15


def test_null_is_a_text_that_says_nothing(company: Company) -> None:
    legal = company.gate(company.running(), "legal-sign-off").public_id
    answer = post(company.perpetua, f"gates/{legal}/decisions/", outcome="cleared", reason=None)
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_required")
    given = {"outcome": "refused", "reason": "No.", "evidence": None, "would_change": None, "for": None, "court": None}
    assert post(company.perpetua, f"gates/{legal}/decisions/", **given).status_code == 201
