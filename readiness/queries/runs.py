"""Since when a decision has been held, or not, wherever a pilot lay: of those that moved to another unit while a gate was open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from pilots.derived import load
from pilots.models import Seat
from pilots.rules import rights
from pilots.rules.vocabulary import Awaits
from readiness.queries.period_rows import units_of_pilots
from readiness.rules import standing

Runs = dict[int, date | None]
"""Since when a decision has been held, or not, wherever the pilot lay, by kind."""


class PeriodOfGate(standing.StatePeriod, Protocol):
    """What of a gate's period says whether it waits from before, as the rules replay it or as a plain row."""

    @property
    def awaits(self) -> str: ...


def runs_across_units(
    found: Mapping[int, Sequence[tuple[int, PeriodOfGate]]], at: date, known_at: date | None = None
) -> dict[int, Runs]:
    """The runs of pilots that moved to another unit while a gate was open, by pilot. Two queries where one may have."""
    may_have = [pk for pk, of_pilot in found.items() if any(_waits_from_before(period) for _kind, period in of_pilot)]
    stays: dict[int, list[tuple[date, int]]] = {}
    if may_have:
        for pilot, first, unit in units_of_pilots(may_have, at, known_at):
            of_pilot = stays.setdefault(pilot, [])
            if not of_pilot or of_pilot[-1][1] != unit:
                of_pilot.append((first, unit))
    moved = {pilot: of_pilot for pilot, of_pilot in stays.items() if len(of_pilot) > 1}
    if not moved:
        return {}
    sat: dict[tuple[int, int], list[rights.Seat]] = {}
    units = {unit for of_pilot in moved.values() for _, unit in of_pilot}
    for seat in Seat.objects.filter(unit__in=units, first_day__lte=at).order_by("first_day"):
        sat.setdefault((seat.unit_id, seat.kind_id), []).append(load.as_seat(seat))
    return {
        pilot: {
            kind: rights.run_across([rights.Stay(day, sat.get((unit, kind), [])) for day, unit in of_pilot], at)
            for kind, _period in found[pilot]
        }
        for pilot, of_pilot in moved.items()
    }


def _waits_from_before(period: PeriodOfGate) -> bool:
    """Whether a gate was open already before a period of it began."""
    over = period.good_until is not None and period.good_until < period.first_day
    return (period.awaits == Awaits.DECISION or over) and period.since < period.first_day
