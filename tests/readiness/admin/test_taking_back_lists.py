"""A list of people, functions, portfolios, roles or rights is taken back as a whole while nothing was decided on what it brought."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pilots import actions
from pilots.clock import today
from pilots.models import DecisionRight, Event, Function, GateKind, Person, Pilot, Portfolio, PortfolioRole
from readiness.models import ImportSession
from tests.company import browser_of

pytestmark = pytest.mark.thorough

LIST = "/admin/readiness/importsession/"
WHY = {"reason": "The wrong sheet."}


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded lists lie during a test."""
    field: Any = ImportSession._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "lists"))


def imported(client: Client, of: str, content: str, at: date | None = None) -> ImportSession:
    """A list that was uploaded and confirmed."""
    sent: dict[str, Any] = {"of": of, "file": SimpleUploadedFile("list.csv", content.encode())}
    client.post(f"{LIST}add/", sent | ({"at": at.isoformat()} if at else {}))
    session = ImportSession.objects.first()
    assert session is not None
    client.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    session.refresh_from_db()
    assert session.stage == "done", session.report
    return session


def address_of(session: ImportSession) -> str:
    return f"{LIST}{session.pk}/take-back/"


def taken_back(client: Client, session: ImportSession) -> Event:
    """The line of the log that says so; the log verifies, and what is derived follows from it."""
    answer = client.post(address_of(session), WHY)
    assert answer.status_code == 302, answer.content.decode()
    session.refresh_from_db()
    assert session.stage == "taken_back"
    holds()
    line = Event.objects.filter(action="take_back_import").latest("pk")
    assert line.data["import"] == Event.objects.get(action="import_list", data__session=session.public_id).public_id
    return line


def holds() -> None:
    call_command("verify_log", "--derived")
    call_command("rebuild_periods", "--check")


def refused(client: Client, session: ImportSession, *says: str, shown: bool = True) -> None:
    """Nothing is taken back, the answer says why and of which row; so does the page beforehand, where it can know."""
    before = Event.objects.count()
    page = client.get(address_of(session)).content.decode()
    assert ('type="submit" class="default"' not in page) == shown
    answer = client.post(address_of(session), WHY)
    assert answer.status_code == 422
    for text in says:
        assert text in answer.content.decode()
        assert not shown or text.startswith("Row") or text in page, text
    session.refresh_from_db()
    assert (session.stage, Event.objects.count()) == ("done", before)
    holds()


def person(name: str) -> Person:
    return Person.objects.get(email=f"{name}@example.org")


@pytest.fixture
def pilot(portfolio: Portfolio, ria: Person, lena: Person) -> Pilot:
    return actions.record(portfolio=portfolio, key="P-1", name="Sorting mail", by=ria, manager=lena)


PEOPLE = "email,name,function,manages\nana@example.org,Ana Blom,Claims,P-1\nkai@example.org,Kai Roe,Claims,\n"


# People


def test_accounts_close_and_what_was_corrected_says_again_what_it_said(
    desk: Client, ria: Person, kai: Person, lena: Person, pilot: Pilot
) -> None:
    session = imported(desk, "people", PEOPLE)
    pilot.refresh_from_db()
    assert (pilot.manager, person("kai").name, str(person("kai").function)) == (person("ana"), "Kai Roe", "Claims")
    page = desk.get(address_of(session)).content.decode()
    assert "Take back 4 changes" in page
    for text in ("the account closes", "from Kai Roe to Kai", "from Ana Blom to Lena", "nothing lies in it: it goes"):
        assert text in page
    assert "row 3" in page
    line = taken_back(desk, session)
    pilot.refresh_from_db()
    assert (person("ana").closed_on, pilot.manager) == (today(), lena)
    assert (person("kai").name, person("kai").function) == ("Kai", None)
    assert not Function.objects.filter(name="Claims").exists()
    assert (line.by, line.reason, line.portfolio) == (ria, WHY["reason"], None)


