"""The statements that compare two dates: a table of each date's pilots, and of the gates that may have turned in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pilots.rules.vocabulary import Awaits, ClearsBy, Outcome, Stage, Standing, State
from readiness.queries.engines import quoted, worked_out_once
from readiness.queries.standing_sql import POLICY, join_policy, stage_on, stalls_on, standing_on
from readiness.rules.changes import FACTS, Change, Exit
from readiness.rules.standing import GATE_STATES

if TYPE_CHECKING:
    from readiness.queries.changes import Question
    from readiness.queries.pilots import StandingQuerySet

COLUMNS = ("stage", "standing", "decide_by", "stalls_on", "sponsor_id", "last_movement")
OF_A_DAY = len(COLUMNS)
"""How many columns a pilot has on each date, in the order of `PilotOnDay`."""
_OUT = {Standing.ADOPTED: Exit.ADOPTED, Standing.CLAIMED: Exit.CLAIMED, Standing.RETIRED: Exit.RETIRED}
_OUT |= {Standing.VOID: Exit.VOID}
Asked = tuple[str, list[Any]]
"""A statement with its parameters."""


def page(
    mine: StandingQuerySet,
    question: Question,
    *,
    after: str | None,
    before: str | None,
    most: int,
    counted: bool = False,
) -> Asked:
    """The pilots that differ, by key: primary key, what they are called, and their columns on both dates; before these, the counts.

    Args:
        counted: also how many differ in all, the same in each row.
    """
    tables, parameters = _compared(mine, question)
    days = ", ".join(f"found.{name}_{day}" for day in ("then", "now") for name in COLUMNS)
    where, order = "TRUE" if after is None else "pilot.key > %s", "pilot.key"
    if before is not None:
        where, order = "pilot.key < %s", "pilot.key DESC"
    statement = f"""
        WITH {tables} {f", counts AS ({_COUNTS})" if counted else ""}
        SELECT {"counts.*," if counted else ""} found.pilot_id, pilot.key, pilot.name, portfolio.key, function.name, found.retired_because, found.recorded, {days}
        FROM found {"CROSS JOIN counts" if counted else ""}
        JOIN pilots_pilot pilot ON pilot.id = found.pilot_id
        JOIN pilots_portfolio portfolio ON portfolio.id = pilot.portfolio_id
        JOIN pilots_unit unit ON unit.id = found.unit_id
        LEFT JOIN pilots_function function ON function.id = unit.function_id
        WHERE {where} ORDER BY {order} LIMIT %s
    """
    bounds = [key for key in (before if before is not None else after,) if key is not None]
    return statement, [*parameters, *bounds, most]


def counts(mine: StandingQuerySet, question: Question) -> Asked:
    """How many pilots differ, by each change, and by each way out of the museum and of a claim."""
    tables, parameters = _compared(mine, question)
    return f"WITH {tables} {_COUNTS}", parameters


def gates(mine: StandingQuerySet, question: Question) -> Asked:
    """The gates of some pilots whose states differ: the pilot, the kind, and the state on both dates, by its place in `GATE_STATES`."""
    tables, parameters = _turned(mine, question)
    statement = f"""
        WITH {tables}
        SELECT turned.pilot_id, kind.key, turned.state_then, turned.state_now
        FROM turned JOIN pilots_gatekind kind ON kind.id = turned.kind_id
        ORDER BY turned.pilot_id, kind.position, kind.id
    """
    return statement, parameters


def _reach(mine: StandingQuerySet) -> tuple[str, str, list[Any]]:
    """The table of the pilots asked about, the join to it by `{}`, and its parameters; empty where they are all there are."""
    if not mine.query.has_filters():
        return "", "", []
    statement, parameters = mine.order_by().values("pk").query.sql_with_params()
    # Never taken into the plan of the whole, which would estimate it badly.
    return f"mine(id) AS ({statement} {worked_out_once()}),", "JOIN mine ON mine.id = {}", list(parameters)


def _compared(mine: StandingQuerySet, question: Question) -> Asked:
    """The tables that end in `found`: the pilots that differ, and are asked for.

    That a gate has turned counts of those alone that were on record on the first date.
    """
    reach, join, parameters = _reach(mine)
    days = ", ".join(
        [f"before.{name} AS {name}_then" for name in COLUMNS] + [f"after.{name} AS {name}_now" for name in COLUMNS]
    )
    wanted = f"({' OR '.join(f'({_CHANGES[Change(name)]})' for name in question.changes or Change)})"
    for day, standings in (("then", question.standing_then), ("now", question.standing_now)):
        if standings:
            wanted += f" AND standing_{day} IN ({quoted(standings)})"
    if Standing.VOID not in question.standing_now:
        wanted += f" AND standing_now <> {_word(Standing.VOID)}"
    tables = f"""
        {reach}
        {POLICY},
        before AS ({_pilots(question.first, question.known_at, join)} {worked_out_once()}),
        after AS ({_pilots(question.last, question.known_at, join)} {worked_out_once()}),
        {_tables_of_gates(question, "JOIN before ON before.pilot_id = {}")},
        decided AS ({_decided(question, join)}),
        compared AS (
            SELECT
                after.pilot_id, after.unit_id, after.retired_because, {days},
                CASE WHEN before.pilot_id IS NULL THEN 1 ELSE 0 END AS recorded,
                CASE WHEN gates.pilot_id IS NULL THEN 0 ELSE 1 END AS turned,
                CASE WHEN decided.pilot_id IS NULL THEN 0 ELSE 1 END AS decided
            FROM after
            LEFT JOIN before ON before.pilot_id = after.pilot_id
            LEFT JOIN (SELECT DISTINCT pilot_id FROM turned) gates ON gates.pilot_id = after.pilot_id
            LEFT JOIN decided ON decided.pilot_id = after.pilot_id
            {worked_out_once()}
        ),
        found AS (SELECT * FROM compared WHERE {wanted})
    """
    return tables, parameters


def _turned(mine: StandingQuerySet, question: Question) -> Asked:
    reach, join, parameters = _reach(mine)
    return f"{reach} {_tables_of_gates(question, join)}", parameters


def _pilots(at: date, known_at: date | None, join: str) -> str:
    """The pilots on record on a date with the columns that are compared."""
    day, void = f"'{at}'", "own.void_since IS NOT NULL"
    stalls = f"own.stage IN ({quoted([Stage.RUNNING, Stage.PAUSED])}) AND NOT {void}"
    return f"""
        SELECT
            own.pilot_id, own.unit_id, own.retired_because, own.decide_by, own.sponsor_id, own.last_movement,
            {stage_on(day)} AS stage,
            CASE WHEN {void} THEN {_word(Standing.VOID)} ELSE {standing_on(day, str(at.toordinal()))} END AS standing,
            CASE WHEN {stalls} THEN {stalls_on()} END AS stalls_on
        FROM ({_periods_of_pilots(at, known_at, join.format("own.pilot_id"))}) own
        {join_policy(day)}
        WHERE {f"own.next_day > {day}" if known_at is not None else "TRUE"}
    """


def _periods_of_pilots(at: date, known_at: date | None, join: str) -> str:
    """The periods of pilots in which a date lies. Of those known on a day, the last is the one that no other follows."""
    columns, rows = ", ".join(f"own.{name}" for name in _OF_PILOT), f"pilots_pilotperiod own {join}"
    begun = f"{_known('own', known_at)} AND own.first_day <= '{at}'"
    if known_at is None:
        return f"SELECT {columns} FROM {rows} WHERE {begun} AND (own.last_day IS NULL OR own.last_day >= '{at}')"
    # Where no other follows, a day that never comes: that a day is after another PostgreSQL takes for likely, that it is null for rare.
    following = f"LEAD(own.first_day, 1, '{date.max}') OVER (PARTITION BY own.pilot_id ORDER BY own.first_day)"
    return f"SELECT {columns}, {following} AS next_day FROM {rows} WHERE {begun}"


_OF_PILOT = (
    "pilot_id",
    "unit_id",
    "stage",
    "paused_until",
    "decide_by",
    "sponsor_id",
    "last_movement",
    "stall_clock_from",
    "all_clear",
    "clear_through",
    "rules_known",
    "void_since",
    "retired_because",
)


def _known(alias: str, known_at: date | None) -> str:
    if known_at is None:
        return f"{alias}.superseded_on IS NULL"
    return f"""{alias}.recorded_from <= '{known_at}'
        AND ({alias}.superseded_on IS NULL OR {alias}.superseded_on > '{known_at}')"""


def _tables_of_gates(question: Question, join: str) -> str:
    """The tables that end in `turned`: the gates whose states differ.

    A period in which both dates lie is read only where an answer ended or a seat changed hands in between; any other that holds
    one of them has, of the same gate, at most one beside it, which holds the other.
    """
    first, last = question.first, question.last
    return f"""
        reseated AS (
            SELECT DISTINCT kind_id, unit_id FROM pilots_seat
            WHERE first_day > '{first}' AND first_day <= '{last}' OR last_day >= '{first}' AND last_day < '{last}'
        ),
        {f"may_differ AS ({_gates_that_may_differ(question, join)} {worked_out_once()})," if question.known_at is not None else ""}
        touched AS ({_touched(question, join)} {worked_out_once()}),
        sides AS (
            SELECT
                period.gate_id, period.pilot_id, period.kind_id,
                {_state(first, question.known_at, "seat_then")} AS state_then,
                {_state(last, question.known_at, "seat_now")} AS state_now
            FROM touched period
            JOIN pilots_gatekind kind ON kind.id = period.kind_id
            {_join_seat(first, "seat_then")}
            {_join_seat(last, "seat_now")}
            {worked_out_once()}
        ),
        turned AS (
            SELECT MAX(pilot_id) AS pilot_id, MAX(kind_id) AS kind_id, MAX(state_then) AS state_then, MAX(state_now) AS state_now
            FROM sides GROUP BY gate_id
            HAVING {_differs("MAX(state_then)", "MAX(state_now)")}
        )
    """


def _touched(question: Question, join: str) -> str:
    """The periods of gates in which one of the dates lies, or both, and the gate may read otherwise on the second; with their pilots.

    Asked what was known, each ends where the next one known begins.
    """
    first, last, known_at = question.first, question.last, question.known_at
    columns = ", ".join(f"period.{name}" for name in _OF_GATE)
    known = f"{_known('period', known_at)} AND period.first_day <= '{last}'"
    columns = f"gate.pilot_id, {columns}"
    rows = f"pilots_gate gate {join.format('gate.pilot_id')} JOIN pilots_gateperiod period ON period.gate_id = gate.id"
    if known_at is not None:
        following = "LEAD(period.first_day) OVER (PARTITION BY period.gate_id ORDER BY period.first_day)"
        rows = "may_differ gate JOIN pilots_gateperiod period ON period.gate_id = gate.gate_id"
        rows = f"(SELECT {columns}, {following} AS next_day FROM {rows} WHERE {known}) period"
        columns, known = "period.*", "TRUE"
    holds_first = f"period.first_day <= '{first}' AND {_ends_after(first, known_at)}"
    return f"""
        SELECT {columns}
        FROM {rows}
        {_JOIN_RESEATED}
        WHERE {known} AND ({holds_first} OR {_ends_after(last, known_at)})
            AND (NOT {_ends_after(last, known_at)} OR {_reads_anew(first, last)})
    """


def _gates_that_may_differ(question: Question, join: str) -> str:
    """The gates that may read otherwise on the second date, with their pilots: of the others no period needs to be looked at."""
    return f"""
        SELECT DISTINCT period.gate_id, gate.pilot_id
        FROM pilots_gate gate {join.format("gate.pilot_id")}
        JOIN pilots_gateperiod period ON period.gate_id = gate.id
        {_JOIN_RESEATED}
        WHERE {_known("period", question.known_at)} AND period.first_day <= '{question.last}'
            AND ({_reads_anew(question.first, question.last)})
    """


_JOIN_RESEATED = "LEFT JOIN reseated ON reseated.kind_id = period.kind_id AND reseated.unit_id = period.unit_id"


def _reads_anew(first: date, last: date) -> str:
    """That a period began between two dates, or its answer ended there, or who decides changed."""
    ended = f"period.good_until >= '{first}' AND period.good_until < '{last}'"
    reseated = f"period.state = '{State.OPEN}' AND reseated.kind_id IS NOT NULL"
    return f"period.first_day > '{first}' OR {ended} OR {reseated}"


_PLACES = {state: place for place, state in enumerate(GATE_STATES)}
"""States by their places, in which they are compared: of words, the greater one is looked up in a language."""
_OF_GATE = ("gate_id", "kind_id", "unit_id", "first_day", "last_day", "state", "awaits", "good_until", "person_id")


def _ends_after(day: date, known_at: date | None) -> str:
    """That a period of a gate has not ended before a date."""
    if known_at is None:
        return f"(period.last_day IS NULL OR period.last_day >= '{day}')"
    return f"(period.next_day IS NULL OR period.next_day > '{day}')"


def _state(at: date, known_at: date | None, seat: str) -> str:
    """The state of a gate on a date (rule 2), by its place; null where the period is another, and for what is switched off."""
    held = f"CASE kind.clears_by WHEN '{ClearsBy.ACCEPTANCE}' THEN period.person_id ELSE {seat}.holder_id END"
    said = " ".join(f"WHEN '{state}' THEN {place}" for state, place in _PLACES.items())
    return f"""
            CASE
                WHEN period.first_day > '{at}' OR NOT {_ends_after(at, known_at)} OR period.awaits = '{Awaits.OFF}' THEN NULL
                WHEN period.good_until < '{at}' THEN {_PLACES[State.LAPSED]}
                WHEN period.state <> '{State.OPEN}' THEN CASE period.state {said} END
                WHEN {held} IS NULL THEN {_PLACES[State.UNOWNED]}
                ELSE {_PLACES[State.WAITING]}
            END
    """


def _join_seat(at: date, seat: str) -> str:
    """The join of a period of a gate to who sits there on a date."""
    return f"""LEFT JOIN pilots_seat {seat} ON {seat}.kind_id = period.kind_id AND {seat}.unit_id = period.unit_id
                AND {seat}.first_day <= '{at}' AND ({seat}.last_day IS NULL OR {seat}.last_day >= '{at}')"""


def _decided(question: Question, join: str) -> str:
    """The pilots on whose gates people answered after the first date, up to the second."""
    known = f"AND decision.known_on <= '{question.known_at}'" if question.known_at is not None else ""
    by_lists = quoted([Outcome.ASSERTED, Outcome.NO_LONGER_ASSERTED])
    return f"""
        SELECT DISTINCT gate.pilot_id
        FROM pilots_decision decision
        JOIN pilots_gate gate ON gate.id = decision.gate_id
        {join.format("gate.pilot_id")}
        WHERE decision.effective_on > '{question.first}' AND decision.effective_on <= '{question.last}' {known}
            AND decision.outcome NOT IN ({by_lists})
    """


def _differs(then: str, now: str) -> str:
    """That two values differ, null being one of them."""
    return f"({then} <> {now} OR ({then} IS NULL) <> ({now} IS NULL))"


def _word(word: str) -> str:
    return f"'{word}'"


def _flag(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _entered(standing: Standing) -> str:
    return f"standing_now = '{standing}' AND (recorded = 1 OR standing_then <> '{standing}')"


def _left(standing: Standing) -> str:
    return f"(recorded = 0 AND standing_then = '{standing}' AND standing_now <> '{standing}')"


def _way(otherwise: str) -> str:
    ways = " ".join(f"WHEN '{standing}' THEN '{way}'" for standing, way in _OUT.items())
    return f"CASE standing_now {ways} ELSE {otherwise} END"


_COLUMN = {name: "sponsor_id" if name == "sponsor" else name for name in FACTS}
_LEFT, _FELL = _left(Standing.EXHIBIT), _left(Standing.CLAIMED)
_SAME_MOVEMENT = f"NOT {_differs('last_movement_then', 'last_movement_now')}"
_EXIT = _way(f"CASE WHEN COALESCE({_SAME_MOVEMENT}, TRUE) THEN '{Exit.RECOUNTED}' ELSE '{Exit.MOVED}' END")
_FALL = _way(f"CASE stage_now WHEN '{Stage.ADOPTED}' THEN '{Exit.RECOUNTED}' ELSE '{Exit.ROLLED_BACK}' END")


def _conditions(columns: Mapping[str, str]) -> Iterable[tuple[Change, str]]:
    """What each change comes to, over the columns of `compared`."""
    yield Change.RECORDED, "recorded = 1"
    yield Change.STALLED, _entered(Standing.EXHIBIT)
    yield Change.LEFT_MUSEUM, _LEFT
    yield Change.CLAIMED, _entered(Standing.CLAIMED)
    yield Change.CLAIM_FELL, _FELL
    yield Change.DECIDED, "decided = 1"
    for name, column in columns.items():
        yield Change(name), f"recorded = 0 AND {_differs(f'{column}_then', f'{column}_now')}"
    yield Change.GATES, "recorded = 0 AND turned = 1"


_CHANGES = dict(_conditions(_COLUMN))
_NUMBERS = [f"SUM({_flag(_CHANGES[change])}) AS {change.value}" for change in Change]
_NUMBERS += [f"SUM({_flag(f'{_LEFT} AND ({_EXIT}) = {_word(way)}')}) AS left_museum_{way.value}" for way in Exit]
_NUMBERS += [f"SUM({_flag(f'{_FELL} AND ({_FALL}) = {_word(way)}')}) AS claim_fell_{way.value}" for way in Exit]
_COUNTS = f"SELECT COUNT(*) AS pilots, {', '.join(_NUMBERS)} FROM found"
OF_COUNTS = 1 + len(_NUMBERS)
"""How many numbers the counts are."""
