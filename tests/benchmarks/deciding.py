"""One decision through its action, beside the same rows written by hand in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from pilots import actions
from pilots.event_log import triggers
from pilots.models import Event, Gate, GatePeriod, Person, PilotPeriod
from pilots.models.people import opaque_id
from pilots.rules.vocabulary import Court, Stage
from readiness.queries.pilots import gates_on
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

TODAY = AT + timedelta(days=1)


def measure(rounds: int) -> Iterator[Measured]:
    waiting = _waiting(2 * rounds + 6)
    half = len(waiting) // 2
    action, by_hand = iter(waiting[:half]), iter(waiting[half:])
    number = Event.objects.count()
    measured = compare(
        "one decision",
        lambda: _decide(*next(action)),
        lambda: _by_hand(*next(by_hand)),
        rounds=rounds,
        promise=3.5,
        says=f"Legal says yes, {number:,} events in the log; by hand: 7 statements in one transaction.",
    )
    _forget(waiting[half:])
    yield measured


def _waiting(number: int) -> list[tuple[Gate, Person]]:
    """Gates that wait on the holder of a right, each of a running pilot of its own."""
    found = gates_on(AT).filter(
        kind__key="legal-sign-off", court=Court.DECIDER, stage_then=Stage.RUNNING, last_day=None
    )
    rows = found.select_related("gate__pilot", "gate__kind").order_by("pk")[:number]
    people = Person.objects.in_bulk({row.holding for row in rows})
    return [(row.gate, people[row.holding]) for row in rows]


def _decide(gate: Gate, by: Person) -> None:
    actions.decide(gate=gate, by=by, outcome="cleared", reason="Agreed.", on=TODAY, known=TODAY)


@transaction.atomic
def _by_hand(gate: Gate, by: Person) -> None:
    """What a decision leaves: event, decision, head and version, and the periods of gate and pilot closed and begun."""
    with connection.cursor() as cursor:
        _event_and_decision(cursor, gate, by)
        _periods(
            cursor,
            GatePeriod,
            "gate_id",
            gate.pk,
            {"state": "cleared", "awaits": "nothing", "since": TODAY, "moved": True},
        )
        _periods(cursor, PilotPeriod, "pilot_id", gate.pilot_id, {"last_movement": TODAY, "stall_clock_from": TODAY})


def _forget(written: list[tuple[Gate, Person]]) -> None:
    """Take away from the log what was written by hand: it is in no chain, and whatever reads the log next would fail."""
    triggers.lift()
    with connection.cursor() as cursor:
        for gate, _by in written:
            since = [gate.pilot_id, gate.pilot.log_count]
            events = "SELECT id FROM pilots_event WHERE pilot_id = %s AND number > %s"
            cursor.execute(f"DELETE FROM pilots_decision WHERE event_id IN ({events})", since)
            cursor.execute(f"DELETE FROM pilots_event WHERE id IN ({events})", since)
            head = [gate.pilot.log_head, gate.pilot.log_count, gate.pilot_id]
            cursor.execute("UPDATE pilots_pilot SET log_head = %s, log_count = %s WHERE id = %s", head)
    triggers.install()


def _event_and_decision(cursor: Any, gate: Gate, by: Person) -> None:
    event = _insert(
        cursor,
        "pilots_event",
        public_id=opaque_id(),
        action="decide",
        portfolio_id=gate.pilot.portfolio_id,
        pilot_id=gate.pilot_id,
        gate_id=gate.pk,
        by_id=by.pk,
        effective_on=TODAY,
        known_on=TODAY,
        written_at=f"{TODAY} 12:00:00",
        data="{}",
        batch="",
        number=gate.pilot.log_count + 1,
        log_format=1,
        texts=json.dumps({"salt": "0" * 32, "reason": "Agreed."}),
        texts_digest="0" * 64,
        checksum="0" * 64,
    )
    _insert(
        cursor,
        "pilots_decision",
        public_id=opaque_id(),
        gate_id=gate.pk,
        event_id=event,
        effective_on=TODAY,
        known_on=TODAY,
        outcome="cleared",
        capacity="holder",
        recorded_for=False,
        decider_id=by.pk,
        by_id=by.pk,
        court="",
        good_until=date(2027, 11, 23),
        conditions="[]",
        sealed=json.dumps({"workflow": "", "tool": ""}),
    )
    head = "log_head = %s, log_count = log_count + 1, version = version + 1"
    cursor.execute(f"UPDATE pilots_pilot SET {head} WHERE id = %s", ["0" * 64, gate.pilot_id])


def _insert(cursor: Any, table: str, **row: Any) -> int:
    names = ", ".join(f'"{name}"' for name in row)
    blanks = ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({blanks}) RETURNING id", list(row.values()))
    return int(cursor.fetchone()[0])


def _periods(cursor: Any, model: Any, owner: str, pk: int, changed: dict[str, Any]) -> None:
    """Close the period that stands, and begin one that differs in some columns."""
    table = model._meta.db_table
    now = {"first_day": TODAY, "recorded_from": TODAY} | changed
    names = [f.column for f in model._meta.concrete_fields if f.column != "id"]
    same = ", ".join("%s" if name in now else f'"{name}"' for name in names)
    into = ", ".join(f'"{name}"' for name in names)
    stands = f"{owner} = %s AND superseded_on IS NULL AND last_day IS NULL"
    values = [now[name] for name in names if name in now]
    cursor.execute(f"INSERT INTO {table} ({into}) SELECT {same} FROM {table} WHERE {stands}", [*values, pk])
    cursor.execute(
        f"UPDATE {table} SET last_day = %s WHERE {stands} AND first_day < %s", [TODAY - timedelta(days=1), pk, TODAY]
    )
