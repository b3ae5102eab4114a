"""The page of outcomes says what the actions do. `WRITE_DOCS=1` writes it."""

from __future__ import annotations

import os

import pytest

from tests.contracts import outcomes

pytestmark = pytest.mark.thorough


@pytest.mark.django_db
def test_the_page_of_outcomes_says_what_the_verbs_do() -> None:
    page = outcomes.page()
    if os.environ.get("WRITE_DOCS"):
        outcomes.PAGE.parent.mkdir(exist_ok=True)
        outcomes.PAGE.write_text(page, encoding="utf-8")
    assert outcomes.PAGE.read_text(encoding="utf-8") == page


def test_every_outcome_is_tried_by_every_capacity_on_every_kind() -> None:
    lines = outcomes.PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "`" in line]
    assert len(rows) == len(outcomes.OUTCOMES) * len(outcomes.CAPACITIES)
    assert {line.count(" | ") for line in rows} == {7}
