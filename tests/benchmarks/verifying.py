"""`manage.py verify_log` over a log of a million decisions and more: its rate, its memory, and whether it finds one bent row.

    DATABASE_URL=postgres://… python -m tests.benchmarks verifying [--decisions 1000000]

The gates are those of `make_portfolio`; each is decided again and again, every decision signed by `sign` with its event into
its pilot's chain, until there are as many as asked for. Periods are not replayed: the log alone is read. So nothing else is measured in this database afterwards, and it is not kept.

The command runs as a process of its own, as in production, once at a tenth of the decisions and once at all of them. What
it says of its rate is given as it says it; beside it the most memory that it held (`getrusage`), which is about the same
for both. Then the outcome of one decision near the end is changed behind the triggers' back, and the command must fail and
name its event by its primary key. SQLite keeps its test database in memory: there the command reads a copy on disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import DateTimeField
from django.utils import timezone

from pilots.event_log import sign, triggers
from pilots.models import Decision, Event, Gate, Person, Pilot
from readiness.demo.synthetic import cloner
from tests.benchmarks.harness import Measured, Taken
from tests.benchmarks.museum import AT

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
AT_ONCE = 20_000
"""Decisions that are written together."""
MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, done.stdout + done.stderr, most if sys.platform == "darwin" else most * 1024]))
"""
"""Runs between: a process counts as its own the memory of the one that started it, and this one holds a lot."""


def measure(decisions: int) -> Iterator[Measured]:
    signing_them = _Signing()
    for number in (decisions // 10, decisions):
        began, before = perf_counter(), Decision.objects.count()
        signing_them.until(number)
        filled = f"{Decision.objects.count() - before:,} signed and written in {perf_counter() - began:,.0f} s"
        status, says, seconds, most = _verify_log()
        assert status == 0, says
        yield _measured(
            f"verify_log of {number:,}", seconds, f"{says.splitlines()[0]}; {most:,.1f} MB at most; {filled}."
        )
    yield _bent()


class _Signing:
    """Decides the gates that are there, all of them in turn, for as long as decisions are wanted."""

    def __init__(self) -> None:
        self.gates = list(Gate.objects.order_by("pk"))
        self.pilots = Pilot.objects.in_bulk()
        people = Person.objects.order_by("pk")[:500]
        self.turns = zip(cycle(self.gates), cycle(people))

    def until(self, number: int) -> None:
        """Sign and write, with the pilots' heads, and let the planner know."""
        missing = number - Decision.objects.count()
        for done in range(0, missing, AT_ONCE):
            self._write(min(AT_ONCE, missing - done))
        Pilot.objects.bulk_update(self.pilots.values(), ["log_head", "log_count"], batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    @transaction.atomic
    def _write(self, number: int) -> None:
        keys = cloner.free_keys(Event, number)
        signed = [self._sign(*turn, key) for turn, key in zip(islice(self.turns, number), keys, strict=True)]
        cloner.write(Event, _lines(Event, [row.event for row in signed]))
        cloner.write(Decision, _lines(Decision, signed))

    def _sign(self, gate: Gate, by: Person, key: int) -> Decision:
        pilot = self.pilots[gate.pilot_id]
        event = Event(
            pk=key,
            action="decide",
            portfolio_id=pilot.portfolio_id,
            pilot=pilot,
            gate=gate,
            by=by,
            effective_on=AT,
            known_on=AT,
            written_at=timezone.now(),
            texts={"reason": f"Looked at again, as number {pilot.log_count + 1}.", "evidence": "Minutes of the day"},
        )
        decision = Decision(
            gate=gate,
            event=event,
            effective_on=AT,
            known_on=AT,
            outcome="cleared",
            capacity="holder",
            decider=by,
            by=by,
            sealed={"workflow": "letters", "tool": "a-tool"},
        )
        sign.sign(pilot, event, decision)
        return decision


def _lines(model: Any, rows: list[Any]) -> Iterator[str]:
    """Rows as `cloner.write` takes them. What is the same for all of them is put into text once."""
    columns = cloner.columns(model)
    same = {f.attname: _text_of(f, rows[0]) for f in columns}
    others = [f for f in columns if len({str(getattr(row, f.attname)) for row in rows}) > 1]
    for row in rows:
        yield "\t".join((same | {f.attname: _text_of(f, row) for f in others}).values())


def _text_of(of: Any, row: Any) -> str:
    text = cloner.text_of(of, row)
    # SQLite keeps a moment in UTC without saying so.
    return text.removesuffix("+00:00") if connection.vendor == "sqlite" and isinstance(of, DateTimeField) else text


def _bent() -> Measured:
    """Change a decision near the end by SQL, and have the command find it."""
    bent = Decision.objects.select_related("event").order_by("-pk")[1]
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_decision SET outcome = 'refused' WHERE id = %s", [bent.pk])
    triggers.install()
    status, says, seconds, most = _verify_log()
    found = [line.strip() for line in says.splitlines() if f"event {bent.event_id}, number {bent.number} of" in line]
    assert status == 1, says
    assert found, says
    return _measured("verify_log of one bent row", seconds, f"{found[0]} {most:,.1f} MB at most.")


def _measured(name: str, seconds: float, says: str) -> Measured:
    once = Taken(round(1000 * seconds, 3), round(1000 * seconds, 3), 0)
    return Measured(name, 1, once, says=says)


def _verify_log() -> tuple[int, str, float, float]:
    """Run the command. Its exit status, what it said, how long it took in seconds, and the most memory it held in MB."""
    with TemporaryDirectory() as folder:
        at = {"DATABASE_URL": _address(Path(folder) / "copy.sqlite3")}
        command = [sys.executable, "-c", MEASURE, sys.executable, str(MANAGE), "verify_log", "--no-color"]
        began = perf_counter()
        done = subprocess.run(command, env=os.environ | at, stdout=subprocess.PIPE, check=True)
        seconds = perf_counter() - began
    status, says, most = json.loads(done.stdout)
    return status, says, seconds, most / 1e6


def _address(copy: Path) -> str:
    """Where the command finds the test database."""
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    return f"sqlite:///{copy}"
