"""What a person had seen when they began to type, as a hidden token, and what others did since. The one place that knows."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from pilots.concurrency import of_gates
from pilots.models import Event, Gate, Pilot
from pilots.refusals import ChangedMeanwhile
from readiness.text import events as event_texts

Target = Pilot | Gate

MOST = 20
"""The most events that are listed; for more there is the history."""


def pilot_of(target: Target) -> Pilot:
    """The pilot that an action is on, whether it names the pilot or one of its gates."""
    return target.pilot if isinstance(target, Gate) else target


def token(target: Target) -> str:
    """What stands in the form: how the pilot, or the gate, was when the form was drawn."""
    if isinstance(target, Gate):
        return str(of_gates([target])[target.pk])
    return str(target.version)


def read(written: str) -> int:
    """What an action takes as `expected_version`.

    Raises:
        ChangedMeanwhile: nothing that was ever drawn; nobody knows what the person saw.
    """
    if not (written.isascii() and written.isdecimal()) or len(written) > 15:
        raise ChangedMeanwhile
    return int(written)


def events_since(target: Target, written: str) -> QuerySet[Event]:
    """What was done since the form was drawn, oldest first: to the pilot, or to the gate and its pilot as a whole."""
    rows = event_texts.with_people(Event.objects.filter(pilot=pilot_of(target)))
    if isinstance(target, Gate):
        rows = rows.filter(Q(gate=None) | Q(gate=target))
    else:
        # Read again: the row in hand may be as old as the form. Each action on a pilot counts its version up.
        target = Pilot.objects.only("version").get(pk=target.pk)
    try:
        passed = min(max(int(token(target)) - read(written), 0), MOST)
    except ChangedMeanwhile:
        passed = 0
    latest = rows.order_by("-pk").values_list("pk", flat=True)[:passed]
    return rows.filter(pk__in=list(latest)).order_by("pk")
