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
from readiness.queries.standing_sql import POLICY, join_policy, standing_on
from readiness.rules.standing import STANDINGS

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet


def trend(pilots: StandingQuerySet, days: Sequence[date]) -> list[dict[str, int]]:
    """How many of these pilots had each standing on each of some days, in their order, the empty ones included. One query."""
    found = {day: dict.fromkeys(STANDINGS, 0) for day in days}
    try:
        join, parameters = join_pilots("own.pilot_id", pilots)
    except EmptyResultSet:
        return list(found.values())
    numbers = {day.toordinal(): day for day in days}
    asked = [value for day in days for value in (day.toordinal(), connection.ops.adapt_datefield_value(day))]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(days), join), [*asked, *parameters])
        for day, standing, many in cursor.fetchall():
            found[numbers[day]][standing] = many
    return list(found.values())


def month_ends(at: date, months: int) -> list[date]:
    """The last days of the months before a date's, the oldest first."""
    ends: list[date] = []
    last = at.replace(day=1) - timedelta(days=1)
    for _month in range(months):
        ends.append(last)
        last = last.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _statement(days: int, join: str) -> str:
    """Each period of a pilot is read once, and counted on each of the days that lie in it."""
    return f"""
        WITH
        asked(number, at) AS (VALUES {", ".join(["(%s, %s)"] * days)}),
        {POLICY},
        read AS (
            SELECT asked.number, {standing_on("asked.at", "asked.number")} AS standing
            FROM pilots_pilotperiod own
            {join}
            JOIN asked ON asked.at >= own.first_day AND (own.last_day IS NULL OR asked.at <= own.last_day)
            {join_policy("asked.at")}
            WHERE own.superseded_on IS NULL AND own.void_since IS NULL
        )
        SELECT number, standing, COUNT(*) FROM read GROUP BY number, standing
    """
