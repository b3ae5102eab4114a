"""Holding everything that follows from the log against it: pilots, gates, periods, seats, the installation's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from pilots.derived import load, rebuild
from pilots.derived.both_sides import both_sides
from pilots.derived.group_check import group_differences
from pilots.event_log.rows import CARRIED, NAMED_BY
from pilots.models import ApiToken, Event, Gate, Pilot, Residents
from pilots.rules import adoption, replay
from pilots.rules.canonical_json import as_text

PILOTS_AT_ONCE = 200
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a row can end in that somebody bent where the engine takes anything."""
COLUMNS = Pilot._meta.concrete_fields
FORGOTTEN: tuple[type[models.Model], ...] = (ApiToken,)
"""Tables from which a row may go without an event: a token that is over is swept out."""

Rows = dict[tuple[str, Any], str]


@dataclass(slots=True)
class Compared:
    """What was held against the log so far."""

    rebuilt: rebuild.Rebuilt = field(default_factory=rebuild.Rebuilt)
    rows: int = 0


def differences(done: Compared) -> Iterator[str]:
    """What is otherwise than it follows from the log, in a sentence each. The log itself must have been verified."""
    yield from _readable("what follows from the log", lambda: rebuild.rebuild(keep=False, done=done.rebuilt))
    yield from _readable("a pilot", lambda: _of_pilots(done))
    yield from _readable("a row of the installation", lambda: _of_installation(done))
    yield from _readable("an erasure", _erased_otherwise)


def groups_that_do_not_fit() -> Iterator[str]:
    """The groups of managers' reports that do not fit the reports in them. These follow from no log, and are only checked."""
    yield from _readable("a group of managers", group_differences)


def _readable(what: str, look: Callable[[], Iterable[Any]]) -> Iterator[str]:
    """What was found, up to where something cannot even be read."""
    try:
        yield from map(str, look())
    except UNREADABLE as error:
        yield f"{what} cannot be read ({error})"


def _of_pilots(done: Compared) -> Iterator[str]:
    keys = Pilot.objects.order_by("pk").values_list("pk", flat=True).iterator()
    while some := list(islice(keys, PILOTS_AT_ONCE)):
        events: dict[int, list[Event]] = defaultdict(list)
        history = Event.objects.filter(pilot__in=some).select_related("decision", "gate__kind").order_by("number")
        for event in history:
            events[event.pilot_id or 0].append(event)
        gates: dict[int, list[Gate]] = defaultdict(list)
        for gate in Gate.objects.filter(pilot__in=some).select_related("kind").order_by("kind__position", "kind_id"):
            gates[gate.pilot_id].append(gate)
        counts: dict[int, list[Residents]] = defaultdict(list)
        for count in Residents.objects.filter(pilot__in=some).order_by("pk"):
            counts[count.pilot_id].append(count)
        for pilot in Pilot.objects.filter(pk__in=some).order_by("pk"):
            done.rows += 1 + len(gates[pilot.pk])
            yield from _of_pilot(pilot, events[pilot.pk], gates[pilot.pk], counts[pilot.pk])
        for found in both_sides(some, events):
            done.rows += found.rows
            yield from found.sentences


def _of_pilot(
    pilot: Pilot, events: Sequence[Event], gates: Sequence[Gate], counts: Sequence[Residents]
) -> Iterator[str]:
    if not events or events[0].action != "record":
        yield f"pilot {pilot.pk}: no event puts it on record"
        return
    for name, value in _columns(pilot, events, gates).items():
        if getattr(pilot, name) != value:
            yield f"pilot {pilot.pk}: {name} is {getattr(pilot, name)!r}, and follows as {value!r}"
    stored = sorted([gate.public_id, gate.kind.key] for gate in gates)
    if stored != _gates(events):
        yield f"gates of pilot {pilot.pk}: {stored}, and they follow as {_gates(events)}"
    weeks = sorted((f"{row.week}", row.people, row.visitors) for row in counts if row.superseded_on is None)
    if weeks != _weeks(events):
        yield f"residents of pilot {pilot.pk}: {weeks}, and they follow as {_weeks(events)}"


