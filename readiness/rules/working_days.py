"""Working days: neither a weekend nor a public holiday of the portfolio's calendar, which a library keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(maxsize=64)
def calendar(name: str) -> HolidayBase:
    """The public holidays of a country, or of a part of one (`DE`, `DE-BY`); none without a name, only weekends."""
    if not name:
        return HolidayBase()
    country, _dash, part = name.partition("-")
    return country_holidays(country, subdiv=part or None)


def is_working(day: date, of: HolidayBase) -> bool:
    """Whether people work on a day."""
    return bool(of.is_working_day(day))


Days = tuple[date, date]
"""From a day to a day, both included."""


def add(day: date, number: int, of: HolidayBase, but_not: Sequence[Days] = ()) -> date:
    """The working day that comes `number` working days after a day, those of the stretches in `but_not` left out."""
    for _ in range(number):
        day += timedelta(days=1)
        while not is_working(day, of) or lies_in(day, but_not):
            day += timedelta(days=1)
    return day


def lies_in(day: date, of: Sequence[Days]) -> bool:
    """Whether a day lies in one of some stretches."""
    return any(first <= day <= last for first, last in of)


def days_between(first: date, last: date, of: HolidayBase) -> Iterator[date]:
    """The working days from one day to another, both included."""
    day = first
    while day <= last:
        if is_working(day, of):
            yield day
        day += timedelta(days=1)
