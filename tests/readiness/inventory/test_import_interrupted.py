"""A process that is killed in the middle of an import leaves the old state, or one that the next run completes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.thorough

ROOT = settings.BASE_DIR
ROWS = 100

# It dies in its fourth batch of twenty, when pilots, gates and events are written and their periods are not.
KILLED = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from pilots.actions.bulk_import import Batch
from readiness.inventory import importing
importing.BATCH, importing.IN_ONE = 20, int(sys.argv[2])
keep, batches = Batch._store_periods, []
def die(self, *args):
    batches.append(self)
    if len(batches) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return keep(self, *args)
Batch._store_periods = die
call_command("import_pilots", sys.argv[1])
"""


def _run(database: Path, *command: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )


def _count(database: Path) -> dict[str, int]:
    connection = sqlite3.connect(database)
    tables = ("pilot", "gate", "event", "pilotperiod", "gateperiod")
    found = {t: connection.execute(f"SELECT count(*) FROM pilots_{t}").fetchone()[0] for t in tables}
    found["whole"] = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    return found


@pytest.mark.parametrize(("in_one", "left"), [(10_000, 0), (40, 60)], ids=["in one transaction", "in batches"])
def test_killed_in_the_middle_the_next_run_completes_it(tmp_path: Path, migrated: Path, in_one: int, left: int) -> None:
    database = tmp_path / "real.sqlite3"
    shutil.copy(migrated, database)
    path = tmp_path / "own.csv"
    rows = "".join(f"k-{n},Name {n},ops,{'planned' if n % 2 else 'running'}\n" for n in range(ROWS))
    path.write_text("key,name,portfolio,stage\n" + rows)
    killed = _run(database, "-c", KILLED, str(path), str(in_one))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    found = _count(database)
    assert found["whole"]
    assert (found["pilot"], found["gate"], found["gateperiod"]) == (left, left * 6, left * 6)
    done = _run(database, "manage.py", "import_pilots", str(path))
    assert done.returncode == 0, done.stderr
    assert f"{ROWS - left} created, 0 updated, {left} unchanged" in done.stdout
    found = _count(database)
    assert (found["pilot"], found["gate"], found["gateperiod"]) == (ROWS, ROWS * 6, ROWS * 6)
