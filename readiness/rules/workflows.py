"""Rule 14: a run as it was announced and as managers live it, step by step, and what relief is left of it.

Several managers' runs are merged into medians over whole groups of three and more (`pilots.rules.groups`). A median is shown
also where all said the same: whoever reads it cannot tell whether they did. A step that was not announced is named where at
least three of the managers, and more than half of them, named it; what the others added is counted by what it counts as.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from pilots.rules.groups import LEAST
from pilots.rules.vocabulary import StepKind


class Mark(StrEnum):
    """How a lived step differs from what was announced."""

    ADDED = "added"
    SKIPPED = "skipped"
    SLOWER = "slower"
    TWICE = "twice"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, announced or lived by one manager: minutes each time it is done, and how often in one run."""

    name: str
    minutes: int
    who: str = ""
    tool: str = ""
    counts_as: str = StepKind.WORK
    times: int = 1
    is_judgement: bool = False

    @property
    def key(self) -> str:
        """What two steps of the same name have in common."""
        return " ".join(self.name.casefold().split())


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its steps in order, and how many there are in a week; None where nobody said."""

    steps: Sequence[Step]
    runs: int | None = None


@dataclass(frozen=True, slots=True)
class ComparedStep:
    """One step of both sides: minutes of one run as announced and as lived; None where it is not on that side.

    `name` is empty for what fewer than three managers, or not most of them, added: it is counted by `counts_as` alone.
    """

    name: str
    who: str
    tool: str
    counts_as: str
    official: int | None
    lived: float | None
    times: float
    marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class Relief:
    """What is left of the time saved in one run, in minutes (rule 14)."""

    by_hand: int
    work: float
    rework: float
    review: float
    waiting: float

    @property
    def saved(self) -> float:
        """Time saved: by hand before, less the same work now."""
        return self.by_hand - self.work

    @property
    def net(self) -> float:
        """Net relief: time saved less rework, review and waiting. Below zero it is another layer of supervision."""
        return self.saved - self.rework - self.review - self.waiting

    @property
    def without_judgement(self) -> float:
        """What it would be without review and waiting."""
        return self.saved - self.rework


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of a workflow. `managers` is how many lived runs were merged; None where there are too few to show any."""

    steps: Sequence[ComparedStep]
    managers: int | None
    runs: float | None
    relief: Relief | None

    @property
    def official(self) -> int:
        """Minutes of one run as announced."""
        return sum(step.official or 0 for step in self.steps)

    @property
    def lived(self) -> float | None:
        """Minutes of one run as lived; the sum of what is shown."""
        return None if self.managers is None else sum(step.lived or 0 for step in self.steps)

    @property
    def net_a_week(self) -> float | None:
        """Net relief in minutes a week; None where it, or the number of runs, is not known."""
        return None if self.relief is None or self.runs is None else self.relief.net * self.runs


def compare(
    official: Sequence[Step], lived: Sequence[Run], *, by_hand: int | None = None, runs: int | None = None
) -> Compared:
    """Both sides step by step. Fewer than three lived runs are shown to nobody.

    Args:
        by_hand: minutes of one run by hand, before; without it nobody knows what is saved.
        runs: runs a week as announced; else the median of what at least three managers said.
    """
    if len(lived) < LEAST:
        return Compared([_announced(step) for step in official], None, runs, None)
    return _compared(official, lived, by_hand, runs, LEAST)


def own(official: Sequence[Step], lived: Run, *, by_hand: int | None = None, runs: int | None = None) -> Compared:
    """The same for one manager's own run, for nobody else but them."""
    return _compared(official, [lived], by_hand, lived.runs or runs, 1)


def _compared(
    official: Sequence[Step], lived: Sequence[Run], by_hand: int | None, runs: int | None, least: int
) -> Compared:
    known = {step.key for step in official}
    steps = [_both(step, [_of_run(run, step.key) for run in lived]) for step in official]
    added, apart = _added(known, lived, least)
    steps = [*steps, *added, *_apart(apart, lived)]
    said = [run.runs for run in lived if run.runs is not None]
    per_week = runs if runs is not None else (float(median(said)) if len(said) >= least else None)
    relief = None if by_hand is None else _relief(by_hand, steps)
    return Compared(steps, len(lived), per_week, relief)


def _announced(step: Step) -> ComparedStep:
    return ComparedStep(step.name, step.who, step.tool, step.counts_as, step.minutes, None, 1, frozenset())


