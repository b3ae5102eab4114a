"""The order in which pilots press: what can still be moved in time comes first, what is over last."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Value, When

from pilots.rules.vocabulary import Standing

PRESSING = (
    Standing.AT_RISK,
    Standing.EXHIBIT,
    Standing.READY,
    Standing.MOVING,
    "paused",
    Standing.CLAIMED,
    "planned",
    "not_stated",
    "adopted",
    "retired",
)


def presses() -> Case:
    """How soon a pilot's standing presses, for rows that carry their `standing`."""
    places = (When(standing=name, then=Value(n)) for n, name in enumerate(PRESSING))
    return Case(*places, output_field=IntegerField())