def test_it_is_one_line_in_the_log_that_opens_each_part(desk: Client, pilot: Pilot) -> None:
    line = taken_back(desk, imported(desk, "people", PEOPLE.replace("kai@", "bo@")))
    log = desk.get("/admin/pilots/event/").content.decode()
    assert log.count("Import taken back") == 1
    assert "Account closed" not in log.split("<tbody>")[1]
    assert "each part of it" in log
    of_each = desk.get(f"/admin/pilots/event/{line.pk}/change/").content.decode()
    assert of_each.count("Account closed") == 2
    assert "Function taken off the record" in of_each


def test_it_is_taken_back_with_a_reason_and_once(desk: Client) -> None:
    session = imported(desk, "people", "email,name\nana@example.org,Ana\n")
    assert desk.post(address_of(session), {"reason": " "}).status_code == 422
    assert person("ana").closed_on is None
    taken_back(desk, session)
    assert "It was taken back as a whole" in desk.get(f"{LIST}{session.pk}/change/").content.decode()
    assert desk.post(address_of(session), WHY).status_code == 404
    assert Event.objects.filter(action="take_back_import").count() == 1


def test_a_list_that_changed_nothing_has_nothing_to_take_back(desk: Client, kai: Person) -> None:
    session = imported(desk, "people", "email,name\nkai@example.org,Kai\n")
    assert desk.get(address_of(session)).status_code == 404


@pytest.mark.parametrize("how", ["sign_in", "role", "named", "right", "token", "acted"])
def test_an_account_that_is_used_stands_in_the_way_and_nothing_is_half_done(
    desk: Client, ria: Person, portfolio: Portfolio, legal: GateKind, pilot: Pilot, how: str
) -> None:
    session = imported(desk, "people", "email,name\nbo@example.org,Bo\nana@example.org,Ana\n")
    ana = person("ana")
    if how == "sign_in":
        Person.objects.filter(pk=ana.pk).update(last_login=timezone.now())
    elif how == "role":
        actions.give_role(portfolio=portfolio, person=ana, role="reviewer", by=ria)
    elif how == "named":
        actions.nominate(gate=pilot.gates.get(kind__key="named-sponsor"), person=ana, by=ria)
    elif how == "right":
        actions.assign_right(kind=legal, portfolio=portfolio, holder=ana, by=ria)
    elif how == "token":
        actions.issue_token(person=ana, by=None)
    else:
        actions.away(person=ana, starts=today(), ends=today(), by=ana)
    says = "something was done on it since" if how in ("token", "acted") else "it holds something"
    refused(desk, session, "Row 3", says)
    assert person("bo").closed_on is None


def test_one_that_people_closed_since_is_not_in_the_way_and_stays_theirs(desk: Client, ria: Person) -> None:
    session = imported(desk, "people", "email,name\nbo@example.org,Bo\nana@example.org,Ana\n")
    actions.close_account(person=person("ana"), by=ria)
    assert "Take back 1 change" in desk.get(address_of(session)).content.decode()
    taken_back(desk, session)
    again = imported(desk, "people", "email,name\nbo@example.org,Bo\nana@example.org,Ana\n")
    assert (person("bo").closed_on, person("ana").closed_on) == (None, today())
    assert "This account was closed" in again.report


def test_a_later_list_opens_again_what_only_a_taken_back_list_opened_and_is_taken_back_in_turn(desk: Client) -> None:
    taken_back(desk, imported(desk, "people", "email,name\nana@example.org,Ana\n"))
    again = imported(desk, "people", "email,name,function\nana@example.org,Ana Blom,Claims\n")
    assert (person("ana").closed_on, person("ana").name, again.counts["created"]) == (None, "Ana Blom", 1)
    taken_back(desk, again)
    assert (person("ana").closed_on, person("ana").name) == (today(), "Ana")


def test_what_was_corrected_by_people_since_stands_in_the_way(desk: Client, ria: Person, kai: Person) -> None:
    session = imported(desk, "people", "email,name\nkai@example.org,Kai Roe\n")
    actions.amend_account(person=person("kai"), by=ria, set={"name": "Kai R."})
    refused(desk, session, "something was done on it since", "Kai R.")


def test_a_function_given_since_is_in_no_way_of_a_name(desk: Client, ria: Person, kai: Person, operations: Any) -> None:
    session = imported(desk, "people", "email,name\nkai@example.org,Kai Roe\n")
    actions.amend_account(person=person("kai"), by=ria, set={"function": operations})
    taken_back(desk, session)
    assert (person("kai").name, person("kai").function) == ("Kai", operations)


