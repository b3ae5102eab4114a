"""The forms of the actions: they shape what was typed, and put a refusal where it belongs."""

from __future__ import annotations

from typing import Any

import pytest

from pilots import actions
from pilots.models import Decision, Event
from readiness import forms
from tests.company import Company


def bound(form: type[Any], target: Any, by: Any, **typed: Any) -> Any:
    """A form as a browser sends it back."""
    drawn = form(target=target, by=by)
    return form({"expected_version": drawn["expected_version"].value(), **typed}, target=target, by=by)


def test_an_answer_is_signed_in_the_deciders_name(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    form = bound(forms.DecideForm, gate, company.perpetua, outcome="cleared", reason="Standard.")
    assert form.perform()
    answer = Decision.objects.get(gate=gate)
    assert (answer.outcome, answer.decider) == ("cleared", company.perpetua)


def test_what_the_action_refuses_stands_at_its_field_with_its_code(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    form = bound(forms.DecideForm, gate, company.perpetua, outcome="cleared", reason="  ")
    assert not form.perform()
    assert form.refused.code == "reason_required"
    assert form.errors.as_data()["reason"][0].code == "reason_required"
    assert form.status == 422
    assert not form.elsewhere


def test_a_refusal_of_the_whole_form_stands_above_it_and_keeps_what_is_missing(company: Company) -> None:
    pilot = company.running()
    form = bound(forms.OF_PILOT["adopt"], pilot, company.ansel)
    assert not form.perform()
    assert form.refused.code == "gates_open"
    assert form.refused.missing[:2] == ["legal-sign-off", "it-data-access"]
    assert form.elsewhere
    assert form.status == 409


def test_conditions_are_typed_in_rows_and_an_empty_row_is_none(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    form = bound(
        forms.DecideForm,
        gate,
        company.perpetua,
        outcome="conditional",
        reason="On one condition.",
        **{
            "conditions.1.text": "",
            "conditions.2.text": "List the retained fields",
            "conditions.2.owner": "HEDDA@example.org",
            "conditions.2.due": company.day(-9).isoformat(),
        },
    )
    assert form.perform(), form.errors
    [condition] = Decision.objects.get(gate=gate).conditions
    assert condition["owner"] == company.hedda.pk
    assert condition["text"] == "List the retained fields"


@pytest.mark.parametrize("empty", [True, False])
def test_a_refusal_stands_at_the_part_of_the_condition_where_it_was_typed(company: Company, empty: bool) -> None:
    """Also where the row before it is empty, which the action does not get."""
    gate = company.gate(company.running(), "legal-sign-off")
    first = {"text": "List the retained fields", "owner": "hedda@example.org", "due": company.day(-9)}
    rows = {} if empty else {f"conditions.1.{part}": str(value) for part, value in first.items()}
    rows |= {f"conditions.2.{part}": str(value) for part, value in first.items()}
    typed = {"outcome": "conditional", "reason": "If.", **rows, "conditions.2.due": str(company.day(1))}
    form = bound(forms.DecideForm, gate, company.perpetua, **typed)
    assert not form.perform()
    assert list(form.all_errors) == ["conditions.2.due"] == [form.refused.field]
    typed |= {"conditions.2.due": str(company.day(-1)), "conditions.2.owner": ""}
    form = bound(forms.DecideForm, gate, company.perpetua, **typed)
    assert not form.perform()
    assert list(form.all_errors) == ["conditions.2.owner"]


def test_a_yes_on_no_condition_is_refused_in_the_first_row(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    form = bound(forms.DecideForm, gate, company.perpetua, outcome="conditional", reason="If only.")
    assert not form.perform()
    assert form.rows[0].errors.as_data()["text"][0].code == "conditions_required"
    assert form.rows.open


def test_the_office_records_for_the_decider_and_nobody_else_is_offered_that(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    assert "for_" not in forms.DecideForm(target=gate, by=company.perpetua).fields
    typed = {"outcome": "refused", "reason": "No.", "for_": "Perpetua Rask"}
    without = bound(forms.DecideForm, gate, company.ria, **typed)
    assert not without.perform()
    assert without.errors.as_data()["evidence"][0].code == "evidence_required"
    shown = bound(forms.DecideForm, gate, company.ria, evidence="https://x.test/1", **typed)
    assert shown.perform(), shown.errors
    answer = Decision.objects.get(gate=gate)
    assert (answer.decider, answer.by) == (company.perpetua, company.ria)


def test_a_person_is_found_by_address_or_by_a_name_that_one_alone_has(company: Company) -> None:
    gate = company.gate(company.running(), "funding-owner")
    nobody = bound(forms.NominateForm, gate, company.ria, person="The finance team")
    assert not nobody.perform()
    assert nobody.errors.as_data()["person"][0].code == "nobody"
    assert nobody["person"].value() == "The finance team"
    assert bound(forms.NominateForm, gate, company.ria, person="hedda fjorn").perform()


def test_what_others_did_meanwhile_is_told_and_what_was_typed_stays(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    mine = bound(forms.DecideForm, gate, company.perpetua, outcome="refused", reason="My own words.")
    other = company.gate(gate.pilot, "legal-sign-off")
    actions.decide(gate=other, by=company.jory, outcome="cleared", reason="Fine.")
    assert not mine.perform()
    assert mine.refused.code == "changed_meanwhile"
    assert mine.status == 412
    [action] = mine.since
    assert (action.action, action.by) == ("decide", company.jory)
    assert mine["reason"].value() == "My own words."
    again = forms.DecideForm(
        {name: mine[name].value() or "" for name in ("expected_version", "outcome", "reason")},
        target=other,
        by=company.perpetua,
    )
    assert again.perform(), again.errors


@pytest.mark.parametrize("written", ["", "x", "-1", "٣", "9" * 30])
def test_whoever_saw_nothing_changes_nothing(company: Company, written: str) -> None:
    pilot = company.running()
    before = Event.objects.count()
    form = forms.OF_PILOT["retire"](
        {"expected_version": written, "learned": "Much.", "because": "cost"}, target=pilot, by=company.ansel
    )
    assert not form.perform()
    assert form.refused is not None
    assert form.refused.code == "changed_meanwhile"
    assert Event.objects.count() == before


def test_a_rule_that_was_and_stays_empty_is_not_asked_for(company: Company) -> None:
    pilot = company.running()
    typed = {"trust_when": "Price is unchanged.", "exceptions_to": "ottilie@example.org"}
    assert bound(forms.SetRulesForm, pilot, company.ria, **typed).perform()
    pilot.refresh_from_db()
    assert pilot.exceptions_to == company.ottilie
    emptied = bound(forms.SetRulesForm, pilot, company.ria, trust_when="")
    assert not emptied.perform()
    assert emptied.errors.as_data()["trust_when"][0].code == "invalid"


@pytest.mark.parametrize(("typed", "says"), [("NaN", "such as 0.9"), ("", "such as 0.9"), ("nine", "such as 0.9")])
def test_a_value_that_cannot_be_gets_the_actions_own_words(company: Company, typed: str, says: str) -> None:
    pilot = company.running()
    form = bound(
        forms.RegisterThresholdForm,
        pilot,
        company.ria,
        metric="Errors",
        direction="at_most",
        kind="mean",
        value=typed,
        smallest_sample="100",
    )
    assert not form.perform()
    assert form.errors.as_data()["value"][0].code == "invalid"
    assert says in form.errors["value"][0]


def test_every_action_of_a_pilot_and_a_gate_has_its_form() -> None:
    offered = {form.action for form in (*forms.OF_PILOT.values(), *forms.OF_GATE.values())}
    elsewhere = {"record", "amend", "record_claim", "assert_", "assign_right", "away", "close_account"}
    assert offered <= set(actions.__all__)
    assert {"decide", "except_", "adopt", "leave"} <= offered
    assert not offered & elsewhere
