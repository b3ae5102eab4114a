"""An export that the office edited and imports changes what it may change by form, in its name; all else is said by row."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from pilots import actions
from pilots.clock import today
from pilots.models import Event, Person, Pilot, Portfolio
from readiness.models import ImportSession
from tests.company import (
    SPONSOR,
    a_planned_pilot,
    a_portfolio,
    a_running_pilot,
    an_account,
    an_office_of,
    gate_of,
    on,
    with_an_acceptance,
)
from tests.readiness.inventory.lists import NOTHING_CHANGED, everything, export, run

pytestmark = pytest.mark.django_db

WHY = "The board met."


def ago(days: int) -> date:
    return today() - timedelta(days=days)


@pytest.fixture
def ops(db: None) -> Portfolio:
    return a_portfolio("ops", day=ago(60), escalation=an_account("ines", day=ago(60)))


@pytest.fixture
def ria(ops: Portfolio) -> Person:
    return an_office_of(ops, day=ago(60))


@pytest.fixture
def pilot(ops: Portfolio, ria: Person) -> Pilot:
    return a_running_pilot(ops, "p", day=ago(20), by=ria, purpose="Letters wait.")


def written(path: Path, **cells: str) -> Path:
    """The program's export, with other cells in its first row."""
    assert export(str(path / "out.csv"))[0] == 0
    return rewritten(path, **cells)


