"""Rule 4: the date by which a running pilot is to be decided, and who may move it how far."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pilots import actions
from pilots.models import Pilot
from pilots.refusals import Refused
from pilots.rules.stalls import needs_escalation_for_date
from tests.company import MARCH, Signed, on, reading_of

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def test_rule_4_the_start_sets_it_six_weeks_on(cast: Signed) -> None:
    assert reading_of(cast.pilot, at=MARCH).decide_by == MARCH + 6 * WEEK


def test_rule_4_a_later_date_is_a_slip_and_an_earlier_one_is_none(cast: Signed) -> None:
    for weeks, slips in ((8, 1), (7, 1), (9, 2)):
        pilot = Pilot.objects.get(pk=cast.pilot.pk)
        actions.move_decide_by(pilot=pilot, by=cast.ria, to=MARCH + weeks * WEEK, reason="A holiday.", **on(MARCH))
        assert reading_of(pilot, at=MARCH).slips == slips


def test_rule_4_once_the_stall_date_has_come_it_cannot_be_moved(cast: Signed) -> None:
    stalls = MARCH + 6 * WEEK + 30 * DAY
    says = {"pilot": cast.pilot, "by": cast.ria, "to": MARCH + 20 * WEEK, "reason": "A holiday."}
    with pytest.raises(Refused):
        actions.move_decide_by(**says, **on(stalls))
    actions.move_decide_by(**says, **on(stalls - DAY))


@pytest.mark.parametrize(
    ("slips", "is_slip", "to", "needs"),
    [
        (1, True, 26 * WEEK, False),
        (2, True, 26 * WEEK, True),
        (2, False, 26 * WEEK, False),
        (0, True, 26 * WEEK + DAY, True),
    ],
)
def test_rule_4_the_third_slip_and_a_date_past_26_weeks_take_the_escalation_person(
    slips: int, is_slip: bool, to: timedelta, needs: bool
) -> None:
    assert needs_escalation_for_date(slips=slips, is_slip=is_slip, to=MARCH + to, started=MARCH) is needs
