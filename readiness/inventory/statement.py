"""What a list says of one pilot, in the product's words, whichever form it was read from; and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilots.rules import adoption
from pilots.rules.vocabulary import ClearsBy, Stage
from readiness.inventory import vocabulary
from readiness.inventory.keys import digest
from readiness.inventory.own_form import (
    GATE_FIELDS,
    HIGH_IMPACT_COLUMNS,
    OwnGate,
    OwnRecord,
    kept_column,
    known_columns,
    unescape,
)
from readiness.inventory.records import Facts, Finding

PEOPLE = ("manager", "exceptions_to", "exceptions_deputy")
"""Fields in which a list names a person, by e-mail address."""
TEXTS = ("workflow", "purpose", "question", "tool", "data")
DATES: Mapping[str, tuple[str, ...]] = {
    "started_on": (Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED, Stage.RETIRED),
    "decide_by": (Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED, Stage.RETIRED),
    "adopted_on": (Stage.ADOPTED, Stage.RETIRED),
    "retired_on": (Stage.RETIRED,),
}
"""The days that a list gives, each with the stages of which it says something."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One pilot as a list states it.

    `values` holds what the list states of the record, `rules` what it states of the known rules; a function is a name, a
    person an e-mail address. What is not in them is not stated: its column is not there, its cell is empty, or says what is
    no value. `asked` are the gates of which the list says yes or no; `asserted` is kind by the sentence that names source
    and row, `answers` the same by what the list says itself, wherever in it that stands. `holders` are addresses by kind of
    acceptance gate, `cells` by column what is compared with the record and never taken, `emptied` the columns with empty
    cells. `kept` are the cells of columns that no field has, and `unread` stands for them; `columns` is by field the column
    of the file. `has_own_name`: no other row of the list has its name; `named_key` is the key that the list names, where the
    pilot was recognised by its name; `left` are its cells that say something that is no value. `version` is up to which event of
    the pilot an export had read that comes back; None where it is none.
    """

    form: str
    file: str
    key: str
    portfolio: str
    portfolio_name: str
    values: Mapping[str, Any]
    stage: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    states_stage: bool = True
    started_on: date | None = None
    decide_by: date | None = None
    adopted_on: date | None = None
    retired_on: date | None = None
    learned: str = ""
    retired_because: str = ""
    approximate: bool | None = None
    asked: frozenset[str] = frozenset()
    asserted: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    emptied: frozenset[str] = frozenset()
    unread: str = ""
    kept: Facts = ()
    has_own_name: bool = False
    named_key: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    line: int = 0
    facts: Facts = ()
    left: tuple[Finding, ...] = ()
    version: int | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """All that is stated, of the record and of the known rules."""
        return {**self.values, **self.rules}

    @property
    def dates(self) -> dict[str, date]:
        """The days that are stated, by name."""
        found = {name: getattr(self, name) for name in DATES}
        return {name: day for name, day in found.items() if day is not None}

    @property
    def stage_before(self) -> str:
        """The stage in which a pilot that is new goes on record, before what its list says of it is done."""
        return Stage.NOT_STATED if self.stage == Stage.NOT_STATED else Stage.PLANNED

    def remembered(self, name: str) -> str:
        """A day that is stated as it is remembered: a month or a year is another statement than its last day."""
        day: date = getattr(self, name)
        return f"{day.isoformat()}~" if self.approximate and name != "decide_by" else day.isoformat()

    def column(self, name: str) -> str:
        """The column of the file in which a field stands."""
        return self.columns.get(name, name)

    def column_of_gate(self, kind: str) -> str:
        """The column of the file by which a gate is answered."""
        return self.column(f"gate:{kind}:state")

    def sentence(self, column: str, says: str) -> str:
        """What the list says, with its place, as it stands in the log."""
        return f"{self.file}, row {self.line}: {column} says “{says}”."

    def listed(self) -> dict[str, Any]:
        """What is remembered of it, to be compared with the next list: digests, since the record holds the texts."""
        found = {
            "form": self.form,
            "stage": self.stage if self.states_stage else None,
            "fields": {name: mark(value) for name, value in self.fields.items()},
            "answers": {kind: mark(text) for kind, text in self.answers.items()},
            "dates": {name: self.remembered(name) for name in self.dates},
            "holders": {kind: mark(address) for kind, address in self.holders.items()},
            "cells": {column: mark(text) for column, text in self.cells.items()},
            "unread": self.unread,
        }
        return {name: value for name, value in found.items() if value or name in ("form", "stage", "fields", "answers")}


def mark(value: Any) -> str:
    """A few characters that stand for a value."""
    return digest("" if value is None else str(value)).hex()[:12]


def of_own_form(record: OwnRecord, file: str, clears_by: Mapping[str, str], portfolio_name: str) -> Statement:
    """A record of the product's own form. An empty cell states nothing."""
    texts = dict(record.facts)
    known = known_columns(clears_by)
    kept = tuple(_kept(name, text) for name, text in record.facts if name not in known)
    stated = {name for name, text in texts.items() if text.strip()} - record.not_understood
    names = ("name", "function", *TEXTS, "manager", *HIGH_IMPACT_COLUMNS)
    values = {n: getattr(record, n) for n in names if n in stated}
    if "function" in values:
        values["function"] = record.function.strip()
    rules = {n: getattr(record, n) for n in adoption.RULES if n in stated}
    for stating in (values, rules):
        for name in stating.keys() & set(PEOPLE):
            stating[name] = stating[name].strip().lower()
    gates = {gate.kind: gate for gate in record.gates}
    means = {kind: vocabulary.gate(gate.state) for kind, gate in gates.items()}
    answers = {
        kind: f"{kind} {gates[kind].state}"
        for kind, meaning in means.items()
        if meaning == vocabulary.YES and clears_by[kind] != ClearsBy.ACCEPTANCE
    }
    return Statement(
        form="own",
        file=file,
        key=record.key,
        portfolio=record.portfolio,
        portfolio_name=portfolio_name,
        values=values,
        rules=rules,
        stage=record.stage,
        states_stage="stage" in stated,
        started_on=record.started_on,
        decide_by=record.decide_by,
        adopted_on=record.adopted_on,
        retired_on=record.retired_on,
        learned=record.learned,
        retired_because=record.retired_because,
        asked=_stated_gates(record, clears_by),
        asserted={kind: _sentence(gates[kind], file, record.line) for kind in answers},
        answers=answers,
        holders=_holders(gates, clears_by),
        cells=_never_taken(record, gates, answers, clears_by),
        emptied=record.columns - stated - record.not_understood,
        unread=digest_of(kept),
        kept=kept,
        columns=record.names,
        version=record.version,
        line=record.line,
        facts=record.facts,
    )


