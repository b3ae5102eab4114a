"""An import is a line in the log, and is taken back as a whole while nothing was decided on what it brought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.clock import today
from pilots.models import Event, Gate, GateKind, GatePeriod, Person, Pilot, Portfolio
from readiness.inventory import sessions
from readiness.models import ImportSession
from readiness.models.imports import Wanted
from tests.company import browser_of

pytestmark = pytest.mark.thorough

LIST = "/admin/readiness/importsession/"
LEGAL, SPONSOR = "gate:legal-sign-off:state", "gate:named-sponsor:holder"
NEW = f"key,name,portfolio,stage,{LEGAL}\nP-1,Sorting,one,planned,yes\nP-2,Drafting,one,running,\n"
WHY = {"reason": "The wrong sheet."}


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded lists lie during a test."""
    field: Any = ImportSession._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "lists"))


def imported(client: Client, content: str, name: str = "list.csv") -> ImportSession:
    """A list that was uploaded and confirmed."""
    client.post(f"{LIST}add/", {"file": SimpleUploadedFile(name, content.encode())})
    session = ImportSession.objects.first()
    assert session is not None
    client.post(f"{LIST}{session.pk}/change/", {"confirm": "1", "reason": "The board met."})
    session.refresh_from_db()
    assert session.stage == "done"
    return session


def taking_back(session: ImportSession) -> str:
    return f"{LIST}{session.pk}/take-back/"


def stands(key: str = "P-1") -> Pilot:
    return Pilot.objects.get(key=key)


def gate(kind: str, key: str = "P-1") -> Gate:
    return Gate.objects.select_related("pilot", "kind").get(pilot__key=key, kind__key=kind)


def state(kind: str, key: str = "P-1") -> str:
    return GatePeriod.objects.get(gate=gate(kind, key), last_day=None, superseded_on=None).state


def holds() -> None:
    """The log verifies, what is derived follows from it, and made anew it is the same."""
    call_command("verify_log", "--derived")
    call_command("rebuild_periods", "--check")


def refused(client: Client, session: ImportSession, *says: str) -> None:
    """Nothing is taken back, the page says why, and no button is there."""
    before = Event.objects.count()
    page = client.get(taking_back(session)).content.decode()
    answer = client.post(taking_back(session), WHY)
    assert answer.status_code == 422
    for text in says:
        assert text in page
        assert text in answer.content.decode()
    assert "Take back what it did" not in page
    session.refresh_from_db()
    assert (session.stage, Event.objects.count()) == ("done", before)
    holds()


# The line in the log


def test_an_import_is_one_line_in_the_log_that_opens_it(desk: Client, ria: Person, portfolio: Portfolio) -> None:
    session = imported(desk, NEW)
    event = Event.objects.get(action="import_list")
    assert (event.by, event.portfolio, event.pilot, event.batch) == (ria, portfolio, None, "")
    first, last = event.data.pop("events")
    brought = Event.objects.filter(pilot__isnull=False).order_by("pk")
    assert (first, last) == (brought[0].pk, brought.last().pk)
    assert event.data == {"session": session.public_id, "checksum": session.checksum, "counts": {"created": 2}}
    assert event.changes == [{"field": "file", "from": None, "to": "list.csv"}]
    page = desk.get("/admin/pilots/event/?action=import_list").content.decode()
    assert "List imported: 2 new" in page
    assert "file: list.csv" in page
    assert f"{LIST}of/{session.public_id}/" in page
    assert desk.get(f"{LIST}of/{session.public_id}/")["Location"] == f"{LIST}{session.pk}/change/"


def test_a_preview_and_a_command_write_no_line(desk: Client, tmp_path: Path) -> None:
    desk.post(f"{LIST}add/", {"file": SimpleUploadedFile("list.csv", NEW.encode())})
    (tmp_path / "more.csv").write_text(NEW.replace("P-", "Q-"), encoding="utf-8")
    call_command("import_pilots", str(tmp_path / "more.csv"))
    assert not Event.objects.filter(action="import_list").exists()
    for session in ImportSession.objects.all():
        assert desk.get(taking_back(session)).status_code == 404


