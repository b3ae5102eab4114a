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
from pilots.rules.actions import OF_STAGES
from pilots.rules.vocabulary import Stage, State
from readiness.inventory import comparing
from readiness.inventory.answering import answer, name_holders
from readiness.inventory.changes import Came, name_of
from readiness.inventory.correcting import correct_dates, move_decide_by
from readiness.inventory.falling import told_what_falls
from readiness.inventory.lookups import Places
from readiness.inventory.on_record import OWN, RecordedPilot, refuse_older
from readiness.inventory.stages import same_stage, steps, without_what_cannot_be
from readiness.inventory.statement import DATES, TEXTS, Said, mark
from readiness.text import labels

FIELDS = frozenset({"name", "function", *TEXTS, "manager", "high_impact", *adoption.RULES})
"""What a list of the own form may state of a record and its rules."""
Rows = Callable[[Said, Any], dict[str, Any]]


def update(there: RecordedPilot, said: Said, at: date, rows: Rows, places: Places) -> Came:
    """Bring one pilot up to what the list states. What the list does not state is left as it is.

    Raises:
        Refused: the record as the list states it cannot be.
    """
    pilot = there.pilot
    if pilot.portfolio.key != said.portfolio:
        raise Invalid(
            _("The key %(key)s is that of a pilot in the portfolio %(portfolio)s.")
            % {"key": said.key, "portfolio": pilot.portfolio.key},
            field="key",
        )
    came = Came(there.stage)
    emptied = _emptied(there, said, came)
    listed = there.heard(said.form).as_said(said, emptied)
    _fields(there, said, at, rows, came)
    _stage(there, said, at, came)
    correct_dates(there, said, at, came)
    move_decide_by(there, said, at, came)
    answer(there, said, at, came)
    name_holders(there, said, at, places, came)
    _never_taken(there, said, came)
    heard = there.heard(said.form)
    if came.changed or came.kept or came.not_taken or (heard.heard and heard.would_change(listed)):
        refuse_older(pilot, at)
        actions.list_again(pilot=pilot, listed=listed, on=at, known=at)
    if came.changed:
        there.look_whether_shown(at)
    came.stage = there.stage
    return came


def _emptied(there: RecordedPilot, said: Said, came: Came) -> list[str]:
    """The empty cells where the record says something: each states nothing, takes nothing away, and is told once."""
    heard = there.heard(said.form)
    found = [name for name in sorted(said.emptied) if _says_something(there, said, name)]
    for name in found:
        if name not in heard.emptied:
            column = said.column(name) if name in DATES else name
            came.refuse(said, column, _("The cell is empty now, which states nothing; what is on record stays."))
    return found


def _says_something(there: RecordedPilot, said: Said, name: str) -> bool:
    """Whether the record says something where a cell of the list is empty."""
    if name in DATES:
        # An inventory has one date: where it is empty it never gave the days that people declared.
        return bool(there.days.get(name)) and (said.form == OWN or bool(there.before(said.form).dates.get(name)))
    if name == "stage":
        return there.pilot.stage != Stage.NOT_STATED
    if name == "learned":
        return there.pilot.stage == Stage.RETIRED and bool(there.pilot.learned)
    if name in FIELDS:
        return there.now(name) not in (None, "")
    return name.endswith(":state") and _is_answered(there, name)


def _is_answered(there: RecordedPilot, column: str) -> bool:
    """Whether a gate holds an answer, by the column of its state."""
    kind = column.split(":")[1]
    gate = there.found.gate(kind) if there.found else None
    if there.found is None or gate is None:
        return column in there.heard(OWN).emptied  # Nothing in the list is new, so it is as it was said before.
    return there.found.last[kind].state != State.OPEN


