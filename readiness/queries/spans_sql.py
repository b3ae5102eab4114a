"""From when to when each pilot had each standing (rule 6), as one statement for any number of days.

`readiness.queries.standing_sql` says the same of one day; a property test holds the two to one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pilots.rules import stalls
from pilots.rules.vocabulary import Stage, Standing
from readiness.queries.engines import NEVER, greatest, least, number, number_after, quoted, worked_out_once

_POLICIES = f"""
    policies AS (
        SELECT
            portfolio_id, {{starts}} AS starts, quiet_days, warning_days,
            COALESCE(LEAD({{starts}}) OVER (PARTITION BY portfolio_id ORDER BY starts), {NEVER}) AS replaced_on
        FROM pilots_stallpolicy
        UNION ALL
        SELECT portfolio_id, 0, {stalls.QUIET_DAYS}, {stalls.WARNING_DAYS}, MIN({{starts}})
        FROM pilots_stallpolicy GROUP BY portfolio_id
    )
"""
"""What each portfolio settles about its stall clock from one day up to another, and what it had before it settled anything."""


def spans(days: Sequence[date], join: str) -> str:
    """Each standing, the first of the days on which so many pilots had it, by its place, and the place after the last of them.

    Each stretch of days in which a pilot's standing follows from one period and one policy is read once. What lies between two
    of the days asked about counts for none of them, so places are taken before anything is told apart: then few are different.

    Args:
        days: in their order.
        join: what leaves only some of the pilots, by `own.pilot_id`.
    """
    cuts = ("runs", "warned", "stalled", "unclear")
    return f"""
        WITH
        {_POLICIES.format(starts=number("starts"))},
        stretches AS ({_stretches(days[0], days[-1], join)} {worked_out_once()}),
        placed AS (
            SELECT stretches.*, {_place("begins", days)} AS first, {_place("ends", days)} AS after FROM stretches
            {worked_out_once()}
        ),
        turned AS (
            SELECT stage, first, after, {", ".join(f"{_place_within(name, days)} AS {name}" for name in cuts)}
            FROM placed WHERE first < after {worked_out_once()}
        ),
        alike AS (
            SELECT stage, first, after, {", ".join(cuts)}, COUNT(*) AS many FROM turned GROUP BY stage, first, after, {", ".join(cuts)}
        ),
        spans AS ({_standings()})
        SELECT standing, first, after, SUM(many) FROM spans WHERE first < after GROUP BY standing, first, after
    """


def _stretches(first: date, last: date, join: str) -> str:
    """The days of each period of a pilot under one policy, `ends` not included, and the days from which its standing is another."""
    quiet, warning = (
        f"COALESCE(policies.{name}, {days})"
        for name, days in (("quiet_days", stalls.QUIET_DAYS), ("warning_days", stalls.WARNING_DAYS))
    )
    stalled, runs = f"{number('own.stall_clock_from')} + {quiet}", quoted([Stage.RUNNING, Stage.PAUSED])
    shown = f"(own.rules_known OR own.stage <> '{Stage.ADOPTED}')"
    return f"""
        SELECT
            own.stage,
            {greatest(first.toordinal(), number("own.first_day"), "COALESCE(policies.starts, 0)")} AS begins,
            {least(last.toordinal() + 1, number_after("own.last_day"), f"COALESCE(policies.replaced_on, {NEVER})")} AS ends,
            CASE own.stage WHEN '{Stage.PAUSED}' THEN {number_after("own.paused_until")} ELSE 0 END AS runs,
            CASE WHEN own.stage IN ({runs}) THEN COALESCE({stalled} - {warning}, {NEVER}) ELSE 0 END AS warned,
            CASE WHEN own.stage IN ({runs}) THEN COALESCE({stalled}, {NEVER}) ELSE 0 END AS stalled,
            CASE WHEN own.all_clear AND {shown} THEN {number_after("own.clear_through")} ELSE 0 END AS unclear
        FROM pilots_pilotperiod own
        {join}
        JOIN pilots_unit unit ON unit.id = own.unit_id
        LEFT JOIN policies ON policies.portfolio_id = unit.portfolio_id
        WHERE own.superseded_on IS NULL AND own.void_since IS NULL
            AND own.first_day <= '{last}' AND (own.last_day IS NULL OR own.last_day >= '{first}')
    """


def _standings() -> str:
    """From which place to which, `after` not included, a pilot has which standing; where `first` is not before it, never."""
    adopted, runs = f"stage = '{Stage.ADOPTED}'", f"stage IN ({quoted([Stage.RUNNING, Stage.PAUSED])})"
    parts = (
        ("stage", "first", "after", f"stage NOT IN ({quoted([Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED])})"),
        (f"'{Standing.ADOPTED}'", "first", "unclear", adopted),
        (f"'{Standing.CLAIMED}'", "unclear", "after", adopted),
        ("stage", "first", "runs", f"stage = '{Stage.PAUSED}'"),
        (f"'{Standing.READY}'", "runs", least("warned", "unclear"), runs),
        (f"'{Standing.MOVING}'", greatest("runs", "unclear"), "warned", runs),
        (f"'{Standing.AT_RISK}'", greatest("runs", "warned"), "stalled", runs),
        (f"'{Standing.EXHIBIT}'", greatest("runs", "stalled"), "after", runs),
    )
    return " UNION ALL ".join(
        f"SELECT {standing} AS standing, {first} AS first, {after} AS after, many FROM alike WHERE {where}"
        for standing, first, after, where in parts
    )


def _place_within(column: str, days: Sequence[date]) -> str:
    """The place of the first day of a stretch from which its standing is another: that after its last, where there is none."""
    return f"CASE WHEN {column} <= begins THEN first WHEN {column} >= ends THEN after ELSE {_place(column, days)} END"


def _place(column: str, days: Sequence[date], first: int = 0) -> str:
    """How many of the days come before the number of a day: found by halves, since it is asked of every stretch."""
    if not days:
        return str(first)
    middle = len(days) // 2
    before, after = _place(column, days[:middle], first), _place(column, days[middle + 1 :], first + middle + 1)
    return f"CASE WHEN {column} <= {days[middle].toordinal()} THEN {before} ELSE {after} END"
