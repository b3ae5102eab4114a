"""Lists of people, functions, portfolios, roles and rights: each row is done by its action, or refused with its reason."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pilots import actions
from pilots.models import DecisionRight, Event, Function, Person, Pilot, Portfolio, PortfolioRole
from readiness.inventory.mapping import ListMapping
from readiness.inventory.reference.importing import ReferenceImport
from readiness.inventory.reference.rows import ReferenceList, own_mapping
from readiness.inventory.report import Report
from readiness.models.imports import ImportSession, Subject
from tests.company import LEGAL, a_person, a_planned_pilot, a_portfolio, a_right, an_account, an_office_of

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(db: None) -> Portfolio:
    return a_portfolio("one", day=MARCH)


@pytest.fixture
def two(db: None) -> Portfolio:
    """Another office's portfolio."""
    return a_portfolio("two", day=MARCH)


@pytest.fixture
def ria(one: Portfolio) -> Person:
    """Of the office of the first portfolio alone."""
    return an_office_of(one, day=MARCH)


def read(path: Path, subject: Subject, content: str, by: Person | None = None, **how: Any) -> Report:
    """What comes of a list in our own columns."""
    file = path / "list.csv"
    file.write_text(content, encoding="utf-8")
    mapping = how.pop("mapping", None) or own_mapping(subject, tuple(content.split("\n", 1)[0].split(",")))
    assert mapping is not None
    return ReferenceImport(ReferenceList(file, mapping, how.pop("at", MAY)), by=by, **how).run()


def refusals(report: Report) -> list[tuple[int | None, str, str]]:
    return [(f.line, f.column, f.sentence) for group in report.refused.values() for f in group.first]


def left(report: Report) -> list[str]:
    return [finding.sentence for finding in report.not_taken.first]


PEOPLE = "email,name,function,manages\nana@example.org,Ana Blom,Claims,P-1\nBO@example.org,Bo Lund,,\n"


def test_people_are_opened_with_function_and_pilots_and_sent_again_nothing_changes(
    tmp_path: Path, one: Portfolio, ria: Person
) -> None:
    pilot = a_planned_pilot(one, day=MARCH)
    report = read(tmp_path, Subject.PEOPLE, PEOPLE, ria)
    ana = Person.objects.get(email="ana@example.org")
    pilot.refresh_from_db()
    assert (report.created, ana.name, str(ana.function), pilot.manager) == (2, "Ana Blom", "Claims", ana)
    assert Person.objects.filter(email="bo@example.org").exists()
    opened = Event.objects.filter(action="open_account", by=ria).count()
    again = read(tmp_path, Subject.PEOPLE, PEOPLE, ria)
    assert (again.unchanged, again.nothing_changed) == (2, True)
    assert Event.objects.filter(action="open_account", by=ria).count() == opened == 2


def test_what_a_list_corrects_is_said_field_by_field(tmp_path: Path, ria: Person) -> None:
    an_account("ana", day=MARCH)
    report = read(tmp_path, Subject.PEOPLE, "email,name,function\nana@example.org,Ana Blom,Claims\n", ria)
    assert [finding.sentence for finding in report.changed.first] == [
        "ana@example.org: Name: Ana → Ana Blom",
        "ana@example.org: Function: not stated → Claims",
    ]
    assert report.updated == 1


def test_a_dry_run_writes_nothing(tmp_path: Path, ria: Person) -> None:
    before = (Person.objects.count(), Function.objects.count(), Event.objects.count())
    assert read(tmp_path, Subject.PEOPLE, PEOPLE, ria, dry_run=True).created == 2
    assert (Person.objects.count(), Function.objects.count(), Event.objects.count()) == before


def test_two_rows_of_one_address_are_refused_unless_they_say_the_same(tmp_path: Path, ria: Person) -> None:
    rows = "email,name\nana@example.org,Ana\nANA@example.org,Anna\nana@example.org,Ana\n"
    report = read(tmp_path, Subject.PEOPLE, rows, ria)
    assert (report.created, report.merged) == (1, 1)
    assert refusals(report) == [(3, "", "Row 2 is about the same already, and says something else: ana@example.org.")]


