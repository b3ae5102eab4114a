"""The product's own form: what export_pilots writes and import_pilots reads, CSV or XLSX.

A text that a spreadsheet would take for a formula is written with a leading apostrophe, and read
without it, so that the round trip is exact.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from django.utils.translation import gettext as _
from openpyxl import Workbook

from readiness.inventory import vocabulary
from readiness.inventory.dates import is_of_two_orders, order_of_slashes, read_full_date
from readiness.inventory.day_order import in_order
from readiness.inventory.fields import plain_name
from readiness.inventory.headers import is_unnamed
from readiness.inventory.records import Facts, FileProblem, Finding, Rejected
from readiness.inventory.tabular import BECAUSE, Row, Table, repeated_column

OwnStage = Literal["planned", "running", "paused", "adopted", "retired", "not_stated"]

RULE_COLUMNS = (
    *("acceptable_use", "trust_when", "override_when", "exceptions_to", "exceptions_deputy"),
    *("matters_more", "success"),
)
TEXT_COLUMNS = ("function", "workflow", "purpose", "question", "learned", "tool", "data", "manager")
HIGH_IMPACT_COLUMNS = (
    *("high_impact", "presumed_high_impact", "high_impact_reason", "high_impact_determined_by"),
    "high_impact_determined_on",
)
DATE_COLUMNS = ("recorded_on", "started_on", "decide_by", "adopted_on", "retired_on")
REQUIRED_COLUMNS = ("key", "name", "portfolio", "stage")
OWN_COLUMNS = (
    *("key", "name", "portfolio", "function", "workflow", "purpose", "question", "learned"),
    *("retired_because", "tool", "data", "stage", "manager", *DATE_COLUMNS, *HIGH_IMPACT_COLUMNS, *RULE_COLUMNS),
    "version",
)
GATE_FIELDS = ("state", "holder", "since", "good_until")
GATE_KINDS = (
    *("legal-sign-off", "it-data-access", "funding-owner", "named-sponsor", "quality-threshold"),
    "error-owner",
)
KEPT = "kept:"
"""How a column begins whose cells a list said beside the fields; its name there follows."""
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

    `columns` are those that the file has, `names` by column what the file calls it where that is not the same, `not_understood` those of them whose cells say something that is no value.
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
    retired_because: str = ""
    tool: str = ""
    data: str = ""
    manager: str = ""
    recorded_on: date | None = None
    started_on: date | None = None
    decide_by: date | None = None
    adopted_on: date | None = None
    retired_on: date | None = None
    high_impact: bool | None = None
    presumed_high_impact: bool | None = None
    high_impact_reason: str = ""
    high_impact_determined_by: str = ""
    high_impact_determined_on: date | None = None
    acceptable_use: str = ""
    trust_when: str = ""
    override_when: str = ""
    exceptions_to: str = ""
    exceptions_deputy: str = ""
    matters_more: str = ""
    success: str = ""
    version: int | None = None
    gates: tuple[OwnGate, ...] = ()
    line: int = 0
    facts: Facts = ()
    columns: frozenset[str] = field(default=frozenset(), compare=False)
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
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


def columns_of_form(kinds: Iterable[str], kept: Iterable[str] = ()) -> tuple[str, ...]:
    """All columns of the form, in their order: the pilot's own, those of gates, and what lists said beside them."""
    return (*OWN_COLUMNS, *gate_columns(kinds), *(KEPT + column for column in kept))


def kept_column(column: str) -> str | None:
    """The column of another list whose cells stand here as they were kept; None of any other."""
    return column.removeprefix(KEPT) or None if column.startswith(KEPT) else None


def known_columns(kinds: Iterable[str]) -> frozenset[str]:
    """Every column that is read."""
    return frozenset((*OWN_COLUMNS, *gate_columns(kinds), BECAUSE))


