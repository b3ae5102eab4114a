"""Days that cannot all be so: one that has not come, or an end before its beginning. Neither of two is taken for true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date
from itertools import combinations

from django.utils.formats import date_format

from readiness.inventory.records import Finding

WHAT_DAYS_SAY: Mapping[str, str] = {"started_on": "started", "adopted_on": "adopted", "retired_on": "retired"}
"""What a day says of a pilot, in the order in which these come."""


def in_order(
    days: MutableMapping[str, date | None], cells: Mapping[str, str], line: int, at: date
) -> Iterator[Finding]:
    """What of a row's days cannot be so; it is taken out of `days`, and reported.

    Args:
        cells: what the file says, by the same names.
        at: the day the record is taken to be made.
    """
    for name in WHAT_DAYS_SAY:
        day = days.get(name)
        if day is not None and day > at:
            days[name] = None
            yield _in_future(cells[name], day, at, line, name)
    stated = dict(days)  # A day that cannot be so beside one is held against the third all the same.
    for earlier, later in combinations(WHAT_DAYS_SAY, 2):
        first, last = stated.get(earlier), stated.get(later)
        if first is not None and last is not None and last < first:
            days[earlier] = days[later] = None
            sentence = f"{WHAT_DAYS_SAY[later]} on {_day_text(last)}, before it {WHAT_DAYS_SAY[earlier]} on {_day_text(first)}; neither day is taken."
            yield Finding("days_out_of_order", sentence[0].upper() + sentence[1:], line, later)
            yield Finding("days_out_of_order", f"See column {later}: neither day is taken.", line, earlier)
    started, decide_by = days.get("started_on"), days.get("decide_by")
    if started is not None and decide_by is not None and decide_by < started:
        days["decide_by"] = None
        sentence = f"To be decided by {_day_text(decide_by)}, before it started on {_day_text(started)}"
        yield Finding("days_out_of_order", sentence, line, "decide_by", of_new="left empty")


def _in_future(text: str, day: date, at: date, line: int, name: str) -> Finding:
    sentence = f"“{text.strip()[:60]}” is in the future: {day.isoformat()} is after {at.isoformat()}"
    return Finding("future_date", sentence, line, name, of_new="left empty")


def _day_text(day: date) -> str:
    return f"{date_format(day, 'j F Y')} ({day.isoformat()})"
