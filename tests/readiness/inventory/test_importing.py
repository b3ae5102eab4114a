"""An inventory goes in through the command: what is counted, what is kept, and what is said."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, reset_queries

from pilots import actions
from pilots.models import Decision, Gate, GatePeriod, Pilot
from pilots.rules.gates import YES
from readiness.inventory import importing
from readiness.inventory.tabular import BECAUSE
from readiness.queries import pilots, snapshots
from tests.company import a_portfolio, an_office_of
from tests.readiness.inventory.lists import DAY, LATER, everything, inventory, own, run

REAL = settings.BASE_DIR / "../shared/data/federal_ai_use_cases_2025.csv"

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is absent: the real inventory")
def test_the_real_inventory_goes_in_and_a_second_time_changes_nothing() -> None:
    status, said = run(REAL)
    assert status == 1
    assert "3,611 rows read, 1 rejected, 2 merged" in said
    assert "3,608 created, 0 updated, 0 unchanged" in said
    assert "1,478 planned, 440 running, 1,039 claimed, none adopted, 313 retired, 338 not stated" in said
    assert "188 Legal, 786 Data access, 94 Quality" in said
    assert "row 839, column use_case_name" in said
    assert "row 1168: This row says the same as row 1161" in said
    stages = Counter(Pilot.objects.values_list("stage", flat=True))
    assert stages == {"planned": 1478, "running": 440, "adopted": 1039, "retired": 313, "not_stated": 338}
    asserted = Counter(Decision.objects.filter(outcome="asserted").values_list("gate__kind__key", flat=True))
    assert asserted == {"it-data-access": 786, "legal-sign-off": 188, "quality-threshold": 94}
    assert Decision.objects.count() == 786 + 188 + 94
    assert not GatePeriod.objects.filter(state__in=YES).exists()
    standings = Counter(pilots.pilots().standing(DAY).values_list("standing", flat=True))
    assert (standings["claimed"], standings["adopted"]) == (1039, 0)
    before = everything()
    status, said = run(REAL)
    assert "0 created, 0 updated, 3,608 unchanged" in said
    # One row and some cells are not taken, so it cannot say that the list brings nothing new.
    assert "Nothing on record is new, and nothing changed. Not taken, and listed below: 1 row and " in said
    assert "Changed:" not in said
    assert "Not taken from the list" not in said
    assert "none adopted" in said
    assert everything() == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: it plans by what it has counted")
def test_a_database_knows_after_a_long_list_how_many_pilots_there_are(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", *({"id": f"DOI-{n:04}"} for n in range(importing.MANY))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname IN ('pilots_pilot', 'pilots_gateperiod')")
        assert dict(cursor.fetchall()) == {"pilots_pilot": importing.MANY, "pilots_gateperiod": 6 * importing.MANY}


def test_a_pilot_of_june_2025_stalled_on_the_tenth_of_september(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {"operational_date": "Jun-25"}))
    snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=DAY)
    assert snapshot is not None
    assert snapshot.status.stalls_on == date(2025, 9, 10)
    assert snapshot.status.standing == "museum_exhibit"


def test_without_a_start_the_clock_counts_from_the_day_of_the_record(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {}))
    snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=DAY)
    assert snapshot is not None
    assert snapshot.status.stalls_on == date(2027, 2, 3)
    assert snapshot.status.standing == "moving"


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = inventory(tmp_path / "i.csv", {}, {"development_stage": "Deployed", "have_ato": "Yes"})
    status, said = run(path, "--dry-run")
    assert status == 0
    assert sum(everything().values()) == 0
    assert said.endswith("This was a dry run: nothing was written.\n")
    assert run(path)[1] == said.replace("This was a dry run: nothing was written.\n", "")


def test_the_record_cannot_be_of_a_day_that_has_not_come(tmp_path: Path) -> None:
    status, said = run(inventory(tmp_path / "i.csv", {}), at="2999-01-01")
    assert (status, sum(everything().values())) == (2, 0)
    assert "has not come" in said


# --- a newer list


def test_a_newer_list_updates_what_changed(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {"problem_solved": "Old"}, {}))
    path = inventory(
        tmp_path / "newer.csv",
        {"problem_solved": "New", "agency_bureau": "Parks", "development_stage": "Deployed", "have_ato": "Yes"},
        {},
    )
    status, said = run(path, at="2026-11-24")
    assert (status, "0 created, 1 updated, 1 unchanged" in said) == (0, True)
    assert "1 running, 1 claimed" in said
    assert "1 Data access" in said
    pilot = Pilot.objects.get(key="DOI-1")
    assert (pilot.purpose, str(pilot.function), pilot.stage) == ("New", "Parks", "adopted")
    assert run(path, at="2026-11-24")[1].count("0 created, 0 updated, 2 unchanged") == 1


def test_a_field_that_a_person_amended_is_kept_and_said_to_be(tmp_path: Path, office: Any) -> None:
    run(inventory(tmp_path / "i.csv", {"problem_solved": "Old"}))
    pilot = Pilot.objects.get()
    actions.amend(pilot=pilot, by=office, set={"purpose": "What a person wrote"}, on=DAY, known=DAY)
    same = run(tmp_path / "i.csv")[1]
    assert "1 unchanged" in same
    assert "Kept" not in same
    _, said = run(inventory(tmp_path / "newer.csv", {"problem_solved": "New"}), at="2026-11-24")
    assert "0 updated, 1 unchanged" in said
    assert "Kept as people decided: 1" in said
    assert "row 2, column purpose" in said
    assert Pilot.objects.get().purpose == "What a person wrote"


def test_a_stage_that_a_person_declared_is_never_undone(tmp_path: Path, office: Any) -> None:
    run(inventory(tmp_path / "i.csv", {}))
    actions.retire(pilot=Pilot.objects.get(), by=office, learned="It did not help.", on=DAY, known=DAY)
    _, said = run(inventory(tmp_path / "newer.csv", {"development_stage": "Deployed"}), at="2026-11-24")
    assert "Kept as people decided: 1" in said
    assert Pilot.objects.get().stage == "retired"


def test_a_list_does_not_lead_back_to_an_earlier_stage(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {}))
    _, said = run(inventory(tmp_path / "newer.csv", {"development_stage": "Pre-deployment"}), at="2026-11-24")
    assert "goes back to an earlier stage" in said
    assert Pilot.objects.get().stage == "running"


def test_a_list_may_assert_anew_and_replaces_no_answer_of_a_person(tmp_path: Path, office: Any) -> None:
    run(inventory(tmp_path / "i.csv", {"pia_url": "https://example.gov/1"}))
    gate = Gate.objects.get(kind__key="legal-sign-off")
    actions.assign_right(kind=gate.kind, holder=office, by=None, starts=DAY, on=DAY, known=DAY)
    actions.decide(gate=gate, by=office, outcome="refused", reason="Not like this.", on=DAY, known=DAY)
    newer = inventory(tmp_path / "newer.csv", {"pia_url": "https://example.gov/2"})
    assert "1 Legal" in run(newer, at="2026-11-24")[1]
    assert list(gate.decisions.values_list("outcome", flat=True)) == ["asserted", "refused", "asserted"]
    snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=LATER)
    assert snapshot is not None
    assert snapshot.gate("legal-sign-off").status.state == "refused"


def test_what_is_no_longer_in_the_list_is_named_and_stays(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {}, {}))
    _, said = run(inventory(tmp_path / "newer.csv", {}), at="2026-11-24")
    assert "No longer in the list (nothing is deleted): 1 pilot\n  DOI-2\n" in said
    assert Pilot.objects.count() == 2


def test_a_list_that_is_older_than_the_record_is_not_told_into_it(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {}))
    status, said = run(inventory(tmp_path / "older.csv", {"problem_solved": "Old"}), at="2026-11-22")
    assert status == 2
    assert "--at 2026-11-23 or later" in said
    assert Pilot.objects.get().purpose == ""


# --- bad input, each with file, line and column


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 and more", "neither CSV nor a workbook"),
        (b"key,name\n", "The columns portfolio, stage are missing"),
        (b"PK\x03\x04 no workbook", "neither CSV nor a workbook"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    status, said = run(tmp_path / "bad.csv", preset="")
    assert (status, sum(everything().values())) == (2, 0)
    assert says in said
    assert said.startswith("bad.csv")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, said = run(tmp_path / "gone.csv", preset="")
    assert status == 2
    assert said.startswith("gone.csv: The file cannot be opened")


HEADER = "key,name,portfolio,stage,started_on,purpose,gate:moon:state,rejected_because\n"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("a-0,Again,ops,planned,,", "row 3, column key: The key a-0 is already that of row 2."),
        ("b,,ops,planned,,", "row 3, column name: This row has no name."),
        (f"b,B,ops,planned,,{'x' * 1_000_000}", "row 3, column purpose: This cell has 1,000,000 characters"),
        (f"b,{'B' * 301},ops,planned,,", "row 3, column name"),
        (f"{'b' * 81},B,ops,planned,,", "row 3, column key"),
        ("b,B,not a key,planned,,", "row 3, column portfolio"),
        ("b,B\0B,ops,planned,,", "row 3, column name: A text cannot hold a null character."),
        ("b,B,ops,planned,,ÄÖ\udcff", "row 3, column purpose: Byte"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_the_rest_is_read(tmp_path: Path, row: str, place: str) -> None:
    path = tmp_path / "own.csv"
    content = f"{HEADER}a-0,A,ops,planned,,\n{row}\nc-0,C,ops,running,2026-01-05,\n"
    path.write_bytes(content.encode(errors="surrogateescape"))
    status, said = run(path, preset="")
    assert status == 1
    assert f"own.csv, {place}" in said
    assert "2 created" in said
    assert list(Pilot.objects.values_list("key", flat=True)) == ["a-0", "c-0"]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("b,B,ops,planned,2026-02-30,", "row 3, column started_on: “2026-02-30” is not a date"),
        ("b,B,ops,on hold,,", "row 3, column stage: “on hold” is not a stage that is known; kept as not stated."),
        ("b,B,ops,planned,,=SUM(A1)", "row 3, column purpose: This cell looks like a formula"),
        ("b,B,ops,planned,,", "row 1, column gate:moon:state: There is no gate “moon”"),
    ],
)
def test_a_strange_cell_is_reported_and_its_row_is_read(tmp_path: Path, row: str, place: str) -> None:
    path = own(tmp_path / "own.csv", f"{HEADER}a,A,ops,planned,,\n{row}\n")
    status, said = run(path, preset="")
    assert (status, f"own.csv, {place}" in said, "2 created" in said) == (0, True, True), said


def test_rejected_rows_can_be_corrected_and_imported_again(tmp_path: Path) -> None:
    path = own(tmp_path / "own.csv", f"{HEADER}a,A,ops,planned,,\nb,,ops,running,2026-01-05,'=1+1\n")
    rejects = tmp_path / "rejects.csv"
    assert run(path, "--rejects", str(rejects), preset="")[0] == 1
    text = rejects.read_text(encoding="utf-8")
    assert text.splitlines()[0].endswith(BECAUSE)
    assert "row 3, name: This row has no name." in text
    rejects.write_text(text.replace("b,,ops", "b,Corrected,ops"), encoding="utf-8")
    status, said = run(rejects, preset="")
    assert (status, "1 created" in said, "unknown_column" in said) == (0, True, False)
    pilot = Pilot.objects.get(key="b")
    assert (pilot.name, pilot.purpose, pilot.stage) == ("Corrected", "=1+1", "running")


def test_rejected_rows_are_not_written_over_the_list(tmp_path: Path) -> None:
    path = own(tmp_path / "own.csv", f"{HEADER}a,,ops,planned,,\n")
    status, said = run(path, "--rejects", str(path), preset="")
    assert (status, "name another file" in said) == (2, True)
    assert path.read_text(encoding="utf-8").startswith(HEADER)


def test_a_key_of_another_portfolio_is_rejected(tmp_path: Path) -> None:
    run(own(tmp_path / "own.csv", "key,name,portfolio,stage\na,A,ops,planned\n"), preset="")
    status, said = run(own(tmp_path / "two.csv", "key,name,portfolio,stage\na,A,law,planned\n"), preset="")
    assert (status, "row 2, column key" in said) == (2, True)


def test_a_file_in_which_no_row_can_be_taken_does_nothing(tmp_path: Path) -> None:
    status, said = run(own(tmp_path / "own.csv", "key,name,portfolio,stage\na,,ops,planned\n"), preset="")
    assert (status, sum(everything().values())) == (2, 0)
    assert "Nothing was done" in said


def test_a_person_without_an_account_leaves_the_field_empty(tmp_path: Path) -> None:
    content = "key,name,portfolio,stage,manager\na,A,ops,planned,nobody@example.org\n"
    status, said = run(own(tmp_path / "own.csv", content), preset="")
    assert (status, "row 2, column manager" in said) == (0, True)
    assert Pilot.objects.get().manager is None


@pytest.fixture
def office() -> Any:
    """Somebody of the program office of the portfolio that the lists name."""
    return an_office_of(a_portfolio("DOI", day=DAY, name="Interior"), day=DAY)


def test_a_pilot_whose_row_was_rejected_is_still_in_the_list(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {}, {}))
    newer = inventory(tmp_path / "newer.csv", {"use_case_name": "N" * 301}, {})
    status, said = run(newer, at="2026-11-24")
    assert (status, "row 2, column name" in said) == (1, True)
    assert "No longer" not in said


def test_memory_does_not_fill_with_statements_where_debug_is_on(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(importing, "BATCH", 5)
    logged = []
    for name, count in (("short", 10), ("long", 60)):
        reset_queries()
        rows = [{"id": f"{name}-{n}"} for n in range(count)]
        assert run(inventory(tmp_path / f"{name}.csv", *rows))[0] == 0
        logged.append(len(connection.queries))
    assert 0 < logged[1] <= logged[0] + 2
