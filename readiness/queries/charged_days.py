"""Rule 12 as SQL: the open days of any number of pilots, each charged to one court, added up by whatever is asked.

`readiness.rules.ledger` says the same of one pilot; a property test holds the two to one answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import Person
from pilots.rules import gates
from pilots.rules.vocabulary import Awaits, ClearsBy, Court, Stage, State
from readiness.queries.engines import NEVER, greatest, join_pilots, least, number, number_after, quoted, worked_out_once
from readiness.queries.waiting_gates import HOLDER, in_force, since_on
from readiness.rules.standing import WAITING_STAGES

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet


class ChargedDays(NamedTuple):
    """The open days of one pilot, kind, holder, function or portfolio, by court; `still_open` says which of them these are."""

    of: str
    name: str
    still_open: bool
    decider: int
    team: int
    nobody: int
    outside: int

    @property
    def courts(self) -> dict[str, int]:
        """The days by court, the empty ones included."""
        return {court: getattr(self, court) for court in Court.values()}


class Label(NamedTuple):
    """What days can be counted by: its primary key beside a stretch of days, and where it is called what."""

    key: str
    table: str
    of: str
    name: str


LABELS: Mapping[str, Label] = {
    "kind": Label("period.kind_id", "pilots_gatekind", "key", "key"),
    "holder": Label(HOLDER, "pilots_person", "public_id", "name"),
    "function": Label("unit.function_id", "pilots_function", "name", "name"),
    "portfolio": Label("unit.portfolio_id", "pilots_portfolio", "key", "name"),
    "pilot": Label("gate.pilot_id", "pilots_pilot", "key", "name"),
}
Condition = tuple[str, Iterable[Any]]
"""What is asked of a stretch of days, with its parameters."""


def charged_days(
    pilots: StandingQuerySet,
    *,
    start: date,
    end: date,
    by: str | None = None,
    kind: str | None = None,
    holder: Person | None = None,
    functions: Collection[int | None] | None = None,
    still_open_apart: bool = False,
) -> list[ChargedDays]:
    """The open days of these pilots from `start` up to, not including, `end`, in no order. One query.

    Args:
        still_open_apart: in rows of their own the days of gates that wait on the last day, since they are in the state in which they wait.
    """
    try:
        join, of_pilots = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return []
    if kind is not None:
        join, of_pilots = (
            f"{join} JOIN pilots_gatekind wanted ON wanted.id = gate.kind_id AND wanted.key = %s",
            (*of_pilots, kind),
        )
    conditions: list[Condition] = []
    if holder is not None:
        conditions.append(("holder_id = %s", [holder.pk]))
    if functions is not None:
        conditions.append(_in_functions(functions))
    label = LABELS[by] if by else None
    charged = charged_stretches(
        label.key if label else "0",
        start=start,
        end=end,
        join=join,
        where=" AND ".join(condition for condition, _parameters in conditions),
        still_open_apart=still_open_apart,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _added_up(charged, label),
            [*of_pilots, *(value for _condition, parameters in conditions for value in parameters)],
        )
        return [ChargedDays(of, name, bool(still), *days) for of, name, still, *days in cursor.fetchall()]


def gates_by_court(pilots: StandingQuerySet, at: date) -> dict[str, int]:
    """How many open gates of these pilots wait in each court on a day: each is charged one day (rules 2 and 12). One query."""
    days = charged_days(pilots, start=at, end=at + timedelta(days=1))
    return days[0].courts if days else dict.fromkeys(Court.values(), 0)


def _in_functions(functions: Collection[int | None]) -> Condition:
    named = [pk for pk in functions if pk is not None]
    # No function has this primary key: of none at all there are no days.
    there = f"function_id IN ({', '.join(['%s'] * len(named) or ['NULL'])})"
    return (f"({there} OR function_id IS NULL)" if None in functions else there), named


def _added_up(charged: str, by: Label | None) -> str:
    """The days of all stretches by court. What is neither outside nor the decider's or nobody's move is the team's."""
    label = f"LEFT JOIN {by.table} label ON label.id = total.of_id" if by else ""
    of, name = (f"COALESCE(label.{by.of}, '')", f"COALESCE(label.{by.name}, '')") if by else ("'all'", "''")
    return f"""
        WITH
        {charged},
        total AS (
            SELECT
                of_id,
                still_open,
                SUM(CASE WHEN holder_id IS NULL THEN 0 ELSE asked END) AS decider,
                SUM(opened - outside - asked) AS team,
                SUM(CASE WHEN holder_id IS NULL THEN asked ELSE 0 END) AS nobody,
                SUM(outside) AS outside
            FROM charged WHERE opened > 0 GROUP BY of_id, still_open
        )
        SELECT {of}, {name}, still_open, decider, team, nobody, outside FROM total {label}
    """