def test_a_manager_who_was_named_since_or_has_done_something_stands_in_the_way(
    desk: Client, ria: Person, kai: Person, pilot: Pilot
) -> None:
    session = imported(desk, "people", "email,manages\nkai@example.org,P-1\n")
    actions.amend(pilot=Pilot.objects.get(), by=ria, set={"name": "Sorting letters"})
    assert "Take back 1 change" in desk.get(address_of(session)).content.decode()
    actions.accept_risk(pilot=Pilot.objects.get(), by=kai)
    refused(desk, session, "row 2", "something was done on it since", "Risk accepted")


def test_a_manager_of_before_who_has_left_is_not_named_again(
    desk: Client, ria: Person, kai: Person, lena: Person, pilot: Pilot
) -> None:
    session = imported(desk, "people", "email,manages\nkai@example.org,P-1\n")
    actions.close_account(person=lena, by=None)
    refused(desk, session, "is no longer there")


def test_a_later_list_is_taken_back_first(desk: Client) -> None:
    first = imported(desk, "people", "email,name\nana@example.org,Ana\n")
    second = imported(desk, "people", "email,name\nana@example.org,Ana Blom\n")
    refused(desk, first, "that import is taken back first")
    taken_back(desk, second)
    assert person("ana").name == "Ana"
    taken_back(desk, first)
    assert person("ana").closed_on == today()


# Functions and portfolios


def test_functions_go_in_which_nothing_lies(desk: Client, ria: Person, portfolio: Portfolio) -> None:
    session = imported(desk, "functions", "name\nClaims\nUnderwriting\n")
    claims = Function.objects.get(name="Claims")
    actions.record(portfolio=portfolio, key="P-1", name="Sorting", by=ria, function=claims)
    refused(desk, session, "Claims", "something lies in it")
    assert Function.objects.filter(name="Underwriting").exists()


def test_a_list_of_functions_is_taken_back(desk: Client) -> None:
    taken_back(desk, imported(desk, "functions", "name\nClaims\nUnderwriting\n"))
    assert not Function.objects.exists()
    imported(desk, "functions", "name\nClaims\n")
    assert Function.objects.count() == 1


def test_a_renamed_function_stands_in_the_way(desk: Client, ria: Person) -> None:
    session = imported(desk, "functions", "name\nClaims\n")
    actions.rename_function(function=Function.objects.get(), name="Claims and losses", by=ria)
    refused(desk, session, "Claims and losses", "something was done on it since")


def test_a_function_that_a_list_of_people_named_stays_where_it_is_used(
    desk: Client, ria: Person, portfolio: Portfolio
) -> None:
    session = imported(desk, "people", "email,name,function\nana@example.org,Ana,Claims\n")
    actions.record(portfolio=portfolio, key="P-1", name="Sorting", by=ria, function=Function.objects.get(name="Claims"))
    assert "it is used by now: it stays" in desk.get(address_of(session)).content.decode()
    taken_back(desk, session)
    assert Function.objects.filter(name="Claims").exists()
    assert person("ana").closed_on == today()


def test_a_portfolio_says_again_what_it_said_and_one_that_is_new_stays(
    desk: Client, portfolio: Portfolio, kai: Person, lena: Person
) -> None:
    rows = "key,name,escalation,calendar\none,First,lena@example.org,DE\nthree,Third,lena@example.org,\n"
    session = imported(desk, "portfolios", rows)
    page = desk.get(address_of(session)).content.decode()
    assert "from First to One" in page
    assert "it stays, with nothing in it" in page
    taken_back(desk, session)
    portfolio.refresh_from_db()
    assert (portfolio.name, portfolio.escalation, portfolio.calendar) == ("One", kai, "")
    assert Portfolio.objects.get(key="three").escalation is None


def test_a_portfolio_in_which_a_pilot_lies_stands_in_the_way(desk: Client, ria: Person, lena: Person) -> None:
    session = imported(desk, "portfolios", "key,name,escalation\nthree,Third,lena@example.org\n")
    actions.record(portfolio=Portfolio.objects.get(key="three"), key="P-3", name="Sorting", by=ria)
    refused(desk, session, "Third", "something lies in it")


