"""How many pilots had each standing on each of some days (rule 6), in one statement for all of them.

`StandingQuerySet.standing` says the same of one pilot after the other; a property test holds the two to one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import EmptyResultSet
from django.db import connection

from readiness.queries.engines import join_pilots
from readiness.queries.spans_sql import spans
from readiness.queries.standing_sql import POLICY, join_policy, standing_on
from readiness.rules.standing import STANDINGS

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet

FEW = 2
"""On so many days each pilot's standing is read day by day; on more, how long it had each is worked out once."""


def trend(pilots: StandingQuerySet, days: Sequence[date]) -> list[dict[str, int]]:
    """How many of these pilots had each standing on each of some days, in their order, the empty ones included. One query."""
    found = {day: dict.fromkeys(STANDINGS, 0) for day in days}
    try:
        join, parameters = join_pilots("own.pilot_id", pilots)
    except EmptyResultSet:
        return list(found.values())
    in_order = sorted(found)
    with connection.cursor() as cursor:
        cursor.execute(spans(in_order, join) if len(in_order) > FEW else _of_few(in_order, join), parameters)
        for standing, first, after, many in cursor.fetchall():
            for day in in_order[first:after]:
                found[day][standing] += int(many)
    return list(found.values())


def month_ends(at: date, months: int) -> list[date]:
    """The last days of the months before a date's, the oldest first."""
    ends: list[date] = []
    last = at.replace(day=1) - timedelta(days=1)
    for _month in range(months):
        ends.append(last)
        last = last.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _of_few(days: Sequence[date], join: str) -> str:
    """Each period of a pilot is read once, and counted on each of the days that lie in it."""
    asked = ", ".join(f"({n}, {day.toordinal()}, {_day(day)})" for n, day in enumerate(days))
    return f"""
        WITH
        asked(place, number, at) AS (VALUES {asked}),
        {POLICY},
        read AS (
            SELECT asked.place, {standing_on("asked.at", "asked.number")} AS standing
            FROM pilots_pilotperiod own
            {join}
            JOIN asked ON asked.at >= own.first_day AND (own.last_day IS NULL OR asked.at <= own.last_day)
            {join_policy("asked.at")}
            WHERE own.superseded_on IS NULL AND own.void_since IS NULL
        )
        SELECT standing, place, place + 1, COUNT(*) FROM read GROUP BY place, standing
    """


def _day(day: date) -> str:
    return f"DATE '{day}'" if connection.vendor == "postgresql" else f"'{day}'"