def charged_stretches(
    of: str, *, start: date, end: date, join: str = "", where: str = "", still_open_apart: bool = False
) -> str:
    """The tables of a statement that ends in `charged`: stretches of days on which a gate has one holder.

    Of each `of_id` and `holder_id`, on how many days it was `opened`, and on how many of these `outside`, and the decider's or
    nobody's move (`asked`). On one day, each gate has one stretch at most.

    Args:
        of: what else is read of each stretch, as `of_id`.
        join: what leaves only some of the gates, by `gate.pilot_id`.
        where: what leaves only some of the stretches.
        still_open_apart: a stretch is cut on the day since which its gate waits, and `still_open` says which part it is.
    """
    whole, until_lapsed = _days(), _days("lapses")
    measured, measured_until_lapsed = _days("stale_on"), _days("stale_on", "lapses")
    return f"""
        sitting AS ({_seats(start, end)}),
        stretches AS ({_stretches(of, start, end, join, still_open_apart)} {worked_out_once()}),
        parts AS ({_PARTS if still_open_apart else "SELECT stretches.*, 0 AS still_open FROM stretches"}),
        charged AS (
            SELECT
                of_id,
                still_open,
                holder_id,
                {whole} - CASE WHEN state IN ({quoted(gates.HOLD)}) THEN {until_lapsed} ELSE 0 END AS opened,
                CASE state WHEN '{State.CHANGES_REQUESTED}' THEN {_days("back_on", "lapses")} ELSE 0 END AS outside,
                CASE WHEN state IN ({quoted(gates.HOLD | gates.ASKS_TEAM)}) THEN 0 ELSE {measured_until_lapsed} END
                + CASE WHEN ends_by_condition THEN 0 ELSE {measured} - {measured_until_lapsed} END AS asked
            FROM parts WHERE begins < ends {f"AND {where}" if where else ""} {worked_out_once()}
        )
    """


_OF_STRETCH = "of_id, kind_id, function_id, holder_id, state, ends_by_condition, lapses, back_on, stale_on"
_PARTS = f"""
    SELECT
        {_OF_STRETCH},
        part.still_open,
        CASE WHEN part.still_open = 1 AND since > begins THEN since ELSE begins END AS begins,
        CASE WHEN part.still_open = 0 AND since < ends THEN since ELSE ends END AS ends
    FROM (SELECT stretches.*, MAX(waits_since) OVER (PARTITION BY gate_id) AS since FROM stretches) cut
    JOIN (SELECT 1 AS still_open UNION ALL SELECT 0) part
        ON part.still_open = 1 AND since < ends OR part.still_open = 0 AND (since IS NULL OR since > begins)
"""
"""Each stretch before the day since which its gate waits on the last day, and from it on; whole where it waits no more."""


def _days(*until: str) -> str:
    """How many days of a stretch come before all of these."""
    return greatest(0, f"{least('ends', *until)} - begins") if until else greatest(0, "ends - begins")