def test_an_account_of_another_office_is_not_corrected_and_nothing_is_said_of_it(
    tmp_path: Path, ria: Person, two: Portfolio
) -> None:
    other = an_office_of(two, "noa", day=MARCH)
    report = read(tmp_path, Subject.PEOPLE, "email,name\nnoa@example.org,Somebody\n", ria)
    other.refresh_from_db()
    assert other.name == "Noa"
    assert left(report) == [
        "noa@example.org: This account reaches beyond the portfolios that you keep. Whoever keeps all of them corrects it."
    ]
    assert "Two" not in str(left(report))


def test_a_pilot_of_another_office_is_as_if_it_were_not_there(tmp_path: Path, ria: Person, two: Portfolio) -> None:
    pilot = a_planned_pilot(two, "T-1", day=MARCH)
    report = read(tmp_path, Subject.PEOPLE, "email,name,manages\nana@example.org,Ana,T-1;X-1\n", ria)
    pilot.refresh_from_db()
    assert (report.created, pilot.manager) == (1, None)
    assert [sentence.replace("T-1", "X-1") for sentence in left(report)] == [left(report)[1]] * 2


def test_one_pilot_has_one_manager_whatever_a_list_says(tmp_path: Path, one: Portfolio, ria: Person) -> None:
    pilot = a_planned_pilot(one, day=MARCH)
    rows = "email,name,manages\nana@example.org,Ana,P-1\nbo@example.org,Bo,P-1\n"
    report = read(tmp_path, Subject.PEOPLE, rows, ria)
    pilot.refresh_from_db()
    assert str(pilot.manager) == "Ana"
    assert left(report) == ["bo@example.org: Row 2 makes somebody else the manager of P-1."]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("nowhere,Ana", "email", "Enter a valid email address."),
        ("ana@example.org,", "name", "An account that is new needs a name."),
        (",Ana", "email", "This row says nothing of what every row needs: E-mail address."),
        (f"ana@example.org,{'x' * 300}", "name", "Ensure this value has at most 200 characters (it has 300)."),
        ("ana@example.org,A\0na", "name", "A text cannot hold a null character."),
    ],
)
def test_a_person_that_cannot_be_is_refused_at_the_column(
    tmp_path: Path, ria: Person, row: str, column: str, says: str
) -> None:
    report = read(tmp_path, Subject.PEOPLE, f"email,name\n{row}\n", ria)
    assert refusals(report) == [(2, column, says)]


def test_a_closed_account_is_opened_by_no_list(tmp_path: Path, ria: Person) -> None:
    gone = an_account("ana", day=MARCH)
    actions.close_account(person=gone, by=None, on=APRIL, known=APRIL)
    report = read(tmp_path, Subject.PEOPLE, "email,name\nana@example.org,Ana\n", ria)
    assert refusals(report)[0][2].startswith("This account was closed.")


def test_functions_are_put_on_record_once_in_any_case(tmp_path: Path, ria: Person) -> None:
    report = read(tmp_path, Subject.FUNCTIONS, "name\nClaims\nclaims\nLegal\n", ria)
    assert (report.created, sorted(map(str, Function.objects.all()))) == (2, ["Claims", "Legal"])


def test_portfolios_are_opened_and_corrected_by_those_who_keep_them(
    tmp_path: Path, one: Portfolio, two: Portfolio, ria: Person
) -> None:
    an_account("kai", day=MARCH)
    rows = "key,name,escalation,calendar\none,First,kai@example.org,DE\ntwo,Mine now,,\nthree,Third,,\n"
    report = read(tmp_path, Subject.PORTFOLIOS, rows, ria)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, str(one.escalation), one.calendar, two.name) == ("First", "Kai", "DE", "TWO")
    assert PortfolioRole.objects.filter(portfolio__key="three", person=ria, role="program-office").exists()
    assert refusals(report) == [(3, "", "The key two is taken, by a portfolio that you do not keep.")]
    assert read(tmp_path, Subject.PORTFOLIOS, rows, ria).unchanged == 2


def test_nobody_makes_themselves_the_escalation_person_by_a_list(tmp_path: Path, ria: Person) -> None:
    report = read(tmp_path, Subject.PORTFOLIOS, "key,escalation\none,ria@example.org\n", ria)
    assert refusals(report)[0][1:] == (
        "escalation",
        "Nobody names themselves the escalation person: that is somebody above the program office.",
    )


