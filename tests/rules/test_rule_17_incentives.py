"""Rule 17: where what the two sides are measured on pulls apart."""

from __future__ import annotations

import pytest

from readiness.rules.incentives import Pull, pulls

REWARDS = {"pilots running": "use", "response times": "speed", "errors": "quality", "overtime": "people"}


def test_rule_17_names_each_pair_that_pulls_apart() -> None:
    found = pulls(["Pilots running", "Revenue"], ["Errors", "Overtime", "Response times"], REWARDS)
    assert found == [Pull("Pilots running", ("Errors", "Overtime"))]


@pytest.mark.parametrize(("sponsor", "managers"), [(["Errors"], ["Errors"]), ([], ["Errors"]), (["Sun"], ["Rain"])])
def test_what_is_shared_or_on_no_list_pulls_at_nothing(sponsor: list[str], managers: list[str]) -> None:
    assert pulls(sponsor, managers, REWARDS) == []
