"""The product's own form: what export_pilots writes and import_pilots reads, CSV or XLSX.

A text that a spreadsheet would take for a formula is written with a leading apostrophe, and read
without it, so that the round trip is exact.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from openpyxl import Workbook

from .dates import read_iso_date
from .records import Facts, FileProblem, Finding, Rejected
from .rows import BECAUSE, Row, read_header, read_rows

OwnStage = Literal["planned", "running", "paused", "adopted", "retired", "not_stated"]

RULE_COLUMNS = (
    *("acceptable_use", "trust_when", "override_when", "exceptions_to", "exceptions_deputy"),
    *("matters_more", "success"),
)
TEXT_COLUMNS = ("function", "workflow", "purpose", "question", "learned", "tool", "data", "manager")
DATE_COLUMNS = ("recorded_on", "started_on", "decide_by", "adopted_on", "retired_on")
REQUIRED_COLUMNS = ("key", "name", "portfolio", "stage")
OWN_COLUMNS = (
    *("key", "name", "portfolio", "function", "workflow", "purpose", "question", "learned"),
    *("tool", "data", "stage", "manager", *DATE_COLUMNS, "high_impact", *RULE_COLUMNS),
)
GATE_FIELDS = ("state", "holder", "since", "good_until")
GATE_KINDS = (
    *("legal-sign-off", "it-data-access", "funding-owner", "named-sponsor", "quality-threshold"),
    "error-owner",
)
_STAGES = frozenset(("planned", "running", "paused", "adopted", "retired", "not_stated"))
_YES, _NO = frozenset(("yes", "true", "1")), frozenset(("no", "false", "0", ""))
_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class OwnGate:
    """A gate as the form states it; the state is a word of the design, not checked here."""

    kind: str
    state: str = ""
    holder: str = ""
    since: date | None = None
    good_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """One pilot of the form. Empty texts are not stated; `manager` is an e-mail address."""

    key: str
    name: str
    portfolio: str
    stage: OwnStage
    function: str = ""
    workflow: str = ""
    purpose: str = ""
    question: str = ""
    learned: str = ""
    tool: str = ""
    data: str = ""
    manager: str = ""
    recorded_on: date | None = None
    started_on: date | None = None
    decide_by: date | None = None
    adopted_on: date | None = None
    retired_on: date | None = None
    high_impact: bool = False
    acceptable_use: str = ""
    trust_when: str = ""
    override_when: str = ""
    exceptions_to: str = ""
    exceptions_deputy: str = ""
    matters_more: str = ""
    success: str = ""
    gates: tuple[OwnGate, ...] = ()
    line: int = 0
    facts: Facts = ()


OwnItem = OwnRecord | Rejected | Finding


def escape(text: str) -> str:
    """A text that no spreadsheet evaluates; `unescape` gives it back."""
    return "'" + text if _LIKE_FORMULA.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text


def gate_columns(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"gate:{kind}:{field}" for kind in kinds for field in GATE_FIELDS)


class OwnForm:
    """One reading of the form: iterate it for records, rejected rows and findings, as they come.

    `kinds` are the gate kinds known; columns of any other are reported once and left unread.
    rows_read = records + rejected. Raises FileProblem where the file cannot be read.
    """

    def __init__(self, path: str | Path, *, kinds: Collection[str] = GATE_KINDS) -> None:
        self.path, self.kinds = Path(path), tuple(kinds)
        self.rows_read = self.records = self.rejected = 0

    def __iter__(self) -> Iterator[OwnItem]:
        self.rows_read = self.records = self.rejected = 0
        yield from _header_findings(read_header(self.path), self.kinds)
        lines: dict[str, int] = {}
        for row in read_rows(self.path, REQUIRED_COLUMNS):
            self.rows_read += 1
            yield from row.warnings
            yield from self._items(row, lines)

    def _items(self, row: Row, lines: dict[str, int]) -> Iterator[OwnItem]:
        refusal = row.problem or _refusal(row, lines)
        if refusal:
            self.rejected += 1
            yield Rejected(refusal, row.facts)
            return
        lines[_word(row, "key").casefold()] = row.line
        self.records += 1
        reader = _Cells(row, self.kinds)
        record = reader.record()
        yield from reader.findings
        yield record


def _header_findings(header: Iterable[str], kinds: Collection[str]) -> Iterator[Finding]:
    known = {*OWN_COLUMNS, *gate_columns(kinds), BECAUSE}
    for column in header:
        if not column or column in known:
            continue
        parts = column.split(":")
        if parts[0] != "gate":
            code, sentence = ("unknown_column", f"The column {column} is not known; left unread.")
        elif len(parts) == 3 and parts[1] in kinds:
            code, sentence = ("unknown_column", f"A gate has no {parts[2]}; {column} is left unread.")
        else:
            kind = parts[1] if len(parts) > 1 else ""
            code, sentence = ("unknown_gate", f"There is no gate “{kind}”; {column} is left unread.")
        yield Finding(code, sentence, 1, column)


def _word(row: Row, column: str) -> str:
    """A cell that is an identifier, so that spaces around it mean nothing."""
    return unescape(row.cells.get(column, "").strip())


def _refusal(row: Row, lines: dict[str, int]) -> Finding | None:
    for column in ("key", "name", "portfolio"):
        if not row.cells[column].strip():
            return Finding(f"no_{column}", f"This row has no {column}.", row.line, column)
    key, stage = _word(row, "key"), _word(row, "stage").lower()
    if first := lines.get(key.casefold()):
        sentence = f"The key {key[:_LONGEST_KEY]} is already that of row {first}."
        return Finding("duplicate_key", sentence, row.line, "key")
    if stage and stage not in _STAGES:
        sentence = f"“{stage[:60]}” is not a stage; one of {', '.join(sorted(_STAGES))}."
        return Finding("unknown_stage", sentence, row.line, "stage")
    return None


class _Cells:
    """Typed reading of one row's cells; collects what it could not read."""

    def __init__(self, row: Row, kinds: Collection[str]) -> None:
        self.row, self.kinds = row, kinds
        self.findings: list[Finding] = []

    def record(self) -> OwnRecord:
        texts: dict[str, Any] = {c: self.text(c) for c in (*TEXT_COLUMNS, *RULE_COLUMNS)}
        days: dict[str, Any] = {c: self.day(c) for c in DATE_COLUMNS}
        return OwnRecord(
            key=_word(self.row, "key"),
            name=self.text("name"),
            portfolio=_word(self.row, "portfolio"),
            stage=cast(OwnStage, _word(self.row, "stage").lower() or "not_stated"),
            high_impact=self.flag("high_impact"),
            gates=tuple(filter(_says_something, map(self.gate, self.kinds))),
            line=self.row.line,
            facts=self.row.facts,
            **texts,
            **days,
        )

    def text(self, column: str) -> str:
        return unescape(self.row.cells.get(column, ""))

    def day(self, column: str) -> date | None:
        text = self.row.cells.get(column, "").strip()
        day = read_iso_date(text)
        if text and day is None:
            sentence = f"“{text[:60]}” is not a date (like 2026-11-23); left empty."
            self.findings.append(Finding("unreadable_date", sentence, self.row.line, column))
        return day

    def flag(self, column: str) -> bool:
        text = self.row.cells.get(column, "").strip()
        if text.lower() not in _YES | _NO:
            sentence = f"“{text[:60]}” is neither yes nor no; read as no."
            self.findings.append(Finding("neither_yes_nor_no", sentence, self.row.line, column))
        return text.lower() in _YES

    def gate(self, kind: str) -> OwnGate:
        return OwnGate(
            kind,
            state=_word(self.row, f"gate:{kind}:state"),
            holder=self.text(f"gate:{kind}:holder"),
            since=self.day(f"gate:{kind}:since"),
            good_until=self.day(f"gate:{kind}:good_until"),
        )


