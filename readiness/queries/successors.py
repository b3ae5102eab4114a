"""Who is named to take over what somebody else has accepted, and has not answered yet (rule 9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from pilots.models import GatePeriod, Person
from pilots.rules.transitions import PilotState
from readiness.queries.pilots import in_force


def successors_on(state: PilotState) -> dict[str, Person]:
    """By the key of the gate, who is named to succeed whoever accepted it. One query, none where nobody is."""
    named = {
        key: gate.nominee
        for key, gate in state.gates.items()
        if gate.accepted is not None and gate.nominee is not None and not gate.off
    }
    people = Person.objects.in_bulk(set(named.values())) if named else {}
    return {key: people[who] for key, who in named.items()}


def successors_of(pilots: Iterable[int], *, at: date) -> dict[int, list[GatePeriod]]:
    """The same on a day for many pilots, by the pilot's primary key: periods with their `kind`, `person` and `nominee`. One query."""
    found: dict[int, list[GatePeriod]] = {}
    rows = GatePeriod.objects.filter(in_force(at), gate__pilot__in=list(pilots), person__isnull=False)
    handed = rows.filter(Q(nominee__lt=F("person")) | Q(nominee__gt=F("person")))
    for row in handed.select_related("kind", "person", "nominee", "gate").order_by("kind__position", "kind_id"):
        found.setdefault(row.gate.pilot_id, []).append(row)
    return found
