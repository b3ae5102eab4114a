"""Any usual file is read: delimiters, encodings, sheets, and whatever stands above its header."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import Workbook

from pilots.models import Pilot
from readiness.inventory.records import FileProblem
from readiness.inventory.tabular import Table
from tests.readiness.inventory.lists import own, run

HEADER = ("key", "name", "portfolio", "stage")
ROW = ("P-1", "Sort complaints", "office", "running")
pytestmark = pytest.mark.django_db


def _book(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((";".join(HEADER), ";".join(ROW)), "divided by a semicolon"),
        (("\t".join(HEADER), "\t".join(ROW)), "divided by a tab"),
        (("|".join(HEADER), "|".join(ROW)), "divided by a bar"),
        (("sep=,", ",".join(HEADER), ",".join(ROW)), "first line names the delimiter"),
        (("Register of 2026,,,", ",".join(HEADER), ",".join(ROW)), "header is read from row 2"),
        ((",,,", ",".join(HEADER), ",".join(ROW)), "header is read from row 2"),
        ((",".join(HEADER).upper(), ",".join(ROW)), ""),
        (('Key ," Name\nof it",Portfolio,Stage'.replace(" Name\nof it", "Name"), ",".join(ROW)), ""),
        ((",".join(HEADER) + ",,,", ",".join(ROW) + ",,,", *[",,,,,,"] * 20_000), ""),
    ],
)
def test_a_text_file_is_read_as_if_it_had_been_plain(tmp_path: Path, lines: tuple[str, ...], says: str) -> None:
    status, said = run(own(tmp_path / "list.csv", "\n".join(lines)), preset="")
    assert (status, list(Pilot.objects.values_list("key", "name", "stage"))) == (0, [("P-1", ROW[1], "running")])
    assert says in said


def test_the_fullest_sheet_is_read_and_said(tmp_path: Path) -> None:
    path = _book(tmp_path / "b.xlsx", ("Read me", [["Only a note"]]), ("Old", []), ("Register", [[*HEADER], [*ROW]]))
    status, said = run(path, preset="")
    assert (status, Pilot.objects.count()) == (0, 1)
    assert "read from the sheet “Register”. Others that hold something: “Read me”." in said


def test_another_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    path = _book(tmp_path / "b.xlsx", ("A", [[*HEADER], [*ROW], [*ROW]]), ("B", [[*HEADER], ["P-9", *ROW[1:]]]))
    assert run(path, "--sheet", "b", preset="")[0] == 0
    assert Pilot.objects.get().key == "P-9"
    status, said = run(path, "--sheet", "C", preset="")
    assert status == 2
    assert "There is no sheet “C”; there are “A”, “B”." in said


def test_a_workbook_of_a_hundred_sheets_is_read(tmp_path: Path) -> None:
    sheets = [(f"S{n}", [["note"]]) for n in range(99)]
    path = _book(tmp_path / "b.xlsx", *sheets, ("List", [[*HEADER], [*ROW]]))
    assert run(path, preset="")[0] == 0


def test_a_cell_merged_over_rows_says_the_same_in_each(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "b.xlsx"
    sheet = book.active
    assert sheet is not None
    for row in (["Section", None, None, None], [*HEADER], [*ROW], ["P-2", "Second", None, "planned"]):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("C3:C4")
    book.save(path)
    assert [row.cells["portfolio"] for row in Table(path).rows()] == ["office", "office"]


def test_a_formula_without_its_value_is_reported_and_is_no_value(tmp_path: Path) -> None:
    path = _book(tmp_path / "b.xlsx", ("S", [[*HEADER], ["P-1", '="Sort "&"complaints"', "office", "running"]]))
    status, said = run(path, preset="")
    assert status == 2
    assert "row 2, column name: This cell holds a formula whose value the file does not hold" in said


@pytest.mark.skipif(shutil.which("soffice") is None, reason="there is no LibreOffice on this machine")
@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx"])
def test_what_a_spreadsheet_program_saved_is_read_with_the_values_of_its_formulas(tmp_path: Path, ending: str) -> None:
    rows: list[list[object]] = [[*HEADER], ["P-1", '="Sort "&"complaints"', "office", "running"]]
    source = _book(tmp_path / "source.xlsx", ("S", rows))
    target = tmp_path / "saved"
    command = ["soffice", "--headless", "--convert-to", ending, "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert [row.cells["name"] for row in Table(target / f"source.{ending}").rows()] == ["Sort complaints"]


def test_a_file_where_no_sheet_holds_a_cell_is_empty(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="The file is empty"):
        Table(_book(tmp_path / "b.xlsx", ("A", []), ("B", [])))
