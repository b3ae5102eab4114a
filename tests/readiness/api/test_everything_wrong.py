"""All that is wrong with what was sent is said at once, and what one may never do comes before it (SCENARIOS, Refusals)."""

from __future__ import annotations

from typing import Any

import pytest

from pilots import actions
from pilots.models import Decision, Event
from tests.company import Company
from tests.readiness.api.conftest import client, get, post


def legal(company: Company, pilot: Any) -> str:
    return f"gates/{company.gate(pilot, 'legal-sign-off').public_id}/"


def test_all_values_that_cannot_be_are_named_at_once(company: Company) -> None:
    pilot = company.running()
    address = f"{legal(company, pilot)}decisions/"
    sent: dict[str, Any] = {
        "outcome": "conditional",
        "on": "soon",
        "for": "nobody@example.org",
        "conditions": [{"text": "List.", "owner": "nobody@example.org", "due": "never"}],
    }
    answer = post(company.perpetua, address, **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert set(answer.json()["errors"]) == {"on", "for", "conditions.1.owner", "conditions.1.due", "reason"}


def test_what_the_action_itself_refuses_is_named_with_it_by_the_code_of_the_first(company: Company) -> None:
    pilot = company.running()
    answer = post(company.ria, f"pilots/{pilot.key}/pause/")
    says = answer.json()
    assert set(says["errors"]) == {"until", "reason"}
    assert says["errors"][next(iter(says["errors"]))] == [says["detail"]]
    assert pilot.stage == "running"
    threshold = post(company.ria, f"pilots/{pilot.key}/register-threshold/").json()
    assert {"metric", "direction", "value"} <= threshold["errors"].keys()
    assert not Event.objects.filter(action__in=("pause", "register_threshold")).exists()


@pytest.mark.parametrize(
    ("who", "sent", "code"),
    [
        ("vera", {"outcome": "cleared", "on": "soon"}, "not_yours"),
        ("bastian", {"outcome": [], "mood": "good"}, "not_yours"),
        ("vera", {"for": "nobody@example.org"}, "not_yours"),
    ],
)
def test_whoever_may_never_do_it_is_told_so_whatever_they_send(
    company: Company, who: str, sent: dict[str, Any], code: str
) -> None:
    answer = post(company.people[who], f"{legal(company, company.running())}decisions/", **sent)
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_a_stage_that_does_not_fit_comes_before_a_value_that_cannot_be(company: Company) -> None:
    pilot = company.running()
    actions.retire(pilot=pilot, by=company.ria, learned="Nobody reads them.")
    answer = post(company.ria, f"pilots/{pilot.key}/pause/", until="soon")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_stage")
    assert post(company.vera, f"pilots/{pilot.key}/pause/", until="soon").status_code == 403


def test_a_version_that_is_old_comes_before_a_value_that_cannot_be(company: Company) -> None:
    pilot = company.running()
    address = legal(company, pilot)
    mark = get(company.perpetua, address)["ETag"]
    post(company.jory, f"{address}decisions/", outcome="refused", reason="No.")
    answer = client(company.perpetua).post(f"/api/v1/{address}decisions/", {"on": 5}, HTTP_IF_MATCH=mark)
    assert answer.status_code == 412


def test_an_outdated_version_is_answered_with_the_current_one_and_what_happened(company: Company) -> None:
    pilot = company.running()
    address = legal(company, pilot)
    mark = get(company.perpetua, address)["ETag"]
    for outcome in ("refused", "cleared"):
        post(company.jory, f"{address}decisions/", outcome=outcome, reason="As read.")
    post(
        company.bastian,
        f"gates/{company.gate(pilot, 'it-data-access').public_id}/decisions/",
        outcome="refused",
        reason="No.",
    )
    again = {"outcome": "refused", "reason": "Not with names in it."}
    answer = client(company.perpetua).post(f"/api/v1/{address}decisions/", again, HTTP_IF_MATCH=mark)
    says, now = answer.json(), get(company.perpetua, address)["ETag"]
    assert (answer.status_code, says["code"], answer["ETag"], says["etag"]) == (412, "changed_meanwhile", now, now)
    assert says["current_version"] == int(now.strip('"').split(".")[0])
    assert [(each["verb"], each["outcome"], each["by"]["name"]) for each in says["meanwhile"]] == [
        ("decide", "cleared", "Jory Mellin"),
        ("decide", "refused", "Jory Mellin"),
    ]
    agreed = client(company.perpetua).post(f"/api/v1/{address}decisions/", again, HTTP_IF_MATCH=says["etag"])
    assert agreed.status_code == 201
    assert agreed["Location"] == f"http://testserver/api/v1/{address}"


def test_a_pilot_that_changed_says_so_as_well(company: Company) -> None:
    pilot = company.running()
    mark = get(company.ria, f"pilots/{pilot.key}/")["ETag"]
    post(company.ria, f"pilots/{pilot.key}/accept-risk/")
    until = {"until": company.day(-5).isoformat(), "reason": "Holidays."}
    answer = client(company.ria).post(f"/api/v1/pilots/{pilot.key}/pause/", until, HTTP_IF_MATCH=mark)
    says = answer.json()
    assert (answer.status_code, [each["verb"] for each in says["meanwhile"]]) == (412, ["accept_risk"])
    assert answer["ETag"] == get(company.ria, f"pilots/{pilot.key}/")["ETag"]


def test_a_conflict_says_what_happened_last(company: Company) -> None:
    pilot = company.running()
    answer = post(company.ria, f"pilots/{pilot.key}/start/")
    says = answer.json()
    assert (answer.status_code, says["code"]) == (409, "wrong_stage")
    assert [each["verb"] for each in says["meanwhile"]] == ["accepted", "nominate", "start"]
    assert says["etag"] == answer["ETag"]


def test_what_was_asked_on_and_changed_is_a_conflict_where_no_version_was_named(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, "legal-sign-off")
    actions.ask_exception(gate=gate, by=company.ansel, reason="Quarter's end.")
    actions.amend(pilot=pilot, by=company.ria, set={"tool": "Drafter 2"})
    says = {"outcome": "excepted", "reason": "Until then.", "until": company.day(-30).isoformat()}
    answer = post(company.perpetua, f"{legal(company, pilot)}decisions/", **says)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert answer.json()["meanwhile"][0]["verb"] == "amend"
    assert post(company.perpetua, f"{legal(company, pilot)}decisions/", **says, confirmed=True).status_code == 201
    assert Decision.objects.filter(outcome="excepted").count() == 1