class OwnForm:
    """One reading of the form: iterate it for records, rejected rows and findings, as they come.

    `kinds` are the gate kinds known; columns of any other are reported once and kept beside the record. `at` is the day the
    record is taken to be made: no day that is said can lie after it. rows_read = records + rejected. Raises FileProblem where
    the file cannot be read.
    """

    def __init__(self, table: Table | str | Path, *, kinds: Collection[str] = GATE_KINDS, at: date = date.max) -> None:
        self.table = table if isinstance(table, Table) else Table(Path(table))
        self.kinds, self.at = tuple(kinds), at
        self.rows_read = self.records = self.rejected = 0
        self._slashes: list[str | None] = []
        self._names = _own_names(self.table.header, self.kinds)
        self._require()

    def __iter__(self) -> Iterator[OwnItem]:
        self.rows_read = self.records = self.rejected = 0
        header = [name for name in self.columns if not is_unnamed(name)]
        yield from _header_findings(header, self.kinds, self.table.header_line)
        lines: dict[str, int] = {}
        for row in self._rows():
            self.rows_read += 1
            yield from row.warnings
            yield from self._items(row, lines)

    @property
    def columns(self) -> list[str]:
        """The columns as the form calls them, in the file's order."""
        return [self._names.get(name, name) for name in self.table.header]

    def _require(self) -> None:
        """Refuse a file without the columns that the form needs, or with one of its columns twice."""
        there = self.columns
        missing = [name for name in REQUIRED_COLUMNS if name not in there]
        if missing:
            self.table.require(missing)
        twice = next((name for name in there if there.count(name) > 1), None)
        known = known_columns(self.kinds)
        twice = twice or next((name for name in self.table.repeated if self._names.get(name, name) in known), None)
        if twice is not None:
            raise repeated_column(self.table.path, self.table.header_line, twice)

    def _rows(self) -> Iterator[Row]:
        """The rows with their columns called as the form calls them."""
        if not self._names:
            yield from self.table.rows()
            return
        for row in self.table.rows():
            yield row._replace(cells={self._names.get(name, name): text for name, text in row.cells.items()})

    def _items(self, row: Row, lines: dict[str, int]) -> Iterator[OwnItem]:
        refusal = row.problem or _refusal(row, lines)
        if refusal:
            self.rejected += 1
            yield Rejected(refusal, row.facts)
            return
        lines[_word(row, "key").casefold()] = row.line
        self.records += 1
        reader = _Cells(row, self.kinds, self.at, self.slashes)
        record = reader.record(self._names)
        yield from reader.findings
        yield record

    def slashes(self) -> str | None:
        """In which order the file's dates with slashes name day and month; it is gone through once where that is asked."""
        if not self._slashes:
            columns = {
                *DATE_COLUMNS,
                "high_impact_determined_on",
                *(f"gate:{kind}:{name}" for kind in self.kinds for name in ("since", "good_until")),
            }
            cells = (row.cells.get(column, "") for row in self._rows() for column in columns)
            self._slashes.append(order_of_slashes(cells))
        return self._slashes[0]


