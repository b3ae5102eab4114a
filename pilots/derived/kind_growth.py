"""What follows when a kind of gate is opened or switched off on many pilots at once: periods that begin, and those that end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lag
from django.utils import timezone

from pilots.derived import periods
from pilots.derived.bulk_insert import insert_like
from pilots.derived.units import Units, units_of
from pilots.models import Gate, GateKind, GatePeriod, Person, Pilot, PilotPeriod
from pilots.rules import gates, kind_changes
from pilots.rules.vocabulary import Stage

OPEN, SWITCH_OFF, SWITCH_ON = "open_gate", "switch_off", "switch_on"


@dataclass(frozen=True, slots=True)
class KindChange:
    """What is done to the gates of a kind on many pilots: one event for each of them, of one batch."""

    action: str
    kind: GateKind
    by: Person | None
    on: date
    known: date
    batch: str
    reason: str = ""
    written_at: datetime = field(default_factory=timezone.now)

    def day(self, pilot: Pilot) -> date:
        """The day from which it counts for a pilot: no gate is older than the record."""
        return max(self.on, pilot.recorded_on)


OF_OPENED = ("gate_id", "unit_id", "first_day", "last_day", "state", "awaits", "since")
"""What differs between the periods of gates that are opened together."""


Places = dict[int, list[tuple[date, int | None]]]
"""The functions that pilots have lain in, each with its first day, in order."""


@dataclass(slots=True)
class Growth:
    """The periods that begin on a day, and the ones before them that end, by pilot. Nothing is written before `store`.

    `unsettled` are pilots of which a period began on the day itself: it may become one with the period before it.
    """

    change: KindChange
    pilots: Mapping[int, Pilot]
    owned: Mapping[int, Gate]
    units: Mapping[int, Units]
    now: dict[int, list[gates.GatePeriod]]
    opened: dict[int, list[gates.GatePeriod]] = field(default_factory=dict)
    begun_pilots: dict[int, PilotPeriod] = field(default_factory=dict)
    begun_gates: dict[int, list[GatePeriod]] = field(default_factory=dict)
    ended_pilots: dict[int, int] = field(default_factory=dict)
    ended_gates: dict[int, list[int]] = field(default_factory=dict)
    unsettled: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, change: KindChange, pilots: Mapping[int, Pilot], owned: Mapping[int, Gate]) -> Growth:
        """What follows for pilots to which nothing was done after the day."""
        places = _places(pilots)
        lain = ((pilots[pk].portfolio_id, function) for pk, of in places.items() for _first, function in of)
        growth = cls(change, pilots, owned, units_of(lain), {pk: [] for pk in pilots})
        if change.action == OPEN:
            growth._open(places)
        growth._follow_gates()
        growth._follow_pilots()
        return growth

    def _open(self, places: Places) -> None:
        for pk, pilot in self.pilots.items():
            self.opened[pk] = list(kind_changes.opened(pilot.recorded_on, self.change.on, places[pk]))
            self.now[pk] = self.opened[pk][-1:]

    def _follow_gates(self) -> None:
        for row in self._last_of_gates():
            pk, last = row.gate.pilot_id, periods.as_gate_period(row)
            switched = self.change.action == SWITCH_OFF and row.gate_id == self.owned[pk].pk
            new = (kind_changes.switched_off if switched else kind_changes.lapsed)(last, self.change.on)
            self.now[pk].append(new or last)
            if new is None:
                continue
            if row.first_day >= self.change.on:
                self.unsettled.add(pk)
            self.ended_gates.setdefault(pk, []).append(row.pk)
            columns = periods.gate_columns(new, row, self._units_of(pk))
            begun = GatePeriod(gate_id=row.gate_id, recorded_from=self.change.known, **columns)
            self.begun_gates.setdefault(pk, []).append(begun)

    def _follow_pilots(self) -> None:
        for row in self._last_of_pilots():
            pk, last = row.pilot_id, periods.as_pilot_period(row)
            new = kind_changes.following(last, self.now[pk], self.change.on)
            if new is None:
                continue
            if row.first_day >= self.change.on:
                self.unsettled.add(pk)
            self.ended_pilots[pk] = row.pk
            columns = periods.pilot_columns(new, self._units_of(pk))
            self.begun_pilots[pk] = PilotPeriod(pilot_id=pk, recorded_from=self.change.known, **columns)

    def _units_of(self, pk: int) -> Units:
        return self.units[self.pilots[pk].portfolio_id]

    def _last_of_gates(self) -> QuerySet[GatePeriod]:
        """The last periods of the gates that were there; where one is opened, only those whose answer is over."""
        there = GatePeriod.objects.filter(gate__pilot__in=self.pilots, last_day=None, superseded_on=None)
        if self.change.action == OPEN:
            there = there.filter(good_until__lt=self.change.on, since__lte=F("good_until"))
        return there.select_related("unit", "gate")

    def _last_of_pilots(self) -> QuerySet[PilotPeriod]:
        """The last periods of the pilots; where a gate is opened, only those of which something can become another."""
        there = PilotPeriod.objects.filter(pilot__in=self.pilots, last_day=None, superseded_on=None)
        if self.change.action == OPEN:
            there = there.filter(Q(all_clear=True) | Q(stage=Stage.PAUSED, paused_until__lt=self.change.on))
        return there.select_related("unit")

    def settle(self) -> set[int]:
        """Leave out the pilots that are to be replayed, and return them."""
        for of in (self.opened, self.begun_pilots, self.begun_gates, self.ended_pilots, self.ended_gates):
            for pk in self.unsettled & of.keys():
                of.pop(pk)
        return self.unsettled

    def store(self) -> None:
        """End the ones and begin the others: five statements."""
        eve = self.change.on - timedelta(days=1)
        ended = [pk for of in self.ended_gates.values() for pk in of]
        if self.ended_pilots:
            PilotPeriod.objects.filter(pk__in=self.ended_pilots.values()).update(last_day=eve)
        if ended:
            GatePeriod.objects.filter(pk__in=ended).update(last_day=eve)
        PilotPeriod.objects.bulk_create(self.begun_pilots.values())
        GatePeriod.objects.bulk_create(period for of in self.begun_gates.values() for period in of)
        if self.opened:
            insert_like(
                GatePeriod(kind=self.change.kind, recorded_from=self.change.known), OF_OPENED, self._rows_opened()
            )

    def _rows_opened(self) -> Iterator[tuple[Any, ...]]:
        """The periods of the gates that are opened, as `OF_OPENED` names their columns: all else is as in a new row."""
        for pk, history in self.opened.items():
            gate, units = self.owned[pk].pk, self._units_of(pk)
            for period in history:
                yield (
                    gate,
                    units[period.function],
                    period.first_day,
                    period.last_day,
                    period.state,
                    period.awaits,
                    period.since,
                )


def _places(pilots: Mapping[int, Pilot]) -> Places:
    """Where pilots have lain, by all that is known now: the first period in each place."""
    out: Places = {pk: [] for pk in pilots}
    before = Window(Lag("unit"), partition_by="pilot", order_by="first_day")
    history = PilotPeriod.objects.filter(pilot__in=pilots, superseded_on=None).annotate(before=before)
    moved = history.filter(~Q(before__isnull=False, before=F("unit"))).order_by("pilot", "first_day")
    for pk, first, function in moved.values_list("pilot_id", "first_day", "unit__function_id"):
        out[pk].append((first, function))
    return out
