"""Rule 11: adoption is refused while a gate is open or a known rule is missing, and the refusal lists exactly what."""

from __future__ import annotations

import pytest

from pilots import actions
from pilots.clock import today
from pilots.models import Pilot
from pilots.refusals import Refused
from pilots.rules.adoption import RISK, RULES, UNCONFIRMED
from tests.company import DATA, ERROR, FUNDING, LEGAL, QUALITY, Company, reading_of


def refused(company: Company, pilot: Pilot) -> set[str]:
    with pytest.raises(Refused) as refusal:
        actions.adopt(pilot=pilot, by=company.ria)
    return set(refusal.value.missing)


def test_rule_11_all_that_is_missing_is_listed(company: Company) -> None:
    pilot = company.running()
    assert refused(company, pilot) == {LEGAL, DATA, QUALITY, FUNDING, ERROR, *RULES, RISK, UNCONFIRMED}


def test_rule_11_with_nothing_missing_it_is_adopted(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.adopt(pilot=pilot, by=company.ria)
    assert reading_of(pilot, at=today()).standing == "adopted"


def test_rule_11_a_changed_rule_is_confirmed_again(company: Company) -> None:
    pilot = company.all_clear(company.running())
    actions.set_rules(pilot=pilot, by=company.ria, trust_when="Price and term are unchanged.")
    pilot.refresh_from_db()
    assert refused(company, pilot) == {UNCONFIRMED}
