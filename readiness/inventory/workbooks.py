"""The rows of a workbook, read in a process of its own; and whether it can be read at all.

The parts of an archive are counted before it is opened, since a small file can unpack to any size: every part is streamed once
and held against bounds on its bytes, its tags and, in a sheet, its rows. A document type is refused, and with it every entity.
The bounds hold any list that a spreadsheet can show. Whatever passes them is opened where memory and time are bounded as well.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pilots.archives import has_small_directory
from pilots.figures import grouped
from readiness.inventory import workbook_process
from readiness.inventory.records import FileProblem

MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""
MOST_ROWS = 250_000
"""Rows of a sheet. A longer list is CSV, which is read row by row without any of this."""
MOST_CELLS = 6_000_000
"""Cells of a sheet, those counted in that are left out before the last of a row."""
LONGEST_ROW = 16_000_000
"""Bytes of a row, before the first one, and after the last."""
_ALL_PARTS = 1_000_000_000
_CHUNK = 1 << 20


class Bounds(NamedTuple):
    """The most bytes, tags, and tags of one row that a part may have. What is read whole is held to fewer tags."""

    size: int
    tags: int
    tags_of_row: int | None = None


SHEET = Bounds(500_000_000, 50_000_000, 100_000)
CONTENT = Bounds(500_000_000, 50_000_000)
"""All the sheets of an OpenDocument workbook."""
TEXTS = Bounds(200_000_000, 4_000_000)
OTHER = Bounds(20_000_000, 150_000)
PICTURE = Bounds(500_000_000, 500_000_000)

_ROW_ENDS = re.compile(rb"</(?:[\w.-]+:)?row\s*>")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_VALUELESS = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
"""A formula behind which no value stands: whoever wrote it never calculated it."""
_CARRIED = 64
"""Bytes of a chunk that are looked at once more with the next: nothing that is looked for is longer."""
PROTECTED = "EncryptedPackage".encode("utf-16-le")


def look_through(path: Path, stream: BinaryIO) -> bool:
    """Hold every part of a workbook against its bounds. Returns whether a formula stands there without its value.

    Raises:
        FileProblem: too large, protected by a password, or with a document type.
        zipfile.BadZipFile: damaged.
    """
    if not has_small_directory(stream):
        raise zipfile.BadZipFile("no directory, or one of more parts than a workbook has")
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise password_problem(path)
        if sum(part.file_size for part in parts) > _ALL_PARTS:
            raise _too_large(path)
        valueless = False
        for part in parts:
            with archive.open(part) as unpacked:
                scan = _Scan(path, _bounds_of(part.filename.lower()))
                scan.read(iter(lambda: unpacked.read(_CHUNK), b""))
                valueless = valueless or scan.valueless
        return valueless


def is_protected(path: Path) -> bool:
    """Whether a file is a workbook that was saved with a password."""
    with path.open("rb") as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if PROTECTED in before + chunk:
                return True
            before = chunk[-len(PROTECTED) :]
    return False


def password_problem(path: Path) -> FileProblem:
    """The problem of a workbook that cannot be read without its password."""
    sentence = _("The workbook is protected by a password; save it without one.")
    return FileProblem("password", sentence, file=path.name)


def _bounds_of(name: str) -> Bounds:
    if not name.endswith((".xml", ".rels", ".vml")):
        return PICTURE
    if name == "content.xml":
        return CONTENT
    if "worksheets/" in name and not name.endswith(".rels"):
        return SHEET
    return TEXTS if name.endswith("sharedstrings.xml") else OTHER


class _Scan:
    """One part, chunk by chunk: bytes and tags in all, and since the last row ended."""

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.path, self.bounds = path, bounds
        self.size = self.tags = self.rows = 0
        self.row_size = self.row_tags = 0
        self.valueless = False

    def read(self, chunks: Iterator[bytes]) -> None:
        carried = b""
        for chunk in chunks:
            if not self.size and chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
                raise FileProblem("not_csv_or_xlsx", _("A part of the workbook is not UTF-8."), file=self.path.name)
            self._count(chunk)
            if self.bounds is PICTURE:
                continue
            if _DOCTYPE.search(carried + chunk):
                sentence = _("The workbook declares entities, as no spreadsheet does; it is not read.")
                raise FileProblem("entities", sentence, file=self.path.name)
            if self.bounds.tags_of_row is not None:
                self._count_rows(carried, chunk)
                self.valueless = self.valueless or bool(_VALUELESS.search(carried + chunk))
            carried = chunk[-_CARRIED:]

    def _count(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.tags += chunk.count(b"<")
        if self.size > self.bounds.size or self.tags > self.bounds.tags:
            raise _too_large(self.path)

    def _count_rows(self, carried: bytes, chunk: bytes) -> None:
        """Count what lies between the ends of rows. One that is cut by the chunk's edge is found with what was carried."""
        seen, start = carried + chunk, len(carried)
        for end in _ROW_ENDS.finditer(seen):
            if end.end() <= len(carried):
                continue
            self._grow(seen[start : end.end()])
            self.rows += 1
            self.row_size = self.row_tags = 0
            start = end.end()
        self._grow(seen[start:])
        if self.rows > MOST_ROWS:
            raise _too_large(self.path)

    def _grow(self, piece: bytes) -> None:
        self.row_size += len(piece)
        self.row_tags += piece.count(b"<")
        if self.row_size > LONGEST_ROW or self.row_tags > (self.bounds.tags_of_row or 0):
            raise _too_large(self.path)


