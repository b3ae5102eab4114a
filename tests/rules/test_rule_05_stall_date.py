"""Rule 5: the day from which a running pilot is a museum exhibit, and what pauses do to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pilots import actions
from pilots.models import Pilot
from pilots.refusals import Refused
from pilots.rules.stalls import Pause, needs_escalation_for_pause, stall_clock_from, stalls_on
from tests.company import MARCH, Signed, on, reading_of

DAY = timedelta(days=1)
APRIL = date(2025, 4, 14)


@pytest.mark.parametrize("moved", [APRIL - DAY, APRIL, APRIL + 10 * DAY])
def test_rule_5_quiet_days_count_from_the_later_of_date_and_movement(moved: date) -> None:
    assert stalls_on(stall_clock_from(APRIL, moved, [])) == max(APRIL, moved) + 30 * DAY


def test_rule_5_days_of_pauses_after_the_later_of_the_two_are_added_once() -> None:
    before, across, after = (
        (APRIL - 9 * DAY, APRIL - DAY),
        (APRIL - DAY, APRIL + 2 * DAY),
        (APRIL + DAY, APRIL + 4 * DAY),
    )
    assert stall_clock_from(APRIL, MARCH, [before]) == APRIL
    assert stall_clock_from(APRIL, MARCH, [before, across]) == APRIL + 2 * DAY
    assert stall_clock_from(APRIL, MARCH, [across, after]) == APRIL + 4 * DAY


@pytest.mark.parametrize(("lengths", "needs"), [((90,), False), ((90, 90), False), ((90, 91), True), ((1, 1, 1), True)])
def test_rule_5_a_third_pause_or_more_than_180_days_takes_the_escalation_person(
    lengths: tuple[int, ...], needs: bool
) -> None:
    pauses: list[Pause] = []
    for length in lengths:
        first = (pauses[-1][1] if pauses else APRIL) + DAY
        pauses.append((first, first + (length - 1) * DAY))
    assert needs_escalation_for_pause(pauses[:-1], pauses[-1]) is needs


def test_rule_5_only_movement_takes_the_mark_off(cast: Signed) -> None:
    stalled = APRIL + 30 * DAY
    assert reading_of(cast.pilot, at=stalled - DAY).standing == "at_risk"
    assert reading_of(cast.pilot, at=stalled).standing == "museum_exhibit"
    with pytest.raises(Refused):
        actions.pause(pilot=cast.pilot, by=cast.ria, until=stalled + DAY, reason="Spring.", **on(stalled))
    actions.amend(pilot=cast.pilot, by=cast.ria, set={"purpose": "Another one."}, **on(stalled))
    assert reading_of(Pilot.objects.get(pk=cast.pilot.pk), at=stalled).standing == "museum_exhibit"
    cast.decide(on=stalled)
    assert reading_of(cast.pilot, at=stalled).standing == "moving"
