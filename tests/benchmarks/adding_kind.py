"""Adding a kind of gate through its action, beside the same rows written by hand by set-based statements in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Sum

from pilots import actions
from pilots.models import Event, GateKind, GatePeriod, Installation, Pilot, PilotPeriod
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

TODAY = AT + timedelta(days=1)


def measure(rounds: int) -> Iterator[Measured]:
    """Each run is taken back, so that each finds the same pilots. The hand-written statements are of PostgreSQL."""
    if connection.vendor != "postgresql":
        return
    names = count()
    pilots = Pilot.objects.filter(void_since=None).exclude(stage="retired").count()
    _by_hand_is_the_same()
    yield compare(
        "adding a kind of gate",
        lambda: _taken_back(lambda: _add(next(names))),
        lambda: _taken_back(lambda: _by_hand(next(names))),
        rounds=min(rounds, 5),
        promise=3,
        says=(
            f"for {pilots:,} pilots, {Event.objects.count():,} events in the log; "
            f"by hand: {len(STATEMENTS) + 1} statements in one transaction, each for all pilots at once."
        ),
    )


def _taken_back(do: Any) -> None:
    with transaction.atomic():
        do()
        # What is checked at the end of a transaction is part of its price.
        connection.check_constraints()
        transaction.set_rollback(True)


def _add(number: int) -> None:
    actions.add_kind(
        key=f"kind-{number}", name="Council", question="Has the council agreed?", by=None, on=TODAY, known=TODAY
    )


def _by_hand_is_the_same() -> None:
    """Both leave as many rows in each table, and as many events in the chains: otherwise they would not be compared."""
    found = []
    for do in (_add, _by_hand):
        with transaction.atomic():
            do(-1)
            found.append(_counts())
            transaction.set_rollback(True)
    assert found[0] == found[1], found


def _counts() -> dict[str, Any]:
    """How many rows each table has, and how many events the chains count."""
    rows = {model.__name__: model._base_manager.count() for model in apps.get_app_config("pilots").get_models()}
    return rows | {
        "in the chains of pilots": Pilot.objects.aggregate(n=Sum("log_count"))["n"],
        "in the installation's": Installation.objects.get().log_count,
        "periods that stand": [of.objects.filter(last_day=None).count() for of in (PilotPeriod, GatePeriod)],
    }


def _by_hand(number: int) -> None:
    """What the action leaves, by one statement for each table and reason."""
    kind = GateKind.objects.create(
        key=f"hand-{number}", name="Council", question="?", clears_by="approval", position=999
    )
    values = {
        "kind": kind.pk,
        "key": kind.key,
        "day": TODAY,
        "eve": TODAY - timedelta(days=1),
        "batch": f"hand-{number}",
        "checksum": "0" * 64,
        "texts": json.dumps({"salt": "0" * 32, "changes": [{"field": "kind", "from": None, "to": kind.key}]}),
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)


def _copied(table: str, named: dict[str, str]) -> tuple[str, str]:
    """The columns of a table, and the same of a row `s` but for those that are named."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [f.column for f in model._meta.concrete_fields if f.column != "id"]
    return (
        ", ".join(f'"{name}"' for name in columns),
        ", ".join(named.get(name, f's."{name}"') for name in columns),
    )


PUBLIC_ID = "substr(md5(random()::text) || md5(random()::text), 1, 22)"
CONCERNED = "stage <> 'retired' AND void_since IS NULL"