def test_of_a_portfolio_alone_there_is_nothing_to_take_back(desk: Client) -> None:
    session = imported(desk, "portfolios", "key,name\nthree,Third\n")
    assert "changed nothing that could be taken back" in desk.get(address_of(session)).content.decode()
    assert desk.post(address_of(session), WHY).status_code == 422


# Roles


ROLES = "person,portfolio,role\nlena@example.org,one,program-office\nkai@example.org,one,reviewer\n"


def test_roles_are_taken_back(desk: Client, ria: Person, lena: Person, kai: Person) -> None:
    session = imported(desk, "roles", ROLES)
    assert person("lena").is_staff
    page = desk.get(address_of(session)).content.decode()
    assert "no longer reviewer of One" in page
    taken_back(desk, session)
    assert list(PortfolioRole.objects.values_list("person", flat=True)) == [ria.pk]
    assert not person("lena").is_staff


def test_a_role_that_was_used_stands_in_the_way(desk: Client, lena: Person, kai: Person, portfolio: Portfolio) -> None:
    session = imported(desk, "roles", ROLES)
    actions.record(portfolio=portfolio, key="P-1", name="Sorting", by=person("lena"))
    refused(desk, session, "Lena", "what this role allows was done since")
    assert PortfolioRole.objects.filter(person=kai).exists()


def test_a_role_taken_since_is_left_and_one_given_anew_stands_in_the_way(
    desk: Client, ria: Person, lena: Person, kai: Person, portfolio: Portfolio
) -> None:
    session = imported(desk, "roles", ROLES)
    says: dict[str, Any] = {"portfolio": portfolio, "person": kai, "role": "reviewer", "by": ria}
    actions.take_role(**says)
    assert "Take back 1 change" in desk.get(address_of(session)).content.decode()
    actions.give_role(**says)
    refused(desk, session, "Kai", "something was done on it since")


def test_what_its_own_action_refuses_is_said_by_row_and_nothing_is_half_done(
    desk: Client, ria: Person, lena: Person, kai: Person
) -> None:
    root = actions.open_first_account(email="root@example.org", name="Root")
    session = imported(desk, "roles", ROLES)
    actions.take_role(portfolio=Portfolio.objects.get(), person=ria, role="program-office", by=None)
    refused(browser_of(root), session, "Row 2: Nobody would be left to keep this portfolio’s records", shown=False)
    assert PortfolioRole.objects.filter(person=kai).exists()


# Decision rights


RIGHT = "gate,portfolio,holder,answer_within_days,starts,until\nlegal-sign-off,one,"


def rights() -> list[tuple[str, date, date | None]]:
    found = DecisionRight.objects.order_by("starts", "pk")
    return [(right.holder.name, right.starts, right.until) for right in found.select_related("holder")]


@pytest.fixture
def held(portfolio: Portfolio, legal: GateKind, lena: Person) -> DecisionRight:
    """Lena's, since March."""
    return DecisionRight.objects.get(kind=legal, portfolio=portfolio, holder=lena)


def test_a_right_that_begins_today_is_withdrawn_and_the_one_that_it_ended_goes_on(
    desk: Client, held: DecisionRight, kai: Person
) -> None:
    session = imported(desk, "rights", RIGHT + "kai@example.org,5,,\n")
    assert rights()[1] == ("Kai", today(), None)
    page = desk.get(address_of(session)).content.decode()
    assert "Kai no longer holds it" in page
    taken_back(desk, session)
    assert rights() == [("Lena", held.starts, None)]


def test_days_on_which_a_right_held_stay_as_they_were(desk: Client, held: DecisionRight, kai: Person) -> None:
    begins = today() - timedelta(days=3)
    session = imported(desk, "rights", RIGHT + "kai@example.org,5,,\n", at=begins)
    taken_back(desk, session)
    yesterday = today() - timedelta(days=1)
    assert rights() == [
        ("Lena", held.starts, begins - timedelta(days=1)),
        ("Kai", begins, yesterday),
        ("Lena", today(), None),
    ]


