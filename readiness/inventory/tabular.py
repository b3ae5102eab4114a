"""Rows of a list, whatever file it is in, one at a time, numbered as a spreadsheet numbers them.

CSV with any usual delimiter and encoding, XLSX, XLS and ODS; the sheet that holds the list, and the row in which its header
stands, are found, and what was assumed is said. Nothing is evaluated: a formula in CSV is text, one of a workbook its value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.figures import grouped
from readiness.inventory.encoding import UTF_8, Encoding, delimiter_of, detect_encoding, named_encoding, separator_line
from readiness.inventory.fields import plain_name
from readiness.inventory.headers import MOST_ABOVE, column_names, header_row
from readiness.inventory.records import Facts, FileProblem, Finding
from readiness.inventory.workbooks import MOST_COLUMNS, Sheet, WorkbookReader, is_protected, password_problem

LONGEST_CELL = 100_000
BECAUSE = "rejected_because"
"""The column in which a file of rejected rows says why. It is never read as a fact."""
# A quotation mark that is never closed makes one cell of the rest of the file: memory stops here.
_LONGEST_LINE = 16_000_000
_LOOKED_AT = 100_000
"""Characters of a line that are looked at to find the delimiter."""

_FORMULA = re.compile(
    r"""=\s*[\w(+\-"'@$]"""  # =SUM(A1), =A1, =-1
    r"|[+\-@]\w[\w.]*\("  # @SUM(1), +HYPERLINK(…)
    r"|[+\-@][^\n]*\w\|[^\n]*!"  # -cmd|'/c calc'!A0
    r"|[+\-]\$?[A-Z]{1,3}\$?\d+\s*[-+*/]"  # +A1*2
)
_NOT_TEXT = (
    *(b"%pdf", b"{\\rtf", b"<html", b"<!doc", b"<?xml", b"\x1f\x8b", b"\x89png"),
    *(b"\xff\xd8\xff", b"gif8"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"


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
    """Cells before they have names; the positions of formulas whose value a workbook does not hold."""

    line: int
    cells: Sequence[str]
    formulas: Collection[int] = ()
    bad_byte: int | None = None


@dataclass
class Table:
    """The list that a file holds: its columns, and its rows as often as they are asked for.

    Attributes:
        sheet: the sheet that is read; in a workbook the fullest one where none is named.
        header_line: the row in which the header stands; found where it is not said.
        name: what the file is called, where that is not its name on disk.
        corrections: cells that were typed over, by row and column.
        encoding: the name of the characters of a text file; found where it is not said.
        header: the names of the columns in the file's order; one that stands there again is numbered.
        repeated: the names that stand in the header more than once.
        sheets: the sheets of a workbook.
        assumed: sentences that say what was assumed of the file.

    Raises FileProblem where the file cannot be read.
    """

    path: Path
    sheet: str = ""
    header_line: int = 0
    encoding: str = ""
    name: str = ""
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    header: tuple[str, ...] = field(init=False)
    repeated: frozenset[str] = field(init=False)
    sheets: tuple[Sheet, ...] = field(init=False, default=())
    assumed: tuple[str, ...] = field(init=False, default=())
    _encoding: Encoding = field(init=False, default_factory=lambda: Encoding(UTF_8))
    _delimiter: str = field(init=False, default=",")
    _lines_to_skip: int = field(init=False, default=0)
    _is_workbook: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self.name = self.name or self.path.name
        try:
            self._look()
        except OSError as error:
            raise _unreadable(self.path, error) from error
        self._find_header()

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not blank."""
        try:
            with closing(self._raw_rows()) as raw_rows:
                for raw in raw_rows:
                    if raw.line > self.header_line and (any(map(str.strip, raw.cells)) or raw.formulas):
                        row = _row(self.header, raw)
                        yield self._corrected(row) if raw.line in self.corrections else row
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _corrected(self, row: Row) -> Row:
        """A row with what was typed over; a problem of a cell is settled where that cell was."""
        corrections = {plain_name(name): text for name, text in self.corrections[row.line].items()}
        typed = {name: corrections[plain_name(name)] for name in row.cells if plain_name(name) in corrections}
        problem = None if row.problem and row.problem.column in typed else row.problem
        return row._replace(cells=row.cells | typed, problem=problem)

    def require(self, names: Collection[str]) -> None:
        """Refuse the file where a column is missing, or stands there more than once."""
        missing = [name for name in names if name not in self.header]
        if missing:
            sentence = ngettext(
                "The column %(names)s is missing.", "The columns %(names)s are missing.", len(missing)
            ) % {"names": ", ".join(missing)}
            raise FileProblem("missing_columns", sentence, file=self.name, line=self.header_line)
        for name in names:
            if name in self.repeated:
                raise repeated_column(self.path, self.header_line, name)

    def _look(self) -> None:
        with self.path.open("rb") as stream:
            start = stream.read(4096)
            self._is_workbook = _is_workbook(self.path, start)
            stream.seek(0)
            if self._is_workbook:
                return
            self._encoding = self._chosen_encoding() or detect_encoding(stream)
        _refuse_other_files(self.path, start, self._encoding)
        assumed = [self._encoding.assumed]
        with self._text() as text:
            first = text.readline(_LOOKED_AT)
            named = separator_line(first)
            if named:
                self._delimiter, self._lines_to_skip = named, 1
                assumed.append(_("Its first line names the delimiter."))
            else:
                lines = chain([first], iter(lambda: text.readline(_LOOKED_AT), ""))
                self._delimiter, says = delimiter_of(lines)
                assumed.append(says)
        self.assumed = tuple(filter(None, assumed))

    def _chosen_encoding(self) -> Encoding | None:
        try:
            return named_encoding(self.encoding) if self.encoding else None
        except LookupError as error:
            sentence = _("There is no encoding “%(name)s”.") % {"name": self.encoding[:40]}
            raise FileProblem("wrong_encoding", sentence, file=self.name) from error

    def _find_header(self) -> None:
        with closing(self._raw_rows()) as raw_rows:
            said = self.header_line
            first = list(islice((raw for raw in raw_rows if any(map(str.strip, raw.cells))), MOST_ABOVE))
            if said and not any(raw.line == said for raw in first):
                first += [raw for raw in raw_rows if raw.line == said]
        if not first:
            raise FileProblem("empty_file", _("The file is empty."), file=self.name)
        if len(first[0].cells) > MOST_COLUMNS:
            sentence = _("The header has %(n)s columns, more than the %(most)s that are read.") % {
                "n": grouped(len(first[0].cells)),
                "most": grouped(MOST_COLUMNS),
            }
            raise FileProblem("too_wide", sentence, file=self.name, line=first[0].line)
        header = next((raw for raw in first if raw.line == said), None)
        if header is None:
            if said:
                raise FileProblem(
                    "no_header", _("Row %(line)d holds no header.") % {"line": said}, file=self.name, line=said
                )
            header = first[header_row([raw.cells for raw in first])]
        if header.bad_byte is not None:
            raise FileProblem("wrong_encoding", _encoding(header), file=self.name, line=header.line)
        self.header_line = header.line
        self.header, self.repeated = column_names(header.cells)
        if header.line > self._lines_to_skip + 1 and not said:
            self.assumed += (_("The header is read from row %(line)d.") % {"line": header.line},)

    def _raw_rows(self) -> Generator[_Raw, None, None]:
        return self._workbook_rows() if self._is_workbook else self._csv_rows()

    def _workbook_rows(self) -> Generator[_Raw, None, None]:
        with WorkbookReader(self.path, self.sheet) as book:
            if not self.sheets:
                self.sheets, self.sheet = book.sheets, book.sheet
                self._say_which_sheet()
            for number, cells in enumerate(book, 1):
                yield _Raw(number, cells, book.formulas_without_value.get(number, ()))

    def _say_which_sheet(self) -> None:
        others = [sheet.name for sheet in self.sheets if sheet.cells and sheet.name != self.sheet]
        if len(self.sheets) > 1:
            says = _("The list is read from the sheet “%(sheet)s”.") % {"sheet": self.sheet}
            if others:
                says = _("%(says)s Others that hold something: %(others)s.") % {
                    "says": says,
                    "others": ", ".join(f"“{name}”" for name in others[:5]),
                }
            self.assumed += (says,)

    def _text(self) -> TextIO:
        return self.path.open(encoding=self._encoding.name, errors="surrogateescape", newline="")

    def _csv_rows(self) -> Generator[_Raw, None, None]:
        # The limit is the process's: it is only ever raised, so nobody else's reading breaks.
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_LINE))
        number = before = self._lines_to_skip
        with self._text() as text:
            lines = _Lines(text, self._encoding.name)
            for _line in islice(lines, before):
                lines.begun_at = lines.read
            try:
                for number, cells in enumerate(csv.reader(iter(lines), delimiter=self._delimiter), before + 1):
                    lines.begun_at = lines.read
                    yield _Raw(number, cells, bad_byte=lines.take_bad_byte())
            except csv.Error as error:
                sentence = _(
                    "From this row on the file cannot be read as CSV (%(error)s); is a quotation mark left open?"
                )
                sentence %= {"error": error}
                raise FileProblem("broken_csv", sentence, file=self.name, line=number + 1) from error


def _unreadable(path: Path, error: OSError) -> FileProblem:
    reason = error.strerror or str(error)
    return FileProblem("unreadable", _("The file cannot be opened: %(reason)s.") % {"reason": reason}, file=path.name)


def repeated_column(path: Path, line: int, name: str) -> FileProblem:
    """The problem of a column that is read, and stands in the header more than once."""
    sentence = _("The column %(name)s is there more than once.") % {"name": name}
    return FileProblem("repeated_column", sentence, file=path.name, line=line, column=name)


def _is_workbook(path: Path, start: bytes) -> bool:
    if not start.removeprefix(b"\xef\xbb\xbf").strip():
        raise FileProblem("empty_file", _("The file is empty."), file=path.name)
    if start.startswith(_OLE) and is_protected(path):
        raise password_problem(path)
    return start.startswith((_ZIP, _OLE))


def _refuse_other_files(path: Path, start: bytes, encoding: Encoding) -> None:
    """Refuse what is neither text nor a workbook, whatever it is called."""
    first_line = start.split(b"\n", 1)[0]
    wide = encoding.name.startswith("utf-16")
    if start.lstrip().lower().startswith(_NOT_TEXT) or (not wide and _BINARY.search(first_line)):
        sentence = _("This is neither CSV nor a workbook (XLSX, XLS, ODS); save the sheet as one of them, unencrypted.")
        raise FileProblem("not_csv_or_xlsx", sentence, file=path.name)


def _row(header: Sequence[str], raw: _Raw) -> Row:
    cells = dict.fromkeys(header, "") | dict(zip(header, raw.cells, strict=False))
    cells.pop(BECAUSE, None)
    return Row(raw.line, cells, _formulas(header, raw), _problem(header, raw))


def _problem(header: Sequence[str], raw: _Raw) -> Finding | None:
    if problem := _too_long(header, raw) or _too_wide(header, raw):
        return problem
    if raw.bad_byte is None:
        return None
    place = next((p for p, text in enumerate(raw.cells) if _UNDECODED.search(text)), 0)
    return Finding("wrong_encoding", _encoding(raw), raw.line, _column(header, place))


def _too_long(header: Sequence[str], raw: _Raw) -> Finding | None:
    length = max(map(len, raw.cells), default=0)
    if length <= LONGEST_CELL:
        return None
    place = next(p for p, text in enumerate(raw.cells) if len(text) == length)
    sentence = _(
        "This cell has %(n)s characters, more than the %(most)s that are read; is a quotation mark left open?"
    ) % {"n": grouped(length), "most": grouped(LONGEST_CELL)}
    return Finding("cell_too_long", sentence, raw.line, _column(header, place))


def _too_wide(header: Sequence[str], raw: _Raw) -> Finding | None:
    for place, text in enumerate(raw.cells[len(header) :], len(header)):
        if text.strip():
            sentence = _("This row has a cell in a column that has no name in the header.")
            return Finding("more_cells_than_columns", sentence, raw.line, _column(header, place))
    return None


def _formulas(header: Sequence[str], raw: _Raw) -> tuple[Finding, ...]:
    found = [
        Finding(
            "formula",
            _("This cell holds a formula whose value the file does not hold; open and save it in a spreadsheet."),
            raw.line,
            _column(header, position),
        )
        for position in raw.formulas
    ]
    for position, text in enumerate(raw.cells):
        if text.startswith(("=", "+", "-", "@")) and _FORMULA.match(text[:LONGEST_CELL]):
            sentence = _("This cell looks like a formula; it was kept as text and not evaluated.")
            found.append(Finding("formula", sentence, raw.line, _column(header, position)))
    return tuple(found)


def _column(header: Sequence[str], position: int) -> str:
    name = header[position] if position < len(header) else ""
    return name or _("number %(n)d") % {"n": position + 1}


def _encoding(raw: _Raw) -> str:
    return _("Byte %(n)d of the file is not UTF-8; save the file as CSV in UTF-8.") % {"n": raw.bad_byte}


class _Lines:
    """Decoded lines of a CSV; remembers the first byte (counted from 1) that could not be decoded."""

    def __init__(self, text: TextIO, encoding: str) -> None:
        self.text, self.encoding = text, encoding
        # The mark at the beginning is no character.
        self.read = self.begun_at = 3 if encoding == "utf-8-sig" else 0
        self.bad_byte: int | None = None

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(_LONGEST_LINE):
            # A cell may hold line ends, so that a row has any number of lines.
            size = len(line) if line.isascii() else self._size(line)
            if self.read + size - self.begun_at >= _LONGEST_LINE:
                raise csv.Error(_("row longer than limit"))
            yield line
            self.read += size

    def _size(self, line: str) -> int:
        """The bytes of a line; the first of them that is wrong is remembered."""
        if self.bad_byte is None and (bad := _UNDECODED.search(line)):
            self.bad_byte = self.read + len(self._bytes(line[: bad.start()])) + 1
        return len(self._bytes(line))

    def _bytes(self, text: str) -> bytes:
        encoding = UTF_8 if self.encoding == "utf-8-sig" else self.encoding
        return text.encode(encoding, "surrogateescape" if encoding == UTF_8 else "replace")

    def take_bad_byte(self) -> int | None:
        bad_byte, self.bad_byte = self.bad_byte, None
        return bad_byte
