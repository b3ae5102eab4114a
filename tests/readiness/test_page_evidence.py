"""Evidence is downloaded by those who may see a pilot that uses it, and by nobody else."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots import verbs
from pilots.models import Evidence, GateKind, Person, Portfolio, PortfolioRole

pytestmark = pytest.mark.django_db
MARCH = date(2025, 3, 3)
WHEN = {"on": MARCH, "known": MARCH}
PDF = b"%PDF-1.7\n" + b"said and done\n" * 9000 + b"%%EOF\n"


@pytest.fixture
def cast() -> dict[str, Person]:
    return {
        name: Person.objects.create_user(f"{name}@example.org", name=name.title()) for name in ("ria", "lena", "otto")
    }


@pytest.fixture
def piece(cast: dict[str, Person], tmp_path: Path, settings: Any) -> Evidence:
    settings.EVIDENCE_ROOT = tmp_path
    portfolio = Portfolio.objects.create(key="p", name="P")
    PortfolioRole.objects.create(portfolio=portfolio, person=cast["ria"], role="program-office")
    verbs.assign_right(
        kind=GateKind.objects.get(key="legal-sign-off"), holder=cast["lena"], by=None, portfolio=portfolio, **WHEN
    )
    pilot = verbs.record(portfolio=portfolio, key="P-1", name="Drafts", by=None, **WHEN)
    return verbs.file_evidence(pilot=pilot, by=cast["ria"], file=io.BytesIO(PDF), file_name="Prüfung “1”.pdf", **WHEN)


def get(who: Person | None, public_id: str) -> Any:
    client = Client()
    if who is not None:
        client.force_login(who)
    return client.get(reverse("readiness:evidence", args=[public_id]))


def test_it_is_a_download_and_never_opened(piece: Evidence, cast: dict[str, Person]) -> None:
    response = get(cast["lena"], piece.public_id)
    assert response.status_code == 200
    assert response.streaming
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert "%E2%80%9C1%E2%80%9D.pdf" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))


def test_who_may_not_see_the_pilot_is_told_that_nothing_is_there(piece: Evidence, cast: dict[str, Person]) -> None:
    assert get(cast["otto"], piece.public_id).status_code == 404
    assert get(cast["lena"], "no-such-piece").status_code == 404
    assert get(None, piece.public_id).status_code == 302


def test_a_link_is_not_served_from_here(piece: Evidence, cast: dict[str, Person]) -> None:
    link = verbs.file_evidence(pilot=piece.pilot, by=cast["ria"], link="https://a.org", **WHEN)
    assert get(cast["ria"], link.public_id).status_code == 404


def test_a_file_that_is_lost_is_not_there(piece: Evidence, cast: dict[str, Person], tmp_path: Path) -> None:
    for path in tmp_path.rglob(piece.stored):
        path.unlink()
    assert get(cast["lena"], piece.public_id).status_code == 404
