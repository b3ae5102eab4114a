"""Workflows step by step, of one pilot or many, on a day (rule 14): what was announced, and what managers' groups say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch

from pilots.models import LivedStep, LivedWorkflow, OfficialStep, OfficialWorkflow, Person, Pilot
from pilots.rules.groups import Answer, groups_at
from readiness.rules import workflows as rule
from readiness.rules.workflows import Compared, Run, Step

COUNTS = 365
"""Days for which a manager's account of a run counts."""
CHANGED_IN = timedelta(days=90)
OFFERED = 200
"""Words of each sort at the most that are offered while a step is typed."""


@dataclass(frozen=True, slots=True)
class Announced:
    """How a run was announced, and since when."""

    effective_on: date
    rows: Sequence[Step]
    by_hand: int | None
    runs: int | None


NOTHING = Announced(date.min, (), None, None)


def announced_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, Announced]:
    """What was announced of pilots and held on a day, by primary key. Two queries."""
    found: dict[int, Announced] = {}
    rows = OfficialWorkflow.objects.in_force(at, known_at).filter(pilot__in=list(pilots)).prefetch_related("steps")
    for row in rows:
        if row.pilot_id not in found:
            steps = [Step(s.name, s.minutes, s.who, s.tool, s.counts_as) for s in row.steps.all()]
            found[row.pilot_id] = Announced(row.effective_on, steps, row.by_hand, row.runs)
    return found


def announced(pilot: int, *, at: date, known_at: date | None = None) -> Announced | None:
    """What was announced of one pilot and held on a day; None where nothing was."""
    return announced_of([pilot], at=at, known_at=known_at).get(pilot)


Accounts = dict[int, list[Answer[Run]]]


def accounts_of(pilots: Iterable[int], *, at: date) -> Accounts:
    """Everything that managers said of their runs by the last whole week, by pilot. Two queries."""
    steps = Prefetch("steps", LivedStep.objects.order_by("position"))
    rows = LivedWorkflow.objects.filter(pilot__in=list(pilots), week__lt=at).prefetch_related(steps)
    found: Accounts = defaultdict(list)
    for row in rows:
        found[row.pilot_id].append(Answer(row.pseudonym, row.week, 0, None, row.pilot_id, _run(row)))
    return found


def _run(row: LivedWorkflow) -> Run:
    steps = [Step(s.name, s.minutes, s.who, s.tool, s.counts_as, s.times, s.is_judgement) for s in row.steps.all()]
    return Run(steps, row.runs)


def compared_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, Compared]:
    """Both sides of each pilot of which anything is known, by primary key. Four queries for any number."""
    wanted = list(pilots)
    official = announced_of(wanted, at=at, known_at=known_at)
    lived = accounts_of(wanted, at=at)
    return {
        pilot: _compare(official.get(pilot, NOTHING), lived.get(pilot, []), at)
        for pilot in wanted
        if pilot in official or pilot in lived
    }


def _compare(official: Announced, lived: Sequence[Answer[Run]], at: date) -> Compared:
    runs = [answer.said for group in groups_at(lived, at, COUNTS) for answer in group.answers]
    return rule.compare(official.rows, runs, by_hand=official.by_hand, runs=official.runs)


@dataclass(frozen=True, slots=True)
class Workflow:
    """Both sides of one pilot on a day, how they were ninety days before, and what became different meanwhile."""

    official: Announced | None
    now: Compared
    before: Compared
    changes: Sequence[rule.Change]


def workflow_of(pilot: Pilot, *, at: date, known_at: date | None = None) -> Workflow:
    """Both sides of a pilot on a day. Four queries; ninety days before, the same announcement is held against it."""
    official = announced(pilot.pk, at=at, known_at=known_at)
    lived = accounts_of([pilot.pk], at=at).get(pilot.pk, [])
    now = _compare(official or NOTHING, lived, at)
    before = _compare(official or NOTHING, lived, at - CHANGED_IN)
    return Workflow(official, now, before, rule.changes(before, now))


def net_relief_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, int]:
    """Net relief in minutes a week of the pilots of which it is known and may be shown, by primary key. One query; three
    more where managers have said anything of one of them."""
    lived = accounts_of(pilots, at=at)
    official = announced_of(lived, at=at, known_at=known_at) if lived else {}
    nets = {pilot: _compare(official.get(pilot, NOTHING), lived[pilot], at).net_a_week for pilot in lived}
    return {pilot: round(net) for pilot, net in nets.items() if net is not None}


@dataclass(frozen=True, slots=True)
class StepWords:
    """What is offered while a step is typed, so that what is alike is called alike: what happens, who, and with which tool."""

    names: Sequence[str]
    who: Sequence[str]
    tools: Sequence[str]


def step_words(person: Person, pilot: Pilot, *, at: date, groups: bool = True) -> StepWords:
    """The words of steps that somebody may be offered. Five queries, or one.

    Of what managers said only what is shown of this pilot; of what was announced, all of the portfolio that the reader sees.

    Args:
        groups: whether they read what groups of managers say.
    """
    shown = compared_of([pilot.pk], at=at).get(pilot.pk) if groups else None
    seen = Pilot.objects.visible_to(person).filter(portfolio=pilot.portfolio_id).order_by().values("pk")
    there = OfficialStep.objects.filter(workflow__pilot__in=seen).order_by("name", "who", "tool")
    found = [(step.name, step.who, step.tool) for step in shown.steps] if shown else []
    found += there.values_list("name", "who", "tool").distinct()[: 3 * OFFERED]
    return StepWords(*(_one_of_each(column) for column in zip(*found, strict=True))) if found else StepWords((), (), ())


def _one_of_each(words: Sequence[str]) -> list[str]:
    """Each word once, as it is written first, however it is written later."""
    return list({Step(word, 0).key: word for word in reversed(words) if word}.values())[::-1][:OFFERED]


def own_run(pilot: Pilot, pseudonym: str) -> Run | None:
    """What a manager last said of their run, for nobody else but them."""
    rows = LivedWorkflow.objects.filter(pilot=pilot, pseudonym=pseudonym).prefetch_related("steps")
    row = rows.order_by("-week").first()
    return _run(row) if row else None
