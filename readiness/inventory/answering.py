"""What a newer list says of gates: a yes is asserted, or no longer; whoever is named for what is accepted is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import Decision, Gate
from pilots.rules.vocabulary import Outcome
from readiness.inventory import comparing, vocabulary
from readiness.inventory.changes import Came
from readiness.inventory.falling import told_what_falls
from readiness.inventory.lookups import Places
from readiness.inventory.on_record import OWN, RecordedPilot, refuse_older
from readiness.inventory.statement import Said, mark

BY_SOURCES = (Outcome.ASSERTED, Outcome.NO_LONGER_ASSERTED)
"""Answers that no person gave."""


def answer(there: RecordedPilot, said: Said, at: date, came: Came) -> None:
    """Assert what the list says yes to now and did not before, and end what it no longer says yes to."""
    heard = there.heard(said.form)
    before = heard.answers if heard.heard else None
    asked = {
        kind for kind in said.asked if before is None or before.get(kind) != _marked(said.answers.get(kind))
    } - _as_before(there, said)
    if not asked:
        return
    of_kinds = there.pilot.gates.filter(kind__key__in=asked).select_related("pilot", "kind")
    for gate in of_kinds.order_by("kind__order", "pk"):
        _answer(there, gate, said, before, at, came)


def _marked(text: str | None) -> str | None:
    return None if text is None else mark(text)


def _as_before(there: RecordedPilot, said: Said) -> set[str]:
    """The gates of which the own form says yes in the word that is on record."""
    if there.found is None:
        return set()
    state = {gate.kind.key: gate.reading.state for gate in there.found.on.gates}
    return {kind for kind, text in said.answers.items() if text == f"{kind} {state.get(kind)}"}


def _answer(
    there: RecordedPilot, gate: Gate, said: Said, before: Mapping[str, str] | None, at: date, came: Came
) -> None:
    kind, column = gate.kind.key, said.column_of_gate(gate.kind.key)
    stands = gate.decisions.order_by("pk").last()
    answered = gate.decisions.exclude(outcome__in=BY_SOURCES).exists()
    asserted = stands is not None and stands.outcome == Outcome.ASSERTED
    if kind in said.answers:
        if said.form == OWN and (asserted or (answered and kind in (before or ()))):
            return  # The office says the same in another word.
        if before is None and answered:
            _unless_on_record(there, said, kind, came)
        elif before is not None or not asserted:
            _assert(there, gate, said, at, came, answered=answered, stands=stands if asserted else None)
    elif answered:
        if before is not None and kind in before and not _is_on_record(there, said, kind):
            came.keep(said, column, _("the list no longer says yes; what a person answered is kept."))
    elif asserted and (kind in (before or ()) or _says_open(said, kind)):
        refuse_older(there.pilot, at)
        source = _("%(file)s, row %(row)d: the list no longer says yes.") % {"file": said.file, "row": said.line}
        if came.is_taken(said, column, partial(actions.end_assertion, gate=gate, source=source, on=at, known=at)):
            came.change(said, column, gate.kind.name, _("asserted"), _("open, the list no longer says yes"))


def _assert(
    there: RecordedPilot, gate: Gate, said: Said, at: date, came: Came, *, answered: bool, stands: Decision | None
) -> None:
    kind, column = gate.kind.key, said.column_of_gate(gate.kind.key)
    refuse_older(there.pilot, at)
    says = said.asserted[kind]
    if not came.is_taken(said, column, partial(actions.assert_, gate=gate, source=says, on=at, known=at)):
        return
    came.asserted.append(kind)
    came.changed = True
    if answered:
        came.keep(said, column, _("the list says yes anew, which is logged; what a person answered is kept."))
        return
    was = _asserted(stands.reason) if stands else _("open")
    came.change(said, column, gate.kind.name, was, _asserted(says))


def _asserted(sentence: str | None) -> str:
    """What a list said, without its place."""
    text = sentence or ""
    return _("asserted: %(says)s") % {"says": text.partition(": ")[2] or text}


def _unless_on_record(there: RecordedPilot, said: Said, kind: str, came: Came) -> None:
    """A list that is new to a pilot says yes where a person has answered: told, unless the answer is yes."""
    found = there.found.gate(kind) if there.found else None
    if found is None or vocabulary.gate(found.reading.state) != vocabulary.YES:
        came.keep(said, said.column_of_gate(kind), _("the list says yes; what a person answered is kept."))


def _is_on_record(there: RecordedPilot, said: Said, kind: str) -> bool:
    """Whether the cell for a state says what is on record."""
    column = f"gate:{kind}:state"
    text = said.cells.get(column)
    return text is not None and comparing.agrees(column, text, there.found, there.pilot)


def _says_open(said: Said, kind: str) -> bool:
    """Whether a cell of the own form says that a gate is open; an empty one does not."""
    return said.form == OWN and vocabulary.gate(said.cells.get(f"gate:{kind}:state", "")) == vocabulary.NO


def name_holders(there: RecordedPilot, said: Said, at: date, places: Places, came: Came) -> None:
    """Name whom the list names now for what is accepted, unless a person named somebody since."""
    before = there.before(said.form).holders
    for kind, address in said.holders.items():
        gate = there.found.gate(kind) if there.found else None
        if there.found is None or gate is None or before.get(kind) == mark(address):
            continue
        column = f"gate:{kind}:holder"
        now = gate.holder.email.lower() if gate.holder else ""
        person = places.person(address)
        if now == address or (person and there.found.last[kind].nominee_id == person.pk):
            continue
        if person is None:
            came.not_taken.append(comparing.no_account(said, column, address).ended(on_record=True))
        elif kind in before and now and before[kind] != mark(now):
            came.keep(said, column, _("the list names somebody else; whom people named is kept."))
        else:
            _nominate(there, gate.gate, person, said, column, now, at, came)


def _nominate(
    there: RecordedPilot, gate: Gate, person: Any, said: Said, column: str, now: str, at: date, came: Came
) -> None:
    refuse_older(there.pilot, at)
    name = partial(actions.nominate, gate=gate, by=None, person=person, on=at, known=at)
    if came.is_taken(said, column, partial(told_what_falls, name, there, said, column, at, came)):
        came.change(said, column, gate.kind.name, now, person.email)
