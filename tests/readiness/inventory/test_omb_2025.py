"""The 2025 inventory as design section 9 reads it."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from pilots.rules.vocabulary import ClearsBy
from readiness.inventory import vocabulary
from readiness.inventory.mapped_list import MappedList
from readiness.inventory.mapping import preset
from readiness.inventory.records import FileProblem, Finding, Rejected
from readiness.inventory.statement import Statement
from readiness.inventory.tabular import Table
from tests.readiness.inventory.lists import COLUMNS

pytestmark = pytest.mark.thorough

REAL = settings.BASE_DIR / "../shared/data/federal_ai_use_cases_2025.csv"
AT = date(2026, 11, 23)
KINDS = {
    "legal-sign-off": ClearsBy.APPROVAL,
    "it-data-access": ClearsBy.APPROVAL,
    "quality-threshold": ClearsBy.MEASUREMENT,
    "named-sponsor": ClearsBy.ACCEPTANCE,
}


def _list(path: Path) -> MappedList:
    return MappedList(Table(path), preset("omb-2025"), clears_by=KINDS, at=AT)


def _read(tmp_path: Path, *rows: dict[str, str]) -> tuple[list[Statement], list[Finding]]:
    path = tmp_path / "inventory.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows({"agency": "DOI", "use_case_name": "Case", **row} for row in rows)
    items = list(_list(path))
    found = [item.finding if isinstance(item, Rejected) else item for item in items]
    return (
        [item for item in found if isinstance(item, Statement)],
        [item for item in found if isinstance(item, Finding) and item.code not in ("no_function", "missing_column")],
    )


def _keys(tmp_path: Path, *rows: dict[str, str]) -> list[str]:
    return [record.key for record in _read(tmp_path, *rows)[0]]


@pytest.mark.parametrize(
    ("given", "key"), [("DOI-0046", "DOI-0046"), ("35", "DOI-35"), ("FDIC \N{EN DASH} 9", "FDIC-9"), ("A/B-9", "A-B-9")]
)
def test_an_unmistakable_identifier_is_the_key(tmp_path: Path, given: str, key: str) -> None:
    assert _keys(tmp_path, {"id": given}) == [key]


@pytest.mark.parametrize("given", ["", "TBD", "n/a", "N/A", " tbd ", "-", "unknown"])
def test_a_placeholder_is_no_key(tmp_path: Path, given: str) -> None:
    (key,) = _keys(tmp_path, {"id": given})
    assert key.startswith("DOI-x")


def test_an_identifier_repeated_inside_the_agency_is_no_key(tmp_path: Path) -> None:
    first, second = _keys(tmp_path, {"id": "DOI-1"}, {"id": "doi-1", "use_case_name": "Other"})
    assert first.startswith("DOI-x")
    assert second.startswith("DOI-x")
    assert first != second


def test_an_identifier_repeated_across_agencies_names_the_agency(tmp_path: Path) -> None:
    assert _keys(tmp_path, {"id": "REQ-1"}, {"id": "REQ-1", "agency": "DOE"}) == ["DOI-REQ-1", "DOE-REQ-1"]


def test_made_keys_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [{"problem_solved": "a"}, {"problem_solved": "b"}, {"have_ato": "Yes"}, {}]
    forward = {r.facts: r.key for r in _read(tmp_path, *rows)[0]}
    assert {r.facts: r.key for r in _read(tmp_path, *reversed(rows))[0]} == forward
    assert len(set(forward.values())) == 4


def test_a_made_key_outlives_a_change_of_stage(tmp_path: Path) -> None:
    before = _keys(tmp_path, {"development_stage": "Pilot"})
    assert _keys(tmp_path, {"development_stage": "Deployed", "have_ato": "Yes"}) == before


def test_identical_rows_are_one_record_and_reported(tmp_path: Path) -> None:
    records, findings = _read(tmp_path, {"id": "DOI-1"}, {"id": "DOI-1"})
    assert [record.key for record in records] == ["DOI-1"]
    assert [(f.code, f.line) for f in findings] == [("identical_rows", 3)]


@pytest.mark.parametrize(
    ("text", "day", "approximate"),
    [
        ("2025-09-08 00:00:00", date(2025, 9, 8), False),
        ("9/17/2025", date(2025, 9, 17), False),
        ("9/17/2025 1:05", date(2025, 9, 17), False),
        ("10/01/2024 12:00:00 AM", date(2024, 10, 1), False),
        ("09/2024", date(2024, 9, 30), True),
        ("Jun-25", date(2025, 6, 30), True),
        ("Feb-24", date(2024, 2, 29), True),
        ("2023", date(2023, 12, 31), True),
    ],
)
def test_dates_are_read_kindly(tmp_path: Path, text: str, day: date, approximate: bool) -> None:
    (record,), _ = _read(tmp_path, {"operational_date": text, "development_stage": "Pilot"})
    assert (record.started_on, record.approximate) == (day, approximate)


@pytest.mark.parametrize("text", ["2025-02-30", "13/2024", "soon", "Q3 2025", "31/12/2025", "0000"])
def test_an_impossible_date_is_reported_and_left_empty(tmp_path: Path, text: str) -> None:
    (record,), (finding,) = _read(tmp_path, {"operational_date": text, "development_stage": "Pilot"})
    assert record.started_on is None
    assert (finding.code, finding.line, finding.column) == ("unreadable_date", 2, "operational_date")


@pytest.mark.parametrize(("text", "codes"), [("2026-11-23", []), ("2026-11-24", ["future_date"])])
def test_a_date_in_the_future_is_reported(tmp_path: Path, text: str, codes: list[str]) -> None:
    (record,), findings = _read(tmp_path, {"operational_date": text, "development_stage": "Deployed"})
    assert [finding.code for finding in findings] == codes
    assert record.adopted_on == (None if codes else date(2026, 11, 23))


@pytest.mark.parametrize(
    ("stage", "started", "adopted"),
    [
        ("Pilot", True, False),
        ("Deployed", False, True),
        ("Retired", False, False),
        ("Pre-deployment", False, False),
        ("", False, False),
    ],
)
def test_the_stage_says_what_the_date_means(tmp_path: Path, stage: str, started: bool, adopted: bool) -> None:
    (record,), _ = _read(tmp_path, {"development_stage": stage, "operational_date": "2025-01-31"})
    assert (record.started_on is not None, record.adopted_on is not None) == (started, adopted)


@pytest.mark.parametrize(
    ("cells", "gates"),
    [
        ({"have_ato": "Yes"}, ["it-data-access"]),
        ({"have_ato": "No"}, []),
        ({"pia_url": "https://example.gov/pia"}, ["legal-sign-off"]),
        ({"pia_url": "https://example.gov/pia; https://example.gov/2"}, ["legal-sign-off"]),
        ({"pia_url": "To be posted on https://example.gov"}, []),
        ({"pia_url": "https://example.gov/pia (withdrawn)"}, []),
        ({"have_ato": "Yes - expired", "hi_testing_conducted": "Yes: not finished"}, []),
        ({"hi_independent_review": "CAIO Review"}, ["legal-sign-off"]),
        ({"hi_independent_review": "In-progress"}, []),
        ({"hi_testing_conducted": "Yes"}, ["quality-threshold"]),
        ({"hi_testing_conducted": "In-progress"}, []),
    ],
)
def test_only_a_source_that_says_yes_asserts(tmp_path: Path, cells: dict[str, str], gates: list[str]) -> None:
    (record,), _ = _read(tmp_path, cells)
    assert list(record.asserted) == gates
    assert all("inventory.csv, row 2" in sentence for sentence in record.asserted.values())


def test_a_waiver_is_not_a_review(tmp_path: Path) -> None:
    (record,), (finding,) = _read(tmp_path, {"hi_independent_review": "CAIO Waived"})
    assert (record.asserted, finding.code) == ({}, "review_waived")


def test_high_impact_is_yes_no_or_not_stated(tmp_path: Path) -> None:
    words = ("High-impact", "a) High-impact", "Not High-impact", "Presumed High-Impact, but Not High-impact", "")
    records, findings = _read(tmp_path, *({"is_high_impact": word} for word in words))
    assert [record.values.get("high_impact") for record in records] == [True, True, False, False, None]
    assert [record.values["presumed_high_impact"] for record in records] == [None, None, None, True, None]
    assert not findings


def test_why_it_is_high_impact_or_not_is_read(tmp_path: Path) -> None:
    records, _findings = _read(tmp_path, {"HI_justification": "A person decides."}, {})
    assert [record.values["high_impact_reason"] for record in records] == ["A person decides.", ""]
    assert [record.kept for record in records] == [(), ()]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("is_high_impact", "perhaps"),
        ("have_ato", "soon"),
        ("hi_testing_conducted", "some"),
        ("hi_independent_review", "x"),
    ],
)
def test_a_word_that_is_not_understood_is_told_and_is_no_value(tmp_path: Path, column: str, text: str) -> None:
    (record,), (finding,) = _read(tmp_path, {column: text})
    assert (finding.code, finding.line, finding.column) == ("neither_yes_nor_no", 2, column)
    assert (record.values.get("high_impact"), record.asserted) == (None, {})
    assert len(record.asked) == (3 if column == "is_high_impact" else 2)


def test_a_row_without_a_name_is_rejected(tmp_path: Path) -> None:
    records, findings = _read(tmp_path, {}, {"use_case_name": " "})
    assert len(records) == 1
    assert [(f.code, f.line) for f in findings] == [("no_name", 3)]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("agency,id\n")
    with pytest.raises(FileProblem, match="use_case_name"):
        list(_list(path))


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is absent: the real inventory")
def test_the_real_inventory() -> None:
    inventory = _list(REAL)
    items = list(inventory)
    assert (inventory.rows_read, inventory.records) == (3611, 3608)
    assert (inventory.rejected, inventory.merged) == (1, 2)
    records = [item for item in items if isinstance(item, Statement)]
    assert Counter(record.stage for record in records) == {
        "planned": 1478,
        "running": 440,
        "adopted": 1039,
        "retired": 313,
        "not_stated": 338,
    }
    assert Counter(gate for record in records for gate in record.asserted) == {
        "it-data-access": 786,
        "legal-sign-off": 188,
        "quality-threshold": 94,
    }
    presumed = [record for record in records if record.values["presumed_high_impact"]]
    with REAL.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(vocabulary.presumed_and_determined_not(row["is_high_impact"]) for row in rows) == 110
    assert sum(bool(row["HI_justification"].strip()) for row in rows) == 827
    # Rows that say the same as another are one record, and one is rejected.
    assert (len(presumed), {record.values["high_impact"] for record in presumed}) == (109, {False})
    assert sum(bool(record.values["high_impact_reason"]) for record in records) == 826
    assert [i.finding.line for i in items if isinstance(i, Rejected)] == [839]
    assert len({record.key.casefold() for record in records}) == 3608
    assert "DOI-0046" in {record.key for record in records}
    assert items == list(inventory)
