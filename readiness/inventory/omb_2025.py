"""The 2025 Federal Agency AI Use Case Inventory, as design section 9 reads it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

from readiness.inventory import vocabulary
from readiness.inventory.dates import ReadDate, read_date
from readiness.inventory.keys import KeyBook, digest, plain, tidy
from readiness.inventory.records import Finding, Record, Rejected, Stage
from readiness.inventory.tabular import Row, read_rows

COLUMNS = (
    *("agency", "agency_name", "id", "use_case_name", "agency_bureau", "development_stage"),
    *("is_high_impact", "problem_solved", "operational_date", "have_ato", "pia_url"),
    *("hi_testing_conducted", "hi_independent_review"),
)
_REVIEWS = frozenset(("internal independent review", "caio review", "oversight board review"))
_WAIVED = "caio waived"
_UNDER_WAY = "in-progress"
_ANSWERED = ("have_ato", "hi_testing_conducted", "hi_independent_review")
GATE_COLUMNS = {
    "it-data-access": ("have_ato",),
    "legal-sign-off": ("pia_url", "hi_independent_review"),
    "quality-threshold": ("hi_testing_conducted",),
}
"""The columns by which a gate is answered: the first of them that says yes is named."""
_READ = frozenset(COLUMNS)
_ONE_ADDRESS = r"https?://[^\s/]+\S*"
_ADDRESS = re.compile(rf"{_ONE_ADDRESS}(?:(?:\s*[;,]\s*|\s+(?:and\s+)?){_ONE_ADDRESS})*", re.IGNORECASE)
"""One address or several, and nothing else: what stands behind one may say that it is not there any more."""

Item = Record | Rejected | Finding


class Inventory:
    """One reading of the file: iterate it for records, rejected rows and findings, as they come.

    `at` is the day the record is taken to be made. The counts are right when the iteration ends:
    rows_read = records + rejected + merged. Raises FileProblem where the file cannot be read.
    """

    def __init__(self, path: str | Path, *, at: date) -> None:
        self.path, self.at = Path(path), at
        self.rows_read = self.records = self.rejected = self.merged = 0

    def __iter__(self) -> Iterator[Item]:
        self.rows_read = self.records = self.rejected = self.merged = 0
        book = self._first_pass()
        lines: dict[bytes, int] = {}
        for row in read_rows(self.path, COLUMNS):
            self.rows_read += 1
            yield from row.warnings
            yield from self._items(row, book, lines)

    def _first_pass(self) -> KeyBook:
        """Learn which identifiers are unmistakable; keeps identifiers and digests, no rows."""
        book, seen = KeyBook(), set[bytes]()
        for row in read_rows(self.path, COLUMNS):
            whole = _whole(row)
            if _refusal(row) is None and whole not in seen:
                seen.add(whole)
                book.add(_agency(row), row.cells["id"], _identity(row))
        return book

    def _items(self, row: Row, book: KeyBook, lines: dict[bytes, int]) -> Iterator[Item]:
        if refusal := _refusal(row):
            self.rejected += 1
            yield Rejected(refusal, row.facts)
            return
        whole = _whole(row)
        if first := lines.get(whole):
            self.merged += 1
            sentence = f"This row says the same as row {first}; the two are one record."
            yield Finding("identical_rows", sentence, row.line)
            return
        lines[whole] = row.line
        self.records += 1
        key = book.key(_agency(row), row.cells["id"], _identity(row), whole)
        yield from _findings(row, self.at)
        yield self._record(row, key)

    def _record(self, row: Row, key: str) -> Record:
        cells = row.cells
        stage, day = _stage(row), _day(row)
        if day and day.day > self.at:
            day = None  # reported, and then as if it were not stated
        agency = _agency(row)
        return Record(
            portfolio_key=tidy(agency),
            portfolio_name=cells["agency_name"].strip() or agency,
            function=cells["agency_bureau"].strip() or None,
            key=key,
            name=cells["use_case_name"].strip(),
            purpose=cells["problem_solved"].strip(),
            stage=stage,
            started_on=day.day if day and stage == "running" else None,
            adopted_on=day.day if day and stage in _IN_OPERATION else None,
            approximate=bool(day and day.approximate and stage in _DATED),
            high_impact=_FLAG.get(vocabulary.high_impact(cells["is_high_impact"]) or ""),
            asserted=tuple(_assertions(row, self.path.name)),
            line=row.line,
            facts=row.facts,
            asked=frozenset(kind for kind, columns in GATE_COLUMNS.items() if not _unclear(row, columns)),
            not_understood=_not_understood(row, day),
            unread=_digest_of_unread(row),
        )


# An operational date says when use began. Of a retired case too: its start as a pilot, and the
# day it ended, are not known.
_IN_OPERATION = frozenset(("adopted", "retired"))
_FLAG = {vocabulary.YES: True, vocabulary.NO: False}
_DATED = _IN_OPERATION | {"running"}


def _agency(row: Row) -> str:
    return row.cells["agency"].strip()


def _stage(row: Row) -> Stage:
    found = vocabulary.stage(row.cells["development_stage"])
    # An inventory knows no pauses: its word for one is not a stage.
    return cast(Stage, found) if found and found != "paused" else "not_stated"


def _day(row: Row) -> ReadDate | None:
    return read_date(row.cells["operational_date"])


def _not_understood(row: Row, day: ReadDate | None) -> frozenset[str]:
    """The columns whose cells say something that is no value."""
    found = set()
    if vocabulary.high_impact(row.cells["is_high_impact"]) is None:
        found.add("high_impact")
    if vocabulary.stage(row.cells["development_stage"]) in (None, "paused"):
        found.add("stage")
    if day is None and row.cells["operational_date"].strip():
        found |= {"started_on", "adopted_on"}
    return frozenset(found)


def _digest_of_unread(row: Row) -> bytes:
    """What stands in columns that are not read, to be compared with the next list."""
    parts = [part for name, text in sorted(row.cells.items()) if text and name not in _READ for part in (name, text)]
    return digest(*parts) if parts else b""


def _whole(row: Row) -> bytes:
    """What makes two rows identical: every cell, whatever the order of the columns."""
    facts = sorted((name, text.strip()) for name, text in row.cells.items() if text)
    return digest(*(part for fact in facts for part in fact))


def _identity(row: Row) -> bytes:
    """What names a use case and stays when its stage or its answers change."""
    names = ("agency", "id", "use_case_name", "agency_bureau", "problem_solved")
    return digest(*(plain(row.cells[name]) for name in names))


def _refusal(row: Row) -> Finding | None:
    if row.problem:
        return row.problem
    if not row.cells["use_case_name"].strip():
        return Finding("no_name", "This row has no name.", row.line, "use_case_name")
    if not tidy(row.cells["agency"]):
        return Finding("no_portfolio", "This row names no agency.", row.line, "agency")
    return None


def _findings(row: Row, at: date) -> Iterator[Finding]:
    if not row.cells["agency_bureau"].strip():
        yield Finding("no_function", "No bureau is named.", row.line, "agency_bureau")
    stage = row.cells["development_stage"].strip()
    if vocabulary.stage(stage) in (None, "paused"):
        sentence = f"The stage “{stage[:60]}” is not known"
        yield Finding("unknown_stage", sentence, row.line, "development_stage", of_new="read as not stated")
    if plain(row.cells["hi_independent_review"]) == _WAIVED:
        sentence = "The review was waived; a waiver is not a review, and is no yes to the legal gate."
        yield Finding("review_waived", sentence, row.line, "hi_independent_review")
    yield from _answers_not_understood(row)
    yield from _date_findings(row, at)


def _answers_not_understood(row: Row) -> Iterator[Finding]:
    text = row.cells["is_high_impact"].strip()
    if vocabulary.high_impact(text) is None:
        sentence = f"“{text[:60]}” is neither yes nor no"
        yield Finding("neither_yes_nor_no", sentence, row.line, "is_high_impact", of_new="kept as not stated")
    for column in _ANSWERED:
        if _answer(row, column) is None:
            sentence = f"“{row.cells[column].strip()[:60]}” is neither yes nor no"
            yield Finding("neither_yes_nor_no", sentence, row.line, column, of_new="nothing is asserted")
    text = row.cells["pia_url"].strip()
    if _answer(row, "pia_url") is None:
        sentence = f"“{text[:60]}” is no address where it can be read"
        yield Finding("no_address", sentence, row.line, "pia_url", of_new="nothing is asserted")


def _date_findings(row: Row, at: date) -> Iterator[Finding]:
    text, day = row.cells["operational_date"].strip(), _day(row)
    if text and day is None:
        sentence = f"“{text[:60]}” is not a date that can be read"
        yield Finding("unreadable_date", sentence, row.line, "operational_date", of_new="left empty")
    if day is None or _stage(row) not in _DATED:
        return
    if day.day > at:
        sentence = f"“{text}” is in the future: {day.day.isoformat()} is after {at.isoformat()}"
        yield Finding("future_date", sentence, row.line, "operational_date", of_new="left empty")
        return
    if day.approximate:
        sentence = f"“{text}” is read as its last day, {day.day.isoformat()}."
        yield Finding("approximate_date", sentence, row.line, "operational_date")


def _assertions(row: Row, file: str) -> Iterator[tuple[str, str]]:
    """Gates to which the source says yes, each with the sentence that names source and row."""
    for gate, columns in GATE_COLUMNS.items():
        column = next((name for name in columns if _answer(row, name) == vocabulary.YES), None)
        if column:
            statement = row.cells[column].strip()
            yield gate, f"{file}, row {row.line}: {column} says “{statement}”."


def _unclear(row: Row, columns: tuple[str, ...]) -> bool:
    """Whether what is said of a gate is not understood: then it is neither asserted nor taken back."""
    answers = {_answer(row, name) for name in columns}
    return None in answers and vocabulary.YES not in answers


def _answer(row: Row, column: str) -> str | None:
    """What a cell answers: YES, NO or UNSAID; None where it is not understood."""
    text = row.cells[column].strip()
    if column == "pia_url":
        return vocabulary.YES if _ADDRESS.fullmatch(text) else _without_address(text)
    statement = plain(text)
    if statement in _REVIEWS and column == "hi_independent_review":
        return vocabulary.YES
    if statement in (_WAIVED, _UNDER_WAY):
        return vocabulary.NO
    return vocabulary.yes_or_no(text)


def _without_address(text: str) -> str | None:
    """What a cell answers that holds no address where one would say yes: no, or what is not understood."""
    return vocabulary.NO if vocabulary.yes_or_no(text) in (vocabulary.NO, vocabulary.UNSAID) else None
