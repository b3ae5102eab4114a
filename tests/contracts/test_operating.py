"""`docs/operating.md`, as it is written: installed, backed up, restored and checked, on the engine of this run."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

ROOT = settings.BASE_DIR
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ENGINE = connection.vendor
BLOCK = re.compile(r"^```sh ?(\w*)\n(.*?)^```$", re.M | re.S)
TRIED_ELSEWHERE = ("pip install", "collectstatic", "check --deploy", "gunicorn", "db_worker")
"""What takes minutes or does not end; `.ci/run` does it."""
PDF = b"%PDF-1.7\n" + b"said and done\n" * 20 + b"%%EOF\n"
KEY = "S7731-0000001"

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        ENGINE == "postgresql" and shutil.which("pg_dump") is None, reason="there is no pg_dump on this machine"
    ),
]


def blocks(section: str) -> str:
    """The commands under a heading, for this run's engine."""
    under = re.split(r"^##+ ", PAGE, flags=re.M)
    (text,) = [part for part in under if part.startswith(f"{section}\n")]
    mine = [body for engine, body in BLOCK.findall(text) if engine in ("", ENGINE)]
    assert mine, section
    lines = "".join(mine).splitlines()
    return "\n".join(line for line in lines if not any(word in line for word in TRIED_ELSEWHERE))


@dataclass
class Machine:
    """A machine of one's own: folders below one of this test, and a database."""

    folder: Path
    database: str
    backups: Path
    printed: str = ""

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run commands as the page has them, with the folders and the address of this machine."""
        for written, here in (
            ("postgres://lived-in@127.0.0.1:5432/lived-in", self.database),
            ("/etc/lived-in", str(self.folder / "etc")),
            ("/var/lib/lived-in", str(self.folder / "lib")),
            ("/var/backups/lived-in", str(self.backups)),
            (".venv/bin/python", sys.executable),
        ):
            script = script.replace(written, here)
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def does(self, script: str) -> str:
        done = self.run(script)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        words = " ".join(f"'{each}'" for each in arguments)
        return self.run(f"set -a; . /etc/lived-in/env; set +a; .venv/bin/python manage.py {words}")

    @property
    def today(self) -> Path:
        """The back-up of the day."""
        (found,) = self.backups.iterdir()
        return found


@contextmanager
def machine(folder: Path, backups: Path, name: str) -> Iterator[Machine]:
    (folder / "lib").mkdir(parents=True)
    if ENGINE == "sqlite":
        yield Machine(folder, f"sqlite:///{folder / 'lib' / 'database.sqlite3'}", backups)
        return
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    database = f"lived_in_operating_{os.getpid()}_{name}"
    try:
        yield Machine(folder, f"{server}/{database}", backups)
    finally:
        drop = ["dropdb", "--if-exists", f"--maintenance-db={server}/postgres", database]
        subprocess.run(drop, check=True, capture_output=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The page followed from its beginning to the first account, some pilots, and evidence for one of them."""
    folder = tmp_path_factory.mktemp("operating")
    with machine(folder / "first", folder / "backups", "first") as first:
        first.printed = first.does(blocks("Install") + "\n" + blocks("The first account"))
        assert first.manage("make_portfolio", "--pilots", "6", "--seed", "7731").returncode == 0
        for number in (1, 2):
            path = folder / f"minutes-{number}.pdf"
            path.write_bytes(PDF + bytes(str(number), "ascii"))
            done = first.manage("file_evidence", KEY, "--file", str(path), "--by", "ria.koenig@lived-in.example")
            assert done.returncode == 0, done.stderr
        yield first


@pytest.fixture(scope="module")
def restored(installed: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, str]]:
    """Another machine, onto which the back-up of the first was restored, and what the last command said."""
    installed.does(blocks("Back up"))
    folder = tmp_path_factory.mktemp("another")
    with machine(folder, installed.backups, "second") as second:
        (folder / "etc").mkdir()
        env = (installed.folder / "etc" / "env").read_text()
        env = env.replace(installed.database, second.database).replace(str(installed.folder), str(folder))
        (folder / "etc" / "env").write_text(env)
        yield second, second.does(blocks("Restore"))