def test_of_a_list_over_two_portfolios_each_log_has_its_own_line(
    desk: Client, ria: Person, elsewhere: Portfolio, kai: Person
) -> None:
    actions.give_role(portfolio=elsewhere, person=ria, role="program-office", by=None)
    imported(desk, NEW.replace("P-2,Drafting,one", "P-2,Drafting,two"))
    lines = Event.objects.filter(action="import_list").order_by("portfolio__key")
    assert [(line.portfolio and line.portfolio.key, line.data["counts"]) for line in lines] == [
        ("one", {"created": 1}),
        ("two", {"created": 1}),
    ]


def test_a_colleague_reads_the_line_and_another_office_nothing(
    desk: Client, portfolio: Portfolio, elsewhere: Portfolio
) -> None:
    session = imported(desk, NEW)
    browsers = {}
    for name, of in (("colleague", portfolio), ("stranger", elsewhere)):
        person = actions.open_account(email=f"{name}@example.org", name=name, by=None)
        actions.give_role(portfolio=of, person=person, role="program-office", by=None)
        browsers[name] = browser_of(Person.objects.get(pk=person.pk))
    event = Event.objects.get(action="import_list")
    there = f"{LIST}of/{session.public_id}/"
    assert browsers["colleague"].get(there)["Location"] == f"/admin/pilots/event/{event.pk}/change/"
    assert "list.csv" in browsers["colleague"].get(f"/admin/pilots/event/{event.pk}/change/").content.decode()
    assert browsers["stranger"].get(there).status_code == 404
    assert "list.csv" not in browsers["stranger"].get("/admin/pilots/event/").content.decode()
    for browser in browsers.values():
        assert browser.get(taking_back(session)).status_code == 404
        assert browser.post(taking_back(session), WHY).status_code == 404
    assert stands().void_since is None


# Taken back


def test_what_it_made_becomes_void_as_one_line_in_the_log(desk: Client, ria: Person) -> None:
    session = imported(desk, NEW)
    page = desk.get(taking_back(session)).content.decode()
    assert "Take back what it did to 2 pilots" in page
    assert "Sorting" in page
    assert desk.post(taking_back(session), WHY)["Location"] == f"{LIST}{session.pk}/change/"
    session.refresh_from_db()
    assert session.stage == "taken_back"
    assert set(Pilot.objects.values_list("void_since", flat=True)) == {today()}
    voids = Event.objects.filter(action="void")
    assert {event.data["taken_back"] for event in voids} == {session.public_id}
    line = Event.objects.get(action="take_back_import")
    assert (line.by, line.reason, line.data["count"], line.batch) == (ria, WHY["reason"], 2, voids[0].batch)
    log = desk.get("/admin/pilots/event/").content.decode()
    assert log.count("Import taken back") == 1
    assert "Declared void" not in log.split("<tbody>")[1]
    assert "on 2 pilots" in log
    own = desk.get(f"{LIST}{session.pk}/change/").content.decode()
    assert "It was taken back as a whole" in own
    assert "taken back" in desk.get(LIST).content.decode()
    assert desk.get(taking_back(session)).status_code == 404
    holds()


def test_a_list_of_one_pilot_is_one_line_too(desk: Client) -> None:
    session = imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,planned\n")
    desk.post(taking_back(session), WHY)
    assert Event.objects.get(action="take_back_import").data["count"] == 1
    holds()


def test_it_is_taken_back_with_a_reason_and_once(desk: Client) -> None:
    session = imported(desk, NEW)
    answer = desk.post(taking_back(session), {"reason": " "})
    assert answer.status_code == 422
    assert stands().void_since is None
    desk.post(taking_back(session), WHY)
    assert desk.post(taking_back(session), WHY).status_code == 404
    assert Event.objects.filter(action="take_back_import").count() == 1


