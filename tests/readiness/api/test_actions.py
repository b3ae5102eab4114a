"""The actions over HTTP: the same guards, the same codes and the same sentences as everywhere."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from pilots import actions
from pilots.models import ApiToken, Decision, Event, Pilot, PortfolioRole
from tests.company import Company
from tests.readiness.api.conftest import by_key, client, get, post


def gate(company: Company, pilot: Pilot, kind: str, word: str) -> str:
    return f"gates/{company.gate(pilot, kind).public_id}/{word}/"


def test_one_decision_travels_from_a_click_to_the_log_and_back(company: Company) -> None:
    pilot = company.running()
    answer = post(
        company.perpetua,
        gate(company, pilot, "legal-sign-off", "decisions"),
        outcome="conditional",
        reason="On conditions.",
        conditions=[
            {"text": "Name the retention period.", "owner": "ria@example.org", "due": company.day(-20).isoformat()}
        ],
    )
    assert answer.status_code == 201, answer.content
    assert (answer.json()["state"], answer.json()["good_until"]) == ("conditional", company.day(-20).isoformat())
    decision = Decision.objects.get(gate__pilot=pilot, outcome="conditional")
    assert decision.decider == company.perpetua
    assert get(company.vera, "decisions/").json()["results"][0]["id"] == decision.public_id


@pytest.mark.parametrize("nobody", ["\0", "\ud800", "x" * 60_000])
def test_a_person_whom_no_database_can_be_asked_for_is_refused_at_their_field(company: Company, nobody: str) -> None:
    legal = gate(company, company.running(), "legal-sign-off", "decisions")
    asked = {"outcome": "refused", "reason": "No.", "for": nobody, "evidence": "https://x.example/a"}
    # As a client sends it: half of a character as its code.
    sent = client(company.ria).post(f"/api/v1/{legal}", json.dumps(asked), content_type="application/json")
    assert sent.status_code == 422
    assert list(sent.json()["errors"]) == ["for"]


def test_each_outcome_and_each_action_of_a_gate_works(company: Company) -> None:
    pilot = company.running()
    legal = lambda word: gate(company, pilot, "legal-sign-off", word)  # noqa: E731
    steps: list[tuple[Any, str, dict[str, Any], str]] = [
        (
            company.perpetua,
            legal("decisions"),
            {"outcome": "changes_requested", "reason": "Which data?"},
            "changes_requested",
        ),
        (company.ria, legal("answer"), {"text": "Only the subject lines."}, "waiting"),
        (
            company.jory,
            legal("decisions"),
            {"outcome": "refused", "reason": "No.", "would_change": "No names."},
            "refused",
        ),
        (company.ansel, legal("ask-exception"), {"reason": "Quarter's end."}, "refused"),
        (
            company.perpetua,
            legal("decisions"),
            {"outcome": "excepted", "reason": "Until then.", "until": company.day(-30).isoformat()},
            "excepted",
        ),
        (
            company.ria,
            legal("decisions"),
            {
                "outcome": "cleared",
                "reason": "By mail.",
                "for": company.jory.public_id,
                "evidence": "https://mail.example.org/1",
            },
            "cleared",
        ),
        (company.perpetua, legal("decisions"), {"outcome": "withdrawn", "reason": "New terms."}, "waiting"),
        (company.ria, gate(company, pilot, "error-owner", "nominate"), {"person": "hedda@example.org"}, "waiting"),
        (company.hedda, gate(company, pilot, "error-owner", "accept"), {}, "cleared"),
        (company.hedda, gate(company, pilot, "error-owner", "leave"), {"reason": "Another role."}, "unowned"),
    ]
    for person, address, body, state in steps:
        answer = post(person, address, **body)
        assert (answer.status_code, answer.json().get("state")) == (201, state), answer.content


def test_a_pilot_is_started_measured_adopted_and_rolled_back(company: Company) -> None:
    pilot = company.pilot(ago=10)
    for word, body, stage_then in (
        ("start", {}, "running"),
        ("pause", {"until": company.day(-5).isoformat(), "reason": "Holidays."}, "paused"),
        ("resume", {}, "running"),
        ("move-decide-by", {"to": company.day(-60).isoformat(), "reason": "Later data."}, "running"),
        ("set-rules", {"acceptable_use": "Drafts.", "exceptions_to": "hedda@example.org"}, "running"),
        (
            "register-threshold",
            {
                "metric": "Share sent",
                "direction": "at_least",
                "value": 0.8,
                "kind": "proportion",
                "smallest_sample": 50,
            },
            "running",
        ),
        ("measurements", {"value": 0.95, "sample": 300}, "running"),
        ("residents", {"week": company.day().isoformat(), "people": 4}, "running"),
        ("accept-risk", {}, "running"),
    ):
        answer = post(company.ria, f"pilots/{pilot.key}/{word}/", **body)
        assert answer.status_code == 200, (word, answer.content)
        assert answer.json()["stage"] == stage_then
    assert answer.json()["quality"] == "met"
    refused = post(company.ria, f"pilots/{pilot.key}/adopt/")
    assert (refused.status_code, refused.json()["code"]) == (409, "gates_open")
    assert refused.json()["missing"][0] == "legal-sign-off"
    retired = post(company.ria, f"pilots/{pilot.key}/retire/", learned="Nobody reads them.")
    assert retired.json()["standing"] == "retired"


@pytest.mark.parametrize(
    ("who", "kind", "word", "body", "status", "code", "field"),
    [
        ("bastian", "legal-sign-off", "decisions", {"outcome": "cleared", "reason": "Yes."}, 403, "not_yours", None),
        ("perpetua", "legal-sign-off", "decisions", {"outcome": "cleared"}, 422, "reason_required", "reason"),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "conditional", "reason": "If."},
            422,
            "conditions_required",
            "conditions",
        ),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "cleared", "reason": "Yes.", "on": "2999-01-01"},
            422,
            "in_future",
            "on",
        ),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "cleared", "reason": "Yes.", "on": "2001-01-01"},
            422,
            "before_record",
            "on",
        ),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "excepted", "reason": "Yes."},
            409,
            "nothing_asked",
            None,
        ),
        ("perpetua", "legal-sign-off", "accept", {}, 409, "wrong_gate", None),
        ("hedda", "error-owner", "accept", {}, 404, "not_found", None),
        ("ria", "error-owner", "accept", {}, 403, "not_named", None),
        ("tove", "quality-threshold", "decisions", {"outcome": "cleared", "reason": "Yes."}, 409, "not_measured", None),
        ("vera", "legal-sign-off", "decisions", {"outcome": "cleared", "reason": "Yes."}, 403, "not_yours", None),
        ("noam", "legal-sign-off", "decisions", {"outcome": "cleared", "reason": "Yes."}, 404, "not_found", None),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "cleared", "reason": "Yes.", "mood": "good"},
            422,
            "invalid",
            "mood",
        ),
        (
            "perpetua",
            "legal-sign-off",
            "decisions",
            {"outcome": "cleared", "reason": "Yes.", "on": "soon"},
            422,
            "invalid",
            "on",
        ),
        ("ria", "error-owner", "nominate", {"person": "nobody@example.org"}, 422, "invalid", "person"),
    ],
)
def test_what_is_refused_is_a_problem_with_its_code_and_its_field(
    company: Company, who: str, kind: str, word: str, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    pilot = company.running()
    answer = post(company.people[who], gate(company, pilot, kind, word), **body)
    says = answer.json()
    assert (answer.status_code, says["code"]) == (status, code), says
    assert says["type"] == f"urn:lived-in:problem:{code}"
    assert answer["Content-Type"] == "application/problem+json"
    assert list(says.get("errors", {})) == ([field] if field else [])
    assert len(says["detail"]) > 15


def test_nan_is_no_threshold(company: Company) -> None:
    pilot = company.running()
    body = '{"metric": "m", "direction": "at_least", "value": NaN, "kind": "mean", "smallest_sample": 9}'
    answer = client(company.ria).post(
        f"/api/v1/pilots/{pilot.key}/register-threshold/", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["errors"]) == (422, {"value": ["Give a number, such as 0.9."]})
    said = post(
        company.ria,
        f"pilots/{pilot.key}/register-threshold/",
        metric="m",
        direction="at_least",
        value="NaN",
        kind="mean",
        smallest_sample=9,
    )
    assert (said.status_code, list(said.json()["errors"])) == (422, ["value"])


def test_what_changed_since_it_was_read_is_not_overwritten(company: Company) -> None:
    pilot = company.running()
    address = f"gates/{company.gate(pilot, 'legal-sign-off').public_id}/"
    mark = get(company.perpetua, address)["ETag"]
    yes = {"outcome": "cleared", "reason": "Yes."}
    # A colleague answers another gate: no conflict.
    assert post(company.bastian, gate(company, pilot, "it-data-access", "decisions"), **yes).status_code == 201
    asks = client(company.perpetua)
    first = asks.post(f"/api/v1/{address}decisions/", yes, HTTP_IF_MATCH=mark)
    assert first.status_code == 201
    second = client(company.jory).post(f"/api/v1/{address}decisions/", yes, HTTP_IF_MATCH=mark)
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    third = client(company.jory).post(f"/api/v1/{address}decisions/", yes, HTTP_IF_MATCH=first["ETag"])
    assert third.status_code == 201
    nonsense = client(company.jory).post(f"/api/v1/{address}decisions/", yes, HTTP_IF_MATCH='"x"')
    assert nonsense.status_code == 412


def test_a_session_needs_the_token_of_its_page(company: Company) -> None:
    from rest_framework.test import APIClient

    pilot = company.running()
    asks = APIClient(enforce_csrf_checks=True)
    asks.force_login(company.ria)
    answer = asks.post(f"/api/v1/pilots/{pilot.key}/accept-risk/", {})
    assert answer.status_code == 403
    assert not Event.objects.filter(action="accept_risk").exists()


def test_a_key_reaches_as_far_as_its_scope_and_its_persons_work(company: Company) -> None:
    pilot = company.running()
    legal = f"/api/v1/{gate(company, pilot, 'legal-sign-off', 'decisions')}"
    yes = {"outcome": "cleared", "reason": "Yes."}
    read = by_key(company.perpetua, "read")
    answer = read.post(legal, yes)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")
    assert read.get("/api/v1/pilots/").status_code == 200
    assert by_key(company.perpetua, "decide").post(legal, yes).status_code == 201
    office = by_key(company.ria, "decide")
    paused = f"/api/v1/pilots/{pilot.key}/pause/"
    assert office.post(paused, {"until": company.day(-5), "reason": "Holidays."}).status_code == 403
    write = by_key(company.ria, "write")
    PortfolioRole.objects.filter(person=company.ria).delete()
    assert write.post(paused, {"until": company.day(-5), "reason": "Holidays."}).status_code == 403
    assert pilot.stage == "running"


def test_a_key_is_kept_as_a_digest_expires_and_can_be_taken_back(company: Company) -> None:
    token, key = actions.issue_token(person=company.vera, by=None)
    assert key not in str(ApiToken.objects.values())
    assert key not in str(Event.objects.filter(action="issue_token").values())
    asks = by_key(company.vera)
    mine = ApiToken.objects.exclude(pk=token.pk).get()
    assert asks.get("/api/v1/pilots/").status_code == 200
    mine.refresh_from_db()
    assert mine.last_used_at is not None
    ApiToken.objects.filter(pk=mine.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert asks.get("/api/v1/pilots/").status_code == 401
    asks.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert asks.get("/api/v1/pilots/").status_code == 200
    actions.revoke_token(token=token, by=company.vera)
    assert asks.get("/api/v1/pilots/").status_code == 401


def test_the_command_prints_a_key_once_and_refuses_a_scope_that_is_not_needed(company: Company) -> None:
    company.running()
    out = StringIO()
    call_command("api_token", "ria@example.org", "--scope", "write", "--days", "3", stdout=out)
    key = out.getvalue().strip()
    assert len(key) == 64
    for email, scope in (("vera", "decide"), ("perpetua", "write"), ("noam", "decide")):
        with pytest.raises(CommandError) as ended:
            call_command("api_token", f"{email}@example.org", "--scope", scope)
        assert ended.value.returncode == 2
    with pytest.raises(CommandError):
        call_command("api_token", "nobody@example.org")


def test_the_command_lists_what_there_is_and_takes_one_back(company: Company) -> None:
    asks = APIClient()
    made = [actions.issue_token(person=company.vera, by=None, name=name)[1] for name in ("review", "lost")]
    out = StringIO()
    call_command("api_token", "vera@example.org", "--list", stdout=out)
    printed = out.getvalue()
    assert [line.rsplit(". ", 1)[1] for line in printed.splitlines()] == ["review", "lost"]
    assert not any(key in printed for key in made)
    with pytest.raises(CommandError):
        call_command("api_token", "ria@example.org", "--revoke", made[1])
    call_command("api_token", "vera@example.org", "--revoke", made[1][:15], stdout=out)
    opens = []
    for key in made:
        asks.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        opens.append(asks.get("/api/v1/pilots/").status_code)
    assert opens == [200, 401]
    call_command("api_token", "vera@example.org", "--revoke", "all", stdout=out)
    asks.credentials(HTTP_AUTHORIZATION=f"Bearer {made[0]}")
    assert asks.get("/api/v1/pilots/").status_code == 401


def test_whoever_is_named_to_succeed_sees_the_pilot_and_can_accept(company: Company) -> None:
    pilot = company.running()
    address = gate(company, pilot, "named-sponsor", "accept")
    assert post(company.noam, address).status_code == 404
    actions.nominate(gate=company.gate(pilot, "named-sponsor"), by=company.ria, person=company.noam)
    assert get(company.noam, f"pilots/{pilot.key}/").json()["sponsor"]["name"] == "Ansel Quaye"
    page = client(company.noam).get("/my/decisions/")
    assert pilot.name in page.content.decode()
    answer = post(company.noam, address)
    assert (answer.status_code, answer.json()["holder"]["name"]) == (201, "Noam Outside")
    assert get(company.noam, f"pilots/{pilot.key}/").json()["sponsor"]["name"] == "Noam Outside"
