"""The days that a newer list says otherwise: those that it said itself are corrected, and rule 4 holds for lists too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.records import CORRECTABLE
from pilots.rules.events import EventRecord
from pilots.rules.vocabulary import Stage
from readiness.inventory import comparing
from readiness.inventory.changes import RecordReport, name_of
from readiness.inventory.office_edits import OfficeEdits, move_decide_by
from readiness.inventory.on_record import RecordedPilot, refuse_older
from readiness.inventory.statement import Statement
from readiness.text import labels


def correct_dates(recorded: RecordedPilot, statement: Statement, at: date, outcome: RecordReport) -> None:
    """Correct the days that the list itself said before; those of people are theirs."""
    before = recorded.before(statement.form)
    waiting = {}
    for action, name in CORRECTABLE.items():
        day = getattr(statement, name)
        if (
            day is None
            or before.dates.get(name) == statement.remembered(name)
            or not _is_another(recorded, statement, name, day)
        ):
            continue
        waiting[action] = day
    events = recorded.events() if waiting else []
    for action, day in _in_this_order(waiting, events):
        name = CORRECTABLE[action]
        column = statement.column(name)
        said_it = [
            event for event in events if event.action in (action, "adopt" if action == "record_claim" else action)
        ]
        if not said_it or not comparing.says_something(statement, name):
            outcome.refuse(statement, column, _("The pilot has no such day at its stage."))
        elif said_it[-1].by is not None:
            outcome.keep(statement, column, _("the list says another day; what a person declared is kept."))
        elif (
            said_it[-1].effective_on != day
            or not said_it[-1].data.get("start_known", True)
            or _is_approximate(recorded, statement)
        ):
            _correct(recorded, statement, action, day, at, outcome)


def _in_this_order(waiting: Mapping[str, date], events: list[EventRecord]) -> list[tuple[str, date]]:
    """The corrections, so that none has to pass another: a day that becomes later waits for those after it."""
    last = {event.action: event.effective_on for event in events}
    later = {action: day > last.get(action, day) for action, day in waiting.items()}
    return [
        *((v, d) for v, d in reversed(list(waiting.items())) if later[v]),
        *((v, d) for v, d in waiting.items() if not later[v]),
    ]


def _is_another(recorded: RecordedPilot, statement: Statement, name: str, day: date) -> bool:
    return recorded.days.get(name) != day or _is_approximate(recorded, statement)


def _is_approximate(recorded: RecordedPilot, statement: Statement) -> bool:
    """Whether the list is nearer, or less near, to the day than the record says of itself."""
    return statement.approximate is not None and statement.approximate != recorded.pilot.approximate


def _correct(
    recorded: RecordedPilot, statement: Statement, action: str, day: date, at: date, outcome: RecordReport
) -> None:
    name = CORRECTABLE[action]
    column = statement.column(name)
    refuse_older(recorded.pilot, at)
    was, decide_by = recorded.days.get(name), recorded.days.get("decide_by")
    says = statement.sentence(column, _cell(statement, column) or day.isoformat())
    correct = partial(actions.correct_date, of=action, to=day, source=says, approximate=statement.approximate)
    if not outcome.is_taken(statement, column, partial(correct, pilot=recorded.pilot, on=at, known=at)):
        return
    recorded.look()
    outcome.change(statement, column, name_of(name), was or (_("not known") if action == "start" else None), day)
    now = recorded.days.get("decide_by")
    if now != decide_by:
        outcome.change(statement, column, name_of("decide_by"), decide_by, now)


def _cell(statement: Statement, column: str) -> str:
    return dict(statement.facts).get(column, "").strip()[:60]


def update_decide_by(
    recorded: RecordedPilot,
    statement: Statement,
    at: date,
    outcome: RecordReport,
    office: OfficeEdits | None = None,
) -> None:
    """Move the decide-by date where rule 4 lets a list do so: a later one is a slip, and no mark is typed away."""
    day, before = statement.decide_by, recorded.before(statement.form).dates.get("decide_by")
    if day is None or recorded.days.get("decide_by") == day:
        return
    is_export = office is not None and statement.version is not None
    if before == statement.remembered("decide_by") and not is_export:
        return
    if any(finding.column == "decide_by" for finding in outcome.not_taken):
        return
    if recorded.pilot.stage in (Stage.PLANNED, Stage.NOT_STATED):
        outcome.refuse(statement, "decide_by", _("The pilot has not started."))
        return
    if office is not None:
        move_decide_by(recorded, statement, at, office, outcome)
        return
    events = [event for event in recorded.events() if event.action in ("start", "move_decide_by")]
    if before is not None and events and events[-1].by is not None:
        outcome.keep(statement, "decide_by", _("the list says another day; what a person declared is kept."))
        return
    refuse_older(recorded.pilot, at)
    was = recorded.days.get("decide_by")
    says = statement.sentence("decide_by", _cell(statement, "decide_by") or day.isoformat())
    move = partial(actions.move_decide_by, pilot=recorded.pilot, by=None, to=day, reason=says, on=at, known=at)
    if not outcome.is_taken(statement, "decide_by", move, _("decide by %(day)s.") % {"day": labels.day(day)}):
        return
    recorded.look()
    outcome.change(statement, "decide_by", name_of("decide_by"), was, day)
