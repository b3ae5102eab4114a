"""The days that a newer list says otherwise: those that it said itself are corrected, and rule 4 holds for lists too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.pilots import CORRECTABLE
from pilots.rules.events import Act
from pilots.rules.vocabulary import Stage
from readiness.inventory import comparing
from readiness.inventory.changes import Came, name_of
from readiness.inventory.on_record import RecordedPilot, refuse_older
from readiness.inventory.statement import Said
from readiness.text import labels


def correct_dates(there: RecordedPilot, said: Said, at: date, came: Came) -> None:
    """Correct the days that the list itself said before; those of people are theirs."""
    before = there.before(said.form)
    waiting = {}
    for verb, name in CORRECTABLE.items():
        day = getattr(said, name)
        if day is None or before.dates.get(name) == said.remembered(name) or not _is_another(there, said, name, day):
            continue
        waiting[verb] = day
    acts = there.acts() if waiting else []
    for verb, day in _in_this_order(waiting, acts):
        name = CORRECTABLE[verb]
        column = said.column(name)
        said_it = [act for act in acts if act.verb in (verb, "adopt" if verb == "record_claim" else verb)]
        if not said_it or not comparing.says_something(said, name):
            came.refuse(said, column, _("The pilot has no such day at its stage."))
        elif said_it[-1].by is not None:
            came.keep(said, column, _("the list says another day; what a person declared is kept."))
        elif said_it[-1].on != day or not said_it[-1].data.get("start_known", True) or _is_approximate(there, said):
            _correct(there, said, verb, day, at, came)


def _in_this_order(waiting: Mapping[str, date], acts: list[Act]) -> list[tuple[str, date]]:
    """The corrections, so that none has to pass another: a day that becomes later waits for those after it."""
    last = {act.verb: act.on for act in acts}
    later = {verb: day > last.get(verb, day) for verb, day in waiting.items()}
    return [
        *((v, d) for v, d in reversed(list(waiting.items())) if later[v]),
        *((v, d) for v, d in waiting.items() if not later[v]),
    ]


def _is_another(there: RecordedPilot, said: Said, name: str, day: date) -> bool:
    return there.days.get(name) != day or _is_approximate(there, said)


def _is_approximate(there: RecordedPilot, said: Said) -> bool:
    """Whether the list is nearer, or less near, to the day than the record says of itself."""
    return said.approximate is not None and said.approximate != there.pilot.approximate


def _correct(there: RecordedPilot, said: Said, verb: str, day: date, at: date, came: Came) -> None:
    name = CORRECTABLE[verb]
    column = said.column(name)
    refuse_older(there.pilot, at)
    was, decide_by = there.days.get(name), there.days.get("decide_by")
    says = said.sentence(column, _cell(said, column) or day.isoformat())
    correct = partial(actions.correct_date, of=verb, to=day, source=says, approximate=said.approximate)
    if not came.is_taken(said, column, partial(correct, pilot=there.pilot, on=at, known=at)):
        return
    there.look()
    came.change(said, column, name_of(name), was or (_("not known") if verb == "start" else None), day)
    now = there.days.get("decide_by")
    if now != decide_by:
        came.change(said, column, name_of("decide_by"), decide_by, now)


def _cell(said: Said, column: str) -> str:
    return dict(said.facts).get(column, "").strip()[:60]


def move_decide_by(there: RecordedPilot, said: Said, at: date, came: Came) -> None:
    """Move the decide-by date where rule 4 lets a list do so: a later one is a slip, and no mark is typed away."""
    day, before = said.decide_by, there.before(said.form).dates.get("decide_by")
    if day is None or there.days.get("decide_by") == day or before == said.remembered("decide_by"):
        return
    if any(finding.column == "decide_by" for finding in came.not_taken):
        return
    if there.pilot.stage in (Stage.PLANNED, Stage.NOT_STATED):
        came.refuse(said, "decide_by", _("The pilot has not started."))
        return
    acts = [act for act in there.acts() if act.verb in ("start", "move_decide_by")]
    if before is not None and acts and acts[-1].by is not None:
        came.keep(said, "decide_by", _("the list says another day; what a person declared is kept."))
        return
    refuse_older(there.pilot, at)
    was = there.days.get("decide_by")
    says = said.sentence("decide_by", _cell(said, "decide_by") or day.isoformat())
    move = partial(actions.move_decide_by, pilot=there.pilot, by=None, to=day, reason=says, on=at, known=at)
    if not came.is_taken(said, "decide_by", move, _("decide by %(day)s.") % {"day": labels.day(day)}):
        return
    there.look()
    came.change(said, "decide_by", name_of("decide_by"), was, day)