def test_roles_are_given_in_ones_own_portfolios(tmp_path: Path, ria: Person, two: Portfolio) -> None:
    an_account("vera", day=MARCH)
    rows = "person,portfolio,role\nVera,One,Auditor\nvera@example.org,two,reviewer\nvera@example.org,one,owner\n"
    report = read(tmp_path, Subject.ROLES, rows, ria)
    assert PortfolioRole.objects.filter(portfolio__key="one", person__name="Vera", role="reviewer").exists()
    assert sorted(refusals(report), key=str) == [
        (3, "portfolio", "There is no portfolio “two”, or it is not one that you keep."),
        (4, "role", "“owner” is not a role; there are program-office, reviewer."),
    ]


RIGHT = "gate,portfolio,holder,deputy,answer_within_days,starts\nlegal-sign-off,one,lena@example.org,,5,"


@pytest.fixture
def lena(db: None) -> Person:
    return an_account("lena", day=MARCH)


def test_a_right_is_assigned_and_sent_again_nothing_changes(tmp_path: Path, ria: Person, lena: Person) -> None:
    assert read(tmp_path, Subject.RIGHTS, RIGHT + "2026-05-01\n", ria).created == 1
    right = DecisionRight.objects.get()
    assert (right.holder, right.answer_within_days, right.starts) == (lena, 5, date(2026, 5, 1))
    assert read(tmp_path, Subject.RIGHTS, RIGHT + "2026-05-01\n", ria).nothing_changed
    assert read(tmp_path, Subject.RIGHTS, RIGHT + "\n", ria).nothing_changed


def test_another_holder_follows_from_the_day_of_the_list_and_the_past_keeps_its_own(
    tmp_path: Path, one: Portfolio, ria: Person, lena: Person
) -> None:
    a_right(LEGAL, lena, one, day=MARCH, answer_within_days=5)
    an_account("bo", day=MARCH)
    report = read(tmp_path, Subject.RIGHTS, RIGHT.replace("lena", "bo") + "\n", ria)
    before, after = DecisionRight.objects.order_by("starts")
    assert (before.holder, before.until, after.holder, after.starts) == (lena, date(2026, 5, 3), after.holder, MAY)
    assert [finding.sentence for finding in report.changed.first] == [
        "legal-sign-off: From: 2 March 2026 → 4 May 2026",
        "legal-sign-off: Holder: Lena → Bo",
    ]


def test_a_right_that_overlaps_is_refused_with_the_other_named(
    tmp_path: Path, one: Portfolio, ria: Person, lena: Person
) -> None:
    a_right(LEGAL, lena, one, day=MARCH, until=date(2026, 12, 31))
    report = read(tmp_path, Subject.RIGHTS, RIGHT + "2026-06-01\n", ria)
    assert refusals(report)[0][2] == (
        "Lena would hold it from 2026-06-01, but Lena holds it from 2026-03-02 to 2026-12-31."
    )


def test_an_end_alone_ends_a_right(tmp_path: Path, one: Portfolio, ria: Person, lena: Person) -> None:
    right = a_right(LEGAL, lena, one, day=MARCH)
    read(tmp_path, Subject.RIGHTS, "gate,portfolio,holder,until\nlegal-sign-off,one,Lena,2026-06-30\n", ria)
    right.refresh_from_db()
    assert right.until == date(2026, 6, 30)


