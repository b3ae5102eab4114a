"""Where pilots wait: open gates by who has to move, for a set of any size, by whatever is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import Function, GateKind, Person, Portfolio
from pilots.models.compiled import in_bulk
from readiness.queries.engines import join_pilots
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.waiting_gates import waiting_gates

GROUPS = {
    "kind": "waiting.kind_id",
    "court": "waiting.court",
    "holder": "waiting.holder_id",
    "function": "unit.function_id",
    "portfolio": "unit.portfolio_id",
}
"""What open gates can be grouped by, and where it stands."""
USUAL = ("kind", "court", "holder")


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Open gates that have in common what they are grouped by; what they are not is None.

    `pilots` have one of them, `frees` counts those in which nothing else is open. `days` have they waited together, and
    `longest` has the one that waits longest.
    """

    kind: GateKind | None
    court: str | None
    holder: Person | None
    function: Function | None
    portfolio: Portfolio | None
    gates: int
    pilots: int
    frees: int
    days: int
    longest: int


def bottlenecks(
    pilots: StandingQuerySet, *, at: date, by: Collection[str] = USUAL, most: int = 50
) -> Sequence[Bottleneck]:
    """Where these pilots wait (rule 2): what frees most comes first, then what most wait on. Five queries.

    Args:
        by: some of `GROUPS`.
    """
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(at, join, by), [*parameters, most])
        rows = [dict(zip((*GROUPS, *_FIGURES), row, strict=True)) for row in cursor.fetchall()]
    there = {
        name: in_bulk(model, (row[name] for row in rows))
        for name, model in (("kind", GateKind), ("holder", Person), ("function", Function), ("portfolio", Portfolio))
    }
    return [Bottleneck(**row | {name: of.get(row[name]) for name, of in there.items()}) for row in rows]


_FIGURES = ("gates", "pilots", "frees", "days", "longest")


def _statement(at: date, join: str, by: Collection[str]) -> str:
    """Each gate that waits is read once; each pilot is counted in a group beside how many of its gates wait at all."""
    groups = [f"{column if name in by else 'NULL'} AS {name}" for name, column in GROUPS.items()]
    names = ", ".join(name for name in GROUPS if name in by)
    unit = "JOIN pilots_unit unit ON unit.id = waiting.unit_id" if {"function", "portfolio"} & set(by) else ""
    now = at.toordinal()
    return f"""
        WITH
        {waiting_gates(at, join)},
        of_group AS (
            SELECT {", ".join(groups)}, waiting.pilot_id, {now} - waiting.since AS waited,
                COUNT(*) OVER (PARTITION BY waiting.pilot_id) AS of_pilot
            FROM waiting {unit}
        ),
        of_pilot AS (
            SELECT {names}, pilot_id, COUNT(*) AS gates, SUM(waited) AS days, MAX(waited) AS longest,
                CASE WHEN COUNT(*) = MAX(of_pilot) THEN 1 ELSE 0 END AS freed
            FROM of_group GROUP BY pilot_id, {names}
        )
        SELECT
            {", ".join(name if name in by else f"NULL AS {name}" for name in GROUPS)},
            SUM(gates) AS gates, COUNT(*) AS pilots, SUM(freed) AS frees, SUM(days) AS days, MAX(longest) AS longest
        FROM of_pilot GROUP BY {names} ORDER BY frees DESC, gates DESC, {names} LIMIT %s
    """
