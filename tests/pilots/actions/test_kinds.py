"""A kind of gate can be added, and switched off for a portfolio; the past keeps the gates it had."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilots import actions
from pilots.models import GateKind, GatePeriod, Person, Pilot, PilotPeriod, Portfolio
from pilots.refusals import Invalid, NotYours, ReasonRequired, WrongGate
from readiness.queries import pilots
from readiness.queries.snapshots import snapshot_of
from tests.company import MARCH, a_person, a_portfolio, a_running_pilot, on

pytestmark = pytest.mark.django_db
APRIL, MAY = date(2025, 4, 1), date(2025, 5, 1)


@pytest.fixture
def portfolio() -> Portfolio:
    return a_portfolio(day=MARCH)


@pytest.fixture
def ria(portfolio: Portfolio) -> Person:
    ria = a_person("ria")
    actions.give_role(portfolio=portfolio, person=ria, role="program-office", by=None, **on(MARCH))
    return ria


@pytest.fixture
def pilot(portfolio: Portfolio) -> Pilot:
    return a_running_pilot(portfolio, day=MARCH)


def gates(pilot: Pilot, at: date) -> list[str]:
    """The gates of a pilot on a date; both ways of reading must say the same."""
    snapshot = snapshot_of(pilot, at=at)
    assert snapshot is not None
    keys = [gate.kind.key for gate in snapshot.gates]
    assert sorted(keys) == sorted(pilots.gates_on(at).filter(gate__pilot=pilot).values_list("kind__key", flat=True))
    return keys


def works_council(by: Person | None, **more: Any) -> GateKind:
    return actions.add_kind(
        key="works-council",
        name="Works council",
        question="Has the works council agreed?",
        by=by,
        on=APRIL,
        known=APRIL,
        **more,
    )


def periods(pilot: Pilot) -> list[Any]:
    own = PilotPeriod.objects.filter(pilot=pilot).order_by("first_day", "recorded_from")
    of_gates = GatePeriod.objects.filter(gate__pilot=pilot).order_by("gate", "first_day", "recorded_from")
    return [[{k: v for k, v in row.items() if k != "id"} for row in found.values()] for found in (own, of_gates)]


def test_an_added_kind_is_open_on_every_pilot_from_that_day_on(pilot: Pilot, ria: Person) -> None:
    works_council(ria)
    assert "works-council" not in gates(pilot, date(2025, 3, 31))
    assert gates(pilot, APRIL)[-1] == "works-council"
    snapshot = snapshot_of(pilot, at=MAY)
    assert snapshot is not None
    assert snapshot.status.gates["works-council"].since == APRIL
    assert snapshot.status.blocked_by[-1] == "works-council"


def test_a_pilot_recorded_later_has_the_added_kind_too(portfolio: Portfolio, ria: Person) -> None:
    works_council(ria)
    later = actions.record(portfolio=portfolio, key="P-2", name="Minutes", by=ria, on=MAY, known=MAY)
    assert "works-council" in gates(later, MAY)


def test_a_kind_for_high_impact_pilots_comes_and_goes_with_the_impact(pilot: Pilot, ria: Person) -> None:
    works_council(ria, high_impact_only=True)
    assert "works-council" not in gates(pilot, APRIL)
    actions.amend(pilot=pilot, by=ria, set={"high_impact": True}, on=MAY, known=MAY)
    assert "works-council" in gates(pilot, MAY)
    june = date(2025, 6, 1)
    actions.amend(pilot=pilot, by=ria, set={"high_impact": False}, on=june, known=june)
    assert "works-council" in gates(pilot, date(2025, 5, 31))
    assert "works-council" not in gates(pilot, june)


def test_a_kind_that_is_switched_off_asks_nothing_and_says_so(pilot: Pilot, portfolio: Portfolio, ria: Person) -> None:
    kind = GateKind.objects.get(key="quality-threshold")
    actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason="Nothing to measure.", on=APRIL, known=APRIL)
    assert "quality-threshold" in gates(pilot, date(2025, 3, 31))
    assert "quality-threshold" not in gates(pilot, APRIL)
    snapshot = snapshot_of(pilot, at=MAY)
    assert snapshot is not None
    assert [(kind.key, day) for kind, day in snapshot.switched_off] == [("quality-threshold", APRIL)]
    assert "quality-threshold" not in snapshot.status.missing
    gate = pilot.gates.select_related("pilot", "kind").get(kind=kind)
    with pytest.raises(WrongGate):
        actions.ask_exception(gate=gate, by=ria, reason="Late.", on=MAY, known=MAY)


def test_switched_on_again_it_is_open_again(pilot: Pilot, portfolio: Portfolio, ria: Person) -> None:
    kind = GateKind.objects.get(key="quality-threshold")
    actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason="Nothing to measure.", on=APRIL, known=APRIL)
    meanwhile = actions.record(portfolio=portfolio, key="P-2", name="Minutes", by=ria, on=APRIL, known=APRIL)
    assert "quality-threshold" not in gates(meanwhile, APRIL)
    actions.switch_on(kind=kind, portfolio=portfolio, by=ria, on=MAY, known=MAY)
    for each in (pilot, meanwhile):
        assert "quality-threshold" not in gates(each, date(2025, 4, 30))
        assert "quality-threshold" in gates(each, MAY)


def test_told_again_it_is_the_same(pilot: Pilot, portfolio: Portfolio, ria: Person) -> None:
    from pilots.derived.periods import rebuild_pilot

    works_council(ria)
    kind = GateKind.objects.get(key="legal-sign-off")
    actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason="Decided elsewhere.", on=MAY, known=MAY)
    before = periods(pilot)
    rebuild_pilot(pilot)
    assert periods(pilot) == before


def test_what_cannot_be_is_refused(portfolio: Portfolio, ria: Person) -> None:
    kind = GateKind.objects.get(key="legal-sign-off")
    outsider = Person.objects.create_user("otto@example.org", name="Otto")
    with pytest.raises(NotYours):
        works_council(outsider)
    with pytest.raises(NotYours):
        actions.switch_off(kind=kind, portfolio=portfolio, by=outsider, reason="No.")
    with pytest.raises(ReasonRequired):
        actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason=" ")
    with pytest.raises(Invalid):
        actions.switch_on(kind=kind, portfolio=portfolio, by=ria)
    actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason="Decided elsewhere.")
    with pytest.raises(Invalid):
        actions.switch_off(kind=kind, portfolio=portfolio, by=ria, reason="Once more.")
    for wrong in ({"seals": ["shoe_size"]}, {"clears_by": "measurement"}, {"clears_by": "magic"}):
        with pytest.raises(Invalid):
            works_council(ria, **wrong)
    works_council(ria)
    with pytest.raises(Invalid):
        works_council(ria)