def _columns(pilot: Pilot, events: Sequence[Event], gates: Sequence[Gate]) -> dict[str, Any]:
    """What a pilot's columns should say, by their names."""
    record = events[0]
    says = record.data
    state = replay.replay(
        record.effective_on, [gate.kind.as_rule() for gate in gates], map(load.event_record, events)
    ).state
    corrected = [event.data["approximate"] for event in events if event.action == "correct_date"]
    columns: dict[str, Any] = {
        "key": says["key"],
        "portfolio_id": says["portfolio"],
        "recorded_on": record.effective_on,
        "source": says["source"],
        "approximate": [says["approximate"], *corrected][-1],
        "version": pilot.log_count + 1,
        "stage": state.stage,
    }
    said = {**state.fields, **state.rules}
    for column in COLUMNS:
        if column.name in said or column.name in adoption.RULES:
            columns[column.attname] = said.get(column.name, column.get_default())
    retired = [event for event in events if event.action == "retire"]
    if retired and retired[-1].texts is not None:
        columns["learned"] = retired[-1].reason
    return columns


def _gates(events: Sequence[Event]) -> list[list[str]]:
    """The gates that were opened with the record and since, by public id, each with the key of its kind."""
    opened = [
        [event.gate.public_id, event.data["kind"]] for event in events if event.action == "open_gate" and event.gate
    ]
    return sorted([*events[0].data["gates"], *opened])


def _weeks(events: Sequence[Event]) -> list[tuple[str, int, int]]:
    """The last count of residents of each week."""
    history = [event.data for event in events if event.action == "record_residents"]
    return sorted({says["week"]: (says["week"], says["people"], says["visitors"]) for says in history}.values())


def _of_installation(done: Compared) -> Iterator[str]:
    """Accounts, roles, rights and the like, each held against the last event that carries it."""
    carried = _carried()
    for model, columns in CARRIED.items():
        table = str(model._meta.model_name)
        rows: QuerySet[Any, Any] = model._default_manager.order_by("pk")
        for key, *values in rows.values_list(NAMED_BY.get(model, "pk"), *columns).iterator(chunk_size=2000):
            done.rows += 1
            now, then = as_text(dict(zip(columns, values, strict=True))), carried.pop((table, key), None)
            if now != then:
                yield f"{table} {key}: {now}, and {'no event says so' if then is None else f'it follows as {then}'}"
    forgotten = {model._meta.model_name for model in FORGOTTEN}
    yield from (f"{table} {key} is gone" for table, key in sorted(carried, key=str) if table not in forgotten)


def _carried() -> Rows:
    """The rows that events of the installation left to be there, by table and what names them."""
    found: Rows = {}
    history = Event.objects.filter(pilot=None, data__has_key="rows").order_by("number")
    for data in history.values_list("data", flat=True).iterator(chunk_size=500):
        for table, key, columns in data["rows"]:
            if columns is None:
                found.pop((table, key), None)
            else:
                found[table, key] = as_text(columns)
    return found


def _erased_otherwise() -> Iterator[str]:
    """Texts that are gone, and no erasure is in the log."""
    erasures = Event.objects.filter(action="erase").annotate(of=KT("data__decision"))
    erasure = erasures.filter(of=OuterRef("decision__public_id"))
    of_accounts = Event.objects.filter(action="erase_account").annotate(of=KT("data__number"))
    of_account = of_accounts.filter(pilot=OuterRef("pilot"), of=Cast(OuterRef("number"), models.TextField()))
    erased = Event.objects.filter(~Exists(erasure), ~Exists(of_account), erased_on__isnull=False).order_by("pk")
    yield from (
        f"texts of event {pk} are gone, and no erasure is in the log" for pk in erased.values_list("pk", flat=True)
    )