def _says_something(gate: OwnGate) -> bool:
    return gate != OwnGate(gate.kind)


def write_csv(records: Iterable[OwnRecord], stream: TextIO, *, kinds: Collection[str] = GATE_KINDS) -> None:
    """Write the form to `stream`, opened with newline="" and UTF-8."""
    writer = csv.writer(stream)
    writer.writerow((*OWN_COLUMNS, *gate_columns(kinds)))
    writer.writerows(_cells(record, kinds) for record in records)


def write_xlsx(records: Iterable[OwnRecord], path: str | Path, *, kinds: Collection[str] = GATE_KINDS) -> None:
    """Write the form as a workbook. Raises FileProblem where a text cannot stand in one."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("pilots")
    sheet.append((*OWN_COLUMNS, *gate_columns(kinds)))
    try:
        for line, record in enumerate(records, 2):
            cells = _cells(record, kinds)
            _refuse_unwritable(cells, Path(path), line)
            sheet.append(cells)
    finally:
        sheet.close()
    book.save(path)


# A workbook holds no control characters, turns \r\n into \n, and cuts a cell at 32,767.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def _refuse_unwritable(cells: Iterable[str], path: Path, line: int) -> None:
    for text in cells:
        if len(text) > 32_767 or _UNWRITABLE.search(text):
            sentence = "A text is too long for a workbook or not writable in one; export CSV."
            raise FileProblem("not_for_xlsx", sentence, file=path.name, line=line)


def _cells(record: OwnRecord, kinds: Collection[str]) -> list[str]:
    gates = {gate.kind: gate for gate in record.gates}
    own = [getattr(record, column) for column in OWN_COLUMNS]
    for kind in kinds:
        gate = gates.get(kind) or OwnGate(kind)
        own.extend(getattr(gate, field) for field in GATE_FIELDS)
    return [_written(value) for value in own]


def _written(value: str | bool | date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else escape(value)
