"""Rule 11: adoption is refused while a gate is open or a known rule is missing, and the refusal lists exactly what."""

from __future__ import annotations

import pytest

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from pilots.refusals import Refused
from pilots.rules.adoption import RISK, RULES, UNCONFIRMED
from tests.company import DATA, ERROR, FUNDING, LEGAL, QUALITY, Stage, reading_of


def refused(stage: Stage, pilot: Pilot) -> set[str]:
    with pytest.raises(Refused) as refusal:
        actions.adopt(pilot=pilot, by=stage.ria)
    return set(refusal.value.missing)


def test_rule_11_all_that_is_missing_is_listed(stage: Stage) -> None:
    pilot = stage.running()
    assert refused(stage, pilot) == {LEGAL, DATA, QUALITY, FUNDING, ERROR, *RULES, RISK, UNCONFIRMED}


def test_rule_11_with_nothing_missing_it_is_adopted(stage: Stage) -> None:
    pilot = stage.all_clear(stage.running())
    actions.adopt(pilot=pilot, by=stage.ria)
    assert reading_of(pilot, at=today()).standing == "adopted"


def test_rule_11_a_changed_rule_is_confirmed_again(stage: Stage) -> None:
    pilot = stage.all_clear(stage.running())
    actions.set_rules(pilot=pilot, by=stage.ria, trust_when="Price and term are unchanged.")
    pilot.refresh_from_db()
    assert refused(stage, pilot) == {UNCONFIRMED}