def _too_large(path: Path) -> FileProblem:
    sentence = _("The workbook unpacks to more than can be read at once; save the sheet as CSV.")
    return FileProblem("too_large", sentence, file=path.name)


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, whether it is hidden, and how many of its cells say something."""

    name: str
    hidden: bool
    cells: int


_ERRORS = (
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError, OSError, EOFError),
    *(zipfile.BadZipFile, zlib.error, InvalidFileException),
)


class WorkbookReader:
    """The rows of one sheet of a workbook as lists of texts, from the first row on; the fullest where none is named.

    Raises FileProblem where the workbook cannot be read, or has no such sheet.
    """

    def __init__(self, path: Path, sheet: str = "") -> None:
        self.path, self.sheet = path, sheet
        self.sheets: tuple[Sheet, ...] = ()
        self.formulas_without_value: Mapping[int, Collection[int]] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WorkbookReader:
        valueless = self._look_through()
        command = [sys.executable, "-I", workbook_process.__file__, str(self.path), self.sheet]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            first = self._next_line()
            self.sheets = tuple(Sheet(**sheet) for sheet in first.get("sheets", ()))
            if problem := first.get("problem"):
                raise self._problem(problem)
            self.sheet = first["sheet"]
            if valueless:
                self.formulas_without_value = self._formulas()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __iter__(self) -> Iterator[list[str]]:
        number = cells = 0
        while not isinstance(rows := self._next_line(after=number), dict):
            for row in rows:
                number += 1
                cells += len(row)
                if number > MOST_ROWS or cells > MOST_CELLS:
                    raise _too_many_cells(self.path, number)
                yield row

    def _look_through(self) -> bool:
        with self.path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return False
            try:
                return look_through(self.path, stream)
            except _ERRORS as error:
                raise _damaged(self.path) from error

    def _next_line(self, after: int = 0) -> Any:
        """What the process says next. It ends without a word where memory or time run out, or the reader breaks."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise _too_large(self.path) if process.wait() else _damaged(self.path)
        return json.loads(line)

    def _problem(self, problem: str) -> FileProblem:
        if problem == workbook_process.PASSWORD:
            return password_problem(self.path)
        if problem == workbook_process.NO_SHEET:
            names = ", ".join(f"“{sheet.name}”" for sheet in self.sheets[:20])
            sentence = _("There is no sheet “%(sheet)s”; there are %(names)s.")
            says = sentence % {"sheet": self.sheet, "names": names}
            return FileProblem("no_sheet", says, file=self.path.name)
        return _damaged(self.path)

    def _formulas(self) -> dict[int, list[int]]:
        """Where the sheet holds formulas, by row: asked only where some of the workbook have no value."""
        out: dict[int, list[int]] = {}
        try:
            with (
                self.path.open("rb") as stream,
                closing(load_workbook(stream, read_only=True, keep_links=False)) as formulas,
                closing(load_workbook(self.path, read_only=True, keep_links=False, data_only=True)) as values,
            ):
                rows = zip(
                    formulas[self.sheet].iter_rows(), values[self.sheet].iter_rows(values_only=True), strict=False
                )
                for number, (row, known) in enumerate(rows, 1):
                    places = [
                        place
                        for place, cell in enumerate(row)
                        if getattr(cell, "data_type", "") == "f" and known[place] in (None, "")
                    ]
                    if places:
                        out[number] = places
        except _ERRORS:
            return {}
        return out

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


def _damaged(path: Path) -> FileProblem:
    sentence = _("This is neither CSV nor a workbook (XLSX, XLS, ODS), or the workbook is damaged.")
    return FileProblem("not_csv_or_xlsx", sentence, file=path.name)


def _too_many_cells(path: Path, line: int) -> FileProblem:
    """The problem of a sheet that goes on and on: rows or cells that are left out count too."""
    sentence = _("More than %(rows)s rows or %(cells)s cells; save the sheet as CSV.") % {
        "rows": grouped(MOST_ROWS),
        "cells": grouped(MOST_CELLS),
    }
    return FileProblem("too_large", sentence, file=path.name, line=line)
