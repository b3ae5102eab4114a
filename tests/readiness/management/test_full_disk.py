"""A full disk ends every command with a sentence, wherever it is met; what was not committed is taken back."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError, connection

from pilots.event_log import sign
from pilots.models import Evidence, Pilot
from readiness.inventory.tabular import Table
from readiness.management.base import ProductCommand
from tests.company import Cast

pytestmark = [pytest.mark.thorough, pytest.mark.once]

FULL = Path("/dev/full")
ROOT = settings.BASE_DIR
HEADER = "key,name,portfolio,stage\n"
needs_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@contextmanager
def ends_with_a_sentence() -> Iterator[None]:
    with pytest.raises(CommandError, match=r"(?i)the disk is full.*Make room|No space left on device\.$") as ended:
        yield
    assert ended.value.returncode == 2


def listed(folder: Path, *rows: str) -> Path:
    path = folder / "pilots.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def test_every_command_says_it() -> None:
    ours = [name for name, app in get_commands().items() if app in ("readiness", "pilots")]
    assert len(ours) > 10
    assert [name for name in ours if not isinstance(load_command_class("readiness", name), ProductCommand)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "says", ["database or disk is full", "disk I/O error", 'could not extend file "base/1": No space left']
)
def test_a_database_that_cannot_grow_ends_a_command_with_a_sentence(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError(says)

    monkeypatch.setattr(sign, "_write", full)
    with ends_with_a_sentence():
        call_command("import_pilots", str(listed(tmp_path, "P-1,Drafts,ops,planned")), stdout=StringIO())


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite: only there can the number of pages be set")
def test_a_file_of_sqlite_that_is_full_takes_the_whole_import_back(tmp_path: Path) -> None:
    rows = [f"P-{n},{'Drafts ' * 20},ops,planned" for n in range(200)]
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        most = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 5}")
        try:
            with ends_with_a_sentence():
                call_command("import_pilots", str(listed(tmp_path, *rows)), stdout=StringIO())
        finally:
            cursor.execute(f"PRAGMA max_page_count = {most}")
    assert not Pilot.objects.exists()


@pytest.mark.django_db
@needs_a_full_disk
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_that_finds_no_room_leaves_no_half_of_it(tmp_path: Path, form: str) -> None:
    Cast()
    file = tmp_path / f"out.{form}"
    file.with_name(f"{file.name}.part").symlink_to(FULL)
    with ends_with_a_sentence():
        call_command("export_pilots", str(file), stdout=StringIO())
    assert list(tmp_path.iterdir()) == []
    gc.collect()  # what the writer of a workbook could not close says so once more when it is let go


@pytest.mark.django_db
@needs_a_full_disk
def test_rejected_rows_that_find_no_room_take_the_import_back(tmp_path: Path) -> None:
    path = listed(tmp_path, "P-1,Drafts,ops,planned", "P-2,,ops,planned")
    with ends_with_a_sentence():
        call_command("import_pilots", str(path), rejects=FULL, stdout=StringIO())
    assert not Pilot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_evidence_that_finds_no_room_is_not_filed(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    cast, file = Cast(), tmp_path / "minutes.txt"
    file.write_text("Agreed.")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with ends_with_a_sentence():
        call_command("file_evidence", cast.pilot.key, file=str(file), by=cast["office"].email, stdout=StringIO())
    monkeypatch.undo()
    assert not Evidence.objects.exists()
    assert [path.name for path in (tmp_path / "evidence").rglob("*")] == ["arriving"]


@needs_a_full_disk
@pytest.mark.parametrize(
    "words", [["export_pilots"], ["exhibits"], ["verify_log"], ["start", "--setup-only", "--empty"]]
)
def test_what_is_printed_to_a_full_disk_ends_with_a_sentence_and_no_traceback(
    tmp_path: Path, migrated: Path, words: list[str]
) -> None:
    surroundings = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{shutil.copy(migrated, tmp_path)}",
        "SECRET_KEY": "a secret for tests that is long enough 0123456789 abcdef",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    with FULL.open("w") as stdout:
        done = subprocess.run(
            [*manage, *words],
            env=surroundings,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_list_on_a_disk_that_is_full_can_still_be_read(tmp_path: Path) -> None:
    assert len(list(Table(listed(tmp_path, "P-1,Drafts,ops,planned")).rows())) == 1
