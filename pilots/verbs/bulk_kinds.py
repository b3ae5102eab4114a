"""The gates of one kind on many pilots, opened or switched at once: batch by batch, a fixed number of statements each.

Nobody's history is read where nothing was done after that day: what follows is told from the last spells
(`pilots.rules.kind_changes`). The others are told again from their acts, together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from pilots import spells
from pilots.models import Event, Gate, GateKind, GateSpell, Person, Pilot, PilotSpell
from pilots.rules import gates, history, kind_changes
from pilots.verbs.desk import lock_all

PILOTS_AT_ONCE = 1000
OPEN, SWITCH_OFF, SWITCH_ON = "open_gate", "switch_off", "switch_on"


@dataclass(frozen=True, slots=True)
class KindChange:
    """What is done to the gates of a kind on many pilots: one event for each of them, of one batch."""

    verb: str
    kind: GateKind
    by: Person | None
    on: date
    known: date
    batch: str
    reason: str = ""

    def day(self, pilot: Pilot) -> date:
        """The day from which it counts for a pilot: no gate is older than the record."""
        return max(self.on, pilot.recorded_on)


Places = dict[int, list[tuple[date, int | None]]]
"""The functions that pilots have lain in, each with its first day, in order."""


@dataclass(slots=True)
class Growth:
    """The spells that begin on a day, and the ones before them that end, by pilot. Nothing is written before `store`.

    `unsettled` are pilots of which a spell began on the day itself: it may become one with the spell before it.
    """

    change: KindChange
    pilots: Mapping[int, Pilot]
    owned: Mapping[int, Gate]
    cells: Mapping[int, spells.Cells]
    now: dict[int, list[gates.GateSpell]]
    begun_pilots: dict[int, PilotSpell] = field(default_factory=dict)
    begun_gates: dict[int, list[GateSpell]] = field(default_factory=dict)
    ended_pilots: dict[int, int] = field(default_factory=dict)
    ended_gates: dict[int, list[int]] = field(default_factory=dict)
    unsettled: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, change: KindChange, pilots: Mapping[int, Pilot], owned: Mapping[int, Gate]) -> Growth:
        """What follows for pilots to which nothing was done after the day."""
        places = _places(pilots)
        lain = ((pilots[pk].portfolio_id, function) for pk, of in places.items() for _first, function in of)
        growth = cls(change, pilots, owned, spells.cells_of(lain), {pk: [] for pk in pilots})
        if change.verb == OPEN:
            growth._open(places)
        growth._follow_gates()
        growth._follow_pilots()
        return growth

    def _open(self, places: Places) -> None:
        for pk, pilot in self.pilots.items():
            told = list(kind_changes.opened(pilot.recorded_on, self.change.on, places[pk]))
            self.now[pk] = told[-1:]
            self.begun_gates[pk] = [self._of_gate(pk, self.owned[pk].pk, spell, self.owned[pk]) for spell in told]

    def _follow_gates(self) -> None:
        for row in self._last_of_gates():
            pk, last = row.gate.pilot_id, spells.as_gate_spell(row)
            switched = self.change.verb == SWITCH_OFF and row.gate_id == self.owned[pk].pk
            new = (kind_changes.switched_off if switched else kind_changes.lapsed)(last, self.change.on)
            self.now[pk].append(new or last)
            if new is None:
                continue
            if row.starts >= self.change.on:
                self.unsettled.add(pk)
            self.ended_gates.setdefault(pk, []).append(row.pk)
            self.begun_gates.setdefault(pk, []).append(self._of_gate(pk, row.gate_id, new, row))

    def _follow_pilots(self) -> None:
        for row in self._last_of_pilots():
            pk, last = row.pilot_id, spells.as_pilot_spell(row)
            new = kind_changes.following(last, self.now[pk], self.change.on)
            if new is None:
                continue
            if row.starts >= self.change.on:
                self.unsettled.add(pk)
            self.ended_pilots[pk] = row.pk
            columns = spells.pilot_columns(new, self.cells[self.pilots[pk].portfolio_id])
            self.begun_pilots[pk] = PilotSpell(pilot_id=pk, known_from=self.change.known, **columns)

    def _of_gate(self, pk: int, gate: int, spell: gates.GateSpell, kind_of: Gate | GateSpell) -> GateSpell:
        columns = spells.gate_columns(spell, kind_of, self.cells[self.pilots[pk].portfolio_id])
        return GateSpell(gate_id=gate, known_from=self.change.known, **columns)

    def _last_of_gates(self) -> QuerySet[GateSpell]:
        """The last spells of the gates that were there; where one is opened, only those whose answer is over."""
        there = GateSpell.objects.filter(gate__pilot__in=self.pilots, ends=None, known_until=None)
        if self.change.verb == OPEN:
            there = there.filter(good_until__lt=self.change.on)
        return there.select_related("cell", "gate")

    def _last_of_pilots(self) -> QuerySet[PilotSpell]:
        """The last spells of the pilots; where a gate is opened, only those of which something can become another."""
        there = PilotSpell.objects.filter(pilot__in=self.pilots, ends=None, known_until=None)
        if self.change.verb == OPEN:
            there = there.filter(Q(all_clear=True) | Q(stage=history.PAUSED, paused_until__lt=self.change.on))
        return there.select_related("cell")

    def settle(self) -> set[int]:
        """Leave out the pilots that are to be told again, and return them."""
        for of in (self.begun_pilots, self.begun_gates, self.ended_pilots, self.ended_gates):
            for pk in self.unsettled & of.keys():
                of.pop(pk)
        return self.unsettled

    def store(self) -> None:
        """End the ones and begin the others: four statements."""
        eve = self.change.on - timedelta(days=1)
        ended = [pk for of in self.ended_gates.values() for pk in of]
        if self.ended_pilots:
            PilotSpell.objects.filter(pk__in=self.ended_pilots.values()).update(ends=eve)
        if ended:
            GateSpell.objects.filter(pk__in=ended).update(ends=eve)
        PilotSpell.objects.bulk_create(self.begun_pilots.values())
        GateSpell.objects.bulk_create(spell for of in self.begun_gates.values() for spell in of)


def change_kind(change: KindChange, pilots: QuerySet[Any]) -> int:
    """Open, or switch, the gates of a kind on these pilots. Returns on how many. Memory does not grow with them."""
    done = last = 0
    while pks := list(pilots.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PILOTS_AT_ONCE]):
        last = pks[-1]
        lock_all(pks)
        # Looked at again once they are locked: somebody may have been first.
        done += _change(change, list(pilots.filter(pk__in=pks).order_by("pk")))
    return done


def _change(change: KindChange, pilots: list[Pilot]) -> int:
    owned = _gates(change, pilots)
    again = _told_again(change, pilots)
    Event.objects.bulk_create(
        Event(
            verb=change.verb,
            portfolio_id=pilot.portfolio_id,
            pilot=pilot,
            gate=owned[pilot.pk],
            by=change.by,
            on=change.day(pilot),
            known_on=change.known,
            reason=change.reason,
            batch=change.batch,
        )
        for pilot in pilots
    )
    growth = Growth.of(change, {pilot.pk: pilot for pilot in pilots if pilot.pk not in again}, owned)
    again |= growth.settle()
    growth.store()
    states = spells.replay([pilot for pilot in pilots if pilot.pk in again], change.known) if again else {}
    stages = {pk: spell.stage for pk, spell in growth.begun_pilots.items()}
    _mirror(pilots, stages | {pk: state.stage for pk, state in states.items()})
    return len(pilots)


def _gates(change: KindChange, pilots: list[Pilot]) -> dict[int, Gate]:
    """The gate of each pilot; opened, it is made."""
    if change.verb == OPEN:
        made = Gate.objects.bulk_create(Gate(pilot=pilot, kind=change.kind) for pilot in pilots)
    else:
        made = list(Gate.objects.filter(kind=change.kind, pilot__in=pilots))
    return {gate.pilot_id: gate for gate in made}


def _told_again(change: KindChange, pilots: list[Pilot]) -> set[int]:
    """The pilots to be told again: what is switched on says what it said before, and what was done later comes after."""
    if change.verb == SWITCH_ON:
        return {pilot.pk for pilot in pilots}
    younger = {pilot.pk for pilot in pilots if pilot.recorded_on > change.on}
    later = Q(on__gt=change.on) if change.on == change.known else Q(on__gte=change.on)
    acts = Event.objects.filter(later, pilot__in=pilots)
    return younger | set(acts.order_by().values_list("pilot", flat=True).distinct())


def _places(pilots: Mapping[int, Pilot]) -> Places:
    """Where pilots have lain, by all that is known now."""
    out: Places = {pk: [] for pk in pilots}
    told = PilotSpell.objects.filter(pilot__in=pilots, known_until=None).order_by("pilot", "starts")
    for pk, first, function in told.values_list("pilot_id", "starts", "cell__function_id"):
        if not out[pk] or out[pk][-1][1] != function:
            out[pk].append((first, function))
    return out


def _mirror(pilots: list[Pilot], stages: Mapping[int, str]) -> None:
    """Count the act in each pilot's version; a pause that was over by then is over in its column too."""
    Pilot.objects.filter(pk__in=[pilot.pk for pilot in pilots]).update(version=F("version") + 1)
    changed: dict[str, list[int]] = {}
    for pilot in pilots:
        stage = stages.get(pilot.pk, pilot.stage)
        if stage != pilot.stage:
            changed.setdefault(stage, []).append(pilot.pk)
    for stage, pks in changed.items():
        Pilot.objects.filter(pk__in=pks).update(stage=stage)
