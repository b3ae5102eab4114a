"""Pilots on a date as plain rows, each with its gates as one text: one statement for any number of them, by key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from pilots.models import GateKind, GatePeriod, PilotPeriod, Seat
from pilots.models.plain_rows import Joined, Listed, batches_of
from pilots.rules import rights
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage
from readiness.queries.pilots import StandingQuerySet, in_force, pilots
from readiness.queries.runs import Runs, runs_across_units
from readiness.rules.standing import OPEN_STATES, state_of

AT_ONCE = 2000
"""Rows that are fetched together."""
FIELD, ROW = "\x1f", "\x1e"
"""Between the columns of a gate, and between gates: what stands in no key, date or address."""
_OPEN = frozenset(state.value for state in OPEN_STATES)


class PilotRow(NamedTuple):
    """A pilot on a date: first the columns of the product's own form, in their order, days as ISO 8601.

    `gates` are those of the date, as `gate_rows` reads them; `moved` says whether it lay in another unit before.
    """

    key: str
    name: str
    portfolio: str
    function: str | None
    workflow: str
    purpose: str
    question: str
    learned: str
    retired_because: str
    tool: str
    data: str
    stage: str
    manager: str | None
    recorded_on: str
    started_on: str | None
    decide_by: str | None
    adopted_on: str | None
    retired_on: str | None
    high_impact: bool | None
    presumed_high_impact: bool | None
    high_impact_reason: str
    high_impact_determined_by: str
    high_impact_determined_on: str | None
    acceptable_use: str
    trust_when: str
    override_when: str
    exceptions_to: str | None
    exceptions_deputy: str | None
    matters_more: str
    success: str
    version: str
    pk: int
    unit: int
    moved: bool
    gates: str | None


class GateRow(NamedTuple):
    """A gate's period on a date, as the rules read it; `person` is the address of whoever has accepted, or is named."""

    kind_id: int
    state: str
    awaits: str
    first_day: date
    since: date
    good_until: date | None
    person: str | None


_OF_SEAT = tuple(column.name for column in fields(rights.Seat))
GATE_COLUMNS = ("state", "holder", "since", "good_until")
"""The columns of a gate on a date, as the product's own form states them."""


def pilot_rows(at: date, portfolio: str | None = None, among: Any = None) -> Iterator[list[PilotRow]]:
    """The pilots on record on a date that are not void then, by key, some at a time; of one portfolio where one is named.

    `among`: the primary keys of those that are asked for, as a query or a list; all where it is None.
    """
    found = pilots_written(at, portfolio, among).order_by("key")
    other = PilotPeriod.objects.filter(superseded_on=None, first_day__lte=at, pilot=OuterRef("pk"))
    elsewhere: dict[str, Any] = {
        "portfolio": F("portfolio__key"),
        "function": F("function__name"),
        "learned": _where_stage_is(Stage.RETIRED, F("learned")),
        "retired_because": F("period__retired_because"),
        "stage": F("stage_then"),
        "manager": F("manager__email"),
        "recorded_on": Cast("recorded_on", TextField()),
        "started_on": Cast("period__started_on", TextField()),
        "decide_by": Cast("period__decide_by", TextField()),
        "adopted_on": _where_stage_is(Stage.ADOPTED, Cast("period__since", TextField())),
        "retired_on": _where_stage_is(Stage.RETIRED, Cast("period__since", TextField())),
        "high_impact_determined_on": Cast("high_impact_determined_on", TextField()),
        "exceptions_to": F("exceptions_to__email"),
        "exceptions_deputy": F("exceptions_deputy__email"),
        "version": Cast("log_count", TextField()),
        "unit": F("period__unit"),
        "moved": Exists(other.exclude(unit=OuterRef("period__unit"))),
        "gates": _gates(at),
    }
    rows = found.values_list(*(elsewhere.get(name, F(name)) for name in PilotRow._fields))
    return batches_of(map(PilotRow._make, rows.iterator(chunk_size=AT_ONCE)), AT_ONCE)


