"""Somebody else's edit is never lost, and a colleague's answer elsewhere is no conflict."""

from __future__ import annotations

from typing import Any

import pytest

from pilots import actions, concurrency
from pilots.models import Person, Pilot
from pilots.refusals import ChangedMeanwhile
from tests.company import DATA, LEGAL, MARCH, a_person, a_planned_pilot, a_portfolio, a_right, gate_of, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def legal() -> Person:
    return a_person("lena")


@pytest.fixture
def pilot(legal: Person) -> Pilot:
    portfolio = a_portfolio(day=MARCH)
    for kind in (LEGAL, DATA):
        a_right(kind, legal, portfolio, day=MARCH)
    return a_planned_pilot(portfolio, day=MARCH)


def decide(pilot: Pilot, kind: str, legal: Person, **more: Any) -> None:
    actions.decide(gate=gate_of(pilot, kind), by=legal, outcome="cleared", reason="Yes.", **on(MARCH), **more)


def seen_now(pilot: Pilot, kind: str) -> int:
    gate = pilot.gates.get(kind__key=kind)
    return concurrency.of_gates([gate])[gate.pk]


def test_two_answers_on_one_gate_do_not_pass_unseen(pilot: Pilot, legal: Person) -> None:
    saw = seen_now(pilot, "legal-sign-off")
    decide(pilot, "legal-sign-off", legal, expected_version=saw)
    with pytest.raises(ChangedMeanwhile):
        decide(pilot, "legal-sign-off", legal, expected_version=saw)
    decide(pilot, "legal-sign-off", legal, expected_version=seen_now(pilot, "legal-sign-off"))


def test_an_answer_on_another_gate_is_no_conflict(pilot: Pilot, legal: Person) -> None:
    saw = seen_now(pilot, "legal-sign-off")
    decide(pilot, "it-data-access", legal)
    decide(pilot, "legal-sign-off", legal, expected_version=saw)


def test_an_edit_of_the_record_is_seen_before_it_is_decided_on(pilot: Pilot, legal: Person) -> None:
    saw = seen_now(pilot, "legal-sign-off")
    actions.amend(pilot=pilot, by=None, set={"tool": "Drafter 2"}, on=MARCH, known=MARCH)
    with pytest.raises(ChangedMeanwhile):
        decide(pilot, "legal-sign-off", legal, expected_version=saw)


def test_what_was_seen_of_many_gates_takes_one_query(pilot: Pilot, django_assert_num_queries: Any) -> None:
    gates = list(pilot.gates.all())
    with django_assert_num_queries(1):
        assert len(concurrency.of_gates(gates)) == 6
