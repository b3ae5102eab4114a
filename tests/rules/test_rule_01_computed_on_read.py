"""Rule 1: standing follows from stored facts and a date, and every read can be asked of a past date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pilots import actions
from pilots.models import Event, PilotPeriod
from tests.company import LEGAL, MARCH, Signed, reading_of

DAY = timedelta(days=1)
STALLS = MARCH + 42 * DAY + 30 * DAY
"""Six weeks to decide, and thirty quiet days."""


@pytest.mark.parametrize(
    ("day", "stands"), [(STALLS - 15 * DAY, "moving"), (STALLS - DAY, "at_risk"), (STALLS, "museum_exhibit")]
)
def test_rule_1_the_same_facts_stand_otherwise_on_another_day(cast: Signed, day: date, stands: str) -> None:
    before = Event.objects.count(), PilotPeriod.objects.count()
    assert reading_of(cast.pilot, at=day).standing == stands
    assert (Event.objects.count(), PilotPeriod.objects.count()) == before


def test_rule_1_what_was_written_down_later_was_not_known_before(cast: Signed) -> None:
    decided, written = MARCH + 5 * DAY, MARCH + 10 * DAY
    actions.decide(gate=cast.gate(), by=cast.lena, outcome="cleared", reason="Yes.", on=decided, known=written)

    def state(known_at: date | None) -> str:
        return reading_of(cast.pilot, at=decided, known_at=known_at).gates[LEGAL].state

    assert state(None) == state(written) == "cleared"
    assert state(written - DAY) == "waiting"