def test_a_right_for_every_portfolio_takes_whoever_keeps_all(
    tmp_path: Path, ria: Person, two: Portfolio, lena: Person
) -> None:
    rows = "gate,holder\nlegal-sign-off,lena@example.org\n"
    assert "whoever keeps all of them" in refusals(read(tmp_path, Subject.RIGHTS, rows, ria))[0][2]
    assert read(tmp_path, Subject.RIGHTS, rows).created == 1


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("legal-sign-off,one,lena@example.org,,,31/31/2026", "starts", "“31/31/2026” is not a date (like 2026-11-23)."),
        (
            "legal-sign-off,one,lena@example.org,,,03/04/2026",
            "starts",
            "“03/04/2026” may name the day first or the month, and no other date of the file settles it.",
        ),
        ("legal-sign-off,one,lena@example.org,,soon,", "answer_within_days", "“soon” is not a whole number."),
        (
            "funding-owner,one,lena@example.org,,,",
            "gate",
            "“funding-owner” is no gate that somebody has a right to decide.",
        ),
        (
            "legal-sign-off,one,nobody@example.org,,,",
            "holder",
            "Nobody has an open account with the address or the name “nobody@example.org”.",
        ),
        ("legal-sign-off,one,lena@example.org,Lena,,", "deputy", "A deputy is somebody else."),
        (
            "legal-sign-off,two,lena@example.org,,,",
            "portfolio",
            "There is no portfolio “two”, or it is not one that you keep.",
        ),
    ],
)
def test_a_right_that_cannot_be_is_refused_at_the_column(
    tmp_path: Path, ria: Person, two: Portfolio, lena: Person, row: str, column: str, says: str
) -> None:
    report = read(tmp_path, Subject.RIGHTS, RIGHT.partition("\n")[0] + f"\n{row}\n", ria)
    assert refusals(report) == [(2, column, says)]


def test_what_is_refused_of_a_row_leaves_nothing_of_it(tmp_path: Path, ria: Person) -> None:
    read(tmp_path, Subject.PEOPLE, "email,name,function\nnowhere,Ana,Claims\n", ria)
    assert not Function.objects.filter(name="Claims").exists()


def test_a_constant_holds_for_all_rows_and_a_column_without_a_field_is_kept(tmp_path: Path, ria: Person) -> None:
    an_account("vera", day=MARCH)
    mapping = ListMapping(
        of=Subject.ROLES, columns={"person": ("Who",)}, constants={"portfolio": "one", "role": "reviewer"}
    ).validated()
    kept: list[Any] = []
    read(tmp_path, Subject.ROLES, "Who,Floor\nVera,3\n", ria, mapping=mapping, keep=kept.extend)
    assert [(row.outcome, row.cells) for row in kept] == [("created", (("Floor", "3"),))]


def test_the_command_reads_our_own_columns_and_any_other_by_a_proposed_mapping(tmp_path: Path, one: Portfolio) -> None:
    a_person("ana")
    file, mapping, rejects = tmp_path / "roles.csv", tmp_path / "roles.toml", tmp_path / "rejected.csv"
    file.write_text("E-mail;Area;Access\nana@example.org;One;read only\nnobody@example.org;One;PMO\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Write a mapping with --suggest"):
        call_command("import_list", "roles", str(file))
    call_command("import_list", "roles", str(file), "--suggest", str(mapping), stdout=StringIO())
    said = StringIO()
    with pytest.raises(CommandError, match="1 row was not taken"):
        call_command(
            *("import_list", "roles", str(file), "--mapping", str(mapping), "--rejects", str(rejects)), stdout=said
        )
    assert "Roles: 1 given, 0 changed, 0 unchanged." in said.getvalue()
    assert (
        rejects.read_text(encoding="utf-8")
        .splitlines()[1]
        .startswith('nobody@example.org,One,PMO,"row 3, E-mail: Nobody')
    )
    assert ImportSession.objects.get().subject == Subject.ROLES
    with pytest.raises(CommandError, match="lists of something else"):
        call_command("import_list", "people", str(file), "--mapping", str(mapping))


def test_a_new_manager_is_said_to_have_the_rules_to_confirm(tmp_path: Path, one: Portfolio, ria: Person) -> None:
    pilot: Pilot = a_planned_pilot(one, day=MARCH, by=ria, manager=an_account("old", day=MARCH))
    report = read(tmp_path, Subject.PEOPLE, "email,name,manages\nana@example.org,Ana,P-1\n", ria)
    assert "ana@example.org: manager of P-1: Old → Ana" in [f.sentence for f in report.changed.first]
    pilot.refresh_from_db()
    assert str(pilot.manager) == "Ana"


def test_a_column_that_is_called_so_is_read_so_whatever_a_spreadsheet_made_of_it(tmp_path: Path) -> None:
    file, mapping = tmp_path / "rights.csv", tmp_path / "rights.toml"
    file.write_text("Gate,Decider,From\nLegal,Lena,31/31/2026\n", encoding="utf-8")
    call_command("import_list", "rights", str(file), "--suggest", str(mapping), stdout=StringIO())
    assert 'starts = "From"' in mapping.read_text(encoding="utf-8")
