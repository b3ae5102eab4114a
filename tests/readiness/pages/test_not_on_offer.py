"""An action's page that is not on offer says what the action says, with its status; and an office records, it does not decide."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, Event, GateKind, Person
from readiness.text.labels import day
from tests.company import Company, browser_of
from tests.readiness.pages.opened import gate_event, pilot_page, post

LEGAL = "legal-sign-off"


@pytest.mark.parametrize("action", ["decide", "except", "answer", "ask-exception"])
def test_on_a_retired_pilot_it_says_so_and_what_to_do_instead(company: Company, action: str) -> None:
    pilot = company.running()
    actions.retire(pilot=pilot, by=company.ria, learned="Nobody reads them.", on=company.day(3))
    before = Event.objects.count()
    # Whose it is comes before the stage: those whose it would be ask.
    who = company.perpetua if action in ("decide", "except") else company.ria
    page = browser_of(who).get(gate_event(company, pilot, LEGAL, action))
    assert page.status_code == 409
    text = page.content.decode()
    assert f"It was retired on {day(company.day(3))}" in text
    assert "put a new pilot on record" in text
    assert 'name="expected_version"' not in text
    assert Event.objects.count() == before


def test_whoever_may_not_do_it_reads_whose_it_is(company: Company) -> None:
    pilot = company.running()
    page = browser_of(company.bastian).get(gate_event(company, pilot, LEGAL, "decide"))
    assert page.status_code == 403
    assert "Perpetua Rask decides it." in page.content.decode()


def test_what_the_action_would_do_can_be_done_though_it_is_not_offered(company: Company) -> None:
    """The manager may confirm the rules as they stand, also where none is stated: API and command let them."""
    pilot = company.running()
    address = reverse("readiness:pilot-action", args=[pilot.key, "confirm-rules"])
    before = Event.objects.count()
    page = browser_of(company.ottilie).get(address)
    assert page.status_code == 200
    assert "Not known." in page.content.decode()
    assert Event.objects.count() == before
    assert post(browser_of(company.ottilie), address).status_code == 302


@pytest.mark.parametrize("address", ["/admin/", "/minutes/"])
def test_what_nobody_said_one_may_see_is_not_said_to_be_seen(company: Company, address: str) -> None:
    page = browser_of(company.vera).get(address, follow=True)
    assert page.status_code == 403
    assert "This is not yours to do here." in page.content.decode()


def test_an_office_records_an_answer_for_whoever_decides(company: Company) -> None:
    pilot = company.running()
    offers = {
        row.on.kind.key: dict(row.offers) for row in browser_of(company.ria).get(pilot_page(pilot)).context["gates"]
    }
    assert offers[LEGAL]["decide"] == "Record a decision for its decider"
    address = gate_event(company, pilot, LEGAL, "decide")
    page = browser_of(company.ria).get(address)
    assert page.context["title"] == "Record a decision for its decider"
    form = page.context["form"]
    assert form["for_"].value() == "perpetua@example.org"
    [record] = [aside for aside in form.asides if aside.title == "Record it for the decider"]
    assert record.open
    says = post(browser_of(company.ria), address, outcome="cleared", reason="Standard.", evidence="https://x.test/1")
    assert says.context["form"].errors["for_"] == [
        "Perpetua Rask decides this. Record it for them, with the evidence that shows their answer."
    ]
    sent = {"for_": form["for_"].value(), "outcome": "cleared", "reason": "Standard.", "evidence": "https://x.test/1"}
    assert post(browser_of(company.ria), address, **sent).status_code == 302
    assert Decision.objects.get(gate__pilot=pilot, gate__kind__key=LEGAL).decider == company.perpetua


def test_whoever_decides_answers(company: Company) -> None:
    pilot = company.running()
    page = browser_of(company.perpetua).get(gate_event(company, pilot, LEGAL, "decide"))
    assert page.context["title"] == "Record a decision"


def test_what_one_typed_is_said_to_be_kept_only_where_one_typed(company: Company) -> None:
    pilot = company.running()
    address = reverse("readiness:pilot-action", args=[pilot.key, "adopt"])
    page = post(browser_of(company.ria), address)
    assert (page.status_code, page.context["form"].refused.code) == (409, "gates_open")
    assert "What you typed" not in page.content.decode()
    kept = post(browser_of(company.ria), address, on=company.day(1).isoformat())
    assert "What you typed is kept below." in kept.content.decode()


def test_a_pilot_whose_gate_is_switched_off_can_be_read_and_acted_on(company: Company) -> None:
    """Planned or running: its actions tell of a gate that is asked nothing, and its pages draw without it."""
    kind = GateKind.objects.get(key="legal-sign-off")
    planned, running = company.pilot("CO-020"), company.running()
    actions.switch_off(kind=kind, portfolio=company.portfolio, reason="Not here.", by=company.ria)
    Person.objects.filter(pk=company.ria.pk).update(is_staff=True)
    client = Client()
    client.force_login(Person.objects.get(pk=company.ria.pk))
    for pilot, action in ((planned, "start"), (running, "pause")):
        admin = f"/admin/pilots/pilot/{pilot.pk}"
        for path in (
            f"/pilots/{pilot.key}/",
            f"/pilots/{pilot.key}/{action}/",
            f"{admin}/change/",
            f"{admin}/acts/{action}/",
        ):
            assert client.get(path).status_code == 200, path
        gate = company.gate(pilot, "error-owner")
        for path in (f"/gates/{gate.public_id}/nominate/", f"{admin}/gates/error-owner/nominate/"):
            assert client.get(path).status_code == 200, path
        off = company.gate(pilot, "legal-sign-off")
        for path in (f"/gates/{off.public_id}/decide/", f"{admin}/gates/legal-sign-off/decide/"):
            assert client.get(path).status_code < 500, path
