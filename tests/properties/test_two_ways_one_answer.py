"""Rules 2 to 7: the rules in Python and the same rules as SQL give one answer, for any history that the actions allow."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from pilots.clock import today
from pilots.derived import load
from pilots.models import Event, Gate, Person, Pilot, StallPolicy
from pilots.models.querysets import listed as of_listed
from pilots.rules import replay, vocabulary
from pilots.rules.vocabulary import Court, Standing
from readiness.queries import pilots, snapshots
from readiness.queries.decider_queue import decider_queue, queue_in_order, queue_length
from readiness.queries.people import work_and_queue_of, work_of
from readiness.queries.snapshots import PilotSnapshot
from readiness.queries.trend import trend
from readiness.rules import offers, standing
from tests.properties.comparisons import changes_alike, figures_alike
from tests.properties.seating import seats_across
from tests.properties.worlds import Played, Player, World, worlds

pytestmark = pytest.mark.thorough

DATES = 5
"""On how many days each world is looked at. Raise `max_examples` to look longer."""


@pytest.mark.django_db
@settings(
    max_examples=16 if os.environ.get("EXHAUSTIVE") else 4,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(worlds())
def test_python_and_sql_give_one_answer(world: World) -> None:
    with transaction.atomic():
        played = Player(world).play(world.steps)
        for at in _days_to_ask(played):
            _all_alike(played, at, None)
        _choices_alike(played, max(played.days))
        _trends_alike(played)
        days = sorted(_days_to_ask(played))
        for first, last in pairwise(days):
            changes_alike(played.pilots, first, last, None)
        changes_alike(played.pilots, days[0], days[-1], None)
        for at, known_at in _days_known(played):
            _all_alike(played, at, known_at)
            changes_alike(played.pilots, min(played.days), max(at, min(played.days)), known_at)
        transaction.set_rollback(True)


def _days_to_ask(played: Played) -> list[date]:
    """The days on which something turns: that of an event, of a stall, of an answer's end, and the days beside them."""
    last = max(played.days)
    days = {last, *played.days, last + timedelta(days=20), last + timedelta(days=400)}
    for snapshot in snapshots.snapshots_of(played.pilots, at=last):
        now = snapshot.status
        ends = [gate.good_until for gate in now.gates.values()]
        ends += [now.paused_until]
        days |= {end + timedelta(days=n) for end in ends if end for n in (0, 1)}
        if now.stalls_on:
            days |= {now.stalls_on - timedelta(days=n) for n in (0, 1, 14, 15)}
    return _spread(sorted(days))


def _days_known(played: Played) -> list[tuple[date, date]]:
    days = sorted(set(played.days))
    pairs = [*pairwise(days), *((later, known) for known, later in pairwise(days))]
    return _spread(pairs)


