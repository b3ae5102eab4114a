"""What an office reads of a decision and of a pilot's evidence at its desk."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from pilots import verbs
from pilots.models import Decision, GateKind, Person, Pilot
from tests.admin.conftest import WHEN, gate_of


@pytest.fixture
def decided(running: Pilot, legal: GateKind, lena: Person, ria: Person) -> Decision:
    """Legal said yes to a tool, on a list that was filed."""
    verbs.amend(pilot=running, by=ria, set={"tool": "Quill 3"}, **WHEN)
    piece = verbs.file_evidence(pilot=running, by=ria, link="https://example.org/terms", title="The terms", **WHEN)  # fmt: skip
    verbs.decide(
        gate=gate_of(running, "legal-sign-off"), by=lena, outcome="conditional", reason="Standard terms.", pieces=[piece],
        conditions=[{"text": "List the fields", "owner": ria.pk, "due": date(2026, 4, 1)}], **WHEN,
    )  # fmt: skip
    return Decision.objects.get()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_decisions_page_says_its_term_what_it_was_decided_on_and_its_evidence(
    desk: Client, decided: Decision, ria: Person
) -> None:
    verbs.amend(pilot=decided.gate.pilot, by=ria, set={"tool": "Quill 4"})
    page = text(desk, f"/admin/pilots/decision/{decided.pk}/change/")
    assert "Its term" in page
    assert '<dt>The tool</dt><dd dir="auto">Quill 3</dd>' in page
    assert 'href="https://example.org/terms"' in page
    assert "The terms" in page


def test_the_page_of_a_pilot_lists_its_evidence(
    desk: Client, decided: Decision
) -> None:
    page = text(desk, f"/admin/pilots/pilot/{decided.gate.pilot_id}/change/")
    assert "The terms" in page.split('id="its-evidence"')[1].split("</section>")[0]
