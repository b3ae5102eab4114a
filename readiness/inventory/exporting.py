"""Pilots on a date as rows of the product's own form, a few thousand at a time, so that any number can be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from pilots.actions.records import AMENDABLE
from pilots.derived import load
from pilots.models import Event, Function, Person
from pilots.models.plain_rows import one_reading
from pilots.rules import adoption, replay
from readiness.inventory.own_form import (
    DATE_COLUMNS,
    FORMULA_BEGINS,
    GATE_FIELDS,
    HIGH_IMPACT_COLUMNS,
    OWN_COLUMNS,
    FormText,
    columns_of_form,
    escape,
)
from readiness.inventory.statement import PEOPLE
from readiness.queries import export_rows, sources
from readiness.queries.export_rows import PilotRow

_REPLAYED = ("record", "amend", "set_rules")
"""The actions that say what a record and its rules hold."""
OWN = len(OWN_COLUMNS)
_FLAGS = tuple(OWN_COLUMNS.index(name) for name in ("high_impact", "presumed_high_impact"))
_NO_FORMULA = frozenset({"stage", "retired_because", "matters_more", "version", *DATE_COLUMNS, *HIGH_IMPACT_COLUMNS})
_WRITTEN_BY_PEOPLE = tuple(
    place
    for place, name in enumerate(OWN_COLUMNS)
    if name not in _NO_FORMULA or name in ("high_impact_reason", "high_impact_determined_by")
)
"""The places of the columns whose texts may begin as a formula does."""
_YES_OR_NO = {True: "yes", False: "no", None: ""}
_REPLAYED_COLUMNS = (*AMENDABLE, *adoption.RULES)
"""The columns that follow from them."""


@dataclass
class Export:
    """The pilots on record on a date; of one portfolio where one is named. `today` says which records are as they are now.

    `kinds` are the kinds of gates that have columns, by key; `among` the primary keys of the pilots that are asked for, as a
    query or a list, None for all.
    """

    at: date
    today: date
    kinds: Sequence[str]
    portfolio: str | None = None
    among: Any = None
    written: int = field(default=0, init=False)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The columns of what lists said of these pilots beside the fields; no other pilot's."""
        written = export_rows.pilots_written(self.at, self.portfolio, self.among).order_by().values("pk")
        return tuple(sources.kept_columns(written, self.at))

    @property
    def head(self) -> tuple[str, ...]:
        """The names of all columns."""
        return columns_of_form(self.kinds, self.kept)

    def __iter__(self) -> Iterator[list[FormText]]:
        """The rows of cells, by key. One statement for any number, and a few for each few thousand of an earlier day.

        Where lists said something beside the fields, one more for each few thousand.
        """
        holders = range(OWN + GATE_FIELDS.index("holder"), OWN + len(self.kinds) * len(GATE_FIELDS), len(GATE_FIELDS))
        with one_reading():
            reader = export_rows.GateReader(self.at, self.kinds)
            for rows in export_rows.pilot_rows(self.at, self.portfolio, self.among):
                beside = sources.kept_cells((row.pk for row in rows), self.at) if self.kept else {}
                for row, gates in reader.read(self._as_of(rows)):
                    self.written += 1
                    cells = _own_cells(row)
                    cells += gates
                    for place in holders:
                        if (holder := cells[place]) and holder[0] in FORMULA_BEGINS:
                            cells[place] = escape(holder)
                    if self.kept:
                        said = beside.get(row.pk, {})
                        cells += [escape(said.get(column, "")) for column in self.kept]
                    yield cells

    def _as_of(self, rows: list[PilotRow]) -> list[PilotRow]:
        """Rows with what their records and rules said on the date."""
        if self.at >= self.today:
            return rows
        values = _values_on(rows, self.at)
        # Of an earlier day no version is said: what was changed since is no edit of whoever sends it back.
        return [row._replace(version="", **values[row.pk]) for row in rows]


def _own_cells(row: PilotRow) -> list[FormText]:
    """The cells of a pilot's own columns, in their order."""
    own: list[Any] = list(row[:OWN])
    for place in _WRITTEN_BY_PEOPLE:
        text = own[place]
        if text and text[0] in FORMULA_BEGINS:
            own[place] = escape(text)
    for place in _FLAGS:
        own[place] = _YES_OR_NO[own[place]]
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
        determined = values["high_impact_determined_on"]
        values["high_impact_determined_on"] = determined.isoformat() if determined else None
        values["function"] = functions.get(values["function"])
        for name in PEOPLE:
            values[name] = people.get(values[name])
    return history


def _primary_keys(history: Iterable[dict[str, Any]], names: Iterable[str]) -> set[int]:
    fields = list(names)
    return {values[n] for values in history for n in fields if values[n] is not None}
