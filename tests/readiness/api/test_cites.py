"""An answer cites an earlier one over the API, for many gates, and by the command, as it does on the page."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from pilots import actions
from pilots.models import Decision
from tests.company import DATA, LEGAL, Company, a_portfolio, browser_of, gate_of
from tests.readiness.api.conftest import get, post

NOT_THERE = "There is no such answer, or it is not yours to see."


@pytest.fixture
def before(company: Company) -> Decision:
    pilot = company.running("A-1", "Before")
    return actions.decide(gate=company.gate(pilot, LEGAL), by=company.perpetua, outcome="cleared", reason="Fine.")


@pytest.fixture
def elsewhere(company: Company) -> Decision:
    """An answer of the same decider in a portfolio that the others of the company do not see."""
    portfolio = a_portfolio("other", day=company.day(60))
    pilot = actions.record(portfolio=portfolio, key="H-1", name="Hidden", by=None, on=company.day(50))
    actions.start(pilot=pilot, by=None, on=company.day(50))
    kind = gate_of(pilot).kind
    actions.assign_right(kind=kind, holder=company.perpetua, portfolio=portfolio, by=None, on=company.day(60))
    return actions.decide(gate=gate_of(pilot), by=company.perpetua, outcome="cleared", reason="Fine there.")


def test_an_answer_cites_an_earlier_one_and_the_list_says_so(company: Company, before: Decision) -> None:
    gate = company.gate(company.running("A-9", "Now"), LEGAL)
    body = {"outcome": "cleared", "reason": "As before.", "cites": before.public_id}
    assert post(company.perpetua, f"gates/{gate.public_id}/decisions/", **body).status_code == 201
    rows = get(company.ria, "decisions/?kind=legal-sign-off").json()["results"]
    assert [(row["pilot"], row["cites"]) for row in rows] == [("A-9", before.public_id), ("A-1", None)]


def test_an_exception_cites_one_as_well(company: Company, before: Decision) -> None:
    gate = company.gate(company.running("A-9", "Now"), LEGAL)
    actions.ask_exception(gate=gate, by=company.ria, reason="The pilot is read by lawyers anyway.")
    body = {"outcome": "excepted", "reason": "As before.", "until": company.day(-20).isoformat()}
    answer = post(company.perpetua, f"gates/{gate.public_id}/decisions/", **body, cites=before.public_id)
    assert answer.status_code == 201, answer.json()
    assert Decision.objects.get(gate=gate).cites == before


def test_answers_on_many_gates_all_cite_what_is_named(company: Company, before: Decision) -> None:
    gates = [company.gate(company.running(key, key), LEGAL) for key in ("A-8", "A-9")]
    says = {"outcome": "cleared", "reason": "As before.", "cites": before.public_id}
    named = [{"id": gate.public_id} for gate in gates]
    answer = post(company.perpetua, "gates/bulk/", action="decisions", gates=named, arguments=says)
    assert answer.status_code == 200, answer.json()
    assert [each.cites for each in Decision.objects.filter(gate__in=gates)] == [before, before]


@pytest.mark.parametrize("made_up", ["nothing", "\u0000", "1"])
def test_what_is_not_there_is_refused_at_its_field(company: Company, made_up: str) -> None:
    gate = company.gate(company.running("A-9", "Now"), LEGAL)
    answer = post(
        company.perpetua, f"gates/{gate.public_id}/decisions/", outcome="cleared", reason="Yes.", cites=made_up
    )
    assert answer.status_code == 422
    assert "cites" in answer.json()["errors"]
    assert not Decision.objects.filter(gate=gate).exists()


@pytest.mark.parametrize("outcome", ["cleared", "excepted"])
def test_an_answer_of_another_kind_is_refused_at_its_field(company: Company, before: Decision, outcome: str) -> None:
    gate = company.gate(company.running("A-9", "Now"), DATA)
    actions.ask_exception(gate=gate, by=company.ria, reason="Nothing leaves the house.")
    body = {"outcome": outcome, "reason": "Yes.", "until": company.day(-20).isoformat(), "cites": before.public_id}
    answer = post(company.bastian, f"gates/{gate.public_id}/decisions/", **body)
    assert answer.status_code == 422
    assert answer.json()["errors"]["cites"] == ["An answer cites one that was given on a gate of its own kind."]


def test_what_one_may_not_see_is_not_there_to_cite(company: Company, elsewhere: Decision) -> None:
    gate = company.gate(company.running("A-9", "Now"), DATA)
    body = {"outcome": "cleared", "reason": "Yes.", "cites": elsewhere.public_id}
    answer = post(company.bastian, f"gates/{gate.public_id}/decisions/", **body)
    assert (answer.status_code, answer.json()["errors"]["cites"]) == (422, [NOT_THERE])


def test_what_is_cited_and_one_may_not_see_is_said_to_nobody_else(company: Company, elsewhere: Decision) -> None:
    gate = company.gate(company.running("A-9", "Now"), LEGAL)
    actions.decide(gate=gate, by=company.perpetua, outcome="cleared", reason="As there.", cites=elsewhere)
    page = reverse("readiness:pilot", args=["A-9"])
    assert "It cites an earlier answer" in browser_of(company.perpetua).get(page).content.decode()
    assert "It cites an earlier answer" not in browser_of(company.ria).get(page).content.decode()
    [row] = get(company.ria, "decisions/?pilot=A-9&kind=legal-sign-off").json()["results"]
    assert row["cites"] is None
    [row] = get(company.perpetua, "decisions/?pilot=A-9&kind=legal-sign-off").json()["results"]
    assert row["cites"] == elsewhere.public_id


def test_the_command_cites_by_the_same_id(company: Company, before: Decision) -> None:
    gate = company.gate(company.running("A-9", "Now"), LEGAL)
    words = ["decide", "A-9", "outcome=cleared", "reason=As before.", "--gate", LEGAL, "--by", company.perpetua.email]
    with pytest.raises(CommandError, match="There is no such answer"):
        call_command("act", *words, "cites=nothing")
    call_command("act", *words, f"cites={before.public_id}", stdout=io.StringIO())
    assert Decision.objects.get(gate=gate).cites == before
