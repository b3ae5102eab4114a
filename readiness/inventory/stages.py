"""Which acts lead from the stage on record to the one that a list states (design, section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilots.rules.history import ADOPTED, NOT_STATED, PAUSED, PLANNED, RETIRED, RUNNING

from .said import Said

NOT_STARTED = frozenset({PLANNED, NOT_STATED})


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of stages, and the day it counts from."""

    verb: str
    on: date
    values: Mapping[str, Any] = field(default_factory=dict)


def same_stage(one: str, other: str) -> bool:
    """Whether two stages are the same to a list: a pause is a stretch of running."""
    return one == other or {one, other} == {RUNNING, PAUSED}


def steps(stage: str, said: Said, at: date) -> list[Step]:
    """The acts that lead from a stage to the one stated; none where it is the same, or where no list may lead.

    What a list says may lie before the record. A day that has not come by `at` is read as that day.
    """
    if same_stage(stage, said.stage):
        return []
    return list(_steps(stage, said, at))


def _steps(stage: str, said: Said, at: date) -> Iterator[Step]:
    runs = said.stage in (RUNNING, PAUSED)
    ends = said.stage in (ADOPTED, RETIRED)
    if stage in NOT_STARTED and (runs or (ends and said.started_on)):
        yield Step("start", _by(said.started_on, at), {"decide_by": said.decide_by})
    if stage in (*NOT_STARTED, RUNNING, PAUSED) and (
        said.stage == ADOPTED or (said.stage == RETIRED and said.adopted_on)
    ):
        yield Step("record_claim", _by(said.adopted_on, at))
    if said.stage == RETIRED:
        yield Step("retire", _by(said.retired_on, at), {"learned": said.learned})


def _by(day: date | None, at: date) -> date:
    return at if day is None else min(day, at)
