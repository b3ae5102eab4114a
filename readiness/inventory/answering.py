"""What a newer list says of gates: a yes is asserted, or no longer; whoever is named for what is accepted is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.languages import installation_language
from pilots.models import Decision, Gate
from pilots.rules.vocabulary import Outcome
from readiness.inventory import comparing, vocabulary
from readiness.inventory.changes import RecordReport
from readiness.inventory.falling import report_what_falls
from readiness.inventory.lookups import Places
from readiness.inventory.office_edits import OfficeEdits, days, is_changed_here
from readiness.inventory.on_record import OWN, RecordedPilot, refuse_older
from readiness.inventory.statement import Statement, mark

BY_SOURCES = (Outcome.ASSERTED, Outcome.NO_LONGER_ASSERTED)
"""Answers that no person gave."""


def answer(recorded: RecordedPilot, statement: Statement, at: date, outcome: RecordReport) -> None:
    """Assert what the list says yes to now and did not before, and end what it no longer says yes to."""
    remembered = recorded.remembered(statement.form)
    before = remembered.answers if remembered.remembered else None
    asked = {
        kind for kind in statement.asked if before is None or before.get(kind) != _marked(statement.answers.get(kind))
    } - _as_before(recorded, statement)
    if not asked:
        return
    of_kinds = recorded.pilot.gates.filter(kind__key__in=asked).select_related("pilot", "kind")
    for gate in of_kinds.order_by("kind__position", "pk"):
        _answer(recorded, gate, statement, before, at, outcome)


def _marked(text: str | None) -> str | None:
    return None if text is None else mark(text)


def _as_before(recorded: RecordedPilot, statement: Statement) -> set[str]:
    """The gates of which the own form says yes in the word that is on record."""
    if recorded.found is None:
        return set()
    state = {gate.kind.key: gate.status.state for gate in recorded.found.on.gates}
    return {kind for kind, text in statement.answers.items() if text == f"{kind} {state.get(kind)}"}


def _answer(
    recorded: RecordedPilot,
    gate: Gate,
    statement: Statement,
    before: Mapping[str, str] | None,
    at: date,
    outcome: RecordReport,
) -> None:
    kind, column = gate.kind.key, statement.column_of_gate(gate.kind.key)
    stands = gate.decisions.order_by("pk").last()
    answered = gate.decisions.exclude(outcome__in=BY_SOURCES).exists()
    asserted = stands is not None and stands.outcome == Outcome.ASSERTED
    if kind in statement.answers:
        if statement.form == OWN and (asserted or (answered and kind in (before or ()))):
            return  # The office says the same in another word.
        if before is None and answered:
            _unless_on_record(recorded, statement, kind, outcome)
        elif before is not None or not asserted:
            _assert(recorded, gate, statement, at, outcome, answered=answered, stands=stands if asserted else None)
    elif answered:
        if before is not None and kind in before and not _is_on_record(recorded, statement, kind):
            outcome.keep(statement, column, _("the list no longer says yes; what a person answered is kept."))
    elif asserted and (kind in (before or ()) or _says_open(statement, kind)):
        refuse_older(recorded.pilot, at)
        with installation_language():
            source = _("%(file)s, row %(row)d: the list no longer says yes.") % {
                "file": statement.file,
                "row": statement.line,
            }
        if outcome.is_taken(
            statement, column, partial(actions.end_assertion, gate=gate, source=source, on=at, known=at)
        ):
            outcome.change(statement, column, gate.kind.name, _("asserted"), _("open, the list no longer says yes"))


def _assert(
    recorded: RecordedPilot,
    gate: Gate,
    statement: Statement,
    at: date,
    outcome: RecordReport,
    *,
    answered: bool,
    stands: Decision | None,
) -> None:
    kind, column = gate.kind.key, statement.column_of_gate(gate.kind.key)
    refuse_older(recorded.pilot, at)
    says = statement.asserted[kind]
    if not outcome.is_taken(statement, column, partial(actions.assert_, gate=gate, source=says, on=at, known=at)):
        return
    outcome.asserted.append(kind)
    outcome.changed = True
    if answered:
        outcome.keep(statement, column, _("the list says yes anew, which is logged; what a person answered is kept."))
        return
    was = _assertion_text(stands.reason) if stands else _("open")
    outcome.change(statement, column, gate.kind.name, was, _assertion_text(says))


def _assertion_text(sentence: str | None) -> str:
    """What a list said, without its place."""
    text = sentence or ""
    return _("asserted: %(says)s") % {"says": text.partition(": ")[2] or text}


def _unless_on_record(recorded: RecordedPilot, statement: Statement, kind: str, outcome: RecordReport) -> None:
    """A list that is new to a pilot says yes where a person has answered: reported, unless the answer is yes."""
    found = recorded.found.gate(kind) if recorded.found else None
    if found is None or vocabulary.gate(found.status.state) != vocabulary.YES:
        outcome.keep(statement, statement.column_of_gate(kind), _("the list says yes; what a person answered is kept."))


def _is_on_record(recorded: RecordedPilot, statement: Statement, kind: str) -> bool:
    """Whether the cell for a state says what is on record."""
    column = f"gate:{kind}:state"
    text = statement.cells.get(column)
    return text is not None and comparing.agrees(column, text, recorded.found, recorded.pilot)


def _says_open(statement: Statement, kind: str) -> bool:
    """Whether a cell of the own form says that a gate is open; an empty one does not."""
    return statement.form == OWN and vocabulary.gate(statement.cells.get(f"gate:{kind}:state", "")) == vocabulary.NO


def name_holders(
    recorded: RecordedPilot,
    statement: Statement,
    at: date,
    places: Places,
    outcome: RecordReport,
    office: OfficeEdits | None = None,
) -> None:
    """Name whom the list names now for what is accepted, unless a person named somebody since."""
    before = recorded.before(statement.form).holders
    is_export = office is not None and statement.version is not None
    for kind, address in statement.holders.items():
        gate = recorded.found.gate(kind) if recorded.found else None
        if recorded.found is None or gate is None or (before.get(kind) == mark(address) and not is_export):
            continue
        column = f"gate:{kind}:holder"
        now = gate.holder.email.lower() if gate.holder else ""
        person = places.person(address)
        if now == address or (person and recorded.found.last[kind].nominee_id == person.pk):
            continue
        if is_changed_here(recorded, statement, column, outcome):
            continue
        if person is None:
            outcome.not_taken.append(comparing.no_account(statement, column, address).ended(on_record=True))
        elif office is None and kind in before and now and before[kind] != mark(now):
            outcome.keep(statement, column, _("the list names somebody else; whom people named is kept."))
        else:
            _nominate(recorded, gate.gate, person, statement, column, now, at, outcome, office)


def _nominate(
    recorded: RecordedPilot,
    gate: Gate,
    person: Any,
    statement: Statement,
    column: str,
    now: str,
    at: date,
    outcome: RecordReport,
    office: OfficeEdits | None,
) -> None:
    refuse_older(recorded.pilot, at)

    def name() -> object:
        return actions.nominate(gate=gate, person=person, **days(office, at))

    if outcome.is_taken(statement, column, partial(report_what_falls, name, recorded, statement, column, at, outcome)):
        outcome.change(statement, column, gate.kind.name, now, person.email)
