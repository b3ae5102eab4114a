"""Rule 12: the ledger in Python and the same ledger as SQL charge one number of days to each court, for any history."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilots import actions
from pilots.models import Function, GateKind, Person, Pilot, Portfolio
from pilots.refusals import Refused
from readiness.queries import snapshots
from readiness.queries.bottlenecks import bottlenecks
from readiness.queries.charged_days import LABELS, charged_days
from readiness.queries.period_rows import past_of
from readiness.queries.pilots import pilots
from readiness.rules import deadlines
from readiness.rules.ledger import Charge
from tests.properties.worlds import FIRST_DAY, Played, Player, World, worlds

pytestmark = pytest.mark.thorough

Charges = list[tuple[Pilot, Charge]]


@pytest.mark.django_db
@settings(
    max_examples=200 if os.environ.get("EXHAUSTIVE") else 12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(worlds(), st.integers(0, 5), st.lists(st.tuples(st.integers(-30, 400), st.integers(0, 400)), max_size=4))
def test_the_ledger_of_one_and_of_many_charge_the_same_days(
    world: World, void: int, asked: list[tuple[int, int]]
) -> None:
    with transaction.atomic():
        played = Player(world).play(world.steps)
        for pilot in played.pilots[void : void + 1]:
            _declare_void(pilot, played)
        rows = list(Pilot.objects.select_related("portfolio"))
        for start, end in _periods(played, asked):
            charges = list(snapshots.charges_of(rows, start=start, end=end))
            _all_alike(charges, start, end)
            _one_charged_alike(rows, charges, start, end)
        for at in sorted(set(played.days))[::5]:
            _bottlenecks_alike(rows, at)
            _one_read_alike(rows, at)
        transaction.set_rollback(True)


def _declare_void(pilot: Pilot, played: Played) -> None:
    by, on = Person.objects.get(name__iexact="kai"), max(played.days)
    with suppress(Refused):
        actions.void(pilot=Pilot.objects.get(pk=pilot.pk), by=by, reason="Twice.", on=on, known=on)


def _periods(played: Played, asked: list[tuple[int, int]]) -> list[tuple[date, date]]:
    """All that was played and a while more, and some periods within it."""
    some = [(FIRST_DAY + timedelta(days=first), FIRST_DAY + timedelta(days=first + days)) for first, days in asked]
    single = [(day, day + timedelta(days=1)) for day in sorted(set(played.days))[::4]]
    return [(date.min, max(played.days) + timedelta(days=500)), *some, *single]


def _one_charged_alike(rows: list[Pilot], charges: Charges, start: date, end: date) -> None:
    """The past of one pilot, read whole, is charged as the same pilot among many."""
    kinds = GateKind.objects.in_bulk()
    for pilot in rows:
        past = past_of(pilot, end)
        found = list(snapshots.charges_in(past, kinds=kinds, start=start, end=end)) if past else []
        assert found == [charge for row, charge in charges if row == pilot], f"{pilot}, {start} to {end}"


def _one_read_alike(rows: list[Pilot], at: date) -> None:
    """One pilot stands in its past as it stands where no more than a date is read."""
    kinds = GateKind.objects.in_bulk()
    for pilot in rows:
        past, there = past_of(pilot, at), snapshots.snapshot_of(pilot, at=at)
        assert (past is None) == (there is None), f"{pilot} on {at}"
        if past is None or there is None:
            continue
        found = snapshots.snapshot_in(past, pilot, at=at, kinds=kinds)
        assert (found.status, found.asks_from, found.pauses) == (there.status, there.asks_from, there.pauses)
        assert [deadlines.answer_due(gate, found) for gate in found.gates] == [
            deadlines.answer_due(gate, there) for gate in there.gates
        ], f"{pilot} on {at}"


def _all_alike(charges: Charges, start: date, end: date) -> None:
    where = f"{start} to {end}"
    for by in (None, *LABELS):
        assert _by_query(start, end, by=by) == _by_rule(charges, by), f"{where}, by {by}"
    for kind in GateKind.objects.all():
        there = [(pilot, charge) for pilot, charge in charges if charge.kind == kind.key]
        assert _by_query(start, end, by="holder", kind=kind.key) == _by_rule(there, "holder"), f"{where}: {kind.key}"
    for person in Person.objects.all():
        there = [(pilot, charge) for pilot, charge in charges if charge.holder == person.pk]
        assert _by_query(start, end, by="kind", holder=person) == _by_rule(there, "kind"), f"{where}: {person}"
    known = list(Function.objects.values_list("pk", flat=True))
    for functions in ([None], known, known[:1], [None, *known[1:]], []):
        there = [(pilot, charge) for pilot, charge in charges if charge.function in functions]
        by_pilot = _by_query(start, end, by="pilot", functions=functions)
        assert by_pilot == _by_rule(there, "pilot"), f"{where}: {functions}"
    for portfolio in Portfolio.objects.all():
        mine = pilots().filter(portfolio=portfolio)
        there = [(pilot, charge) for pilot, charge in charges if pilot.portfolio_id == portfolio.pk]
        assert _by_query(start, end, mine=mine) == _by_rule(there, None), f"{where}: {portfolio}"


def _bottlenecks_alike(rows: list[Pilot], at: date) -> None:
    """Whom pilots wait on, and in how many of them on nobody else, gate by gate."""
    gates: Counter[tuple[str, str, int | None]] = Counter()
    frees: Counter[tuple[str, str, int | None]] = Counter()
    for snapshot in snapshots.snapshots_of(rows, at=at):
        there = [(gate.kind.key, str(gate.status.court), gate.status.holder) for gate in snapshot.waiting_gates]
        gates.update(there)
        frees.update(there if len(there) == 1 else [])
    found = bottlenecks(pilots(), at=at, most=1000)
    named = {(one.kind.key, one.court, one.holder.pk if one.holder else None): one for one in found}
    assert len(named) == len(found)
    assert {of: (one.gates, one.frees) for of, one in named.items()} == {of: (n, frees[of]) for of, n in gates.items()}
    assert [(-one.frees, -one.gates) for one in found] == sorted((-one.frees, -one.gates) for one in found)


Found = dict[tuple[str, str], dict[str, int]]


def _by_query(
    start: date,
    end: date,
    *,
    mine: Any = None,
    by: str | None = None,
    kind: str | None = None,
    holder: Person | None = None,
    functions: Collection[int | None] | None = None,
) -> Found:
    mine = pilots() if mine is None else mine
    rows = charged_days(mine, start=start, end=end, by=by, kind=kind, holder=holder, functions=functions)
    found = {(row.of, row.name): row.courts for row in rows}
    assert len(found) == len(rows)
    return {of: dict(+Counter(courts)) for of, courts in found.items()}


def _by_rule(charges: Charges, by: str | None) -> Found:
    people = {person.pk: (person.public_id, person.name) for person in Person.objects.all()}
    functions = {function.pk: (function.name, function.name) for function in Function.objects.all()}
    found: dict[tuple[str, str], Counter[str]] = {}
    for pilot, charge in charges:
        labels: dict[str | None, tuple[str, str]] = {
            None: ("all", ""),
            "kind": (charge.kind, charge.kind),
            "holder": people[charge.holder] if charge.holder else ("", ""),
            "function": functions[charge.function] if charge.function else ("", ""),
            "portfolio": (pilot.portfolio.key, pilot.portfolio.name),
            "pilot": (pilot.key, pilot.name),
        }
        found.setdefault(labels[by], Counter())[charge.court] += charge.days
    # A pilot may have been given another name meanwhile.
    return {of: dict(courts) for of, courts in found.items()}
