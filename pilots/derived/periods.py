"""Stores the periods that follow from a pilot's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db.models import Q

from pilots.derived.bulk_insert import insert_columns
from pilots.derived.load import EVENT_COLUMNS, event_records, gates_of, record_of
from pilots.derived.units import Units, units_of
from pilots.models import Event, Gate, GatePeriod, Pilot, PilotPeriod
from pilots.rules import gates, replay
from pilots.rules.events import EventRecord


@dataclass(slots=True)
class StoredPeriods:
    """A pilot's periods as they follow from its events before an action, and are stored."""

    gates: Mapping[str, Sequence[gates.GatePeriod]]
    pilot: Sequence[replay.PilotPeriod]

    @classmethod
    def of(cls, history: replay.History) -> StoredPeriods:
        """The periods of a history, as they are now."""
        return cls({key: list(of) for key, of in history.gates.items()}, list(history.pilot))


@dataclass(slots=True)
class ReplayedPilot:
    """A pilot with its gates by the key of their kind, and its history as it follows from all its events.

    `before` holds the periods that are stored, where the caller knows them: with it, nothing has to be read. It may be given
    only where what was done counts from the day on which it is written down, or where the pilot is new.
    """

    pilot: Pilot
    gates: Mapping[str, Gate]
    history: replay.History
    units: Units
    before: StoredPeriods | None = None


def store_periods(replayed: Sequence[ReplayedPilot], known: date) -> None:
    """Make the stored periods equal to the replayed ones as known on a day. Rows that hold no longer are superseded on that day.

    Statements do not grow with the pilots or their gates: only what differs from before is written. Where the periods before
    are given and have only grown at their ends, nothing is read.
    """
    of_pilots, of_gates = _AppendedPeriods(PilotPeriod, "pilot_id"), _AppendedPeriods(GatePeriod, "gate_id")
    others = [one for one in replayed if not _try_append(one, known, of_pilots, of_gates)]
    of_pilots.store()
    of_gates.store()
    if others:
        _store_differences(others, known)


@dataclass(slots=True)
class _AppendedPeriods:
    """Periods of one table that begin after those that are stored, and whose last one ends on which day."""

    model: Any
    owner: str
    new: list[dict[str, Any]] = field(default_factory=list)
    ended: dict[date, list[int]] = field(default_factory=dict)

    def add(self, pk: int, last: Any, more: list[dict[str, Any]], known: date) -> None:
        if last is not None and more:
            self.ended.setdefault(last.last_day, []).append(pk)
        self.new += [{self.owner: pk, "recorded_from": known, "superseded_on": None, **row} for row in more]

    def store(self) -> None:
        for day, owners in self.ended.items():
            current = self.model.objects.filter(last_day=None, superseded_on=None, **{f"{self.owner}__in": owners})
            current.update(last_day=day)
        if self.new:
            insert_columns(self.model, self.new)


def _try_append(one: ReplayedPilot, known: date, of_pilots: _AppendedPeriods, of_gates: _AppendedPeriods) -> bool:
    """Queue a pilot's new periods where they were only appended. Returns False where earlier ones changed too."""
    if one.before is None or (one.before.gates and one.before.gates.keys() != one.history.gates.keys()):
        return False
    own = _appended(one.before.pilot, one.history.pilot)
    grown = {key: _appended(one.before.gates.get(key, ()), of) for key, of in one.history.gates.items()}
    if own is None or None in grown.values():
        return False
    last, more = own
    of_pilots.add(one.pilot.pk, last, [pilot_columns(period, one.units) for period in more], known)
    for key, found in grown.items():
        assert found is not None
        last, more = found
        gate = one.gates[key]
        of_gates.add(gate.pk, last, [gate_columns(period, gate, one.units) for period in more], known)
    return True


def _appended(before: Sequence[Any], after: Sequence[Any]) -> tuple[Any, Sequence[Any]] | None:
    """The last period before, with its end now, and those that follow it; None where a list has changed otherwise."""
    if not before:
        return None, after
    last = len(before) - 1
    if len(after) <= last or after[:last] != before[:last] or replace(after[last], last_day=None) != before[last]:
        return None
    return after[last], after[last + 1 :]


def _store_differences(replayed: Sequence[ReplayedPilot], known: date) -> None:
    """Read what is stored of these pilots, and write what differs."""
    stored = _stored(PilotPeriod, "pilot_id", [one.pilot.pk for one in replayed], known)
    for one in replayed:
        for period in stored[one.pilot.pk]:
            one.units.found[period.unit.function_id] = period.unit_id
    own = {one.pilot.pk: [pilot_columns(period, one.units) for period in one.history.pilot] for one in replayed}
    _write_differences(PilotPeriod, "pilot_id", own, stored, known)
    of_gates = {
        gate.pk: [gate_columns(period, gate, one.units) for period in one.history.gates[key]]
        for one in replayed
        for key, gate in one.gates.items()
        if key in one.history.gates
    }
    _write_differences(GatePeriod, "gate_id", of_gates, _stored(GatePeriod, "gate_id", list(of_gates), known), known)


