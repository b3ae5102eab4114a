"""Deriving everything again from decisions, events and rights, and holding it against what is stored (rule 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from pilots.derived import periods, seats
from pilots.models import GatePeriod, Pilot, PilotPeriod, Portfolio, Seat, Unit

PILOTS_AT_ONCE = 100
UNITS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that was stored otherwise than it follows from the facts. Columns as (stored, rebuilt)."""

    of: str
    columns: dict[str, tuple[Any, Any]]

    def __str__(self) -> str:
        history = ", ".join(f"{name} {stored} → {again}" for name, (stored, again) in self.columns.items())
        return f"{self.of}: {history}"


@dataclass(slots=True)
class Rebuilt:
    """What was derived again so far."""

    pilots: int = 0
    units: int = 0
    rows: int = 0


class _NotKept(Exception):
    """Takes a batch back."""


def rebuild(portfolio: Portfolio | None = None, *, keep: bool = True, done: Rebuilt) -> Iterator[Difference]:
    """Derive every pilot and every seat again, batch by batch, each in a transaction; yields what differed.

    Args:
        keep: whether the rebuilt rows stay; otherwise everything is left as it was found.
        done: counts what was derived again.
    """
    units = Unit.objects.order_by("pk")
    pilots = Pilot.objects.order_by("pk")
    if portfolio is not None:
        units, pilots = (units.filter(portfolio=portfolio), pilots.filter(portfolio=portfolio))
    for some in _batches(units, UNITS_AT_ONCE):
        yield from _again(_seats(some), lambda some=some: _sit(some), keep, done)
        done.units += len(some)
    for batch in _batches(pilots, PILOTS_AT_ONCE):
        yield from _again(_periods(batch), lambda batch=batch: _replay(batch), keep, done)
        done.pilots += len(batch)


def _batches(rows: QuerySet[Any], size: int) -> Iterator[list[int]]:
    """Primary keys, some at a time. Each batch is looked up anew, so that no cursor outlives a transaction."""
    last = 0
    while found := list(islice(rows.filter(pk__gt=last).values_list("pk", flat=True), size)):
        yield found
        last = found[-1]


Stored = Sequence[tuple[QuerySet[Any], tuple[str, ...]]]
"""Rows to compare, each with the columns that name one."""


def _seats(units: list[int]) -> Stored:
    return [(Seat.objects.filter(unit__in=units), ("kind_id", "unit_id", "first_day"))]


def _periods(pilots: list[int]) -> Stored:
    of_pilot = PilotPeriod.objects.filter(pilot__in=pilots)
    of_gate = GatePeriod.objects.filter(gate__pilot__in=pilots)
    return [
        (of_pilot, ("pilot_id", "recorded_from", "first_day")),
        (of_gate, ("gate_id", "recorded_from", "first_day")),
    ]


def _sit(units: list[int]) -> None:
    seats.hold_seats()
    seats.rebuild_seats(only=list(Unit.objects.filter(pk__in=units)))


def _replay(pilots: list[int]) -> None:
    for pilot in Pilot.objects.select_for_update().filter(pk__in=pilots).order_by("pk"):
        periods.rebuild_pilot(pilot)


def _again(stored: Stored, replay: Any, keep: bool, done: Rebuilt) -> list[Difference]:
    differences: list[Difference] = []
    try:
        with transaction.atomic():
            before = [_by_name(rows, names) for rows, names in stored]
            replay()
            for (rows, names), was in zip(stored, before, strict=True):
                now = _by_name(rows, names)
                done.rows += len(now)
                differences += _differences(rows.model, names, was, now)
            if not keep:
                raise _NotKept
    except _NotKept:
        pass
    return differences


Rows = dict[tuple[Any, ...], dict[str, Any]]


def _by_name(rows: QuerySet[Any], names: tuple[str, ...]) -> Rows:
    found = rows.order_by().values()
    return {tuple(row[name] for name in names): row for row in found}


def _differences(model: type[models.Model], names: tuple[str, ...], was: Rows, now: Rows) -> Iterable[Difference]:
    for name in sorted(was.keys() | now.keys()):
        stored, again = was.get(name, {}), now.get(name, {})
        columns = {
            column: (stored.get(column), again.get(column))
            for column in (again or stored)
            if column != "id" and stored.get(column) != again.get(column)
        }
        if columns:
            label = ", ".join(f"{n} {v}" for n, v in zip(names, name, strict=True))
            yield Difference(f"{model._meta.verbose_name} of {label}", columns)
