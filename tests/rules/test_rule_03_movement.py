"""Rule 3: what counts as movement, and that nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pilots import actions
from pilots.models import Pilot, PilotPeriod
from tests.company import MARCH, SPONSOR, Signed, on, with_a_result, with_a_threshold, with_an_acceptance


def march(n: int) -> date:
    return MARCH.replace(day=n)


def last_movement(cast: Signed) -> date | None:
    return PilotPeriod.objects.filter(pilot=cast.pilot, superseded_on=None).latest("first_day").last_movement


def test_rule_3_the_start_moves_and_so_does_another_answer_but_not_the_same_again(cast: Signed) -> None:
    assert last_movement(cast) == MARCH
    for day, outcome, moved in ((4, "cleared", 4), (5, "cleared", 4), (6, "refused", 6), (7, "withdrawn", 6)):
        cast.decide(on=march(day), outcome=outcome)
        assert last_movement(cast) == march(moved), outcome


def test_rule_3_only_a_persons_first_acceptance_of_a_gate_moves(cast: Signed) -> None:
    with_an_acceptance(cast.pilot, SPONSOR, cast.sam, by=cast.ria, **on(march(5)))
    assert last_movement(cast) == march(5)
    actions.leave(gate=cast.gate(SPONSOR), by=cast.sam, **on(march(6)))
    with_an_acceptance(cast.pilot, SPONSOR, cast.sam, by=cast.ria, **on(march(7)))
    assert last_movement(cast) == march(5)


def test_rule_3_a_result_moves_that_is_another_one_than_the_last(cast: Signed) -> None:
    with_a_threshold(cast.pilot, by=cast.ria, **on(march(4)))
    for day, value, sample, moved in ((5, 0.95, 400, 5), (6, 0.96, 400, 5), (7, 0.2, 10, 5), (8, 0.2, 400, 8)):
        with_a_result(cast.pilot, by=cast.ria, value=value, sample=sample, **on(march(day)))
        assert last_movement(cast) == march(moved), value


def pauses(cast: Signed) -> None:
    actions.pause(pilot=cast.pilot, by=cast.ria, until=march(20), reason="Spring.", **on(march(5)))
    actions.resume(pilot=Pilot.objects.get(pk=cast.pilot.pk), by=cast.ria, **on(march(9)))


@pytest.mark.parametrize(
    "event",
    [
        lambda c: actions.amend(pilot=c.pilot, by=c.ria, set={"tool": "Drafter 2"}, **on(march(5))),
        lambda c: actions.nominate(gate=c.gate(SPONSOR), by=c.ria, person=c.sam, **on(march(5))),
        lambda c: actions.ask_exception(gate=c.gate(), by=c.ria, reason="It cannot wait.", **on(march(5))),
        lambda c: actions.move_decide_by(
            pilot=c.pilot, by=c.ria, to=date(2025, 5, 1), reason="Legal’s calendar.", **on(march(5))
        ),
        lambda c: with_a_threshold(c.pilot, by=c.ria, **on(march(5))),
        pauses,
    ],
    ids=["an edit", "naming somebody", "a request", "another date", "a threshold", "a pause and its end"],
)
def test_rule_3_nothing_else_moves(cast: Signed, event: Callable[[Signed], Any]) -> None:
    event(cast)
    assert last_movement(cast) == MARCH
