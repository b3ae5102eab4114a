"""Keeping periods and seats in step with the facts they follow from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db.models import Q

from pilots.derived.load import EVENT_COLUMNS, event_records, kinds_of, record_of
from pilots.derived.units import Units, units_of
from pilots.models import Event, Gate, GatePeriod, Pilot, PilotPeriod
from pilots.rules import gates, replay
from pilots.rules.events import EventRecord


@dataclass(slots=True)
class Before:
    """A pilot's periods as they were told, and are stored, before an act."""

    gates: dict[str, list[gates.GatePeriod]]
    pilot: list[replay.PilotPeriod]

    @classmethod
    def of(cls, history: replay.History) -> Before:
        """The periods of a history, as they are now."""
        return cls({key: list(of) for key, of in history.gates.items()}, list(history.pilot))


Grown = tuple[Any, list[Any]]
"""The last period before, with its end now, and the periods that follow it."""


def _grown(before: list[Any], after: list[Any]) -> Grown | None:
    """How a list of periods has grown at its end, or None where it has changed otherwise."""
    if not before or len(after) < len(before):
        return None
    last = len(before) - 1
    if after[:last] != before[:last] or replace(after[last], last_day=None) != before[last]:
        return None
    return after[last], after[last + 1 :]


def grow(
    pilot: Pilot, before: Before, history: replay.History, known: date, owned: Mapping[str, Gate], units: Units
) -> bool:
    """Write an act of today that only adds to the periods' ends: nothing that is stored has to be read for that.

    Returns whether it was so; where it was not, nothing is written, and `keep` does the work.
    """
    own = _grown(before.pilot, history.pilot)
    of_gates = {key: _grown(of, history.gates[key]) for key, of in before.gates.items()}
    if own is None or None in of_gates.values() or before.gates.keys() != history.gates.keys():
        return False
    last, more = own
    new: list[Any] = [
        PilotPeriod(pilot_id=pilot.pk, recorded_from=known, **pilot_columns(period, units)) for period in more
    ]
    if more:
        _stands(PilotPeriod.objects.filter(pilot=pilot)).update(last_day=last.last_day)
        PilotPeriod.objects.bulk_create(new)
    new = []
    over: dict[date, list[int]] = {}
    for key, grown in of_gates.items():
        assert grown is not None
        last, more = grown
        if more:
            gate = owned[key]
            over.setdefault(last.last_day, []).append(gate.pk)
            new += [
                GatePeriod(gate_id=gate.pk, recorded_from=known, **gate_columns(period, gate, units)) for period in more
            ]
    for ends, those in over.items():
        _stands(GatePeriod.objects.filter(gate__in=those)).update(last_day=ends)
    if new:
        GatePeriod.objects.bulk_create(new)
    return True


def _stands(periods: Any) -> Any:
    """Of periods, the last ones that are known now."""
    return periods.filter(last_day=None, superseded_on=None)


def keep(pilot: Pilot, history: replay.History, known: date, gates_by_kind: Mapping[str, Gate] | None = None) -> None:
    """Make the stored periods of a pilot say what was told; what is superseded stays, known until a day.

    Two reads and a write for each table, however many gates there are: only what is another than before is written.
    """
    owned = gates_by_kind or {gate.kind.key: gate for gate in pilot.gates.select_related("kind")}
    units = Units(pilot.portfolio_id)
    stored = _stored(PilotPeriod, "pilot_id", [pilot.pk], known)
    for period in stored[pilot.pk]:
        units.found[period.unit.function_id] = period.unit_id
    own = [pilot_columns(period, units) for period in history.pilot]
    _keep(PilotPeriod, "pilot_id", {pilot.pk: own}, stored, known)
    of_gates = _gate_rows(history, owned, units)
    stored = _stored(GatePeriod, "gate_id", list(of_gates), known)
    _keep(GatePeriod, "gate_id", of_gates, stored, known)


def _gate_rows(history: replay.History, owned: Mapping[str, Gate], units: Units) -> dict[int, list[dict[str, Any]]]:
    """The periods of a pilot's gates as columns, by the gate."""
    return {
        gate.pk: [gate_columns(period, gate, units) for period in history.gates[key]]
        for key, gate in owned.items()
        if key in history.gates
    }


