"""The museum as text: counts by standing, then the placards of both rooms."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.models import Pilot, Portfolio
from readiness.management.commands import exhibits
from tests.company import a_portfolio, a_running_pilot

BEGAN = date(2025, 3, 3)
STALLED = BEGAN + timedelta(days=42 + 30)


@pytest.fixture
def portfolio() -> Portfolio:
    return a_portfolio("mail", day=BEGAN, name="Mail order")


def running(portfolio: Portfolio, key: str, on: date = BEGAN) -> Pilot:
    return a_running_pilot(portfolio, key, day=on, name=f"Drafts of {key}")


def printed(**options: Any) -> str:
    out = StringIO()
    call_command("exhibits", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_counts_come_first_then_exhibits_longest_stalled_first_then_claims(portfolio: Portfolio) -> None:
    running(portfolio, "LATER", BEGAN + timedelta(days=1))
    running(portfolio, "FIRST")
    actions.record_claim(pilot=running(portfolio, "CLAIM"), on=BEGAN, known=BEGAN)
    says = printed(at=(STALLED + timedelta(days=1)).isoformat())
    assert says.startswith("The museum on 15 May 2025\n\n        0  planned\n")
    assert "        2  museum exhibit\n" in says
    assert "        1  claimed\n" in says
    places = [
        says.index(word) for word in ("2 exhibits", "FIRST  Drafts", "LATER  Drafts", "1 claim.", "CLAIM  Drafts")
    ]
    assert places == sorted(places)
    assert "on display since 14 May 2025" in says


@pytest.mark.django_db
def test_a_pilot_enters_on_the_day_it_stalls_and_not_the_day_before(portfolio: Portfolio) -> None:
    running(portfolio, "P-1")
    eve = STALLED - timedelta(days=1)
    assert "P-1" not in printed(at=eve.isoformat())
    assert "P-1" in printed(at=STALLED.isoformat())


@pytest.mark.django_db
def test_one_portfolio_can_be_asked_for(portfolio: Portfolio) -> None:
    running(portfolio, "HERE")
    running(Portfolio.objects.create(key="other", name="Other"), "THERE")
    says = printed(at="2025-12-01", portfolio="mail")
    assert "HERE" in says
    assert "THERE" not in says
    assert "        1  museum exhibit\n" in says


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"at": "23.11.2026"}, "“23.11.2026” is not a date. Write it as 2026-11-23."),
        ({"at": "2025-02-30"}, "“2025-02-30” is not a date. Write it as 2026-11-23."),
        ({"portfolio": "nail"}, "There is no portfolio “nail”. There is: mail."),
    ],
)
def test_a_day_or_a_portfolio_that_is_none_gets_a_sentence_and_status_two(
    portfolio: Portfolio, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError) as ended:
        printed(**options)
    assert (str(ended.value), ended.value.returncode) == (sentence, 2)


@pytest.mark.django_db
def test_lines_fit_the_terminal(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    running(portfolio, "P-1")
    monkeypatch.setenv("COLUMNS", "60")
    assert max(len(line) for line in printed(at="2025-12-01").splitlines()) <= 60


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_pilots_read_together(portfolio: Portfolio) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            printed(at="2025-12-01")
        return len(asked)

    running(portfolio, "P-1")
    one = queries()
    for number in range(2, 6):
        running(portfolio, f"P-{number}")
    assert queries() == one


@pytest.mark.django_db
def test_nothing_is_lost_between_handfuls(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhibits, "AT_ONCE", 2)
    for number in range(5):
        running(portfolio, f"P-{number}")
    says = printed(at="2025-12-01")
    assert [f"P-{number}  Drafts" in says for number in range(5)] == [True] * 5