def _own_names(header: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
    """The columns that the form calls otherwise: in capitals, or with spaces where it has none."""
    known = {plain_name(name): name for name in known_columns(kinds)}
    found = {name: known[plain_name(name)] for name in header if plain_name(name) in known}
    return {name: own for name, own in found.items() if name != own}


def is_own_form(header: Iterable[str], kinds: Iterable[str]) -> bool:
    """Whether a file has the columns that the product's own form needs."""
    names = list(header)
    renamed = _own_names(names, kinds)
    return set(REQUIRED_COLUMNS) <= {renamed.get(name, name) for name in names}


def _header_findings(header: Iterable[str], kinds: Collection[str], line: int) -> Iterator[Finding]:
    for column in header:
        if not column or column in known_columns(kinds) or kept_column(column):
            continue
        parts = column.split(":")
        if parts[0] != "gate":
            code, sentence = ("unknown_column", _("The column %(column)s is not known; it is kept beside the record."))
        elif len(parts) == 3 and parts[1] in kinds:
            code, sentence = ("unknown_column", _("A gate has no %(part)s; %(column)s is kept beside the record."))
        else:
            code, sentence = ("unknown_gate", _("There is no gate “%(kind)s”; %(column)s is kept beside the record."))
        says = {"column": column, "part": parts[-1], "kind": parts[1] if len(parts) > 1 else ""}
        yield Finding(code, sentence % says, line, column)


def _word(row: Row, column: str) -> str:
    """A cell that is an identifier, so that spaces around it mean nothing."""
    return unescape(row.cells.get(column, "").strip())


def _refusal(row: Row, lines: dict[str, int]) -> Finding | None:
    for column in ("key", "name", "portfolio"):
        if not row.cells[column].strip():
            return Finding(f"no_{column}", _("This row has no %(column)s.") % {"column": column}, row.line, column)
    key = _word(row, "key")
    if first := lines.get(key.casefold()):
        sentence = _("The key %(key)s is already that of row %(line)d.") % {"key": key[:_LONGEST_KEY], "line": first}
        return Finding("duplicate_key", sentence, row.line, "key")
    return None


class _Cells:
    """Typed reading of one row's cells; collects what it could not read, which is then as if it were not stated."""

    def __init__(self, row: Row, kinds: Collection[str], at: date, slashes: Callable[[], str | None]) -> None:
        self.row, self.kinds, self.at, self.slashes = row, kinds, at, slashes
        self.findings: list[Finding] = []
        self.not_understood: set[str] = set()

    def record(self, names: Mapping[str, str]) -> OwnRecord:
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
            presumed_high_impact=self.flag("presumed_high_impact"),
            high_impact_reason=self.text("high_impact_reason"),
            high_impact_determined_by=self.text("high_impact_determined_by"),
            high_impact_determined_on=self.day("high_impact_determined_on"),
            retired_because=self.cause(),
            version=self.version(),
            gates=gates,
            line=self.row.line,
            facts=self.row.facts,
            columns=frozenset(self.row.cells),
            names={own: name for name, own in names.items()},
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
            sentence = _("“%(text)s” is not a stage that is known") % {"text": text[:60]}
            self._report(Finding("unknown_stage", sentence, self.row.line, "stage", of_new=_("kept as not stated")))
        return cast(OwnStage, found or "not_stated")

    def cause(self) -> str:
        text = _word(self.row, "retired_because")
        found = vocabulary.cause(text)
        if found is None:
            sentence = _("“%(text)s” is no cause that is known") % {"text": text[:60]}
            self._report(
                Finding("unknown_cause", sentence, self.row.line, "retired_because", of_new=_("kept as not stated"))
            )
        return found or ""

    def version(self) -> int | None:
        """Up to which event of the pilot an export had read; None where it is not said, or no number any more."""
        text = _word(self.row, "version").removesuffix(".0")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def day(self, column: str) -> date | None:
        text = self.row.cells.get(column, "").strip()
        if not text:
            return None
        two = is_of_two_orders(text)
        found = read_full_date(text, self.slashes() if two else None)
        if found is None:
            self._report(Finding("unreadable_date", _no_date(text, two), self.row.line, column, of_new=_("left empty")))
            return None
        if found.numbered or two:
            sentence = _reading_text(found.numbered) % {"text": text[:60], "day": found.day.isoformat()}
            self.findings.append(Finding("date_as_read", sentence, self.row.line, column))
        return found.day

    def flag(self, column: str) -> bool | None:
        text = self.row.cells.get(column, "").strip()
        found = vocabulary.high_impact(text)
        if found is None:
            sentence = _("“%(text)s” is neither yes nor no") % {"text": text[:60]}
            unstated = _("kept as not stated")
            self._report(Finding("neither_yes_nor_no", sentence, self.row.line, column, of_new=unstated))
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
        sentence = _("“%(text)s” is no state of a gate that is known") % {"text": text[:60]}
        self._report(Finding("unknown_state", sentence, self.row.line, column, of_new=_("kept as not stated")))
        return ""


def _no_date(text: str, of_two_orders: bool) -> str:
    if of_two_orders:
        says = _("“%(text)s” may name the day first or the month, and no other date of the file settles it")
    else:
        says = _("“%(text)s” is not a date (like 2026-11-23)")
    return says % {"text": text[:60]}


def _reading_text(numbered: bool) -> str:
    if numbered:
        return _("“%(text)s” is read as %(day)s, a spreadsheet’s number of a day.")
    return _("“%(text)s” is read as %(day)s, in the order that another date of the file settles.")


def _says_something(gate: OwnGate) -> bool:
    return gate != OwnGate(gate.kind)


def write_csv(
    rows: Iterable[Sequence[FormText]],
    stream: TextIO,
    *,
    kinds: Collection[str] = GATE_KINDS,
    kept: Iterable[str] = (),
) -> None:
    """Write rows of cells as the form to `stream`, opened with newline="" and UTF-8."""
    writer = csv.writer(stream)
    writer.writerow(columns_of_form(kinds, kept))
    writer.writerows(rows)


def write_xlsx(
    rows: Iterable[Sequence[FormText]],
    path: str | Path,
    *,
    kinds: Collection[str] = GATE_KINDS,
    kept: Iterable[str] = (),
) -> None:
    """Write rows of cells as the form, as a workbook. Raises FileProblem where a text cannot stand in one."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("pilots")
    head = columns_of_form(kinds, kept)
    try:
        _refuse_unwritable(head, Path(path), 1)
        sheet.append(head)
        for line, row in enumerate(rows, 2):
            cells = ["" if cell is None else cell for cell in row]
            _refuse_unwritable(cells, Path(path), line)
            sheet.append(cells)
    finally:
        sheet.close()
    book.save(path)


# A workbook holds no control characters, turns \r\n into \n, and cuts a cell at 32,767.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def _refuse_unwritable(cells: Iterable[str], path: Path, line: int) -> None:
    for text in cells:
        if len(text) > 32_767 or UNWRITABLE.search(text):
            sentence = _("A text is too long for a workbook or not writable in one; export CSV.")
            raise FileProblem("not_for_xlsx", sentence, file=path.name, line=line)
