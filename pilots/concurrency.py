"""What a person saw before they acted: the events on a gate so far, so that a colleague's answer on another gate is no conflict."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from pilots.models import Event, Gate
from pilots.rules.events import EventRecord


def gate_version(events: Iterable[EventRecord], gate: str) -> int:
    """How many events there are on a gate, and on its pilot as a whole. The log only grows, and so does this."""
    return sum(event.gate in (None, gate) for event in events)


def of_gates(gates: Iterable[Gate]) -> dict[int, int]:
    """The same for many gates, by primary key, in one query: what a form or an ETag carries as `expected_version`."""
    wanted = list(gates)
    rows = (
        Event.objects.filter(pilot__in={gate.pilot_id for gate in wanted})
        .order_by()
        .values_list("pilot", "gate")
        .annotate(n=Count("pk"))
    )
    found = {(pilot, gate): n for pilot, gate, n in rows}
    return {gate.pk: found.get((gate.pilot_id, gate.pk), 0) + found.get((gate.pilot_id, None), 0) for gate in wanted}
