"""Rule 6 as an expression of SQL over a pilot's period, for the statements that are written by hand."""

from __future__ import annotations

from pilots.rules import stalls
from pilots.rules.vocabulary import Stage, Standing
from readiness.queries.engines import number, quoted

POLICY = """
    policy AS (
        SELECT
            portfolio_id, starts, quiet_days, warning_days,
            LEAD(starts) OVER (PARTITION BY portfolio_id ORDER BY starts) AS replaced_on
        FROM pilots_stallpolicy
    )
"""
"""A table of a statement: what each portfolio settles about its stall clock, and until when."""
QUIET = f"COALESCE(policy.quiet_days, {stalls.QUIET_DAYS})"


def join_policy(at: str) -> str:
    """The joins of a period `own` to its `unit`, and to the `policy` of its portfolio on a day."""
    return f"""
        JOIN pilots_unit unit ON unit.id = own.unit_id
        LEFT JOIN policy ON policy.portfolio_id = unit.portfolio_id
            AND policy.starts <= {at} AND (policy.replaced_on IS NULL OR policy.replaced_on > {at})
    """


def stage_on(at: str) -> str:
    """The stage that a period `own` has on a day: a pause that is over is none."""
    over = f"own.stage = '{Stage.PAUSED}' AND own.paused_until < {at}"
    return f"CASE WHEN {over} THEN '{Stage.RUNNING}' ELSE own.stage END"


def stalls_on() -> str:
    """The number of the day on which a period `own` stalls, while its stage lets it (rule 5)."""
    return f"{number('own.stall_clock_from')} + {QUIET}"


def standing_on(at: str, day: str) -> str:
    """The standing that a period `own`, which is not void, has on a day (rule 6), which is given as a date and as its number."""
    clear = f"own.all_clear AND (own.clear_through IS NULL OR own.clear_through >= {at})"
    quiet = f"{day} - {QUIET}"
    warned = f"{quiet} + COALESCE(policy.warning_days, {stalls.WARNING_DAYS})"
    return f"""
        CASE
            WHEN own.stage = '{Stage.ADOPTED}' AND {clear} AND own.rules_known THEN '{Standing.ADOPTED}'
            WHEN own.stage = '{Stage.ADOPTED}' THEN '{Standing.CLAIMED}'
            WHEN own.stage NOT IN ({quoted([Stage.RUNNING, Stage.PAUSED])}) THEN own.stage
            WHEN own.stage = '{Stage.PAUSED}' AND (own.paused_until IS NULL OR own.paused_until >= {at})
                THEN own.stage
            WHEN {number("own.stall_clock_from")} <= {quiet} THEN '{Standing.EXHIBIT}'
            WHEN {number("own.stall_clock_from")} <= {warned} THEN '{Standing.AT_RISK}'
            WHEN {clear} THEN '{Standing.READY}'
            ELSE '{Standing.MOVING}'
        END
    """
