"""What is done with a token is logged with it: which one, by how it begins; the chains hold all the same (rule 8)."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from pilots.models import ApiToken, Event
from readiness.text import events
from tests.company import Company
from tests.readiness.api.conftest import by_key, client, get


def test_every_action_names_the_token_that_it_was_done_with(company: Company) -> None:
    pilot = company.running()
    asks = by_key(company.ria, "write")
    begins = ApiToken.objects.get().token_key
    gate = company.gate(pilot, "error-owner").public_id
    for address, body in (
        (f"pilots/{pilot.key}/accept-risk/", {}),
        (f"gates/{gate}/nominate/", {"person": "hedda@example.org"}),
        (f"pilots/{pilot.key}/evidence/", {"link": "https://x.example/a", "title": "Minutes"}),
        (
            "rights/",
            {
                "kind": "legal-sign-off",
                "portfolio": "service",
                "function": "Customer operations",
                "holder": "hedda@example.org",
            },
        ),
    ):
        answer = asks.post(f"/api/v1/{address}", body)
        assert answer.status_code in (200, 201), answer.content
    after = Event.objects.filter(action__in=("accept_risk", "nominate", "file_evidence", "assign_right")).order_by(
        "-pk"
    )[:4]
    assert {(event.action, event.data["by_token"]) for event in after} == {
        (action, begins) for action in ("accept_risk", "nominate", "file_evidence", "assign_right")
    }
    said = get(company.vera, f"events/?pilot={pilot.key}").json()["results"][-1]
    assert said["token"] == begins
    assert f"Ria Sand, with the API token {begins}" in events.who(after[0])
    out = StringIO()
    call_command("verify_log", stdout=out)
    call_command("rebuild_periods", "--check", stdout=out)


def test_what_is_done_at_a_page_or_afterwards_names_none(company: Company) -> None:
    pilot = company.running()
    by_key(company.ria, "write").post(f"/api/v1/pilots/{pilot.key}/accept-risk/", {})
    client(company.ria).post(f"/api/v1/pilots/{pilot.key}/residents/", {"week": company.day().isoformat(), "people": 4})
    last = Event.objects.filter(pilot=pilot).order_by("-pk")[0]
    assert (last.action, "by_token" in last.data) == ("record_residents", False)
    assert get(company.vera, f"events/?pilot={pilot.key}").json()["results"][-1]["token"] is None
