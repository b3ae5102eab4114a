"""What a manager lives with, what they last answered, and what became of it; for nobody else but them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pilots.actions import pulses as pulse_actions
from pilots.actions import workflows as workflow_actions
from pilots.models import LivedStep, LivedWorkflow, ManagerPulse, Person, Pilot, Pulse
from pilots.pseudonyms import pseudonym
from readiness.queries.pulses import answers_of
from readiness.queries.snapshots import PilotSnapshot
from readiness.queries.workflows import both_sides_of, compare_all
from readiness.rules import workflows as rule
from readiness.rules.pulses import Answers
from readiness.rules.workflows import Run, Step


@dataclass(frozen=True, slots=True)
class OwnRun:
    """How a manager last said they live a run, in which week, what is left of it in a week, and of how many it is a part."""

    week: date
    net_a_week: float | None
    managers: int | None


@dataclass(frozen=True, slots=True)
class OwnPilot:
    """One pilot that a manager lives with.

    Attributes:
        pulse: the question that is being asked; None where none is.
        score: what they answered to it so far.
        last: what both sides answered to the last one that closed, with their own answer to it.
        run: how they live a run; None where they have not said it.
    """

    snapshot: PilotSnapshot
    pulse: Pulse | None
    score: int | None
    last: tuple[Answers, int | None] | None
    run: OwnRun | None


def own_pilots(person: Person, snapshots: Sequence[PilotSnapshot], *, at: date) -> list[OwnPilot]:
    """What a manager lives with, in the order given. The number of queries does not depend on how many there are."""
    pilots = [one.pilot for one in snapshots]
    keys = [pilot.pk for pilot in pilots]
    asked, last_pulses = _pulses(pilots, at)
    scores = _own_scores(person, keys, [*asked.values(), *last_pulses.values()])
    closed = answers_of(keys, at=at)
    runs = _own_runs(person, pilots, at)
    return [
        OwnPilot(
            one,
            pulse := asked.get(one.pilot.portfolio_id),
            scores.get((one.pilot.pk, pulse.pk)) if pulse else None,
            _last(closed.get(one.pilot.pk, []), last_pulses.get(one.pilot.portfolio_id), scores, one.pilot.pk),
            runs.get(one.pilot.pk),
        )
        for one in snapshots
    ]


def _own_scores(person: Person, pilots: Iterable[int], pulses: Iterable[Pulse]) -> dict[tuple[int, int], int]:
    """What a manager answered, by pilot and pulse. One query."""
    wanted = list(pulses)
    mine = [pseudonym(person, pulse_actions.purpose_of(pulse)) for pulse in wanted]
    rows = ManagerPulse.objects.filter(pulse__in=wanted, pilot__in=list(pilots), pseudonym__in=mine)
    return {(pilot, pulse): score for pilot, pulse, score in rows.values_list("pilot", "pulse", "score")}


def _pulses(pilots: Iterable[Pilot], at: date) -> tuple[dict[int, Pulse], dict[int, Pulse]]:
    """The question that is being asked, and the last one that closed, by portfolio. One query."""
    rows = Pulse.objects.filter(portfolio__in={pilot.portfolio_id for pilot in pilots}, asked_on__lte=at)
    asked: dict[int, Pulse] = {}
    closed: dict[int, Pulse] = {}
    for pulse in rows.order_by("-asked_on"):
        (asked if pulse.closes_on >= at else closed).setdefault(pulse.portfolio_id, pulse)
    return asked, closed


def _last(
    answers: Sequence[Answers], pulse: Pulse | None, scores: dict[tuple[int, int], int], pilot: int
) -> tuple[Answers, int | None] | None:
    if pulse is None:
        return None
    found = next((each for each in answers if each.asked_on == pulse.asked_on), None)
    return (found or Answers(pulse.asked_on, None, None, None), scores.get((pilot, pulse.pk)))


def _own_runs(person: Person, pilots: Sequence[Pilot], at: date) -> dict[int, OwnRun]:
    """A manager's own runs, by pilot. Three queries for any number."""
    keys = [pilot.pk for pilot in pilots]
    mine = [pseudonym(person, workflow_actions.purpose_of(pilot)) for pilot in pilots]
    rows = LivedWorkflow.objects.filter(pilot__in=keys, pseudonym__in=mine).order_by("week")
    latest = {row.pilot_id: row for row in rows}
    steps: dict[object, list[Step]] = {row.pk: [] for row in latest.values()}
    for s in LivedStep.objects.filter(workflow__in=list(steps)).order_by("position"):
        steps[s.workflow_id].append(Step(s.name, s.minutes, s.who, s.tool, s.counts_as, s.times, s.is_judgement))
    sides = both_sides_of(keys, at=at)
    official, merged = sides.official, compare_all(sides, at)
    found = {}
    for pilot, row in latest.items():
        said = official.get(pilot)
        of = rule.own(
            said.rows if said else (),
            Run(steps[row.pk], row.runs),
            by_hand=said.by_hand if said else None,
            runs=said.runs if said else None,
        )
        found[pilot] = OwnRun(row.week, of.net_a_week, merged[pilot].managers if pilot in merged else None)
    return found
