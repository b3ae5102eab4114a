"""Whether a workbook can be read at all: its parts are counted before it is opened, since a small file can unpack to any size.

Every part is streamed once and held against bounds on its bytes, its tags and, in a sheet, its rows: memory and time follow
from these. A document type is refused, and with it every entity. The bounds hold any list that a spreadsheet can show.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pilots.archives import has_small_directory
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
TEXTS = Bounds(200_000_000, 4_000_000)
OTHER = Bounds(20_000_000, 150_000)
PICTURE = Bounds(500_000_000, 500_000_000)

_ROW_ENDS = re.compile(rb"</(?:[\w.-]+:)?row\s*>")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CARRIED = 64
"""Bytes of a chunk that are looked at once more with the next: nothing that is looked for is longer."""
PROTECTED = "EncryptedPackage".encode("utf-16-le")


def refuse_what_cannot_be_read(path: Path, stream: BinaryIO) -> None:
    """Hold every part of a workbook against its bounds.

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
        for part in parts:
            with archive.open(part) as unpacked:
                _Scan(path, _bounds_of(part.filename.lower())).read(iter(lambda: unpacked.read(_CHUNK), b""))


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
    sentence = "The workbook is protected by a password; save it without one."
    return FileProblem("password", sentence, file=path.name)


def _bounds_of(name: str) -> Bounds:
    if not name.endswith((".xml", ".rels", ".vml")):
        return PICTURE
    if "worksheets/" in name and not name.endswith(".rels"):
        return SHEET
    return TEXTS if name.endswith("sharedstrings.xml") else OTHER


class _Scan:
    """One part, chunk by chunk: bytes and tags in all, and since the last row ended."""

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.path, self.bounds = path, bounds
        self.size = self.tags = self.rows = 0
        self.row_size = self.row_tags = 0

    def read(self, chunks: Iterator[bytes]) -> None:
        carried = b""
        for chunk in chunks:
            if not self.size and chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
                raise FileProblem("not_csv_or_xlsx", "A part of the workbook is not UTF-8.", file=self.path.name)
            self._count(chunk)
            if self.bounds is PICTURE:
                continue
            if _DOCTYPE.search(carried + chunk):
                sentence = "The workbook declares entities, as no spreadsheet does; it is not read."
                raise FileProblem("entities", sentence, file=self.path.name)
            if self.bounds.tags_of_row is not None:
                self._count_rows(carried, chunk)
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
    sentence = "The workbook unpacks to more than can be read at once; save the sheet as CSV."
    return FileProblem("too_large", sentence, file=path.name)


def too_many_cells(path: Path, line: int) -> FileProblem:
    """The problem of a sheet that goes on and on: rows or cells that are left out count too."""
    sentence = f"More than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells; save the sheet as CSV."
    return FileProblem("too_large", sentence, file=path.name, line=line)
