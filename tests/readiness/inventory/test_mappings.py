"""A list of another shape is read by a mapping, which its own header and words propose; nothing of a row is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from pilots.models import Pilot
from pilots.rules.vocabulary import State
from readiness.inventory.fields import Catalogue
from readiness.inventory.mapping import PRESETS, MappingProblem, from_toml, preset, to_toml
from readiness.inventory.mappings import catalogue_of
from readiness.inventory.profile import profile_of
from readiness.inventory.suggesting import propose
from readiness.inventory.tabular import Table
from readiness.models import ImportedRow, ImportSession, SavedMapping
from readiness.queries.snapshots import snapshot_of
from tests.readiness.inventory.lists import DAY, own, run

AGENCIES = settings.BASE_DIR / "../shared/data/agencies"
OFFICE = """Use case,Owner,Status,Go-live,DPIA done?,Cost centre
Sort complaints,Anna Berg,Live,2025-03-01,Yes,K-12
Draft letters,Tom Rau,In pilot,01.03.2025,No,
"""
pytestmark = pytest.mark.django_db


def suggested(path: Path, *options: str) -> tuple[Path, str]:
    out = path.with_suffix(".toml")
    status, said = run(path, "--suggest", str(out), *options, preset="")
    assert status == 0, said
    return out, said


def test_an_offices_own_columns_are_read_as_they_are_suggested(tmp_path: Path) -> None:
    out, said = suggested(own(tmp_path / "office.csv", OFFICE))
    assert "DPIA done? → gate:legal-sign-off:state (100 %)" in said
    assert not Pilot.objects.exists()
    status, said = run(tmp_path / "office.csv", "--mapping", str(out), preset="")
    assert status == 0, said
    sorting, drafting = Pilot.objects.order_by("-name")
    assert (sorting.name, sorting.stage, drafting.stage) == ("Sort complaints", "adopted", "running")
    snapshot = snapshot_of(drafting, at=DAY)
    assert snapshot is not None
    assert str(snapshot.status.started_on) == "2025-03-01"
    legal = {gate.kind.key: gate.status.state for gate in _snapshot(sorting).gates}["legal-sign-off"]
    assert legal == State.ASSERTED


def _snapshot(pilot: Pilot):  # type: ignore[no-untyped-def]
    found = snapshot_of(pilot, at=DAY)
    assert found is not None
    return found


def test_what_no_field_has_is_kept_with_the_import_cell_by_cell(tmp_path: Path) -> None:
    out, _said = suggested(own(tmp_path / "office.csv", OFFICE))
    run(tmp_path / "office.csv", "--mapping", str(out), preset="")
    row = ImportedRow.objects.get(pilot__name="Sort complaints")
    assert row.cells == [["Cost centre", "K-12"]]
    assert ImportSession.objects.get().counts["created"] == 2


def test_a_list_that_is_read_again_changes_nothing(tmp_path: Path) -> None:
    out, _said = suggested(own(tmp_path / "office.csv", OFFICE))
    run(tmp_path / "office.csv", "--mapping", str(out), preset="")
    assert "0 created, 0 updated, 2 unchanged" in run(tmp_path / "office.csv", "--mapping", str(out), preset="")[1]


@pytest.mark.parametrize("name", PRESETS)
def test_a_shipped_mapping_says_what_its_file_says(name: str) -> None:
    assert from_toml(to_toml(preset(name)), name=name) == preset(name)


def test_a_suggested_mapping_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    table = Table(own(tmp_path / "office.csv", OFFICE))
    proposed = propose(profile_of(table), catalogue_of("pilots"), portfolios={}).mapping
    assert from_toml(to_toml(proposed, ["a comment"])) == proposed


@pytest.mark.parametrize(
    ("toml", "place", "says"),
    [
        ("[columns", "", "This is not TOML"),
        ('[columns]\nkey = "id"', "columns.name", "No column is read as the name"),
        ('[columns]\nname = "n"', "constants.portfolio", "Say which column names the portfolio"),
        ('[columns]\nname = "n"\nportfolio = "p"\nmood = "m"', "columns.mood", "“mood” is not a field"),
        ('[columns]\nname = "n"\nportfolio = "p"\n[converters]\nn = "magic"', "converters.n", "no converter “magic”"),
        ('[columns]\nname = "n"\nportfolio = "p"\n[extra]\na = 1', "extra", "not known here"),
        ('header_row = "two"\n[columns]\nname = "n"\nportfolio = "p"', "header_row", "A row is a number"),
    ],
)
def test_what_cannot_be_of_a_mapping_is_said_with_its_place(toml: str, place: str, says: str) -> None:
    with pytest.raises(MappingProblem) as caught:
        from_toml(toml)
    assert (caught.value.place, says in caught.value.sentence) == (place, True)


def test_a_mapping_for_another_file_is_refused(tmp_path: Path) -> None:
    path = own(tmp_path / "list.csv", "a,b\n1,2\n")
    status, said = run(path, preset="omb-2025")
    assert status == 2
    assert "The file has no column “use_case_name”; this mapping is for another file." in said
    assert run(path, "--mapping", "nowhere", preset="")[0] == 2


def test_a_saved_mapping_is_used_by_its_name(tmp_path: Path) -> None:
    data = {"columns": {"name": "What"}, "constants": {"portfolio": "ops"}, "words": {"stage": {"on hold": "paused"}}}
    SavedMapping.objects.create(name="ours", data=data)
    assert run(own(tmp_path / "list.csv", "What\nSorting\n"), "--mapping", "ours", preset="")[0] == 0
    assert Pilot.objects.get().portfolio.key == "ops"


def test_a_word_that_nobody_knows_is_never_a_value(tmp_path: Path) -> None:
    path = own(tmp_path / "list.csv", "name,stage,legal\nA,unapproved,unapproved\nB,Pilott,yess\n")
    out, said = suggested(path)
    assert "not understood: stage “unapproved”, in 1 row" in said
    assert run(path, "--mapping", str(out), preset="")[0] == 0
    assert dict(Pilot.objects.values_list("name", "stage")) == {"A": "not_stated", "B": "running"}
    assert ImportedRow.objects.get(name="A").has_problem


def test_last_years_list_under_a_made_key_is_recognised_by_its_name(tmp_path: Path) -> None:
    by_name = own(tmp_path / "a.toml", '[columns]\nname = "name"\nportfolio = "of"\n')
    run(own(tmp_path / "1.csv", "name,of\nSorting,ops\nDrafting,ops\n"), "--mapping", str(by_name), preset="")
    with_keys = own(tmp_path / "b.toml", '[columns]\nkey = "id"\nname = "name"\nportfolio = "of"\n')
    rows = "id,name,of\nC-01,Sorting,ops\nC-02,Drafting,ops\nC-03,Drafting,ops\n"
    said = run(own(tmp_path / "2.csv", rows), "--mapping", str(with_keys), preset="")[1]
    assert "C-01 is recognised by its name" in said
    # Two rows are called so: neither is taken for the one on record.
    assert sorted(key[:4] for key in Pilot.objects.values_list("key", flat=True)) == ["C-02", "C-03", "ops-", "ops-"]


def test_a_key_that_is_nearly_another_is_asked_about(tmp_path: Path) -> None:
    head = "key,name,portfolio,stage\n"
    run(own(tmp_path / "1.csv", f"{head}CO-2,A,ops,planned\n"), preset="")
    said = run(own(tmp_path / "2.csv", f"{head}CO-02,B,ops,planned\nCO-3,C,ops,planned\n"), preset="")[1]
    assert "CO-02 is new beside CO-2, which is on record: are they the same?" in said
    assert ImportedRow.objects.filter(has_problem=True).count() == 1


ROWS_OF_AGENCIES = {
    "doe-2025.xlsx": 340,
    "doi-2025.csv": 247,
    "doj-2025.xlsx": 314,
    "dol-2025.csv": 28,
    "dot-2025.csv": 70,
    "hhs-2025.csv": 447,
    "omb-2024.csv": 2133,
    "treasury-2025.csv": 129,
    "va-2025.xlsx": 367,
}


@pytest.mark.skipif(not AGENCIES.exists(), reason="../shared/data is absent: the real inventory of each agency")
@pytest.mark.parametrize(("name", "rows"), ROWS_OF_AGENCIES.items())
def test_real_inventories_are_mapped_by_suggestion(name: str, rows: int) -> None:
    table = Table(AGENCIES / name)
    proposal = propose(profile_of(table), catalogue_of("pilots"), portfolios={})
    assert proposal.rows == rows
    assert {"name", "stage", "purpose"} <= proposal.mapping.columns.keys()
    assert proposal.mapping.constants.get("portfolio") or "portfolio" in proposal.mapping.columns
    unknown = [word for word in proposal.words["stage"] if word.meaning is None]
    assert sum(word.times for word in unknown) <= 0.01 * rows


HIGH = """
[columns]
name = "Name"
stage = "Status"
high_impact = "Risk"
presumed_high_impact = "Presumed"
high_impact_reason = "Justification"
high_impact_determined_by = "By"
high_impact_determined_on = "On"
retired_because = "Reason retired"

