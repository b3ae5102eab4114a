"""The product's own form: what export_pilots writes and import_pilots reads, CSV or XLSX.

A text that a spreadsheet would take for a formula is written with a leading apostrophe, and read
without it, so that the round trip is exact.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from openpyxl import Workbook

from readiness.inventory import vocabulary
from readiness.inventory.dates import is_of_two_orders, order_of_slashes, read_full_date
from readiness.inventory.day_order import in_order
from readiness.inventory.records import Facts, FileProblem, Finding, Rejected
from readiness.inventory.tabular import BECAUSE, Row, read_header, read_rows

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
FORMULA_BEGINS = frozenset("'=+-@\t\r")
"""How a text begins that may have to be escaped."""
_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class OwnGate:
    """A gate as the form states it, in its own word; empty where it is not stated, or the word is not understood."""

    kind: str
    state: str = ""
    holder: str = ""
    since: date | None = None
    good_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """One pilot of the form. Empty texts are not stated; `manager` is an e-mail address.

    `columns` are those that the file has, `not_understood` those of them whose cells say something that is no value.
    """

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
    high_impact: bool | None = None
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
    columns: frozenset[str] = field(default=frozenset(), compare=False)
    not_understood: frozenset[str] = field(default=frozenset(), compare=False)


OwnItem = OwnRecord | Rejected | Finding
FormText = str | None
"""What the form is written from, escaped; None is written as nothing."""


def escape(text: str) -> str:
    """A text that no spreadsheet evaluates; `unescape` gives it back."""
    return "'" + text if _LIKE_FORMULA.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if _ESCAPED.match(text) else text


def gate_columns(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"gate:{kind}:{field}" for kind in kinds for field in GATE_FIELDS)


def known_columns(kinds: Iterable[str]) -> frozenset[str]:
    """Every column that is read."""
    return frozenset((*OWN_COLUMNS, *gate_columns(kinds), BECAUSE))


class OwnForm:
    """One reading of the form: iterate it for records, rejected rows and findings, as they come.

    `kinds` are the gate kinds known; columns of any other are reported once and left unread. `at` is the day the record
    is taken to be made: no day that is said can lie after it. rows_read = records + rejected. Raises FileProblem where
    the file cannot be read.
    """

    def __init__(self, path: str | Path, *, kinds: Collection[str] = GATE_KINDS, at: date = date.max) -> None:
        self.path, self.kinds, self.at = Path(path), tuple(kinds), at
        self.rows_read = self.records = self.rejected = 0
        self._slashes: list[str | None] = []

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
        reader = _Cells(row, self.kinds, self.at, self.slashes)
        record = reader.record()
        yield from reader.findings
        yield record

    def slashes(self) -> str | None:
        """In which order the file's dates with slashes name day and month; it is gone through once where that is asked."""
        if not self._slashes:
            columns = {
                *DATE_COLUMNS,
                *(f"gate:{kind}:{name}" for kind in self.kinds for name in ("since", "good_until")),
            }
            cells = (row.cells.get(column, "") for row in read_rows(self.path, REQUIRED_COLUMNS) for column in columns)
            self._slashes.append(order_of_slashes(cells))
        return self._slashes[0]


def _header_findings(header: Iterable[str], kinds: Collection[str]) -> Iterator[Finding]:
    for column in header:
        if not column or column in known_columns(kinds):
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
    key = _word(row, "key")
    if first := lines.get(key.casefold()):
        sentence = f"The key {key[:_LONGEST_KEY]} is already that of row {first}."
        return Finding("duplicate_key", sentence, row.line, "key")
    return None