def test_what_it_changed_says_again_what_it_said(desk: Client, portfolio: Portfolio, lena: Person, kai: Person) -> None:
    first = f"key,name,portfolio,stage,purpose,manager,high_impact,acceptable_use,{LEGAL},{SPONSOR}\n"
    imported(desk, first + "P-1,Sorting,one,planned,Sort mail,lena@example.org,,Mail only,,lena@example.org\n")
    before = Pilot.objects.values("name", "purpose", "manager", "high_impact", "acceptable_use", "trust_when").get()
    second = f"key,name,portfolio,stage,purpose,manager,high_impact,acceptable_use,trust_when,{LEGAL},{SPONSOR}\n"
    session = imported(
        desk, second + "P-1,Sorting more,one,planned,Sort all,kai@example.org,yes,All,Always,yes,kai@example.org\n"
    )
    assert (state("legal-sign-off"), stands().name, stands().trust_when) == ("asserted", "Sorting more", "Always")
    page = desk.get(taking_back(session)).content.decode()
    assert "name: from Sorting more to Sorting" in page
    assert "from Kai to Lena" in page
    assert "the yes of the list no longer counts" in page
    assert desk.post(taking_back(session), WHY).status_code == 302, desk.get(taking_back(session)).content.decode()
    assert Pilot.objects.values(*before).get() == before
    assert (state("legal-sign-off"), stands().void_since) == ("open", None)
    named = Event.objects.filter(gate=gate("named-sponsor")).order_by("-pk")[0]
    assert (named.action, named.data["person"]) == ("nominate", lena.pk)
    assert Event.objects.get(action="take_back_import").data["count"] == 1
    holds()


def test_a_nomination_that_it_made_is_withdrawn(desk: Client, lena: Person) -> None:
    imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,planned\n")
    session = imported(desk, f"key,name,portfolio,stage,{SPONSOR}\nP-1,Sorting,one,planned,lena@example.org\n")
    desk.post(taking_back(session), WHY)
    assert Event.objects.filter(action="withdraw_nomination", gate=gate("named-sponsor")).count() == 1
    holds()


def test_whoever_keeps_all_portfolios_takes_back_the_import_of_an_office(desk: Client, root: Person) -> None:
    session = imported(desk, NEW)
    assert browser_of(root).post(taking_back(session), WHY).status_code == 302
    assert Event.objects.get(action="take_back_import").by == root


# What stands in the way


def test_nothing_is_taken_back_where_somebody_decided(desk: Client, legal: GateKind, lena: Person) -> None:
    session = imported(desk, NEW)
    actions.decide(gate=gate("legal-sign-off", "P-2"), by=lena, outcome="cleared", reason="Standard terms apply.")
    refused(desk, session, "P-2", "something was done on it since")
    assert "cleared until" in desk.get(taking_back(session)).content.decode()
    assert stands().void_since is None


@pytest.mark.parametrize("what", ["amend", "start", "set_rules", "nominate"])
def test_nor_where_somebody_did_anything_else(desk: Client, ria: Person, kai: Person, what: str) -> None:
    session = imported(desk, NEW)
    if what == "amend":
        actions.amend(pilot=stands(), by=ria, set={"name": "Other"})
    elif what == "start":
        actions.start(pilot=stands(), by=ria)
    elif what == "set_rules":
        actions.set_rules(pilot=stands(), by=ria, acceptable_use="Mail only.")
    else:
        actions.nominate(gate=gate("named-sponsor"), by=ria, person=kai)
    refused(desk, session, "P-1", "something was done on it since")


def test_a_later_list_is_taken_back_first(desk: Client) -> None:
    first = imported(desk, NEW)
    second = imported(desk, NEW.replace("Sorting", "Sorting mail") + "P-3,New,one,planned,\n")
    refused(desk, first, "P-1", "a later list says something of it")
    assert "Record edited" in desk.get(taking_back(first)).content.decode()
    desk.post(taking_back(second), WHY)
    assert (stands().name, stands("P-3").void_since) == ("Sorting", today())
    assert desk.post(taking_back(first), WHY).status_code == 302
    assert Pilot.objects.filter(void_since=None).count() == 0
    holds()


