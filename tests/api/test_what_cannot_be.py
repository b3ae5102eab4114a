"""What cannot be asked is a problem with a sentence, on either engine, and nothing is done."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from pilots import verbs
from pilots.models import Event
from readiness.api import gates
from readiness.api.pages import Pages
from tests.api.conftest import client, get, post
from tests.pages.conftest import Stage

LISTS = ["pilots/", "gates/", "decisions/", "exhibits/", "changes/", "portfolio/board/", "rights/"]  # fmt: skip
DATED = [*LISTS, "portfolio/summary/", "portfolio/bottlenecks/", "portfolio/trend/"]


@pytest.mark.parametrize("address", DATED)
@pytest.mark.parametrize("day", ["1900-01-01", "8999-12-31"])
def test_the_first_and_the_last_day_that_records_reach_can_be_asked_about(
    stage: Stage, address: str, day: str
) -> None:
    stage.running()
    assert get(stage.vera, f"{address}?as_of={day}").status_code == 200


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("cursor", ["p=soon", "p=2026-13-01", "r=1&p=%00", "p=99999999999999999999", "o=99999999999999999999", "r=x", "?"])  # fmt: skip
def test_a_cursor_that_was_never_given_out_leads_nowhere(
    stage: Stage, address: str, cursor: str
) -> None:
    stage.running(ago=200)
    made_up = quote(b64encode(cursor.encode()).decode())
    answer = get(stage.vera, f"{address}?cursor={made_up}")
    assert answer.status_code in (200, 404)
    assert answer.status_code == 404 or "results" in answer.json()


@pytest.mark.parametrize("query", ["portfolio", "pilot", "function", "holder", "kind", "gate", "sponsor", "q"])  # fmt: skip
@pytest.mark.parametrize("address", ["pilots/", "changes/", "portfolio/waits/", "portfolio/summary/"])  # fmt: skip
def test_a_null_character_is_no_text(stage: Stage, address: str, query: str) -> None:
    answer = get(stage.vera, f"{address}?{query}=a%00b")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query])


@pytest.mark.parametrize("address", ["pilots/a%00b/", "gates/a%00b/"])
def test_nothing_is_at_an_address_that_cannot_be(stage: Stage, address: str) -> None:
    assert get(stage.vera, address).status_code == 404


@pytest.mark.parametrize("query", ["as_of=2001-01-01", "known_at=2001-01-01"])
def test_nothing_is_done_in_the_past_by_the_address(stage: Stage, query: str) -> None:
    pilot = stage.running()
    legal = stage.gate(pilot, "legal-sign-off").public_id
    before = Event.objects.count()
    for person, address, body in (
        (stage.ria, f"pilots/{pilot.key}/accept-risk/?{query}", {}),
        (stage.perpetua, f"gates/{legal}/decisions/?{query}", {"outcome": "refused", "reason": "No."}),
    ):  # fmt: skip
        answer = post(person, address, **body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [query.split("=")[0]])  # fmt: skip
    assert Event.objects.count() == before


def test_a_gate_is_chosen_by_what_was_known_of_it_then(stage: Stage) -> None:
    first, on, told = stage.day(40), stage.day(10), stage.day(2)
    then: dict[str, Any] = {"on": first, "known": first}
    pilot = verbs.record(portfolio=stage.portfolio, key="P-1", name="Drafts", by=stage.ria, function=stage.function, **then)  # fmt: skip
    verbs.start(pilot=pilot, by=stage.ria, **then)
    verbs.decide(gate=stage.gate(pilot, "legal-sign-off"), by=stage.perpetua, outcome="cleared", reason="Yes.", on=on)  # fmt: skip

    def waiting(query: str) -> list[str]:
        asked = f"pilots/?gate=legal-sign-off&state=waiting&as_of={on}{query}"
        return [row["key"] for row in get(stage.vera, asked).json()["results"]]

    assert (waiting(f"&known_at={told}"), waiting("")) == (["P-1"], [])


def test_a_mark_is_never_newer_than_what_was_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = stage.running()
    legal = stage.gate(pilot, "legal-sign-off")
    read = gates.read_many

    def read_and_overtaken(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        verbs.decide(gate=stage.gate(pilot, "legal-sign-off"), by=stage.perpetua, outcome="refused", reason="No.")  # fmt: skip
        return found

    monkeypatch.setattr(gates, "read_many", read_and_overtaken)
    shown = get(stage.jory, f"gates/{legal.public_id}/")
    monkeypatch.undo()
    assert shown.json()["state"] == "waiting"
    answer = client(stage.jory).post(
        f"/api/v1/gates/{legal.public_id}/decisions/",
        {"outcome": "cleared", "reason": "Yes."},
        HTTP_IF_MATCH=shown["ETag"],
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")


def test_a_mark_is_known_again_behind_a_proxy_that_packs(stage: Stage) -> None:
    stage.running()
    asks, address = client(stage.vera), "/api/v1/pilots/CO-014/"
    mark = asks.get(address)["ETag"]
    for known in (f"W/{mark}", f'"other", {mark}', "*"):
        assert asks.get(address, HTTP_IF_NONE_MATCH=known).status_code == 304, known
    assert asks.get(address, HTTP_IF_NONE_MATCH='"other"').status_code == 200


def test_a_cursor_steps_over_all_that_stalled_on_one_day(stage: Stage) -> None:
    request = Request(APIRequestFactory().get("/", {"cursor": b64encode(b"o=4000&p=2026-01-01").decode()}))  # fmt: skip
    cursor = Pages().decode_cursor(request)
    assert cursor is not None
    assert cursor.offset == 4000
