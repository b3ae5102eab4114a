"""The decisions that free most: what each waiting pilot still waits for, and whose answer it is. Six queries for any number.

A decision is one holder's answer on one kind of gate, given on every pilot that waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pilots.models import Gate, GateKind, Person, Pilot
from pilots.models.compiled import in_bulk
from pilots.rules.vocabulary import Court
from readiness.queries.engines import join_pilots
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.waiting_gates import waiting_gates
from readiness.rules.freeing import MOST_IN_A_SET, Want, smallest_sets

MOST_DECISIONS, MOST_SETS, MOST_NAMED = 50, 20, 50
"""Decisions and sets that are given, and pilots that each names."""


class Answer(NamedTuple):
    """One holder's answer on one kind of gate, by primary keys."""

    kind: int
    holder: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose answer on which kind of gate."""

    kind: GateKind
    holder: Person


@dataclass(frozen=True, slots=True)
class FreedPilot:
    """A pilot that is free once its gates are answered."""

    pilot: Pilot
    gates: Sequence[Gate]


@dataclass(frozen=True, slots=True)
class Freeing:
    """One decision, or the smallest set of them: how many pilots it frees, and the first of these by key.

    `together`: of those, the pilots that no smaller set within it frees.
    """

    decisions: Sequence[Holder]
    frees: int
    together: int
    pilots: Sequence[FreedPilot]


@dataclass(slots=True)
class DecisionsThatFree:
    """How many pilots wait; how many of these also wait for somebody who decides nothing, or for more than three answers."""

    waiting: int = 0
    elsewhere: int = 0
    more: int = 0
    decisions: list[Freeing] = field(default_factory=list)
    sets: list[Freeing] = field(default_factory=list)


def decisions_that_free(pilots: StandingQuerySet, *, at: date) -> DecisionsThatFree:
    """The single decisions that free most of these pilots, and the smallest sets that free what none of them does."""
    try:
        join, parameters = join_pilots("gate.pilot_id", pilots)
    except EmptyResultSet:
        return DecisionsThatFree()
    with connection.cursor() as cursor:
        cursor.execute(_statement(at, join), parameters)
        (_pilot, _key, *totals), *rows = cursor.fetchall()
    waiting, elsewhere, more = (int(number or 0) for number in totals[:3])
    found = DecisionsThatFree(waiting, elsewhere, more)
    keys, wanted = _wants(rows)
    numbers = {want: len(those) for want, those in wanted.items()}
    singles = Counter({want: many for want, many in numbers.items() if len(want) == 1})
    chosen: list[tuple[Want, int, int]] = [
        (want, many, many) for want, many in sorted(singles.items(), key=lambda each: (-each[1], sorted(each[0])))
    ][:MOST_DECISIONS]
    chosen += [(each.decisions, each.frees, each.together) for each in smallest_sets(numbers, most=MOST_SETS)]
    reader = _Reader(chosen, wanted, keys)
    given = [Freeing(reader.holders(want), frees, together, reader.pilots(want)) for want, frees, together in chosen]
    found.decisions = [each for each in given if len(each.decisions) == 1]
    found.sets = [each for each in given if len(each.decisions) > 1]
    return found


def _statement(at: date, join: str) -> str:
    """First how many pilots wait, elsewhere, and for more; then each that waits for three answers at the most, and which."""
    places = range(1, MOST_IN_A_SET + 1)
    columns = ", ".join(f"MAX(CASE place WHEN {n} THEN {name}_id END) AS {name}_{n}" for n in places for name in _OF)
    names = ", ".join(f"{name}_{n}" for n in places for name in _OF)
    nulls = ", ".join(["NULL"] * (len(places) * len(_OF) - 3))
    return f"""
        WITH
        {waiting_gates(at, join)},
        placed AS (
            SELECT pilot_id, kind_id, holder_id,
                CASE court WHEN '{Court.DECIDER}' THEN 1 ELSE 0 END AS answered,
                ROW_NUMBER() OVER (PARTITION BY pilot_id ORDER BY kind_id) AS place
            FROM waiting
        ),
        wants AS (
            SELECT pilot_id, COUNT(*) AS gates, MIN(answered) AS answered, {columns} FROM placed GROUP BY pilot_id
        )
        SELECT NULL AS pilot_id, NULL AS key, COUNT(*), SUM(1 - answered),
            SUM(CASE WHEN answered = 1 AND gates > {MOST_IN_A_SET} THEN 1 ELSE 0 END), {nulls}
        FROM wants
        UNION ALL
        SELECT wants.pilot_id, pilot.key, {names}
        FROM wants JOIN pilots_pilot pilot ON pilot.id = wants.pilot_id
        WHERE answered = 1 AND gates <= {MOST_IN_A_SET}
    """


_OF = ("kind", "holder")


def _wants(rows: Iterable[Sequence[Any]]) -> tuple[dict[int, str], dict[Want, list[int]]]:
    """The keys of the pilots, and the pilots by what they wait for."""
    keys: dict[int, str] = {}
    wanted: dict[Want, list[int]] = {}
    for pilot, key, *answers in rows:
        if pilot is not None:
            keys[pilot] = key
            pairs = zip(answers[::2], answers[1::2], strict=True)
            want = frozenset(Answer(kind, holder) for kind, holder in pairs if kind is not None)
            wanted.setdefault(want, []).append(pilot)
    return keys, wanted


class _Reader:
    """The rows that decisions name, each read once."""

    def __init__(
        self, chosen: Collection[tuple[Want, int, int]], wanted: dict[Want, list[int]], keys: dict[int, str]
    ) -> None:
        self.wanted, self.keys = wanted, keys
        self.named = {want: self._named(want) for want, _frees, _together in chosen}
        answers = {answer for want in self.named for answer in want}
        self.kinds = in_bulk(GateKind, (answer.kind for answer in answers))
        self.people = in_bulk(Person, (answer.holder for answer in answers))
        pilots = {pilot for those in self.named.values() for pilot in those}
        self.rows = Pilot.objects.select_related("portfolio").in_bulk(sorted(pilots))
        gates = Gate.objects.filter(pilot__in=sorted(pilots), kind__in=sorted(self.kinds)).select_related("kind")
        self.gates = {(gate.pilot_id, gate.kind_id): gate for gate in gates}
        self.want_of = {pilot: want for want, those in wanted.items() for pilot in those if pilot in pilots}

    def _named(self, decisions: Want) -> list[int]:
        """The first pilots, by key, that a decision frees; of a set those that wait for more than one of its decisions."""
        parts = [want for want in self.wanted if want <= decisions and (len(want) > 1 or want == decisions)]
        those = (pilot for want in parts for pilot in self.wanted[want])
        return sorted(those, key=lambda pilot: self.keys[pilot])[:MOST_NAMED]

    def holders(self, want: Want) -> list[Holder]:
        found = [Holder(self.kinds[answer.kind], self.people[answer.holder]) for answer in want]
        return sorted(found, key=lambda one: (one.kind.position, one.kind.pk))

    def pilots(self, want: Want) -> list[FreedPilot]:
        return [FreedPilot(self.rows[pilot], self._gates(pilot)) for pilot in self.named[want]]

    def _gates(self, pilot: int) -> list[Gate]:
        found = [self.gates[pilot, answer.kind] for answer in self.want_of[pilot]]
        return sorted(found, key=lambda gate: (gate.kind.position, gate.kind.pk))
