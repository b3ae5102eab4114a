"""Evidence over the API: filed as a file or a link, listed, and named by the answers that rest on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilots import actions
from pilots.models import Decision, Evidence
from tests.company import Company
from tests.readiness.api.conftest import by_key, client, get, post

AT = "pilots/CO-014/evidence/"


@pytest.fixture(autouse=True)
def _own_room(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def test_a_file_and_a_link_are_filed_and_listed(company: Company) -> None:
    company.running()
    file = SimpleUploadedFile("terms.txt", b"Terms as agreed.\n")
    sent = client(company.ria).post(f"/api/v1/{AT}", {"file": file}, format="multipart")
    assert sent.status_code == 201
    assert sent.json()["size"] == 17
    assert sent.json()["download"]
    link = post(company.perpetua, AT, link="https://letters.test/1", title="The letter", expires_on="2099-01-01")
    assert (link.status_code, link.json()["download"]) == (201, None)
    listed = get(company.vera, AT)
    assert [each["title"] for each in listed.json()["results"]] == ["terms.txt", "The letter"]
    assert get(company.noam, AT).status_code == 404


def test_neither_a_file_nor_a_link_nor_somebody_else_nor_a_key_that_reads(company: Company) -> None:
    company.running()
    nothing = post(company.ria, AT)
    assert nothing.json()["code"] == "evidence_required"
    assert post(company.vera, AT, link="https://letters.test/1").status_code == 403
    reads = by_key(company.ria).post(f"/api/v1/{AT}", {"link": "https://letters.test/1"})
    assert reads.status_code == 403
    assert not Evidence.objects.exists()


def test_an_answer_names_the_pieces_that_it_rests_on(company: Company) -> None:
    gate = company.gate(company.running(), "legal-sign-off")
    piece = post(company.ria, AT, link="https://letters.test/1").json()["id"]
    says = {"outcome": "cleared", "reason": "As agreed."}
    unknown = post(company.perpetua, f"gates/{gate.public_id}/decisions/", **says, pieces=["no-such"])
    assert unknown.status_code == 422
    assert not Decision.objects.filter(gate=gate).exists()
    done = post(company.perpetua, f"gates/{gate.public_id}/decisions/", **says, pieces=[piece])
    assert done.status_code == 201
    use = Decision.objects.get(gate=gate).evidence_used.get()
    assert use.evidence.public_id == piece


def test_what_would_change_a_no_and_what_has_to_be_confirmed_again_are_told(company: Company) -> None:
    pilot = company.running()
    legal, data = (company.gate(pilot, "legal-sign-off"), company.gate(pilot, "it-data-access"))
    actions.decide(gate=data, by=company.bastian, outcome="refused", reason="No.", would_change="A list.")
    rows = get(company.ria, "decisions/").json()["results"]
    assert "A list." in [each["would_change"] for each in rows]
    actions.decide(gate=legal, by=company.perpetua, outcome="cleared", reason="Yes.")
    assert get(company.ria, f"gates/{legal.public_id}/").json()["differences"] == []
    pilot.refresh_from_db()
    actions.amend(pilot=pilot, by=company.ria, set={"tool": "Drafter 2"})
    [one] = get(company.ria, f"gates/{legal.public_id}/").json()["differences"]
    assert (one["field"], one["before"], one["after"]) == ("tool", "Drafter 1", "Drafter 2")
    assert get(company.ria, f"gates/{legal.public_id}/").json()["renewals"] == 0
    assert get(company.ria, "pilots/CO-014/").json()["look"] is None
