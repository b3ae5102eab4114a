"""How many pilots had each standing on each of some days (rule 6), in one statement for all of them.

`StandingQuerySet.standing` says the same of one pilot after the other; a property test holds the two to one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.rules import stalls
from pilots.rules.vocabulary import Stage, Standing
from readiness.queries.engines import join_pilots, number, quoted
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


def _statement(days: int, join: str) -> str:
    """Each period of a pilot is read once, and counted on each of the days that lie in it."""
    clear = "own.all_clear AND (own.clear_through IS NULL OR own.clear_through >= asked.at)"
    quiet = f"asked.number - COALESCE(policy.quiet_days, {stalls.QUIET_DAYS})"
    warned = f"{quiet} + COALESCE(policy.warning_days, {stalls.WARNING_DAYS})"
    return f"""
        WITH
        asked(number, at) AS (VALUES {", ".join(["(%s, %s)"] * days)}),
        policy AS (
            SELECT
                portfolio_id, starts, quiet_days, warning_days,
                LEAD(starts) OVER (PARTITION BY portfolio_id ORDER BY starts) AS replaced_on
            FROM pilots_stallpolicy
        ),
        read AS (
            SELECT
                asked.number,
                CASE
                    WHEN own.stage = '{Stage.ADOPTED}' AND {clear} AND own.rules_known THEN '{Standing.ADOPTED}'
                    WHEN own.stage = '{Stage.ADOPTED}' THEN '{Standing.CLAIMED}'
                    WHEN own.stage NOT IN ({quoted([Stage.RUNNING, Stage.PAUSED])}) THEN own.stage
                    WHEN own.stage = '{Stage.PAUSED}' AND (own.paused_until IS NULL OR own.paused_until >= asked.at)
                        THEN own.stage
                    WHEN {number("own.stall_clock_from")} <= {quiet} THEN '{Standing.EXHIBIT}'
                    WHEN {number("own.stall_clock_from")} <= {warned} THEN '{Standing.AT_RISK}'
                    WHEN {clear} THEN '{Standing.READY}'
                    ELSE '{Standing.MOVING}'
                END AS standing
            FROM pilots_pilotperiod own
            {join}
            JOIN pilots_unit unit ON unit.id = own.unit_id
            JOIN asked ON asked.at >= own.first_day AND (own.last_day IS NULL OR asked.at <= own.last_day)
            LEFT JOIN policy ON policy.portfolio_id = unit.portfolio_id
                AND policy.starts <= asked.at AND (policy.replaced_on IS NULL OR policy.replaced_on > asked.at)
            WHERE own.superseded_on IS NULL AND own.void_since IS NULL
        )
        SELECT number, standing, COUNT(*) FROM read GROUP BY number, standing
    """
