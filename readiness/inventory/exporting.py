"""Pilots on a date as records of the product's own form, a few hundred at a time, so that any number can be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from pilots.actions.records import AMENDABLE
from pilots.derived import load
from pilots.models import Event, Function, Person, Pilot
from pilots.rules import adoption, replay
from pilots.rules.vocabulary import Stage
from readiness.inventory.own_form import OwnGate, OwnRecord
from readiness.inventory.statement import PEOPLE
from readiness.queries import pilots, snapshots
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot

BATCH = 500
_REPLAYED = ("record", "amend", "set_rules")
"""The actions that say what a record and its rules hold."""


@dataclass
class Export:
    """The pilots on record on a date; of one portfolio where one is named. `today` says which records are as they are now."""

    at: date
    today: date
    portfolio: str | None = None
    written: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[OwnRecord]:
        """The records, by key. The statements for each few hundred do not grow with the pilots in them."""
        found = pilots.pilots().on(self.at).select_related("portfolio", "function", *PEOPLE).order_by("key")
        if self.portfolio is not None:
            found = found.filter(portfolio__key=self.portfolio)
        rows = found.iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            values = self._values(batch)
            for on in snapshots.snapshots_of(batch, at=self.at):
                self.written += 1
                yield _record(on, values[on.pilot.pk])

    def _values(self, batch: list[Pilot]) -> dict[int, dict[str, Any]]:
        if self.at >= self.today:
            return {pilot.pk: _current_values(pilot) for pilot in batch}
        return _values_on(batch, self.at)


def _current_values(pilot: Pilot) -> dict[str, Any]:
    return {name: getattr(pilot, name) for name in (*AMENDABLE, *adoption.RULES)}


def _values_on(batch: list[Pilot], at: date) -> dict[int, dict[str, Any]]:
    """What the records and rules of pilots said on a date, replayed from their events. Three queries for any number."""
    events: dict[int, list[Any]] = {pilot.pk: [] for pilot in batch}
    logged = Event.objects.filter(pilot__in=batch, action__in=_REPLAYED, effective_on__lte=at)
    for event in logged.select_related("decision", "gate__kind").order_by("pk"):
        events[event.pilot_id or 0].append(load.event_record(event))
    history = {}
    for pilot in batch:
        state = replay.replay(pilot.recorded_on, (), events[pilot.pk]).state
        history[pilot.pk] = dict.fromkeys((*AMENDABLE, *adoption.RULES)) | state.fields | state.rules
    return _with_rows(history)


def _with_rows(history: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    people = Person.objects.in_bulk(_primary_keys(history.values(), PEOPLE))
    functions = Function.objects.in_bulk(_primary_keys(history.values(), ("function",)))
    for values in history.values():
        values["function"] = functions.get(values["function"])
        for name in PEOPLE:
            values[name] = people.get(values[name])
    return history


def _primary_keys(history: Iterable[dict[str, Any]], names: Iterable[str]) -> set[int]:
    fields = list(names)
    return {values[n] for values in history for n in fields if values[n] is not None}


def _record(on: PilotSnapshot, values: dict[str, Any]) -> OwnRecord:
    now = on.status
    texts: dict[str, Any] = {name: _text(value) for name, value in values.items() if name != "high_impact"}
    stage: Any = now.stage
    return OwnRecord(
        key=on.pilot.key,
        portfolio=on.pilot.portfolio.key,
        stage=stage,
        learned=on.pilot.learned if stage == Stage.RETIRED else "",
        recorded_on=on.pilot.recorded_on,
        started_on=now.started_on,
        decide_by=now.decide_by,
        adopted_on=now.since if stage == Stage.ADOPTED else None,
        retired_on=now.since if stage == Stage.RETIRED else None,
        high_impact=values["high_impact"],
        gates=tuple(map(_gate, on.gates)),
        **texts,
    )


def _text(value: Any) -> str:
    if isinstance(value, Person):
        return value.email
    return "" if value is None else str(value)


def _gate(gate: GateSnapshot) -> OwnGate:
    now = gate.status
    holder = gate.holder.email if gate.holder else ""
    return OwnGate(gate.kind.key, now.state, holder, now.since, now.good_until)
