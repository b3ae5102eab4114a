"""Which actions lead from the stage on record to the one that a list states (design, section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.figures import written_day
from pilots.refusals import EscalationRequired
from pilots.rules import stalls
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import Stage
from readiness.inventory.records import Finding
from readiness.inventory.statement import DATES, Statement


@dataclass(frozen=True, slots=True)
class Step:
    """One action of stages, and the day it counts from. `record_running` is a start that nobody knows the day of."""

    action: str
    on: date
    values: Mapping[str, Any] = field(default_factory=dict)


def without_what_cannot_be(statement: Statement, at: date) -> tuple[Statement, list[Finding]]:
    """What a list says of a pilot that it starts, without a decide-by date that takes the escalation person (rule 4)."""
    starts = statement.started_on or at
    if (
        statement.decide_by is None
        or statement.stage not in DATES["decide_by"]
        or statement.decide_by <= starts + stalls.HALF_A_YEAR
    ):
        return statement, []
    sentence = _("%(key)s: decide by %(day)s. %(why)s") % {
        "key": statement.key,
        "day": written_day(statement.decide_by),
        "why": EscalationRequired().says,
    }
    return replace(statement, decide_by=None), [Finding("not_taken", sentence, statement.line, "decide_by")]


def same_stage(one: str, other: str) -> bool:
    """Whether two stages are the same to a list: a pause is a stretch of running."""
    return one == other or {one, other} == {Stage.RUNNING, Stage.PAUSED}


def steps(stage: str, statement: Statement, at: date) -> list[Step]:
    """The actions that lead from a stage to the one stated; none where it is the same, or where no list may lead.

    What a list says may lie before the record. Where it gives no day it is `at`, the day of the record.
    """
    if same_stage(stage, statement.stage):
        return []
    return list(_steps(stage, statement, at))


def _steps(stage: str, statement: Statement, at: date) -> Iterator[Step]:
    runs = statement.stage in (Stage.RUNNING, Stage.PAUSED)
    ends = statement.stage in (Stage.ADOPTED, Stage.RETIRED)
    if stage in NOT_STARTED and statement.started_on and (runs or ends):
        yield Step("start", statement.started_on, {"decide_by": statement.decide_by})
    elif stage in NOT_STARTED and runs:
        yield Step("record_running", at, {"decide_by": statement.decide_by})
    if stage in (*NOT_STARTED, Stage.RUNNING, Stage.PAUSED) and (
        statement.stage == Stage.ADOPTED or (statement.stage == Stage.RETIRED and statement.adopted_on)
    ):
        yield Step("record_claim", statement.adopted_on or at)
    if statement.stage == Stage.RETIRED:
        yield Step(
            "retire", statement.retired_on or at, {"learned": statement.learned, "because": statement.retired_because}
        )