def replay_pilots(pilots: Sequence[Pilot], known: date) -> dict[int, replay.PilotState]:
    """Tell many pilots by all their acts, and store what follows as known on a day: a fixed number of statements.

    Returns where each stands after the last of its acts, by primary key.
    """
    owned: dict[int, dict[str, Gate]] = {pilot.pk: {} for pilot in pilots}
    for gate in Gate.objects.filter(pilot__in=owned).select_related("kind").order_by("kind__position", "kind_id"):
        owned[gate.pilot_id][gate.kind.key] = gate
    keys = {gate.pk: key for of in owned.values() for key, gate in of.items()}
    events: dict[int, list[EventRecord]] = {pk: [] for pk in owned}
    for pk, *row in Event.objects.filter(pilot__in=owned).order_by("number").values_list("pilot_id", *EVENT_COLUMNS):
        events[pk].append(record_of(keys, *row))
    history = {
        pilot.pk: replay.replay(
            pilot.recorded_on, [gate.kind.as_rule() for gate in owned[pilot.pk].values()], events[pilot.pk]
        )
        for pilot in pilots
    }
    _keep_many(pilots, history, owned, known)
    return {pk: what.state for pk, what in history.items()}


def _keep_many(
    pilots: Sequence[Pilot],
    history: Mapping[int, replay.History],
    owned: Mapping[int, Mapping[str, Gate]],
    known: date,
) -> None:
    """Do for many pilots what `keep` does for one."""
    units = units_of((pilot.portfolio_id, period.function) for pilot in pilots for period in history[pilot.pk].pilot)
    own: dict[int, list[dict[str, Any]]] = {}
    of_gates: dict[int, list[dict[str, Any]]] = {}
    for pilot in pilots:
        places = units[pilot.portfolio_id]
        own[pilot.pk] = [pilot_columns(period, places) for period in history[pilot.pk].pilot]
        of_gates |= _gate_rows(history[pilot.pk], owned[pilot.pk], places)
    _keep(PilotPeriod, "pilot_id", own, _stored(PilotPeriod, "pilot_id", list(own), known), known)
    _keep(GatePeriod, "gate_id", of_gates, _stored(GatePeriod, "gate_id", list(of_gates), known), known)


def _stored(model: Any, owner: str, pks: list[int], known: date) -> dict[int, list[Any]]:
    """The periods that still hold, or did until this day, by their owner and in order."""
    out: dict[int, list[Any]] = {pk: [] for pk in pks}
    found = model.objects.filter(Q(superseded_on=None) | Q(superseded_on=known), **{f"{owner}__in": pks})
    if model is PilotPeriod:
        found = found.select_related("unit")
    for period in found.order_by("first_day", "pk"):
        out[getattr(period, owner)].append(period)
    return out


def gate_columns(period: gates.GatePeriod, gate: Gate | GatePeriod, units: Units) -> dict[str, Any]:
    """A gate's period as columns, with the cell it lies in and the kind of the gate, or of another period of it."""
    row = {field.name: getattr(period, field.name) for field in fields(period)}
    row["person_id"], row["unit_id"] = row.pop("person"), units[row.pop("function")]
    row["nominee_id"] = row.pop("nominee")
    return row | {"kind_id": gate.kind_id}


def pilot_columns(period: replay.PilotPeriod, units: Units) -> dict[str, Any]:
    """A pilot's period as columns, with the cell it lies in."""
    row = {field.name: getattr(period, field.name) for field in fields(period)}
    row["unit_id"] = units[row.pop("function")]
    row["manager_id"], row["sponsor_id"] = row.pop("manager"), row.pop("sponsor")
    row["missing_rules"] = list(period.missing_rules)
    row["rules_known"] = not period.missing_rules
    return row


