"""Only what a person changed is sent, so that a resend after a conflict sets back nothing that another changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.clock import today
from pilots.models import DecisionRight, Event, Function, GateKind, Person, Pilot, Portfolio
from tests.company import browser_of
from tests.readiness.browser_forms import form_with


def change(model: str, pk: int) -> str:
    return reverse(f"admin:pilots_{model}_change", args=[pk])


def record(desk: Client, pilot: Pilot) -> dict[str, str]:
    return form_with("workflow", desk.get(change("pilot", pilot.pk)))


@pytest.fixture
def jory(portfolio: Portfolio) -> Client:
    """A second person of the same office."""
    other = actions.open_account(email="jory@example.org", name="Jory", by=None)
    actions.give_role(portfolio=portfolio, person=other, role="program-office", by=None)
    return browser_of(other)


def test_a_record_sent_back_as_it_was_drawn_changes_nothing(desk: Client, running: Pilot, lena: Person) -> None:
    values = {"manager": lena, "high_impact": True, "purpose": " Two\nlines ", "tool": "0"}
    actions.amend(pilot=running, by=None, set=values)
    before = Event.objects.count()
    answer = desk.post(change("pilot", running.pk), record(desk, running), follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert Event.objects.count() == before


def test_a_resend_after_a_conflict_keeps_the_field_that_the_other_changed(
    desk: Client, jory: Client, running: Pilot
) -> None:
    mine, theirs = record(desk, running), record(jory, running)
    assert jory.post(change("pilot", running.pk), theirs | {"tool": "Their tool"}).status_code == 302
    answer = desk.post(change("pilot", running.pk), mine | {"data": "My data"})
    assert answer.status_code == 412
    again = form_with("workflow", answer)
    assert (again["tool"], again["data"]) == ("Their tool", "My data")
    assert desk.post(change("pilot", running.pk), again).status_code == 302
    pilot = Pilot.objects.get(pk=running.pk)
    assert (pilot.tool, pilot.data) == ("Their tool", "My data")
    assert Event.objects.filter(action="amend").latest("pk").changes == [{"field": "data", "from": "", "to": "My data"}]


@pytest.mark.parametrize(("take", "kept"), [("yours", "My tool"), ("theirs", "Their tool")])
def test_where_both_changed_the_same_field_both_versions_are_shown_to_choose_from(
    desk: Client, jory: Client, running: Pilot, take: str, kept: str
) -> None:
    actions.amend(pilot=running, by=None, set={"tool": "The old tool"})
    mine, theirs = record(desk, running), record(jory, running)
    jory.post(change("pilot", running.pk), theirs | {"tool": "Their tool"})
    answer = desk.post(change("pilot", running.pk), mine | {"tool": "My tool", "data": "My data"})
    text = answer.content.decode()
    for says in ("The old tool", "Their tool", "My tool", "Both versions, field by field"):
        assert says in text
    again = form_with("workflow", answer)
    assert again["take-tool"] == "yours"
    assert desk.post(change("pilot", running.pk), again | {"take-tool": take}).status_code == 302
    pilot = Pilot.objects.get(pk=running.pk)
    assert (pilot.tool, pilot.data) == (kept, "My data")


def test_high_impact_that_the_other_said_stays_said(desk: Client, jory: Client, running: Pilot) -> None:
    mine = record(desk, running)
    jory.post(change("pilot", running.pk), record(jory, running) | {"high_impact": "True"})
    again = form_with("workflow", desk.post(change("pilot", running.pk), mine | {"name": "Another name"}))
    assert again["high_impact"] == "True"
    desk.post(change("pilot", running.pk), again)
    pilot = Pilot.objects.get(pk=running.pk)
    assert (pilot.high_impact, pilot.name) == (True, "Another name")
    desk.post(change("pilot", running.pk), record(desk, running) | {"high_impact": "False"})
    assert Pilot.objects.get(pk=running.pk).high_impact is False


def test_the_known_rules_are_sent_one_by_one(desk: Client, jory: Client, running: Pilot) -> None:
    actions.set_rules(
        pilot=running, by=None, acceptable_use="Drafts.", trust_when="Terms are standard.", success="Less."
    )
    path = reverse("admin:pilots_pilot_act", args=[running.pk, "set-rules"])
    mine, theirs = (form_with("trust_when", client.get(path)) for client in (desk, jory))
    assert jory.post(path, theirs | {"acceptable_use": "Drafts only."}).status_code == 302
    answer = desk.post(path, mine | {"trust_when": "Always."})
    assert answer.status_code == 412
    assert desk.post(path, form_with("trust_when", answer)).status_code == 302
    pilot = Pilot.objects.get(pk=running.pk)
    assert (pilot.acceptable_use, pilot.trust_when) == ("Drafts only.", "Always.")
    assert Event.objects.filter(action="set_rules").latest("pk").data["set"] == {"trust_when": "Always."}


def rows(
    portfolio: Portfolio, lena: Person, operations: Function
) -> list[tuple[str, Any, dict[str, str], dict[str, str]]]:
    """A row of each table whose form shows all of it: what one person changes, and what the other does."""
    return [
        ("person", lena, {"function": str(operations.pk)}, {"name": "Lena Lin"}),
        ("portfolio", portfolio, {"calendar": "DE"}, {"name": "One, anew"}),
        (
            "gatekind",
            GateKind.objects.get(key="it-data-access"),
            {"valid_for": "300"},
            {"question": "May it have the data?"},
        ),
    ]


@pytest.mark.parametrize("number", range(3))
def test_so_it_is_with_every_row_that_has_no_version(
    desk: Client, root: Person, portfolio: Portfolio, lena: Person, operations: Function, number: int
) -> None:
    model, row, theirs, mine = rows(portfolio, lena, operations)[number]
    name, path, other = next(iter(mine)), change(model, row.pk), browser_of(root)
    drawn = form_with(name, other.get(path))
    assert other.post(path, form_with(name, other.get(path)) | theirs).status_code == 302
    assert other.post(path, drawn | mine).status_code == 302
    row.refresh_from_db()
    kept = {name: getattr(row, name) for name in {**theirs, **mine}}
    assert {name: str(getattr(value, "pk", value)) for name, value in kept.items()} == theirs | mine


@pytest.mark.parametrize("number", range(3))
def test_and_the_same_field_changed_by_two_is_a_conflict_there_too(
    desk: Client, root: Person, portfolio: Portfolio, lena: Person, operations: Function, number: int
) -> None:
    model, row, _theirs, mine = rows(portfolio, lena, operations)[number]
    [(name, typed)] = mine.items()
    path, other = change(model, row.pk), browser_of(root)
    drawn = form_with(name, other.get(path))
    other.post(path, form_with(name, other.get(path)) | {name: "What they say"})
    answer = other.post(path, drawn | mine)
    assert answer.status_code == 412
    assert "What they say" in answer.content.decode()
    row.refresh_from_db()
    assert getattr(row, name) == "What they say"
    assert other.post(path, form_with(name, answer)).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == typed


def test_a_right_that_was_assigned_anew_meanwhile_is_not_assigned_from_an_old_page(
    desk: Client, jory: Client, portfolio: Portfolio, lena: Person
) -> None:
    when: dict[str, Any] = {"by": None, "on": date(2026, 3, 2), "known": date(2026, 3, 2)}
    right = actions.assign_right(
        kind=GateKind.objects.get(key="it-data-access"), portfolio=portfolio, holder=lena, **when
    )
    path = change("decisionright", right.pk)
    mine = form_with("holder", desk.get(path))
    actions.end_right(right=DecisionRight.objects.get(pk=right.pk), by=None, until=today())
    answer = desk.post(path, mine | {"answer_within_days": "5"})
    assert answer.status_code == 412
    assert DecisionRight.objects.count() == 1


def test_the_stall_clock_is_not_set_back_from_an_old_page(desk: Client, portfolio: Portfolio) -> None:
    path = reverse("admin:pilots_portfolio_act", args=[portfolio.pk, "stall-clock"])
    mine = form_with("quiet_days", desk.get(path))
    actions.set_stall_policy(portfolio=portfolio, by=None, quiet_days=20, warning_days=14)
    answer = desk.post(path, mine | {"warning_days": "7"})
    assert answer.status_code == 412
    assert form_with("quiet_days", answer)["quiet_days"] == "20"
    assert desk.post(path, form_with("quiet_days", answer)).status_code == 302
    latest = portfolio.stall_policies.first()
    assert latest is not None
    assert (latest.quiet_days, latest.warning_days) == (20, 7)
