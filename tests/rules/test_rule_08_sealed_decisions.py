"""Rule 8: a decision holds for what was decided on. That nobody edits one is tried in tests/pilots/event_log/."""

from __future__ import annotations

from datetime import date

import pytest

from pilots import actions
from pilots.models import Pilot
from tests.company import DATA, LEGAL, MARCH, Signed, on, reading_of


def march(n: int) -> date:
    return MARCH.replace(day=n)


def amended(cast: Signed, day: date, **facts: str) -> None:
    actions.amend(pilot=Pilot.objects.get(pk=cast.pilot.pk), by=cast.ria, set=facts, **on(day))


@pytest.mark.parametrize(("kind", "after"), [(LEGAL, "reconfirm"), (DATA, "cleared")])
def test_rule_8_a_kind_seals_its_own_fields_and_no_others(cast: Signed, kind: str, after: str) -> None:
    cast.decide(kind, on=march(4))
    amended(cast, march(5), workflow="Drafting refusals")
    assert reading_of(cast.pilot, at=march(5)).gates[kind].state == after


def test_rule_8_the_answer_is_restored_with_what_it_was_given_on(cast: Signed) -> None:
    cast.decide(on=march(4))
    for day, tool, state in ((5, "Drafter 2", "reconfirm"), (6, "  drafter  1 ", "cleared")):
        amended(cast, march(day), tool=tool)
        assert reading_of(cast.pilot, at=march(day)).gates[LEGAL].state == state
    assert reading_of(cast.pilot, at=march(5)).gates[LEGAL].state == "reconfirm"
