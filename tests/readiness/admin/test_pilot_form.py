"""The record of a pilot at the desk: what can be typed, what follows from facts, and what happens to a stale form."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.models import Event, Function, GateKind, Person, Pilot, Portfolio
from tests.company import browser_of, gate_of
from tests.readiness.admin.conftest import DAY, WHEN, Record, account


def page(pilot: Pilot) -> str:
    return reverse("admin:pilots_pilot_change", args=[pilot.pk])


def perform(pilot: Pilot, word: str) -> str:
    return reverse("admin:pilots_pilot_act", args=[pilot.pk, word])


def on_gate(pilot: Pilot, kind: str, word: str) -> str:
    return reverse("admin:pilots_pilot_gate", args=[pilot.pk, kind, word])


def typed(pilot: Pilot, **changed: Any) -> dict[str, Any]:
    pilot = Pilot.objects.get(pk=pilot.pk)
    whole = {
        "expected_version": pilot.version,
        "name": pilot.name,
        "workflow": pilot.workflow,
        "function": pilot.function_id or "",
        "tool": pilot.tool,
    }
    return whole | changed


def test_a_pilot_is_put_on_record_by_the_verb(
    desk: Client, ria: Person, portfolio: Portfolio, operations: Function
) -> None:
    asked = {
        "portfolio": portfolio.pk,
        "key": "CO-1",
        "name": "Renewal drafts",
        "function": operations.pk,
        "high_impact": "True",
    }
    answer = desk.post(reverse("admin:pilots_pilot_add"), asked | {"_continue": "yes"})
    pilot = Pilot.objects.get(key="CO-1")
    assert answer["Location"] == page(pilot)
    assert (pilot.high_impact, pilot.function) == (True, operations)
    assert pilot.gates.count() == 6
    assert Event.objects.get(pilot=pilot, action="record").by == ria


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"key": "P-1"}, "already exists"),
        ({"name": " "}, "Give the pilot a name."),
        ({"key": ""}, "cannot be blank"),
        ({"manager": "nobody@example.org"}, "No active account matches."),
    ],
)
def test_a_record_that_cannot_be_is_refused_at_its_field(
    desk: Client, running: Pilot, portfolio: Portfolio, changed: Any, says: str
) -> None:
    asked = {"portfolio": portfolio.pk, "key": "P-2", "name": "Typed name"} | changed
    answer = desk.post(reverse("admin:pilots_pilot_add"), asked)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert says in text
    assert 'aria-invalid="true"' in text
    assert asked["key"] in text
    assert Pilot.objects.count() == 1


def test_nobody_records_into_a_portfolio_that_is_not_theirs(desk: Client, elsewhere: Portfolio) -> None:
    asked = {"portfolio": elsewhere.pk, "key": "E-1", "name": "Name"}
    answer = desk.post(reverse("admin:pilots_pilot_add"), asked)
    assert answer.status_code == 422
    assert not Pilot.objects.exists()


def test_an_edit_goes_through_amend_and_moves_nothing(desk: Client, running: Pilot, ria: Person) -> None:
    answer = desk.post(page(running), typed(running, tool="Drafter 2", _continue="yes"))
    assert answer["Location"] == page(running)
    event = Event.objects.get(pilot=running, action="amend")
    assert event.by == ria
    assert event.changes == [{"field": "tool", "from": "", "to": "Drafter 2"}]
    assert not event.pilot.periods.filter(last_movement__gt=DAY).exists()


def test_the_manager_is_found_by_name_and_can_be_taken_out(desk: Client, running: Pilot, lena: Person) -> None:
    desk.post(page(running), typed(running, manager="lena"))
    assert Pilot.objects.get().manager == lena
    assert "lena@example.org" in desk.get(page(running)).content.decode()
    desk.post(page(running), typed(running, manager=""))
    assert Pilot.objects.get().manager is None


def test_what_was_changed_by_nobody_is_said(desk: Client, running: Pilot) -> None:
    answer = desk.post(page(running), typed(running), follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert not Event.objects.filter(action="amend").exists()


def test_nothing_derived_can_be_typed(desk: Client, running: Pilot) -> None:
    before = Pilot.objects.values().get()
    desk.post(
        page(running),
        typed(
            running,
            stage="adopted",
            key="X",
            recorded_on="2020-01-01",
            source="x",
            version=99,
            standing="adopted",
            learned="x",
        ),
    )
    assert Pilot.objects.values().get() == before


def test_a_stale_form_says_who_changed_what_and_keeps_what_was_typed(
    desk: Client, running: Pilot, portfolio: Portfolio
) -> None:
    mine = typed(running, tool="My tool")
    other = account("jory")
    actions.give_role(portfolio=portfolio, person=other, role="program-office", by=None, **WHEN)
    actions.amend(pilot=running, by=other, set={"tool": "Their tool"})
    answer = desk.post(page(running), mine)
    text = answer.content.decode()
    assert answer.status_code == 412
    assert "Jory" in text
    assert "Their tool" in text
    assert ">My tool</textarea>" in text.replace("\n", "")
    assert Pilot.objects.get().tool == "Their tool"
    now = answer.context["form"]["expected_version"].value()
    again = desk.post(page(running), mine | {"expected_version": now})
    assert again.status_code == 302
    assert Pilot.objects.get().tool == "My tool"


def test_the_page_tells_gates_decisions_rules_quality_and_log(
    desk: Client, running: Pilot, legal: GateKind, lena: Person, ria: Person
) -> None:
    gate = gate_of(running, "legal-sign-off")
    actions.decide(
        gate=gate,
        by=ria,
        for_=lena,
        outcome="cleared",
        reason="Standard terms.",
        evidence="https://example.org/minutes",
    )
    actions.set_rules(pilot=running, by=ria, acceptable_use="Drafts only")
    actions.register_threshold(
        pilot=running,
        by=ria,
        metric="sent unchanged",
        direction="at_least",
        value=0.9,
        kind="proportion",
        smallest_sample=50,
    )
    actions.record_measurement(pilot=running, by=ria, value=0.99, sample=500)
    text = desk.get(page(running)).content.decode()
    for said in (
        "Has Legal said yes to this use?",
        "Standard terms.",
        "https://example.org/minutes",
        "recorded by Ria",
        "Drafts only",
        "sent unchanged",
        "Measured: 99% on 500, met",
        "Started, to be decided by",
        "Put on record",
    ):
        assert said in text, said


def test_the_page_of_a_pilot_costs_the_same_however_long_its_history(desk: Client, running: Pilot, ria: Person) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert desk.get(page(running)).status_code == 200
        return len(found)

    actions.amend(pilot=running, by=ria, set={"tool": "0", "manager": ria})
    desk.get(page(running))
    few = asked()
    assert few <= 15, (
        "session, person, what they keep, what they alone can move and the names that the log holds included"
    )
    for number in range(1, 12):
        actions.amend(pilot=running, by=ria, set={"tool": str(number)})
    assert asked() <= few


def test_the_history_of_a_pilot_is_its_log(desk: Client, running: Pilot, ria: Person) -> None:
    actions.amend(pilot=running, by=ria, set={"tool": "Drafter 2"})
    there = reverse("admin:pilots_pilot_history", args=[running.pk])
    text = desk.get(there).content.decode()
    assert "3 events so far" in text
    assert "Record edited" in text
    assert "Drafter 2" in text


# The short forms


@pytest.mark.parametrize(
    ("word", "asked", "action"),
    [
        ("move-decide-by", {"to": "2026-05-01", "reason": "Legal asked."}, "move_decide_by"),
        ("retire", {"learned": "Nobody needs it.", "because": "other"}, "retire"),
        ("set-rules", {"acceptable_use": "Drafts only"}, "set_rules"),
        (
            "register-threshold",
            {"metric": "sent", "direction": "at_least", "kind": "proportion", "value": "0.9", "smallest_sample": "50"},
            "register_threshold",
        ),
    ],
)
def test_an_act_on_a_pilot_is_a_short_form(
    desk: Client, record: Record, ria: Person, word: str, asked: Any, action: str
) -> None:
    pilot = record("P-1")
    actions.start(pilot=pilot, by=None)
    pilot.refresh_from_db()
    if word == "move-decide-by":
        asked = asked | {"to": "2027-01-15"}
        action_day = pilot.periods.latest("first_day").decide_by
        assert action_day is not None
    assert desk.get(perform(pilot, word)).status_code == 200
    answer = desk.post(perform(pilot, word), asked | {"expected_version": pilot.version})
    assert answer.status_code == 302, answer.context["form"].errors
    assert Event.objects.get(pilot=pilot, action=action).by == ria


def test_every_act_that_is_an_offices_opens(desk: Client, record: Record) -> None:
    from readiness.forms import OF_PILOT

    pilot = record("P-1")
    for word in OF_PILOT:
        opens = 403 if word in ("confirm-rules", "give-account", "answer-pulse") else 200
        assert desk.get(perform(pilot, word)).status_code == opens, word


def test_only_what_fits_today_is_offered(desk: Client, running: Pilot, record: Record) -> None:
    planned = record("P-2")
    offered = desk.get(page(planned)).context["pilot_acts"]
    assert "start" in dict(offered)
    assert "resume" not in dict(offered)
    then = desk.get(page(running), {"as_of": "2026-03-05"})
    assert then.context["pilot_acts"] == []
    assert "as of" in then.content.decode()
    before = desk.get(page(running), {"as_of": "2026-03-01"})
    assert "It was not on record on that day." in before.content.decode()


def test_residents_are_counted_and_what_is_different_is_said(desk: Client, running: Pilot, ria: Person) -> None:
    asked = {"expected_version": running.version, "week": "2026-03-04", "people": "7"}
    answer = desk.post(perform(running, "record-residents"), asked)
    assert answer.status_code == 302, answer.context["form"].errors
    assert running.residents.get().people == 7
    wrong = desk.post(perform(running, "record-residents"), {"week": "2026-03-04", "people": "x"})
    assert wrong.status_code == 412
    early = desk.post(perform(running, "look-again"), {"expected_version": running.version + 1, "text": "Calmer."})
    assert early.status_code == 409


def test_what_the_verb_refuses_stands_at_its_field(desk: Client, running: Pilot) -> None:
    answer = desk.post(
        perform(running, "retire"), {"expected_version": running.version, "learned": "", "because": "other"}
    )
    assert answer.status_code == 422
    assert "learned" in answer.context["form"].errors
    assert Pilot.objects.get().stage == "running"


def test_adopting_too_early_lists_what_is_missing(desk: Client, running: Pilot) -> None:
    answer = desk.post(perform(running, "adopt"), {"expected_version": running.version})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "It cannot be adopted today." in text
    assert "Legal: belongs to nobody" in text
    assert "Not known: what success looks like" in text


def test_an_office_records_an_answer_for_the_decider_with_evidence(
    desk: Client, running: Pilot, legal: GateKind, lena: Person, ria: Person
) -> None:
    there = on_gate(running, "legal-sign-off", "decide")
    assert 'value="lena@example.org"' in desk.get(there).content.decode()
    expected_version = desk.get(there).context["form"]["expected_version"].value()
    asked = {"expected_version": expected_version, "outcome": "cleared", "reason": "Fine.", "for_": "lena@example.org"}
    refused = desk.post(there, asked)
    assert refused.status_code == 422
    assert "evidence" in refused.context["form"].errors
    answer = desk.post(there, asked | {"evidence": "https://example.org/m"})
    assert answer.status_code == 302
    decision = gate_of(running, "legal-sign-off").decisions.get()
    assert (decision.decider, decision.by, decision.recorded_for) == (lena, ria, True)


def test_one_more_condition_can_be_typed_and_nothing_is_lost(desk: Client, running: Pilot, legal: GateKind) -> None:
    there = on_gate(running, "legal-sign-off", "decide")
    asked = {"another": "1", "outcome": "conditional", "reason": "Typed.", "conditions.1.text": "Train the team"}
    text = desk.post(there, asked).content.decode()
    assert "conditions.3.text" in text
    assert "Train the team" in text
    assert ">Typed.</textarea>" in text.replace("\n", "")
    assert not gate_of(running, "legal-sign-off").decisions.exists()


def test_the_form_says_whose_move_the_gate_is(desk: Client, running: Pilot, legal: GateKind) -> None:
    text = desk.get(on_gate(running, "legal-sign-off", "decide")).content.decode()
    assert "Lena has not answered" in text


def test_somebody_is_named_for_an_acceptance_gate(desk: Client, running: Pilot, lena: Person) -> None:
    there = on_gate(running, "named-sponsor", "nominate")
    expected_version = desk.get(there).context["form"]["expected_version"].value()
    assert desk.post(there, {"expected_version": expected_version, "person": "Lena"}).status_code == 302
    assert Event.objects.get(action="nominate").data == {"person": lena.pk}


@pytest.mark.parametrize("kind", ["legal-sign-off", "funding-owner", "quality-threshold"])
def test_every_act_on_a_gate_opens(desk: Client, running: Pilot, kind: str) -> None:
    for word in ("decide", "ask-exception", "except", "answer", "meet-condition", "nominate"):
        assert desk.get(on_gate(running, kind, word)).status_code == 200


def test_what_is_said_in_ones_own_name_opens_for_whoever_is_named(desk: Client, running: Pilot, ria: Person) -> None:
    kind = "funding-owner"
    for word in ("accept", "decline", "leave"):
        assert desk.get(on_gate(running, kind, word)).status_code == 403
    actions.nominate(gate=gate_of(running, kind), by=None, person=ria)
    assert desk.get(on_gate(running, kind, "accept")).status_code == 200


def test_an_act_that_does_not_exist_is_not_there(desk: Client, running: Pilot) -> None:
    assert desk.get(perform(running, "vanish")).status_code == 404
    assert desk.get(on_gate(running, "legal-sign-off", "vanish")).status_code == 404
    assert desk.get(on_gate(running, "no-such-gate", "decide")).status_code == 404


def test_an_unmet_condition_is_offered_until_it_is_met(
    desk: Client, running: Pilot, legal: GateKind, lena: Person, ria: Person
) -> None:
    from datetime import timedelta

    from pilots.clock import today

    condition = {"text": "Train the team", "owner": ria.pk, "due": today() + timedelta(days=9)}
    actions.decide(
        gate=gate_of(running, "legal-sign-off"),
        by=lena,
        outcome="conditional",
        reason="Yes, if.",
        conditions=[condition],
    )
    there = on_gate(running, "legal-sign-off", "meet-condition")
    first = desk.get(there)
    assert "Train the team" in first.content.decode()
    asked = {
        "expected_version": first.context["form"]["expected_version"].value(),
        "text": "Train the team",
        "evidence": "https://example.org/list",
    }
    assert desk.post(there, asked).status_code == 302
    assert "Train the team" not in desk.get(there).content.decode()


# Whose it is


def test_another_offices_pilot_is_not_there(desk: Client, record: Record, elsewhere: Portfolio, root: Person) -> None:
    other = record("E-1", portfolio=elsewhere)
    history = reverse("admin:pilots_pilot_history", args=[other.pk])
    gone = reverse("admin:pilots_pilot_delete", args=[other.pk])
    for address in (page(other), perform(other, "start"), on_gate(other, "legal-sign-off", "decide"), history, gone):
        assert desk.get(address).status_code == 404
        assert desk.post(address, {"expected_version": other.version}).status_code == 404
    assert browser_of(root).get(page(other)).status_code == 200
    assert Pilot.objects.get(key="E-1").stage == "planned"


def test_no_pilot_is_deleted(desk: Client, running: Pilot, root: Person) -> None:
    gone = reverse("admin:pilots_pilot_delete", args=[running.pk])
    for client in (desk, browser_of(root)):
        assert client.post(gone, {"post": "yes"}).status_code == 403
    assert Pilot.objects.exists()


def test_a_form_from_elsewhere_is_refused(ria: Person, running: Pilot) -> None:
    client = browser_of(ria, enforce_csrf_checks=True)
    for address in (page(running), perform(running, "retire")):
        assert client.post(address, typed(running, learned="x")).status_code == 403
    assert Pilot.objects.get().stage == "running"


def test_no_page_of_a_pilot_brings_a_style_or_a_script_of_its_own(desk: Client, running: Pilot) -> None:
    history = reverse("admin:pilots_pilot_history", args=[running.pk])
    for address in (page(running), perform(running, "pause"), history, reverse("admin:pilots_pilot_add")):
        text = desk.get(address).content.decode()
        assert text.count("<script") == text.count('<script src="/static/readiness/'), (
            "ours alone, and none in the page"
        )
        assert " style=" not in text
