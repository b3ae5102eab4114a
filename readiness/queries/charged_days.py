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
from readiness.queries.waiting_gates import HOLDER, since_on
from readiness.rules.standing import WAITING_STAGES

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet


class ChargedDays(NamedTuple):
    """The open days of one pilot, kind, holder, function or portfolio by court, and those of them that still go on.

    Each has one number for each court, in their order.
    """

    of: str
    name: str
    by_court: tuple[int, ...]
    going_on: tuple[int, ...]

    @property
    def courts(self) -> dict[str, int]:
        """The days by court, the empty ones included."""
        return dict(zip(Court.values(), self.by_court, strict=True))

    @property
    def still_open(self) -> dict[str, int]:
        """Of these, the days of waits that go on, by court."""
        return dict(zip(Court.values(), self.going_on, strict=True))

    @property
    def days(self) -> int:
        """All days; the parts add up to it."""
        return sum(self.by_court)


class Place(NamedTuple):
    """A row of such a list, after which another part of it begins, or before which it ends."""

    days: int
    name: str
    of: str
    backwards: bool = False


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
    beside: Place | None = None,
    most: int | None = None,
) -> list[ChargedDays]:
    """The open days of these pilots from `start` up to, not including, `end`; what has most comes first. One query.

    Args:
        still_open_apart: told apart, the days of gates that wait on the last day, since they are in the state in which they wait.
        beside: only what comes after this row; or before it, then the nearest first.
        most: how many rows at the most.
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
    part, of_part = _part(beside, most)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_added_up(charged, label)} {part}",
            [*of_pilots, *(value for _condition, parameters in conditions for value in parameters), *of_part],
        )
        return [_charged(*row) for row in cursor.fetchall()]


def _charged(of: str, name: str, _days: int, *days: int) -> ChargedDays:
    numbers, courts = [int(number) for number in days], len(Court)
    return ChargedDays(of, name, tuple(numbers[:courts]), tuple(numbers[courts:]))


def _part(beside: Place | None, most: int | None) -> tuple[str, list[Any]]:
    """Which rows are asked for, and in which order: by code point, so that every database says the same as Python."""
    name, of = (
        f'{column} COLLATE "{"C" if connection.vendor == "postgresql" else "BINARY"}"' for column in ("name", "of")
    )
    down, up, further = ("ASC", "DESC", "<") if beside and beside.backwards else ("DESC", "ASC", ">")
    where, asked = "", []
    if beside is not None:
        fewer = ">" if beside.backwards else "<"
        where = f"WHERE days {fewer} %s OR days = %s AND ({name} {further} %s OR name = %s AND {of} {further} %s)"
        asked = [beside.days, beside.days, beside.name, beside.name, beside.of]
    limit = "" if most is None else f"LIMIT {int(most)}"
    return f"{where} ORDER BY days {down}, {name} {up}, {of} {up} {limit}", asked


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
    sums = ", ".join(
        f"SUM({days}) AS {prefix}{court}" for prefix in ("", "still_") for court, days in _of_courts(prefix).items()
    )
    courts = ", ".join(f"{prefix}{court}" for prefix in ("", "still_") for court in Court.values())
    return f"""
        WITH
        {charged},
        total AS (
            SELECT {"of_id," if by else ""} SUM(opened) AS days, {sums}
            FROM charged {"GROUP BY of_id" if by else ""} HAVING SUM(opened) > 0
        ),
        named AS (SELECT {of} AS of, {name} AS name, days, {courts} FROM total {label})
        SELECT * FROM named
    """


def _of_courts(prefix: str) -> dict[str, str]:
    """What of a stretch is charged to each court."""
    opened, outside, asked = (f"{prefix}{part}" for part in ("opened", "outside", "asked"))
    of = {
        Court.DECIDER: f"CASE WHEN holder_id IS NULL THEN 0 ELSE {asked} END",
        Court.NOBODY: f"CASE WHEN holder_id IS NULL THEN {asked} ELSE 0 END",
        Court.TEAM: f"{opened} - {outside} - {asked}",
        Court.OUTSIDE: outside,
    }
    return {court: of[Court(court)] for court in Court.values()}


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
        still_open_apart: `still_opened`, `still_outside` and `still_asked` are those of the days since the gate waits as it does on the
            last day; they are 0 where it is not asked for.
    """
    cut = "cut" if still_open_apart else "stretches"
    counted = {
        "opened": _from(_OPENED, "opens_from"),
        "outside": _from("outside_until - {}", "begins"),
        "asked": _from("asked_until - {}", "asked_from"),
    }
    still = {f"still_{name}": days if still_open_apart else "0" for name, (_whole, days) in counted.items()}
    columns = {name: whole for name, (whole, _days) in counted.items()} | still
    return f"""
        sitting AS ({_seats(start, end)}),
        read AS ({_read(of, start, end, join, still_open_apart)} {worked_out_once()}),
        stretches AS ({_stretches(still_open_apart)} {worked_out_once()}),
        {f"cut AS ({_CUT} {worked_out_once()})," if still_open_apart else ""}
        charged AS (
            SELECT of_id, holder_id, {", ".join(f"{days} AS {name}" for name, days in columns.items())}
            FROM {cut} {f"WHERE {where}" if where else ""} {worked_out_once()}
        )
    """


