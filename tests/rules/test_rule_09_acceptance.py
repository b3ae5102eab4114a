"""Rule 9: an acceptance gate clears when the person named accepts, in their own name, and stays theirs until another does."""

from __future__ import annotations

from datetime import date

import pytest

from pilots import actions
from pilots.refusals import Refused
from tests.company import MARCH, SPONSOR, Signed, on, reading_of


def march(n: int) -> date:
    return MARCH.replace(day=n)


def gate(cast: Signed, day: int) -> tuple[str, int | None]:
    found = reading_of(cast.pilot, at=march(day)).gates[SPONSOR]
    return found.state, found.holder


def test_rule_9_being_named_is_not_acceptance(cast: Signed) -> None:
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.sam, **on(march(4)))
    assert gate(cast, 4)[0] == "waiting"
    for other in (cast.ria, cast.olga):
        with pytest.raises(Refused):
            actions.accept(gate=cast.gate(SPONSOR), by=other, **on(march(5)))
    actions.accept(gate=cast.gate(SPONSOR), by=cast.sam, **on(march(5)))
    assert gate(cast, 5) == ("cleared", cast.sam.pk)


def test_rule_9_a_seat_is_handed_over_by_the_next_acceptance_and_opened_by_leaving(cast: Signed) -> None:
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.sam, **on(march(4)))
    actions.accept(gate=cast.gate(SPONSOR), by=cast.sam, **on(march(4)))
    actions.nominate(gate=cast.gate(SPONSOR), by=cast.ria, person=cast.olga, **on(march(5)))
    assert gate(cast, 5) == ("cleared", cast.sam.pk)
    actions.accept(gate=cast.gate(SPONSOR), by=cast.olga, **on(march(6)))
    assert gate(cast, 6) == ("cleared", cast.olga.pk)
    actions.leave(gate=cast.gate(SPONSOR), by=cast.olga, **on(march(7)))
    assert gate(cast, 7)[0] == "unowned"
