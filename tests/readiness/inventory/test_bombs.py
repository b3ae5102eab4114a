"""A small file that unpacks to any size is refused with a sentence, in little memory and time, before it is opened.

Each is a workbook that is otherwise whole, with one part exchanged, and is read in a process that may not take much memory.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import Workbook

from readiness.inventory.records import FileProblem
from readiness.inventory.tabular import Table

pytestmark = [pytest.mark.thorough, pytest.mark.once]

ROOT = settings.BASE_DIR
SHEET, TEXTS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MEMORY = 500 * 2**20
"""Bytes of address space for the reading process, the interpreter and its libraries included."""
READS = f"""
import os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
from readiness.inventory.records import FileProblem
from readiness.inventory.tabular import Table
try:
    print(sum(1 for _row in Table(sys.argv[1]).rows()), "rows")
except FileProblem as problem:
    print(problem.code, problem)
"""


def whole(path: Path, *rows: list[str]) -> Path:
    """A workbook of a few rows."""
    book = Workbook()
    assert book.active is not None
    for row in rows or (["key", "name"], ["P-1", "Renewal drafts"]):
        book.active.append(row)
    book.save(path)
    return path


def exchanged(path: Path, part: str, content: Iterator[bytes]) -> Path:
    """A whole workbook with one part exchanged for what comes in pieces."""
    plain = io.BytesIO()
    whole_book = whole(path.with_suffix(".whole.xlsx"))
    plain.write(whole_book.read_bytes())
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if name != part:
                made.writestr(name, source.read(name))
        with made.open(part, "w") as stream:
            for piece in content:
                stream.write(piece)
    return path


def repeated(before: str, again: str, times: int, after: str) -> Iterator[bytes]:
    yield before.encode()
    at_once = 1_000
    for _ in range(times // at_once):
        yield again.encode() * at_once
    yield after.encode()


OPEN, SHUT = f"<worksheet {MAIN}><sheetData>", "</sheetData></worksheet>"
ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {each} "{f"&{before};" * 10}">' for before, each in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
    "one row of cells": (SHEET, lambda: repeated(f"{OPEN}<row>", "<c/>", 8_000_000, f"</row>{SHUT}")),
    "one row of cells with another prefix": (
        SHEET,
        lambda: repeated(
            f"<x:worksheet xmlns:x{MAIN[5:]}><x:sheetData><x:row>",
            "<x:c><x:v>1</x:v></x:c>",
            2_000_000,
            "</x:row></x:sheetData></x:worksheet>",
        ),
    ),
    "rows without end": (SHEET, lambda: repeated(OPEN, "<row><c><v>1</v></c></row>", 3_000_000, SHUT)),
    "rows within a row": (SHEET, lambda: repeated(f"{OPEN}<row>", "<row></row>", 3_000_000, f"</row>{SHUT}")),
    "one cell in the last row": (
        SHEET,
        lambda: iter([f'{OPEN}<row r="999999999999"><c r="A1"/></row>{SHUT}'.encode()]),
    ),
    "one cell in the last column of each row": (
        SHEET,
        lambda: repeated(OPEN, '<row><c r="XFD1"><v>1</v></c></row>', 100_000, SHUT),
    ),
    "one text of all": (SHEET, lambda: repeated(f"{OPEN}<row><c><v>", "x" * 100, 1_000_000, f"</v></c></row>{SHUT}")),
    "after the rows": (
        SHEET,
        lambda: repeated(
            f"{OPEN}</sheetData><mergeCells>", '<mergeCell ref="A1:B2"/>', 2_000_000, "</mergeCells></worksheet>"
        ),
    ),
    "texts": (TEXTS, lambda: repeated(f"<sst {MAIN}>", "<si><t>x</t></si>", 5_000_000, "</sst>")),
    "styles": (
        STYLES,
        lambda: repeated(f"<styleSheet {MAIN}><cellXfs>", "<xf/>", 3_000_000, "</cellXfs></styleSheet>"),
    ),
    "relations": (
        "xl/_rels/workbook.xml.rels",
        lambda: repeated("<Relationships>", '<Relationship Id="a"/>', 1_000_000, "</Relationships>"),
    ),
    "laughs in the sheet": (SHEET, lambda: iter([f"{ENTITIES}]>{OPEN}<row><c><v>&i;</v></c></row>{SHUT}".encode()])),
    "laughs in the texts": (TEXTS, lambda: iter([f"{ENTITIES}]><sst {MAIN}><si><t>&i;</t></si></sst>".encode()])),
    "laughs in UTF-16": (
        SHEET,
        lambda: iter([f"{ENTITIES}]>{OPEN}<row><c><v>&i;</v></c></row>{SHUT}".encode("utf-16")]),
    ),
    "an entity from outside": (
        TEXTS,
        lambda: iter(
            [f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst {MAIN}><si><t>&a;</t></si></sst>'.encode()]
        ),
    ),
    "a document type from outside": (
        STYLES,
        lambda: iter([f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><styleSheet {MAIN}/>'.encode()]),
    ),
}


def read_apart(path: Path, seconds: float = 60) -> str:
    """What a process of its own says that reads a file in little memory, and within a time."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", READS, str(path)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-500:]
    return done.stdout.strip()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited in another way on this system")