def _keep(
    model: Any, owner: str, rows: dict[int, list[dict[str, Any]]], stored: dict[int, list[Any]], known: date
) -> None:
    """Keep what was known before this day, and put this day's knowledge on top of it, for each owner.

    Acts written down on one day count as known together, so that a rebuild, day of knowledge by day of knowledge,
    leaves the same rows whatever the order in which the acts of a day were written.
    """
    kept: list[tuple[list[Any], dict[int, dict[str, Any]]]] = []
    gone: list[int] = []
    changed: list[Any] = []
    new: list[Any] = []
    for pk, history in rows.items():
        wanted = {row["first_day"]: row for row in history}
        before = [period for period in stored[pk] if period.recorded_from < known]
        todays = [period for period in stored[pk] if period.recorded_from >= known]
        kept.append((before, _still_holding(before, wanted)))
        of_today, again = _again(todays, wanted)
        gone += of_today
        changed += again
        new += [model(**{owner: pk}, **row, recorded_from=known) for row in wanted.values()]
    # What this day said and says no longer goes first: a period that it had superseded may hold again from the same day.
    if gone:
        model.objects.filter(pk__in=gone).delete()
    for before, holds in kept:
        changed += _close_superseded(before, holds, known)
    if len(changed) == 1:
        period = changed[0]
        model.objects.filter(pk=period.pk).update(last_day=period.last_day, superseded_on=period.superseded_on)
    elif changed:
        model.objects.bulk_update(changed, ("last_day", "superseded_on"), batch_size=ROWS_AT_ONCE)
    if new:
        model.objects.bulk_create(new)


ROWS_AT_ONCE = 500
"""Rows that one statement changes: more of them take an engine longer than as many statements."""


def _still_holding(before: list[Any], wanted: dict[date, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Periods known before that still say what is wanted, with the row that they stand for; it is wanted no more."""
    return {period.pk: wanted.pop(period.first_day) for period in before if _says(period, wanted.get(period.first_day))}


def _close_superseded(before: list[Any], holds: Mapping[int, dict[str, Any]], known: date) -> list[Any]:
    """Of the periods known before, those that hold are known still, the others until this day. Returns those that change."""
    out = []
    for period, following in zip_longest(before, before[1:]):
        if period.pk in holds:
            changes = _set(period, last_day=holds[period.pk]["last_day"], superseded_on=None)
        else:
            ends = following.first_day - timedelta(days=1) if following else None
            changes = _set(period, last_day=ends, superseded_on=known)
        out += [period] if changes else []
    return out


def _again(todays: list[Any], wanted: dict[date, dict[str, Any]]) -> tuple[list[int], list[Any]]:
    """Periods of this day's knowledge: those that hold are taken off what is wanted.

    Returns the keys of the others, and those of the first that change.
    """
    gone, changed = [], []
    for period in todays:
        if not _says(period, wanted.get(period.first_day)):
            gone.append(period.pk)
        elif _set(period, last_day=wanted.pop(period.first_day)["last_day"]):
            changed.append(period)
    return gone, changed


def _says(period: Any, row: dict[str, Any] | None) -> bool:
    """Whether a stored period says what is wanted, whatever its end."""
    return row is not None and all(getattr(period, name) == value for name, value in row.items() if name != "last_day")


def _set(period: Any, **values: Any) -> bool:
    """Set what differs, to be saved with others. Returns whether anything does."""
    if all(getattr(period, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(period, name, value)
    return True


def rebuild(pilot: Pilot) -> None:
    """Tell a pilot again from its first event, day of knowledge by day of knowledge."""
    PilotPeriod.objects.filter(pilot=pilot).delete()
    GatePeriod.objects.filter(gate__pilot=pilot).delete()
    events, kinds = event_records(pilot), kinds_of(pilot)
    opened = {event.gate: event.known for event in events if event.action == "open_gate"}
    for known in sorted({event.known for event in events}):
        there = [kind for kind in kinds if opened.get(kind.key, known) <= known]
        then = [event for event in events if event.known <= known]
        keep(pilot, replay.replay(pilot.recorded_on, there, then), known)


def as_pilot_period(row: PilotPeriod) -> replay.PilotPeriod:
    """A stored period of a pilot as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(replay.PilotPeriod)
        if field.name not in ("function", "manager", "sponsor", "missing_rules")
    }
    return replay.PilotPeriod(
        function=row.unit.function_id,
        manager=row.manager_id,
        sponsor=row.sponsor_id,
        missing_rules=tuple(row.missing_rules),
        **values,
    )


def as_gate_period(row: GatePeriod) -> gates.GatePeriod:
    """A stored period of a gate as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(gates.GatePeriod)
        if field.name not in ("function", "person", "nominee")
    }
    return gates.GatePeriod(function=row.unit.function_id, person=row.person_id, nominee=row.nominee_id, **values)