[constants]
portfolio = "ops"

[words.high_impact]
"Presumed high impact, but determined not high impact" = "no"

[words.retired_because]
"Too dear" = "cost"
"""


def test_high_impact_and_the_cause_of_an_end_are_read_by_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "high.toml").write_text(HIGH, encoding="utf-8")
    (tmp_path / "list.csv").write_text(
        "Name,Status,Risk,Presumed,Justification,By,On,Reason retired\n"
        "Triage,running,no,yes,A person decides.,Board,2026-03-02,\n"
        'Drafts,retired,"Presumed high impact, but determined not high impact",,,,,Too dear\n'
        "Rota,running,no,perhaps,,,soon,Too dear\n",
        encoding="utf-8",
    )
    status, said = run(tmp_path / "list.csv", "--mapping", str(tmp_path / "high.toml"), preset="")
    assert status == 0, said
    triage, drafts, rota = (Pilot.objects.get(name=name) for name in ("Triage", "Drafts", "Rota"))
    assert (triage.high_impact, triage.presumed_high_impact) == (False, True)
    assert (triage.high_impact_reason, triage.high_impact_determined_by) == ("A person decides.", "Board")
    assert triage.high_impact_determined_on == date(2026, 3, 2)
    assert (drafts.high_impact, drafts.presumed_high_impact) == (False, True)
    assert drafts.periods.get(last_day=None, superseded_on=None).retired_because == "cost"
    assert (rota.presumed_high_impact, rota.high_impact_determined_on) == (None, None)
    assert "row 4, column Presumed: “perhaps” is neither yes nor no" in said
    assert "row 4, column On: “soon” is not a date that can be read" in said
    again = run(tmp_path / "list.csv", "--mapping", str(tmp_path / "high.toml"), preset="", at="2026-11-24")[1]
    assert "3 unchanged" in again


def test_they_are_suggested_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "Use case,Portfolio,High-impact?,Justification,Presumed high-impact,High impact determined on,Reason retired\n"
        "Triage,ops,Yes,Decides on benefits.,Yes,2026-03-02,cost\n",
        encoding="utf-8",
    )
    found = propose(profile_of(Table(tmp_path / "list.csv")), Catalogue(), portfolios={}).mapping.columns
    assert found["high_impact_reason"] == ("Justification",)
    assert found["presumed_high_impact"] == ("Presumed high-impact",)
    assert found["high_impact_determined_on"] == ("High impact determined on",)
    assert found["retired_because"] == ("Reason retired",)
