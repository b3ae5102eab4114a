"""Reads what the rules need, in columns only: the events of a pilot, its gates, and who holds its decisions on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, DateField

from pilots.derived.units import Units
from pilots.models import Event, Gate, GateKind, Pilot, Seat
from pilots.models.compiled import Compiled
from pilots.rules import replay, rights
from pilots.rules.events import EventRecord, Kind

_DATE_OF_RECORD = "high_impact_determined_on"
"""The one field of a record that is a day."""
_DATES = ("to", "until", "decide_by", "good_until", "due", "met", "expires_on")


def _with_dates(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: date.fromisoformat(v) if k in _DATES and isinstance(v, str) else v for k, v in data.items()
    }
    if isinstance(record := out.get("set"), dict) and isinstance(day := record.get(_DATE_OF_RECORD), str):
        out["set"] = record | {_DATE_OF_RECORD: date.fromisoformat(day)}
    for name in ("conditions", "pieces"):
        if out.get(name):
            out[name] = [_with_dates(each) for each in out[name]]
    return out


def event_record(event: Event) -> EventRecord:
    """An event, with the decision it carries, as the rules read it."""
    data = _with_dates(event.data)
    decision = getattr(event, "decision", None)
    by = event.by_id
    if decision is not None:
        by = decision.decider_id
        data |= _decided({name: getattr(decision, name) for name in _OF_DECISION})
    action = "decide" if decision is not None else event.action
    gate = event.gate.kind.key if event.gate else None
    return EventRecord(event.number or 0, event.effective_on, event.known_on, action, by, gate, data)


_OF_DECISION = ("outcome", "court", "until", "good_until", "conditions", "sealed")
"""What of a decision the rules read."""


EVENT_COLUMNS = (
    "number",
    "effective_on",
    "known_on",
    "action",
    "by_id",
    "gate_id",
    "data",
    "decision__pk",
    "decision__decider_id",
    *(f"decision__{name}" for name in _OF_DECISION),
)
"""What of an event, and of the decision it carries, the rules read."""


_EVENTS = Compiled(
    lambda pilot: Event.objects.filter(pilot=pilot).order_by("number").values_list(*EVENT_COLUMNS),
    pilot=BigIntegerField(),
)


_GATES = Gate._meta.concrete_fields
_KINDS = GateKind._meta.concrete_fields

_GATES_OF = Compiled(
    lambda pilot: (
        Gate.objects.filter(pilot=pilot)
        .order_by("kind__position", "kind_id")
        .values_list(*(f.attname for f in _GATES), *(f"kind__{f.attname}" for f in _KINDS))
    ),
    pilot=BigIntegerField(),
)


def gates_of(pilot: Pilot) -> dict[str, Gate]:
    """A pilot's gates by the key of their kind, in their order, in one query; with those that are switched off."""
    gates = {}
    for row in _GATES_OF(pilot=pilot.pk):
        gate = Gate.from_db(connection.alias, [f.attname for f in _GATES], row[: len(_GATES)])
        gate.kind = GateKind.from_db(connection.alias, [f.attname for f in _KINDS], row[len(_GATES) :])
        gates[gate.kind.key] = gate
    return gates


def event_records(pilot: Pilot, gates: Mapping[str, Gate] | None = None) -> list[EventRecord]:
    """All events of a pilot, in one query. Columns only: a pilot has a long history, and each action reads all of it.

    Its gates by the keys of their kinds, where they are read already, save a second query.
    """
    owned = gates_of(pilot) if gates is None else gates
    keys = {gate.pk: key for key, gate in owned.items()}
    return [record_of(keys, *row) for row in _EVENTS(pilot=pilot.pk)]


def record_of(
    keys: Mapping[int, str],
    seq: int,
    on: date,
    known: date,
    action: str,
    by: int | None,
    gate: int | None,
    data: dict[str, Any],
    decided: int | None,
    decider: int | None,
    *says: Any,
) -> EventRecord:
    """A row of `EVENT_COLUMNS` as the rules read it."""
    data = _with_dates(data)
    if decided is not None:
        action, by = "decide", decider
        data |= _decided(dict(zip(_OF_DECISION, says, strict=True)))
    return EventRecord(seq, on, known, action, by, keys[gate] if gate else None, data)


def _decided(decision: dict[str, Any]) -> dict[str, Any]:
    """What of a decision an event carries; a text that was erased by law is empty."""
    conditions = [_with_dates(each) for each in decision["conditions"] or ()]
    return decision | {"conditions": conditions, "sealed": decision["sealed"] or {}}


def kinds_of(pilot: Pilot) -> list[Kind]:
    """The kinds of a pilot's gates, in their order."""
    return [gate.kind.as_rule() for gate in gates_of(pilot).values()]


def state_of(
    pilot: Pilot, day: date, events: Iterable[EventRecord] | None = None, kinds: Iterable[GateKind] | None = None
) -> replay.PilotState:
    """Where a pilot stood at the end of a day by all that is known now: two queries, one where its events are given.

    Args:
        kinds: with the events, those of all its gates, in their order: then nothing is asked.
    """
    if events is not None and kinds is not None:
        return replay.state_on(pilot.recorded_on, [kind.as_rule() for kind in kinds], events, day)
    gates = gates_of(pilot)
    rules = [gate.kind.as_rule() for gate in gates.values()]
    return replay.state_on(pilot.recorded_on, rules, event_records(pilot, gates) if events is None else events, day)


def as_seat(row: Seat) -> rights.Seat:
    """A stored seat as the rules need it."""
    return rights.Seat(
        first_day=row.first_day,
        last_day=row.last_day,
        holder=row.holder_id,
        deputy=row.deputy_id,
        escalation=row.escalation_id,
        capacity=row.capacity,
        right=row.right_id,
        orphaned=row.orphaned,
        run_from=row.run_from,
        delegate=row.delegate_id,
    )


def _seats(portfolio: Any, function: Any, day: Any) -> Any:
    there = Seat.objects.on(day).filter(unit__portfolio=portfolio, unit__function=function)
    return there.values_list("kind__key", "unit", *(field.name for field in fields(rights.Seat)))


_SEATS = Compiled(_seats, portfolio=BigIntegerField(), function=BigIntegerField(), day=DateField())


def seats_on(portfolio: int, function: int | None, day: date, units: Units | None = None) -> dict[str, rights.Seat]:
    """The seats of a unit on a day, by the key of the kind. A kind that is not there has no right at all.

    Where `units` are given, they learn which unit it is.
    """
    where = {"portfolio": portfolio, "function": function, "day": day}
    found = {}
    for kind, unit, *seat in _seats(**where) if function is None else _SEATS(**where):
        found[kind] = rights.Seat(*seat)
        if units is not None:
            units.found[function] = unit
    return found
