"""What goes out comes in again: into the same installation without a change, into an empty one as what a list says."""

from __future__ import annotations

import csv
import os
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from pilots import actions
from pilots.models import Decision, Gate, Person, Pilot, Portfolio
from readiness.demo.sample import playing
from readiness.queries import snapshots
from tests.company import a_portfolio, an_account, an_office_of
from tests.readiness.inventory.lists import everything, export, run

DAY, AT = date(2026, 11, 23), "2026-11-23"
HARD = [
    "=HYPERLINK(1)",
    "'=already quoted",
    "-1 and +1, @home",
    'He said "no", twice',
    "one\ntwo\r\nthree, four;\tfive",
    "Ä “quoted” — 日本語 🏛",
]

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def _office() -> tuple[Portfolio, Person, Person]:
    portfolio = a_portfolio("ops", day=DAY, name="Operations")
    return portfolio, an_office_of(portfolio, day=DAY), an_account("mia", day=DAY)


def _pilots(texts: list[str]) -> None:
    """Six pilots in hard words, at every stage, with answers, an acceptance, and rules."""
    portfolio, ria, mia = _office()
    when: dict[str, Any] = {"by": ria, "on": DAY, "known": DAY}
    function = actions.name_function(name="=Function, “1”", by=ria, on=DAY, known=DAY)
    for number, text in enumerate(texts):
        pilot = actions.record(
            portfolio=portfolio,
            key=f"P-{number}",
            name=(text + " n" * 200)[:236],
            purpose=text,
            workflow=text,
            question=text,
            tool=text,
            data=text,
            function=function,
            manager=mia,
            high_impact=number % 2 == 0,
            **when,
        )
        if number:
            actions.start(pilot=pilot, **when)
            actions.set_rules(pilot=pilot, acceptable_use=text, exceptions_to=mia, matters_more="speed", **when)
        gates = {gate.kind.key: gate for gate in pilot.gates.select_related("kind", "pilot")}
        _answer(gates, number, ria, mia)
    done: dict[str, Any] = {"on": DAY, "known": DAY}
    actions.pause(pilot=Pilot.objects.get(key="P-2"), reason="A break.", until=date(2026, 12, 24), **when)
    actions.record_claim(pilot=Pilot.objects.get(key="P-3"), **done)
    actions.retire(pilot=Pilot.objects.get(key="P-4"), learned=texts[4], **when)


def _answer(gates: dict[str, Gate], number: int, ria: Person, mia: Person) -> None:
    done: dict[str, Any] = {"on": DAY, "known": DAY}
    if number == 1:
        legal = gates["legal-sign-off"]
        actions.assign_right(kind=legal.kind, holder=mia, by=None, starts=DAY, **done)
        actions.decide(gate=legal, by=mia, outcome="cleared", reason="Standard terms.", **done)
        actions.assert_(gate=gates["it-data-access"], source="A list.", **done)
        actions.nominate(gate=gates["error-owner"], by=ria, person=mia, **done)
        actions.accept(gate=gates["error-owner"], by=mia, **done)


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_into_the_same_installation_nothing_changes(tmp_path: Path, name: str) -> None:
    # No workbook holds a carriage return.
    _pilots([text.replace("\r", "") for text in HARD] if name.endswith("xlsx") else HARD)
    status, said = export(str(tmp_path / name), "--portfolio", "ops")
    assert (status, f"6 pilots written to {name}" in said) == (0, True)
    before = everything()
    status, said = run(tmp_path / name, preset="", at="2026-11-24")
    assert (status, "0 created, 0 updated, 6 unchanged" in said) == (0, True), said
    assert "Kept" not in said
    assert "Formulas" not in said
    assert everything() == before


def test_the_sample_goes_out_and_in_without_a_change(tmp_path: Path) -> None:
    playing.play(DAY)
    assert export(str(tmp_path / "sample.csv"))[0] == 0
    before = everything()
    status, said = run(tmp_path / "sample.csv", preset="")
    assert (status, "0 created, 0 updated" in said, "Kept" in said) == (0, True, False), said
    assert everything() == before


def _into_an_empty_one(tmp_path: Path) -> str:
    with transaction.atomic():
        _pilots(HARD)
        export(str(tmp_path / "out.csv"))
        transaction.set_rollback(True)
    assert not Pilot.objects.exists()
    status, said = run(tmp_path / "out.csv", preset="")
    assert status == 0
    return said


