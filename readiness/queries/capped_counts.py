"""How many rows each of several queries finds, counted up to a bound: all of them in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Part = tuple[str, tuple[Any, ...]]


class Asked(NamedTuple):
    """A query that is counted where it would have to look among `at_most` rows, and no more."""

    rows: QuerySet[Any]
    at_most: int


def counts_up_to(most: int, queries: Sequence[Asked | None], among: QuerySet[Any]) -> list[int | None]:
    """How many rows each query finds, and `most` + 1 where there are more.

    None for what is None, and for one that would have to look among too many. A query that finds many is left after `most` + 1
    of its rows: these bounds, and not the size of a table, say what it costs.

    Args:
        among: the rows that all of them choose from; as many as the bounds need are counted.
    """
    found: list[int | None] = [None if query is None else 0 for query in queries]
    parts: dict[int, Part] = {}
    for place, query in enumerate(queries):
        if query is None:
            continue
        try:
            # An engine works out the second only where the first is so.
            reach, whole = _count(among, query.at_most), _count(query.rows, most)
        except EmptyResultSet:
            continue
        sql = f"CASE WHEN {reach[0]} <= {query.at_most} THEN {whole[0]} END"
        parts[place] = sql, reach[1] + whole[1]
    if not parts:
        return found
    with connection.cursor() as cursor:
        statement = ", ".join(sql for sql, _parameters in parts.values())
        cursor.execute(f"SELECT {statement}", [each for _sql, parameters in parts.values() for each in parameters])
        row = cursor.fetchone()
    for place, number in zip(parts, row, strict=True):
        found[place] = number
    return found


def _count(rows: QuerySet[Any], most: int) -> Part:
    """The statement that counts rows up to one more than `most`. Raises EmptyResultSet where there can be none."""
    sql, parameters = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
    return f"(SELECT COUNT(*) FROM ({sql}) AS rows_found)", parameters
