"""What stands differently on two dates, and the log beside it."""

from __future__ import annotations

from typing import Any

import pytest

from pilots import actions
from pilots.models import Pilot
from tests.company import SPONSOR, Company
from tests.readiness.api.conftest import client, get


@pytest.fixture
def quarter(company: Company) -> Company:
    """A quarter in which one stalled, one left the museum, one was retired from it, one came, and one stood as it was."""
    for key in ("STALLS", "MOVES", "RETIRES", "CLAIMS", "SAME"):
        ago = 120 if key == "STALLS" else 200
        company.running(key, ago=ago)
    moves, retires = Pilot.objects.get(key="MOVES"), Pilot.objects.get(key="RETIRES")
    actions.decide(
        gate=company.gate(moves, "legal-sign-off"),
        by=company.perpetua,
        outcome="cleared",
        reason="Yes.",
        on=company.day(10),
    )
    actions.retire(
        pilot=retires, by=company.ria, learned="Nobody reads them.", because="value_not_shown", on=company.day(9)
    )
    actions.record_claim(pilot=Pilot.objects.get(key="CLAIMS"), on=company.day(8))
    company.pilot("NEW", ago=7)
    return company


def asked(company: Company, query: str = "") -> dict[str, Any]:
    answer = get(company.vera, f"changes/?from={company.day(100)}&to={company.day()}{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_each_pilot_that_differs_says_how_it_stood_and_how_it_stands(quarter: Company) -> None:
    rows = {row["key"]: row for row in asked(quarter)["results"]}
    assert list(rows) == ["CLAIMS", "MOVES", "NEW", "RETIRES", "STALLS"]
    assert rows["STALLS"]["standing"] == {"from": "moving", "to": "museum_exhibit"}
    assert rows["STALLS"]["changes"] == ["stalled", "standing"]
    assert (rows["MOVES"]["left_museum"], rows["RETIRES"]["left_museum"]) == ("moved", "retired")
    assert rows["RETIRES"]["retired_because"] == "value_not_shown"
    assert rows["MOVES"]["gates"] == [{"kind": "legal-sign-off", "from": "waiting", "to": "cleared"}]
    (signed,) = rows["MOVES"]["decided"]
    assert (signed["outcome"], signed["decider"]["name"]) == ("cleared", "Perpetua Rask")
    assert rows["CLAIMS"]["standing"] == {"from": "museum_exhibit", "to": "claimed"}
    assert rows["CLAIMS"]["left_museum"] == "claimed"
    assert rows["NEW"]["stage"] == {"from": None, "to": "planned"}
    assert rows["MOVES"]["sponsor"]["from"] == rows["MOVES"]["sponsor"]["to"]


def test_the_summary_counts_each_kind_of_change_once_whatever_the_page(quarter: Company) -> None:
    whole = asked(quarter)
    summary = whole["summary"]
    assert summary["pilots"] == 5
    counts = {name: many for name, many in summary["changes"].items() if many}
    assert counts == {
        "recorded": 1,
        "stalled": 1,
        "left_museum": 3,
        "claimed": 1,
        "decided": 1,
        "stage": 2,
        "standing": 4,
        "stalls_on": 3,
        "gates": 1,
    }
    assert {way: many for way, many in summary["left_museum"].items() if many} == {
        "moved": 1,
        "claimed": 1,
        "retired": 1,
    }
    first = asked(quarter, "&page_size=2")
    assert first["summary"] == summary
    second = client(quarter.vera).get(first["next"]).json()
    assert second["summary"] is None
    assert asked(quarter, "&summary=false")["summary"] is None
    read, page = [row["key"] for row in first["results"]], second
    while page:
        read += [row["key"] for row in page["results"]]
        page = client(quarter.vera).get(page["next"]).json() if page["next"] else None
    assert read == [row["key"] for row in whole["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("standing_from=museum_exhibit", ["CLAIMS", "MOVES", "RETIRES"]),
        ("standing_to=museum_exhibit", ["STALLS"]),
        ("standing_from=museum_exhibit&standing_to=retired&standing_to=claimed", ["CLAIMS", "RETIRES"]),
        ("change=stalled&change=recorded", ["NEW", "STALLS"]),
        ("change=decided", ["MOVES"]),
        ("portfolio=service&function=customer operations&pilot=NEW", ["NEW"]),
        ("function=none", []),
    ],
)
def test_changes_are_chosen_by_where_they_lie_and_what_they_are(quarter: Company, query: str, found: list[str]) -> None:
    answered = asked(quarter, f"&{query}")
    assert [row["key"] for row in answered["results"]] == found
    assert answered["summary"]["pilots"] == len(found)


def test_a_claim_falls_when_it_is_rolled_back_and_a_sponsor_that_left_is_named(company: Company) -> None:
    pilot = company.running("C", ago=60)
    actions.record_claim(pilot=pilot, on=company.day(50))
    actions.roll_back(pilot=Pilot.objects.get(key="C"), by=company.ria, reason="Nobody uses it.", on=company.day(5))
    actions.leave(gate=company.gate(pilot, SPONSOR), by=company.ansel, reason="Another role.", on=company.day(4))
    (row,) = get(company.vera, f"changes/?from={company.day(40)}").json()["results"]
    assert (row["claim_fell"], row["standing"]) == (
        "rolled_back",
        {"from": "claimed", "to": "museum_exhibit"} | row["standing"],
    )
    assert (row["sponsor"]["from"]["name"], row["sponsor"]["to"]) == ("Ansel Quaye", None)
    assert "claim_fell" in row["changes"]


def test_what_is_void_is_asked_for_by_name(company: Company) -> None:
    pilot = company.pilot("V", ago=60)
    actions.void(pilot=pilot, by=company.ria, reason="Recorded twice.", on=company.day(3))
    assert get(company.vera, f"changes/?from={company.day(40)}").json()["results"] == []
    (row,) = get(company.vera, f"changes/?from={company.day(40)}&standing_to=void").json()["results"]
    assert row["standing"] == {"from": "planned", "to": "void"}


def test_days_to_come_and_days_before_the_first_record_say_so(quarter: Company) -> None:
    ahead = quarter.day(-400)
    coming = get(quarter.vera, f"changes/?from={quarter.day()}&to={ahead}")
    assert (coming.json()["projected"], coming["Lived-In-Projected"]) == (True, "true")
    assert {row["standing"]["to"] for row in coming.json()["results"]} <= {"museum_exhibit", "claimed"}
    for address in ("pilots/", "portfolio/summary/", "portfolio/decisions-that-free/", "events/"):
        before = get(quarter.vera, f"{address}?as_of=1999-01-01").json()
        assert (before["before_first_record"], before["projected"]) == (True, False), address
        later = get(quarter.vera, f"{address}?as_of={ahead}").json()
        assert (later["before_first_record"], later["projected"]) == (False, True), address
        today = get(quarter.vera, address).json()
        assert (today["before_first_record"], today["projected"]) == (False, False), address
    trend = get(quarter.vera, "portfolio/trend/?months=60").json()
    assert [point["before_first_record"] for point in trend] == [not sum(point["standing"].values()) for point in trend]
    assert get(quarter.vera, "portfolio/bottlenecks/?as_of=1999-01-01")["Lived-In-Before-First-Record"] == "true"
    known = get(quarter.vera, f"pilots/?known_at={quarter.day(1)}").json()
    assert (known["results"], known["before_first_record"]) == ([], True)


def test_changes_as_they_were_known(company: Company) -> None:
    """A late note changes what was so; asked by what was known, it changes nothing."""
    then = {"on": company.day(40), "known": company.day(40)}
    pilot = actions.record(portfolio=company.portfolio, key="P-1", name="Drafts", by=company.ria, **then)
    actions.start(pilot=pilot, by=company.ria, **then)
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"),
        by=company.perpetua,
        outcome="cleared",
        reason="Yes.",
        on=company.day(10),
    )
    period = f"from={company.day(20)}&to={company.day(5)}"
    (row,) = get(company.vera, f"changes/?{period}").json()["results"]
    assert "decided" in row["changes"]
    assert get(company.vera, f"changes/?{period}&known_at={company.day(2)}").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("standing_from=fine", "standing_from"),
        ("change=better", "change"),
        ("summary=perhaps", "summary"),
        ("portfolio=nowhere", "portfolio"),
        ("from=soon", "from"),
        ("to=9999-01-01", "to"),
        ("as_of=x", "as_of"),
        ("pilot=a%00", "pilot"),
    ],
)
def test_what_changes_cannot_be_asked_is_refused_at_its_name(company: Company, query: str, field: str) -> None:
    answer = get(company.vera, f"changes/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_what_somebody_else_keeps_is_in_no_change_and_no_count(quarter: Company) -> None:
    found = get(quarter.noam, f"changes/?from={quarter.day(100)}&pilot=STALLS").json()
    assert (found["results"], found["summary"]["pilots"]) == ([], 0)
    assert get(quarter.noam, "events/?pilot=STALLS").json()["results"] == []


def test_the_log_is_chosen_by_action_person_portfolio_kind_and_day_in_both_orders(quarter: Company) -> None:
    def logged(query: str) -> list[str]:
        answer = get(quarter.vera, f"events/?{query}")
        assert answer.status_code == 200, answer.content
        return [row["verb"] for row in answer.json()["results"]]

    assert set(logged("action=retire&action=decide")) == {"retire", "decide"}
    assert set(logged("by=perpetua rask")) == {"decide"}
    assert set(logged("by=ansel@example.org")) == {"nominate", "accepted"}
    assert logged("by=none") == ["record_claim"]
    assert set(logged("kind=legal-sign-off")) == {"decide"}
    assert set(logged("pilot=NEW&portfolio=service")) == {"record"}
    assert logged("ordering=-written") == logged("ordering=written")[::-1] == logged("")[::-1]
    assert logged(f"from={quarter.day(-1)}&to={quarter.day(-2)}") == []
    assert logged(f"as_of={quarter.day(150)}&action=record_claim") == []
    assert logged(f"known_at={quarter.day(1)}") == []
    assert get(quarter.vera, "events/?action=fly").status_code == 422
