"""Figures of a portfolio: they add up, say who is waited on, and which decision frees most."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pilots import actions
from pilots.models import Pilot
from tests.company import DATA, ERROR, LEGAL, Company
from tests.readiness.api.conftest import client, get

pytestmark = pytest.mark.thorough


def withdrawn(company: Company, pilot: Pilot, kind: str, by: Any) -> None:
    actions.decide(gate=company.gate(pilot, kind), by=by, outcome="withdrawn", reason="New terms.")


@pytest.fixture
def review(company: Company) -> Company:
    """Two that wait on Legal alone, one on Legal and IT, one on three people, one on all six gates, one planned, one claimed."""
    for key in ("A", "B"):
        withdrawn(company, company.all_clear(company.running(key)), LEGAL, company.perpetua)
    both = company.all_clear(company.running("C"))
    withdrawn(company, both, LEGAL, company.perpetua)
    withdrawn(company, both, DATA, company.bastian)
    three = company.all_clear(company.running("D"))
    withdrawn(company, three, LEGAL, company.perpetua)
    withdrawn(company, three, DATA, company.bastian)
    actions.leave(gate=company.gate(three, ERROR), by=company.hedda, reason="Another role.")
    actions.nominate(gate=company.gate(three, ERROR), by=company.ria, person=company.ottilie)
    company.running("E", ago=200)
    company.pilot("F")
    actions.record_claim(pilot=company.running("G", ago=90), on=company.day(60))
    return company


def test_the_summary_adds_up_by_stage_gate_and_court(review: Company) -> None:
    found = get(review.vera, "portfolio/summary/").json()
    assert found["pilots"] == sum(found["standing"].values()) == sum(found["stage"].values()) == 7
    assert {stage: many for stage, many in found["stage"].items() if many} == {"running": 5, "planned": 1, "adopted": 1}
    assert found["adoption"] == {"declared": 1, "shown": 0, "claimed": 1}
    # Of running and adopted pilots alone: six gates each.
    assert sum(sum(states.values()) for states in found["gates"].values()) == 36
    by_court = {court: sum(of[court] for of in found["open_gates_by_kind"].values()) for court in found["open_gates"]}
    assert by_court == found["open_gates"]
    assert found["gates"][LEGAL]["waiting"] == 6
    assert found["open_gates_by_kind"][LEGAL]["decider"] == 6


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("", {"kind": LEGAL, "court": "decider", "gates": 6, "pilots": 6, "frees": 2, "function": None}),
        ("?by=kind", {"kind": LEGAL, "court": None, "holder": None, "gates": 6, "pilots": 6, "frees": 2}),
        ("?by=court", {"court": "decider", "kind": None, "frees": 4}),
        ("?by=function", {"function": "Customer operations", "frees": 6, "pilots": 6}),
        ("?by=portfolio&by=kind", {"portfolio": "service", "kind": LEGAL, "frees": 2}),
    ],
)
def test_bottlenecks_are_grouped_as_they_are_asked(review: Company, by: str, first: dict[str, Any]) -> None:
    row = get(review.vera, f"portfolio/bottlenecks/{by}").json()[0]
    assert {name: row[name] for name in first} == first
    assert row["days"] >= row["longest"] >= 0
    refused = get(review.vera, "portfolio/bottlenecks/?by=mood")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["by"])


def test_days_of_a_bottleneck_are_those_of_its_gates(company: Company) -> None:
    company.running("A", ago=30)
    company.running("B", ago=10)
    row = next(row for row in get(company.vera, "portfolio/bottlenecks/").json() if row["kind"] == LEGAL)
    gates = get(company.vera, f"gates/?kind={LEGAL}&court=decider").json()["results"]
    assert (row["days"], row["longest"]) == (sum(gate["days"] for gate in gates), 30)


def test_the_decisions_that_free_most_name_their_pilots_and_the_address_that_does_it(review: Company) -> None:
    found = get(review.vera, "portfolio/decisions-that-free/").json()
    assert (found["pilots_waiting"], found["waiting_elsewhere"], found["waiting_for_more"]) == (6, 2, 0)
    (single,) = found["decisions"]
    assert single["decisions"][0]["kind"] == LEGAL
    assert single["decisions"][0]["holder"]["name"] == "Perpetua Rask"
    assert (single["frees"], [pilot["key"] for pilot in single["pilots"]]) == (2, ["A", "B"])
    pairs = {tuple(each["kind"] for each in one["decisions"]): one for one in found["sets"]}
    assert pairs.keys() == {(LEGAL, DATA), (LEGAL, DATA, ERROR)}
    assert (pairs[LEGAL, DATA]["frees"], pairs[LEGAL, DATA]["together"]) == (3, 1)
    assert (pairs[LEGAL, DATA, ERROR]["frees"], pairs[LEGAL, DATA, ERROR]["together"]) == (4, 1)
    addresses = [step["address"] for pilot in pairs[LEGAL, DATA, ERROR]["pilots"] for step in pilot["steps"]]
    assert sum(address.endswith("/accept/") for address in addresses) == 1
    assert client(review.vera).get(single["decisions"][0]["gates"]).json()["results"]


def test_the_address_that_frees_a_pilot_does_it(review: Company) -> None:
    single = get(review.vera, "portfolio/decisions-that-free/").json()["decisions"][0]
    step = single["pilots"][0]["steps"][0]
    answer = client(review.perpetua).post(step["address"], {"outcome": "cleared", "reason": "The new terms apply."})
    assert answer.status_code == 201, answer.content
    assert get(review.vera, "pilots/A/").json()["standing"] == "ready"
    assert get(review.vera, "portfolio/decisions-that-free/").json()["decisions"][0]["frees"] == 1


def test_waits_tell_what_is_finished_from_what_goes_on(company: Company) -> None:
    pilot = company.running("A", ago=30)
    actions.decide(
        gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="cleared", reason="Yes.", on=company.day(10)
    )
    period = f"from={company.day(25)}&to={company.day(5)}&by=kind"
    rows = {row["of"]: row for row in get(company.vera, f"portfolio/waits/?{period}").json()}
    assert (sum(rows[LEGAL]["finished"].values()), sum(rows[LEGAL]["still_open"].values())) == (15, 0)
    assert (sum(rows[DATA]["finished"].values()), sum(rows[DATA]["still_open"].values())) == (0, 20)
    for row in rows.values():
        for court, days in row["courts"].items():
            assert row["finished"][court] + row["still_open"][court] == days


def test_waits_by_pilot_come_some_at_a_time_and_the_body_is_rows_alone(company: Company) -> None:
    """Whoever has waited longest comes first; `Link` leads to all others and back, each once, and a file has them all."""
    for n, ago in enumerate((30, 20, 20, 10, 5)):
        company.running(f"P-{n}", ago=ago)
    whole = get(company.vera, "portfolio/waits/?by=pilot")
    assert [row["of"] for row in whole.json()] == ["P-0", "P-1", "P-2", "P-3", "P-4"]
    assert "Link" not in whole
    first = get(company.vera, "portfolio/waits/?by=pilot&page_size=2")
    middle = client(company.vera).get(_leads_to(first, "next"))
    last = client(company.vera).get(_leads_to(middle, "next"))
    assert first.json() + middle.json() + last.json() == whole.json()
    assert ('rel="prev"' in first["Link"], 'rel="next"' in last["Link"]) == (False, False)
    assert client(company.vera).get(_leads_to(last, "prev")).json() == middle.json()
    assert client(company.vera).get(_leads_to(middle, "prev")).json() == first.json()
    file = get(company.vera, "portfolio/waits/?by=pilot&format=csv&page_size=2")
    assert len(b"".join(file.streaming_content).splitlines()) == 1 + 5
    other = get(
        company.vera,
        f"portfolio/waits/?by=kind&cursor={parse_qs(urlsplit(_leads_to(first, 'next')).query)['cursor'][0]}",
    )
    assert (other.status_code, list(other.json()["errors"])) == (422, ["cursor"])
    assert get(company.vera, "portfolio/waits/?by=pilot&page_size=0").status_code == 422
    assert get(company.vera, "portfolio/waits/?by=pilot&cursor=made-up").status_code == 404


def _leads_to(answer: Any, name: str) -> str:
    """The address under which an answer says that more of it is."""
    return next(link[1 : link.index(">")] for link in answer["Link"].split(", ") if link.endswith(f'rel="{name}"'))


def test_who_sees_nothing_is_told_nothing(review: Company) -> None:
    found = get(review.noam, "portfolio/decisions-that-free/").json()
    assert (found["pilots_waiting"], found["decisions"], found["sets"]) == (0, [], [])
    assert get(review.noam, "portfolio/summary/").json()["pilots"] == 0
    assert get(review.noam, "portfolio/bottlenecks/").json() == []
    refused = get(review.noam, "portfolio/decisions-that-free/?portfolio=service")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["portfolio"])
