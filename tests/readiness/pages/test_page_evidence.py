"""Evidence is downloaded by those who may see a pilot that uses it, and by nobody else."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Evidence, Person
from tests.company import LEGAL, MARCH, a_cast, a_planned_pilot, a_portfolio, a_right, on

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"said and done\n" * 9000 + b"%%EOF\n"


@pytest.fixture
def cast() -> dict[str, Person]:
    return a_cast("ria", "lena", "otto")


@pytest.fixture
def piece(cast: dict[str, Person], tmp_path: Path, settings: Any) -> Evidence:
    settings.EVIDENCE_ROOT = tmp_path
    portfolio = a_portfolio(day=MARCH, office=cast["ria"])
    a_right(LEGAL, cast["lena"], portfolio, day=MARCH)
    pilot = a_planned_pilot(portfolio, day=MARCH)
    return actions.file_evidence(
        pilot=pilot, by=cast["ria"], file=io.BytesIO(PDF), file_name="Prüfung “1”.pdf", **on(MARCH)
    )


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
    link = actions.file_evidence(pilot=piece.pilot, by=cast["ria"], link="https://a.org", **on(MARCH))
    assert get(cast["ria"], link.public_id).status_code == 404


def on_disk(piece: Evidence, root: Path) -> Path:
    (path,) = root.rglob(piece.file_key)
    return path


def lost(path: Path) -> None:
    path.unlink()


def bent(path: Path) -> None:
    """One bit of it, which leaves its length."""
    found = bytearray(path.read_bytes())
    found[-1] ^= 1
    path.write_bytes(found)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"and more")


@pytest.mark.parametrize("harm", [lost, bent, cut, grown])
def test_a_file_that_is_not_as_it_was_filed_is_refused_in_words_and_logged(
    piece: Evidence, cast: dict[str, Person], tmp_path: Path, caplog: Any, harm: Callable[[Path], None]
) -> None:
    harm(on_disk(piece, tmp_path))
    response = get(cast["lena"], piece.public_id)
    assert response.status_code == 410
    assert "missing, or is no longer the one that was filed" in response.content.decode()
    assert b"said and done" not in response.content
    assert "private" in response["Cache-Control"]
    (said,) = [each for each in caplog.records if each.name == "readiness.pages.evidence"]
    assert said.levelname == "ERROR"
    assert piece.public_id in said.getMessage()
    assert get(cast["otto"], piece.public_id).status_code == 404


@pytest.mark.parametrize("harm", [lost, bent, cut, grown])
def test_verify_log_reads_every_file_and_names_the_piece_that_is_not_as_it_was_filed(
    piece: Evidence, cast: dict[str, Person], tmp_path: Path, capsys: Any, harm: Callable[[Path], None]
) -> None:
    other = actions.file_evidence(
        pilot=piece.pilot, by=cast["ria"], file=io.BytesIO(PDF), file_name="b.pdf", **on(MARCH)
    )
    call_command("verify_log", "--files")
    assert f"2 files of evidence, {2 * len(PDF):,} bytes, as they were filed" in capsys.readouterr().out
    harm(on_disk(other, tmp_path))
    call_command("verify_log")
    with pytest.raises(CommandError, match=f"^The file of evidence {other.public_id} ") as found:
        call_command("verify_log", "--files")
    assert found.value.returncode == 1
    assert piece.public_id not in str(found.value)


def test_a_folder_that_was_made_by_hand_is_closed_to_others(piece: Evidence, tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "by hand" / "evidence"
    settings.EVIDENCE_ROOT.mkdir(parents=True, mode=0o755)
    actions.file_evidence(pilot=piece.pilot, by=piece.by, file=io.BytesIO(PDF), file_name="b.pdf", **on(MARCH))
    others = {path: path.stat().st_mode & 0o077 for path in settings.EVIDENCE_ROOT.rglob("*")}
    assert len(others) == 2
    assert set(others.values()) == {0}
    assert settings.EVIDENCE_ROOT.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_made_is_its_owners_alone(piece: Evidence, tmp_path: Path, settings: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "new"
    actions.file_evidence(pilot=piece.pilot, by=piece.by, file=io.BytesIO(PDF), file_name="b.pdf", **on(MARCH))
    assert settings.EVIDENCE_ROOT.stat().st_mode & 0o777 == 0o700
