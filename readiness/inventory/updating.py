"""A newer list meets what is on record: what changed in the list is taken over, what people decided since is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import Event, Pilot
from pilots.models.choices import STAGE
from pilots.refusals import Invalid
from pilots.rules import adoption
from pilots.rules.actions import STAGE_EVENTS
from pilots.rules.vocabulary import Stage, State
from readiness.inventory import comparing
from readiness.inventory.answering import answer, name_holders
from readiness.inventory.changes import RecordReport, name_of
from readiness.inventory.correcting import correct_dates, update_decide_by
from readiness.inventory.falling import report_what_falls
from readiness.inventory.lookups import Places
from readiness.inventory.office_edits import OfficeEdits, change_stage, days, is_changed_here
from readiness.inventory.on_record import OWN, RecordedPilot, read_again, refuse_older
from readiness.inventory.own_form import HIGH_IMPACT_COLUMNS
from readiness.inventory.stages import same_stage, steps, without_what_cannot_be
from readiness.inventory.statement import DATES, TEXTS, Statement, mark
from readiness.text import labels

FIELDS = frozenset({"name", "function", *TEXTS, "manager", *HIGH_IMPACT_COLUMNS, *adoption.RULES})
"""What a list of the own form may state of a record and its rules."""
Rows = Callable[[Statement, Any], dict[str, Any]]


def update(
    recorded: RecordedPilot,
    statement: Statement,
    at: date,
    rows: Rows,
    places: Places,
    office: OfficeEdits | None = None,
) -> RecordReport:
    """Bring one pilot up to what the list states. What the list does not state is left as it is.

    Args:
        office: in whose name an edited export changes what has a form; None where a list speaks.

    Raises:
        Refused: the record as the list states it cannot be.
    """
    pilot = recorded.pilot
    if pilot.portfolio.key != statement.portfolio:
        raise Invalid(
            _("The key %(key)s is that of a pilot in the portfolio %(portfolio)s.")
            % {"key": statement.key, "portfolio": pilot.portfolio.key},
            field="key",
        )
    outcome = RecordReport(recorded.stage)
    is_export = office is not None and statement.version is not None
    if is_export:
        recorded.learn_what_changed(statement.version or 0)
    emptied = _emptied_columns(recorded, statement, outcome)
    listed = recorded.remembered(statement.form).with_statement(statement, emptied)
    _fields(recorded, statement, at, rows, outcome, office)
    if office is None:
        _stage(recorded, statement, at, outcome)
    elif is_export or recorded.before(statement.form).stage != statement.stage:
        change_stage(recorded, statement, at, office, outcome)
    correct_dates(recorded, statement, at, outcome)
    update_decide_by(recorded, statement, at, outcome, office)
    answer(recorded, statement, at, outcome)
    name_holders(recorded, statement, at, places, outcome, office)
    _never_taken(recorded, statement, outcome)
    remembered = recorded.remembered(statement.form)
    says_anew = remembered.would_change(listed) if remembered.remembered else outcome.kept or outcome.not_taken
    if outcome.changed or says_anew:
        refuse_older(pilot, at)
        actions.list_again(pilot=pilot, listed=listed, on=at, known=at)
    if outcome.changed:
        recorded.look_whether_shown(at)
    outcome.stage = recorded.stage
    return outcome


def _emptied_columns(recorded: RecordedPilot, statement: Statement, outcome: RecordReport) -> list[str]:
    """The empty cells where the record says something: each states nothing, takes nothing away, and is differing once."""
    remembered = recorded.remembered(statement.form)
    found = [name for name in sorted(statement.emptied) if _says_something(recorded, statement, name)]
    emptied = [name for name in found if name not in remembered.emptied]
    # Several days may stand in one column.
    for column in dict.fromkeys(statement.column(name) if name in DATES else name for name in emptied):
        outcome.refuse(statement, column, _("The cell is empty now, which states nothing; what is on record stays."))
    return found


def _says_something(recorded: RecordedPilot, statement: Statement, name: str) -> bool:
    """Whether the record says something where a cell of the list is empty."""
    if name in DATES:
        # An inventory has one date: where it is empty it never gave the days that people declared.
        return bool(recorded.days.get(name)) and (
            statement.form == OWN or bool(recorded.remembered(statement.form).dates.get(name))
        )
    if name == "stage":
        return recorded.pilot.stage != Stage.NOT_STATED
    if name == "learned":
        return recorded.pilot.stage == Stage.RETIRED and bool(recorded.pilot.learned)
    if name == "retired_because":
        return bool(recorded.found and recorded.found.on.status.retired_because)
    if name in FIELDS:
        return recorded.now(name) not in (None, "")
    return name.endswith(":state") and _is_answered(recorded, name)


def _is_answered(recorded: RecordedPilot, column: str) -> bool:
    """Whether a gate holds an answer, by the column of its state."""
    kind = column.split(":")[1]
    gate = recorded.found.gate(kind) if recorded.found else None
    if recorded.found is None or gate is None:
        return column in recorded.remembered(OWN).emptied  # Nothing in the list is new, so it is as it was said before.
    return recorded.found.last[kind].state != State.OPEN


def _fields(
    recorded: RecordedPilot,
    statement: Statement,
    at: date,
    rows: Rows,
    outcome: RecordReport,
    office: OfficeEdits | None,
) -> None:
    takes, before = {}, recorded.before(statement.form)
    is_export = office is not None and statement.version is not None
    for name, value in statement.fields.items():
        now, was = recorded.now(name), before.fields.get(name)
        if _same(now, value) or (was == mark(value) and not is_export):
            # Where the list says what it said before, somebody has amended it since, or nobody has such an address.
            continue
        if value in (None, "") and name not in recorded.remembered(statement.form).fields:
            continue  # An empty cell takes nothing back that this list never said.
        if is_changed_here(recorded, statement, name, outcome):
            continue
        if was == mark(now) or now in (None, "") or (was is None and statement.form == OWN) or office is not None:
            takes[name] = value
        else:
            outcome.keep(statement, name, _("the list says otherwise now; what a person wrote is kept."))
    if not takes:
        return
    refuse_older(recorded.pilot, at)
    differing = {name: (recorded.now(name), value) for name, value in takes.items()}
    found = rows(statement, takes)
    differing = {name: both for name, both in differing.items() if name in found}
    rules = {name: found.pop(name) for name in adoption.RULES if name in found}
    changes_made: list[Callable[[], object]] = []
    if found:
        changes_made.append(partial(actions.amend, pilot=recorded.pilot, set=found, **days(office, at)))
    if rules:
        changes_made.append(partial(actions.set_rules, pilot=recorded.pilot, **days(office, at), **rules))
    column = ", ".join(differing)
    if report_what_falls(lambda: _do(changes_made), recorded, statement, column, at, outcome):
        for name, (was, value) in differing.items():
            outcome.change(statement, name, name_of(name), was, value)


def _do(changes_made: list[Callable[[], object]]) -> bool:
    """Whether any of the actions made a difference."""
    done = [change() for change in changes_made]
    return any(done)


def _same(now: Any, value: Any) -> bool:
    return mark(now) == mark(value)


def _stage(recorded: RecordedPilot, statement: Statement, at: date, outcome: RecordReport) -> None:
    pilot, before = recorded.pilot, recorded.before(statement.form).stage
    _pause(recorded, statement, outcome)
    if not statement.states_stage or same_stage(pilot.stage, statement.stage) or before == statement.stage:
        return
    if _people_moved(pilot):
        outcome.keep(statement, "stage", _("the list says another stage; what people declared is kept."))
        return
    may_be, findings = without_what_cannot_be(statement, at)
    way = steps(pilot.stage, may_be, at)
    if not way:
        outcome.refuse(statement, "stage", _("the list goes back to an earlier stage; only a person can do that."))
        return
    outcome.not_taken += findings
    refuse_older(pilot, at)
    was = pilot.stage
    for step in way:
        on = _not_before(recorded, step.on, statement, at, outcome)
        action = (
            actions.record_running
            if step.action == "record_running"
            else partial(getattr(actions, step.action), by=None)
        )
        action(pilot=pilot, on=on, known=at, **step.values)
        if step.action == "record_running":
            outcome.change(statement, statement.column("started_on"), name_of("started_on"), None, _("not known"))
    read_again(recorded, statement, at)
    outcome.change(statement, "stage", name_of("stage"), _stage_in_words(was), _stage_in_words(pilot.stage))


def _pause(recorded: RecordedPilot, statement: Statement, outcome: RecordReport) -> None:
    """A list neither pauses a pilot nor ends a pause: it is differing, once."""
    now = recorded.found.on.status.stage if recorded.found else recorded.pilot.stage
    if statement.form != OWN or not statement.states_stage or {now, statement.stage} != {Stage.RUNNING, Stage.PAUSED}:
        return
    if recorded.remembered(OWN).stage != statement.stage:
        sentence = (
            _("A pause needs somebody who answers for it.")
            if now == Stage.RUNNING
            else _("It is paused, and a person resumes it.")
        )
        outcome.refuse(statement, "stage", sentence)


def _stage_in_words(stage: str) -> str:
    return str(STAGE[stage])


def _not_before(recorded: RecordedPilot, on: date, statement: Statement, at: date, outcome: RecordReport) -> date:
    """The day of a step; where it lies before what is on record of the stage before, neither is taken for true: it is differing."""
    last = max((day for name, day in recorded.days.items() if day and name != "decide_by"), default=None)
    if last is None or on >= last:
        return on
    sentence = _("%(on)s lies before %(last)s, which is on record; it counts from the day of the list.")
    outcome.refuse(
        statement, statement.column("adopted_on"), sentence % {"on": labels.day(on), "last": labels.day(last)}
    )
    return at


def _people_moved(pilot: Pilot) -> bool:
    """Whether any person has acted on the stage: no list undoes that."""
    changes_made = Event.objects.filter(pilot=pilot, action__in=STAGE_EVENTS, by__isnull=False)
    return changes_made.exists()


def _never_taken(recorded: RecordedPilot, statement: Statement, outcome: RecordReport) -> None:
    """Report the cells that say otherwise than the record and than the list before, and are never taken."""
    before = recorded.remembered(statement.form)
    differing = [column for column, text in statement.cells.items() if before.cells.get(column) != mark(text)]
    outcome.not_taken += comparing.differing_cells(statement, differing, recorded.found, recorded.pilot)
    if before.remembered and before.unread != statement.unread:
        outcome.refuse(
            statement, "", _("Columns that no field has say something else now; they are kept beside the record.")
        )
