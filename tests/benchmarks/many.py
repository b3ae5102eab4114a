"""Moving a thousand decide-by dates through the action on many, beside the same rows written by raw SQL in one transaction.

The statements by hand are as few as can be, each for all pilots at once. Each run is taken back, so that each finds the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from pilots.actions.many import do_to_many
from pilots.models import Event, Person, Pilot, PilotPeriod
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import Standing
from readiness.queries.pilots import pilots
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

TODAY = AT + timedelta(days=1)
TO = TODAY + timedelta(days=25)
THOUSAND = 1000


def measure(rounds: int) -> Iterator[Measured]:
    by = Person.objects.filter(email="bench@example.org").first()
    by = by or Person.objects.create_superuser("bench@example.org", None, name="Bench")
    with transaction.atomic():
        yield from _measured(by, rounds)
        transaction.set_rollback(True)


def _measured(by: Person, rounds: int) -> Iterator[Measured]:
    rows = _that_move(by)
    _by_hand_is_the_same(rows, by)
    yield compare(
        "moving many decide-by dates",
        lambda: _taken_back(lambda: _move(rows, by)),
        lambda: _taken_back(lambda: _by_hand(rows, by)),
        rounds=min(rounds, 5),
        promise=4,
        says=f"{len(rows):,} pilots, {Event.objects.count():,} events in the log; by hand: statements for all pilots at once.",
    )


def _that_move(by: Person) -> list[Pilot]:
    """Running pilots, a thousand at the most, whose date can be moved; what is planned is started the day before."""
    planned = list(Pilot.objects.filter(stage__in=NOT_STARTED, void_since=None))
    seen = {row.pk: row.version for row in planned}
    start = {"action": "start", "targets": planned, "by": by, "expected_version": seen, "arguments": {}}
    do_to_many(**start, on=AT, known=AT)
    found = pilots().standing(TODAY).filter(standing__in=[Standing.MOVING, Standing.AT_RISK, Standing.READY])
    rows = list(Pilot.objects.filter(pk__in=found.order_by().values("pk")).order_by("pk"))
    with transaction.atomic():
        done = set(_move(rows, by).done)
        transaction.set_rollback(True)
    return [row for row in rows if row.pk in done][:THOUSAND]


def _move(rows: list[Pilot], by: Person) -> Any:
    return do_to_many(
        action="move_decide_by",
        targets=rows,
        by=by,
        arguments={"to": TO, "reason": "The board meets then."},
        expected_version={row.pk: row.version for row in rows},
        on=TODAY,
        known=TODAY,
    )


def _taken_back(do: Any) -> None:
    with transaction.atomic():
        do()
        connection.check_constraints()
        transaction.set_rollback(True)


def _by_hand_is_the_same(rows: list[Pilot], by: Person) -> None:
    """Both leave as many rows in each table, and as many events in the chains."""
    found = []
    for do in (_move, _by_hand):
        with transaction.atomic():
            do(rows, by)
            found.append(
                (Event.objects.count(), PilotPeriod.objects.count(), PilotPeriod.objects.filter(last_day=None).count())
            )
            transaction.set_rollback(True)
    assert found[0] == found[1], found


def _by_hand(rows: list[Pilot], by: Person) -> None:
    """What the action leaves, by one statement for each table and reason."""
    keys = ", ".join(str(row.pk) for row in rows)
    on_sqlite = connection.vendor == "sqlite"
    public_id = "lower(hex(randomblob(11)))" if on_sqlite else "substr(md5(random()::text), 1, 22)"
    lock = "" if on_sqlite else " FOR UPDATE"
    values = {
        "by": by.pk,
        "day": TODAY,
        "eve": TODAY - timedelta(days=1),
        "at": f"{TODAY} 12:00:00",
        "to": TO,
        "data": json.dumps({"to": f"{TO}"}),
        "texts": json.dumps({"salt": "0" * 32, "reason": "The board meets then."}),
        "zeros": "0" * 64,
        "batch": "by-hand",
        "head": json.dumps({"count": len(rows), "heads": "0" * 64}),
    }
    events = (
        "public_id, action, portfolio_id, pilot_id, by_id, effective_on, known_on, written_at, data, batch, number, "
        "log_format, texts, texts_digest, checksum"
    )
    names = [f.column for f in PilotPeriod._meta.concrete_fields if f.column != "id"]
    now = {
        "first_day": "%(day)s",
        "recorded_from": "%(day)s",
        "decide_by": "%(to)s",
        "slips": "s.slips + CASE WHEN %(to)s > s.decide_by THEN 1 ELSE 0 END",
        "stall_clock_from": "CASE WHEN s.last_movement > %(to)s THEN s.last_movement ELSE %(to)s END",
    }
    same = ", ".join(now.get(name, f's."{name}"') for name in names)
    into = ", ".join(f'"{name}"' for name in names)
    stands = "s.superseded_on IS NULL AND s.last_day IS NULL"
    said = "%(day)s, %(day)s, %(at)s"
    statements = (
        f"SELECT id FROM pilots_pilot WHERE id IN ({keys}) ORDER BY id{lock}",
        f"INSERT INTO pilots_event ({events}) SELECT {public_id}, 'move_decide_by', portfolio_id, id, %(by)s, {said}, "
        f"%(data)s, %(batch)s, log_count + 1, 1, %(texts)s, %(zeros)s, %(zeros)s FROM pilots_pilot WHERE id IN ({keys})",
        f"INSERT INTO pilots_pilotperiod ({into}) SELECT {same} FROM pilots_pilotperiod s WHERE {stands} AND s.pilot_id IN ({keys})",
        "UPDATE pilots_pilotperiod SET last_day = %(eve)s WHERE superseded_on IS NULL AND last_day IS NULL "
        f"AND first_day < %(day)s AND pilot_id IN ({keys})",
        f"UPDATE pilots_pilot SET version = version + 1, log_count = log_count + 1, log_head = %(zeros)s WHERE id IN ({keys})",
        f"INSERT INTO pilots_event ({events}) SELECT {public_id}, 'move_decide_by', p.id, NULL, %(by)s, {said}, %(head)s, "
        "%(batch)s, i.log_count + p.id + 1000, 1, %(texts)s, %(zeros)s, %(zeros)s FROM pilots_portfolio p, pilots_installation i "
        f"WHERE p.id IN (SELECT portfolio_id FROM pilots_pilot WHERE id IN ({keys}))",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {name: value for name, value in values.items() if f"%({name})s" in statement})
