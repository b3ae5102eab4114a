"""What of a list is never taken, because people and days make it so: where it says otherwise it is told, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Pilot
from pilots.rules import gates
from pilots.rules.history import ADOPTED, RETIRED
from readiness.reading import GateOn, PilotOn

from . import vocabulary
from .records import Finding
from .said import DATES, Said

STATES = frozenset(
    {
        *(gates.UNOWNED, gates.WAITING, gates.CHANGES_REQUESTED, gates.REFUSED, gates.CLEARED, gates.CONDITIONAL),
        *(gates.EXCEPTED, gates.ASSERTED, gates.LAPSED, gates.RECONFIRM),
    }
)
BECAUSE = {
    "recorded_on": gettext_lazy("The day of the record is the day on which it was made here."),
    "learned": gettext_lazy("What was learned is said by whoever retires a pilot."),
    "holder": gettext_lazy("Who decides follows from the decision rights."),
    "since": gettext_lazy("It follows from what is decided, and when."),
    "good_until": gettext_lazy("It follows from what is decided, and when."),
    "state": gettext_lazy("A list can say yes, or no longer; all else is decided here, by whoever holds the right."),
    "acceptance": gettext_lazy("Whoever is named accepts it, in their own name."),
    "exception": gettext_lazy("An exception is asked for and granted here."),
}


def not_taken_of_new(said: Said, at: date) -> Iterator[Finding]:
    """What a list says of a pilot that is new, and is not so by that."""
    for name in said.dates:
        if not says_something(said, name):
            yield not_taken(said, said.column(name), _("The stage of the list has no such day."))
    for column, text in said.cells.items():
        reason = _reason(column, text)
        name = column.rpartition(":")[2]
        if column == "learned" or (name in ("recorded_on", "since") and text == at.isoformat()):
            continue
        if name == "state" and vocabulary.gate(text) in (vocabulary.NO, vocabulary.UNSAID):
            continue
        yield not_taken(said, column, reason)


def says_something(said: Said, name: str) -> bool:
    """Whether a day goes with the stage that the list states."""
    fits = said.stage in DATES[name]
    if name == "decide_by" and said.stage in (ADOPTED, RETIRED):
        return fits and said.started_on is not None
    return fits


def otherwise(said: Said, columns: Iterable[str], found: PilotOn | None, pilot: Pilot) -> Iterator[Finding]:
    """Of these columns, which are never taken, the cells that say otherwise than the record."""
    for column in columns:
        text = said.cells[column]
        if not agrees(column, text, found, pilot):
            now = _now(column, found, pilot)
            yield not_taken(
                said,
                column,
                _("It says “%(text)s”; on record is “%(now)s”. %(why)s")
                % {"text": text[:60], "now": now[:60], "why": _reason(column, text)},
            )


def agrees(column: str, text: str, found: PilotOn | None, pilot: Pilot) -> bool:
    """Whether a cell says what is on record."""
    now = _now(column, found, pilot)
    if text.casefold() == now.casefold():
        return True
    if column.endswith(":state") and text.casefold() not in STATES:
        return vocabulary.gate(text) == vocabulary.UNSAID or vocabulary.gate(text) == vocabulary.gate(now)
    return False


def _now(column: str, found: PilotOn | None, pilot: Pilot) -> str:
    """What the record says where a cell does."""
    if column == "recorded_on":
        return pilot.recorded_on.isoformat()
    if column == "learned":
        return pilot.learned
    gate = gate_of(found, column)
    if gate is None:
        return ""
    name = column.rpartition(":")[2]
    value = (gate.holder.email if gate.holder else "") if name == "holder" else getattr(gate.reading, name)
    return "" if value is None else str(value)


def gate_of(found: PilotOn | None, column: str) -> GateOn | None:
    """The gate that a column is about, where the pilot has it."""
    kind = column.split(":")[1]
    return next((gate for gate in found.gates if gate.kind.key == kind), None) if found else None


def _reason(column: str, text: str) -> str:
    name = column.rpartition(":")[2]
    if name == "state":
        meaning = vocabulary.gate(text)
        name = {vocabulary.YES: "acceptance", vocabulary.EXCEPTION: "exception"}.get(meaning or "", "state")
    return str(BECAUSE[name])


def not_taken(said: Said, column: str, reason: str) -> Finding:
    """A cell that is not taken, with the reason."""
    return Finding("not_taken", f"{said.key}: {reason}", said.line, column)


def no_account(said: Said, column: str, address: str) -> Finding:
    """Nobody here has the address that the list names."""
    sentence = _("Nobody has an account with the address “%(address)s”; left empty.") % {"address": address[:120]}
    return Finding("not_taken", sentence, said.line, column)
