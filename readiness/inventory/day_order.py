"""Days that cannot all be so: one that has not come, or an end before its beginning. Neither of two is taken for true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date
from itertools import combinations
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.figures import written_day
from readiness.inventory.records import Finding

WHAT_DAYS_SAY: Mapping[str, Any] = {
    "started_on": gettext_lazy("started"),
    "adopted_on": gettext_lazy("adopted"),
    "retired_on": gettext_lazy("retired"),
}
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
            sentence = _("%(later)s on %(last)s, before it %(earlier)s on %(first)s; neither day is taken.") % {
                "later": capfirst(str(WHAT_DAYS_SAY[later])),
                "last": _day_text(last),
                "earlier": WHAT_DAYS_SAY[earlier],
                "first": _day_text(first),
            }
            yield Finding("days_out_of_order", sentence, line, later)
            says = _("See column %(column)s: neither day is taken.") % {"column": later}
            yield Finding("days_out_of_order", says, line, earlier)
    started, decide_by = days.get("started_on"), days.get("decide_by")
    if started is not None and decide_by is not None and decide_by < started:
        days["decide_by"] = None
        sentence = _("To be decided by %(by)s, before it started on %(started)s") % {
            "by": _day_text(decide_by),
            "started": _day_text(started),
        }
        yield Finding("days_out_of_order", sentence, line, "decide_by", of_new=_("left empty"))


def _in_future(text: str, day: date, at: date, line: int, name: str) -> Finding:
    sentence = _("“%(text)s” is in the future: %(day)s is after %(at)s") % {
        "text": text.strip()[:60],
        "day": day.isoformat(),
        "at": at.isoformat(),
    }
    return Finding("future_date", sentence, line, name, of_new=_("left empty"))


def _day_text(day: date) -> str:
    return f"{written_day(day)} ({day.isoformat()})"
