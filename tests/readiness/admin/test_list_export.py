"""The list of pilots as a file: its rows, its filters, formulas escaped, in the form that an import reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from pilots import actions
from pilots.models import Pilot, Portfolio
from tests.readiness.admin.conftest import WHEN, Record

LIST = "/admin/pilots/pilot/"


def rows(client: Client, **asked: str) -> list[dict[str, str]]:
    answer: Any = client.get(f"{LIST}export/csv/", asked)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="pilots-')
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


@pytest.fixture
def three(record: Record, elsewhere: Portfolio) -> None:
    actions.start(pilot=record("P-1", workflow="Drafting"), by=None, **WHEN)
    record("P-2", "=1+1")
    record("E-1", portfolio=elsewhere)


def test_the_file_has_the_rows_of_the_list_and_no_others(desk: Client, three: None) -> None:
    assert [row["key"] for row in rows(desk)] == ["P-1", "P-2"]
    assert [row["key"] for row in rows(desk, stage="running")] == ["P-1"]
    assert [row["key"] for row in rows(desk, lacks="workflow", columns="slips")] == ["P-2"]
    assert rows(desk, as_of="2026-03-01") == []


def test_a_formula_is_escaped(desk: Client, three: None) -> None:
    assert rows(desk, q="P-2")[0]["name"] == "'=1+1"


def test_it_is_what_the_command_writes(desk: Client, three: None, tmp_path: Path) -> None:
    call_command("export_pilots", tmp_path / "all.csv", portfolio="one", verbosity=0)
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        assert rows(desk) == list(csv.DictReader(file))


def test_the_workbook_has_the_same_rows(desk: Client, three: None) -> None:
    answer: Any = desk.get(f"{LIST}export/xlsx/", {"stage": "running"})
    book = load_workbook(io.BytesIO(answer.getvalue()))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["P-1"]


def test_what_is_ticked_is_exported(desk: Client, three: None) -> None:
    ticked = {"action": "export-csv", "index": "0", "_selected_action": [Pilot.objects.get(key="P-2").pk]}
    answer: Any = desk.post(LIST, ticked)
    assert [row["key"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode()))] == ["P-2"]


def test_another_form_is_none(desk: Client, three: None) -> None:
    assert desk.get(f"{LIST}export/pdf/").status_code == 404


def test_statements_do_not_grow_with_the_rows(desk: Client, record: Record) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows(desk)
        return len(asked)

    record("P-0")
    counted()
    few = counted()
    for number in range(1, 12):
        record(f"P-{number}")
    assert counted() == few
