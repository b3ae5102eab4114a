"""What an office reads of a decision and of a pilot's evidence at its desk."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from pilots import actions
from pilots.models import Decision, GateKind, Person, Pilot
from tests.company import gate_of
from tests.readiness.admin.conftest import WHEN


@pytest.fixture
def decided(running: Pilot, legal: GateKind, lena: Person, ria: Person) -> Decision:
    """Legal said yes to a tool, on a list that was filed."""
    actions.amend(pilot=running, by=ria, set={"tool": "Quill 3"}, **WHEN)
    piece = actions.file_evidence(pilot=running, by=ria, link="https://example.org/terms", title="The terms", **WHEN)
    actions.decide(
        gate=gate_of(running, "legal-sign-off"),
        by=lena,
        outcome="conditional",
        reason="Standard terms.",
        pieces=[piece],
        conditions=[{"text": "List the fields", "owner": ria.pk, "due": date(2026, 4, 1)}],
        **WHEN,
    )
    return Decision.objects.get()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_decisions_page_says_its_term_what_it_was_decided_on_and_its_evidence(
    desk: Client, decided: Decision, ria: Person
) -> None:
    actions.amend(pilot=decided.gate.pilot, by=ria, set={"tool": "Quill 4"})
    page = text(desk, f"/admin/pilots/decision/{decided.pk}/change/")
    assert "Its term" in page
    assert '<dt>The tool</dt><dd dir="auto">Quill 3</dd>' in page
    assert 'href="https://example.org/terms"' in page
    assert "The terms" in page


def test_the_page_of_a_pilot_lists_its_evidence(desk: Client, decided: Decision) -> None:
    page = text(desk, f"/admin/pilots/pilot/{decided.gate.pilot_id}/change/")
    assert "The terms" in page.split('id="its-evidence"')[1].split("</section>")[0]


ISO = re.compile(r">[^<]*\b\d{4}-\d\d-\d\d\b[^<]*<")
"""A date as machines write it, where people read."""

TABLES = ("pilot", "decision", "event", "decisionright", "absence", "person", "portfolio")


def test_dates_are_written_as_people_write_them(desk: Client, decided: Decision, lena: Person, ria: Person) -> None:
    actions.away(person=lena, by=ria, starts=date(2027, 3, 1), ends=date(2027, 3, 5))
    pilot = decided.gate.pilot
    pages = [f"/admin/pilots/{table}/" for table in TABLES]
    pages += [
        f"/admin/pilots/pilot/{pilot.pk}/change/",
        f"/admin/pilots/decision/{decided.pk}/change/",
        f"/admin/pilots/event/{decided.event_id}/change/",
        f"/pilots/{pilot.key}/",
    ]
    wrong = {page: ISO.findall(text(desk, page)) for page in pages}
    assert {page: found for page, found in wrong.items() if found} == {}


def test_a_decision_is_called_in_words_and_no_code_is_shown(
    desk: Client, running: Pilot, legal: GateKind, lena: Person
) -> None:
    actions.decide(
        gate=gate_of(running, "legal-sign-off"), by=lena, outcome="changes_requested", reason="A list.", **WHEN
    )
    decision = Decision.objects.get()
    page = text(desk, f"/admin/pilots/decision/{decision.pk}/change/")
    assert "<title>Legal: changes requested on 2 March 2026" in page
    assert f"<h1>{decision.gate.kind.question} Changes requested.</h1>" in page
    for address in (f"/admin/pilots/decision/{decision.pk}/change/", f"/admin/pilots/pilot/{running.pk}/change/"):
        assert "hanges_requested" not in text(desk, address)


def test_a_list_is_titled_in_our_words(desk: Client, running: Pilot) -> None:
    assert "<title>Pilots · Lived In</title>" in text(desk, "/admin/pilots/pilot/")
    assert " to change" not in text(desk, "/admin/pilots/event/")
