"""Workflows step by step, of one pilot or many, on a day (rule 14): what was announced, and what managers' groups say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Cast

from pilots.models import LivedWorkflow, OfficialStep, OfficialWorkflow, Person, Pilot
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


Accounts = dict[int, list[Answer[Run]]]


@dataclass(frozen=True, slots=True)
class BothSides:
    """What was announced of pilots and held on a day, and everything that their managers said by the last whole week; by primary key."""

    official: dict[int, Announced]
    lived: Accounts


def both_sides_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> BothSides:
    """Both sides of some pilots, with their steps. One query."""
    wanted = list(pilots)
    rows = _official_rows(wanted, at, known_at).union(_lived_rows(wanted, at), all=True)
    official: dict[tuple[int, date, int], list[Any]] = defaultdict(list)
    lived: dict[tuple[int, date, str], list[Any]] = defaultdict(list)
    for pilot, said, day, pseudonym, *of_step in rows:
        if said is None:
            lived[pilot, day, pseudonym].append(of_step)
        else:
            official[pilot, day, said].append(of_step)
    announced: dict[int, Announced] = {}
    for (pilot, day, _said), steps in sorted(official.items(), key=lambda each: each[0], reverse=True):
        announced.setdefault(pilot, _announced(day, steps))
    accounts: Accounts = defaultdict(list)
    for (pilot, week, pseudonym), steps in sorted(lived.items(), key=lambda each: each[0]):
        accounts[pilot].append(Answer(pseudonym, week, 0, None, pilot, Run(_steps(steps), steps[0][_RUNS])))
    return BothSides(announced, accounts)


_OF_STEP = ("name", "minutes", "who", "tool", "counts_as")
_BY_HAND, _RUNS, _POSITION = range(3)


def _steps(rows: Iterable[list[Any]]) -> list[Step]:
    """The steps of one run, in their places; one that has none is a row without a place."""
    there = sorted((row for row in rows if row[_POSITION] is not None), key=lambda row: row[_POSITION])
    return [Step(*row[_POSITION + 1 :]) for row in there]


def _announced(day: date, rows: list[list[Any]]) -> Announced:
    return Announced(day, _steps(rows), rows[0][_BY_HAND], rows[0][_RUNS])


def _official_rows(pilots: list[int], at: date, known_at: date | None) -> Any:
    rows = OfficialWorkflow.objects.in_force(at, known_at).filter(pilot__in=pilots).order_by()
    once, no = Value(1), Value(value=False)
    columns = {
        "said": F("pk"),
        "day": F("effective_on"),
        "of_whom": Value(""),
        "hand": F("by_hand"),
        "a_week": F("runs"),
    }
    return _rows(rows, columns, {"times": once, "judges": no})


def _lived_rows(pilots: list[int], at: date) -> Any:
    rows = LivedWorkflow.objects.filter(pilot__in=pilots, week__lt=at).order_by()
    nothing = Cast(Value(None), BigIntegerField())
    columns = {"said": nothing, "day": F("week"), "of_whom": F("pseudonym"), "hand": nothing, "a_week": F("runs")}
    return _rows(rows, columns, {"times": F("steps__times"), "judges": F("steps__is_judgement")})


def _rows(rows: Any, columns: dict[str, Any], of_step: dict[str, Any]) -> Any:
    steps = {name: F(f"steps__{column}") for name, column in zip(_NAMES, ("position", *_OF_STEP), strict=True)}
    whole = columns | steps | of_step
    return rows.annotate(**whole).values_list("pilot", *whole)


_NAMES = ("place", "does", "takes", "by_whom", "using", "counts")
"""What the columns of a step are called beside those of its run."""


def announced(pilot: int, *, at: date, known_at: date | None = None) -> Announced | None:
    """What was announced of one pilot and held on a day; None where nothing was. One query."""
    runs: dict[tuple[date, int], list[Any]] = defaultdict(list)
    for _pilot, said, day, _pseudonym, *of_step in _official_rows([pilot], at, known_at):
        runs[day, said].append(of_step)
    latest = max(runs, default=None)
    return _announced(latest[0], runs[latest]) if latest else None


def _run(row: LivedWorkflow) -> Run:
    steps = [Step(s.name, s.minutes, s.who, s.tool, s.counts_as, s.times, s.is_judgement) for s in row.steps.all()]
    return Run(steps, row.runs)


def compared_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, Compared]:
    """Both sides of each pilot of which anything is known, by primary key. One query for any number."""
    return compare_all(both_sides_of(pilots, at=at, known_at=known_at), at)


def compare_all(sides: BothSides, at: date) -> dict[int, Compared]:
    """Both sides of each pilot of which anything is known, by primary key."""
    there = sides.official.keys() | sides.lived.keys()
    return {pk: _compare(sides.official.get(pk, NOTHING), sides.lived.get(pk, []), at) for pk in there}


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
    """Both sides of a pilot on a day. One query; ninety days before, the same announcement is held against it."""
    sides = both_sides_of([pilot.pk], at=at, known_at=known_at)
    official, lived = sides.official.get(pilot.pk), sides.lived.get(pilot.pk, [])
    now = _compare(official or NOTHING, lived, at)
    before = _compare(official or NOTHING, lived, at - CHANGED_IN)
    return Workflow(official, now, before, rule.changes(before, now))


def net_relief_of(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, int]:
    """Net relief in minutes a week of the pilots of which it is known and may be shown, by primary key. One query."""
    sides = both_sides_of(pilots, at=at, known_at=known_at)
    nets = {
        pilot: _compare(sides.official.get(pilot, NOTHING), said, at).net_a_week for pilot, said in sides.lived.items()
    }
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
