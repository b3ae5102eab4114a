"""Where pilots wait, and the one answer that frees most: open gates by who has to move, for a set of any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from pilots.models import GateKind, Person
from readiness.queries.pilots import StandingQuerySet, gates_on


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Open gates of one kind in one court that one person holds. `frees` counts pilots in which nothing else is open."""

    kind: GateKind
    court: str
    holder: Person | None
    gates: int
    frees: int


def bottlenecks(pilots: StandingQuerySet, *, at: date, most: int = 50) -> Sequence[Bottleneck]:
    """Where these pilots wait (rule 2): what frees most comes first, then what most wait on. Three queries."""
    opened = gates_on(at).filter(gate__pilot__in=pilots.order_by().values("pk")).waiting(at)
    alone: Any = opened.order_by().values("gate__pilot").annotate(n=Count("pk")).filter(n=1)
    rows = list(
        opened.order_by()
        .values("kind", "court", "holding")
        .annotate(n=Count("pk"), frees=Count("pk", filter=Q(gate__pilot__in=alone.values("gate__pilot"))))
        .order_by("-frees", "-n", "kind", "court", "holding")[:most]
    )
    kinds = {kind.pk: kind for kind in GateKind.objects.all()}
    people = Person.objects.in_bulk([row["holding"] for row in rows if row["holding"]])
    return [
        Bottleneck(kinds[row["kind"]], row["court"], people.get(row["holding"]), row["n"], row["frees"]) for row in rows
    ]
