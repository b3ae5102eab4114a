"""What a list said beside the fields goes out with an export, and comes in again as what it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pilots.models import Event, Pilot, Portfolio
from readiness.models.imports import ImportedRow
from readiness.queries.sources import kept_cells
from tests.company import an_office_of, browser_of
from tests.readiness.inventory.lists import AT, COLUMNS, DAY, everything, export, inventory, own, run

pytestmark = pytest.mark.django_db

CONTACT, RISK, STAGE = "contact", "Risk, as said", "stage"


def listed(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = (CONTACT, RISK, STAGE)) -> Path:
    """An inventory with columns that no field has; one of them is called as a column of the own form is."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, (*COLUMNS, *columns), restval="")
        writer.writeheader()
        base = {"agency": "DOI", "agency_name": "Interior", "development_stage": "Pilot"}
        writer.writerows(
            {**base, "id": f"DOI-{n}", "use_case_name": f"Case {n}", **row} for n, row in enumerate(rows, 1)
        )
    return path


@pytest.fixture
def three(tmp_path: Path) -> None:
    """The first two have cells beside their fields, the third has none."""
    rows = ({CONTACT: "Mia, +1 555", RISK: "=HYPERLINK(1)"}, {STAGE: "'=Stage 3\nof 4"}, {})
    assert run(listed(tmp_path / "list.csv", *rows))[0] == 0


def exported(path: Path, *options: str) -> list[dict[str, str]]:
    assert export(str(path), *options)[0] == 0
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def kept() -> dict[str, dict[str, str]]:
    keys = dict(Pilot.objects.values_list("pk", "key"))
    return {keys[pk]: cells for pk, cells in kept_cells(keys).items()}


@pytest.fixture
def cells() -> dict[str, dict[str, str]]:
    return {"DOI-1": {CONTACT: "Mia, +1 555", RISK: "=HYPERLINK(1)"}, "DOI-2": {STAGE: "'=Stage 3\nof 4"}}


def test_they_stand_in_further_columns_escaped(tmp_path: Path, three: None) -> None:
    first, second, third = exported(tmp_path / "out.csv")
    columns = [name for name in first if name.startswith("kept:")]
    assert sorted(columns) == [f"kept:{RISK}", f"kept:{CONTACT}", f"kept:{STAGE}"]
    assert [first[name] for name in columns] == ["Mia, +1 555", "'=HYPERLINK(1)", ""]
    assert second[f"kept:{STAGE}"] == "''=Stage 3\nof 4"
    assert {third[name] for name in columns} == {""}


def test_where_there_are_none_there_is_no_column_and_one_statement_more(tmp_path: Path) -> None:
    run(inventory(tmp_path / "list.csv", {}, {}))
    ImportedRow.objects.update(cells=[])
    with CaptureQueriesContext(connection) as asked:
        (first, _second) = exported(tmp_path / "out.csv")
    assert not any(name.startswith("kept:") for name in first)
    assert sum("readiness_importedrow" in query["sql"] for query in asked) == 1


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_into_an_empty_installation_they_are_kept_again(
    tmp_path: Path, cells: dict[str, dict[str, str]], name: str, request: pytest.FixtureRequest
) -> None:
    with transaction.atomic():
        request.getfixturevalue("three")
        assert kept() == cells
        export(str(tmp_path / name))
        transaction.set_rollback(True)
    assert not Pilot.objects.exists()
    status, said = run(tmp_path / name, preset="")
    assert status == 0
    assert "The column" not in said
    assert kept() == cells
    assert not ImportedRow.objects.filter(has_problem=True, findings__icontains="column").exists()


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_into_the_same_installation_nothing_changes(
    tmp_path: Path, three: None, cells: dict[str, dict[str, str]], name: str
) -> None:
    export(str(tmp_path / name))
    before = everything()
    status, said = run(tmp_path / name, preset="", at="2026-11-24")
    assert (status, "0 created, 0 updated, 3 unchanged" in said) == (0, True), said
    assert "Kept" not in said
    assert everything() == before
    assert kept() == cells


def test_nor_where_the_own_form_had_said_something_before(tmp_path: Path, three: None) -> None:
    rows = [row | {"workflow": "Drafting"} for row in exported(tmp_path / "out.csv")]
    with (tmp_path / "edited.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    status, said = run(tmp_path / "edited.csv", preset="", at="2026-11-24")
    assert (status, "3 updated" in said) == (0, True), said
    newer = listed(tmp_path / "newer.csv", {CONTACT: "Noor"}, {STAGE: "4"}, {CONTACT: "Ada"})
    assert run(newer, at="2026-11-25")[0] == 0
    exported(tmp_path / "again.csv")
    before = everything()
    status, said = run(tmp_path / "again.csv", preset="", at="2026-11-26")
    assert (status, "3 unchanged" in said) == (0, True), said
    assert everything() == before
    changed = own(
        tmp_path / "changed.csv", (tmp_path / "again.csv").read_text(encoding="utf-8").replace("Noor", "Nora")
    )
    run(changed, preset="", at="2026-11-26")
    assert kept()["DOI-1"] == {CONTACT: "Nora"}


def test_the_latest_list_counts_and_of_an_earlier_day_the_one_of_then(tmp_path: Path, three: None) -> None:
    run(listed(tmp_path / "newer.csv", {"Cost": "12"}, {}, {}, columns=("Cost",)), at="2026-11-25")
    first, second, _third = exported(tmp_path / "out.csv")
    assert (first["kept:Cost"], second[f"kept:{STAGE}"]) == ("12", "''=Stage 3\nof 4")
    assert f"kept:{RISK}" not in first


def test_an_office_gets_no_column_of_another_portfolio(tmp_path: Path, three: None) -> None:
    other = {"agency": "GSA", "agency_name": "Services", "id": "GSA-1", "Secret plan": "Yes"}
    run(listed(tmp_path / "other.csv", other, columns=("Secret plan",)))
    ria = an_office_of(Portfolio.objects.get(key="DOI"), day=DAY)
    answer: Any = browser_of(ria).get("/admin/pilots/pilot/export/csv/")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["key"] for row in rows] == ["DOI-1", "DOI-2", "DOI-3"]
    assert f"kept:{CONTACT}" in rows[0]
    assert "kept:Secret plan" not in rows[0]
    (gsa,) = exported(tmp_path / "gsa.csv", "--portfolio", "GSA")
    assert [name for name in gsa if name.startswith("kept:")] == ["kept:Secret plan"]


def test_a_kept_column_of_a_name_that_is_none_is_not_known(tmp_path: Path) -> None:
    file = own(tmp_path / "own.csv", "key,name,portfolio,stage,kept:,kept:Cost\nP-1,Drafts,ops,,x,12\n")
    status, said = run(file, preset="")
    assert (status, said.count("The column kept: is not known")) == (0, 1), said
    assert kept() == {"P-1": {"kept:": "x", "Cost": "12"}}


def test_statements_do_not_grow_with_the_pilots(tmp_path: Path) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            exported(tmp_path / "out.csv")
        return len(asked)

    def many() -> Iterator[dict[str, str]]:
        for number in range(12):
            yield {CONTACT: f"Person {number}"}

    run(listed(tmp_path / "few.csv", {CONTACT: "Mia"}))
    counted()
    few = counted()
    run(listed(tmp_path / "many.csv", *many()), at=AT)
    assert Event.objects.filter(action="record").count() == 12
    assert counted() == few
