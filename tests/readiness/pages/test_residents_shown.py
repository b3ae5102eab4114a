"""Rule 11: residents are shown week by week, apart from visitors, wherever they were counted."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import actions
from pilots.models import Pilot
from readiness.rules.residence import lived
from readiness.text import labels
from tests.company import Company, browser_of


def page(company: Company, pilot: Pilot, **asked: str) -> str:
    address = reverse("readiness:pilot", args=[pilot.key])
    return browser_of(company.ria).get(address, asked).content.decode()


def counted(company: Company, pilot: Pilot, people: int, visitors: int = 0, *, ago: int = 0) -> str:
    """Count a week; returns how its Monday is written."""
    day = company.day(ago)
    actions.record_residents(pilot=pilot, by=company.ria, week=day, people=people, visitors=visitors)
    return labels.day(day - timedelta(days=day.weekday()))


def test_residents_stand_beside_visitors_by_week(company: Company) -> None:
    pilot = company.running(ago=80)
    monday = counted(company, pilot, 31, 12, ago=7)
    text = page(company, pilot)
    assert "In one of the last 8 weeks somebody lived in it." in text
    row = text.split(f">{monday}</time></th>")[1].split("</tr>")[0]
    assert row == '<td class="num">31</td><td class="num">12</td>'
    assert text.count("nobody counted") == 7


def test_the_history_says_how_many_lived_there_and_how_many_only_looked(company: Company) -> None:
    pilot = company.running(ago=80)
    said = [
        f"31 people used it, 12 visitors, week of {counted(company, pilot, 31, 12, ago=7)}",
        f"1 person used it, week of {counted(company, pilot, 1, ago=14)}",
        f"0 people used it, 9 visitors, week of {counted(company, pilot, 0, 9, ago=21)}",
    ]
    text = page(company, pilot)
    assert [line for line in said if f">{line}</span>" not in text] == []


def test_where_nobody_ever_counted_no_table_is_drawn(company: Company) -> None:
    assert "Who lives in it" not in page(company, company.running())


def test_weeks_before_the_eight_are_named_and_a_past_day_shows_its_own(company: Company) -> None:
    pilot = company.running(ago=200)
    counted(company, pilot, 5, ago=100)
    assert "Weeks before these were counted too" in page(company, pilot)
    then = lived(pilot, at=company.day(100))
    assert (then.weeks[0].people, then.in_use, then.counted_before) == (5, 1, False)
    assert not lived(pilot, at=company.day(120)).anything


def test_a_count_that_was_replaced_is_not_shown(company: Company) -> None:
    pilot = company.running()
    counted(company, pilot, 5, ago=7)
    counted(company, pilot, 6, ago=7)
    assert [week.people for week in lived(pilot, at=company.day()).weeks if week.people is not None] == [6]


def test_the_page_asks_as_often_for_many_weeks_as_for_one(company: Company) -> None:
    pilot = company.running(ago=200)
    counted(company, pilot, 5, ago=7)

    def asks() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(company, pilot)
        return len(asked)

    page(company, pilot)
    one = asks()
    for week in range(2, 20):
        counted(company, pilot, 5, ago=7 * week)
    assert asks() == one
