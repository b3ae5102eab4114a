"""Actions on the steps of a pilot's workflow (rule 14): as announced, and as managers live them. The latter write no event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import lock_pilot
from pilots.actions.reference import need_whole
from pilots.actions.texts import need_plain, need_text
from pilots.event_log.sign import logged_transaction
from pilots.models import (
    Event,
    LivedStep,
    LivedWorkflow,
    OfficialStep,
    OfficialWorkflow,
    Person,
    Pilot,
)
from pilots.models.workflows import LONGEST_STEP, LONGEST_WHO, MOST_MINUTES, MOST_RUNS, MOST_STEPS
from pilots.pseudonyms import pseudonym
from pilots.refusals import Invalid, NotYours, part_of
from pilots.rules.vocabulary import StepKind
from pilots.rules.weeks import week_of

__all__ = ["announce_workflow", "describe_steps"]

MOST_TIMES = 20


@logged_transaction()
def announce_workflow(
    *,
    pilot: Pilot,
    by: Person | None,
    steps: Iterable[Mapping[str, Any]] = (),
    by_hand: object = None,
    runs: object = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Say how a run of the workflow goes as announced, step by step. It takes the place of what was announced before.

    Args:
        steps: each with `name`, `minutes` of one run, and `who`, `tool` and `counts_as` (work, rework, review or waiting),
            which may be left out.
        by_hand: minutes that a run took by hand, before.
        runs: runs a week.

    Raises:
        Invalid: no step, too many, or a value that cannot be, with the field (`steps.2.minutes`).
    """
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("announce_workflow")
    read = [_step(number, step) for number, step in enumerate(_counted(steps), 1)]
    figures = {
        "by_hand": _whole(by_hand, "by_hand", MOST_MINUTES),
        "runs": _whole(runs, "runs", MOST_RUNS),
    }
    row = OfficialWorkflow.objects.create(pilot=pilot, effective_on=locked.on, known_on=locked.known, **figures)
    OfficialStep.objects.bulk_create(
        OfficialStep(workflow=row, position=number, **step) for number, step in enumerate(read, 1)
    )
    says = ", ".join(f"{step['name']} ({step['minutes']})" for step in read)
    changes = [{"field": "steps", "from": None, "to": says}]
    return locked.write("announce_workflow", data={"steps": read, **figures}, changes=changes)


@transaction.atomic
def describe_steps(
    *,
    pilot: Pilot,
    by: Person | None,
    steps: Iterable[Mapping[str, Any]] = (),
    runs: object = None,
    on: date | None = None,
    known: date | None = None,
) -> None:
    """Say how one lives a run, as a manager, by a pseudonym of this pilot alone and the week. It writes no event.

    The latest of a week takes the place of an earlier one of it.

    Args:
        steps: as announced, each also with `times` it is done in a run (0: skipped) and whether it `is_judgement`.
        runs: runs a week in one's own team.

    Raises:
        Invalid: no step, too many, or a value that cannot be, with the field.
    """
    locked = lock_pilot(pilot, by, on, known)
    if by is None:
        raise NotYours
    locked.require("describe_steps")
    read = [_lived_step(number, step) for number, step in enumerate(_counted(steps), 1)]
    per_week = _whole(runs, "runs", MOST_RUNS)
    mine = {"pilot": pilot, "pseudonym": pseudonym(by, purpose_of(pilot)), "week": week_of(locked.known)}
    LivedWorkflow.objects.filter(**mine).delete()
    row = LivedWorkflow.objects.create(runs=per_week, **mine)
    LivedStep.objects.bulk_create(
        LivedStep(workflow=row, position=number, **step) for number, step in enumerate(read, 1)
    )


def purpose_of(pilot: Pilot) -> str:
    """For what a manager's pseudonym is made: one pilot, so that what they say of two cannot be joined."""
    return f"workflow:{pilot.pk}"


def _counted(steps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    rows = list(steps)
    if not rows:
        raise Invalid(_("Give at least one step."), field="steps")
    if len(rows) > MOST_STEPS:
        raise Invalid(_("Give %(most)d steps at the most.") % {"most": MOST_STEPS}, field="steps")
    if not all(isinstance(row, Mapping) for row in rows):
        raise Invalid(_("Each step has a name and minutes."), field="steps")
    return rows


def _whole(value: object, field: str, most: int) -> int | None:
    return None if value in (None, "") else need_whole(value, field, least=1, most=most)


def _step(number: int, step: Mapping[str, Any]) -> dict[str, Any]:
    """One step as it is kept. What is wrong is said of its row and part."""
    place = {name: part_of("steps", number, name) for name in ("name", "who", "tool", "minutes", "counts_as")}
    counts_as = str(step.get("counts_as") or StepKind.WORK.value)
    if counts_as not in StepKind.values():
        raise Invalid(_("Say one of: work, rework, review, waiting."), field=place["counts_as"])
    return {
        "name": _short(need_text(_text(step.get("name")), place["name"]), place["name"], LONGEST_STEP),
        "who": _short(_text(step.get("who")), place["who"], LONGEST_WHO),
        "tool": _short(_text(step.get("tool")), place["tool"], LONGEST_WHO),
        "minutes": need_whole(step.get("minutes"), place["minutes"], least=0, most=MOST_MINUTES),
        "counts_as": counts_as,
    }


def _lived_step(number: int, step: Mapping[str, Any]) -> dict[str, Any]:
    times = step.get("times")
    place = part_of("steps", number, "times")
    return _step(number, step) | {
        "times": need_whole(1 if times in (None, "") else times, place, least=0, most=MOST_TIMES),
        "is_judgement": bool(step.get("is_judgement")),
    }


def _text(value: Any) -> str:
    return str(value or "").strip()


def _short(text: str, field: str, most: int) -> str:
    if len(need_plain(text, field)) > most:
        raise Invalid(_("Say it in %(most)d characters at the most.") % {"most": most}, field=field)
    return text
