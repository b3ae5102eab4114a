"""Evidence on a pilot's page: filed by whoever may act there, in versions, and chosen where an answer rests on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.models import Decision, Evidence, Pilot
from readiness.text import labels
from tests.company import Company, browser_of

PAGE, ACT = "readiness:filing", "readiness:gate-action"


@pytest.fixture(autouse=True)
def _own_room(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def page(pilot: Pilot, newer: str = "") -> str:
    address = reverse(PAGE, args=[pilot.key])
    return f"{address}?newer={newer}" if newer else address


def note(text: bytes = b"Terms as agreed.\n") -> SimpleUploadedFile:
    return SimpleUploadedFile("terms.txt", text)


def filed(company: Company, pilot: Pilot, **more: Any) -> Evidence:
    says = {"link": "https://letters.test/1", "title": "The letter"}
    return actions.file_evidence(pilot=pilot, by=company.ria, **says | more)


def test_a_file_is_filed_listed_with_its_checksum_and_got_back(company: Company) -> None:
    pilot, client = company.running(), browser_of(company.perpetua)
    sent = client.post(page(pilot), {"file": note(), "title": "Terms", "expires_on": "2099-01-01"})
    assert sent.status_code == 302
    piece = Evidence.objects.get()
    assert (piece.by, piece.title, piece.size) == (company.perpetua, "Terms", 17)
    shown = client.get(page(pilot)).content.decode()
    got = reverse("readiness:evidence", args=[piece.public_id])
    assert got in shown
    assert piece.checksum[:12] in shown
    assert "Perpetua Rask" in shown
    assert page(pilot) in client.get(reverse("readiness:pilot", args=[pilot.key])).content.decode()


def test_a_newer_version_is_filed_beside_the_one_before_it(company: Company) -> None:
    pilot, client = company.running(), browser_of(company.ria)
    old = filed(company, pilot)
    sent = client.post(page(pilot, old.public_id), {"link": "https://letters.test/2"})
    assert sent.status_code == 302
    new = Evidence.objects.get(replaces=old)
    shown = client.get(page(pilot)).content.decode()
    assert f"?newer={new.public_id}" in shown
    assert f"?newer={old.public_id}" not in shown
    assert "version 1" in shown
    assert "version 2" in shown
    late = client.post(page(pilot, old.public_id), {"link": "https://letters.test/3"})
    assert late.status_code == 412


def test_what_cannot_be_filed_is_said_at_its_field_and_what_was_typed_stays(company: Company) -> None:
    pilot, client = company.running(), browser_of(company.ria)
    nothing = client.post(page(pilot), {"title": "A title that stays"})
    assert nothing.context["form"].errors.as_data()["file"][0].code == "evidence_required"
    assert "A title that stays" in nothing.content.decode()
    both = {"link": "https://letters.test/1", "effective_on": "2026-02-01", "expires_on": "2026-01-01"}
    ends = client.post(page(pilot), both)
    assert "expires_on" in ends.context["form"].errors
    program = SimpleUploadedFile("run.exe", b"MZ")
    assert "file" in client.post(page(pilot), {"file": program}).context["form"].errors
    assert not Evidence.objects.exists()


def test_a_reviewer_reads_what_is_filed_and_files_nothing_and_a_stranger_sees_no_page(company: Company) -> None:
    pilot = company.running()
    filed(company, pilot)
    expected_version = browser_of(company.vera).get(page(pilot))
    assert "The letter" in expected_version.content.decode()
    assert not expected_version.context["may_file"]
    typed = {"link": "https://letters.test/9"}
    assert browser_of(company.vera).post(page(pilot), typed).status_code == 403
    assert browser_of(company.noam).get(page(pilot)).status_code == 404
    assert Evidence.objects.count() == 1


def test_an_answer_rests_on_the_pieces_that_are_ticked_and_only_those_of_the_pilot(company: Company) -> None:
    pilot, other = company.running(), company.running("CO-015", "Another")
    piece, elsewhere = filed(company, pilot), filed(company, other)
    gate, client = company.gate(pilot, "legal-sign-off"), browser_of(company.perpetua)
    address = reverse(ACT, args=[gate.public_id, "decide"])
    form = client.get(address).context["form"]
    assert [key for key, _title in form.fields["pieces"].choices] == [piece.public_id]
    typed = {"expected_version": form["expected_version"].value(), "outcome": "cleared", "reason": "As agreed."}
    foreign = client.post(address, typed | {"pieces": [elsewhere.public_id]})
    assert "pieces" in foreign.context["form"].errors
    assert client.post(address, typed | {"pieces": [piece.public_id]}).status_code == 302
    decision = Decision.objects.get(outcome="cleared", gate=gate)
    assert [use.evidence for use in decision.evidence_used.all()] == [piece]


def test_what_would_change_a_no_is_read_in_the_history(company: Company) -> None:
    pilot = company.running()
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"),
        by=company.perpetua,
        outcome="refused",
        reason="Not so.",
        would_change="A list of the data.",
    )
    shown = browser_of(company.ria).get(reverse("readiness:pilot", args=[pilot.key]))
    assert "A list of the data." in shown.content.decode()


def test_more_pieces_cost_no_more_queries(company: Company) -> None:
    pilot, client = company.running(), browser_of(company.ria)
    filed(company, pilot)
    with CaptureQueriesContext(connection) as of_one:
        client.get(page(pilot))
    for n in range(12):
        filed(company, pilot, title=f"Letter {n}", link=f"https://letters.test/{n}")
    with CaptureQueriesContext(connection) as of_many:
        client.get(page(pilot))
    assert len(of_many) == len(of_one)


def test_what_has_to_be_confirmed_again_is_said_with_the_day_since_which_it_is_so(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, "legal-sign-off")
    actions.decide(gate=gate, by=company.perpetua, outcome="cleared", reason="Yes.", on=company.day(9))
    address = reverse("readiness:pilot", args=[pilot.key])
    changes = [row.changes for row in browser_of(company.ria).get(address).context["gates"]]
    assert not any(changes)
    pilot.refresh_from_db()
    actions.amend(pilot=pilot, by=company.ria, set={"tool": "Drafter 2"}, on=company.day(2))
    rows = browser_of(company.ria).get(address).context["gates"]
    [said] = [row.changes for row in rows if row.on.gate.pk == gate.pk]
    assert said == [f"The tool changed from “Drafter 1” to “Drafter 2” on {labels.day(company.day(2))}."]


def test_a_declared_adoption_says_by_when_somebody_looks_again_and_then_what_they_said(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.adopt(pilot=pilot, by=company.ansel)
    address = reverse("readiness:pilot", args=[pilot.key])
    look = browser_of(company.ria).get(address).context["look"]
    assert (look.due_on - company.day()).days == 90
    pilot.refresh_from_db()
    actions.look_again(pilot=pilot, by=company.ansel, text="Fewer late letters.")
    assert "Fewer late letters." in browser_of(company.ria).get(address).content.decode()
