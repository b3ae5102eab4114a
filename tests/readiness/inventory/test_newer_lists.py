"""A newer list corrects what an older one said: it is taken, reported by row, and known from the day of the newer one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from pilots import actions
from pilots.event_log.verify import verify
from pilots.models import Event, GateKind, Person, Pilot, Portfolio
from readiness.queries import snapshots
from tests.company import a_portfolio, an_office_of
from tests.readiness.inventory.lists import DAY, LATER, NOTHING_CHANGED, everything, export, inventory, own, run

AFTER = date(2026, 11, 25)
TESTED = {
    "operational_date": "5/4/2026",
    "is_high_impact": "High-impact",
    "have_ato": "Yes",
    "hi_testing_conducted": "Yes",
    "pia_url": "https://impact.example/1",
}

pytestmark = pytest.mark.django_db


def then(at: date = DAY, known_at: date | None = None) -> Any:
    snapshot = snapshots.snapshot_of(Pilot.objects.get(), at=at, known_at=known_at)
    assert snapshot is not None
    return snapshot


def newer(path: Path, **changes: str) -> str:
    """The list of the day before, read again with other cells."""
    status, said = run(inventory(path / "newer.csv", {**TESTED, **changes}), at="2026-11-24")
    assert status == 0, said
    again = run(path / "newer.csv", at="2026-11-24")[1]
    assert "0 created, 0 updated, 1 unchanged" in again
    assert NOTHING_CHANGED in again or "Nothing on record is new, and nothing changed. Not taken" in again
    assert "Changed" not in again
    return said


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    run(inventory(tmp_path / "i.csv", TESTED))
    return tmp_path


@pytest.fixture
def ria() -> Person:
    """The program office of the portfolio that the own form names below."""
    return an_office_of(a_portfolio("ops", day=DAY, name="Operations"), day=DAY)


# --- a corrected day


def test_a_corrected_start_moves_the_clock_and_what_followed_from_it(listed: Path) -> None:
    said = newer(listed, operational_date="9/21/2026")
    assert "1 updated" in said
    assert "newer.csv, row 2, column operational_date: DOI-1: start: 4 May 2026 → 21 September 2026" in said
    assert "DOI-1: decide by: 15 June 2026 → 2 November 2026" in said
    now = then(LATER).status
    assert (now.started_on, now.decide_by, now.slips) == (date(2026, 9, 21), date(2026, 11, 2), 0)
    assert (now.days_quiet, now.standing, now.stalls_on) == (64, "at_risk", date(2026, 12, 2))


def test_a_corrected_start_is_known_from_the_day_of_the_newer_list(listed: Path) -> None:
    newer(listed, operational_date="9/21/2026")
    before, since = then(DAY, known_at=DAY).status, then(DAY, known_at=LATER).status
    assert (before.started_on, before.standing) == (date(2026, 5, 4), "museum_exhibit")
    assert (since.started_on, since.standing) == (date(2026, 9, 21), "at_risk")
    assert then(date(2026, 11, 23)).status.started_on == date(2026, 9, 21)


def test_a_correction_is_an_event_of_the_list_and_the_derived_rows_are_rebuilt_the_same(listed: Path) -> None:
    newer(listed, operational_date="9/21/2026", have_ato="No")
    event = Event.objects.get(action="correct_date")
    assert (event.by, event.effective_on, event.known_on) == (None, LATER, LATER)
    assert event.reason == "newer.csv, row 2: operational_date says “9/21/2026”."
    call_command("rebuild_periods", "--check")
    assert verify().broken == 0


@pytest.mark.parametrize(("first", "start_known"), [("", False), ("when ready", False), ("5/4/2026", True)])
def test_a_start_that_was_not_known_is_corrected_too(tmp_path: Path, first: str, start_known: bool) -> None:
    run(inventory(tmp_path / "i.csv", {**TESTED, "operational_date": first}))
    assert then().status.start_known is start_known
    said = newer(tmp_path, operational_date="2026-10-05")
    assert f"start: {'4 May 2026' if start_known else 'not known'} → 5 October 2026" in said
    assert then(LATER).status.started_on == date(2026, 10, 5)
    assert then(LATER).status.start_known


def test_the_day_of_a_claim_is_corrected(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {**TESTED, "development_stage": "Deployed"}))
    said = newer(tmp_path, development_stage="Deployed", operational_date="6/1/2026")
    assert "adopted on: 4 May 2026 → 1 June 2026" in said
    assert then(LATER).status.claim.since == date(2026, 6, 1)


def test_a_month_that_becomes_a_day_is_no_longer_approximate(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {**TESTED, "operational_date": "05/2026"}))
    assert Pilot.objects.get().approximate
    newer(tmp_path, operational_date="5/31/2026")
    assert not Pilot.objects.get().approximate


def test_a_start_that_a_person_declared_is_theirs(tmp_path: Path, ria: Person) -> None:
    portfolio = Portfolio.objects.get(key="ops")
    pilot = actions.record(portfolio=portfolio, key="p", name="P", by=ria, on=DAY, known=DAY)
    actions.start(pilot=pilot, by=ria, on=DAY, known=DAY)
    _, said = run(
        own(tmp_path / "o.csv", "key,name,portfolio,stage,started_on\np,P,ops,running,2026-05-04\n"), preset=""
    )
    assert "row 2, column started_on: p: the list says another day; what a person declared is kept." in said
    assert then().status.started_on == DAY


def test_no_correction_puts_a_start_after_what_came_of_it(listed: Path) -> None:
    pilot = Pilot.objects.get()
    office = an_office_of(pilot.portfolio, day=DAY)
    actions.retire(pilot=pilot, by=office, learned="It did not help.", on=DAY, known=DAY)
    _, said = run(inventory(listed / "newer.csv", {**TESTED, "operational_date": "11/24/2026"}), at="2026-11-24")
    assert "Not taken from the list: 1" in said
    assert "row 2, column operational_date" in said
    assert "23 November 2026" in said
    assert then(LATER).status.started_on == date(2026, 5, 4)


def test_a_decide_by_date_that_a_person_moved_stays_when_the_start_is_corrected(listed: Path) -> None:
    run(inventory(listed / "i.csv", {**TESTED, "id": "DOI-2", "operational_date": "11/2/2026"}))
    pilot = Pilot.objects.get(key="DOI-2")
    to = date(2027, 1, 11)
    actions.move_decide_by(
        pilot=pilot, by=an_office_of(pilot.portfolio, day=DAY), to=to, reason="Leave.", on=DAY, known=DAY
    )
    run(inventory(listed / "n.csv", {**TESTED, "id": "DOI-2", "operational_date": "11/9/2026"}), at="2026-11-24")
    snapshot = snapshots.snapshot_of(Pilot.objects.get(key="DOI-2"), at=LATER)
    assert snapshot is not None
    assert (snapshot.status.started_on, snapshot.status.decide_by, snapshot.status.slips) == (date(2026, 11, 9), to, 1)


# --- a yes that is withdrawn


@pytest.mark.parametrize("word", ["No", ""])
def test_a_yes_that_is_withdrawn_ends_the_assertion_on_the_day_of_the_newer_list(listed: Path, word: str) -> None:
    said = newer(listed, have_ato=word, hi_testing_conducted=word)
    assert "1 updated" in said
    assert "column have_ato: DOI-1: Data access: asserted → open, the list no longer says yes" in said
    assert "column hi_testing_conducted: DOI-1: Quality: asserted → open" in said
    states = {gate.kind.key: (gate.status.state, gate.status.since) for gate in then(LATER).gates}
    assert states["it-data-access"] == ("unowned", LATER)
    assert states["quality-threshold"] == ("unowned", LATER)
    assert states["legal-sign-off"] == ("asserted", DAY)
    assert then(DAY).gate("it-data-access").status.state == "asserted"
    assert then(LATER).status.last_movement == date(2026, 5, 4)


def test_a_withdrawn_yes_can_be_said_again(listed: Path) -> None:
    newer(listed, have_ato="No")
    assert "1 Data access" in run(inventory(listed / "third.csv", TESTED), at="2026-11-25")[1]
    assert then(AFTER).gate("it-data-access").status.state == "asserted"


def test_a_word_that_is_not_understood_ends_no_assertion(listed: Path) -> None:
    said = newer(listed, have_ato="more or less")
    assert "column have_ato: “more or less” is neither yes nor no" in said
    assert then(LATER).gate("it-data-access").status.state == "asserted"


def test_a_yes_is_withdrawn_also_after_a_word_that_is_not_understood(listed: Path) -> None:
    newer(listed, have_ato="perhaps")
    status, said = run(inventory(listed / "third.csv", {**TESTED, "have_ato": "No"}), at="2026-11-25")
    assert status == 0
    assert "third.csv, row 2, column have_ato: DOI-1: Data access: asserted → open" in said
    data = next(gate for gate in then(AFTER).gates if gate.kind.key == "it-data-access")
    assert data.status.is_open


def test_a_list_without_the_column_of_a_gate_says_neither_yes_nor_no_of_it(tmp_path: Path) -> None:
    head, row, column = "key,name,portfolio,stage", "p,P,ops,planned", ",gate:legal-sign-off:state"
    yes = f"{head}{column}\n{row},yes\n"
    run(own(tmp_path / "1.csv", yes), preset="")
    run(own(tmp_path / "2.csv", f"{head}\n{row}\n"), preset="", at="2026-11-24")
    before = everything()
    assert "Nothing is new, and nothing changed." in run(own(tmp_path / "3.csv", yes), preset="", at="2026-11-24")[1]
    assert everything() == before
    _, said = run(own(tmp_path / "4.csv", f"{head}{column}\n{row},no\n"), preset="", at="2026-11-25")
    assert "p: Legal: asserted → open, the list no longer says yes" in said


def test_what_a_person_answered_since_is_kept_when_the_yes_is_withdrawn(listed: Path) -> None:
    pilot = Pilot.objects.get()
    kind, office = GateKind.objects.get(key="it-data-access"), an_office_of(pilot.portfolio, day=DAY)
    actions.assign_right(kind=kind, holder=office, by=None, starts=DAY, on=DAY, known=DAY)
    gate = pilot.gates.select_related("kind", "pilot").get(kind=kind)
    actions.decide(gate=gate, by=office, outcome="cleared", reason="Read only.", on=DAY, known=DAY)
    _, said = run(inventory(listed / "newer.csv", {**TESTED, "have_ato": "No"}), at="2026-11-24")
    assert "column have_ato: DOI-1: the list no longer says yes; what a person answered is kept." in said
    assert then(LATER).gate("it-data-access").status.state == "cleared"


# --- the decide-by date, by rule 4

OWN = "key,name,portfolio,stage,started_on,decide_by\n"


def test_a_later_decide_by_date_is_a_slip(tmp_path: Path) -> None:
    run(own(tmp_path / "1.csv", OWN + "p,P,ops,running,2026-11-02,2026-12-14\n"), preset="")
    _, said = run(own(tmp_path / "2.csv", OWN + "p,P,ops,running,2026-11-02,2027-02-15\n"), preset="", at="2026-11-24")
    assert "row 2, column decide_by: p: decide by: 14 December 2026 → 15 February 2027" in said
    now = then(LATER).status
    assert (now.decide_by, now.slips) == (date(2027, 2, 15), 1)


def test_no_list_types_the_mark_away(tmp_path: Path) -> None:
    run(own(tmp_path / "1.csv", OWN + "p,P,ops,running,2026-06-01,2026-07-13\n"), preset="")
    assert then().status.standing == "museum_exhibit"
    _, said = run(own(tmp_path / "2.csv", OWN + "p,P,ops,running,2026-06-01,2026-11-30\n"), preset="", at="2026-11-24")
    assert "0 updated, 1 unchanged" in said
    assert "row 2, column decide_by: p: decide by 30 November 2026." in said
    assert "Nothing is new" not in said
    now = then(LATER).status
    assert (now.standing, now.decide_by, now.slips) == ("museum_exhibit", date(2026, 7, 13), 0)


@pytest.mark.parametrize("decide_by", ["2027-05-04", "2028-01-01"])
def test_no_list_decides_later_than_half_a_year_after_the_start(tmp_path: Path, decide_by: str) -> None:
    _, said = run(own(tmp_path / "1.csv", OWN + f"p,P,ops,running,2026-11-02,{decide_by}\n"), preset="")
    assert "Not taken from the list: 1" in said
    assert "row 2, column decide_by" in said
    assert then().status.decide_by == date(2026, 12, 14)
    run(own(tmp_path / "2.csv", OWN + "p,P,ops,running,2026-11-02,2027-05-03\n"), preset="", at="2026-11-24")
    assert then(LATER).status.decide_by == date(2027, 5, 3)


def test_a_third_slip_takes_the_escalation_person(tmp_path: Path) -> None:
    for number, day in enumerate(("2026-12-14", "2026-12-15", "2026-12-16", "2026-12-17")):
        _, said = run(own(tmp_path / f"{number}.csv", OWN + f"p,P,ops,running,2026-11-02,{day}\n"), preset="")
    assert "escalation person" in said
    assert (then().status.slips, then().status.decide_by) == (2, date(2026, 12, 16))


# --- the product's own form, edited by the office


def edited(tmp_path: Path, *changes: tuple[str, str]) -> str:
    export(str(tmp_path / "out.csv"))
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, (before, text)
        text = text.replace(before, after)
    return run(own(tmp_path / "edited.csv", text), preset="", at="2026-11-24")[1]


def test_the_office_edits_its_own_export(tmp_path: Path, ria: Person) -> None:
    mia = actions.open_account(email="mia@example.org", name="Mia", by=None, on=DAY, known=DAY)
    portfolio = Portfolio.objects.get(key="ops")
    when: dict[str, Any] = {"by": ria, "on": DAY, "known": DAY}
    pilot = actions.record(portfolio=portfolio, key="p", name="Sorting letters", purpose="Letters wait.", **when)
    actions.start(pilot=pilot, **when)
    gate = pilot.gates.select_related("kind", "pilot").get(kind__key="error-owner")
    actions.nominate(gate=gate, person=ria, **when)
    said = edited(
        tmp_path,
        ("Letters wait.", "Letters wait for days."),
        ("2027-01-04", "2027-01-11"),
        ("waiting,ria@example.org", "waiting,mia@example.org"),
    )
    assert "p: purpose: Letters wait. → Letters wait for days." in said
    assert "p: decide by: 4 January 2027 → 11 January 2027" in said
    assert "ria@example.org → mia@example.org" in said
    assert "Kept" not in said
    found = then(LATER)
    assert (found.status.decide_by, found.status.slips) == (date(2027, 1, 11), 1)
    assert found.gate("error-owner").holder == mia
    assert found.status.blocked_by.count("error-owner") == 1


def test_a_state_that_the_office_edits_asserts_or_ends_what_a_list_asserted_and_decides_nothing(
    tmp_path: Path, ria: Person
) -> None:
    head = "key,name,portfolio,stage,started_on,gate:legal-sign-off:state,gate:it-data-access:state\n"
    run(own(tmp_path / "1.csv", head + "p,P,ops,running,2026-11-02,cleared,\n"), preset="")
    text = head + "p,P,ops,running,2026-11-02,waiting,asserted\n"
    _, said = run(own(tmp_path / "2.csv", text), preset="", at="2026-11-24")
    states = {gate.kind.key: gate.status.state for gate in then(LATER).gates}
    assert (states["legal-sign-off"], states["it-data-access"]) == ("unowned", "asserted")
    assert "column gate:legal-sign-off:state: p: Legal: asserted → open" in said
    text = head + "p,P,ops,running,2026-11-02,refused,asserted\n"
    _, said = run(own(tmp_path / "3.csv", text), preset="", at="2026-11-24")
    assert "Not taken from the list: 1" in said
    assert "row 2, column gate:legal-sign-off:state: p: It says “refused”" in said


def test_an_empty_cell_of_the_own_form_takes_nothing_away_and_is_told(tmp_path: Path) -> None:
    head = "key,name,portfolio,stage,purpose,started_on,decide_by\n"
    run(own(tmp_path / "1.csv", head + "p,P,ops,running,Letters wait.,2026-11-02,2026-12-01\n"), preset="")
    _, said = run(own(tmp_path / "2.csv", head + "p,P,ops,running,,,\n"), preset="", at="2026-11-24")
    for column in ("purpose", "started_on", "decide_by"):
        assert f"row 2, column {column}: p: The cell is empty now" in said
    assert Pilot.objects.get().purpose == "Letters wait."
    before = everything()
    assert "Nothing is new, and nothing changed." in run(tmp_path / "2.csv", preset="", at="2026-11-24")[1]
    assert everything() == before


def test_what_stands_in_columns_that_are_not_read_is_compared_all_the_same(tmp_path: Path) -> None:
    head = "key,name,portfolio,stage,budget\n"
    run(own(tmp_path / "1.csv", head + "p,P,ops,planned,100\n"), preset="")
    _, said = run(own(tmp_path / "2.csv", head + "p,P,ops,planned,900\n"), preset="", at="2026-11-24")
    assert "Nothing is new" not in said
    assert "row 2: p: Columns that no field has say something else now; they are kept beside the record." in said
    assert "Nothing is new" in run(tmp_path / "2.csv", preset="", at="2026-11-24")[1]


def test_high_impact_is_corrected_and_no_unreadable_word_overwrites_it(listed: Path) -> None:
    said = newer(listed, is_high_impact="who knows")
    assert "row 2, column is_high_impact: “who knows” is neither yes nor no; what is on record stays." in said
    assert Pilot.objects.get().high_impact is True
    said = run(inventory(listed / "3.csv", {**TESTED, "is_high_impact": "c) Not high-impact"}), at="2026-11-24")[1]
    assert "high impact: yes → no" in said
    assert Pilot.objects.get().high_impact is False


def test_stage_and_function_are_told_with_what_they_were(listed: Path) -> None:
    said = newer(listed, development_stage="Deployed", agency_bureau="Parks")
    assert "stage: running → adopted" in said
    assert "function: not stated → Parks" in said
    assert "Not taken" not in said
    assert Event.objects.filter(action="record_claim").count() == 1


def test_a_gate_that_is_switched_off_asks_for_no_yes_and_the_rest_of_the_row_is_taken(listed: Path) -> None:
    portfolio = Portfolio.objects.get()
    off = {"portfolio": portfolio, "by": None, "reason": "Not here."}
    actions.switch_off(kind=GateKind.objects.get(key="it-data-access"), on=DAY, known=DAY, **off)
    said = newer(listed, have_ato="No", problem_solved="Letters wait.")
    assert "row 2, column have_ato: DOI-1: This gate is switched off here." in said
    assert "purpose: not stated → Letters wait." in said


def test_a_list_that_says_that_a_pilot_runs_and_not_since_when_is_told(tmp_path: Path) -> None:
    run(inventory(tmp_path / "i.csv", {"development_stage": "Pre-deployment"}))
    run_again = run(inventory(tmp_path / "n.csv", {"development_stage": "Pilot"}), at="2026-11-24")[1]
    assert "stage: planned → running" in run_again
    assert "start: not stated → not known" in run_again
    assert not then(LATER).status.start_known


def test_an_adoption_before_the_start_on_record_is_not_taken_for_true(listed: Path) -> None:
    said = newer(listed, development_stage="Deployed", operational_date="1/5/2026")
    assert "5 January 2026 lies before 4 May 2026" in said
    assert then(LATER).status.claim.since == LATER
