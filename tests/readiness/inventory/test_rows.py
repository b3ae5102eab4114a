"""Every bad file gets a sentence with its place; what can be read is read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from readiness.inventory.records import FileProblem
from readiness.inventory.tabular import Row, Table


def _file(tmp_path: Path, content: bytes, name: str = "pilots.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def read_rows(path: Path, required: tuple[str, ...] = ()) -> Iterator[Row]:
    table = Table(path)
    table.require(required)
    return table.rows()


def _problem(path: Path, *required: str) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        list(read_rows(path, required))
    return caught.value


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_makes_no_difference(tmp_path: Path, mark: bytes) -> None:
    path = _file(tmp_path, mark + "key,name\na,Grüße\n".encode())
    assert list(read_rows(path)) == [Row(2, {"key": "a", "name": "Grüße"})]


def test_lines_are_counted_as_a_spreadsheet_counts_rows(tmp_path: Path) -> None:
    path = _file(tmp_path, b'key,name\r\na,"two\r\nlines"\r\n\r\nb,x\r\n')
    assert [(row.line, row.cells["name"]) for row in read_rows(path)] == [(2, "two\r\nlines"), (4, "x")]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    assert _problem(_file(tmp_path, content)).code == "empty_file"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\x00", b"a\0"]
)
def test_a_file_that_is_neither_csv_nor_xlsx_says_so(tmp_path: Path, content: bytes) -> None:
    problem = _problem(_file(tmp_path, content))
    assert problem.code == "not_csv_or_xlsx"
    assert "pilots.csv" in str(problem)


def test_an_absent_file_says_so(tmp_path: Path) -> None:
    assert _problem(tmp_path / "absent.csv").code == "unreadable"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    problem = _problem(_file(tmp_path, b"key,name\n"), "key", "stage", "portfolio")
    assert str(problem) == "pilots.csv, row 1: The columns stage, portfolio are missing."


def test_a_repeated_column_is_named(tmp_path: Path) -> None:
    problem = _problem(_file(tmp_path, b"key,name,key\na,b,c\n"), "key")
    assert (problem.code, problem.column) == ("repeated_column", "key")


def test_a_wrong_byte_in_utf_8_costs_one_row_and_is_named(tmp_path: Path) -> None:
    content = b"key,name\na,caf\xe9\nb,tea\n" + "c,Grüße\n".encode()
    bad, good, _umlauts = list(read_rows(_file(tmp_path, content)))
    assert bad.problem is not None
    assert (bad.problem.code, bad.problem.line, bad.problem.column) == ("wrong_encoding", 2, "name")
    assert "Byte 15" in bad.problem.sentence
    assert good == Row(3, {"key": "b", "name": "tea"})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_and_said(tmp_path: Path, encoding: str) -> None:
    table = Table(_file(tmp_path, "key,name\na,Grüße\n".encode(encoding)))
    assert [row.cells for row in table.rows()] == [{"key": "a", "name": "Grüße"}]
    assert table.assumed == ("The file is read as UTF-16.",)


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    table = Table(_file(tmp_path, "key,name\na,Prüfung – “Anträge”\n".encode("cp1252")))
    assert [row.cells["name"] for row in table.rows()] == ["Prüfung – “Anträge”"]
    assert table.assumed == ("The file is not UTF-8; it is read as Windows-1252.",)


@pytest.mark.parametrize(("length", "fits"), [(100_000, True), (100_001, False), (10**6, False)])
def test_a_cell_beyond_reading_costs_one_row(tmp_path: Path, length: int, fits: bool) -> None:
    content = b"key,name\na," + b"x" * length + b"\nb,y\n"
    long, good = list(read_rows(_file(tmp_path, content)))
    assert (long.problem is None) is fits
    if long.problem:
        assert (long.problem.line, long.problem.column) == (2, "name")
    assert good.cells["name"] == "y"


def test_a_row_wider_than_the_header_is_a_problem(tmp_path: Path) -> None:
    (row,) = read_rows(_file(tmp_path, b"key,name\na,b,c\n"))
    assert row.problem is not None
    assert row.problem.code == "more_cells_than_columns"


@pytest.mark.parametrize("text", ["=SUM(A1)", "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-A1+2"])
def test_a_formula_in_csv_stays_text_and_is_reported(tmp_path: Path, text: str) -> None:
    (row,) = read_rows(_file(tmp_path, f'key,name\na,"{text}"\n'.encode()))
    assert row.cells["name"] == text
    assert [(w.code, w.line, w.column) for w in row.warnings] == [("formula", 2, "name")]


@pytest.mark.parametrize("text", ["- fewer errors (per day)", "-5", "+1 202 555", "@team", "=> x"])
def test_ordinary_text_is_no_formula(tmp_path: Path, text: str) -> None:
    (row,) = read_rows(_file(tmp_path, f'key,name\na,"{text}"\n'.encode()))
    assert not row.warnings


def test_a_workbook_is_read_and_its_formulas_are_not(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "pilots.xlsx"
    assert book.active is not None
    for cells in (["key", "name", "n"], ["a", "=1+1", 35.0], [], ["b", "x", True]):
        book.active.append(cells)
    book.save(path)
    first, second = list(read_rows(path))
    assert first.cells == {"key": "a", "name": "", "n": "35"}
    assert [(w.code, w.line, w.column) for w in first.warnings] == [("formula", 2, "name")]
    assert (second.line, second.cells) == (4, {"key": "b", "name": "x", "n": "Yes"})


def test_rows_come_one_at_a_time(tmp_path: Path) -> None:
    path = _file(tmp_path, b"key\n" + b"a\n" * 200_000)
    assert next(read_rows(path)).line == 2
