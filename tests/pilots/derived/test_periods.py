"""Periods follow from acts: a rebuild leaves the same rows, whatever was written down late and in whichever order."""

from __future__ import annotations

from datetime import date

import pytest

from pilots import actions
from pilots.derived import periods
from pilots.models import GatePeriod, Pilot, PilotPeriod
from tests.company import a_person, a_planned_pilot, a_portfolio
from tests.pilots.derived.stored import rows

RECORDED, FIFTH, SEVENTH, TENTH, TODAY = (date(2025, 3, day) for day in (1, 5, 7, 10, 20))


@pytest.fixture
def pilot() -> Pilot:
    return a_planned_pilot(a_portfolio(day=RECORDED), day=RECORDED)


@pytest.mark.django_db
def test_what_a_late_note_superseded_can_hold_again_on_the_same_day(pilot: Pilot) -> None:
    mia, tom = a_person("mia"), a_person("tom")
    actions.amend(pilot=pilot, by=None, set={"manager": mia}, on=RECORDED, known=RECORDED)
    actions.start(pilot=pilot, by=None, on=TENTH, known=TENTH)
    for day, manager in ((FIFTH, tom), (SEVENTH, mia)):
        actions.amend(pilot=pilot, by=None, set={"manager": manager}, on=day, known=TODAY)
    stands = PilotPeriod.objects.filter(pilot=pilot, superseded_on=None)
    assert list(stands.order_by("first_day").values_list("first_day", "manager", "recorded_from")) == [
        (RECORDED, mia.pk, RECORDED),
        (FIFTH, tom.pk, TODAY),
        (SEVENTH, mia.pk, TODAY),
        (TENTH, mia.pk, TENTH),
    ]
    before = (rows(PilotPeriod, pilot=pilot), rows(GatePeriod, gate__pilot=pilot))
    periods.rebuild_pilot(pilot)
    assert before == (rows(PilotPeriod, pilot=pilot), rows(GatePeriod, gate__pilot=pilot))
