"""What every answer says to a browser: what may run on it, and that nothing of it is kept."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from pilots.models import Person
from tests.readiness.management.surroundings import surroundings

pytestmark = pytest.mark.thorough

POLICY = "Content-Security-Policy"
STYLE = "/static/readiness/lived-in.css"
PAGES = [
    "/",
    "/museum/",
    "/portfolio/",
    "/my/decisions/",
    "/nothing/here/",
    "/admin/",
    "/admin/jsi18n/",
    "/admin/pilots/pilot/",
    "/accounts/password/change/",
    "/api/v1/pilots/",
    "/api/v1/schema/",
]


@pytest.fixture
def signed_in(db: None) -> Client:
    client = Client()
    client.force_login(Person.objects.create_superuser("ria@example.org", name="Ria"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_no_browser_or_proxy_keeps_what_somebody_signed_in_was_shown(signed_in: Client, page: str) -> None:
    cache_control = signed_in.get(page)["Cache-Control"]
    assert {"private", "no-store"} <= set(cache_control.split(", "))
    assert "public" not in cache_control


def test_a_static_file_may_be_kept_and_carries_the_policy() -> None:
    answer = Client().get(STYLE)
    assert b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
    assert "script-src 'self'" in answer[POLICY]


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/museum/", "/nothing/here/", "/accounts/login/", "/api/v1/pilots/", "/healthz"])
def test_every_answer_carries_the_policy_redirects_too(page: str, settings: Any) -> None:
    assert "default-src 'self'" in Client().get(page)[POLICY]
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(page)
    assert answer.status_code == 301
    assert "default-src 'self'" in answer[POLICY]


def test_the_policy_is_laid_on_before_anything_can_answer(settings: Any) -> None:
    assert settings.MIDDLEWARE[0] == "csp.middleware.CSPMiddleware"


WRITE = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE t (a)")
    cursor.execute("INSERT INTO t VALUES (1)")
from pathlib import Path
for path in sorted(Path({folder!r}).iterdir()):
    print(path.name, oct(path.stat().st_mode & 0o777))
"""


def lying_in(folder: Path) -> dict[str, str]:
    """Who may read each file of a database, by its name, while it is being written."""
    env = surroundings(folder / "new.sqlite3", DJANGO_SETTINGS_MODULE="config.settings")
    code = f"import os; os.umask(0o022)\n{WRITE.format(folder=str(folder))}"
    said = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return dict(line.split() for line in said.stdout.splitlines())


def test_a_database_file_and_its_journals_are_their_owners_alone(tmp_path: Path) -> None:
    found = lying_in(tmp_path)
    assert found == dict.fromkeys(("new.sqlite3", "new.sqlite3-shm", "new.sqlite3-wal"), "0o600")


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    made_before = tmp_path / "new.sqlite3"
    made_before.touch(0o644)
    assert lying_in(tmp_path)["new.sqlite3"] == "0o600"
    assert stat.S_IMODE(made_before.stat().st_mode) == 0o600