class _Cells:
    """Typed reading of one row's cells; collects what it could not read, which is then as if it were not stated."""

    def __init__(self, row: Row, kinds: Collection[str], at: date, slashes: Callable[[], str | None]) -> None:
        self.row, self.kinds, self.at, self.slashes = row, kinds, at, slashes
        self.findings: list[Finding] = []
        self.not_understood: set[str] = set()

    def record(self) -> OwnRecord:
        texts: dict[str, Any] = {c: self.text(c) for c in (*TEXT_COLUMNS, *RULE_COLUMNS)}
        days: dict[str, Any] = {c: self.day(c) for c in DATE_COLUMNS}
        for finding in in_order(days, self.row.cells, self.row.line, self.at):
            self._report(finding)
        stage, high_impact = self.stage(), self.flag("high_impact")
        gates = tuple(filter(_says_something, map(self.gate, self.kinds)))
        return OwnRecord(
            key=_word(self.row, "key"),
            name=self.text("name"),
            portfolio=_word(self.row, "portfolio"),
            stage=stage,
            high_impact=high_impact,
            gates=gates,
            line=self.row.line,
            facts=self.row.facts,
            columns=frozenset(self.row.cells),
            not_understood=frozenset(self.not_understood),
            **texts,
            **days,
        )

    def _report(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.not_understood.add(finding.column)

    def text(self, column: str) -> str:
        return unescape(self.row.cells.get(column, ""))

    def stage(self) -> OwnStage:
        text = _word(self.row, "stage")
        found = vocabulary.stage(text)
        if found is None:
            sentence = f"“{text[:60]}” is not a stage that is known"
            self._report(Finding("unknown_stage", sentence, self.row.line, "stage", of_new="kept as not stated"))
        return cast(OwnStage, found or "not_stated")

    def day(self, column: str) -> date | None:
        text = self.row.cells.get(column, "").strip()
        if not text:
            return None
        two = is_of_two_orders(text)
        found = read_full_date(text, self.slashes() if two else None)
        if found is None:
            self._report(Finding("unreadable_date", _no_date(text, two), self.row.line, column, of_new="left empty"))
            return None
        if found.numbered or two:
            sentence = f"“{text[:60]}” is read as {found.day.isoformat()}, {_reading_text(found.numbered)}."
            self.findings.append(Finding("date_as_read", sentence, self.row.line, column))
        return found.day

    def flag(self, column: str) -> bool | None:
        text = self.row.cells.get(column, "").strip()
        found = vocabulary.high_impact(text)
        if found is None:
            sentence = f"“{text[:60]}” is neither yes nor no"
            self._report(Finding("neither_yes_nor_no", sentence, self.row.line, column, of_new="kept as not stated"))
        return {vocabulary.YES: True, vocabulary.NO: False}.get(found or "")

    def gate(self, kind: str) -> OwnGate:
        return OwnGate(
            kind,
            state=self.state(f"gate:{kind}:state"),
            holder=self.text(f"gate:{kind}:holder"),
            since=self.day(f"gate:{kind}:since"),
            good_until=self.day(f"gate:{kind}:good_until"),
        )

    def state(self, column: str) -> str:
        text = _word(self.row, column)
        if vocabulary.gate(text) is not None:
            return text
        sentence = f"“{text[:60]}” is no state of a gate that is known"
        self._report(Finding("unknown_state", sentence, self.row.line, column, of_new="kept as not stated"))
        return ""


def _no_date(text: str, of_two_orders: bool) -> str:
    if of_two_orders:
        return f"“{text[:60]}” may name the day first or the month, and no other date of the file settles it"
    return f"“{text[:60]}” is not a date (like 2026-11-23)"


def _reading_text(numbered: bool) -> str:
    return "a spreadsheet's number of a day" if numbered else "in the order that another date of the file settles"


def _says_something(gate: OwnGate) -> bool:
    return gate != OwnGate(gate.kind)


def write_csv(rows: Iterable[Sequence[FormText]], stream: TextIO, *, kinds: Collection[str] = GATE_KINDS) -> None:
    """Write rows of cells as the form to `stream`, opened with newline="" and UTF-8."""
    writer = csv.writer(stream)
    writer.writerow((*OWN_COLUMNS, *gate_columns(kinds)))
    writer.writerows(rows)


def write_xlsx(rows: Iterable[Sequence[FormText]], path: str | Path, *, kinds: Collection[str] = GATE_KINDS) -> None:
    """Write rows of cells as the form, as a workbook. Raises FileProblem where a text cannot stand in one."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("pilots")
    sheet.append((*OWN_COLUMNS, *gate_columns(kinds)))
    try:
        for line, row in enumerate(rows, 2):
            cells = ["" if cell is None else cell for cell in row]
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
