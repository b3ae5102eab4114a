"""`manage.py start`, run as people run it: against a new file, again, and against a database that is not its own."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.conf import settings

from tests.readiness.management.surroundings import surroundings

pytestmark = [pytest.mark.thorough, pytest.mark.once]

ROOT = settings.BASE_DIR
ROLES = ["program-office", "sponsor", "decider", "manager", "reviewer"]
LINE = re.compile(rf"^({'|'.join(ROLES)}) (\S+@\S+) (\S+)$", re.M)


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "start", *arguments]


def start(file: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=surroundings(file, **more), capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def serving(file: Path, *arguments: str, errors: int = subprocess.DEVNULL) -> Iterator[tuple[str, str]]:
    """The address, and what was printed before it. What it tells the console of failures goes to `errors`."""
    process = subprocess.Popen(
        command("--port", "0", *arguments), env=surroundings(file), stdout=subprocess.PIPE, stderr=errors, text=True
    )
    assert process.stdout is not None
    printed = ""
    try:
        for line in process.stdout:
            if line.startswith("http://"):
                yield line.strip(), printed
                break
            printed += line
        else:
            pytest.fail(f"it ended: {printed}")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait(timeout=20)


def may_enter(address: str, email: str, password: str) -> bool:
    """Whether the sign-in page lets somebody in."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}accounts/login/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
    request = urllib.request.Request(
        f"{address}accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": address}
    )
    browser.open(request, timeout=30)
    return "sessionid" in {cookie.name for cookie in jar}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that start has made, once for all."""
    file = tmp_path_factory.mktemp("start") / "new.sqlite3"
    made = start(file, "--setup-only")
    assert made.returncode == 0, made.stderr
    file.with_suffix(".txt").write_text(made.stdout)
    return file


def test_the_first_start_says_it_is_invented_and_names_a_person_for_each_role(file: Path) -> None:
    said = file.with_suffix(".txt").read_text()
    assert "sample" in said
    assert "invented" in said
    assert [role for role, _, _ in LINE.findall(said)] == ROLES
    assert all(email.endswith(".example") for _, email, _ in LINE.findall(said))


def test_it_serves_and_lets_each_printed_person_in(file: Path) -> None:
    first = LINE.findall(file.with_suffix(".txt").read_text())
    with serving(file) as (address, printed):
        assert LINE.findall(printed) == first
        assert urllib.request.urlopen(f"{address}healthz", timeout=30).status == 200
        for _, email, password in first:
            assert may_enter(address, email, password), email
        assert not may_enter(address, first[0][1], "not the password")


A_LIST_WAITS = """
from django.core.files.uploadedfile import SimpleUploadedFile
from pilots.clock import today
from pilots.models import Person
from readiness.inventory import sessions
from readiness.models.imports import Wanted
upload = SimpleUploadedFile("long.csv", b"key,name,portfolio,stage\\nP-1,Sorting,one,planned\\n")
session = sessions.open_session(upload=upload, by=Person.objects.earliest("pk"), at=today())
sessions.queue(session, Wanted.PREVIEW)
"""


def test_it_reads_a_list_that_waits_without_anything_else_being_run(file: Path, tmp_path: Path) -> None:
    copy = shutil.copy(file, tmp_path / "copy.sqlite3")
    shell = [sys.executable, str(ROOT / "manage.py"), "shell", "-c", A_LIST_WAITS]
    subprocess.run(shell, env=surroundings(copy), check=True, capture_output=True, timeout=60)

    def stage() -> str:
        rows = sqlite3.connect(copy)
        [(found,)] = rows.execute("SELECT stage FROM readiness_importsession").fetchall()
        rows.close()
        return str(found)

    assert stage() == "queued"
    with serving(copy):
        deadline = time.monotonic() + 30
        while stage() != "previewed" and time.monotonic() < deadline:
            time.sleep(0.2)
    assert stage() == "previewed"


def test_a_second_start_makes_no_second_sample(file: Path) -> None:
    again = start(file, "--setup-only")
    assert again.stdout.splitlines()[-8:] == (file.with_suffix(".txt").read_text().splitlines()[-8:])
    with sqlite3.connect(file) as rows:
        rows_written = rows.execute("SELECT count(*) FROM pilots_event WHERE action = 'set_up'").fetchone()
    rows.close()
    assert rows_written == (1,)


def test_passwords_differ_between_installations(file: Path, tmp_path: Path) -> None:
    other = start(tmp_path / "empty.sqlite3", "--setup-only", "--empty")
    (role, _, password), *rest = LINE.findall(other.stdout)
    assert (role, rest) == ("program-office", [])
    assert password not in file.with_suffix(".txt").read_text()
    assert password not in (tmp_path / "empty.sqlite3").read_bytes().decode("latin-1")


def test_a_sample_is_not_emptied(file: Path) -> None:
    refused = start(file, "--setup-only", "--empty")
    assert refused.returncode == 2
    assert "sample already" in refused.stderr


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "foreign.sqlite3"
    with sqlite3.connect(file) as rows:
        rows.execute("CREATE TABLE invoices (id INTEGER)")
    rows.close()
    refused = start(file, "--setup-only")
    assert refused.returncode == 2
    assert "invoices" in refused.stderr
    with sqlite3.connect(file) as rows:
        left = rows.execute("SELECT name FROM sqlite_master").fetchall()
    rows.close()
    assert left == [("invoices",)]


def test_people_that_it_did_not_make_are_left_alone(tmp_path: Path, migrated: Path) -> None:
    file = Path(shutil.copy(migrated, tmp_path))
    surrounded = surroundings(file, DJANGO_SETTINGS_MODULE="config.settings")
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup()\n"
            "from pilots import actions\n"
            "actions.open_account(email='ria@example.org', name='Ria', by=None)",
        ],
        env=surrounded,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    refused = start(file, "--setup-only")
    assert refused.returncode == 2
    assert "people" in refused.stderr


def test_it_does_not_start_in_production(tmp_path: Path) -> None:
    refused = start(tmp_path / "new.sqlite3", "--setup-only", DEBUG="false", ALLOWED_HOSTS="lived-in.example")
    assert refused.returncode == 2
    assert "production" in refused.stderr
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "letter.sqlite3").write_text("Dear Sir or Madam, " * 100)
    refused = start(tmp_path / "letter.sqlite3", "--setup-only")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_a_busy_port_is_a_sentence(file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = start(file, "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def asked(address: str, **headers: str) -> tuple[int, str]:
    """The status of an answer, and its page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_our_own_pages_answer_for_what_is_not_there_or_breaks_and_the_console_says_why(
    tmp_path: Path, migrated: Path
) -> None:
    file, console = Path(shutil.copy(migrated, tmp_path)), tmp_path / "console"
    with console.open("w") as errors, serving(file, "--empty", errors=errors.fileno()) as (address, _):
        status, page = asked(f"{address}nothing/here/")
        assert status == 404
        assert "There is nothing at this address, or it is not yours to see." in page
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE django_session")
        status, page = asked(address, Cookie="sessionid=abcdefghijklmnop")
        assert status == 500
        assert "Something broke here, not with you." in page
        status, style = asked(f"{address}static/readiness/lived-in.css")
        assert (status, "@layer" in style) == (200, True)
    assert "Traceback" in console.read_text()
    assert "no such table: django_session" in console.read_text()