def rewritten(path: Path, **cells: str) -> Path:
    with (path / "out.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rows[0] |= {name.replace("__", ":").replace("_GATE", "-"): text for name, text in cells.items()}
    with (path / "edited.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path / "edited.csv"


def imported(file: Path, *options: str, reason: str = WHY, by: str = "ria") -> tuple[int, str]:
    more = ("--by", f"{by}@example.org", "--reason", reason)
    return run(file, *more, *options, preset="", at=today().isoformat())


def actions_of(pilot: Pilot, by: Person | None) -> list[str]:
    since = Event.objects.filter(pilot=pilot, known_on=today(), by=by).exclude(action="list_again")
    return list(since.order_by("pk").values_list("action", flat=True))


def test_an_export_that_comes_back_unchanged_changes_nothing(tmp_path: Path, pilot: Pilot) -> None:
    file = written(tmp_path)
    before = everything()
    assert NOTHING_CHANGED in imported(file)[1]
    assert everything() == before


def test_what_has_a_form_is_changed_in_the_offices_name_with_one_reason(
    tmp_path: Path, pilot: Pilot, ria: Person
) -> None:
    an_account("mia", day=ago(60))
    later = ago(-29)
    columns = {"purpose": "Letters wait for days.", "acceptable_use": "Standard letters.", "manager": "mia@example.org"}
    gate = f"gate:{SPONSOR}:holder"
    file = written(tmp_path, **columns, decide_by=later.isoformat(), **{gate: "mia@example.org"})
    status, said = imported(file)
    assert status == 0, said
    assert actions_of(pilot, ria) == ["amend", "set_rules", "move_decide_by", "nominate"]
    assert actions_of(pilot, None) == []
    moved = Event.objects.get(pilot=pilot, action="move_decide_by")
    assert (moved.reason, moved.by) == (WHY, ria)
    pilot.refresh_from_db()
    assert (str(pilot.manager), pilot.purpose) == ("Mia", "Letters wait for days.")
    before = everything()
    assert NOTHING_CHANGED in imported(file)[1]
    assert everything() == before


def test_without_a_reason_a_later_date_is_refused_by_row_and_the_rest_is_taken(tmp_path: Path, pilot: Pilot) -> None:
    file = written(tmp_path, decide_by=ago(-29).isoformat(), purpose="Letters wait for days.")
    _status, said = imported(file, reason="")
    assert "row 2, column decide_by: p: decide by" in said
    assert not Event.objects.filter(action="move_decide_by").exists()
    pilot.refresh_from_db()
    assert pilot.purpose == "Letters wait for days."


def test_rule_4_holds_for_an_edited_date(tmp_path: Path, pilot: Pilot, ria: Person) -> None:
    for days in (24, 25):
        actions.move_decide_by(pilot=pilot, by=ria, to=ago(-days), reason="Later.")
    _status, said = imported(written(tmp_path, decide_by=ago(-26).isoformat()))
    assert "Not taken from the list: 1" in said
    assert Event.objects.filter(action="move_decide_by").count() == 2


@pytest.mark.parametrize(
    ("edits", "action"),
    [
        ({"stage": "retired", "learned": "Nobody read the drafts.", "retired_because": "cost"}, "retire"),
        ({"stage": "retired"}, None),
        ({"stage": "paused"}, None),
        ({"stage": "adopted"}, None),
        ({"stage": "planned"}, None),
    ],
)
def test_a_stage_is_changed_where_a_form_leads_there(
    tmp_path: Path, pilot: Pilot, ria: Person, edits: dict[str, str], action: str | None
) -> None:
    _status, said = imported(written(tmp_path, **edits))
    assert actions_of(pilot, ria) == [action] * (action is not None)
    assert ("Not taken from the list" in said) == (action is None)
    assert actions_of(pilot, None) == []


def test_a_planned_pilot_is_started_with_its_date(tmp_path: Path, ops: Portfolio, ria: Person) -> None:
    pilot = a_planned_pilot(ops, "p", day=ago(20), by=ria)
    decide_by = ago(-50).isoformat()
    imported(written(tmp_path, stage="running", started_on=ago(10).isoformat(), decide_by=decide_by))
    started = Event.objects.get(pilot=pilot, action="start")
    assert (started.by, started.effective_on, str(started.data["decide_by"])) == (ria, ago(10), decide_by)


def test_a_paused_pilot_is_resumed(tmp_path: Path, pilot: Pilot, ria: Person) -> None:
    actions.pause(pilot=pilot, by=ria, until=ago(-20), reason="Holidays.", **on(ago(2)))
    imported(written(tmp_path, stage="running"))
    assert actions_of(pilot, ria) == ["resume"]


def test_a_gate_is_not_cleared_by_typing_it(tmp_path: Path, pilot: Pilot, ria: Person) -> None:
    legal = "gate:legal-sign-off:state"
    imported(written(tmp_path, **{legal: "cleared", f"gate:{SPONSOR}:state": "cleared"}))
    assert actions_of(pilot, ria) == []
    assert gate_of(pilot).decisions.get().outcome == "asserted"
    assert not gate_of(pilot, SPONSOR).decisions.exists()


def test_who_accepted_is_handed_over_by_a_nomination_and_still_holds_it(
    tmp_path: Path, pilot: Pilot, ria: Person
) -> None:
    first = an_account("ansel", day=ago(60))
    an_account("mia", day=ago(60))
    with_an_acceptance(pilot, SPONSOR, first, by=ria, **on(ago(10)))
    imported(written(tmp_path, **{f"gate:{SPONSOR}:holder": "mia@example.org"}))
    period = gate_of(pilot, SPONSOR).periods.get(superseded_on=None, last_day=None)
    assert (period.state, str(period.person), str(period.nominee)) == ("cleared", "Ansel", "Mia")


def test_what_was_changed_here_after_the_export_stays_and_is_said(tmp_path: Path, pilot: Pilot, ria: Person) -> None:
    written(tmp_path)
    actions.amend(pilot=pilot, by=ria, set={"purpose": "Letters are lost."})
    actions.move_decide_by(pilot=pilot, by=ria, to=ago(-24), reason="Later.")
    _status, said = imported(rewritten(tmp_path, tool="Drafter 2"))
    pilot.refresh_from_db()
    assert (pilot.purpose, pilot.tool) == ("Letters are lost.", "Drafter 2")
    assert said.count("the export is older than a change that was made here; what is on record stays.") == 2
    assert Event.objects.filter(action="move_decide_by").count() == 1


@pytest.mark.parametrize("version", ["", "1,000", "9.0", "many", "99999999999999999999", "-3"])
def test_a_mangled_version_stops_nothing(tmp_path: Path, pilot: Pilot, version: str) -> None:
    status, _said = imported(written(tmp_path, version=version, tool="Drafter 2"))
    pilot.refresh_from_db()
    assert (status, pilot.tool) == (0, "Drafter 2")


def test_a_row_of_another_office_is_refused(tmp_path: Path, pilot: Pilot) -> None:
    other = an_office_of(a_portfolio("law", day=ago(60)), "noa", day=ago(60))
    status, said = imported(written(tmp_path, tool="Drafter 2"), by="noa")
    assert status == 2
    assert "The portfolio ops is not one that you keep." in said
    assert actions_of(pilot, other) == []


def test_what_a_person_changes_counts_from_today(tmp_path: Path, pilot: Pilot, ria: Person) -> None:
    file = written(tmp_path, tool="Drafter 2")
    status, said = run(*(file, "--by", "ria@example.org", "--reason", WHY), preset="", at=ago(1).isoformat())
    assert status == 2
    assert "counts from today" in said
    assert actions_of(pilot, ria) == []


def test_a_list_without_a_person_speaks_for_itself(tmp_path: Path, pilot: Pilot) -> None:
    run(written(tmp_path, tool="Drafter 2"), preset="", at=today().isoformat())
    assert actions_of(pilot, None) == ["amend"]
    assert ImportSession.objects.get().started_by is None