def pilots_written(at: date, portfolio: str | None = None, among: Any = None) -> StandingQuerySet:
    """The same pilots, without the columns."""
    found = pilots().on(at)
    if among is not None:
        found = found.filter(pk__in=among)
    if portfolio is not None:
        found = found.filter(portfolio__key=portfolio)
    return found


def _where_stage_is(stage: Stage, value: Any) -> Case:
    return Case(When(stage_then=stage, then=value), default=None, output_field=TextField())


def _gates(at: date) -> Subquery:
    """The gates of a pilot on a date, without those that are switched off, as `gate_rows` reads them."""
    columns: list[Any] = [Cast(name, TextField()) for name in ("kind_id", "state", "awaits", "first_day", "since")]
    columns.append(_text("good_until"))
    joined = Joined(*columns, _text("person__email"), between=FIELD)
    there = GatePeriod.objects.filter(in_force(at), gate__pilot=OuterRef("pk")).exclude(awaits=Awaits.OFF)
    listed = there.order_by().values("gate__pilot").annotate(listed=Listed(joined, between=ROW))
    return Subquery(listed.values("listed"))


def _text(name: str) -> Coalesce:
    return Coalesce(Cast(name, TextField()), Value(""), output_field=TextField())


def gate_rows(row: PilotRow) -> list[GateRow]:
    """The gates of a pilot's row."""
    day = date.fromisoformat
    found = []
    for one in row.gates.split(ROW) if row.gates else ():
        kind, state, awaits, first_day, since, good_until, address = one.split(FIELD)
        begun = day(since)
        # Most periods are the first of their state.
        first = begun if first_day == since else day(first_day)
        until = day(good_until) if good_until else None
        found.append(GateRow(int(kind), state, awaits, first, begun, until, address or None))
    return found


class GateReader:
    """Reads the gates of rows on a date. It holds who sits in which unit then, which no pilot adds to.

    Args:
        kinds: the kinds of gates that have columns, by key, in their order.
    """

    def __init__(self, at: date, kinds: Sequence[str]) -> None:
        self.at = at
        self.empty_columns = [""] * (len(kinds) * len(GATE_COLUMNS))
        places = {kind: n * len(GATE_COLUMNS) for n, kind in enumerate(kinds)}
        self.kinds = {
            kind.pk: (kind.as_rule(), kind.clears_by == ClearsBy.ACCEPTANCE, places[kind.key])
            for kind in GateKind.objects.all()
            if kind.key in places
        }
        self.seats: dict[int, dict[int, tuple[rights.Seat, str]]] = {}
        held = Seat.objects.on(at).order_by().values_list("unit", "kind", "holder__email", *_OF_SEAT)
        for unit, kind, holder, *columns in held:
            self.seats.setdefault(unit, {})[kind] = rights.Seat(*columns), holder or ""
        self.empty = rights.Seat(first_day=at, last_day=None)

    def read(self, rows: Sequence[PilotRow]) -> Iterator[tuple[PilotRow, list[str]]]:
        """Some rows, each with the columns of its gates. Two queries where one of the pilots lay in another unit before."""
        moved = {row.pk: [(gate.kind_id, gate) for gate in gate_rows(row)] for row in rows if row.moved}
        runs = runs_across_units(moved, self.at)
        return ((row, self._columns_of_gate(row, runs.get(row.pk))) for row in rows)

    def _columns_of_gate(self, row: PilotRow, runs: Runs | None) -> list[str]:
        written, at, kinds, seats = self.empty_columns[:], self.at, self.kinds, self.seats.get(row.unit, {})
        for gate in gate_rows(row):
            kind, by_acceptance, n = kinds[gate.kind_id]
            held = seats.get(gate.kind_id)
            seat = self.empty if held is None else held[0]
            if runs is not None:
                seat = replace(seat, run_from=runs[gate.kind_id])
            state, since, _ = state_of(kind, gate, seat, at)
            written[n] = state
            written[n + 1] = (gate.person if by_acceptance or held is None else held[1]) or ""
            written[n + 2] = since.isoformat()
            if gate.good_until is not None and state not in _OPEN:
                written[n + 3] = gate.good_until.isoformat()
        return written
