"""What figures and comparisons of sets must say, worked out pilot by pilot from what the rules read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from pilots.models import Decision
from pilots.rules.vocabulary import Court
from readiness.queries import changes as queries
from readiness.queries import pilots, snapshots
from readiness.queries.bottlenecks import bottlenecks
from readiness.queries.decisions_that_free import decisions_that_free
from readiness.queries.snapshots import PilotSnapshot
from readiness.queries.waiting_gates import gate_figures
from readiness.rules import changes as rules
from readiness.rules.changes import Change, PilotOnDay
from readiness.rules.standing import WAITING_STAGES


def changes_alike(rows: Any, first: date, last: date, known_at: date | None) -> None:
    """The pilots that differ on two dates are those of which the rules say so, by the same changes, and counted so."""
    question = queries.Question(first, last, known_at, standing_now=())
    then = {one.pilot.pk: one for one in snapshots.snapshots_of(rows, at=first, known_at=known_at)}
    now = {one.pilot.pk: one for one in snapshots.snapshots_of(rows, at=last, known_at=known_at)}
    expected = {}
    for pk, one in now.items():
        before = then.get(pk)
        gates = _states_of(before) != _states_of(one)
        decided = _decided(one, question)
        found = rules.changes_of(before and on_day(before), on_day(one), gates=gates, decided=decided)
        if found and one.status.void_since is None:
            expected[one.pilot.key] = (found, _turned(before, one))
    where = f"from {first} to {last}, known {known_at}"
    answered = queries.changes(pilots.pilots(), question, most=1000)
    assert {
        one.key: (one.changes, sorted((g.kind, g.then, g.now) for g in one.gates)) for one in answered
    } == expected, where
    counts = queries.count_changes(pilots.pilots(), question)
    assert counts["pilots"] == len(expected), where
    by_change = Counter(change for found, _gates in expected.values() for change in found)
    assert counts["changes"] == {change.value: by_change[change] for change in Change}, where
    for name in ("left_museum", "claim_fell"):
        ways = Counter(getattr(one, name) for one in answered if getattr(one, name))
        assert {way: many for way, many in counts[name].items() if many} == ways, where


def on_day(one: PilotSnapshot) -> PilotOnDay:
    says = one.status
    return PilotOnDay(says.stage, says.standing, says.decide_by, says.stalls_on, says.sponsor, says.last_movement)


def _states_of(one: PilotSnapshot | None) -> dict[str, str]:
    return {key: gate.state for key, gate in one.status.gates.items()} if one else {}


def _turned(before: PilotSnapshot | None, one: PilotSnapshot) -> list[tuple[str, str | None, str | None]]:
    then, now = _states_of(before), _states_of(one)
    kinds = [*now, *(kind for kind in then if kind not in now)]
    pairs = ((kind, then.get(kind), now.get(kind)) for kind in kinds)
    return sorted(each for each in pairs if each[1] != each[2])


def _decided(one: PilotSnapshot, question: queries.Question) -> bool:
    days = {"effective_on__gt": question.first, "effective_on__lte": question.last}
    rows = Decision.objects.filter(gate__pilot=one.pilot, **days).exclude(outcome__in=queries.BY_LISTS)
    return (rows if question.known_at is None else rows.filter(known_on__lte=question.known_at)).exists()


def figures_alike(read: list[PilotSnapshot], at: date) -> None:
    """Gates by kind, state and court, who is waited on, and which decisions free: as each pilot's own gates say it."""
    waits = [one for one in read if one.status.stage in WAITING_STAGES and one.status.void_since is None]
    expected = Counter((gate.kind.key, gate.status.state, gate.status.court) for one in waits for gate in one.gates)
    figures = gate_figures(pilots.pilots(), at)
    found = {
        (kind, state, court): many
        for kind, states in figures.items()
        for state, courts in states.items()
        for court, many in courts.items()
    }
    assert found == expected, at
    open_ones = Counter(
        (gate.kind.key, gate.status.court, gate.status.holder) for one in waits for gate in one.waiting_gates
    )
    alone = Counter(
        (gate.kind.key, gate.status.court, gate.status.holder)
        for one in waits
        for gate in one.waiting_gates
        if len(one.waiting_gates) == 1
    )
    groups = bottlenecks(pilots.pilots(), at=at, most=1000)
    named = {(one.kind and one.kind.key, one.court, one.holder and one.holder.pk): one for one in groups}
    assert {group: one.gates for group, one in named.items()} == open_ones, at
    assert {group: one.frees for group, one in named.items() if one.frees} == alone, at
    waited: dict[Any, list[int]] = {}
    for gate in (gate for one in waits for gate in one.waiting_gates):
        group = (gate.kind.key, gate.status.court, gate.status.holder)
        waited.setdefault(group, []).append((at - gate.status.since).days)
    longest = {group: (sum(days), max(days)) for group, days in waited.items()}
    assert {group: (one.days, one.longest) for group, one in named.items()} == longest, at
    _freeing_alike(waits, at)


def _freeing_alike(waits: list[PilotSnapshot], at: date) -> None:
    found = decisions_that_free(pilots.pilots(), at=at)
    waiting = [one for one in waits if one.waiting_gates]
    assert found.waiting == len(waiting), at
    answered = [one for one in waiting if {gate.status.court for gate in one.waiting_gates} == {Court.DECIDER}]
    assert found.elsewhere == len(waiting) - len(answered), at
    wants = [frozenset((gate.kind.pk, gate.status.holder) for gate in one.waiting_gates) for one in answered]
    for given in (*found.decisions, *found.sets):
        decisions = frozenset((each.kind.pk, each.holder.pk) for each in given.decisions)
        assert given.frees == sum(want <= decisions for want in wants), at
        assert all(gate.pilot_id == each.pilot.pk for each in given.pilots for gate in each.gates), at
    assert sum(len(want) == 1 for want in wants) == sum(each.frees for each in found.decisions), at
