"""What a list says of one pilot, in the product's words, whichever form it was read from; and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilots.rules import adoption, gates
from pilots.rules.acts import ACCEPTANCE
from pilots.rules.history import NOT_STATED, PLANNED

from .keys import digest
from .own_form import OwnGate, OwnRecord
from .records import Facts, Record

PEOPLE = ("manager", "exceptions_to", "exceptions_deputy")
"""Fields in which a list names a person, by e-mail address."""
TEXTS = ("workflow", "purpose", "question", "tool", "data")
_SAYS_YES = (gates.CLEARED, gates.CONDITIONAL, gates.ASSERTED)


@dataclass(frozen=True, slots=True)
class Said:
    """One pilot as a list states it.

    `values` holds what the list states of the record, `rules` what it states of the known rules; a function is a name, a
    person an e-mail address. What is not in them is not stated. `asserted` is kind by the sentence that names source
    and row, `answers` the same by what the list says itself, wherever in it that stands.
    """

    form: str
    file: str
    key: str
    portfolio: str
    portfolio_name: str
    values: Mapping[str, Any]
    stage: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    started_on: date | None = None
    decide_by: date | None = None
    adopted_on: date | None = None
    retired_on: date | None = None
    learned: str = ""
    approximate: bool = False
    asserted: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    line: int = 0
    facts: Facts = ()

    @property
    def fields(self) -> dict[str, Any]:
        """All that is stated, of the record and of the known rules."""
        return {**self.values, **self.rules}

    @property
    def stage_before(self) -> str:
        """The stage in which a pilot that is new goes on record, before what its list says of it is told."""
        return NOT_STATED if self.stage == NOT_STATED else PLANNED

    def listed(self) -> dict[str, Any]:
        """What is remembered of it, to be compared with the next list: digests, since the record holds the texts."""
        return {
            "form": self.form,
            "stage": self.stage,
            "fields": {name: mark(value) for name, value in self.fields.items()},
            "answers": {kind: mark(text) for kind, text in self.answers.items()},
        }


def mark(value: Any) -> str:
    """A few characters that stand for a value."""
    return digest("" if value is None else str(value)).hex()[:12]


def of_inventory(record: Record, form: str, file: str) -> Said:
    """A record of a public inventory."""
    return Said(
        form=form,
        file=file,
        key=record.key,
        portfolio=record.portfolio_key,
        portfolio_name=record.portfolio_name,
        values={
            "name": record.name,
            "purpose": record.purpose,
            "function": record.function or "",
            "high_impact": record.high_impact,
        },
        stage=record.stage,
        started_on=record.started_on,
        # Of a retired case the date says when its use began, and a use that is over is not claimed.
        adopted_on=record.adopted_on if record.stage == "adopted" else None,
        approximate=record.approximate,
        asserted=dict(record.asserted),
        answers={kind: text.partition(": ")[2] for kind, text in record.asserted},
        line=record.line,
        facts=record.facts,
    )


def of_own_form(record: OwnRecord, file: str, clears_by: Mapping[str, str], portfolio_name: str) -> Said:
    """A record of the product's own form. An empty cell states nothing."""
    stated = {name for name, text in record.facts if text.strip()}
    names = ("name", "function", *TEXTS, "manager", "high_impact")
    values = {n: getattr(record, n) for n in names if n in stated}
    if "function" in values:
        values["function"] = record.function.strip()
    rules = {n: getattr(record, n) for n in adoption.RULES if n in stated}
    for stating in (values, rules):
        for name in stating.keys() & set(PEOPLE):
            stating[name] = stating[name].strip().lower()
    answers = {
        gate.kind: f"{gate.kind} {gate.state}"
        for gate in record.gates
        if gate.state in _SAYS_YES and clears_by[gate.kind] != ACCEPTANCE
    }
    said_of = {gate.kind: gate for gate in record.gates}
    return Said(
        form="own",
        file=file,
        key=record.key,
        portfolio=record.portfolio,
        portfolio_name=portfolio_name,
        values=values,
        rules=rules,
        stage=record.stage,
        started_on=record.started_on,
        decide_by=record.decide_by,
        adopted_on=record.adopted_on,
        retired_on=record.retired_on,
        learned=record.learned,
        asserted={kind: _sentence(said_of[kind], file, record.line) for kind in answers},
        answers=answers,
        line=record.line,
        facts=record.facts,
    )


def _sentence(gate: OwnGate, file: str, line: int) -> str:
    """What the form says of a gate, with its place."""
    who = f" by {gate.holder}" if gate.holder else ""
    since = f" since {gate.since.isoformat()}" if gate.since else ""
    return f"{file}, row {line}: gate:{gate.kind}:state says “{gate.state}”{who}{since}."
