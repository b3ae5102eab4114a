"""A kind of gate is added, and switched, on all pilots in batches: the same as by telling each pilot anew (rules 1, 8)."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.actions import bulk_kinds
from pilots.models import Event, Function, Gate, GateKind, GatePeriod, Person, Pilot, Portfolio
from pilots.rules.vocabulary import Stage
from tests.pilots.derived.stored import replayed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)
AT = date(2026, 6, 1)
LIVES = 60 if os.environ.get("EXHAUSTIVE") else 30
"""Fewer show the same: they stand at every stage, and their gates in every turn."""


def add(by: Person | None = None, on: date = AT, known: date | None = None, **more: Any) -> GateKind:
    says = {"key": "works-council", "name": "Works council", "question": "Has the works council agreed?"}
    return actions.add_kind(by=by, on=on, known=known or on, **(says | more))


@pytest.fixture
def lives() -> None:
    """Pilots with histories of every kind, in several portfolios."""
    call_command("make_portfolio", pilots=LIVES, seed=5, at=AT, verbosity=0)


@pytest.mark.usefixtures("lives")
@pytest.mark.parametrize(
    "known", [AT, AT + DAY, AT + timedelta(days=200)], ids=["the last day", "a day on", "when much has lapsed"]
)
def test_adding_a_kind_is_as_if_each_pilot_were_told_anew(known: date) -> None:
    actions.retire(pilot=Pilot.objects.filter(stage=Stage.RUNNING)[0], by=None, on=AT, known=AT)
    stages = set(Pilot.objects.values_list("stage", flat=True))
    assert {Stage.ADOPTED, Stage.RUNNING, Stage.PAUSED, Stage.RETIRED, Stage.PLANNED} <= stages
    kind = add(on=known)
    assert Gate.objects.filter(kind=kind).count() == Pilot.objects.exclude(stage=Stage.RETIRED).count()
    replayed()


@pytest.mark.usefixtures("lives")
def test_so_is_a_kind_that_counts_from_an_earlier_day() -> None:
    add(on=AT - timedelta(days=120), known=AT + DAY)
    replayed()


@pytest.mark.usefixtures("lives")
@pytest.mark.parametrize("key", ["legal-sign-off", "quality-threshold", "named-sponsor"])
def test_switching_a_kind_off_and_on_is_as_if_each_pilot_were_told_anew(key: str) -> None:
    kind = GateKind.objects.get(key=key)
    for portfolio in Portfolio.objects.all():
        later = AT + timedelta(days=90)
        actions.switch_off(kind=kind, portfolio=portfolio, by=None, reason="Elsewhere.", on=later, known=later)
        replayed()
        actions.switch_on(kind=kind, portfolio=portfolio, by=None, on=later + DAY, known=later + 2 * DAY)
    replayed()


@pytest.mark.usefixtures("lives")
def test_on_one_day_everything_may_happen() -> None:
    """Added, switched off, on, off and on again on the day itself: what began that day may become one with the day before."""
    kind = add()
    for _time in range(2):
        for portfolio in Portfolio.objects.all():
            actions.switch_off(kind=kind, portfolio=portfolio, by=None, reason="A mistake.", on=AT, known=AT)
        replayed()
        for portfolio in Portfolio.objects.all():
            actions.switch_on(kind=kind, portfolio=portfolio, by=None, on=AT, known=AT)
        replayed()


def test_batches_do_not_change_what_follows(lives: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_kinds, "PILOTS_AT_ONCE", 7)
    kind = add(on=AT + DAY)
    assert Gate.objects.filter(kind=kind).count() == Pilot.objects.exclude(stage=Stage.RETIRED).count()
    replayed()


@pytest.fixture
def portfolio() -> Portfolio:
    return Portfolio.objects.create(key="p", name="P")


@pytest.fixture
def record(portfolio: Portfolio) -> Callable[..., Pilot]:
    """Puts pilots on record long before, some started, some moved to another function, some paused and past its end."""
    functions = [Function.objects.create(name=name) for name in ("Sales", "Service")]
    long_ago = AT - timedelta(days=100)

    def one(number: int) -> Pilot:
        when = {"on": long_ago, "known": long_ago}
        pilot = actions.record(
            portfolio=portfolio, key=f"P-{number}", name="Drafts", function=functions[0], by=None, **when
        )
        actions.start(pilot=pilot, by=None, **when)
        later = {"on": long_ago + 5 * DAY, "known": long_ago + 5 * DAY}
        if number % 3 == 1:
            actions.amend(pilot=pilot, by=None, set={"function": functions[1]}, **later)
        if number % 3 == 2:
            office = Person.objects.get_or_create(email="root@example.org", defaults={"is_superuser": True})[0]
            until = long_ago + 20 * DAY
            actions.pause(pilot=pilot, by=office, until=until, reason="Summer.", **later)
        return pilot

    return one


def test_a_gate_that_was_not_there_lies_where_its_pilot_lay(record: Callable[..., Pilot]) -> None:
    pilot = record(1)
    kind = add()
    history = GatePeriod.objects.filter(gate__pilot=pilot, gate__kind=kind).order_by("first_day")
    lay = [
        (period.awaits, period.unit.function and period.unit.function.name) for period in history.select_related("unit")
    ]
    assert lay == [("off", "Sales"), ("off", "Service"), ("decision", "Service")]
    replayed()


def test_a_pause_that_was_over_is_over(record: Callable[..., Pilot]) -> None:
    pilot = record(2)
    add()
    pilot.refresh_from_db()
    assert pilot.stage == Stage.RUNNING
    replayed()


def asked(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        do()
    return len(queries)


def test_statements_do_not_grow_with_pilots(record: Callable[..., Pilot], portfolio: Portfolio) -> None:
    legal = GateKind.objects.get(key="legal-sign-off")

    def all_three(key: str, day: date) -> list[int]:
        off, on = ({"on": day + n * DAY, "known": day + n * DAY} for n in (1, 2))
        return [
            asked(lambda: add(key=key, on=day)),
            asked(lambda: actions.switch_off(kind=legal, portfolio=portfolio, by=None, reason="No.", **off)),
            asked(lambda: actions.switch_on(kind=legal, portfolio=portfolio, by=None, **on)),
        ]

    for number in range(3):
        record(number)
    few = all_three("works-council", AT)
    for number in range(3, 12):
        record(number)
    assert all_three("security-review", AT + 9 * DAY) == few
    assert max(few) < 46
    replayed()


def test_each_pilot_has_its_event_and_the_act_has_one(record: Callable[..., Pilot], portfolio: Portfolio) -> None:
    pilots = [record(number) for number in range(3)]
    kind = add()
    history = Event.objects.get(action="add_kind")
    assert (history.pilot, history.portfolio, history.data["count"]) == (None, None, 3)
    opened = Event.objects.of_batch(history.batch)
    assert {event.pilot_id for event in opened} == {pilot.pk for pilot in pilots}
    assert {event.action for event in opened} == {"open_gate"}
    assert list(Event.objects.entries().filter(batch=history.batch)) == [history]
    actions.switch_off(kind=kind, portfolio=portfolio, by=None, reason="Elsewhere.", on=AT, known=AT)
    off = Event.objects.get(action="switch_off", pilot=None)
    assert (off.portfolio, off.reason, off.data["count"]) == (portfolio, "Elsewhere.", 3)
    assert {event.reason for event in Event.objects.of_batch(off.batch)} == {"Elsewhere."}