def _of_run(run: Run, key: str) -> Step | None:
    return next((step for step in run.steps if step.key == key), None)


def _both(step: Step, lived: Sequence[Step | None]) -> ComparedStep:
    """An announced step beside how it is lived. Whoever said nothing of it does it as announced."""
    said = [each or step for each in lived]
    minutes = float(median(each.minutes * each.times for each in said))
    times = float(median(each.times for each in said))
    marks = set()
    if times == 0:
        marks.add(Mark.SKIPPED)
    elif times >= 2:
        marks.add(Mark.TWICE)
    elif minutes > step.minutes:
        marks.add(Mark.SLOWER)
    if _most(each.is_judgement for each in said):
        marks.add(Mark.JUDGEMENT)
    return ComparedStep(
        step.name,
        step.who,
        step.tool,
        step.counts_as,
        step.minutes,
        None if times == 0 else minutes,
        times,
        frozenset(marks),
    )


def _most(flags: Iterable[bool]) -> bool:
    said = list(flags)
    return sum(said) * 2 > len(said)


def _added(known: set[str], lived: Sequence[Run], least: int) -> tuple[list[ComparedStep], list[tuple[int, Step]]]:
    """The steps that most managers added, by name; and what the others added, with the place of their run."""
    by_name: dict[str, dict[int, Step]] = defaultdict(dict)
    for place, run in enumerate(lived):
        for step in run.steps:
            if step.key not in known and step.times:
                by_name[step.key].setdefault(place, step)
    named, apart = [], []
    for of_runs in by_name.values():
        if len(of_runs) < least or len(of_runs) * 2 <= len(lived):
            apart += list(of_runs.items())
            continue
        said = list(of_runs.values())
        every = [*(step.minutes * step.times for step in said), *[0] * (len(lived) - len(said))]
        marks = {Mark.ADDED} | ({Mark.JUDGEMENT} if sum(s.is_judgement for s in said) * 2 > len(lived) else set())
        one = said[0]
        named.append(
            ComparedStep(
                _commonest([step.name for step in said], 1),
                _commonest([step.who for step in said], least),
                _commonest([step.tool for step in said], least),
                _commonest([step.counts_as for step in said], 1) or one.counts_as,
                None,
                float(median(every)),
                1,
                frozenset(marks),
            )
        )
    return named, apart


def _commonest(values: Sequence[str], least: int) -> str:
    """What most said, if that many did; of several as common the first in the alphabet."""
    counted = Counter(sorted(value for value in values if value))
    value, number = counted.most_common(1)[0] if counted else ("", 0)
    return value if number >= least else ""


def _apart(steps: Iterable[tuple[int, Step]], lived: Sequence[Run]) -> list[ComparedStep]:
    """What the others added, by what it counts as: the median over all managers, where that is anything."""
    minutes: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, step in steps:
        minutes[step.counts_as][place] += step.minutes * step.times
    found = []
    for kind in StepKind.values():
        middle = float(median(minutes[kind].get(place, 0) for place in range(len(lived))))
        if middle:
            found.append(ComparedStep("", "", "", kind, None, middle, 1, frozenset({Mark.ADDED})))
    return found


def _relief(by_hand: int, steps: Sequence[ComparedStep]) -> Relief:
    """Net relief of one run. What is done twice is rework from the second time on."""
    total = dict.fromkeys(StepKind.values(), 0.0)
    for step in steps:
        lived = step.lived or 0.0
        again = lived - lived / step.times if step.counts_as == StepKind.WORK and step.times > 1 else 0.0
        total[step.counts_as] += lived - again
        total[StepKind.REWORK.value] += again
    return Relief(
        by_hand,
        total[StepKind.WORK.value],
        total[StepKind.REWORK.value],
        total[StepKind.REVIEW.value],
        total[StepKind.WAITING.value],
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What became different of a step: minutes of one run as lived, before and now; None where it was not there."""

    name: str
    before: float | None
    now: float | None


def changes(before: Compared, now: Compared) -> list[Change]:
    """The named steps that are lived otherwise than before, in their order; nothing where either side cannot be shown."""
    if before.managers is None or now.managers is None:
        return []
    then = {step.name: step.lived for step in before.steps if step.name}
    today = {step.name: step.lived for step in now.steps if step.name}
    return [
        Change(name, then.get(name), today.get(name))
        for name in dict.fromkeys([*today, *then])
        if then.get(name) != today.get(name)
    ]