def _fields(there: RecordedPilot, said: Said, at: date, rows: Rows, came: Came) -> None:
    takes, before = {}, there.before(said.form)
    for name, value in said.fields.items():
        now, was = there.now(name), before.fields.get(name)
        if _same(now, value) or was == mark(value):
            # Where the list says what it said before, somebody has amended it since, or nobody has such an address.
            continue
        if was == mark(now) or now in (None, "") or (was is None and said.form == OWN):
            takes[name] = value
        else:
            came.keep(said, name, _("the list says otherwise now; what a person wrote is kept."))
    if not takes:
        return
    refuse_older(there.pilot, at)
    told = {name: (there.now(name), value) for name, value in takes.items()}
    found = rows(said, takes)
    told = {name: both for name, both in told.items() if name in found}
    rules = {name: found.pop(name) for name in adoption.RULES if name in found}
    acts: list[Callable[[], object]] = []
    if found:
        acts.append(partial(actions.amend, pilot=there.pilot, by=None, set=found, on=at, known=at))
    if rules:
        acts.append(partial(actions.set_rules, pilot=there.pilot, by=None, on=at, known=at, **rules))
    column = ", ".join(told)
    if told_what_falls(lambda: _do(acts), there, said, column, at, came):
        for name, (was, value) in told.items():
            came.change(said, name, name_of(name), was, value)


def _do(acts: list[Callable[[], object]]) -> bool:
    """Whether any of the acts made a difference."""
    done = [act() for act in acts]
    return any(done)


def _same(now: Any, value: Any) -> bool:
    return mark(now) == mark(value)


def _stage(there: RecordedPilot, said: Said, at: date, came: Came) -> None:
    pilot, before = there.pilot, there.before(said.form).stage
    _pause(there, said, came)
    if not said.states_stage or same_stage(pilot.stage, said.stage) or before == said.stage:
        return
    if _people_moved(pilot):
        came.keep(said, "stage", _("the list says another stage; what people declared is kept."))
        return
    may_be, findings = without_what_cannot_be(said, at)
    way = steps(pilot.stage, may_be, at)
    if not way:
        came.refuse(said, "stage", _("the list goes back to an earlier stage; only a person can do that."))
        return
    came.not_taken += findings
    refuse_older(pilot, at)
    was = pilot.stage
    for step in way:
        on = _not_before(there, step.on, said, at, came)
        verb = (
            actions.record_running if step.verb == "record_running" else partial(getattr(actions, step.verb), by=None)
        )
        verb(pilot=pilot, on=on, known=at, **step.values)
        if step.verb == "record_running":
            came.change(said, said.column("started_on"), name_of("started_on"), None, _("not known"))
    there.look()
    came.change(said, "stage", name_of("stage"), _stage_in_words(was), _stage_in_words(pilot.stage))


def _pause(there: RecordedPilot, said: Said, came: Came) -> None:
    """A list neither pauses a pilot nor ends a pause: it is told, once."""
    now = there.found.on.reading.stage if there.found else there.pilot.stage
    if said.form != OWN or not said.states_stage or {now, said.stage} != {Stage.RUNNING, Stage.PAUSED}:
        return
    if there.heard(OWN).stage != said.stage:
        sentence = (
            _("A pause needs somebody who answers for it.")
            if now == Stage.RUNNING
            else _("It is paused, and a person resumes it.")
        )
        came.refuse(said, "stage", sentence)


def _stage_in_words(stage: str) -> str:
    return str(STAGE[stage])


def _not_before(there: RecordedPilot, on: date, said: Said, at: date, came: Came) -> date:
    """The day of a step; where it lies before what is on record of the stage before, neither is taken for true: it is told."""
    last = max((day for name, day in there.days.items() if day and name != "decide_by"), default=None)
    if last is None or on >= last:
        return on
    sentence = _("%(on)s lies before %(last)s, which is on record; it counts from the day of the list.")
    came.refuse(said, said.column("adopted_on"), sentence % {"on": labels.day(on), "last": labels.day(last)})
    return at


def _people_moved(pilot: Pilot) -> bool:
    """Whether any person has acted on the stage: no list undoes that."""
    acts = Event.objects.filter(pilot=pilot, verb__in=OF_STAGES, by__isnull=False)
    return acts.exists()


def _never_taken(there: RecordedPilot, said: Said, came: Came) -> None:
    """Tell the cells that say otherwise than the record and than the list before, and are never taken."""
    before = there.heard(said.form)
    told = [column for column, text in said.cells.items() if before.cells.get(column) != mark(text)]
    came.not_taken += comparing.otherwise(said, told, there.found, there.pilot)
    if before.heard and before.unread != said.unread:
        came.refuse(said, "", _("Columns that are not read say something else now."))
