"""A workflow as it was announced and as managers live it (rule 14), and the page on which a manager says how they live it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pilots import permissions
from pilots.actions.workflows import purpose_of
from pilots.clock import today
from pilots.derived.load import state_of
from pilots.models import Person, Pilot
from pilots.pseudonyms import pseudonym
from pilots.rules.vocabulary import Role
from readiness.charts import sequence
from readiness.forms.both_sides import DescribeStepsForm
from readiness.pages.base import day_of, pilot_or_404, reader
from readiness.queries.people import is_manager_of
from readiness.queries.snapshots import snapshot_of
from readiness.queries.workflows import Announced, Workflow, announced, own_run, step_words, workflow_of
from readiness.rules import offers
from readiness.rules import workflows as rule
from readiness.rules.workflows import Compared, Run, Step
from readiness.text import workflows as text

MANAGERS = frozenset({Role.MANAGER, Role.FELLOW})


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of both sides: what it is called, its bars, its minutes, and what differs."""

    name: str
    apart: bool
    note: str
    official: str
    lived: str
    bars: sequence.StepBars
    marks: list[tuple[str, str, bool]]


@require_safe
def workflow(request: HttpRequest, key: str) -> HttpResponse:
    """Both sides of a workflow, on any day."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    at, refused = day_of(request)
    snapshot = snapshot_of(pilot, at=at)
    if snapshot is None:
        raise Http404
    state = state_of(pilot, at)
    office = permissions.is_office(person, pilot.portfolio)
    mine = offers.roles(person, snapshot, office=office, state=state)
    reads = permissions.reads_groups(person, pilot.portfolio, mine)
    found = workflow_of(pilot, at=at)
    if not reads:
        found = only_announced(found)
    manages, is_today = bool(mine & MANAGERS), at == today()
    context = {
        "at": at,
        "past": not is_today,
        "refused": refused,
        "pilot": pilot,
        "snapshot": snapshot,
        "reads": reads,
        "manages": manages and is_today,
        "may_announce": is_today and "announce-workflow" in offers.on_pilot(person, snapshot, state, office=office),
        "own": own(person, pilot, found.official) if manages and is_today else None,
        **drawn(found),
    }
    return render(request, "pages/workflow.html", context)


def only_announced(found: Workflow) -> Workflow:
    """What whoever does not read groups of managers may see: how it was announced."""
    official = found.official
    there = rule.compare(official.rows, [], by_hand=official.by_hand) if official else rule.compare([], [])
    return Workflow(official, there, there, [])


def drawn(found: Workflow) -> dict[str, Any]:
    """What a template draws of both sides."""
    official, now = found.official, found.now
    return {
        "official": official,
        "now": now,
        "headline": text.headline(found),
        "cost": text.cost(found),
        "rests_on": text.rests_on(now),
        "rows": rows(now),
        "sums": sequence.sums(now, official.by_hand if official else None) if now.steps else None,
        "total_official": text.minutes(now.official),
        "total_lived": text.minutes(now.lived),
        "relief": relief(now),
        "without_review": text.without_review(now),
        "verdict": text.verdict(now),
        "changes": [text.change(each) for each in found.changes],
        "net_before": _net(found.before),
        "net_now": _net(now),
    }


def _net(of: Compared) -> str:
    return text.signed(of.relief.net) if of.relief and of.managers is not None else ""


def rows(compared: Compared) -> list[StepRow]:
    """The steps of both sides, as they stand in the table."""
    return [
        StepRow(
            bars.step.name or str(text.APART[bars.step.counts_as]),
            not bars.step.name,
            ", ".join(part for part in (bars.step.who, bars.step.tool) if part),
            text.minutes(bars.step.official),
            text.minutes(bars.step.lived),
            bars,
            text.marks(bars.step.marks),
        )
        for bars in sequence.steps(compared)
    ]


def relief(compared: Compared) -> dict[str, str] | None:
    """Net relief as a sum, figure by figure; None where it is not known or may not be shown."""
    found = compared.relief
    if found is None or compared.managers is None:
        return None
    week = compared.net_a_week
    return {
        "by_hand": text.minutes(found.by_hand),
        "work": text.minutes(found.work),
        "saved": text.signed(found.saved),
        "rework": text.signed(-found.rework),
        "review": text.signed(-found.review),
        "waiting": text.signed(-found.waiting),
        "net": text.signed(found.net),
        "runs": f"{compared.runs:,.0f}" if compared.runs is not None else "",
        "week": text.a_week(week) if week is not None else "",
    }


def own(person: Person, pilot: Pilot, official: Announced | None) -> dict[str, Any] | None:
    """A manager's own run, for nobody else but them; None where they have said nothing."""
    run = own_run(pilot, pseudonym(person, purpose_of(pilot)))
    if run is None:
        return None
    of = official.rows if official else ()
    compared = rule.own(
        of, run, by_hand=official.by_hand if official else None, runs=official.runs if official else None
    )
    return {"rows": rows(compared), "relief": relief(compared), "lived": text.minutes(compared.lived)}


@require_http_methods(["GET", "HEAD", "POST"])
def own_steps(request: HttpRequest, key: str) -> HttpResponse:
    """How a manager lives a run, step by step. It is kept by pseudonym and week, and writes no event."""
    person = reader(request)
    pilot = pilot_or_404(person, key)
    if not is_manager_of(person, pilot, at=today()):
        raise PermissionDenied
    official = announced(pilot.pk, at=today())
    steps = official.rows if official else []
    run = own_run(pilot, pseudonym(person, purpose_of(pilot)))
    back = reverse("readiness:workflow", args=[pilot.key])
    if request.method == "POST":
        form = DescribeStepsForm(request.POST, pilot=pilot, by=person, official=steps)
        if form.perform():
            messages.success(request, form.done_message)
            return redirect(back)
    else:
        initial = {"runs": (run.runs if run else None) or (official.runs if official else None)}
        form = DescribeStepsForm(pilot=pilot, by=person, official=steps, initial=initial, typed_rows=begun(steps, run))
    known = {step.key: step for step in steps}
    drawn_rows = [(row, known.get(Step(str(row["name"].value() or ""), 0).key)) for row in form.rows]
    context = {
        "form": form,
        "rows": drawn_rows,
        "pilot": pilot,
        "official": official,
        "back": back,
        "at": today(),
        "words": step_words(person, pilot, at=today()),
    }
    return render(request, "pages/own_steps.html", context, status=form.status)


def begun(steps: list[Step] | Any, run: Run | None) -> list[dict[str, Any]]:
    """The rows that the form begins with: what was announced, as one last said it, and then what one added."""
    said = {step.key: step for step in run.steps} if run else {}
    first = [
        {
            "name": step.name,
            "minutes": one.minutes if (one := said.pop(step.key, None)) else None,
            "times": one.times if one else None,
            "who": one.who if one else step.who,
            "tool": one.tool if one else step.tool,
            "counts_as": one.counts_as if one else step.counts_as,
            "is_judgement": one.is_judgement if one else False,
        }
        for step in steps
    ]
    return [*first, *({name: getattr(step, name) for name in PARTS} for step in said.values())]


PARTS = ("name", "minutes", "times", "who", "tool", "counts_as", "is_judgement")
