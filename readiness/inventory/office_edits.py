"""An export that the office edited and imports: what it may change by form is changed in its name, with one reason for all.

What a list says as a source stays the list's: the days that it gave itself, and what it says yes to. All else is refused by row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.clock import today
from pilots.models import Person
from pilots.models.choices import STAGE
from pilots.refusals import Invalid
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import Stage
from readiness.inventory.changes import RecordReport, name_of
from readiness.inventory.falling import report_what_falls
from readiness.inventory.on_record import RecordedPilot, read_again, refuse_older
from readiness.inventory.statement import Statement
from readiness.text import labels


def is_changed_here(recorded: RecordedPilot, statement: Statement, name: str, outcome: RecordReport) -> bool:
    """Whether a column was changed here after the export was made: what is on record stays, and that is said."""
    if name not in recorded.changed:
        return False
    sentence = _("the export is older than a change that was made here; what is on record stays.")
    outcome.keep(statement, name, sentence)
    return True


@dataclass(frozen=True, slots=True)
class OfficeEdits:
    """In whose name a list changes pilots on record, and why; empty where nobody said it."""

    by: Person
    reason: str = ""


def days(office: OfficeEdits | None, at: date) -> dict[str, Any]:
    """By whom and on which day an action of a list is done, as every action takes it.

    Raises:
        Invalid: a person does it, and the day of the record is not today.
    """
    if office is not None and at != today():
        sentence = _("What the office changes by a list counts from today: import it without a day of the record.")
        raise Invalid(sentence, field="key")
    return {"by": office.by if office else None, "on": at, "known": at}


def change_stage(
    recorded: RecordedPilot, statement: Statement, at: date, office: OfficeEdits, outcome: RecordReport
) -> None:
    """Start, resume, adopt, roll back or retire a pilot, where the stage is edited and a form leads from one to the other."""
    now = recorded.found.on.status.stage if recorded.found else recorded.pilot.stage
    if not statement.states_stage or now == statement.stage:
        return
    if is_changed_here(recorded, statement, "stage", outcome):
        return
    change = _way(recorded, statement, at, office, now)
    if isinstance(change, str):
        outcome.refuse(statement, "stage", change)
        return
    refuse_older(recorded.pilot, at)
    weighed = partial(report_what_falls, change, recorded, statement, "stage", at, outcome)
    if outcome.is_taken(statement, "stage", weighed):
        recorded.pilot.refresh_from_db()
        read_again(recorded, statement, at)
        outcome.change(statement, "stage", name_of("stage"), STAGE[now], STAGE[statement.stage])


def _way(
    recorded: RecordedPilot, statement: Statement, at: date, office: OfficeEdits, now: str
) -> Callable[[], object] | str:
    """The action that leads from a stage to the one stated; or why none does."""
    pilot = recorded.pilot
    ends_on = {Stage.RUNNING: statement.started_on, Stage.ADOPTED: statement.adopted_on}.get(Stage(statement.stage))

    def do(action: Any, day: date | None = None, **values: Any) -> Callable[[], object]:
        return lambda: action(pilot=pilot, **(days(office, at) | {"on": day or at}), **values)

    if statement.stage == Stage.RUNNING and now in NOT_STARTED:
        return do(actions.start, ends_on, decide_by=statement.decide_by)
    if statement.stage == Stage.RUNNING and now == Stage.PAUSED:
        return do(actions.resume)
    if statement.stage == Stage.RUNNING and now == Stage.ADOPTED:
        return do(actions.roll_back, reason=office.reason)
    if statement.stage == Stage.ADOPTED and now == Stage.RUNNING:
        return do(actions.adopt, ends_on)
    if statement.stage == Stage.RETIRED:
        learned = {"learned": statement.learned, "because": statement.retired_because}
        return do(actions.retire, statement.retired_on, **learned)
    if statement.stage == Stage.PAUSED:
        return _("A pause needs its last day: pause the pilot on its page.")
    if now == Stage.RETIRED:
        return _("It has ended. Open it again on its page, with a reason.")
    return _("No form leads from “%(now)s” to “%(then)s”.") % {"now": STAGE[now], "then": STAGE[statement.stage]}


def move_decide_by(
    recorded: RecordedPilot, statement: Statement, at: date, office: OfficeEdits, outcome: RecordReport
) -> None:
    """Move the decide-by date in the office's name; rule 4 holds, and a later one is a slip."""
    day, was = statement.decide_by, recorded.days.get("decide_by")
    if day is None or was == day or is_changed_here(recorded, statement, "decide_by", outcome):
        return
    refuse_older(recorded.pilot, at)

    def move() -> object:
        return actions.move_decide_by(pilot=recorded.pilot, to=day, reason=office.reason, **days(office, at))

    if outcome.is_taken(statement, "decide_by", move, _("decide by %(day)s.") % {"day": labels.day(day)}):
        recorded.look()
        outcome.change(statement, "decide_by", name_of("decide_by"), was, day)