def test_two_rights_after_one_another_are_taken_back_together(desk: Client, held: DecisionRight, kai: Person) -> None:
    later = today() + timedelta(days=30)
    rows = f"{RIGHT}kai@example.org,5,{today()},\nlegal-sign-off,one,lena@example.org,5,{later},\n"
    session = imported(desk, "rights", rows)
    assert len(rights()) == 3
    taken_back(desk, session)
    assert rights() == [("Lena", held.starts, None)]


def test_an_end_is_taken_back_and_so_is_a_correction(
    desk: Client, ria: Person, held: DecisionRight, kai: Person, lena: Person, portfolio: Portfolio
) -> None:
    data = GateKind.objects.get(key="it-data-access")
    actions.assign_right(kind=data, portfolio=portfolio, holder=kai, by=ria, answer_within_days=9)
    ends = today() + timedelta(days=10)
    rows = f"{RIGHT}lena@example.org,10,,{ends}\nit-data-access,one,lena@example.org,4,{today()},\n"
    session = imported(desk, "rights", rows)
    assert sorted(rights()) == [("Lena", held.starts, ends), ("Lena", today(), None)]
    taken_back(desk, session)
    assert sorted(rights()) == [("Kai", today(), None), ("Lena", held.starts, None)]
    assert DecisionRight.objects.get(kind=data).answer_within_days == 9


def test_nothing_is_taken_back_where_somebody_decided_under_a_right(
    desk: Client, held: DecisionRight, kai: Person, pilot: Pilot
) -> None:
    session = imported(desk, "rights", RIGHT + "kai@example.org,5,,\n")
    gate = pilot.gates.get(kind__key="legal-sign-off")
    actions.start(pilot=pilot, by=None)
    gate.refresh_from_db()
    actions.decide(gate=gate, by=kai, outcome="cleared", reason="Standard terms apply.")
    refused(desk, session, "Legal", "something was decided under it since")
    assert rights()[1] == ("Kai", today(), None)


def test_nor_where_a_right_was_corrected_or_delegated_since(
    desk: Client, ria: Person, held: DecisionRight, kai: Person, lena: Person
) -> None:
    session = imported(desk, "rights", RIGHT + "kai@example.org,5,,\n")
    right = DecisionRight.objects.get(holder=kai)
    actions.delegate(right=right, to=lena, by=kai, until=today() + timedelta(days=3))
    refused(desk, session, "something was done on it since")


# Whose it is, and how much it costs


def test_another_office_finds_no_such_import(desk: Client, elsewhere: Portfolio) -> None:
    session = imported(desk, "people", "email,name\nana@example.org,Ana\n")
    other = actions.open_account(email="noa@example.org", name="Noa", by=None)
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None)
    browser = browser_of(Person.objects.get(pk=other.pk))
    assert browser.get(address_of(session)).status_code == 404
    assert browser.post(address_of(session), WHY).status_code == 404
    assert person("ana").closed_on is None


@pytest.mark.parametrize("of", ["people", "roles", "rights"])
def test_the_page_takes_as_many_statements_for_many_as_for_few(desk: Client, pilot: Pilot, of: str) -> None:
    numbers = []
    for number in (2, 12):
        names = [f"a{number}-{n}@example.org" for n in range(number)]
        for n in range(number if of == "people" else 0):
            actions.record(
                portfolio=pilot.portfolio, key=f"M{number}-{n}", name="Sorting", by=None, manager=pilot.manager
            )
        if of != "people":
            for each in names:
                actions.open_account(email=each, name=each, by=None)
        content = {
            "people": "email,name,function,manages\n"
            + "".join(f"{each},Ana,F {number}-{n},M{number}-{n}\n" for n, each in enumerate(names)),
            "roles": "person,portfolio,role\n" + "".join(f"{each},one,program-office\n" for each in names),
            "rights": "gate,portfolio,function,holder,answer_within_days,starts\n"
            + "".join(f"legal-sign-off,one,F {number}-{n},{each},10,{today()}\n" for n, each in enumerate(names)),
        }[of]
        if of == "rights":
            imported(desk, "functions", "name\n" + "".join(f"F {number}-{n}\n" for n in range(number)))
        session = imported(desk, of, content)
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(address_of(session))
        assert page.status_code == 200
        assert "stands in the way" not in page.content.decode()
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
