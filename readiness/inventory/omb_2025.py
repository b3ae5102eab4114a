"""The 2025 Federal Agency AI Use Case Inventory, as design section 9 reads it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from .dates import ReadDate, read_date
from .keys import KeyBook, digest, plain, tidy
from .records import Finding, Record, Rejected, Stage
from .rows import Row, read_rows

COLUMNS = (
    *("agency", "agency_name", "id", "use_case_name", "agency_bureau", "development_stage"),
    *("is_high_impact", "problem_solved", "operational_date", "have_ato", "pia_url"),
    *("hi_testing_conducted", "hi_independent_review"),
)
_STAGES: dict[str, Stage] = {
    "pre-deployment": "planned",
    "pilot": "running",
    "deployed": "adopted",
    "retired": "retired",
    "": "not_stated",
}
_REVIEWS = frozenset(("internal independent review", "caio review", "oversight board review"))
_WAIVED = "caio waived"
_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)

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
            high_impact=plain(cells["is_high_impact"]) == "high-impact",
            asserted=tuple(_asserted(row, self.path.name)),
            line=row.line,
            facts=row.facts,
        )


# An operational date says when use began. Of a retired case too: its start as a pilot, and the
# day it ended, are not known.
_IN_OPERATION = frozenset(("adopted", "retired"))
_DATED = _IN_OPERATION | {"running"}


def _agency(row: Row) -> str:
    return row.cells["agency"].strip()


def _stage(row: Row) -> Stage:
    return _STAGES.get(plain(row.cells["development_stage"]), "not_stated")


def _day(row: Row) -> ReadDate | None:
    return read_date(row.cells["operational_date"])


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
    if plain(stage) not in _STAGES:
        sentence = f"The stage “{stage[:60]}” is not known; read as not stated."
        yield Finding("unknown_stage", sentence, row.line, "development_stage")
    if plain(row.cells["hi_independent_review"]) == _WAIVED:
        sentence = "The review was waived; a waiver is not a review, so the legal gate stays open."
        yield Finding("review_waived", sentence, row.line, "hi_independent_review")
    yield from _date_findings(row, at)


def _date_findings(row: Row, at: date) -> Iterator[Finding]:
    text, day = row.cells["operational_date"].strip(), _day(row)
    if text and day is None:
        sentence = f"“{text[:60]}” is not a date that can be read; left empty."
        yield Finding("unreadable_date", sentence, row.line, "operational_date")
    if day is None or _stage(row) not in _DATED:
        return
    if day.day > at:
        sentence = f"“{text}” is in the future: {day.day.isoformat()} is after {at.isoformat()}."
        yield Finding("future_date", sentence, row.line, "operational_date")
    if day.approximate:
        sentence = f"“{text}” is read as its last day, {day.day.isoformat()}."
        yield Finding("approximate_date", sentence, row.line, "operational_date")


def _asserted(row: Row, file: str) -> Iterator[tuple[str, str]]:
    """Gates to which the source says yes, each with the sentence that names source and row."""
    for gate, column in (
        ("it-data-access", _says_yes(row, "have_ato")),
        ("legal-sign-off", _legal(row)),
        ("quality-threshold", _says_yes(row, "hi_testing_conducted")),
    ):
        if column:
            said = row.cells[column].strip()
            yield gate, f"{file}, row {row.line}: {column} says “{said}”."


def _says_yes(row: Row, column: str) -> str:
    return column if plain(row.cells[column]) == "yes" else ""


def _legal(row: Row) -> str:
    if _ADDRESS.match(row.cells["pia_url"].strip()):
        return "pia_url"
    reviewed = plain(row.cells["hi_independent_review"]) in _REVIEWS
    return "hi_independent_review" if reviewed else ""
