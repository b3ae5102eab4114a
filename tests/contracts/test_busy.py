"""Somebody else is writing, and does not let go: a sentence and 503 on every road, what was typed stays, nothing is half done."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from config import environment
from pilots import actions
from pilots.busy import is_busy
from pilots.models import Gate, GateKind, Person, Pilot, PortfolioRole
from pilots.refusals import Busy
from readiness.forms import concurrency as looked
from tests.company import MARCH, a_planned_pilot, a_portfolio

pytestmark = pytest.mark.thorough

ROOT = settings.BASE_DIR
SAYS = "Somebody else is writing just now. Nothing was changed; try again."


def _run(database: Path, *command: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_WAIT_SECONDS": "1",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path_factory.mktemp("busy")))


@pytest.fixture(scope="module")
def answers(database: Path) -> dict[str, Any]:
    """What each road answered while another connection held the file."""
    done = _run(database, "-m", "tests.contracts.busy_requests")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("road", ["page", "kind", "desk", "api", "sign-out"])
def test_on_sqlite_every_road_says_so(answers: dict[str, Any], road: str) -> None:
    assert answers[road]["status"] == 503, answers[road]["body"]
    assert SAYS in answers[road]["body"]


def test_what_was_typed_is_kept(answers: dict[str, Any]) -> None:
    assert 'value="Typed with care"' in answers["desk"]["body"]
    assert 'value="works-council"' in answers["kind"]["body"]


def test_the_api_says_it_as_a_problem_and_when_to_try_again(answers: dict[str, Any]) -> None:
    assert json.loads(answers["api"]["body"])["code"] == "busy"
    assert answers["api"]["retry"] == answers["sign-out"]["retry"] == "5"


def test_once_they_have_let_go_it_is_done(answers: dict[str, Any]) -> None:
    assert answers["afterwards"]["status"] == 302


def test_a_command_says_it_too(database: Path, answers: dict[str, Any]) -> None:
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for command in (["act", "pause", "P-1", "--by", "ria@example.org"], ["rebuild_periods", "--check"]):
        done = _run(database, "manage.py", *command)
        assert (done.returncode != 0, SAYS in done.stderr, "Traceback" in done.stderr) == (True, True, False), done
    other.close()


@pytest.mark.parametrize(
    ("name", "seconds"), [("sqlite:////tmp/x", 7), ("postgres://u@h/d?options=-c%20geqo%3Doff", 7)]
)
def test_how_long_a_writer_waits_is_set(monkeypatch: pytest.MonkeyPatch, name: str, seconds: int) -> None:
    monkeypatch.setenv("A_DATABASE", name)
    options = environment.database("A_DATABASE", "", pool_size=1, wait=seconds)["OPTIONS"]
    assert (
        options.get("timeout", 0) == seconds
        or options["options"]
        == f"-c jit=off -c join_collapse_limit=4 -c random_page_cost=2 -c geqo=off -c lock_timeout={seconds}s"
    )


def test_another_fault_of_the_database_is_none_of_this() -> None:
    assert not is_busy(OperationalError("no such table"))
    assert not is_busy(ValueError())


@pytest.fixture
def pilot() -> Pilot:
    return a_planned_pilot(a_portfolio(day=MARCH), day=MARCH)


@pytest.fixture
def ria(pilot: Pilot) -> Person:
    ria = Person.objects.create_user("ria@example.org", name="Ria", is_staff=True)
    PortfolioRole.objects.create(portfolio=pilot.portfolio, person=ria, role="program-office")
    return ria


@pytest.fixture
def held(pilot: Pilot) -> Iterator[None]:
    """Another connection holds the pilot until the test is over."""
    there, over = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Pilot.objects.select_for_update().get(pk=pilot.pk)
            there.set()
            over.wait(timeout=60)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert there.wait(timeout=20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    over.set()
    thread.join(timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("held")
def test_on_postgresql_a_lock_that_is_not_had_in_time_is_told_alike(pilot: Pilot, ria: Person) -> None:
    client = Client()
    client.force_login(ria)
    kind = {"key": "works-council", "name": "Council", "question": "Has it agreed?", "clears_by": "approval"}
    for address, *typed in (
        (reverse("readiness:pilot-action", args=[pilot.key, "start"]), {"expected_version": looked.token(pilot)}),
        (f"/api/v1/pilots/{pilot.key}/start/", "{}", "application/json"),
        (reverse("admin:pilots_gatekind_add"), kind),
    ):
        answer = client.post(address, *typed)
        assert (answer.status_code, SAYS in answer.content.decode()) == (503, True), address
    assert not GateKind.objects.filter(key="works-council").exists()
    with pytest.raises(Busy):
        actions.start(pilot=pilot, by=ria)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_wait_on_each_other_one_is_told_to_try_again(pilot: Pilot) -> None:
    other = actions.record(portfolio=pilot.portfolio, key="P-2", name="Minutes", by=None)
    found: list[Any] = []
    first, second = Event(), Event()

    def one_after_the_other(mine: Pilot, theirs: Pilot, here: Event, there: Event) -> Callable[[], None]:
        def perform() -> None:
            try:
                with transaction.atomic():
                    actions.start(pilot=mine, by=None)
                    here.set()
                    there.wait(timeout=20)
                    actions.start(pilot=theirs, by=None)
            except Exception as error:
                found.append(error)
            finally:
                connection.close()

        return perform

    both = (one_after_the_other(pilot, other, first, second), one_after_the_other(other, pilot, second, first))
    threads = [Thread(target=perform) for perform in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert "busy" in [getattr(error, "code", "") for error in found]
    assert Gate.objects.count() == 12
