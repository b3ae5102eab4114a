"""The gates of running and adopted pilots on a day as SQL (rule 2): state, court, holder, since when; for sets of any size.

`readiness.queries.pilots.gates_on` says the same of one page of gates; a property test holds the two to one answer.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import GateKind
from pilots.rules import gates
from pilots.rules.vocabulary import Awaits, ClearsBy, Court, Stage, State
from readiness.queries.engines import greatest, join_pilots, number, quoted, worked_out_once
from readiness.queries.runs_sql import run_number
from readiness.rules.standing import OPEN_STATES, WAITING_STAGES

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet

HOLDER = f"CASE kind.clears_by WHEN '{ClearsBy.ACCEPTANCE}' THEN period.person_id ELSE seat.holder_id END"
"""Who holds a gate's decision, or is named for it: of a `period` of a gate, its `kind`, and the `seat` of its unit."""


def waiting_gates(at: date, join: str = "", *, clear_too: bool = False) -> str:
    """A table `waiting` of a statement: each open gate that waits on a day, `since` as a number of a day.

    Args:
        join: what leaves only some of the gates, by `gate.pilot_id`.
        clear_too: also the gates that are clear or only asserted; their court is null.
    """
    over = f"'{at - timedelta(days=1)}'"
    holds = "" if clear_too else f"AND (period.state NOT IN ({quoted(gates.HOLD)}) OR period.good_until <= {over})"
    return f"""
        seats AS (
            SELECT kind_id, unit_id, holder_id, run_from FROM pilots_seat
            WHERE first_day <= '{at}' AND (last_day IS NULL OR last_day >= '{at}')
        ),
        there AS (
            SELECT
                gate.id AS gate_id, gate.pilot_id, period.kind_id, period.unit_id, kind.clears_by,
                {HOLDER} AS holder_id,
                period.state AS said, period.outside_until, period.ends_by_condition, period.met_until,
                CASE WHEN period.good_until <= {over} THEN 1 ELSE 0 END AS lapsed,
                {since_on(at)} AS since
            FROM pilots_gate gate
            {join}
            JOIN pilots_pilotperiod own ON own.pilot_id = gate.pilot_id
            JOIN pilots_gateperiod period ON period.gate_id = gate.id
            JOIN pilots_gatekind kind ON kind.id = period.kind_id
            LEFT JOIN seats seat ON seat.kind_id = period.kind_id AND seat.unit_id = period.unit_id
            WHERE {in_force("own", at)} AND own.void_since IS NULL
                AND (own.stage IN ({quoted(WAITING_STAGES)}) OR own.stage = '{Stage.PAUSED}' AND own.paused_until <= {over})
                AND {in_force("period", at)} AND period.awaits <> '{Awaits.OFF}' {holds}
            {worked_out_once()}
        ),
        read AS (SELECT there.*, {_STATE} AS state FROM there {worked_out_once()}),
        whose AS (
            SELECT gate_id, pilot_id, kind_id, unit_id, holder_id, state, since, {_court(at)} AS court
            FROM read {worked_out_once()}
        ),
        waiting AS (SELECT * FROM whose {"" if clear_too else "WHERE court IS NOT NULL"})
    """


def gate_figures(pilots: StandingQuerySet, at: date) -> dict[str, dict[str, dict[str | None, int]]]:
    """How many gates of running and adopted pilots there are of each kind, in each state and court; the kinds in their order."""
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {waiting_gates(at, join, clear_too=True)}"
            " SELECT kind_id, state, court, COUNT(*) FROM waiting GROUP BY kind_id, state, court",
            parameters,
        )
        rows = cursor.fetchall()
    kinds = {kind.pk: kind.key for kind in GateKind.objects.order_by("position", "pk")}
    found: dict[str, dict[str, dict[str | None, int]]] = {key: {} for key in kinds.values()}
    for kind, state, court, many in rows:
        found[kinds[kind]].setdefault(state, {})[court] = many
    return {key: states for key, states in found.items() if states}


def in_force(period: str, at: date) -> str:
    """That a day lies in a period, by all that is known now."""
    ends = f"({period}.last_day IS NULL OR {period}.last_day >= '{at}')"
    return f"{period}.superseded_on IS NULL AND {period}.first_day <= '{at}' AND {ends}"


def since_on(at: date) -> str:
    """Since when a gate is in the state that it has on a day, as the number of a day: of a `period` that it is in, and the `seat`."""
    over = f"'{at - timedelta(days=1)}'"
    decided = f"period.state = '{State.OPEN}' AND kind.clears_by <> '{ClearsBy.ACCEPTANCE}'"
    run = run_number("gate.pilot_id", "period.kind_id", "seat.holder_id", at)
    return f"""
        CASE
            WHEN period.good_until <= {over} AND period.good_until < period.first_day THEN {number("period.since")}
            WHEN period.good_until <= {over} THEN {number("period.good_until")} + 1
            WHEN {decided} THEN CASE
                WHEN period.since < period.first_day THEN {greatest(number("period.since"), f"COALESCE({run}, 0)")}
                WHEN seat.run_from > period.since THEN {number("seat.run_from")}
                ELSE {number("period.since")}
            END
            ELSE {number("period.since")}
        END
    """


_STATE = f"""
    CASE
        WHEN lapsed = 1 THEN '{State.LAPSED}'
        WHEN said <> '{State.OPEN}' THEN said
        WHEN holder_id IS NULL THEN '{State.UNOWNED}'
        ELSE '{State.WAITING}'
    END
"""


def _court(at: date) -> str:
    """Whose move a gate is of a pilot that waits (rule 2); null where it is clear or asserted."""
    return f"""
        CASE
            WHEN state NOT IN ({quoted(OPEN_STATES)}) THEN NULL
            WHEN state = '{State.CHANGES_REQUESTED}' AND outside_until >= '{at}' THEN '{Court.OUTSIDE}'
            WHEN state IN ({quoted(gates.ASKS_TEAM)}) THEN '{Court.TEAM}'
            WHEN state = '{State.LAPSED}' AND ends_by_condition THEN '{Court.TEAM}'
            WHEN clears_by = '{ClearsBy.MEASUREMENT}' AND (met_until IS NULL OR met_until < '{at}') THEN '{Court.TEAM}'
            WHEN holder_id IS NULL THEN '{Court.NOBODY}'
            ELSE '{Court.DECIDER}'
        END
    """
