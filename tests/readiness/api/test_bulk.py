"""One action on many, over the API: all or none, a result for each, one entry in the log; what is not theirs is not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.models import Event, Pilot, Portfolio
from tests.company import Company
from tests.readiness.api.conftest import by_key, client, get, post


def running(company: Company, number: int) -> list[Pilot]:
    return [company.running(f"P-{n}", f"Drafts {n}") for n in range(number)]


def named(pilots: list[Pilot], **more: Any) -> list[dict[str, Any]]:
    return [{"key": pilot.key, **more} for pilot in pilots]


def pause(company: Company) -> dict[str, Any]:
    return {"until": company.day(-5).isoformat(), "reason": "Holidays."}


def stages(pilots: list[Pilot]) -> list[str]:
    return [Pilot.objects.get(pk=pilot.pk).stage for pilot in pilots]


def test_one_action_is_done_to_all_with_a_result_for_each_and_one_entry_in_the_log(company: Company) -> None:
    pilots = running(company, 3)
    answer = post(company.ria, "pilots/bulk/", action="pause", pilots=named(pilots), arguments=pause(company))
    says = answer.json()
    assert answer.status_code == 200, says
    assert stages(pilots) == ["paused"] * 3
    assert [(each["key"], each["status"], each["code"]) for each in says["results"]] == [
        (pilot.key, 200, "done") for pilot in pilots
    ]
    assert [each["version"] for each in says["results"]] == [Pilot.objects.get(pk=p.pk).version for p in pilots]
    entries = get(company.vera, "events/").json()["results"]
    assert [(each["verb"], each["pilots"]) for each in entries if each["verb"] == "pause"] == [("pause", 3)]
    assert {each["batch"] for each in entries if each["verb"] == "pause"} == {says["batch"]}


def test_where_one_is_refused_none_is_done_and_each_says_why(company: Company) -> None:
    pilots = running(company, 3)
    actions.retire(pilot=pilots[1], by=company.ria, learned="Nobody reads them.")
    before = Event.objects.count()
    answer = post(company.ria, "pilots/bulk/", action="pause", pilots=named(pilots), arguments=pause(company))
    says = answer.json()
    assert (answer.status_code, says["code"]) == (409, "wrong_stage")
    assert [(each["key"], each["status"], each["code"]) for each in says["results"]] == [
        ("P-0", 424, "not_done"),
        ("P-1", 409, "wrong_stage"),
        ("P-2", 424, "not_done"),
    ]
    assert (Event.objects.count(), stages(pilots)) == (before, ["running", "retired", "running"])


def test_what_is_not_theirs_is_not_there_as_what_there_is_not(company: Company) -> None:
    mine = running(company, 1)
    other = Portfolio.objects.create(key="other", name="Other")
    theirs = actions.record(portfolio=other, key="X-1", name="Theirs", by=None)
    keys = [*named(mine), {"key": theirs.key}, {"key": "X-2"}]
    answer = post(company.ria, "pilots/bulk/", action="start", pilots=keys)
    says = answer.json()
    assert (answer.status_code, [each["status"] for each in says["results"]]) == (404, [424, 404, 404])
    hidden, none = says["results"][1:]
    assert hidden | {"key": ""} == none | {"key": ""}
    assert (
        post(company.ria, "gates/bulk/", action="nominate", gates=[{"id": theirs.gates.all()[0].public_id}]).status_code
        == 404
    )


def test_a_thousand_of_others_answer_404_for_each_in_as_many_statements(company: Company) -> None:
    counts = []
    for number in (1, 1000):
        asks = client(company.noam)
        with CaptureQueriesContext(connection) as asked:
            keys = [{"key": f"X-{n}"} for n in range(number)]
            answer = asks.post("/api/v1/pilots/bulk/", {"action": "start", "pilots": keys})
        counts.append(len(asked))
        assert (answer.status_code, {each["status"] for each in answer.json()["results"]}) == (404, {404})
    assert counts[0] == counts[1]


def test_a_version_that_is_old_stops_all(company: Company) -> None:
    pilots = running(company, 2)
    items = [{"key": p.key, "version": Pilot.objects.get(pk=p.pk).version} for p in pilots]
    actions.accept_risk(pilot=pilots[0], by=company.ria)
    answer = post(company.ria, "pilots/bulk/", action="pause", pilots=items, arguments=pause(company))
    assert [each["code"] for each in answer.json()["results"]] == ["changed_meanwhile", "not_done"]
    assert answer.status_code == 412
    assert stages(pilots) == ["running", "running"]
    items[0]["version"] += 1
    again = post(company.ria, "pilots/bulk/", action="pause", pilots=items, arguments=pause(company))
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"action", "pilots"}),
        ({"action": "adopt", "pilots": [{"key": "P-0"}]}, {"action"}),
        ({"action": "pause", "pilots": []}, {"pilots"}),
        ({"action": "pause", "pilots": "P-0"}, {"pilots"}),
        ({"action": "pause", "pilots": [{"key": "P-0", "version": "x"}]}, {"pilots.0.version"}),
        ({"action": "pause", "pilots": [{"key": "P-0"}, {"key": "P-0"}]}, {"pilots.1"}),
        ({"action": "pause", "pilots": [{"key": f"P-{n}"} for n in range(1001)]}, {"pilots"}),
        ({"action": "pause", "pilots": [{"key": "P-0"}], "arguments": []}, {"arguments"}),
        (
            {"action": "pause", "pilots": [{"key": "P-0"}], "arguments": {"until": 5, "mood": "good"}},
            {"arguments.until", "arguments.mood", "arguments.reason"},
        ),
    ],
)
def test_what_cannot_be_sent_is_named(company: Company, body: dict[str, Any], fields: set[str]) -> None:
    running(company, 1)
    before = Event.objects.count()
    answer = post(company.ria, "pilots/bulk/", **body)
    assert (answer.status_code, answer.json()["errors"].keys()) == (422, fields), answer.content
    assert Event.objects.count() == before


def test_whoever_may_never_do_it_is_refused_whatever_they_send(company: Company) -> None:
    pilots = running(company, 2)
    for arguments in (pause(company), {"until": "soon"}):
        answer = post(company.vera, "pilots/bulk/", action="pause", pilots=named(pilots), arguments=arguments)
        assert (answer.status_code, {each["code"] for each in answer.json()["results"]}) == (403, {"not_yours"})
    assert (
        by_key(company.perpetua, "decide").post("/api/v1/pilots/bulk/", {"action": "pause"}).json()["code"] == "scope"
    )


def test_many_gates_are_decided_alike_and_together(company: Company) -> None:
    pilots = running(company, 3)
    gates = [{"id": company.gate(pilot, "legal-sign-off").public_id} for pilot in pilots]
    yes = {"outcome": "cleared", "reason": "Standard terms apply."}
    answer = post(company.perpetua, "gates/bulk/", action="decisions", gates=gates, arguments=yes)
    says = answer.json()
    assert (answer.status_code, [each["code"] for each in says["results"]]) == (200, ["done"] * 3)
    marks = [int(get(company.vera, f"gates/{gate['id']}/")["ETag"].strip('"').split(".")[0]) for gate in gates]
    assert [each["version"] for each in says["results"]] == marks
    actions.retire(pilot=pilots[2], by=company.ria, learned="Nobody reads them.")
    again = post(
        company.perpetua, "gates/bulk/", action="decisions", gates=gates, arguments=yes | {"outcome": "refused"}
    )
    assert [each["status"] for each in again.json()["results"]] == [424, 424, 409]
    assert Event.objects.filter(action="decide").count() == 3
    mixed = [gates[0], {"id": company.gate(pilots[0], "it-data-access").public_id}]
    assert post(company.perpetua, "gates/bulk/", action="decisions", gates=mixed, arguments=yes).status_code == 422


def test_one_person_is_named_for_many_gates(company: Company) -> None:
    gates = [{"id": company.gate(pilot, "error-owner").public_id} for pilot in running(company, 2)]
    arguments = {"person": "hedda@example.org"}
    answer = post(company.ria, "gates/bulk/", action="nominate", gates=gates, arguments=arguments)
    assert answer.status_code == 200, answer.content
    assert [each["code"] for each in answer.json()["results"]] == ["done"] * 2
    assert Event.objects.filter(action="nominate", batch=answer.json()["batch"], pilot__isnull=False).count() == 2


def test_bulk_is_done_once_under_its_key(company: Company) -> None:
    pilots, asks = running(company, 2), client(company.ria)
    body = {"action": "pause", "pilots": named(pilots), "arguments": pause(company)}
    first = asks.post("/api/v1/pilots/bulk/", body, HTTP_IDEMPOTENCY_KEY="one")
    again = asks.post("/api/v1/pilots/bulk/", body, HTTP_IDEMPOTENCY_KEY="one")
    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert Event.objects.filter(action="pause", pilot__isnull=False).count() == 2


def test_a_pilot_may_be_called_bulk(company: Company) -> None:
    company.running("bulk")
    assert get(company.vera, "pilots/bulk/").json()["key"] == "bulk"
    assert get(company.vera, "gates/bulk/").status_code == 404


def test_bulk_takes_as_many_statements_for_many_as_for_few(company: Company) -> None:
    counts = []
    for number in (2, 6):
        pilots = [company.running(f"{number}-{n}", f"Drafts {n}") for n in range(number)]
        asks = client(company.ria)
        with CaptureQueriesContext(connection) as asked:
            asks.post("/api/v1/pilots/bulk/", {"action": "pause", "pilots": named(pilots), "arguments": pause(company)})
        counts.append(len(asked))
    assert counts[0] == counts[1]