def _statements() -> list[str]:
    gate_into, gate_says = _copied(
        "pilots_gateperiod",
        {
            "first_day": "%(day)s",
            "since": "s.good_until + 1",
            "moved": "false",
            "recorded_from": "%(day)s",
        },
    )
    pilot_into, pilot_says = _copied(
        "pilots_pilotperiod",
        {
            "first_day": "%(day)s",
            "stage": "CASE WHEN over THEN 'running' ELSE s.stage END",
            "since": "CASE WHEN over THEN s.paused_until + 1 ELSE s.since END",
            "paused_until": "CASE WHEN over THEN NULL ELSE s.paused_until END",
            "all_clear": "false",
            "clear_through": "NULL",
            "last_shown_on": (
                "CASE WHEN s.stage = 'adopted' AND s.all_clear AND s.rules_known "
                "AND s.first_day <= COALESCE(s.clear_through, s.first_day) "
                "THEN LEAST(COALESCE(s.clear_through, %(eve)s), %(eve)s) ELSE s.last_shown_on END"
            ),
            "recorded_from": "%(day)s",
        },
    )
    stands = "s.last_day IS NULL AND s.superseded_on IS NULL"
    over = "(s.stage = 'paused' AND s.paused_until < %(day)s)"
    mine = "JOIN pilots_gate g ON g.pilot_id = p.id AND g.kind_id = %(kind)s"
    event_into = (
        "public_id, action, portfolio_id, pilot_id, gate_id, effective_on, known_on, written_at, data, batch, number, "
        "log_format, texts, texts_digest, checksum"
    )
    period_into = (
        "gate_id, kind_id, unit_id, first_day, last_day, state, awaits, since, ends_by_condition, "
        "consecutive_exceptions, moved, recorded_from"
    )
    changes = f"{stands} AND s.first_day < %(day)s AND (s.all_clear OR {over})"
    lapses = f"{stands} AND s.good_until < %(day)s AND s.since <= s.good_until AND s.first_day < %(day)s"
    theirs = (
        "s.gate_id IN (SELECT o.id FROM pilots_gate o JOIN pilots_gate g ON g.pilot_id = o.pilot_id "
        "AND g.kind_id = %(kind)s)"
    )
    own = "s.pilot_id IN (SELECT pilot_id FROM pilots_gate WHERE kind_id = %(kind)s)"
    return [
        f"SELECT id FROM pilots_pilot WHERE {CONCERNED} ORDER BY id FOR UPDATE",
        f"INSERT INTO pilots_gate (public_id, pilot_id, kind_id) SELECT {PUBLIC_ID}, id, %(kind)s "
        f"FROM pilots_pilot WHERE {CONCERNED}",
        f"INSERT INTO pilots_event ({event_into}) "
        f"SELECT {PUBLIC_ID}, 'open_gate', p.portfolio_id, p.id, g.id, %(day)s, %(day)s, now(), "
        "jsonb_build_object('kind', %(key)s::text), %(batch)s, p.log_count + 1, 1, '{}', '', %(checksum)s "
        f"FROM pilots_pilot p {mine}",
        f"INSERT INTO pilots_gateperiod ({period_into}) "
        "SELECT g.id, %(kind)s, r.unit_id, r.first_day, LEAST(COALESCE(r.following, %(day)s), %(day)s) - 1, 'off', 'off', "
        "p.recorded_on, false, 0, false, %(day)s "
        f"FROM pilots_pilot p {mine} JOIN ("
        "SELECT pilot_id, first_day, unit_id, LEAD(first_day) OVER (PARTITION BY pilot_id ORDER BY first_day) AS following FROM ("
        "SELECT pilot_id, first_day, unit_id, LAG(unit_id) OVER (PARTITION BY pilot_id ORDER BY first_day) AS before "
        "FROM pilots_pilotperiod WHERE superseded_on IS NULL) a WHERE before IS DISTINCT FROM unit_id"
        ") r ON r.pilot_id = p.id WHERE r.first_day < %(day)s",
        f"INSERT INTO pilots_gateperiod ({period_into}) "
        "SELECT g.id, %(kind)s, s.unit_id, %(day)s, NULL, 'open', 'decision', %(day)s, false, 0, false, %(day)s "
        f"FROM pilots_pilot p {mine} JOIN pilots_pilotperiod s ON s.pilot_id = p.id AND {stands}",
        f"INSERT INTO pilots_gateperiod ({gate_into}) SELECT {gate_says} FROM pilots_gateperiod s WHERE {lapses} AND {theirs}",
        f"UPDATE pilots_gateperiod s SET last_day = %(eve)s WHERE {lapses} AND {theirs}",
        f"INSERT INTO pilots_pilotperiod ({pilot_into}) SELECT {pilot_says} FROM (SELECT s.*, {over} AS over "
        f"FROM pilots_pilotperiod s) s WHERE {changes} AND {own}",
        f"UPDATE pilots_pilotperiod s SET last_day = %(eve)s WHERE {changes} AND {own}",
        "UPDATE pilots_pilot SET version = version + 1, log_head = %(checksum)s, log_count = log_count + 1, "
        "stage = CASE WHEN stage = 'paused' AND NOT EXISTS (SELECT 1 FROM pilots_pilotperiod s "
        f"WHERE s.pilot_id = pilots_pilot.id AND s.stage = 'paused' AND {stands}) THEN 'running' ELSE stage END "
        f"WHERE {CONCERNED}",
        "UPDATE pilots_installation SET log_head = %(checksum)s, log_count = log_count + 1",
        f"INSERT INTO pilots_event ({event_into}) "
        f"SELECT {PUBLIC_ID}, 'add_kind', NULL, NULL, NULL, %(day)s, %(day)s, now(), "
        "(SELECT jsonb_build_object('kind', %(key)s::text, 'count', count(*)) FROM pilots_gate WHERE kind_id = %(kind)s), "
        "%(batch)s, log_count, 1, %(texts)s, %(checksum)s, %(checksum)s FROM pilots_installation",
    ]


STATEMENTS = _statements()
