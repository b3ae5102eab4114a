"""The portfolio page says why pilots ended, as the summary of the API counts them."""

from __future__ import annotations

import pytest

from pilots import actions
from tests.company import Company, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company()


def _page(company: Company, **asked: str) -> tuple[str, list[tuple[int, str]]]:
    answer = browser_of(company.ria).get("/portfolio/", asked)
    return answer.content.decode(), [(each.number, each.counts) for each in answer.context["ended"]]


def test_nothing_is_said_of_causes_where_nothing_has_ended(company: Company) -> None:
    company.running()
    page, ended = _page(company)
    assert ("Why they ended" in page, ended) == (False, [])


def test_each_cause_is_counted_the_most_first_and_nobody_said_why_too(company: Company) -> None:
    for number, because in enumerate(("cost", "cost", "data", "")):
        pilot = company.running(f"CO-{number}")
        actions.retire(pilot=pilot, by=None, learned="Nobody reads them.", because=because)
    page, ended = _page(company)
    assert "Why they ended" in page
    assert ended == [(2, "its cost"), (1, "the data"), (1, "nobody said why")]


def test_it_is_of_the_day_that_is_asked_for(company: Company) -> None:
    pilot = company.running()
    actions.retire(pilot=pilot, by=None, learned="Nobody reads them.", because="cost")
    assert _page(company, as_of=company.day(1).isoformat())[1] == []