def test_what_the_page_sets_passes_the_deployment_check() -> None:
    (written,) = re.findall(r"^cat >/etc/lived-in/env <<END\n(.*?)^END$", blocks("Install"), re.M | re.S)
    said = dict(line.split("=", 1) for line in written.splitlines())
    env = os.environ | said | {"SECRET_KEY": secrets.token_urlsafe(64)}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # what drives a browser beside this test sets it
    command = [sys.executable, "manage.py", "check", "--deploy"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_first_account_is_opened_and_its_link_printed(installed: Machine) -> None:
    assert "Ria Koenig (ria.koenig@lived-in.example) keeps all records now." in installed.printed
    assert "https://lived-in.example/accounts/password/reset/key/" in installed.printed


def test_what_it_writes_is_for_its_owner_alone(installed: Machine, restored: tuple[Machine, str]) -> None:
    second, _said = restored
    for folder in (
        installed.folder / "etc",
        installed.folder / "lib" / "evidence",
        installed.today,
        second.folder / "lib",
    ):
        written = [path for path in folder.rglob("*") if path.is_file()]
        assert written, folder
        assert {path for path in written if path.stat().st_mode & 0o077} == set()


def test_what_was_backed_up_is_restored_and_the_check_says_so(restored: tuple[Machine, str]) -> None:
    _second, said = restored
    assert "All that was backed up is here, as it was." in said
    assert "2 files of evidence" in said
    assert re.search(r"^pilots: 6$", said, re.M)


def test_people_who_went_on_working_are_told_apart_from_what_is_missing(
    installed: Machine, restored: tuple[Machine, str]
) -> None:
    """A later copy holds more than an earlier note; an earlier copy does not hold what a later note says."""
    second, _said = restored
    paper = installed.backups.parent / "minutes-1.pdf"
    assert (
        installed.manage("file_evidence", KEY, "--file", str(paper), "--by", "ria.koenig@lived-in.example").returncode
        == 0
    )
    later = installed.backups.parent / "later.json"
    assert installed.manage("verify_log", "--note", str(later)).returncode == 0
    more = installed.manage("check_restored", str(installed.today / "note.json"))
    assert more.returncode == 0, more.stderr
    assert "pieces of evidence: 3, 1 of them since the note" in more.stdout
    fewer = second.manage("check_restored", str(later))
    assert fewer.returncode == 1
    assert "The note counts 3 pieces of evidence, and there are 2." in fewer.stderr


BEND = """
import os
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.db import connection, transaction
from pilots.event_log import triggers
with transaction.atomic(), connection.cursor() as cursor:
    triggers.lift()
    cursor.execute("UPDATE pilots_event SET texts = '{\\"reason\\": 1}' WHERE id = (SELECT min(id) FROM pilots_event)")
    cursor.execute("UPDATE pilots_gateperiod SET first_day = '2001-01-01' WHERE id = (SELECT min(id) FROM pilots_gateperiod)")
    triggers.install()
"""


def test_whatever_is_missing_or_was_bent_is_said(installed: Machine, restored: tuple[Machine, str]) -> None:
    second, _said = restored
    lost, bent = sorted(path for path in (second.folder / "lib" / "evidence").iterdir() if path.is_file())
    lost.unlink()
    bent.write_bytes(b"something else")
    second.does(f"set -a; . /etc/lived-in/env; set +a; .venv/bin/python - <<'END'\n{BEND}END\n")
    said = second.manage("check_restored", str(installed.today / "note.json"))
    assert said.returncode == 1
    for words in (
        "its texts are not what was signed",
        "is not on disk",
        "is not the one that was filed: its SHA-256 is another",
        "What follows from the log was not rebuilt: the log itself is broken.",
        "This is not all that was backed up.",
    ):
        assert words in said.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "nothing", "[]", '{"counts": 3}', '{"made_at": "", "digest": "a", "counts": {}}'])
def test_what_is_no_note_is_a_sentence(tmp_path: Path, text: str) -> None:
    note = tmp_path / "note"
    note.write_text(text)
    for path in (note, tmp_path / "none", tmp_path):
        with pytest.raises(CommandError) as said:
            call_command("check_restored", str(path))
        assert said.value.returncode == 2


@pytest.mark.django_db
def test_a_note_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be written") as said:
        call_command("verify_log", "--note", str(tmp_path / "no folder" / "note"))
    assert said.value.returncode == 2


def test_no_note_is_written_of_what_does_not_fit(restored: tuple[Machine, str], tmp_path: Path) -> None:
    second, _said = restored
    for path in (second.folder / "lib" / "evidence").iterdir():
        if path.is_file():
            path.unlink()
    assert second.manage("verify_log", "--files", "--note", str(tmp_path / "note")).returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_each_part_of_the_page_fits_on_a_screen() -> None:
    for part in re.split(r"^##+ ", PAGE, flags=re.M)[1:]:
        assert len(part.splitlines()) <= 50, part.splitlines()[0]
