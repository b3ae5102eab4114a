"""What of a list is never taken, because people and days make it so: where it says otherwise it is reported, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import GatePeriod, Pilot, Portfolio
from pilots.rules.vocabulary import Stage, State
from readiness.inventory import vocabulary
from readiness.inventory.records import Finding
from readiness.inventory.statement import DATES, Statement
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules.standing import GATE_STATES

BECAUSE = {
    "agency_name": gettext_lazy("A portfolio keeps its name until somebody renames it here."),
    "recorded_on": gettext_lazy("The day of the record is the day on which it was made here."),
    "learned": gettext_lazy("What was learned is said by whoever retires a pilot."),
    "retired_because": gettext_lazy("Why a pilot ended is said by whoever retires it."),
    "holder": gettext_lazy("Who decides follows from the decision rights."),
    "since": gettext_lazy("It follows from what is decided, and when."),
    "good_until": gettext_lazy("It follows from what is decided, and when."),
    "state": gettext_lazy("A list can say yes, or no longer; all else is decided here, by whoever holds the right."),
    "acceptance": gettext_lazy("Whoever is named accepts it, in their own name."),
    "exception": gettext_lazy("An exception is asked for and granted here."),
}


@dataclass(frozen=True, slots=True)
class Current:
    """A pilot on the day of the list, and the last stretch of each of its gates, whatever days alone have made of it."""

    on: PilotSnapshot
    last: Mapping[str, GatePeriod]

    def gate(self, kind: str) -> GateSnapshot | None:
        """The gate of a kind, where the pilot has one that asks something."""
        return next((gate for gate in self.on.gates if gate.kind.key == kind), None)


ENDS = frozenset({"learned", "retired_because"})
"""What a list says of a pilot that it calls retired, and of no other."""
BY_DESIGN = frozenset({"recorded_on", "holder", "since", "good_until"})
"""Of these a list is never believed, whatever it says: they follow from what is done here, and when."""


def by_design(statement: Statement, at: date) -> Iterator[str]:
    """The columns of which nothing is ever taken, where they say of a new pilot what is not so by that."""
    for column, text in statement.cells.items():
        name = column.rpartition(":")[2]
        if _is_by_design(name, text) and not (name in ("recorded_on", "since") and text == at.isoformat()):
            yield column


def _is_by_design(name: str, text: str) -> bool:
    """Whether a cell is none that a list can fill. A yes among them is an acceptance: the other yeses are asserted."""
    return name in BY_DESIGN or (name == "state" and vocabulary.gate(text) == vocabulary.YES)


def not_taken_of_new(statement: Statement, portfolio: Portfolio) -> Iterator[Finding]:
    """What a list says of a pilot that is new, and is not so by that."""
    for name in statement.dates:
        if not says_something(statement, name):
            yield not_taken(statement, statement.column(name), _("The stage of the list has no such day."))
    for column, text in statement.cells.items():
        name = column.rpartition(":")[2]
        if _is_by_design(name, text) or (column in ENDS and statement.stage == Stage.RETIRED):
            continue
        if column == "agency_name" and text == portfolio.name:
            continue
        if name == "state" and vocabulary.gate(text) in (vocabulary.NO, vocabulary.UNSAID):
            continue
        yield not_taken(statement, column, _reason(column, text))


def says_something(statement: Statement, name: str) -> bool:
    """Whether a day goes with the stage that the list states."""
    fits = statement.stage in DATES[name]
    if name == "decide_by" and statement.stage in (Stage.ADOPTED, Stage.RETIRED):
        return fits and statement.started_on is not None
    return fits


def differing_cells(
    statement: Statement, columns: Iterable[str], found: Current | None, pilot: Pilot
) -> Iterator[Finding]:
    """Of these columns, which are never taken, the cells that say otherwise than the record."""
    for column in columns:
        text = statement.cells[column]
        if not agrees(column, text, found, pilot):
            now = _current_text(column, found, pilot)
            yield not_taken(
                statement,
                column,
                _("It says “%(text)s”; on record is “%(now)s”. %(why)s")
                % {"text": text[:60], "now": now[:60], "why": _reason(column, text)},
            )


def agrees(column: str, text: str, found: Current | None, pilot: Pilot) -> bool:
    """Whether a cell says what is on record, today or on another day: days alone make an answer lapse, and seats change."""
    if column.count(":") != 2:
        return text == _current_text(column, found, pilot)
    _, kind, name = column.split(":")
    gate = found.gate(kind) if found else None
    if found is None or gate is None:
        return False
    last = found.last[kind]
    if name == "state":
        says = text.casefold()
        return says in _states(gate, last) or (says not in GATE_STATES and _means(text, gate))
    if name == "holder":
        return text.strip().casefold() == _current_text(column, found, pilot).casefold()
    return last.state == State.OPEN or text in _days(gate, last, name)


def _states(gate: GateSnapshot, last: GatePeriod) -> set[str]:
    """What a gate may say of itself, by the events on record, on one day or another."""
    stands = {State.WAITING, State.UNOWNED} if last.state == State.OPEN else {last.state}
    return {gate.status.state} | stands | ({State.LAPSED} if last.good_until else set())


def _means(text: str, gate: GateSnapshot) -> bool:
    """Whether a word that is none of the product's says what is on record."""
    return vocabulary.gate(text) in (vocabulary.UNSAID, vocabulary.gate(gate.status.state))


def _days(gate: GateSnapshot, last: GatePeriod, name: str) -> set[str]:
    days = {getattr(gate.status, name), getattr(last, name)}
    if name == "since" and last.good_until:
        days.add(last.good_until + timedelta(days=1))
    return {day.isoformat() for day in days if day is not None}


def _current_text(column: str, found: Current | None, pilot: Pilot) -> str:
    """What the record says where a cell does."""
    if column == "agency_name":
        return pilot.portfolio.name
    if column == "retired_because":
        return found.on.status.retired_because if found else ""
    if column in ("recorded_on", "learned"):
        return str(getattr(pilot, column))
    _, kind, name = column.split(":")
    gate = found.gate(kind) if found else None
    if gate is None:
        return ""
    value = (gate.holder.email if gate.holder else "") if name == "holder" else getattr(gate.status, name)
    return "" if value is None else str(value)


def _reason(column: str, text: str) -> str:
    name = column.rpartition(":")[2]
    if name == "state":
        meaning = vocabulary.gate(text)
        name = {vocabulary.YES: "acceptance", vocabulary.EXCEPTION: "exception"}.get(meaning or "", "state")
    return str(BECAUSE[name])


def not_taken(statement: Statement, column: str, reason: str) -> Finding:
    """A cell that is not taken, with the reason."""
    return Finding("not_taken", f"{statement.key}: {reason}", statement.line, column)


def no_account(statement: Statement, column: str, address: str) -> Finding:
    """Nobody here has the address that the list names. It waits for what is so by that."""
    sentence = (
        _("Nobody has an account with the address “%(address)s”")
        if "@" in address
        else _("No open account, or more than one, has the name “%(address)s”")
    ) % {"address": address[:120]}
    return Finding("not_taken", sentence, statement.line, column, of_new=_("left empty"))
