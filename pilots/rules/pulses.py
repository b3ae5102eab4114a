"""The pulse of a quarter (rule 15): on which of its Tuesdays, at what time, and until when the same question is asked."""

from __future__ import annotations

from datetime import date, time, timedelta

ASKED_AT = time(14, 17)
TUESDAY = 1


def first_day_of_quarter(day: date) -> date:
    """The first day of the quarter in which a day lies."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def tuesdays(day: date) -> list[date]:
    """The Tuesdays of the quarter in which a day lies."""
    first = first_day_of_quarter(day)
    following = first_day_of_quarter(first + timedelta(days=100))
    tuesday = first + timedelta(days=(TUESDAY - first.weekday()) % 7)
    return [
        tuesday + timedelta(weeks=n)
        for n in range((following - tuesday).days // 7 + 1)
        if tuesday + timedelta(weeks=n) < following
    ]


def drawn(day: date, draw: int) -> date:
    """The Tuesday that a draw, any whole number, falls on in the quarter of a day."""
    among = tuesdays(day)
    return among[draw % len(among)]


def is_due(day: date, draw: int, last_asked: date | None) -> bool:
    """Whether the question is to be asked on a day: a Tuesday, the drawn one or later, and not asked in this quarter yet."""
    asked = last_asked is not None and last_asked >= first_day_of_quarter(day)
    return day.weekday() == TUESDAY and day >= drawn(day, draw) and not asked


def last_day(asked_on: date) -> date:
    """The Sunday of the week after the one in which it is asked."""
    return asked_on - timedelta(days=asked_on.weekday()) + timedelta(days=13)
