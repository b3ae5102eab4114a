"""What stands differently on two dates, in a fixed number of statements for any number of pilots.

`readiness.rules.changes` says the same of one pilot; a test holds the two to one answer. Both dates are read by all that is
known now, or by what was known on one day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import Decision, Person
from pilots.models.compiled import in_bulk
from pilots.rules.vocabulary import Outcome
from readiness.queries import changes_sql as sql
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.rules import changes as rules
from readiness.rules.changes import Change, Exit, PilotOnDay
from readiness.rules.standing import GATE_STATES

BY_LISTS = (Outcome.ASSERTED, Outcome.NO_LONGER_ASSERTED)
"""What a list says is no answer of a person."""
AT_ONCE, MOST = 500, 100_000_000
"""Pilots whose gates and decisions are read together; and more than there are."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which two dates are compared, by what was known when, and which of the pilots that differ are asked for.

    `standing_then` and `standing_now` are standings, `changes` words of `Change`: one of each at least must fit, where any is
    named. What is void on the second date is asked for by `standing_now` alone (rule 6).
    """

    first: date
    last: date
    known_at: date | None = None
    standing_then: Collection[str] = ()
    standing_now: Collection[str] = ()
    changes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class GateChange:
    """The state of a gate on both dates; None where it was not there, or nothing was asked of it."""

    kind: str
    then: str | None
    now: str | None


@dataclass(slots=True)
class PilotChange:
    """A pilot on both dates, with its gates whose states differ and what was decided after the first, up to the second."""

    key: str
    name: str
    portfolio: str
    function: str | None
    then: PilotOnDay | None
    now: PilotOnDay
    retired_because: str
    sponsor_then: Person | None = None
    sponsor_now: Person | None = None
    gates: list[GateChange] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return rules.changes_of(self.then, self.now, gates=bool(self.gates), decided=bool(self.decided))

    @property
    def left_museum(self) -> Exit | None:
        return rules.left_museum(self.then, self.now)

    @property
    def claim_fell(self) -> Exit | None:
        return rules.claim_fell(self.then, self.now)


def changes(
    mine: StandingQuerySet, question: Question, *, after: str | None = None, before: str | None = None, most: int = 50
) -> list[PilotChange]:
    """Those of these pilots that differ, by key. Five statements for any number.

    Args:
        after, before: only those whose key comes after this one, or before it; then the last of them.
        most: how many at the most.
    """
    try:
        statement, parameters = sql.page(mine, question, after=after, before=before, most=most)
    except EmptyResultSet:
        return []
    rows = _asked(statement, parameters)
    return _whole(rows[::-1] if before is not None else rows, question)


def first_changes(
    mine: StandingQuerySet, question: Question, *, most: int = 50
) -> tuple[list[PilotChange], dict[str, Any]]:
    """The first of these pilots that differ, by key, and the counts of all of them. Four statements for any number."""
    try:
        rows = _asked(*sql.page(mine, question, after=None, before=None, most=most, counted=True))
    except EmptyResultSet:
        rows = []
    numbers = rows[0][: sql.OF_COUNTS] if rows else _NO_NUMBERS
    return _whole([row[sql.OF_COUNTS :] for row in rows], question), _counts(numbers)


def all_changes(mine: StandingQuerySet, question: Question) -> Iterator[PilotChange]:
    """All of these pilots that differ, by key. Which they are is asked once, what differs of each some at a time."""
    try:
        rows = _asked(*sql.page(mine, question, after=None, before=None, most=MOST))
    except EmptyResultSet:
        return
    for start in range(0, len(rows), AT_ONCE):
        yield from _whole(rows[start : start + AT_ONCE], question)


def _whole(rows: Sequence[Any], question: Question) -> list[PilotChange]:
    found = {row[0]: _row(row[1:]) for row in rows}
    _add_people(found.values())
    _add_gates(found, question)
    _add_decisions(found, question)
    return list(found.values())


def count_changes(mine: StandingQuerySet, question: Question) -> dict[str, Any]:
    """How many of these pilots differ, how many by each change, and how they left the museum or their claims fell. One statement."""
    try:
        [row] = _asked(*sql.counts(mine, question))
    except EmptyResultSet:
        row = _NO_NUMBERS
    return _counts(row)


_NO_NUMBERS = (0,) * sql.OF_COUNTS


def _counts(row: Sequence[Any]) -> dict[str, Any]:
    numbers = iter(int(number or 0) for number in row)
    return {
        "pilots": next(numbers),
        "changes": {change.value: next(numbers) for change in Change},
        "left_museum": {way.value: next(numbers) for way in Exit},
        "claim_fell": {way.value: next(numbers) for way in Exit},
    }


def _asked(statement: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows


def _row(columns: Sequence[Any]) -> PilotChange:
    key, name, portfolio, function, because, recorded, *days = columns
    then, now = days[: sql.OF_A_DAY], days[sql.OF_A_DAY :]
    return PilotChange(
        key, name, portfolio, function, None if recorded else _on_day(*then), _on_day(*now), because if because else ""
    )


def _on_day(stage: str, standing: str, decide_by: Any, stalls_on: int | None, sponsor: int | None, moved: Any) -> Any:
    stalls = date.fromordinal(stalls_on) if stalls_on is not None else None
    return PilotOnDay(stage, standing, _day(decide_by), stalls, sponsor, _day(moved))


def _day(value: Any) -> date | None:
    """A date as an engine gives it: SQLite keeps it as a text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _add_people(found: Iterable[PilotChange]) -> None:
    rows = list(found)
    days = [day for row in rows for day in (row.then, row.now) if day]
    people = in_bulk(Person, (day.sponsor for day in days))
    for row in rows:
        row.sponsor_then = people.get(row.then.sponsor or 0) if row.then else None
        row.sponsor_now = people.get(row.now.sponsor or 0)


def _add_gates(found: dict[int, PilotChange], question: Question) -> None:
    """The gates whose states differ, in the order of their kinds. One statement."""
    if not found:
        return
    statement, parameters = sql.gates(pilots().filter(pk__in=sorted(found)), question)
    for pilot, kind, then, now in _asked(statement, parameters):
        found[pilot].gates.append(GateChange(kind, _state(then), _state(now)))


def _state(place: int | None) -> str | None:
    return None if place is None else GATE_STATES[place]


def _add_decisions(found: dict[int, PilotChange], question: Question) -> None:
    """What people answered after the first date, up to the second, in the order of its days. One statement."""
    if not found:
        return
    signed = Decision.objects.filter(
        gate__pilot__in=sorted(found), effective_on__gt=question.first, effective_on__lte=question.last
    ).exclude(outcome__in=BY_LISTS)
    if question.known_at is not None:
        signed = signed.filter(known_on__lte=question.known_at)
    for decision in signed.select_related("gate__kind", "decider").order_by("effective_on", "pk"):
        found[decision.gate.pilot_id].decided.append(decision)
