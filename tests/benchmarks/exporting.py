"""Exporting all pilots to a file, beside one plain COPY TO of the same columns, as the tables hold them.

What is written by hand reads no rule: the state that the last event left, no lapse, no run across units.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from pilots.models import GateKind
from readiness.inventory.exporting import Export
from readiness.inventory.own_form import OWN_COLUMNS, gate_columns, write_csv
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

WITHIN = f"{{0}}.first_day <= '{AT}' AND ({{0}}.last_day IS NULL OR {{0}}.last_day >= '{AT}')"
COMPARED = (
    "key",
    "name",
    "portfolio",
    "function",
    "stage",
    "manager",
    "started_on",
    "decide_by",
    "adopted_on",
    "version",
)
OF_GATES = ("state", "holder", "since", "good_until")


def measure(rounds: int) -> Iterator[Measured]:
    """COPY is PostgreSQL's: on SQLite the same statement is read by the standard library's driver and writer."""
    with TemporaryDirectory() as folder:
        ours, by_hand = Path(folder) / "ours.csv", Path(folder) / "by-hand.csv"
        written = _export(ours)
        _by_hand(by_hand)
        _same_rows(ours, by_hand)
        yield compare(
            "exporting all pilots",
            lambda: _export(ours),
            lambda: _by_hand(by_hand),
            rounds=min(rounds, 5),
            promise=4,
            says=f"{written:,} pilots, {ours.stat().st_size / 1e6:,.1f} MB; by hand: one COPY TO of the same columns.",
        )


def _kinds() -> dict[int, str]:
    return dict(GateKind.objects.values_list("pk", "key"))


def _export(path: Path) -> int:
    export = Export(AT, AT, tuple(_kinds().values()))
    with path.open("w", newline="", encoding="utf-8") as stream:
        write_csv(export, stream, kinds=export.kinds)
    return export.written


def _by_hand(path: Path) -> None:
    statement = _statement(list(_kinds()))
    with path.open("wb") as out, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as copy:
                for part in copy:
                    out.write(part)
            return
        cursor.execute(statement)
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(cursor)


def _same_rows(ours: Path, by_hand: Path) -> None:
    """Both write a row for each pilot, with as many columns, and what is stored as it is: else they would not be compared."""
    columns = (*OWN_COLUMNS, *gate_columns(_kinds().values()))
    places = [columns.index(name) for name in COMPARED]
    found = []
    for path, skipped in ((ours, 1), (by_hand, 0)):
        with path.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.reader(opened))[skipped:]
        assert {len(row) for row in rows} == {len(columns)}, path
        found.append([tuple(row[n] for n in places) for row in rows])
    assert found[0] == found[1]


def _statement(kinds: list[int]) -> str:
    """One SELECT of the columns of the form, in its order."""
    pivoted = ", ".join(f"g.{name}{kind}" for kind in kinds for name in OF_GATES)
    over = f"(s.stage = 'paused' AND s.paused_until < '{AT}')"
    return f"""
        SELECT p.key, p.name, o.key, f.name, p.workflow, p.purpose, p.question,
            CASE WHEN s.stage = 'retired' THEN p.learned END, s.retired_because, p.tool, p.data,
            CASE WHEN {over} THEN 'running' ELSE s.stage END, m.email, p.recorded_on, s.started_on, s.decide_by,
            CASE WHEN s.stage = 'adopted' THEN s.since END, CASE WHEN s.stage = 'retired' THEN s.since END,
            CASE WHEN p.high_impact THEN 'yes' WHEN NOT p.high_impact THEN 'no' END,
            CASE WHEN p.presumed_high_impact THEN 'yes' WHEN NOT p.presumed_high_impact THEN 'no' END,
            p.high_impact_reason, p.high_impact_determined_by, p.high_impact_determined_on,
            p.acceptable_use, p.trust_when, p.override_when, e.email, d.email, p.matters_more, p.success, p.log_count, {pivoted}
        FROM pilots_pilot p
        JOIN pilots_pilotperiod s ON s.pilot_id = p.id AND s.superseded_on IS NULL AND {WITHIN.format("s")}
        JOIN pilots_portfolio o ON o.id = p.portfolio_id
        LEFT JOIN pilots_function f ON f.id = p.function_id
        LEFT JOIN pilots_person m ON m.id = p.manager_id
        LEFT JOIN pilots_person e ON e.id = p.exceptions_to_id
        LEFT JOIN pilots_person d ON d.id = p.exceptions_deputy_id
        LEFT JOIN ({_pivot(kinds)}) g ON g.pilot_id = p.id
        WHERE s.void_since IS NULL ORDER BY p.key
    """


def _pivot(kinds: list[int]) -> str:
    """The gates of each pilot side by side."""
    says = {
        "state": "q.state",
        "holder": "COALESCE(n.email, h.email)",
        "since": "q.since",
        "good_until": "q.good_until",
    }
    columns = (
        f"MAX({says[name]}) FILTER (WHERE q.kind_id = {kind}) {name}{kind}" for kind in kinds for name in OF_GATES
    )
    return f"""
        SELECT g.pilot_id, {", ".join(columns)}
        FROM pilots_gateperiod q JOIN pilots_gate g ON g.id = q.gate_id
        LEFT JOIN pilots_person n ON n.id = q.person_id
        LEFT JOIN pilots_seat t ON t.unit_id = q.unit_id AND t.kind_id = q.kind_id AND {WITHIN.format("t")}
        LEFT JOIN pilots_person h ON h.id = t.holder_id
        WHERE q.superseded_on IS NULL AND {WITHIN.format("q")} GROUP BY 1
    """
