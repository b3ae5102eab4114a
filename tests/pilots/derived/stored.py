"""Derived rows as they are stored."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pilots.derived import rebuild
from pilots.models import Event, Pilot, PilotPeriod


def rows(model: Any, **of: Any) -> set[tuple[Any, ...]]:
    """The stored periods, every column but their keys."""
    names = [f.attname for f in model._meta.concrete_fields if f.attname != "id"]
    stored = model.objects.filter(**of)
    return {tuple(str(getattr(period, name)) for name in names) for period in stored}


def replayed() -> None:
    """The proof: every pilot replayed from its events leaves the same rows, and its columns say the same."""
    assert list(rebuild.rebuild(keep=False, done=rebuild.Rebuilt())) == []
    last = PilotPeriod.objects.filter(superseded_on=None, last_day=None)
    assert dict(last.values_list("pilot", "stage")) == dict(Pilot.objects.values_list("pk", "stage"))
    written = Counter(Event.objects.filter(pilot__isnull=False).values_list("pilot", flat=True))
    assert {pk: version - 1 for pk, version in Pilot.objects.values_list("pk", "version")} == dict(written)