def _spread(found: list[Any]) -> list[Any]:
    """A few of them, over the whole stretch, the last included."""
    return found[:: -max(1, -(-len(found) // DATES))]


def _all_alike(played: Played, at: date, known_at: date | None) -> None:
    read = snapshots.snapshots_of(played.pilots, at=at, known_at=known_at)
    found = {one.pilot.pk: one.status for one in read}
    where = f"at {at}, known {known_at}"
    history = {pilot.pk: _replayed(pilot, at, known_at) for pilot in played.pilots}
    for pk, says in found.items():
        assert _alike(history[pk]) == _alike(says), where
    assert {pk for pk, says in history.items() if says} == set(found), where
    _standings_alike(found, at, known_at, where)
    _gates_alike(found, at, known_at, where)
    _queues_alike(read, at, known_at, where)
    if known_at is None:
        figures_alike(read, at)
        _visible_alike(at, where)
        counts = Counter(says.standing for says in found.values())
        assert +Counter(pilots.pilots().counts(at)) == counts, where


def _trends_alike(played: Played) -> None:
    """The counts of many days at once are those of each, also where a portfolio settles something else in between."""
    first, last = min(played.days), max(played.days)
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 60, 7)]
    for portfolio, quiet, warned in zip(played.portfolios, (3, 40), (0, 10), strict=True):
        StallPolicy.objects.create(
            portfolio=portfolio, starts=days[len(days) // 2], quiet_days=quiet, warning_days=warned
        )
    everybody = [pilots.pilots().listed_for(person) for person in Person.objects.all()]
    for mine in (pilots.pilots(), pilots.pilots().none(), *everybody):
        counted = [Counter(mine.standing(day).values_list("standing", flat=True)) for day in days]
        assert [+Counter(counts) for counts in trend(mine, days)] == counted


def _visible_alike(at: date, where: str) -> None:
    """Whoever asks for a list sees in it what they may look up, and nothing else."""
    for person in Person.objects.all():
        listed, looked_up = (found(person, at) for found in (Pilot.objects.listed_for, Pilot.objects.visible_to))
        assert set(listed.values_list("pk")) == set(looked_up.values_list("pk")), f"{where}: what {person} sees"
        if at == today():
            gates = set(Gate.objects.filter(of_listed(person, "pilot")).values_list("pk"))
            theirs = set(Gate.objects.filter(pilot__in=looked_up.values("pk")).values_list("pk"))
            assert gates == theirs, f"{where}: the gates that {person} sees"
            events = Event.objects.filter(of_listed(person, "pilot", portfolio="portfolio"), pilot__isnull=False)
            assert set(events.values_list("pilot")) == set(looked_up.values_list("pk")), f"{where}: events for {person}"


def _alike(says: standing.PilotStatus | None) -> Any:
    """A reading without what no period tells (who lives in it), and without a seat's run, which `since` has taken up."""
    if says is None:
        return None
    gates = {key: replace(gate, seat=replace(gate.seat, run_from=None)) for key, gate in says.gates.items()}
    return replace(says, residence=None, gates=gates)


def _replayed(pilot: Pilot, at: date, known_at: date | None) -> standing.PilotStatus | None:
    """The pilot on a date, replayed from its events."""
    pilot = Pilot.objects.get(pk=pilot.pk)
    events = [a for a in load.event_records(pilot) if known_at is None or a.known <= known_at]
    kinds = load.kinds_of(pilot)
    if not events:
        return None
    history = replay.replay(pilot.recorded_on, kinds, events)
    if history.pilot[0].first_day > at:
        return None
    own = _on(history.pilot, at)
    settled = pilots.policies(at).get(pilot.portfolio_id, ())
    terms = standing.Terms(*(settled or (30, 14)), pilot.recorded_on, bool(pilot.source))
    return standing.read(
        {kind.key: kind for kind in kinds},
        own,
        {key: _on(of, at) for key, of in history.gates.items()},
        seats_across(pilot.portfolio_id, history.pilot, at),
        at=at,
        terms=terms,
    )


def _on(found: list[Any], at: date) -> Any:
    return [period for period in found if period.first_day <= at][-1]


def _standings_alike(found: dict[int, standing.PilotStatus], at: date, known_at: date | None, where: str) -> None:
    by_query = pilots.pilots().standing(at, known_at)
    rows = {row.pk: (row.standing, row.stage_then) for row in by_query}
    assert rows == {pk: (r.standing, r.stage) for pk, r in found.items()}, where
    museum = [row.pk for row in pilots.pilots().exhibits(at, known_at)]
    stalled = sorted(
        (says.stalls_on, pk) for pk, says in found.items() if says.standing == Standing.EXHIBIT and says.stalls_on
    )
    assert museum == [pk for _, pk in stalled], where
    claims = [row.pk for row in pilots.pilots().claims(at, known_at)]
    claimed = sorted((says.claim.since, pk) for pk, says in found.items() if says.claim)
    assert claims == [pk for _, pk in claimed], where


def _gates_alike(found: dict[int, standing.PilotStatus], at: date, known_at: date | None, where: str) -> None:
    rows = {
        (row.gate.pilot_id, row.kind.key): (row.now, row.court, row.holding, row.open_since)
        for row in pilots.gates_on(at, known_at)
        .annotate(open_since=pilots.open_since(at, known_at))
        .select_related("gate", "kind")
    }
    says = {
        (pk, key): (gate.state, gate.court, gate.holder, gate.since)
        for pk, one in found.items()
        for key, gate in one.gates.items()
    }
    assert rows == says, where


WAIT = ("running", "adopted")
"""The stages in which gates wait on anybody, as rule 12 has them."""


def _queues_alike(read: list[PilotSnapshot], at: date, known_at: date | None, where: str) -> None:
    """Each gate in a decider's court of a running or adopted pilot stands in the queue of exactly those who may decide it."""
    decided = [
        (one, gate)
        for one in read
        for gate in one.gates
        if gate.kind.clears_by != "acceptance" and gate.status.court == Court.DECIDER
    ]
    for person in Person.objects.all():
        for stages in (WAIT, ("paused",)):
            asked = () if stages == WAIT else stages
            rows = decider_queue(person, at, known_at, stages=asked).select_related("gate", "kind")
            assert {(row.gate.pilot_id, row.kind.key) for row in rows} == {
                (one.pilot.pk, gate.kind.key)
                for one, gate in decided
                if one.status.stage in stages and offers.may_decide(person, one, gate)
            }, f"{where}: the queue of {person}, {stages}"
        if known_at is None:
            queue = {row.gate for row in queue_in_order(person, at)}
            assert queue == set(decider_queue(person, at).values_list("gate", flat=True)), f"{where}: {person}"
            assert queue_length(person, at) == len(queue), f"{where}: how long the queue of {person} is"
            with mock.patch("readiness.queries.people.today", return_value=at):
                assert work_and_queue_of(person) == (work_of(person), len(queue)), f"{where}: what {person} does"
            alone = {gate.gate.pk for one, gate in decided if len(one.open_gates) == 1}
            assert {row.gate for row in queue_in_order(person, at) if row.alone} == queue & alone, f"{where}: {person}"


def _choices_alike(played: Played, at: date) -> None:
    """Gates of the first pilot, and each court, asked for by all that can be asked."""
    read = snapshots.snapshots_of(played.pilots, at=at)
    found = {one.pilot.pk: one.status for one in read}
    asked = [
        {"kind": key, "state": [gate.state], "court": gate.court, "holder": gate.holder}
        for one in list(found.values())[:1]
        for key, gate in list(one.gates.items())[:2]
    ]
    asked += [{"court": court} for court in Court.values()]
    asked += [{"court": court, "stages": [stage]} for court in Court.values() for stage in vocabulary.Stage.values()]
    asked += [{"open_only": True, "kind": "quality-threshold"}]
    for wanted in asked:
        rows = pilots.pilots().with_gate(at, **wanted)
        chosen = {pk for pk, one in found.items() if any(_fits(one, key, wanted) for key in one.gates)}
        assert set(rows.values_list("pk", flat=True)) == chosen, f"at {at}: {wanted}"
    waiting = [gate.court for one in found.values() if one.stage in WAIT for gate in one.gates.values() if gate.court]
    assert +Counter(pilots.pilots().open_gates_by_court(at)) == Counter(waiting), f"at {at}"
    assert [len(one.waiting_gates) for one in read] == [
        sum(gate.court is not None for gate in one.status.gates.values()) if one.status.stage in WAIT else 0
        for one in read
    ]


def _fits(one: standing.PilotStatus, key: str, wanted: dict[str, Any]) -> bool:
    gate = one.gates[key]
    # A court holds gates of running and adopted pilots, unless a stage is asked for by name.
    if wanted.get("court") and one.stage not in wanted.get("stages", WAIT):
        return False
    return (
        wanted.get("kind") in (None, key)
        and (wanted.get("state") is None or gate.state in wanted["state"])
        and wanted.get("court") in (None, gate.court)
        and wanted.get("holder") in (None, gate.holder)
        and (not wanted.get("open_only") or gate.is_open)
    )