def test_what_people_did_after_a_later_list_was_taken_back_still_stands_in_the_way(desk: Client, ria: Person) -> None:
    first = imported(desk, NEW)
    desk.post(taking_back(imported(desk, NEW.replace("Sorting", "Sorting mail"))), WHY)
    actions.amend(pilot=stands(), by=ria, set={"purpose": "Mail"})
    refused(desk, first, "P-1", "something was done on it since")


def test_a_kind_that_was_added_since_stands_in_nobodys_way(desk: Client, ria: Person, portfolio: Portfolio) -> None:
    session = imported(desk, NEW)
    actions.add_kind(
        key="council", name="Council", question="Heard?", clears_by="approval", portfolios=[portfolio], by=ria
    )
    assert desk.post(taking_back(session), WHY).status_code == 302
    holds()


def test_a_pilot_on_record_whose_stage_or_date_it_changed_stands_in_the_way(desk: Client) -> None:
    imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,planned\n")
    session = imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,running\nP-2,New,one,planned\n")
    refused(desk, session, "P-1", "the list changed its stage or a date")


def test_so_does_a_yes_of_an_earlier_list_that_it_ended(desk: Client) -> None:
    imported(desk, f"key,name,portfolio,stage,{LEGAL}\nP-1,Sorting,one,planned,yes\n")
    session = imported(desk, f"key,name,portfolio,stage,{LEGAL}\nP-1,Sorting,one,planned,no\n")
    refused(desk, session, "P-1", "the list changed what an earlier list had said yes to")


def test_one_that_people_declared_void_since_is_not_in_the_way_and_stays_theirs(desk: Client, ria: Person) -> None:
    session = imported(desk, NEW)
    actions.void(pilot=stands("P-2"), by=ria, reason="Twice on the list.")
    assert desk.post(taking_back(session), WHY).status_code == 302
    assert Event.objects.filter(pilot=stands("P-2"), action="void").count() == 1
    again = imported(desk, NEW)
    assert again.counts["restored"] == 1
    assert (stands("P-1").void_since, stands("P-2").void_since) == (None, today())


def test_a_decision_that_comes_while_the_page_is_open_is_not_undone(
    desk: Client, legal: GateKind, lena: Person
) -> None:
    session = imported(desk, NEW)
    assert "Take back what it did" in desk.get(taking_back(session)).content.decode()
    actions.decide(gate=gate("legal-sign-off"), by=lena, outcome="refused", reason="Not with these terms.")
    answer = desk.post(taking_back(session), WHY)
    assert answer.status_code == 422
    assert "P-1: something was done on it since. An import is taken back as a whole: nothing was." in (
        answer.content.decode()
    )
    assert state("legal-sign-off") == "refused"


# A later list


def test_a_later_list_restores_what_only_a_taken_back_import_made(desk: Client) -> None:
    desk.post(taking_back(imported(desk, NEW)), WHY)
    desk.post(f"{LIST}add/", {"file": SimpleUploadedFile("list.csv", NEW.replace("Sorting", "Sorting mail").encode())})
    preview = ImportSession.objects.first()
    assert preview is not None
    assert preview.counts["restored"] == 2
    page = desk.get(f"{LIST}{preview.pk}/change/").content.decode()
    assert "Import 2 pilots" in page
    assert "P-1 is restored" in page or "is restored" in page
    assert stands().void_since == today()
    desk.post(f"{LIST}{preview.pk}/change/", {"confirm": "1"})
    preview.refresh_from_db()
    assert "Restored: 2 pilots" in preview.report
    assert {(pilot.key, pilot.name, pilot.void_since) for pilot in Pilot.objects.all()} == {
        ("P-1", "Sorting mail", None),
        ("P-2", "Drafting", None),
    }
    assert state("legal-sign-off") == "asserted"
    assert "2 restored" in desk.get("/admin/pilots/event/?action=import_list").content.decode()
    holds()


