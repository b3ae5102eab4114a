"""What the product writes it reads back, exactly."""

import string
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readiness.inventory.own_form import (
    GATE_FIELDS,
    GATE_KINDS,
    OWN_COLUMNS,
    FormText,
    OwnForm,
    OwnGate,
    OwnItem,
    OwnRecord,
    escape,
    unescape,
    write_csv,
    write_xlsx,
)
from readiness.inventory.records import FileProblem, Finding, Rejected

pytestmark = pytest.mark.thorough

RENEWALS = OwnRecord(
    key="renewals",
    name="Drafting renewal e-mails",
    portfolio="ops",
    stage="running",
    manager="m@example.org",
    started_on=date(2026, 1, 5),
    high_impact=True,
    matters_more="accuracy",
    gates=(OwnGate("legal-sign-off", "cleared", "legal@example.org", date(2026, 2, 1)),),
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.text("'=+-@\t\r\n\" x")


def _bare(items: list[OwnItem]) -> list[OwnRecord]:
    return [replace(i, line=0, facts=()) for i in items if isinstance(i, OwnRecord)]


def _cells(record: OwnRecord) -> list[FormText]:
    gates = {gate.kind: gate for gate in record.gates}
    values = [getattr(record, column) for column in OWN_COLUMNS]
    for kind in GATE_KINDS:
        values += [getattr(gates.get(kind, OwnGate(kind)), name) for name in GATE_FIELDS]
    words = {True: "yes", False: "no", None: ""}
    return [words[each] if each is None or isinstance(each, bool) else escape(str(each)) for each in values]


def _csv(path: Path, *records: OwnRecord) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        write_csv(map(_cells, records), stream)
    return path


def _findings(path: Path, content: str) -> tuple[int, list[Finding]]:
    path.write_text(content, encoding="utf-8")
    items = list(OwnForm(path))
    found = [item.finding if isinstance(item, Rejected) else item for item in items]
    return len(_bare(items)), [item for item in found if isinstance(item, Finding)]


@given(TEXT)
def test_escaping_is_exact_and_leaves_no_formula(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(purpose=TEXT, success=TEXT, holder=TEXT)
def test_the_round_trip_by_csv_is_exact(purpose: str, success: str, holder: str) -> None:
    gates = (OwnGate("error-owner", "waiting", holder),)
    record = replace(RENEWALS, purpose=purpose, success=success, gates=gates)
    with tempfile.TemporaryDirectory() as folder:
        path = _csv(Path(folder) / "own.csv", record)
        items = list(OwnForm(path))
    assert _bare(items) == [record]
    assert len(items) == 1


@given(st.text(string.printable.translate({11: None, 12: None, 13: None}), max_size=30))
def test_the_round_trip_by_workbook_is_exact(purpose: str) -> None:
    assume(purpose.strip() or not purpose)  # A cell of nothing but spaces is an empty one.
    record = replace(RENEWALS, purpose=purpose)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.xlsx"
        write_xlsx([_cells(record)], path)
        assert _bare(list(OwnForm(path))) == [record]


def test_a_text_that_no_workbook_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="export CSV"):
        write_xlsx([_cells(replace(RENEWALS, purpose="a\rb"))], tmp_path / "own.xlsx")


def test_an_unknown_gate_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    content = "key,name,portfolio,stage,gate:moon:state\na,A,ops,planned,cleared\n"
    count, (finding,) = _findings(tmp_path / "own.csv", content)
    assert (count, finding.code, finding.column) == (1, "unknown_gate", "gate:moon:state")
    assert "moon" in finding.sentence


def test_a_duplicate_key_is_rejected_with_both_lines(tmp_path: Path) -> None:
    content = "key,name,portfolio,stage\na,A,ops,planned\nA,B,ops,planned\nb,B,ops,planned\n"
    count, (finding,) = _findings(tmp_path / "own.csv", content)
    assert (count, finding.code, finding.line, finding.column) == (2, "duplicate_key", 3, "key")
    assert "row 2" in finding.sentence


@pytest.mark.parametrize("day", ["2026-02-30", "1/2/2026", "soon"])
def test_an_impossible_date_is_reported_and_left_empty(tmp_path: Path, day: str) -> None:
    content = f"key,name,portfolio,stage,started_on\na,A,ops,running,{day}\n"
    count, (finding,) = _findings(tmp_path / "own.csv", content)
    assert (count, finding.code, finding.line, finding.column) == (1, "unreadable_date", 2, "started_on")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",A,ops,planned", "no_key"),
        ("a,,ops,planned", "no_name"),
        ("a,A,,planned", "no_portfolio"),
    ],
)
def test_a_row_that_cannot_stand_is_rejected(tmp_path: Path, row: str, code: str) -> None:
    count, (finding,) = _findings(tmp_path / "own.csv", f"key,name,portfolio,stage\n{row}\n")
    assert (count, finding.code, finding.line) == (0, code, 2)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="portfolio, stage"):
        _findings(tmp_path / "own.csv", "key,name\n")