def test_into_an_empty_installation_every_text_arrives(tmp_path: Path) -> None:
    _into_an_empty_one(tmp_path)
    for number, text in enumerate(HARD):
        pilot = Pilot.objects.get(key=f"P-{number}")
        assert (pilot.name, len(pilot.name)) == ((text + " n" * 200)[:236], 236)
        texts = (pilot.purpose, pilot.workflow, pilot.question, pilot.tool, pilot.data)
        assert texts == (text,) * 5
        assert str(pilot.function) == "=Function, “1”"
        assert pilot.acceptable_use == (text if number else "")
        assert pilot.matters_more == ("speed" if number else "")
        assert pilot.high_impact == (number % 2 == 0)
    stages = list(Pilot.objects.order_by("key").values_list("stage", flat=True))
    assert stages == ["planned", "running", "running", "adopted", "retired", "running"]
    assert Pilot.objects.get(key="P-4").learned == HARD[4]


def test_into_an_empty_installation_answers_arrive_asserted_and_acceptances_open(tmp_path: Path) -> None:
    _into_an_empty_one(tmp_path)
    said = {d.gate.kind.key: d for d in Decision.objects.select_related("gate__kind")}
    assert set(said) == {"legal-sign-off", "it-data-access"}
    legal = said["legal-sign-off"]
    assert (legal.outcome, legal.decider, legal.gate.pilot.key) == ("asserted", None, "P-1")
    assert (
        legal.reason == "out.csv, row 3: gate:legal-sign-off:state says “cleared” by mia@example.org since 2026-11-23."
    )
    snapshot = snapshots.snapshot_of(Pilot.objects.get(key="P-1"), at=DAY)
    assert snapshot is not None
    assert snapshot.gate("error-owner").status.state == "unowned"


def test_into_an_empty_installation_people_without_an_account_are_reported(tmp_path: Path) -> None:
    said = _into_an_empty_one(tmp_path)
    assert "People without an account: 11" in said
    assert "out.csv, row 2, column manager: Nobody has an account with the address “mia@example.org”" in said
    assert not Pilot.objects.exclude(manager=None, exceptions_to=None).exists()


def test_a_cell_that_was_edited_in_the_form_is_taken_over(tmp_path: Path) -> None:
    said = _into_an_empty_one(tmp_path)
    text = (tmp_path / "out.csv").read_bytes().decode()
    (tmp_path / "edited.csv").write_text(text.replace("Ä “quoted”", "Edited"), encoding="utf-8", newline="")
    _, said = run(tmp_path / "edited.csv", preset="", at="2026-11-24")
    assert "0 created, 1 updated, 5 unchanged" in said
    assert Pilot.objects.get(key="P-5").acceptable_use.startswith("Edited")


def test_as_of_an_earlier_day_it_says_what_was_so_then(tmp_path: Path) -> None:
    _pilots(HARD)
    later = date(2026, 11, 24)
    ria = Person.objects.get(email="ria@example.org")
    pilot = Pilot.objects.get(key="P-0")
    actions.amend(pilot=pilot, by=ria, set={"name": "Renamed", "manager": None}, on=later, known=later)
    names = []
    for day in (AT, "2026-11-24"):
        status, out = export("--as-of", day)
        assert status == 0
        row = next(csv.DictReader(StringIO(out, newline="")))
        names.append((row["name"], row["manager"]))
    assert names == [("'" + (HARD[0] + " n" * 200)[:236], "mia@example.org"), ("Renamed", "")]


def test_no_cell_that_goes_out_is_a_formula(tmp_path: Path) -> None:
    _pilots(HARD)
    rows = list(csv.reader(StringIO(export()[1], newline="")))
    assert len(rows) == 7
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--portfolio", "nowhere"), "no portfolio with the key nowhere"),
        (("--as-of", "2999-01-01"), "has not come"),
        (("--format", "xlsx"), "needs a file"),
        (("/nowhere/out.csv",), "cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(options: tuple[str, ...], says: str) -> None:
    status, said = export(*options)
    assert (status, says in said) == (2, True), said


def test_an_export_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    _pilots(HARD)
    (tmp_path / "out.xlsx").write_text("old")
    status, said = export(str(tmp_path / "out.xlsx"))
    assert (status, "export CSV" in said) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]
    assert (tmp_path / "out.xlsx").read_text() == "old"


def test_queries_do_not_grow_with_the_pilots(django_assert_max_num_queries: Any) -> None:
    _pilots(HARD)
    with django_assert_max_num_queries(15):
        export()
    with django_assert_max_num_queries(15):
        export("--as-of", AT)


def test_a_reader_who_has_read_enough_ends_the_export_quietly() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as gone:
        call_command("export_pilots", stdout=gone)
        gone.write("what is still kept back goes nowhere, without a word")
