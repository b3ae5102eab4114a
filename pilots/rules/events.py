"""Events: what somebody did to a pilot on a day, as the rules read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One dated event on a pilot, or on one of its gates.

    `effective_on` is the day it counts from, `known` the day it was written down, `seq` its place among events of one day.
    `by` and every person in `data` are primary keys; `by` is None where an import spoke.
    """

    seq: int
    effective_on: date
    known: date
    action: str
    by: int | None = None
    gate: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of gate, as the rules need it: how it clears, for how many days, and what an answer seals."""

    key: str
    clears_by: str
    valid_for: int | None = None
    seals: tuple[str, ...] = ()


CORRECT_DATE = "correct_date"
"""The action with which a list corrects the day of what it said before."""


def in_order(events: list[EventRecord]) -> list[EventRecord]:
    """The record first, then events by the day they count from; those of one day in the order they were written."""
    return sorted(events, key=lambda event: (event.action != "record", event.effective_on, event.seq))
