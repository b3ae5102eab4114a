"""The log and the answers as files: the rows of the list with its filters, for whoever may see them, and no formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from pilots import actions
from pilots.models import GateKind, Person, Portfolio
from tests.company import gate_of
from tests.readiness.admin.conftest import WHEN, Record

LOG, ANSWERS = "/admin/pilots/event/", "/admin/pilots/decision/"


def rows(client: Client, address: str, **asked: str) -> list[dict[str, str]]:
    answer: Any = client.get(address, {"format": "csv"} | asked)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


@pytest.fixture
def answered(record: Record, portfolio: Portfolio, elsewhere: Portfolio, lena: Person, legal: GateKind) -> None:
    actions.assign_right(kind=legal, portfolio=elsewhere, holder=lena, by=None, **WHEN)
    for key, place in (("P-1", portfolio), ("P-2", portfolio), ("E-1", elsewhere)):
        pilot = record(key, "=1+1" if key == "P-1" else "Drafts", portfolio=place)
        actions.start(pilot=pilot, by=None, **WHEN)
        actions.decide(gate=gate_of(pilot), by=lena, outcome="cleared", reason=f"@{key}, yes.", **WHEN)


def test_the_log_has_the_rows_of_its_page_in_their_order(desk: Client, answered: None) -> None:
    page = desk.get(LOG).context["cl"].result_list
    found = rows(desk, LOG)
    assert [row["what"].removeprefix("'") for row in found] == [row.text.what for row in page]
    assert [row["who"] for row in found] == [row.text.who for row in page]
    assert found[0]["day"] == WHEN["on"].isoformat()


def test_its_filters_hold_and_formulas_are_escaped(desk: Client, answered: None) -> None:
    found = rows(desk, LOG, action="decide", q="P-1")
    assert [(row["key"], row["pilot"], row["reason"]) for row in found] == [("P-1", "'=1+1", "'@P-1, yes.")]
    assert [row["key"] for row in rows(desk, LOG, action="decide")] == ["P-2", "P-1"]
    assert rows(desk, LOG, who="nobody@example.org") == []


def test_answers_go_out_too(desk: Client, answered: None) -> None:
    found = rows(desk, ANSWERS)
    assert [row["key"] for row in found] == ["P-2", "P-1"]
    assert (found[0]["who"], found[0]["reason"], found[0]["portfolio"]) == ("Lena", "'@P-2, yes.", "one")
    assert rows(desk, ANSWERS, outcome="refused") == []


def test_another_offices_events_are_in_no_file(desk: Client, answered: None) -> None:
    for address in (LOG, ANSWERS):
        assert "E-1" not in {row["key"] for row in rows(desk, address)}


def test_the_workbook_has_the_same_rows(desk: Client, answered: None) -> None:
    there = [row["what"] for row in rows(desk, LOG)]
    answer: Any = desk.get(LOG, {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    head, *cells = sheet.iter_rows(values_only=True)
    assert [row[head.index("what")] for row in cells] == there


def test_a_form_that_is_none_is_refused(desk: Client, answered: None) -> None:
    assert desk.get(LOG, {"format": "pdf"}).status_code == 400
    assert desk.get(LOG, {"format": "csv", "data": "1"}).status_code == 400


def test_the_page_links_to_its_files_as_it_is_filtered(desk: Client, answered: None) -> None:
    page = desk.get(LOG, {"action": "decide"}).content.decode()
    assert 'href="?action=decide&amp;format=csv"' in page
    assert "format=csv" not in desk.get("/admin/pilots/person/").content.decode()


@pytest.mark.parametrize("address", [LOG, ANSWERS])
def test_statements_do_not_grow_with_the_rows(desk: Client, record: Record, answered: None, address: str) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows(desk, address)
        return len(asked)

    counted()
    few = counted()
    lena = Person.objects.get(email="lena@example.org")
    for number in range(10, 20):
        pilot = record(f"P-{number}")
        actions.start(pilot=pilot, by=None, **WHEN)
        actions.decide(gate=gate_of(pilot), by=lena, outcome="cleared", reason="Yes.", **WHEN)
    assert counted() == few
