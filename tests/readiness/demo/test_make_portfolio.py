"""A synthetic portfolio says nothing that its acts do not: periods as a rebuild leaves them, chains that verify."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from pilots.derived import load, periods
from pilots.event_log import verify
from pilots.models import Decision, DecisionRight, Event, Gate, GatePeriod, Person, Pilot, PilotPeriod, Seat
from readiness.demo.synthetic.cloner import STAND_IN
from readiness.queries.pilots import gates_on, pilots
from tests.pilots.derived.stored import rows

pytestmark = pytest.mark.thorough

AT = date(2026, 6, 1)
PILOTS = 120


def make(seed: int = 7, **options: Any) -> str:
    out = StringIO()
    options = {"pilots": PILOTS, "at": AT, "seed": seed} | options
    call_command("make_portfolio", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_synthetic_portfolio_is_true_to_its_acts() -> None:
    assert make().startswith("120 pilots of seed 7 in ")
    assert (Pilot.objects.count(), Gate.objects.count()) == (PILOTS, 6 * PILOTS)
    _periods_are_as_a_rebuild_leaves_them()
    _chains_verify()
    _deciders_held_what_they_decided()
    _nobody_stands_in_any_more()
    _it_is_skewed_and_of_every_kind()
    with pytest.raises(CommandError, match=r"already\. Give another seed") as ended:
        make()
    assert ended.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_made_as_on_the_command_line_in_transactions_of_its_own() -> None:
    assert make(pilots=30).startswith("30 pilots of seed 7 in ")
    assert Pilot.objects.count() == 30


def _periods_are_as_a_rebuild_leaves_them() -> None:
    for pilot in Pilot.objects.all()[:: PILOTS // 30]:
        before = (rows(PilotPeriod, pilot=pilot), rows(GatePeriod, gate__pilot=pilot))
        state, version = Pilot.objects.filter(pk=pilot.pk).values().get(), pilot.version
        periods.rebuild_pilot(pilot)
        after = (rows(PilotPeriod, pilot=pilot), rows(GatePeriod, gate__pilot=pilot))
        assert before == after, pilot
        number = Event.objects.filter(pilot=pilot).count()
        assert version == number + 1, state


def _chains_verify() -> None:
    assert Decision.objects.count() > PILOTS
    found = verify.verify()
    assert found.first is None
    assert found.chains == PILOTS + 1


def _deciders_held_what_they_decided() -> None:
    answered = Decision.objects.exclude(capacity__in=["named", "asserted"])
    assert answered.count() > PILOTS // 2
    for row in answered.select_related("gate__pilot", "gate__kind")[::5]:
        pilot = row.gate.pilot
        seat = load.seats_on(pilot.portfolio_id, pilot.function_id, row.effective_on)[row.gate.kind.key]
        assert getattr(seat, row.capacity) == row.decider_id


def _nobody_stands_in_any_more() -> None:
    assert not Person.objects.filter(pk__gte=STAND_IN).exists()
    for event in Event.objects.all():
        assert str(STAND_IN)[:13] not in f"{event.data}{event.changes}"
    assert Event.objects.order_by("-known_on").first().known_on <= AT  # type: ignore[union-attr]


def _it_is_skewed_and_of_every_kind() -> None:
    counts = pilots().counts(AT)
    assert {n for n, found in counts.items() if found} >= {
        "planned",
        "museum_exhibit",
        "claimed",
        "retired",
        "not_stated",
    }
    states = set(gates_on(AT).values_list("now", flat=True))
    assert states >= {"waiting", "unowned", "cleared", "lapsed", "asserted"}


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_portfolio_and_another_another() -> None:
    def said() -> list[Any]:
        # A chain covers the keys of people named in conditions, and these go on counting.
        decisions = Decision.objects.values_list("public_id", "effective_on", "outcome", "event__texts__salt")
        facts = Pilot.objects.values_list("key", "name", "recorded_on", "stage")
        return [*facts.order_by("key"), *decisions.order_by("public_id")]

    facts_of_each = []
    for seed in (3, 3, 4):
        with transaction.atomic():
            make(seed=seed, pilots=20)
            facts_of_each.append(said())
            transaction.set_rollback(True)
    assert facts_of_each[0] == facts_of_each[1]
    assert facts_of_each[0] != facts_of_each[2]


@pytest.mark.django_db
def test_no_pilots_are_no_portfolio() -> None:
    with pytest.raises(CommandError) as ended:
        make(pilots=0)
    assert ended.value.returncode == 2


@pytest.mark.django_db
def test_a_second_portfolio_leaves_the_first_and_everybody_else_as_they_were() -> None:
    def held() -> list[Any]:
        names = ("unit", "kind", "first_day", "last_day", "holder", "deputy", "capacity")
        first = Seat.objects.filter(unit__portfolio__key__startswith="synthetic-1-")
        return list(first.order_by("unit", "kind", "first_day").values_list(*names))

    make(seed=1, pilots=20)
    before = held()
    make(seed=2, pilots=20, at=AT + timedelta(days=1))
    assert held() == before
    assert not DecisionRight.objects.filter(portfolio=None).exists()
