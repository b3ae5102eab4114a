"""Which acts lead from the stage on record to the one that a list states (design, section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilots.refusals import EscalationRequired
from pilots.rules import stalls
from pilots.rules.vocabulary import Stage
from readiness.inventory.records import Finding
from readiness.inventory.statement import DATES, Said

NOT_STARTED = frozenset({Stage.PLANNED, Stage.NOT_STATED})


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of stages, and the day it counts from. `record_running` is a start that nobody knows the day of."""

    verb: str
    on: date
    values: Mapping[str, Any] = field(default_factory=dict)


def without_what_cannot_be(said: Said, at: date) -> tuple[Said, list[Finding]]:
    """What a list says of a pilot that it starts, without a decide-by date that takes the escalation person (rule 4)."""
    starts = said.started_on or at
    if said.decide_by is None or said.stage not in DATES["decide_by"] or said.decide_by <= starts + stalls.HALF_A_YEAR:
        return said, []
    sentence = _("%(key)s: decide by %(day)s. %(why)s") % {
        "key": said.key,
        "day": date_format(said.decide_by, "j F Y"),
        "why": EscalationRequired().says,
    }
    return replace(said, decide_by=None), [Finding("not_taken", sentence, said.line, "decide_by")]


def same_stage(one: str, other: str) -> bool:
    """Whether two stages are the same to a list: a pause is a stretch of running."""
    return one == other or {one, other} == {Stage.RUNNING, Stage.PAUSED}


def steps(stage: str, said: Said, at: date) -> list[Step]:
    """The acts that lead from a stage to the one stated; none where it is the same, or where no list may lead.

    What a list says may lie before the record. Where it gives no day it is `at`, the day of the record.
    """
    if same_stage(stage, said.stage):
        return []
    return list(_steps(stage, said, at))


def _steps(stage: str, said: Said, at: date) -> Iterator[Step]:
    runs = said.stage in (Stage.RUNNING, Stage.PAUSED)
    ends = said.stage in (Stage.ADOPTED, Stage.RETIRED)
    if stage in NOT_STARTED and said.started_on and (runs or ends):
        yield Step("start", said.started_on, {"decide_by": said.decide_by})
    elif stage in NOT_STARTED and runs:
        yield Step("record_running", at, {"decide_by": said.decide_by})
    if stage in (*NOT_STARTED, Stage.RUNNING, Stage.PAUSED) and (
        said.stage == Stage.ADOPTED or (said.stage == Stage.RETIRED and said.adopted_on)
    ):
        yield Step("record_claim", said.adopted_on or at)
    if said.stage == Stage.RETIRED:
        yield Step("retire", said.retired_on or at, {"learned": said.learned})
