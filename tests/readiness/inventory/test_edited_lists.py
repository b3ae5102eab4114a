"""The product's own form, edited in between: what falls by it is reported and counted, what is not taken is reported once."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilots import actions
from pilots.models import GateKind, Person, Pilot
from readiness.demo.sample import playing
from readiness.queries import pilots as pilot_queries
from tests.readiness.inventory.lists import AT, DAY, NOTHING_CHANGED, everything, export, inventory, own, run

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

HEAD = "key,name,portfolio,stage"
"""The columns that every list of the own form has."""


def edit(tmp_path: Path, edits: Mapping[str, Mapping[str, str]], at: str = AT) -> str:
    """The program's export with other cells in some rows, imported; and once more, which changes nothing more."""
    assert export(str(tmp_path / "out.csv"))[0] == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    with (tmp_path / "edited.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row | edits.get(row["key"], {}) for row in rows)
    status, said = run(tmp_path / "edited.csv", preset="", at=at)
    assert status == 0, said
    before = everything()
    assert NOTHING_CHANGED in run(tmp_path / "edited.csv", preset="", at=at)[1]
    assert everything() == before
    return said


@pytest.fixture
def mia() -> Person:
    return actions.open_account(email="mia@example.org", name="Mia", by=None, on=DAY, known=DAY)


def counted(said: str) -> tuple[int, int]:
    claimed, adopted = re.findall(r"(\d+|none) (claimed|adopted)", said)
    return int(claimed[0]), 0 if adopted[0] == "none" else int(adopted[0])


# --- what falls


def test_whose_answers_fall_by_an_edit_is_told_and_what_stands_is_counted_after_it(tmp_path: Path) -> None:
    playing.play(DAY)
    shown = list(pilot_queries.pilots().standing(DAY).filter(standing="adopted").values_list("key", flat=True)[:2])
    assert len(shown) == 2
    said = edit(tmp_path, {shown[0]: {"data": "All letters."}, shown[1]: {"acceptable_use": "Everything."}})
    stands = list(pilot_queries.pilots().standing(DAY).values_list("standing", flat=True))
    assert counted(said) == (stands.count("claimed"), stands.count("adopted"))
    for key in shown:
        assert re.search(rf"{key}: [^\n]*: the yes of [^\n]* no longer holds", said)
        assert f"{key}: It was adopted, and is claimed then." in said
    assert "2 updated" in said


def test_a_pilot_that_no_person_touched_costs_no_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(own(tmp_path / "1.csv", f"{HEAD},data\np,P,ops,running,Letters\n"), preset="")
    monkeypatch.setattr("readiness.inventory.falling.weigh", None)
    assert "1 updated" in run(own(tmp_path / "2.csv", f"{HEAD},data\np,P,ops,running,Bills\n"), preset="")[1]


# --- the export says what is on record


def test_the_export_after_an_edited_import_tells_no_differences(tmp_path: Path) -> None:
    playing.play(DAY)
    texts = {"data": "All letters.", "purpose": "Letters wait.", "acceptable_use": "Everything.", "tool": "Another."}
    keys = list(Pilot.objects.exclude(stage="retired").values_list("key", flat=True))
    edits = {key: {**texts, "retired_on": AT, "stage": "retired"} for key in keys}
    edit(tmp_path, edits)
    assert export(str(tmp_path / "again.csv"))[0] == 0
    said = run(tmp_path / "again.csv", preset="")[1]
    assert "0 created, 0 updated" in said
    for heading in ("Kept", "Not taken", "Changed", "What followed"):
        assert heading not in said, said
    assert NOTHING_CHANGED in said


# --- empty cells


def test_an_empty_cell_for_a_gate_states_nothing_and_is_told_once(tmp_path: Path) -> None:
    column = "gate:legal-sign-off:state"
    run(own(tmp_path / "1.csv", f"{HEAD},{column}\np,P,ops,planned,yes\n"), preset="")
    path = own(tmp_path / "2.csv", f"{HEAD},{column}\np,P,ops,planned,\n")
    said = run(path, preset="", at="2026-11-24")[1]
    assert f"column {column}: p: The cell is empty now, which states nothing; what is on record stays." in said
    assert "0 updated" in said
    gate = Pilot.objects.get().gates.get(kind__key="legal-sign-off")
    assert gate.decisions.get().outcome == "asserted"
    before = everything()
    assert NOTHING_CHANGED in run(path, preset="", at="2026-11-24")[1]
    assert everything() == before
    no = own(tmp_path / "3.csv", f"{HEAD},{column}\np,P,ops,planned,no\n")
    assert "the list no longer says yes" in run(no, preset="", at="2026-11-25")[1]


def test_an_emptied_cell_is_told_once_wherever_the_record_came_from(tmp_path: Path) -> None:
    """Seven pilots, each with another cell that is emptied."""
    playing.play(DAY)
    export(str(tmp_path / "before.csv"))
    with (tmp_path / "before.csv").open(newline="", encoding="utf-8") as stream:
        rows = {row["key"]: row for row in csv.DictReader(stream)}
    emptied: dict[str, str] = {}
    for column in ("learned", "stage", "workflow", "manager", "high_impact", "started_on", "success"):
        emptied[next(key for key, row in rows.items() if row[column] and key not in emptied)] = column
    said = edit(tmp_path, {key: {column: ""} for key, column in emptied.items()})
    for key, column in emptied.items():
        assert said.count(f"column {column}: {key}: The cell is empty now") == 1
    assert "0 created, 0 updated" in said


# --- cells that are not taken


def test_a_pause_of_a_list_is_counted_as_it_is_on_record(tmp_path: Path) -> None:
    path = own(tmp_path / "1.csv", f"{HEAD}\np,P,ops,paused\n")
    for _ in range(2):
        said = run(path, preset="")[1]
        assert "1 running" in said
        assert "paused" not in said.split("In this list: ")[1].splitlines()[0]


def test_a_list_neither_ends_a_pause_nor_begins_one(tmp_path: Path) -> None:
    playing.play(DAY)
    pilots = pilot_queries.pilots().standing(DAY)
    paused = pilots.filter(standing="paused").values_list("key", flat=True)[0]
    moving = pilots.filter(standing="moving").values_list("key", flat=True)[0]
    said = edit(tmp_path, {paused: {"stage": "running"}, moving: {"stage": "paused"}})
    assert f"column stage: {paused}: It is paused, and a person resumes it." in said
    assert f"column stage: {moving}: A pause needs somebody who answers for it." in said


def test_what_was_learned_is_told_also_where_the_list_says_another_stage(tmp_path: Path) -> None:
    playing.play(DAY)
    key = Pilot.objects.filter(stage="retired").values_list("key", flat=True)[0]
    said = edit(tmp_path, {key: {"stage": "running", "learned": "Nothing at all."}})
    assert f"column learned: {key}: It says “Nothing at all.”" in said
    said = run(own(tmp_path / "new.csv", f"{HEAD},learned\nn,N,ops,running,A lot\n"), preset="")[1]
    assert "column learned: n: What was learned is said by whoever retires a pilot." in said


def test_another_name_of_an_agency_is_told_once(tmp_path: Path) -> None:
    run(inventory(tmp_path / "1.csv", {}, {}))
    path = inventory(tmp_path / "2.csv", {}, {"agency_name": "Department of the Interior"})
    said = run(path, at="2026-11-24")[1]
    assert "row 3, column agency_name: DOI-2: It says “Department of the Interior”; on record is “Interior”." in said
    assert "row 2, column agency_name" not in said
    assert NOTHING_CHANGED in run(path, at="2026-11-24")[1]


def test_an_agency_of_two_names_is_told_where_it_is_new(tmp_path: Path) -> None:
    said = run(inventory(tmp_path / "1.csv", {}, {"agency_name": "Department of the Interior"}))[1]
    assert "row 3, column agency_name: DOI-2: A portfolio keeps its name" in said
    assert "row 2, column agency_name" not in said


def test_a_column_of_which_nothing_is_ever_taken_is_named_once(tmp_path: Path) -> None:
    head = f"{HEAD},recorded_on,gate:legal-sign-off:holder,gate:legal-sign-off:since,gate:funding-owner:state"
    rows = "".join(f"p{n},P,ops,planned,2026-01-0{n},mia@example.org,2026-02-03,cleared\n" for n in range(1, 8))
    said = run(own(tmp_path / "1.csv", f"{head}\n{rows}"), preset="")[1]
    names = "gate:funding-owner:state, gate:legal-sign-off:holder, gate:legal-sign-off:since, recorded_on"
    assert said.count("recorded_on") == 1
    assert f"Never taken from a list, because it follows from what is done here, by whom, and when: {names}." in said
    assert "Not taken from the list" not in said


# --- sentences that are so

UNREAD = [
    ("stage", "On ice", "is not a stage that is known"),
    ("high_impact", "mittel", "is neither yes nor no"),
    ("started_on", "soon", "is not a date"),
    ("started_on", "2027-03-01", "is in the future"),
    ("decide_by", "2025-01-01", "before it started"),
    ("manager", "nobody@example.org", "Nobody has an account"),
    ("gate:error-owner:holder", "nobody@example.org", "Nobody has an account"),
    ("gate:legal-sign-off:state", "perhaps", "is no state of a gate"),
    ("gate:legal-sign-off:state", "yes - expired", "is no state of a gate"),
]


@pytest.mark.parametrize(("column", "text", "says"), UNREAD)
def test_a_pilot_on_record_keeps_what_it_has_and_that_is_said(
    tmp_path: Path, mia: Person, column: str, text: str, says: str
) -> None:
    cells = {
        **dict(zip(HEAD.split(","), ("p", "P", "ops", "running"), strict=True)),
        **{"started_on": "2026-11-02", "decide_by": "2026-12-14", "high_impact": "yes"},
        **{"manager": mia.email, "gate:error-owner:holder": mia.email},
        "gate:legal-sign-off:state": "yes",
    }
    _write(tmp_path / "1.csv", cells)
    run(tmp_path / "1.csv", preset="")
    before = everything()
    _write(tmp_path / "2.csv", cells | {column: text})
    said = run(tmp_path / "2.csv", preset="")[1]
    (line,) = [line for line in said.splitlines() if says in line]
    assert f"row 2, column {column}: " in line
    assert line.endswith("; what is on record stays.")
    assert "Nothing is new" not in said
    assert "Nothing on record is new, and nothing changed. Not taken, and listed below: 1 cell." in said
    assert {**everything(), "Event": 0} == {**before, "Event": 0}
    _write(tmp_path / "3.csv", cells | {column: text, "key": "new"})
    said = run(tmp_path / "3.csv", preset="")[1]
    assert "what is on record stays" not in said
    (line,) = [line for line in said.splitlines() if says in line]
    assert re.search(r"; (left empty|kept as not stated|nothing is asserted)\.$", line)


def _write(path: Path, cells: Mapping[str, str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, cells)
        writer.writeheader()
        writer.writerow(cells)


def test_a_row_that_is_rejected_keeps_nothing_changed_from_being_the_whole_truth(tmp_path: Path) -> None:
    path = own(tmp_path / "1.csv", f"{HEAD}\np,P,ops,planned\nq,,ops,planned\n")
    run(path, preset="")
    said = run(path, preset="")[1]
    assert NOTHING_CHANGED not in said
    assert "nothing changed. Not taken, and listed below: 1 row." in said


def test_a_yes_in_another_word_is_the_same_yes(tmp_path: Path) -> None:
    column = "gate:legal-sign-off:state"
    run(own(tmp_path / "1.csv", f"{HEAD},{column}\np,P,ops,planned,yes\n"), preset="")
    said = run(own(tmp_path / "2.csv", f"{HEAD},{column}\np,P,ops,planned,cleared\n"), preset="", at="2026-11-24")[1]
    assert ("1 unchanged" in said, "Changed" in said) == (True, False)
    assert Pilot.objects.get().gates.get(kind__key="legal-sign-off").decisions.count() == 1


def test_another_source_of_a_yes_is_told_with_the_one_before(tmp_path: Path) -> None:
    run(inventory(tmp_path / "1.csv", {"pia_url": "https://a.example/1"}))
    said = run(inventory(tmp_path / "2.csv", {"pia_url": "https://a.example/2"}), at="2026-11-24")[1]
    assert "asserted: pia_url says “https://a.example/1”. → asserted: pia_url says “https://a.example/2”." in said


def test_what_no_person_decided_is_not_said_to_be_decided_by_people(tmp_path: Path) -> None:
    run(inventory(tmp_path / "1.csv", {}))
    said = run(inventory(tmp_path / "2.csv", {"development_stage": "Pre-deployment"}), at="2026-11-24")[1]
    assert "Kept as people decided" not in said
    assert "column stage: DOI-1: the list goes back to an earlier stage" in said


# --- days that cannot all be so


@pytest.mark.parametrize(
    ("days", "taken"),
    [
        (("2025-03-01", "2025-02-01", "2025-01-01"), (None, None)),
        (("2025-02-01", "2025-03-01", "2025-01-01"), (None, None)),
        (("2025-02-01", "2025-01-01", "2025-03-01"), (None, date(2025, 3, 1))),
    ],
)
def test_each_day_is_held_against_both_others(tmp_path: Path, days: Any, taken: Any) -> None:
    head = f"{HEAD},started_on,adopted_on,retired_on"
    said = run(own(tmp_path / "1.csv", f"{head}\np,P,ops,retired,{','.join(days)}\n"), preset="")[1]
    pilot = Pilot.objects.get()
    found = pilot_queries.pilots().standing(DAY).get(pk=pilot.pk)
    assert pilot.stage == "retired"
    assert found is not None
    assert ("column retired_on" in said) == (taken[1] is None)
    for column in ("started_on", "adopted_on"):
        assert f"row 2, column {column}" in said


def test_a_person_who_answered_keeps_the_answer_where_the_list_says_yes_in_another_word(
    tmp_path: Path, mia: Person
) -> None:
    column = "gate:it-data-access:state"
    run(own(tmp_path / "1.csv", f"{HEAD},{column}\np,P,ops,planned,yes\n"), preset="")
    kind = GateKind.objects.get(key="it-data-access")
    actions.assign_right(kind=kind, holder=mia, by=None, starts=DAY, on=DAY, known=DAY)
    gate = Pilot.objects.get().gates.select_related("kind", "pilot").get(kind=kind)
    actions.decide(gate=gate, by=mia, outcome="refused", reason="No.", on=DAY, known=DAY)
    run(own(tmp_path / "2.csv", f"{HEAD},{column}\np,P,ops,planned,approved\n"), preset="", at="2026-11-24")
    assert list(gate.decisions.values_list("outcome", flat=True)) == ["asserted", "refused"]
