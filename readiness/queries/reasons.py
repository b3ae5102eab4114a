"""Why a set of pilots waits, from one reading of their open gates: by kind and court, by whom they wait for, and what alone is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import GateKind, Person
from pilots.rules.vocabulary import Court
from readiness.queries.bottlenecks import Bottleneck, bottlenecks
from readiness.queries.engines import join_pilots
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.waiting_gates import waiting_gates

ALL = 100_000
"""More holders of gates than there are."""


_COURTS = ("", Court.DECIDER, Court.NOBODY, Court.TEAM, Court.OUTSIDE)
"""Of moves that free as many, what one person can do at once comes first."""


@dataclass(slots=True)
class Reason:
    """Pilots that miss one kind of gate, and for whose move: one gate each. On `alone` of them nothing else is open.

    `away` is until when those of the holders are away who are, by primary key.
    """

    kind: GateKind
    court: str
    pilots: int = 0
    alone: int = 0
    holders: list[Person] = field(default_factory=list)
    away: dict[int, date] = field(default_factory=dict)


@dataclass(slots=True)
class WaitedFor:
    """Somebody whom open gates wait for, or a court where nobody is named: for which kinds, how many, since when at longest."""

    court: str
    holder: Person | None
    kinds: list[GateKind] = field(default_factory=list)
    gates: int = 0
    alone: int = 0
    longest: int = 0
    away_until: date | None = None


class LoneGate(NamedTuple):
    """The one gate that a pilot still waits for, by primary keys."""

    pilot: int
    kind: int
    court: str
    holder: int | None

    @property
    def move(self) -> tuple[int, str, int | None]:
        """What tells the move that it waits for, as `moves` does."""
        return (self.kind, self.court, self.holder if self.court == Court.DECIDER else None)


def waits_of(pilots: StandingQuerySet, *, at: date) -> Sequence[Bottleneck]:
    """What these pilots wait for on a date, by kind, court and holder: what alone would free most first. One query."""
    return bottlenecks(pilots, at=at, most=ALL)


def moves(waits: Iterable[Bottleneck]) -> list[Bottleneck]:
    """The same by who has to move: whoever holds it in the decider's court, in the others whoever it is. What frees most first."""
    found: dict[tuple[int, str, int | None], Bottleneck] = {}
    for one in waits:
        assert one.kind is not None
        assert one.court is not None
        holder = one.holder if one.court == Court.DECIDER else None
        key = (one.kind.pk, one.court, holder.pk if holder else None)
        there = found.get(key)
        found[key] = replace(
            one,
            holder=holder,
            gates=int(one.gates) + (there.gates if there else 0),
            pilots=int(one.pilots) + (there.pilots if there else 0),
            frees=int(one.frees) + (there.frees if there else 0),
            days=int(one.days) + (there.days if there else 0),
            longest=max(int(one.longest), there.longest if there else 0),
        )
    return sorted(found.values(), key=lambda one: (-one.frees, _COURTS.index(one.court or ""), -one.gates))


def reasons(waits: Iterable[Bottleneck]) -> Sequence[Reason]:
    """The same by kind and court: what alone would free most first, then what most of them miss."""
    found: dict[tuple[str, str], Reason] = {}
    for one in waits:
        assert one.kind is not None
        assert one.court is not None
        reason = found.setdefault((one.kind.key, one.court), Reason(one.kind, one.court))
        reason.pilots += int(one.gates)
        reason.alone += int(one.frees)
        if one.holder is not None:
            reason.holders.append(one.holder)
            if one.away_until:
                reason.away[one.holder.pk] = one.away_until
    return sorted(found.values(), key=lambda one: (-one.alone, -one.pilots, one.kind.position, one.kind.key))


def by_gate(found: Iterable[Reason]) -> dict[GateKind, dict[str, int]]:
    """How many open gates each kind has in each court, the empty ones included; the kinds in their order."""
    out: dict[GateKind, dict[str, int]] = {}
    for one in sorted(found, key=lambda one: (one.kind.position, one.kind.key)):
        out.setdefault(one.kind, dict.fromkeys(Court.values(), 0))[one.court] = one.pilots
    return out


def waited_for(waits: Iterable[Bottleneck]) -> Sequence[WaitedFor]:
    """The same by whom they wait for: a person in the decider's court, else the court; whoever holds most first."""
    found: dict[tuple[str, int | None], WaitedFor] = {}
    for one in waits:
        assert one.kind is not None
        assert one.court is not None
        holder = one.holder if one.court == Court.DECIDER else None
        who = found.setdefault((one.court, holder.pk if holder else None), WaitedFor(one.court, holder))
        if one.kind not in who.kinds:
            who.kinds.append(one.kind)
        who.gates += int(one.gates)
        who.alone += int(one.frees)
        who.longest = max(who.longest, int(one.longest))
        who.away_until = one.away_until if holder else None
    for who in found.values():
        who.kinds.sort(key=lambda kind: (kind.position, kind.key))
    return sorted(found.values(), key=lambda who: (-who.gates, who.court, str(who.holder or "")))


def lone_gates(
    pilots: StandingQuerySet, *, at: date, kinds: Collection[int], most: int
) -> Mapping[tuple[int, str, int | None], Sequence[LoneGate]]:
    """The pilots that still wait for one gate alone, by its kind, court and holder: the first of each. One query.

    Args:
        kinds: the kinds of gates that are asked about, by primary key.
        most: how many pilots of each, those that have waited longest.
    """
    out: dict[tuple[int, str, int | None], list[LoneGate]] = {}
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return out
    if not kinds:
        return out
    statement = f"""
        WITH
        {waiting_gates(at, join)},
        counted AS (SELECT waiting.*, COUNT(*) OVER (PARTITION BY pilot_id) AS of_pilot FROM waiting),
        placed AS (
            SELECT counted.*, ROW_NUMBER() OVER (
                PARTITION BY kind_id, court, CASE court WHEN '{Court.DECIDER}' THEN holder_id END
                ORDER BY since, pilot_id
            ) AS place
            FROM counted WHERE of_pilot = 1 AND kind_id IN ({", ".join(["%s"] * len(kinds))})
        )
        SELECT pilot_id, kind_id, court, holder_id FROM placed WHERE place <= %s ORDER BY place
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *sorted(kinds), most])
        for row in cursor.fetchall():
            gate = LoneGate(*row)
            out.setdefault(gate.move, []).append(gate)
    return out
