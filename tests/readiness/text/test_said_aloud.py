"""Sentences that are right for every number and every name of a kind."""

from __future__ import annotations

import pytest

from pilots.rules.vocabulary import Standing
from readiness.pages.pilot import Rule, stated
from readiness.pages.portfolio import opening
from readiness.rules import standing


@pytest.mark.parametrize(
    ("adopted", "stalled", "says"),
    [
        (0, 1, "none is adopted and one is a museum exhibit."),
        (1, 0, "one is adopted and none is a museum exhibit."),
        (2, 12, "two are adopted and 12 are museum exhibits."),
    ],
)
def test_a_portfolio_counts_in_words(adopted: int, stalled: int, says: str) -> None:
    counts = dict.fromkeys(standing.STANDINGS, 0)
    counts |= {"adopted": adopted, Standing.EXHIBIT: stalled, "planned": 3}
    assert opening(counts) == f"Of {adopted + stalled + 3} pilots, {says}"


@pytest.mark.parametrize(
    ("many", "says"),
    [
        (0, "None of them is stated."),
        (1, "One of the seven is stated."),
        (6, "Six of the seven are stated."),
        (7, "All seven are stated."),
    ],
)
def test_the_rules_are_counted_in_words(many: int, says: str) -> None:
    assert stated([Rule("A rule", "So." if n < many else "") for n in range(7)]) == says