def test_and_that_list_is_taken_back_as_the_first_was(desk: Client) -> None:
    desk.post(taking_back(imported(desk, NEW)), WHY)
    again = imported(desk, NEW)
    assert desk.post(taking_back(again), WHY).status_code == 302
    assert set(Pilot.objects.values_list("void_since", flat=True)) == {today()}
    assert imported(desk, NEW).counts["restored"] == 2
    holds()


def test_what_a_taken_back_list_said_of_pilots_on_record_is_forgotten(desk: Client) -> None:
    imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,planned\n")
    other = "key,name,portfolio,stage\nP-1,Sorting mail,one,planned\n"
    desk.post(taking_back(imported(desk, other)), WHY)
    assert stands().name == "Sorting"
    assert imported(desk, other).counts["updated"] == 1
    assert stands().name == "Sorting mail"


def test_a_key_of_another_portfolio_is_not_restored(desk: Client, elsewhere: Portfolio) -> None:
    other = actions.open_account(email="other@example.org", name="Other", by=None)
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None)
    theirs = browser_of(Person.objects.get(pk=other.pk))
    theirs.post(taking_back(imported(theirs, "key,name,portfolio,stage\nP-1,Secret,two,planned\n")), WHY)
    later = imported(desk, "key,name,portfolio,stage\nP-1,Sorting,one,planned\nP-2,New,one,planned\n")
    assert later.counts["rejected"] == 1
    assert (stands().name, stands().void_since) == ("Secret", today())


def test_what_is_taken_back_is_read_at_once_however_much_it_is(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    rows = "".join(f"N-{number},Sorting mail {number},one,planned\n" for number in range(60))
    session = imported(desk, f"key,name,portfolio,stage\n{rows}")
    with django_assert_max_num_queries(40):
        assert desk.get(taking_back(session)).status_code == 200
    with django_assert_max_num_queries(80):
        assert desk.post(taking_back(session), WHY).status_code == 302
    assert Pilot.objects.filter(void_since=None).count() == 0


def test_what_goes_back_takes_as_many_statements_for_many_as_for_few(desk: Client, lena: Person) -> None:
    def rows(number: int, name: str, start: int) -> str:
        return "".join(f"N-{start + n},{name} {n},one,planned,yes,lena@example.org\n" for n in range(number))

    head = f"key,name,portfolio,stage,{LEGAL},{SPONSOR}\n"
    plain = "key,name,portfolio,stage\n"
    shown = []
    for number, start in ((2, 0), (9, 100)):
        imported(desk, plain + "".join(f"N-{start + n},Sorting {n},one,planned\n" for n in range(number)))
        session = imported(desk, head + rows(number, "Sorting mail", start))
        desk.get(taking_back(session))
        with CaptureQueriesContext(connection) as queries:
            assert f"{number} pilots" in desk.get(taking_back(session)).content.decode()
        shown.append(len(queries))
    assert shown[0] == shown[1]


def test_an_import_that_was_left_unfinished_and_goes_on_is_taken_back_from_where_it_began(desk: Client) -> None:
    session = imported(desk, NEW)
    sessions.queue(session, Wanted.CONFIRM)
    sessions.run_queued.call(session.pk)
    session.refresh_from_db()
    assert (session.stage, session.counts["unchanged"]) == ("previewed", 2)
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    session.refresh_from_db()
    assert session.stage == "done"
    assert "2 pilots" in desk.get(taking_back(session)).content.decode()
    assert desk.post(taking_back(session), WHY).status_code == 302
    assert Pilot.objects.filter(void_since=None).count() == 0
    assert imported(desk, NEW).counts["restored"] == 2
    holds()


def test_an_import_in_the_background_is_in_the_log_by_whoever_confirmed_it(desk: Client, ria: Person) -> None:
    desk.post(f"{LIST}add/", {"file": SimpleUploadedFile("list.csv", NEW.encode())})
    session = ImportSession.objects.get()
    sessions.queue(session, Wanted.CONFIRM)
    sessions.run_queued.call(session.pk)
    session.refresh_from_db()
    assert (session.stage, Event.objects.get(action="import_list").by) == ("done", ria)
    assert desk.post(taking_back(session), WHY).status_code == 302
