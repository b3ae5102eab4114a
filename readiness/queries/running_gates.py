"""The gates of running pilots, by what decides whether somebody is there for them: unit, kind, and who is named or carries the pilot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, Count, DateField, Q
from django.db.models.functions import Cast

from pilots.models import GatePeriod, Pilot, PilotPeriod
from pilots.models.compiled import Among, Compiled, Keys
from pilots.models.plain_rows import Listed
from pilots.rules.vocabulary import Awaits, Stage
from readiness.queries.pilots import StandingQuerySet, in_force


class RunningPilot(NamedTuple):
    """Of a pilot that runs: where it lies, who carries it, and its key."""

    unit: int
    sponsor: int | None
    key: str


class Unnamed(NamedTuple):
    """The gates of one kind in one unit for which nobody is named, or somebody with a closed account, by their pilots."""

    unit: int
    kind: int
    person: int | None
    number: int
    listed: str

    @property
    def pilots(self) -> list[int]:
        """The primary keys, in no order."""
        return [int(pk) for pk in self.listed.split()]


def running_pilots(mine: StandingQuerySet, at: date) -> dict[int, RunningPilot]:
    """Those of these pilots that run on a date, by primary key."""
    runs = Q(stage=Stage.RUNNING) | Q(stage=Stage.PAUSED, paused_until__lt=at)
    there = PilotPeriod.objects.filter(in_force(at), runs, void_since=None, pilot__in=mine.order_by().values("pk"))
    rows = there.order_by().values_list("pilot", "unit", "sponsor", "pilot__key")
    return {pk: RunningPilot(unit, sponsor, key) for pk, unit, sponsor, key in rows}


def unnamed_gates(pilots: Collection[int], kinds: Collection[int], at: date, closed_by: date) -> list[Unnamed]:
    """The gates of these kinds for which nobody is named, or somebody whose account is closed by a day, of these pilots."""
    if not pilots:
        return []
    rows = _UNNAMED(pilots=sorted(pilots), kinds=sorted(kinds), at=at, closed_by=closed_by)
    return [Unnamed(*row) for row in rows]


def gates_of(pilots: Collection[int], kinds: Collection[int], at: date) -> Iterator[tuple[int, int]]:
    """The gates of these kinds that are asked of these pilots: each pilot, and the kind."""
    rows = _GATES(pilots=sorted(pilots), kinds=sorted(kinds), at=at) if pilots else ()
    return ((pilot, kind) for pilot, kind in rows)


def names_of(pilots: Iterable[int]) -> dict[int, str]:
    """What pilots are called, by primary key."""
    return dict(Pilot.objects.filter(pk__in=sorted(pilots)).order_by().values_list("pk", "name"))


def _asked(pilots: Any, kinds: Any, at: Any) -> Any:
    """The periods of the gates of these kinds that are asked on a date. The kind stands in both tables: each is read by it."""
    those = (Among("gate__pilot_id", pilots), Among("gate__kind_id", kinds), Among("kind_id", kinds))
    return GatePeriod.objects.filter(*those, in_force(at)).exclude(awaits=Awaits.OFF).order_by()


def _unnamed(pilots: Any, kinds: Any, at: Any, closed_by: Any) -> Any:
    nobody = Q(person=None) | Q(person__closed_on__lte=closed_by)
    groups = _asked(pilots, kinds, at).filter(nobody).values_list("unit", "kind", "person")
    return groups.annotate(n=Count("pk"), listed=Listed(Cast("gate__pilot_id", CharField()), between=" "))


def _gates(pilots: Any, kinds: Any, at: Any) -> Any:
    return _asked(pilots, kinds, at).values_list("gate__pilot", "kind")


_UNNAMED = Compiled(_unnamed, pilots=Keys(), kinds=Keys(), at=DateField(), closed_by=DateField())
_GATES = Compiled(_gates, pilots=Keys(), kinds=Keys(), at=DateField())
