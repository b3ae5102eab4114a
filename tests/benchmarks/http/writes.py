"""One decision by hand: the rows that it leaves, in one transaction, with the look at whether the person may decide."""

from __future__ import annotations

import json
import secrets
from datetime import date, timedelta
from typing import Any

GATE = """SELECT g.id, g.pilot_id, p.portfolio_id, p.log_count, g.kind_id FROM pilots_gate g
JOIN pilots_pilot p ON p.id = g.pilot_id JOIN pilots_pilotperiod pp ON pp.pilot_id = p.id
  AND pp.superseded_on IS NULL AND pp.last_day IS NULL
JOIN pilots_seat s ON s.unit_id = pp.unit_id AND s.kind_id = g.kind_id AND s.first_day <= %(today)s
  AND (s.last_day IS NULL OR s.last_day >= %(today)s)
WHERE g.public_id = %(gate)s AND %(me)s IN (s.holder_id, s.deputy_id, s.delegate_id) FOR UPDATE OF p"""


def decide(there: Any, me: int, *, gate: str, today: str) -> str:
    """A yes, as its action leaves it: event, decision, head and version, the periods of gate and pilot closed and begun."""
    row = there.execute(GATE, {"gate": gate, "me": me, "today": today}).fetchone()
    assert row is not None
    pk, pilot, portfolio, count, _kind = row
    day = date.fromisoformat(today)
    event = _insert(
        there,
        "pilots_event",
        public_id=secrets.token_urlsafe(16),
        action="decide",
        portfolio_id=portfolio,
        pilot_id=pilot,
        gate_id=pk,
        by_id=me,
        effective_on=day,
        known_on=day,
        written_at=f"{today} 12:00:00+00",
        data="{}",
        batch="",
        number=count + 1,
        log_format=1,
        texts=json.dumps({"salt": "0" * 32, "reason": "Agreed."}),
        texts_digest="0" * 64,
        checksum="0" * 64,
    )
    _insert(
        there,
        "pilots_decision",
        public_id=secrets.token_urlsafe(16),
        gate_id=pk,
        event_id=event,
        effective_on=day,
        known_on=day,
        outcome="cleared",
        capacity="holder",
        recorded_for=False,
        decider_id=me,
        by_id=me,
        court="",
        good_until=day + timedelta(days=360),
        conditions="[]",
        sealed=json.dumps({"workflow": "", "tool": ""}),
    )
    head = "UPDATE pilots_pilot SET log_head = %s, log_count = log_count + 1, version = version + 1 WHERE id = %s"
    there.execute(head, ["0" * 64, pilot])
    cleared = {"state": "cleared", "awaits": "nothing", "since": day, "moved": True}
    _periods(there, "pilots_gateperiod", "gate_id", pk, day, cleared)
    _periods(there, "pilots_pilotperiod", "pilot_id", pilot, day, {"last_movement": day, "stall_clock_from": day})
    return json.dumps({"gate": gate, "state": "cleared"})


def _insert(there: Any, table: str, **row: Any) -> int:
    blanks = ", ".join(["%s"] * len(row))
    insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({blanks}) RETURNING id"
    return int(there.execute(insert, list(row.values())).fetchone()[0])


COLUMNS: dict[str, list[str]] = {}


def _periods(there: Any, table: str, owner: str, pk: int, day: date, changed: dict[str, Any]) -> None:
    """Close the period that stands, and begin one that differs in some columns."""
    if table not in COLUMNS:
        asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
        COLUMNS[table] = [name for (name,) in there.execute(asked, [table])]
    now = {"first_day": day, "recorded_from": day} | changed
    names = COLUMNS[table]
    same = ", ".join("%s" if name in now else name for name in names)
    stands = f"{owner} = %s AND superseded_on IS NULL AND last_day IS NULL"
    values = [*(now[name] for name in names if name in now), pk, day]
    there.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {same} FROM {table} WHERE {stands} AND first_day < %s", values
    )
    there.execute(
        f"UPDATE {table} SET last_day = %s WHERE {stands} AND first_day < %s", [day - timedelta(days=1), pk, day]
    )