def _kept(name: str, text: str) -> tuple[str, str]:
    """A cell that no field has, as the list that said it first had it where it was written by an export."""
    column = kept_column(name)
    return (name, text) if column is None else (column, unescape(text))


def _stated_gates(record: OwnRecord, clears_by: Mapping[str, str]) -> frozenset[str]:
    """The gates that have a cell for their state that says something: an empty one states nothing."""
    says = {gate.kind: vocabulary.gate(gate.state) for gate in record.gates}
    return frozenset(
        kind for kind, means in says.items() if means != vocabulary.UNSAID and clears_by[kind] != ClearsBy.ACCEPTANCE
    )


def _holders(gates: Mapping[str, OwnGate], clears_by: Mapping[str, str]) -> dict[str, str]:
    """Whom the list names for acceptance gates: who accepts is named, and what is accepted is theirs to say."""
    named = {
        kind: gate.holder.strip().lower() for kind, gate in gates.items() if clears_by[kind] == ClearsBy.ACCEPTANCE
    }
    return {kind: address for kind, address in named.items() if address}


def _never_taken(
    record: OwnRecord, gates: Mapping[str, OwnGate], answers: Mapping[str, str], clears_by: Mapping[str, str]
) -> dict[str, str]:
    """By column, what only people and days make so; it is compared with the record, and reported where that says otherwise."""
    found: dict[str, Any] = {name: getattr(record, name) for name in ("recorded_on", "learned", "retired_because")}
    for kind, gate in gates.items():
        for name in GATE_FIELDS:
            if (name == "state" and kind in answers) or (name == "holder" and clears_by[kind] == ClearsBy.ACCEPTANCE):
                continue
            found[f"gate:{kind}:{name}"] = getattr(gate, name)
    return {column: str(value) for column, value in found.items() if value}


def digest_of(kept: Facts) -> str:
    """What stands for the cells that are kept, to be compared with the next list."""
    return mark("\x1f".join(part for cell in sorted(kept) for part in cell)) if kept else ""


def _sentence(gate: OwnGate, file: str, line: int) -> str:
    """What the form says of a gate, with its place."""
    who = f" by {gate.holder}" if gate.holder else ""
    since = f" since {gate.since.isoformat()}" if gate.since else ""
    return f"{file}, row {line}: gate:{gate.kind}:state says “{gate.state}”{who}{since}."
