"""Pilots on a date as rows of the product's own form, a few thousand at a time, so that any number can be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilots.actions.records import AMENDABLE
from pilots.derived import load
from pilots.models import Event, Function, Person
from pilots.models.plain_rows import one_reading
from pilots.rules import adoption, replay
from readiness.inventory.own_form import FORMULA_BEGINS, GATE_FIELDS, OWN_COLUMNS, FormText, escape
from readiness.inventory.statement import PEOPLE
from readiness.queries import export_rows
from readiness.queries.export_rows import PilotRow

_REPLAYED = ("record", "amend", "set_rules")
"""The actions that say what a record and its rules hold."""
OWN = len(OWN_COLUMNS)
_HIGH_IMPACT = OWN_COLUMNS.index("high_impact")
_YES_OR_NO = {True: "yes", False: "no", None: ""}
_REPLAYED_COLUMNS = (*AMENDABLE, *adoption.RULES)
"""The columns that follow from them."""


@dataclass
class Export:
    """The pilots on record on a date; of one portfolio where one is named. `today` says which records are as they are now.

    `kinds` are the kinds of gates that have columns, by key.
    """

    at: date
    today: date
    kinds: Sequence[str]
    portfolio: str | None = None
    written: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[list[FormText]]:
        """The rows of cells, by key. One statement for any number, and a few for each few thousand of an earlier day."""
        empty: list[FormText] = [""] * (len(self.kinds) * len(GATE_FIELDS))
        places = {kind: n * len(GATE_FIELDS) + OWN for n, kind in enumerate(self.kinds)}
        with one_reading():
            reader = export_rows.GateReader(self.at)
            for rows in export_rows.pilot_rows(self.at, self.portfolio):
                for row, gates in reader.read(self._as_of(rows)):
                    self.written += 1
                    cells = [*_own_cells(row), *empty]
                    for kind, state, holder, since, good_until in gates:
                        n = places[kind]
                        holder = escape(holder) if holder[:1] in FORMULA_BEGINS else holder
                        cells[n : n + len(GATE_FIELDS)] = state, holder, since, good_until
                    yield cells

    def _as_of(self, rows: list[PilotRow]) -> list[PilotRow]:
        """Rows with what their records and rules said on the date."""
        if self.at >= self.today:
            return rows
        values = _values_on(rows, self.at)
        return [row._replace(**values[row.pk]) for row in rows]


def _own_cells(row: PilotRow) -> list[FormText]:
    """The cells of a pilot's own columns, in their order."""
    own: list[Any] = [
        escape(value) if isinstance(value, str) and value[:1] in FORMULA_BEGINS else value for value in row[:OWN]
    ]
    own[_HIGH_IMPACT] = _YES_OR_NO[row.high_impact]
    return own


def _values_on(rows: list[PilotRow], at: date) -> dict[int, dict[str, Any]]:
    """What the records and rules of pilots said on a date, replayed from their events. Three queries for any number."""
    events: dict[int, list[Any]] = {row.pk: [] for row in rows}
    logged = Event.objects.filter(pilot__in=events, action__in=_REPLAYED, effective_on__lte=at)
    for event in logged.select_related("decision", "gate__kind").order_by("pk"):
        events[event.pilot_id or 0].append(load.event_record(event))
    history = {}
    for row in rows:
        state = replay.replay(date.fromisoformat(row.recorded_on), (), events[row.pk]).state
        history[row.pk] = dict.fromkeys(_REPLAYED_COLUMNS) | state.fields | state.rules
    return _with_names(history)


def _with_names(history: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """The same with names of functions and addresses of people for their primary keys."""
    people = dict(Person.objects.filter(pk__in=_primary_keys(history.values(), PEOPLE)).values_list("pk", "email"))
    functions = dict(
        Function.objects.filter(pk__in=_primary_keys(history.values(), ("function",))).values_list("pk", "name")
    )
    for values in history.values():
        values["function"] = functions.get(values["function"])
        for name in PEOPLE:
            values[name] = people.get(values[name])
    return history


def _primary_keys(history: Iterable[dict[str, Any]], names: Iterable[str]) -> set[int]:
    fields = list(names)
    return {values[n] for values in history for n in fields if values[n] is not None}
