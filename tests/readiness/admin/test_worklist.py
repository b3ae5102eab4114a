"""The first page of the admin: each line counts exactly the rows that its link shows, and only the office's own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.clock import today
from pilots.models import Decision, DecisionRight, GateKind, Person, Pilot, Portfolio
from readiness.models.imports import ImportedRow, ImportSession
from readiness.queries.snapshots import PilotSnapshot, snapshot_of, snapshots_of
from readiness.queries.worklist import WORDS
from readiness.rules.deadlines import answer_due
from readiness.text.worklist import FILTERS, LINES
from tests.company import browser_of, gate_of
from tests.readiness.admin.conftest import WHEN, Record, account

pytestmark = pytest.mark.thorough

LIST = "/admin/pilots/pilot/"


def lines(client: Client) -> dict[str, int]:
    """The lines that count something, by the word in their link."""
    page = client.get("/admin/")
    assert page.status_code == 200
    found = [line for section in page.context["worklist"] for line in section.lines if "worklist=" in line.address]
    return {line.address.partition("worklist=")[2]: line.number for line in found}


def shown(client: Client, word: str) -> set[str]:
    return {row.key for row in client.get(LIST, {"worklist": word}).context["cl"].result_list}


def test_every_line_has_its_words() -> None:
    assert set(WORDS) == set(FILTERS) == {word for _title, of in LINES for word in of}


@pytest.fixture
def today_running(record: Record) -> Pilot:
    pilot = record("P-1", workflow="Drafting")
    actions.start(pilot=pilot, by=None)
    return Pilot.objects.get(pk=pilot.pk)


def test_each_count_is_of_exactly_the_rows_it_links_to(root: Person, settings: Any) -> None:
    call_command("make_portfolio", pilots=60, seed=3, at=today(), verbosity=0)
    client = browser_of(root)
    counted = lines(client)
    assert len(counted) >= 5
    for word in WORDS:
        number = client.get(LIST, {"worklist": word}).context["cl"].result_count
        assert counted.get(word, 0) == number, word
    # What is asked in SQL, because nothing can have put it off, is what the rule says of each gate.
    assert shown(client, "overdue") == {
        one.pilot.key for one in snapshots_of(Pilot.objects.all(), at=today()) if _is_late(one)
    }


def _is_late(one: PilotSnapshot) -> bool:
    dues = [answer_due(gate, one) for gate in one.waiting_gates]
    return any(due is not None and due.is_overdue(today()) for due in dues)


def test_what_an_office_has_to_do(desk: Client, today_running: Pilot, lena: Person, ria: Person) -> None:
    counted = lines(desk)
    assert counted == {"no-right": 1, "unnamed": 1, "no-manager": 1}
    data = GateKind.objects.get(key="it-data-access")
    for kind in GateKind.objects.exclude(clears_by="acceptance"):
        actions.assign_right(kind=kind, portfolio=today_running.portfolio, holder=lena, by=None)
    assert "no-right" not in lines(desk)
    day = today()
    actions.away(person=lena, starts=day, ends=day + timedelta(days=3), by=lena)
    assert shown(desk, "away") == {"P-1"}
    actions.decide(gate=gate_of(today_running, data.key), by=lena, outcome="cleared", reason="Yes.")
    assert shown(desk, "ends-soon") == set()
    sam = account("sam")
    actions.nominate(gate=gate_of(today_running, "named-sponsor"), by=ria, person=sam)
    assert shown(desk, "named") == {"P-1"}
    actions.accept(gate=gate_of(today_running, "named-sponsor"), by=sam)
    assert shown(desk, "named") == set()


def test_a_holder_who_has_left_is_said(desk: Client, today_running: Pilot, lena: Person, kai: Person) -> None:
    for kind in GateKind.objects.exclude(clears_by="acceptance"):
        actions.assign_right(kind=kind, portfolio=today_running.portfolio, holder=lena, deputy=kai, by=None)
    assert shown(desk, "orphaned") == set()
    actions.close_account(person=lena, by=None)
    assert shown(desk, "orphaned") == {"P-1"}
    assert lines(desk)["orphaned"] == 1


@pytest.mark.parametrize(("days", "there"), [(13, True), (14, True), (15, False)])
def test_an_exception_that_ends_soon_is_said(
    desk: Client, today_running: Pilot, lena: Person, legal: GateKind, ria: Person, days: int, there: bool
) -> None:
    gate, until = gate_of(today_running, legal.key), today() + timedelta(days=days)
    actions.ask_exception(gate=gate, by=ria, reason="Six weeks.", until=until)
    actions.except_(gate=gate, by=lena, reason="Six weeks.", until=until)
    assert (shown(desk, "exception-ends") == {"P-1"}) is there
    assert shown(desk, "ends-soon") == set()


def test_an_answer_that_ends_soon_is_said(desk: Client, today_running: Pilot, lena: Person, legal: GateKind) -> None:
    actions.decide(gate=gate_of(today_running), by=lena, outcome="cleared", reason="Yes.")
    until = Decision.objects.get().good_until
    assert until is not None

    def on(days: int) -> set[str]:
        asked = {"worklist": "ends-soon", "as_of": (until - timedelta(days=days)).isoformat()}
        return {row.key for row in desk.get(LIST, asked).context["cl"].result_list}

    assert [on(15), on(14), on(0), on(-1)] == [set(), {"P-1"}, {"P-1"}, set()]
    assert shown(desk, "exception-ends") == shown(desk, "condition-due") == set()


@pytest.mark.parametrize(("days", "there"), [(14, True), (15, False)])
def test_a_condition_that_is_due_is_said_until_it_is_met(
    desk: Client, today_running: Pilot, lena: Person, legal: GateKind, ria: Person, days: int, there: bool
) -> None:
    due = today() + timedelta(days=days)
    condition = {"text": "Train the team.", "owner": ria.pk, "due": due}
    actions.decide(gate=gate_of(today_running), by=lena, outcome="conditional", reason="Yes.", conditions=[condition])
    assert (shown(desk, "condition-due") == {"P-1"}) is there
    later = (due + timedelta(days=3)).isoformat()
    assert {row.key for row in desk.get(LIST, {"worklist": "condition-due", "as_of": later}).context["cl"].result_list}
    actions.meet_condition(gate=gate_of(today_running), by=ria, text="Train the team.", evidence="Minutes.")
    assert shown(desk, "condition-due") == set()


def test_another_offices_pilots_are_not_counted(
    desk: Client, today_running: Pilot, record: Record, elsewhere: Portfolio
) -> None:
    before = lines(desk)
    actions.start(pilot=record("E-1", portfolio=elsewhere), by=None)
    assert lines(desk) == before


def test_what_is_settled_is_one_grey_line(desk: Client, today_running: Pilot) -> None:
    page = desk.get("/admin/").content.decode()
    assert "None: no workflow; no stage; no function." in " ".join(page.split())


def test_statements_do_not_grow_with_the_pilots(desk: Client, record: Record) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get("/admin/")
        return len(asked)

    actions.start(pilot=record("P-0"), by=None)
    counted()
    few = counted()
    for number in range(1, 12):
        actions.start(pilot=record(f"P-{number}"), by=None)
    assert counted() == few


def test_the_log_below_is_of_what_people_did(desk: Client, today_running: Pilot, ria: Person) -> None:
    assert "put on record" not in desk.get("/admin/").content.decode().lower()
    actions.amend(pilot=Pilot.objects.get(pk=today_running.pk), by=ria, set={"tool": "Quill"})
    assert "Record edited" in desk.get("/admin/").content.decode()


# Answers that are overdue: working days decide


MONDAY = date(2026, 6, 1)


def asked_on(day: date, record: Record, lena: Person, key: str = "P-1", days: int = 5) -> Pilot:
    """A pilot that runs from a day, whose legal gate has somebody to answer within some working days."""
    pilot = record(key)
    actions.start(pilot=pilot, by=None, on=day, known=day)
    kind = GateKind.objects.get(key="legal-sign-off")
    if not DecisionRight.objects.filter(kind=kind, portfolio=pilot.portfolio).exists():
        actions.assign_right(
            kind=kind, portfolio=pilot.portfolio, holder=lena, answer_within_days=days, by=None, **WHEN
        )
    return Pilot.objects.get(pk=pilot.pk)


def overdue_on(client: Client, day: date) -> set[str]:
    page = client.get(LIST, {"worklist": "overdue", "as_of": day.isoformat()})
    return {row.key for row in page.context["cl"].result_list}


@pytest.mark.parametrize("days", [1, 3, 5, 10])
def test_an_answer_is_overdue_the_day_after_its_last_working_day(
    desk: Client, record: Record, lena: Person, days: int
) -> None:
    pilot = asked_on(MONDAY, record, lena, days=days)
    due = answer_due(snapshot_of(pilot, at=MONDAY).gate("legal-sign-off"), snapshot_of(pilot, at=MONDAY))  # type: ignore[union-attr, arg-type]
    assert due is not None
    assert overdue_on(desk, due.answer_by) == set()
    assert overdue_on(desk, due.answer_by + timedelta(days=1)) == {"P-1"}


def test_the_line_of_overdue_answers_counts_its_list(desk: Client, record: Record, lena: Person) -> None:
    asked_on(MONDAY, record, lena)
    asked_on(MONDAY, record, lena, "P-2")
    asked_on(today(), record, lena, "P-3")
    assert lines(desk)["overdue"] == 2
    assert shown(desk, "overdue") == {"P-1", "P-2"}
    actions.decide(gate=gate_of(Pilot.objects.get(key="P-2")), by=lena, outcome="refused", reason="No.")
    assert shown(desk, "overdue") == {"P-1"}


def test_whoever_was_asked_anew_has_all_of_their_days_again(desk: Client, record: Record, lena: Person) -> None:
    pilot, day = asked_on(MONDAY, record, lena), MONDAY + timedelta(days=14)
    assert overdue_on(desk, day) == {"P-1"}
    actions.decide(gate=gate_of(pilot), by=lena, outcome="refused", reason="No.", on=day, known=day)
    actions.answer(gate=gate_of(pilot), by=Person.objects.get(email="ria@example.org"), text="See.", on=day, known=day)
    assert overdue_on(desk, day + timedelta(days=7)) == set()
    assert overdue_on(desk, day + timedelta(days=8)) == {"P-1"}


def test_what_is_overdue_elsewhere_is_not_counted(
    desk: Client, record: Record, lena: Person, elsewhere: Portfolio
) -> None:
    asked_on(MONDAY, record, lena)
    pilot = record("E-1", portfolio=elsewhere)
    actions.start(pilot=pilot, by=None, on=MONDAY, known=MONDAY)
    assert lines(desk)["overdue"] == 1


def test_statements_do_not_grow_with_what_is_overdue(desk: Client, record: Record, lena: Person) -> None:
    def counted(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(address)
        return len(asked)

    asked_on(MONDAY, record, lena, "P-0")
    addresses = ("/admin/", f"{LIST}?worklist=overdue")
    for address in addresses:
        counted(address)
    few = [counted(address) for address in addresses]
    for number in range(1, 12):
        asked_on(MONDAY, record, lena, f"P-{number}")
    assert [counted(address) for address in addresses] == few


# Imports


def imports_line(client: Client) -> int:
    found = [line for section in client.get("/admin/").context["worklist"] for line in section.lines]
    return sum(line.number for line in found if "importsession" in line.address)


def test_imports_with_problems_are_counted_and_listed(desk: Client, ria: Person, root: Person) -> None:
    def an_import(name: str, stage: str, by: Person, *, problem: bool) -> None:
        session = ImportSession.objects.create(file_name=name, stage=stage, started_by=by, effective_on=today())
        ImportedRow.objects.create(session=session, line=2, outcome="created", has_problem=problem)

    assert imports_line(desk) == 0
    an_import("broken.csv", "broken_off", ria, problem=False)
    an_import("previewed.csv", "previewed", ria, problem=True)
    an_import("fine.csv", "previewed", ria, problem=False)
    an_import("done.csv", "done", ria, problem=True)
    an_import("another.csv", "previewed", root, problem=True)
    for client, names in (
        (desk, {"broken.csv", "previewed.csv"}),
        (browser_of(root), {"broken.csv", "previewed.csv", "another.csv"}),
    ):
        listed = client.get("/admin/readiness/importsession/", {"problems": "yes"}).context["cl"].result_list
        assert {row.file_name for row in listed} == names
        assert imports_line(client) == len(names)
