"""Weeks (rule 13): what a manager reported is kept by the week, without day or hour. A week is named by its Monday."""

from __future__ import annotations

from datetime import date, timedelta

WEEK = timedelta(days=7)


def week_of(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def is_closed(week: date, at: date) -> bool:
    """Whether a week is over at a date: from the Monday after it."""
    return at >= week + WEEK


def last_closed(at: date) -> date:
    """The latest week that is over at a date."""
    return week_of(at) - WEEK