_OPENED = "ends - {}"
_CUT = "SELECT stretches.*, MAX(waits_since) OVER (PARTITION BY gate_id) AS since FROM stretches"
"""Each stretch with the day since which its gate waits; null where it waits no more. The stretch of the last day says it for all.

A window, and no join of the stretches with those that say it: to keep them for two readings takes longer than to sort them.
"""


def _from(days: str, first: str) -> tuple[str, str]:
    """The days of a stretch from a column on, and those of them since which its gate waits as it does on the last day."""
    since = greatest(0, days.format(greatest(first, "since")))
    return greatest(0, days.format(first)), f"CASE WHEN since < ends THEN {since} ELSE 0 END"


def _stretches(still_open_apart: bool) -> str:
    """From when to when a stretch is open, outside, and the decider's or nobody's move, each being one run of days.

    It is open from `opens_from` to its end, outside from its first day, and somebody is asked from `asked_from`: from its first day
    where nothing holds and the team owes nothing, else from the day on which its answer has lapsed, unless a condition ended that.
    Nobody is asked once what was measured is too old.
    """
    holds, asks_team = (f"state IN ({quoted(states)})" for states in (gates.HOLD, gates.HOLD | gates.ASKS_TEAM))
    measured = least("ends", "stale_on")
    waits = f", gate_id, CASE WHEN lapses < ends OR NOT {holds} THEN waits_since END AS waits_since"
    return f"""
        SELECT
            of_id, function_id, holder_id, begins, ends,
            CASE WHEN {holds} THEN {greatest("begins", "lapses")} ELSE begins END AS opens_from,
            CASE state WHEN '{State.CHANGES_REQUESTED}' THEN {least("ends", "back_on", "lapses")} ELSE 0 END AS outside_until,
            CASE WHEN {asks_team} THEN {greatest("begins", "lapses")} ELSE begins END AS asked_from,
            CASE WHEN ends_by_condition THEN {least(measured, "lapses")} ELSE {measured} END AS asked_until
            {waits if still_open_apart else ""}
        FROM read WHERE begins < ends
    """


def _read(of: str, start: date, end: date, join: str, still_open_apart: bool) -> str:
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
    """Since when a gate is in its state, as the number of a day, in the stretch in which the last day lies; null in any other."""
    there = " AND ".join(f"({of}.last_day IS NULL OR {of}.last_day >= '{last}')" for of in ("period", "own"))
    return f"CASE WHEN {there} AND COALESCE(seat.ends, {NEVER}) > {last.toordinal()} THEN {since_on(last)} END"


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
