"""Both sides of pilots over the API: aggregates, and nothing of fewer than three managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from tests.readiness.api.conftest import client
from tests.readiness.both_sides import LATER, Both

pytestmark = pytest.mark.django_db


def get(who: Any, address: str, **query: str) -> Any:
    answer = client(who).get(f"/api/v1/{address}", query)
    return answer.status_code, answer.json()


def test_both_sides_of_a_pilot_and_of_its_portfolio(both: Both) -> None:
    both.announced()
    both.asked()
    says = {"asked": "Ottilie.", "easier": "Starting.", "riskier": "Prices.", "muddy": "Who says stop."}
    actions.give_account(pilot=both.pilot, by=both.company.ansel, basis="spoke", **says)
    actions.answer_pulse(pilot=both.pilot, by=both.company.ansel, score=4)
    both.answered(1, 2, 2)
    both.lived(4)
    both.freeze(LATER)
    ria, perpetua = both.company.ria, both.company.perpetua

    status, accounts = get(ria, "pilots/CO-014/two-accounts/")
    assert status == 200
    assert (accounts["narrated"], accounts["account"]["easier"]) == (None, "Starting.")
    assert [person["name"] for person in accounts["fellow_managers"]] == ["Mila", "Nils", "Odo"]
    [pulse] = accounts["pulses"]
    assert (pulse["sponsor"], pulse["managers"], pulse["answers"], pulse["gap"]) == (4, 2.0, 3, 2.0)
    assert get(perpetua, "pilots/CO-014/two-accounts/")[1]["pulses"] is None

    status, workflow = get(ria, "pilots/CO-014/workflow/")
    assert (status, workflow["managers"], workflow["official"], workflow["lived"]) == (200, 4, 7, 16.5)
    assert workflow["relief"]["net"] == -0.5
    assert [step["marks"] for step in workflow["steps"]] == [[], ["slower"], ["skipped"], [], ["added", "judgement"]]
    assert get(perpetua, "pilots/CO-014/workflow/")[0] == 403
    assert get(both.company.noam, "pilots/CO-014/workflow/")[0] == 404

    status, alignment = get(ria, "portfolio/alignment/", portfolio="service")
    assert status == 200
    assert {(row["function"], row["gap"], row["pilots"]) for row in alignment} == {
        (None, 2.0, 1),
        ("Customer operations", 2.0, 1),
    }
    assert get(perpetua, "portfolio/alignment/")[1] == []
    [load] = get(ria, "portfolio/load/")[1]
    assert (load["function"], load["managers"], load["pilots"], load["net"]) == ("Customer operations", 4, 1, -70)
    before = (LATER - timedelta(days=21)).isoformat()
    assert get(ria, "pilots/CO-014/workflow/", as_of=before)[1]["managers"] is None


def test_what_cannot_be_is_said_with_its_field(both: Both) -> None:
    sponsor = client(both.company.ansel)
    answer = sponsor.post("/api/v1/pilots/CO-014/give-account/", {"basis": "heard"}, "json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    office = client(both.company.ria)
    steps = [{"name": "Draft", "minutes": 1}, {"name": "Send", "minutes": "soon"}]
    answer = office.post("/api/v1/pilots/CO-014/announce-workflow/", {"steps": steps}, "json")
    assert answer.status_code == 422
    assert "steps.2.minutes" in str(answer.json())
    answer = sponsor.post("/api/v1/pilots/CO-014/answer-pulse/", {"score": 3}, "json")
    assert answer.json()["code"] == "nothing_asked"
