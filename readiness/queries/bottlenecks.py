"""Where pilots wait: open gates by who has to move, for a set of any size, by whatever is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model

from pilots.models import Function, GateKind, Person, Portfolio
from pilots.models.compiled import Joined
from pilots.rules.vocabulary import Court
from readiness.queries.engines import join_pilots
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.waiting_gates import waiting_gates

_COURTS = sorted(Court.values())
"""Courts in the order of their words. Groups are told apart by their places: to compare words takes longer."""
_PLACES = " ".join(f"WHEN '{court}' THEN {n}" for n, court in enumerate(_COURTS))
GROUPS = {
    "kind": "waiting.kind_id",
    "court": f"CASE waiting.court {_PLACES} END",
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
    `longest` has the one that waits longest. `away_until` is the last day on which the holder is away, where they are.
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
    away_until: date | None = None


def bottlenecks(
    pilots: StandingQuerySet, *, at: date, by: Collection[str] = USUAL, most: int = 50
) -> Sequence[Bottleneck]:
    """Where these pilots wait (rule 2): what frees most comes first, then what most wait on. One query.

    Args:
        by: some of `GROUPS`.
    """
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return []
    joined = {name: (alias, Joined(model)) for name, (alias, model) in _NAMED.items() if name in by}
    with connection.cursor() as cursor:
        cursor.execute(_statement(at, join, by, joined), [*parameters, most])
        rows = cursor.fetchall()
    return [_bottleneck(row, joined) for row in rows]


def _bottleneck(row: Sequence[Any], joined: _Rows) -> Bottleneck:
    read: dict[str, Any] = dict.fromkeys(_NAMED) | dict(zip(_PLAIN, row, strict=False))
    read["court"] = None if read["court"] is None else _COURTS[read["court"]]
    start = len(_PLAIN)
    for name, (_alias, rows) in joined.items():
        read[name] = rows.row_as_stored(row[start : start + len(rows.names)])
        start += len(rows.names)
    until = row[start]
    return Bottleneck(**read, away_until=date.fromisoformat(until) if isinstance(until, str) else until)


_NAMED: Mapping[str, tuple[str, type[Model]]] = {
    "kind": ("of_kind", GateKind),
    "holder": ("of_holder", Person),
    "function": ("of_function", Function),
    "portfolio": ("of_portfolio", Portfolio),
}
"""What groups name by primary key: under which name its table is joined, and of which model it is."""
_Rows = Mapping[str, tuple[str, Joined[Any]]]
_FIGURES = ("gates", "pilots", "frees", "days", "longest")
_PLAIN = ("court", *_FIGURES)


_ONE_GATE = """
    SELECT of_group.*, 1 AS gates, waited AS days, waited AS longest, CASE of_pilot WHEN 1 THEN 1 ELSE 0 END AS freed
    FROM of_group
"""
"""Of each kind a pilot has one gate: where the kind is among them, what groups have of a pilot needs no counting."""


def _of_pilot(names: str) -> str:
    """What each group has of a pilot: how many gates, and whether it has all that wait."""
    return f"""
        SELECT {names}, pilot_id, COUNT(*) AS gates, SUM(waited) AS days, MAX(waited) AS longest,
            CASE WHEN COUNT(*) = MAX(of_pilot) THEN 1 ELSE 0 END AS freed
        FROM of_group GROUP BY pilot_id, {names}
    """


def _statement(at: date, join: str, by: Collection[str], joined: _Rows) -> str:
    """Each gate that waits is read once; each pilot is counted in a group beside how many of its gates wait at all.

    What the groups name by primary key is joined to the groups, which are few.
    """
    groups = [f"{column if name in by else 'NULL'} AS {name}" for name, column in GROUPS.items()]
    names = ", ".join(name for name in GROUPS if name in by)
    # Where groups are sorted, they are told apart by the first column most often.
    fewest_last = ", ".join(name for name in reversed(GROUPS) if name in by)
    unit = "JOIN pilots_unit unit ON unit.id = waiting.unit_id" if {"function", "portfolio"} & set(by) else ""
    plain = ["counted.court" if "court" in by else "NULL", *(f"counted.{figure}" for figure in _FIGURES)]
    columns = [column for alias, rows in joined.values() for column in rows.columns(alias)]
    columns.append(_away_until(at) if "holder" in by else "NULL")
    joins = [
        f"LEFT JOIN {rows.model._meta.db_table} {alias} ON {alias}.id = counted.{name}"
        for name, (alias, rows) in joined.items()
    ]
    order = ", ".join(f"counted.{name}" for name in GROUPS if name in by)
    now = at.toordinal()
    return f"""
        WITH
        {waiting_gates(at, join)},
        of_group AS (
            SELECT {", ".join(groups)}, waiting.pilot_id, {now} - waiting.since AS waited,
                COUNT(*) OVER (PARTITION BY waiting.pilot_id) AS of_pilot
            FROM waiting {unit}
        ),
        of_pilot AS ({_ONE_GATE if "kind" in by else _of_pilot(names)}),
        counted AS (
            SELECT {names},
                SUM(gates) AS gates, COUNT(*) AS pilots, SUM(freed) AS frees, SUM(days) AS days, MAX(longest) AS longest
            FROM of_pilot GROUP BY {fewest_last} ORDER BY frees DESC, gates DESC, {names} LIMIT %s
        )
        SELECT {", ".join([*plain, *columns])} FROM counted {" ".join(joins)} ORDER BY frees DESC, gates DESC, {order}
    """


def _away_until(at: date) -> str:
    """The last day on which whoever holds a group is away."""
    gone = f"person_id = counted.holder AND starts <= '{at.isoformat()}' AND ends >= '{at.isoformat()}'"
    return f"(SELECT MAX(ends) FROM pilots_absence WHERE {gone})"
