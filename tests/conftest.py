"""What every test may rely on."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings

from pilots.event_log import set_up, triggers
from pilots.models import GateKind
from tests.company import taken_back
from tests.contracts.null_columns import watched

# How long an example may take says more about the machine than about the code; what must be fast has a benchmark.
settings.register_profile("promises", deadline=None)
settings.load_profile("promises")


@pytest.fixture(autouse=True, scope="session")
def what_stays_is_not_looked_through_again() -> None:
    """What was imported and collected is there until the end, and to look again and again whether it is needed costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with all tables and nothing in them. What runs in a process of its own takes a copy."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    env = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=Path(__file__).parents[1], env=env, check=True, timeout=120)
    return path


@pytest.fixture(autouse=True, scope="session")
def no_question_forgets_null() -> Iterator[None]:
    """Whatever is asked while the tests run, a negation over what may be null is an error."""
    with watched():
        yield


@pytest.fixture(autouse=True, scope="session")
def a_flush_may_empty_the_log() -> Iterator[None]:
    """After a test with real transactions the tables are flushed. For that alone the triggers are lifted.

    The six kinds of gate, the empty words, the friction points and the measures came with migrations, and go with the flush: the next test finds them
    again, the kinds as the same rows, and the event with which the log begins.
    """
    flush = TransactionTestCase._fixture_teardown
    ship = import_module("pilots.migrations.0002_gate_kinds").ship
    ship_words = import_module("readiness.migrations.0002_empty_words").ship
    ship_points = import_module("readiness.migrations.0006_friction").ship
    ship_measures = import_module("readiness.migrations.0007_measures").ship

    def lifted(case: Any) -> None:
        kinds = list(GateKind.objects.filter(ships=True))
        triggers.lift()
        try:
            flush(case)
        finally:
            triggers.install()
        GateKind.objects.bulk_create(kinds)
        with connection.schema_editor() as editor:
            ship(apps, editor)
            ship_words(apps, editor)
            ship_points(apps, editor)
            ship_measures(apps, editor)
        set_up.begin()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture(scope="module")
def module_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For fixtures of a module: what they make stays for all of its tests, each of which is taken back by itself."""
    with django_db_blocker.unblock(), taken_back():
        yield
