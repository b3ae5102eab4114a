"""The gates of one kind on many pilots, opened or switched at once: batch by batch, a fixed number of statements each.

Nobody's history is read where nothing was done after that day: what follows is worked out from the last periods
(`pilots.rules.kind_changes`). The others are replayed from their events, together.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from pilots.derived import periods
from pilots.derived.bulk_insert import insert_like
from pilots.derived.kind_growth import OPEN, SWITCH_ON, Growth, KindChange
from pilots.event_log.sign import move_heads, sign
from pilots.models import Event, Gate, Pilot, free_texts
from pilots.rules.canonical_json import as_text

PILOTS_AT_ONCE = 2500


def change_kind(change: KindChange, pilots: QuerySet[Any]) -> int:
    """Open, or switch, the gates of a kind on these pilots. Returns on how many. In memory is a batch, and every key."""
    keys = array("q", pilots.order_by("pk").values_list("pk", flat=True).iterator())
    done = 0
    for first in range(0, len(keys), PILOTS_AT_ONCE):
        some = keys[first : first + PILOTS_AT_ONCE].tolist()
        list(Pilot.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))
        # Looked at again once they are locked: somebody may have been first.
        last = Event.objects.filter(pilot=OuterRef("pk"), number=OuterRef("log_count")).values("known_on")
        there = pilots.filter(pk__in=some).order_by("pk").annotate(known=Subquery(last))
        locked = list(there.only("portfolio", "recorded_on", "stage", "log_head", "log_count"))
        # It is never known before what is known of one of them already.
        known = max([change.known, *(pilot.known for pilot in locked if pilot.known)])
        done += _change(replace(change, known=known), locked)
    return done


def _change(change: KindChange, pilots: list[Pilot]) -> int:
    owned = _gates(change, pilots)
    again = _replayed_again(change, pilots)
    signed = [_sign(change, pilot, owned[pilot.pk]) for pilot in pilots]
    if signed:
        rows = ([_stored(event, name) for name in OF_EVENT] for event in signed)
        insert_like(signed[0], OF_EVENT, rows)
    growth = Growth.of(change, {pilot.pk: pilot for pilot in pilots if pilot.pk not in again}, owned)
    again |= growth.settle()
    growth.store()
    states = periods.replay_and_store([pilot for pilot in pilots if pilot.pk in again], change.known) if again else {}
    stages = {pk: period.stage for pk, period in growth.begun_pilots.items()}
    _mirror(pilots, stages | {pk: state.stage for pk, state in states.items()})
    return len(pilots)


OF_EVENT = (
    "public_id",
    "portfolio_id",
    "pilot_id",
    "gate_id",
    "effective_on",
    "number",
    "texts",
    "texts_digest",
    "checksum",
)
"""What differs between the events of one action on many."""


def _sign(change: KindChange, pilot: Pilot, gate: Gate) -> Event:
    """The next event in a pilot's chain. Nothing is saved."""
    event = Event(
        action=change.action,
        portfolio_id=pilot.portfolio_id,
        pilot=pilot,
        gate=gate,
        by=change.by,
        effective_on=change.day(pilot),
        known_on=change.known,
        written_at=change.written_at,
        data={"kind": change.kind.key},
        texts=free_texts(reason=change.reason),
        batch=change.batch,
    )
    sign(pilot, event)
    return event


def _stored(event: Event, name: str) -> Any:
    value = getattr(event, name)
    return as_text(value) if name == "texts" else value


def _gates(change: KindChange, pilots: list[Pilot]) -> dict[int, Gate]:
    """The gate of each pilot; opened, it is made."""
    if change.action == OPEN:
        made = Gate.objects.bulk_create(Gate(pilot=pilot, kind=change.kind) for pilot in pilots)
    else:
        made = list(Gate.objects.filter(kind=change.kind, pilot__in=pilots))
    return {gate.pilot_id: gate for gate in made}


def _replayed_again(change: KindChange, pilots: list[Pilot]) -> set[int]:
    """The pilots to be replayed: what is switched on says what it said before, and what was done later comes after."""
    if change.action == SWITCH_ON:
        return {pilot.pk for pilot in pilots}
    younger = {pilot.pk for pilot in pilots if pilot.recorded_on > change.on}
    later = Q(effective_on__gt=change.on) if change.on == change.known else Q(effective_on__gte=change.on)
    events = Event.objects.filter(later, pilot__in=pilots)
    return younger | set(events.order_by().values_list("pilot", flat=True).distinct())


def _mirror(pilots: list[Pilot], stages: Mapping[int, str]) -> None:
    """Count the event in each pilot's version and chain; a pause that was over by then is over in its column too."""
    move_heads([pilot.pk for pilot in pilots], version=F("version") + 1)
    changed: dict[str, list[int]] = {}
    for pilot in pilots:
        stage = stages.get(pilot.pk, pilot.stage)
        if stage != pilot.stage:
            changed.setdefault(stage, []).append(pilot.pk)
    for stage, pks in changed.items():
        Pilot.objects.filter(pk__in=pks).update(stage=stage)