def _stretches(of: str, start: date, end: date, join: str, still_open_apart: bool) -> str:
    """The days on which a gate lay in one of its periods, in one of its pilot's, and with one holder, `ends` not included.

    Beside them the days from which its answer has lapsed, what is outside is back, and what was measured is too old; and, where
    it is asked for, since when the gate waits, in the stretch in which the last day lies.
    """
    from_pause = f"CASE own.stage WHEN '{Stage.PAUSED}' THEN {number_after('own.paused_until')} ELSE 0 END"
    begins: tuple[str | int, ...] = (start.toordinal(), number("period.first_day"), number("own.first_day"), from_pause)
    ends = (end.toordinal(), number_after("period.last_day"), number_after("own.last_day"))
    stale_on = (
        f"CASE kind.clears_by WHEN '{ClearsBy.MEASUREMENT}' THEN {number_after('period.met_until', 0)} ELSE {NEVER} END"
    )
    waits = f"gate.id AS gate_id, {_waits_since(end - timedelta(days=1))} AS waits_since," if still_open_apart else ""
    return f"""
        SELECT
            {of} AS of_id,
            {waits}
            period.kind_id,
            unit.function_id,
            {HOLDER} AS holder_id,
            period.state,
            period.ends_by_condition,
            {greatest(*begins, "COALESCE(seat.begins, 0)")} AS begins,
            {least(*ends, f"COALESCE(seat.ends, {NEVER})")} AS ends,
            {number_after("period.good_until")} AS lapses,
            {number_after("period.outside_until", 0)} AS back_on,
            {stale_on} AS stale_on
        FROM pilots_gate gate
        {join}
        JOIN pilots_pilotperiod own ON own.pilot_id = gate.pilot_id
        JOIN pilots_gateperiod period ON period.gate_id = gate.id
            AND own.first_day <= COALESCE(period.last_day, '{date.max}')
            AND period.first_day <= COALESCE(own.last_day, '{date.max}')
        JOIN pilots_gatekind kind ON kind.id = period.kind_id
        LEFT JOIN sitting seat ON seat.kind_id = period.kind_id AND seat.unit_id = period.unit_id
        LEFT JOIN pilots_unit unit ON unit.id = period.unit_id
        WHERE {_within("period", start, end)} AND period.superseded_on IS NULL AND period.awaits <> '{Awaits.OFF}'
            AND (period.state NOT IN ({quoted(gates.HOLD)}) OR period.good_until < '{end}')
            AND {_within("own", start, end)} AND own.superseded_on IS NULL AND own.void_since IS NULL
            AND (own.stage IN ({quoted(WAITING_STAGES)}) OR own.stage = '{Stage.PAUSED}' AND own.paused_until < '{end}')
    """


def _waits_since(last: date) -> str:
    """Since when a gate waits on a day, as the number of a day; null where it does not, or the stretch holds another day."""
    there = (
        f"{in_force('period', last)} AND {in_force('own', last)} AND COALESCE(seat.ends, {NEVER}) > {last.toordinal()}"
    )
    runs = f"(own.stage <> '{Stage.PAUSED}' OR own.paused_until < '{last}')"
    is_open = f"(period.state NOT IN ({quoted(gates.HOLD)}) OR period.good_until < '{last}')"
    return f"CASE WHEN {there} AND {runs} AND {is_open} THEN {since_on(last)} END"


def _seats(start: date, end: date) -> str:
    """Who sat where, and before the first seat of a kind in a unit nobody; on a single day a seat is there or it is not."""
    if end - start <= timedelta(days=1):
        return f"""
            SELECT seat.kind_id, seat.unit_id, seat.holder_id, seat.run_from, 0 AS begins, {NEVER} AS ends
            FROM pilots_seat seat WHERE {_within("seat", start, end)}
        """
    return f"""
        SELECT
            seat.kind_id,
            seat.unit_id,
            CASE held.yes WHEN 1 THEN seat.holder_id END AS holder_id,
            CASE held.yes WHEN 1 THEN seat.run_from END AS run_from,
            CASE held.yes WHEN 1 THEN {number("seat.first_day")} ELSE 0 END AS begins,
            CASE held.yes WHEN 1 THEN {number_after("seat.last_day")} ELSE {number("seat.first_day")} END AS ends
        FROM pilots_seat seat
        JOIN (SELECT 1 AS yes UNION ALL SELECT 0) held ON
            held.yes = 1 AND {_within("seat", start, end)}
            OR held.yes = 0 AND seat.first_day > '{start}' AND NOT EXISTS (
                SELECT 1 FROM pilots_seat earlier
                WHERE earlier.kind_id = seat.kind_id AND earlier.unit_id = seat.unit_id
                    AND earlier.first_day < seat.first_day
            )
    """


def _within(period: str, start: date, end: date) -> str:
    """That a period has days from `start` up to, not including, `end`."""
    return f"{period}.first_day < '{end}' AND ({period}.last_day IS NULL OR {period}.last_day >= '{start}')"
