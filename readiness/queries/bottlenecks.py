"""Where pilots wait, and the one answer that frees most: open gates by who has to move, for a set of any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import GateKind, Person
from pilots.rules.vocabulary import Court
from readiness.queries.charged_days import charged_stretches
from readiness.queries.engines import join_pilots
from readiness.queries.pilots import StandingQuerySet


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
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(at, join), [*parameters, most])
        rows = cursor.fetchall()
    kinds = {kind.pk: kind for kind in GateKind.objects.all()}
    people = Person.objects.in_bulk([holder for _kind, _court, holder, _gates, _frees in rows if holder])
    return [
        Bottleneck(kinds[kind], court, people.get(holder), gates, frees) for kind, court, holder, gates, frees in rows
    ]


def _statement(at: date, join: str) -> str:
    """Each gate that waits on a day is read once, beside how many of its pilot's do."""
    columns = {"kind_id": "period.kind_id", "pilot_id": "gate.pilot_id"}
    return f"""
        WITH
        {charged_stretches(columns, start=at, end=at + timedelta(days=1), join=join)},
        waiting AS (
            SELECT
                kind_id,
                CASE
                    WHEN outside > 0 THEN '{Court.OUTSIDE}'
                    WHEN asked = 0 THEN '{Court.TEAM}'
                    WHEN holder_id IS NULL THEN '{Court.NOBODY}'
                    ELSE '{Court.DECIDER}'
                END AS court,
                holder_id,
                COUNT(*) OVER (PARTITION BY pilot_id) AS of_pilot
            FROM charged WHERE opened > 0
        )
        SELECT kind_id, court, holder_id, COUNT(*) AS gates, SUM(CASE of_pilot WHEN 1 THEN 1 ELSE 0 END) AS frees
        FROM waiting GROUP BY kind_id, court, holder_id ORDER BY frees DESC, gates DESC, kind_id, court, holder_id LIMIT %s
    """
