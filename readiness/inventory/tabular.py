"""Rows of a CSV or XLSX file, one at a time, numbered as a spreadsheet numbers them.

Nothing is evaluated: a formula is reported, and is text (CSV) or empty (XLSX).
"""

import csv
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import BinaryIO, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from readiness.inventory.records import Facts, FileProblem, Finding
from readiness.inventory.workbooks import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    is_protected,
    password_problem,
    refuse_what_cannot_be_read,
    too_many_cells,
)

LONGEST_CELL = 100_000
BECAUSE = "rejected_because"
"""The column in which a file of rejected rows says why. It is never read as a fact."""
# A quotation mark that is never closed makes one cell of the rest of the file: memory stops here.
_LONGEST_LINE = 16_000_000

_FORMULA = re.compile(
    r"""=\s*[\w(+\-"'@$]"""  # =SUM(A1), =A1, =-1
    r"|[+\-@]\w[\w.]*\("  # @SUM(1), +HYPERLINK(…)
    r"|[+\-@][^\n]*\w\|[^\n]*!"  # -cmd|'/c calc'!A0
    r"|[+\-]\$?[A-Z]{1,3}\$?\d+\s*[-+*/]"  # +A1*2
)
_NOT_TEXT = (
    *(b"%pdf", b"{\\rtf", b"<html", b"<!doc", b"<?xml", b"\x1f\x8b", b"\x89png"),
    *(b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"gif8"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_WORKBOOK_ERRORS = (
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError, OSError, EOFError),
    *(zipfile.BadZipFile, zlib.error, InvalidFileException),
)


class Row(NamedTuple):
    """One spreadsheet row; with a `problem` it must not be used, only reported."""

    line: int
    cells: dict[str, str]
    warnings: tuple[Finding, ...] = ()
    problem: Finding | None = None

    @property
    def facts(self) -> Facts:
        """The cells that say something, shortened where they are beyond reading."""
        return tuple((name, text[:LONGEST_CELL]) for name, text in self.cells.items() if text)


class _Raw(NamedTuple):
    """Cells before they have names; the positions of formulas that a workbook holds."""

    line: int
    cells: Sequence[str]
    formulas: Collection[int] = ()
    bad_byte: int | None = None


def read_rows(path: str | Path, required: Collection[str] = ()) -> Iterator[Row]:
    """Every row below the header that is not blank. Raises FileProblem where none can be read."""
    path = Path(path)
    with closing(_raw_rows(path)) as raw_rows:
        header = _header(path, next(raw_rows, None), required)
        for raw in raw_rows:
            if any(map(str.strip, raw.cells)) or raw.formulas:
                yield _row(header, raw)


def read_header(path: str | Path) -> tuple[str, ...]:
    """The names of the columns, in the file's order. Raises FileProblem as read_rows does."""
    path = Path(path)
    with closing(_raw_rows(path)) as raw_rows:
        return tuple(_header(path, next(raw_rows, None), ()))


def _raw_rows(path: Path) -> Generator[_Raw, None, None]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
            stream.seek(0)
            if _kind(path, start) == "xlsx":
                yield from _xlsx_rows(path, stream)
            else:
                yield from _csv_rows(path, stream)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem("unreadable", f"The file cannot be opened: {reason}.", file=path.name) from error


def _kind(path: Path, start: bytes) -> str:
    if not start.removeprefix(b"\xef\xbb\xbf").strip():
        raise FileProblem("empty_file", "The file is empty.", file=path.name)
    if start.startswith(b"PK"):
        return "xlsx"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        sentence = "The file is UTF-16 (byte 1); save it as CSV in UTF-8."
        raise FileProblem("wrong_encoding", sentence, file=path.name, line=1)
    first_line = start.split(b"\n", 1)[0]
    if start.startswith(b"\xd0\xcf\x11\xe0") and is_protected(path):
        raise password_problem(path)
    if start.lstrip().lower().startswith(_NOT_TEXT) or _BINARY.search(first_line):
        sentence = "This is neither CSV nor XLSX; save the sheet as one of the two, unencrypted."
        raise FileProblem("not_csv_or_xlsx", sentence, file=path.name)
    return "csv"


def _header(path: Path, raw: _Raw | None, required: Collection[str]) -> list[str]:
    if raw is None:
        raise FileProblem("empty_file", "The file is empty.", file=path.name)
    if raw.bad_byte is not None:
        raise FileProblem("wrong_encoding", _encoding(raw), file=path.name, line=1)
    names = [name.strip() for name in raw.cells]
    if len(names) > MOST_COLUMNS:
        sentence = f"The header has {len(names):,} columns, more than the {MOST_COLUMNS:,} that are read."
        raise FileProblem("too_wide", sentence, file=path.name, line=1)
    missing = [name for name in required if name not in names]
    if missing:
        one = len(missing) == 1
        sentence = f"The column{'' if one else 's'} {', '.join(missing)} {'is' if one else 'are'} "
        raise FileProblem("missing_columns", sentence + "missing.", file=path.name, line=1)
    counted = Counter(names)
    for name in names:
        if name and counted[name] > 1:
            raise FileProblem(
                "repeated_column", f"The column {name} is there more than once.", file=path.name, line=1, column=name
            )
    return names


def _row(header: list[str], raw: _Raw) -> Row:
    cells = dict.fromkeys(filter(None, header), "")
    cells.update((name, text) for name, text in zip(header, raw.cells, strict=False) if name)
    cells.pop(BECAUSE, None)
    return Row(raw.line, cells, _formulas(header, raw), _problem(header, raw))


def _problem(header: list[str], raw: _Raw) -> Finding | None:
    if problem := _too_long(header, raw) or _too_wide(header, raw):
        return problem
    if raw.bad_byte is None:
        return None
    place = next((p for p, text in enumerate(raw.cells) if _UNDECODED.search(text)), 0)
    return Finding("wrong_encoding", _encoding(raw), raw.line, _column(header, place))


def _too_long(header: list[str], raw: _Raw) -> Finding | None:
    length = max(map(len, raw.cells), default=0)
    if length <= LONGEST_CELL:
        return None
    place = next(p for p, text in enumerate(raw.cells) if len(text) == length)
    sentence = (
        f"This cell has {length:,} characters, more than the {LONGEST_CELL:,} that are read; "
        "is a quotation mark left open?"
    )
    return Finding("cell_too_long", sentence, raw.line, _column(header, place))


def _too_wide(header: list[str], raw: _Raw) -> Finding | None:
    if len(raw.cells) <= len(header) and all(header):
        return None
    for place, text in enumerate(raw.cells):
        if text.strip() and (place >= len(header) or not header[place]):
            sentence = "This row has a cell in a column that has no name in the header."
            return Finding("more_cells_than_columns", sentence, raw.line, _column(header, place))
    return None


def _formulas(header: list[str], raw: _Raw) -> tuple[Finding, ...]:
    found = [
        Finding(
            "formula",
            "This cell holds a formula; it was not evaluated and is read as empty.",
            raw.line,
            _column(header, position),
        )
        for position in raw.formulas
    ]
    for position, text in enumerate(raw.cells):
        if text.startswith(("=", "+", "-", "@")) and _FORMULA.match(text[:LONGEST_CELL]):
            sentence = "This cell looks like a formula; it was kept as text and not evaluated."
            found.append(Finding("formula", sentence, raw.line, _column(header, position)))
    return tuple(found)


def _column(header: list[str], position: int) -> str:
    name = header[position] if position < len(header) else ""
    return name or f"number {position + 1}"


def _encoding(raw: _Raw) -> str:
    return f"Byte {raw.bad_byte} of the file is not UTF-8; save the file as CSV in UTF-8."


class _Lines:
    """Decoded lines of a CSV; remembers the first byte (counted from 1) that is not UTF-8."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path, self.stream = path, stream
        self.read = self.begun_at = 0
        self.bad_byte: int | None = None

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(_LONGEST_LINE):
            # A cell may hold line ends, so that a row has any number of lines.
            if self.read + len(line) - self.begun_at >= _LONGEST_LINE:
                raise csv.Error("row longer than limit")
            yield self._decode(line)
            self.read += len(line)

    def _decode(self, line: bytes) -> str:
        start = 0
        if not self.read and line.startswith(b"\xef\xbb\xbf"):
            start = 3
        try:
            return line[start:].decode()
        except UnicodeDecodeError as error:
            if self.bad_byte is None:
                self.bad_byte = self.read + start + error.start + 1
            return line[start:].decode(errors="surrogateescape")

    def take_bad_byte(self) -> int | None:
        bad_byte, self.bad_byte = self.bad_byte, None
        return bad_byte


def _csv_rows(path: Path, stream: BinaryIO) -> Iterator[_Raw]:
    lines = _Lines(path, stream)
    # The limit is the process's: it is only ever raised, so nobody else's reading breaks.
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_LINE))
    number = 0
    try:
        for number, cells in enumerate(csv.reader(iter(lines)), 1):
            lines.begun_at = lines.read
            yield _Raw(number, cells, bad_byte=lines.take_bad_byte())
    except csv.Error as error:
        sentence = f"From this row on the file cannot be read as CSV ({error}); is a quotation mark left open?"
        raise FileProblem("broken_csv", sentence, file=path.name, line=number + 1) from error


def _xlsx_rows(path: Path, stream: BinaryIO) -> Iterator[_Raw]:
    number = 0
    try:
        refuse_what_cannot_be_read(path, stream)
        with closing(load_workbook(stream, read_only=True, keep_links=False)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            read = 0
            for number, cells in enumerate(sheet.iter_rows(), 1):
                read += len(cells)
                if number > MOST_ROWS or read > MOST_CELLS:
                    raise too_many_cells(path, number)
                yield _xlsx_row(number, cells)
    except _WORKBOOK_ERRORS as error:
        if number:
            sentence = "From this row on the workbook is damaged and cannot be read."
            raise FileProblem("broken_xlsx", sentence, file=path.name, line=number + 1) from error
        sentence = "This is neither CSV nor XLSX, or the workbook is damaged."
        raise FileProblem("not_csv_or_xlsx", sentence, file=path.name) from error


def _xlsx_row(number: int, cells: Sequence[object]) -> _Raw:
    formulas = [place for place, cell in enumerate(cells) if getattr(cell, "data_type", "") == "f"]
    values = ["" if place in formulas else _as_text(getattr(cell, "value", None)) for place, cell in enumerate(cells)]
    while values and not values[-1] and len(values) - 1 not in formulas:
        values.pop()
    return _Raw(number, values, formulas)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