@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_unpacks_to_any_size_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    part, content = BOMBS[name]
    path = exchanged(tmp_path / "bomb.xlsx", part, content())
    assert path.stat().st_size < 2_000_000
    says = read_apart(path)
    # Cells that say nothing, or lie all in one place, are no list; they take no memory either.
    assert says == "0 rows" or says.split()[0] in ("too_large", "entities", "not_csv_or_xlsx", "empty_file"), says


def test_an_archive_of_a_million_parts_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as made:
        for number in range(20_000):
            made.writestr(f"{number}.xml", b"")
    assert "not_csv_or_xlsx" in read_apart(path)


def test_a_workbook_within_a_workbook_is_not_unpacked(tmp_path: Path) -> None:
    inner = exchanged(tmp_path / "inner.xlsx", SHEET, repeated(OPEN, "<row/>", 1_000_000, SHUT))
    outer = exchanged(tmp_path / "outer.xlsx", "xl/embeddings/inner.xlsx", iter([inner.read_bytes()]))
    assert read_apart(outer) == "1 rows"


def test_an_ordinary_list_of_many_rows_is_read_in_the_same_memory(tmp_path: Path) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>text {n}</t></is></c>' for n in range(30))
    head = "".join(f'<c t="inlineStr"><is><t>column {n}</t></is></c>' for n in range(30))
    rows = repeated(f"{OPEN}<row>{head}</row>", f"<row>{cells}</row>", 3_000, SHUT)
    assert read_apart(exchanged(tmp_path / "long.xlsx", SHEET, rows)) == "3000 rows"


@pytest.mark.parametrize("size", [2**20 - 11, 2**20 - 3, 2**20, 2**20 + 5])
def test_the_end_of_a_row_is_found_on_the_edge_of_a_chunk(tmp_path: Path, size: int) -> None:
    """Each row has more than half the tags that one may have: were one end missed, two would be taken for one."""
    before = f"{OPEN}<row><c t='str'><v>name</v></c></row>"
    row = f"<row><c t='str'><v>a</v></c>{'<!---->' * 60_000}"
    filled = " " * (size - len(before) - len(row) - len("</row>"))
    content = f"{before}{row}{filled}</row>{row}</row>{SHUT}".encode()
    path = exchanged(tmp_path / "edge.xlsx", SHEET, iter([content]))
    assert [each.cells for each in Table(path).rows()] == [{"name": "a"}] * 2


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99
    )
    with pytest.raises(
        FileProblem, match=r"secret\.xlsx: The workbook is protected by a password; save it without one\."
    ):
        list(Table(path).rows())


def test_a_part_with_a_password_says_so(tmp_path: Path) -> None:
    path = whole(tmp_path / "part.xlsx")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(FileProblem, match="password"):
        list(Table(path).rows())


# CSV


def test_a_csv_of_one_line_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as stream:
        for _ in range(20):
            stream.write(b"," * 1_000_000)
    assert read_apart(path).startswith("broken_csv")


def test_a_csv_row_of_any_number_of_lines_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    with path.open("wb") as stream:
        stream.write(b'key,name\n"')
        for _ in range(20):
            stream.write(b'a\n","' * 200_000)
    assert read_apart(path).startswith("broken_csv")


def test_a_header_of_a_million_columns_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(1_000_000)) + "\n")
    assert read_apart(path, seconds=20).startswith("too_wide")