def follow_pilots(ended: Sequence[int], begun: Sequence[dict[str, Any]]) -> None:
    """End the last periods of pilots, by primary key, on the eve of those that follow, given as all their columns. Two statements."""
    if begun:
        eve = begun[0]["first_day"] - timedelta(days=1)
        PilotPeriod.objects.filter(pk__in=ended).update(last_day=eve)
        insert_columns(PilotPeriod, begun)


def replay_and_store(pilots: Sequence[Pilot], known: date) -> dict[int, replay.PilotState]:
    """Replay many pilots from all their events, and store what follows as known on a day: a fixed number of statements.

    Returns where each stands after the last of its events, by primary key.
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
    units = units_of((pilot.portfolio_id, period.function) for pilot in pilots for period in history[pilot.pk].pilot)
    store_periods(
        [ReplayedPilot(pilot, owned[pilot.pk], history[pilot.pk], units[pilot.portfolio_id]) for pilot in pilots], known
    )
    return {pk: what.state for pk, what in history.items()}


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
    """A gate's period as columns; `gate` supplies the kind, and may be another period of the gate."""
    row = {each.name: getattr(period, each.name) for each in fields(period)}
    row["person_id"], row["unit_id"] = row.pop("person"), units[row.pop("function")]
    row["nominee_id"] = row.pop("nominee")
    return row | {"kind_id": gate.kind_id}


def pilot_columns(period: replay.PilotPeriod, units: Units) -> dict[str, Any]:
    """A pilot's period as columns, with the unit it lies in."""
    row = {each.name: getattr(period, each.name) for each in fields(period)}
    row["unit_id"] = units[row.pop("function")]
    row["manager_id"], row["sponsor_id"] = row.pop("manager"), row.pop("sponsor")
    row["missing_rules"] = list(period.missing_rules)
    row["rules_known"] = not period.missing_rules
    return row


def _write_differences(
    model: Any, owner: str, rows: dict[int, list[dict[str, Any]]], stored: dict[int, list[Any]], known: date
) -> None:
    """Keep what was known before this day, and put this day's knowledge on top of it, for each owner.

    Events written down on one day count as known together, so that a rebuild, day of knowledge by day of knowledge,
    leaves the same rows whatever the order in which the events of a day were written.
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
        of_today, again = _match_todays(todays, wanted)
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
    return {
        period.pk: wanted.pop(period.first_day)
        for period in before
        if _equal_but_end(period, wanted.get(period.first_day))
    }


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


def _match_todays(todays: list[Any], wanted: dict[date, dict[str, Any]]) -> tuple[list[int], list[Any]]:
    """Periods of this day's knowledge: those that hold are taken off what is wanted.

    Returns the keys of the others, and those of the first that change.
    """
    gone, changed = [], []
    for period in todays:
        if not _equal_but_end(period, wanted.get(period.first_day)):
            gone.append(period.pk)
        elif _set(period, last_day=wanted.pop(period.first_day)["last_day"]):
            changed.append(period)
    return gone, changed


def _equal_but_end(period: Any, row: dict[str, Any] | None) -> bool:
    """Whether a stored period says what is wanted, whatever its end."""
    return row is not None and all(getattr(period, name) == value for name, value in row.items() if name != "last_day")


def _set(period: Any, **values: Any) -> bool:
    """Set what differs, to be saved with others. Returns whether anything does."""
    if all(getattr(period, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(period, name, value)
    return True


def rebuild_pilot(pilot: Pilot) -> None:
    """Replay a pilot again from its first event, day of knowledge by day of knowledge."""
    PilotPeriod.objects.filter(pilot=pilot).delete()
    GatePeriod.objects.filter(gate__pilot=pilot).delete()
    gates_by_kind = gates_of(pilot)
    events, units = event_records(pilot, gates_by_kind), Units(pilot.portfolio_id)
    opened = {event.gate: event.known for event in events if event.action == "open_gate"}
    for known in sorted({event.known for event in events}):
        kinds = [gate.kind.as_rule() for key, gate in gates_by_kind.items() if opened.get(key, known) <= known]
        then = [event for event in events if event.known <= known]
        history = replay.replay(pilot.recorded_on, kinds, then)
        store_periods([ReplayedPilot(pilot, gates_by_kind, history, units)], known)


def as_pilot_period(row: PilotPeriod) -> replay.PilotPeriod:
    """A stored period of a pilot as the rules need it. Read it with its unit."""
    values = {
        each.name: getattr(row, each.name)
        for each in fields(replay.PilotPeriod)
        if each.name not in ("function", "manager", "sponsor", "missing_rules")
    }
    return replay.PilotPeriod(
        function=row.unit.function_id,
        manager=row.manager_id,
        sponsor=row.sponsor_id,
        missing_rules=tuple(row.missing_rules),
        **values,
    )


def as_gate_period(row: GatePeriod) -> gates.GatePeriod:
    """A stored period of a gate as the rules need it. Read it with its unit."""
    values = {
        each.name: getattr(row, each.name)
        for each in fields(gates.GatePeriod)
        if each.name not in ("function", "person", "nominee")
    }
    return gates.GatePeriod(function=row.unit.function_id, person=row.person_id, nominee=row.nominee_id, **values)
