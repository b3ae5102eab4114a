"""A list goes in through the admin: uploaded, mapped, previewed, corrected on the spot, confirmed; nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from pilots import actions
from pilots.models import Event, Person, Pilot, Portfolio
from readiness.inventory import importing, sessions
from readiness.models import ImportSession, SavedMapping
from tests.company import browser_of

ADD = "/admin/readiness/importsession/add/"
LIST = "/admin/readiness/importsession/"
OWN = "key,name,portfolio,stage,purpose\nP-1,Sorting,one,running,\nP-2,Drafting,one,planned,\n"
OFFICE = "Use case,Owner,Status,Cost centre\nSort complaints,Nobody,Live,K-12\nDraft letters,,somehow,\n"


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploaded lists lie during a test."""
    field: Any = ImportSession._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "lists"))
    return tmp_path / "lists"


def upload(client: Client, content: str | bytes, name: str = "list.csv", **more: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(ADD, {"file": SimpleUploadedFile(name, raw), **more})


def previewed(client: Client, content: str, **more: str) -> ImportSession:
    answer = upload(client, content, **more)
    assert answer.status_code == 302, answer.content.decode()
    return ImportSession.objects.get()


def mapped(client: Client, session: ImportSession, **chosen: str) -> Any:
    """The mapping page, sent as it is drawn but for what is chosen."""
    address = f"{LIST}{session.pk}/mapping/"
    form = client.get(address).context["form"]
    typed = {name: field.initial if field.initial is not None else "" for name, field in form.fields.items()}
    return client.post(address, {**typed, "header_row": "1", "preview": "1", **chosen})


def test_our_own_form_is_previewed_at_once_and_nothing_is_written(desk: Client) -> None:
    session = previewed(desk, OWN)
    page = desk.get(f"{LIST}{session.pk}/change/")
    assert page.status_code == 200
    assert (session.stage, session.counts["created"], Pilot.objects.count()) == ("previewed", 2, 0)
    assert "Import 2 pilots" in page.content.decode()


def test_what_is_confirmed_is_written_and_kept_row_by_row(desk: Client, ria: Person) -> None:
    session = previewed(desk, OWN)
    assert desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"}).status_code == 302
    session.refresh_from_db()
    assert (session.stage, session.started_by, session.finished_at is not None) == ("done", ria, True)
    assert [row.pilot.key for row in session.rows.all() if row.pilot] == ["P-1", "P-2"]
    assert desk.get(f"{LIST}{session.pk}/change/").status_code == 200


def test_a_list_of_another_shape_is_mapped_and_what_has_no_field_is_kept(desk: Client) -> None:
    assert "/mapping/" in upload(desk, OFFICE)["Location"]
    session = ImportSession.objects.get()
    page = desk.get(f"{LIST}{session.pk}/mapping/").content.decode()
    assert "1 word needs a choice; everything else is mapped" in page
    assert mapped(desk, session, portfolio="one", **{"word-stage-1": "paused"}).status_code == 302
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    sorting = session.rows.get(name="Sort complaints")
    assert sorting.cells == [["Cost centre", "K-12"]]
    assert {pilot.name: pilot.stage for pilot in Pilot.objects.all()} == {
        "Sort complaints": "adopted",
        "Draft letters": "running",  # A pause needs somebody who answers for it.
    }


def test_a_mapping_is_kept_under_its_name_and_taken_for_the_next_list_of_its_kind(desk: Client) -> None:
    upload(desk, OFFICE)
    session = ImportSession.objects.get()
    mapped(desk, session, portfolio="one", name="Claims inventory", **{"word-stage-1": "planned"})
    assert SavedMapping.objects.get().data["words"]["stage"]["somehow"] == "planned"
    answer = upload(desk, OFFICE.replace("Draft letters", "Draft e-mails"))
    assert "/change/" in answer["Location"]
    assert ImportSession.objects.first().mapping["name"] == "claims-inventory"  # type: ignore[union-attr]
    assert 'name = "claims-inventory"' in desk.get(f"{LIST}{session.pk}/mapping.toml").content.decode()


def test_a_mapping_that_cannot_be_says_so_at_its_place_and_keeps_what_was_chosen(desk: Client) -> None:
    upload(desk, OFFICE)
    session = ImportSession.objects.get()
    answer = mapped(desk, session, portfolio="", **{"column-0": "", "word-stage-1": "planned"})
    assert answer.status_code == 422
    assert "No column is read as the name" in answer.content.decode()
    assert '<option value="planned" selected>' in answer.content.decode()
    answer = mapped(desk, session, portfolio="")
    assert "Choose the portfolio that these rows are of" in answer.content.decode()


def test_a_cell_is_corrected_on_the_spot(desk: Client) -> None:
    session = previewed(desk, OWN.replace("Sorting", ""))
    page = desk.get(f"{LIST}{session.pk}/change/").content.decode()
    assert "This row has no name." in page
    assert 'name="cell-2:name"' in page
    desk.post(f"{LIST}{session.pk}/change/", {"check": "1", "cell-2:name": "Sorting mail", "was-2:name": ""})
    session.refresh_from_db()
    assert (session.counts.get("rejected", 0), session.counts["created"]) == (0, 2)
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    assert Pilot.objects.get(key="P-1").name == "Sorting mail"


def test_a_cell_is_typed_over_in_one_place_of_the_page(desk: Client) -> None:
    session = previewed(desk, OWN.replace("P-1,Sorting,one,running", "P-1,Sorting,one,somehow"))
    page = desk.get(f"{LIST}{session.pk}/change/").content.decode()
    assert page.count('name="cell-2:stage"') == 1
    assert page.count("is not a stage that is known") >= 2


def test_rejected_rows_go_out_with_their_reasons_and_come_in_again(desk: Client) -> None:
    session = previewed(desk, OWN + "P-3,,one,running,=1+1\n")
    answer = desk.get(f"{LIST}{session.pk}/rejected.csv")
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert content.splitlines()[0] == "key,portfolio,stage,purpose,rejected_because"
    assert "P-3,one,running,'=1+1,row 4: This row has no name." in content
    assert "1 rejected" in desk.get(f"{LIST}{session.pk}/report.txt").content.decode()


def test_a_preview_that_is_confirmed_after_somebody_decided_is_shown_again(
    desk: Client, portfolio: Portfolio, ria: Person
) -> None:
    session = previewed(desk, OWN)
    actions.record(portfolio=portfolio, key="P-1", name="Mine", by=ria)
    answer = desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"}, follow=True)
    assert "Something was decided since this preview" in answer.content.decode()
    assert list(Pilot.objects.values_list("key", "name")) == [("P-1", "Mine")]
    session.refresh_from_db()
    assert (session.stage, session.counts["created"]) == ("previewed", 1)


def test_no_row_of_a_portfolio_that_somebody_else_keeps_is_written(desk: Client, elsewhere: Portfolio) -> None:
    session = previewed(desk, OWN.replace("P-2,Drafting,one", "P-2,Drafting,two") + "P-3,New,three,planned,\n")
    assert session.counts == {"created": 1, "rejected": 2, "problems": 2, "no_longer": 0}
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    assert list(Pilot.objects.values_list("key", flat=True)) == ["P-1"]
    assert not Portfolio.objects.filter(key="three").exists()


def test_a_key_of_another_portfolio_says_nothing_of_that_portfolio(
    desk: Client, elsewhere: Portfolio, kai: Person
) -> None:
    actions.record(portfolio=elsewhere, key="P-1", name="Secret drafts", by=None)
    session = previewed(desk, OWN)
    page = desk.get(f"{LIST}{session.pk}/change/").content.decode()
    assert "Secret" not in page
    assert "two" not in page.split("<main")[1]


def test_another_office_does_not_see_an_import(desk: Client, elsewhere: Portfolio) -> None:
    session = previewed(desk, OWN)
    other = actions.open_account(email="other@example.org", name="Other", by=None)
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None)
    theirs = browser_of(Person.objects.get(pk=other.pk))
    for address in ("change/", "mapping/", "report.txt", "rejected.csv", "mapping.toml", "discard/"):
        assert theirs.get(f"{LIST}{session.pk}/{address}").status_code == 404, address
    assert "list.csv" not in theirs.get(LIST).content.decode()


def test_a_mapping_of_another_office_does_not_exist_for_an_office_and_no_file_of_the_server_is_one(
    desk: Client, elsewhere: Portfolio, lena: Person, tmp_path: Path
) -> None:
    data = {"columns": {"name": "Use case", "stage": "Status", "manager": "Owner"}, "constants": {"portfolio": "two"}}
    SavedMapping.objects.create(name="theirs", title="Theirs", data=data, portfolio=elsewhere, saved_by=lena)
    assert "/mapping/" in upload(desk, OFFICE)["Location"]  # It would fit.
    session = ImportSession.objects.get()
    address = f"{LIST}{session.pk}/mapping/"
    assert "Theirs" not in desk.get(address).content.decode()
    on_disk = tmp_path / "a.toml"
    on_disk.write_text('[columns]\nname = "Use case"\n[constants]\nportfolio = "one"\n')
    for name in ("theirs", str(on_disk)):
        answer = desk.get(address, {"use": name}, follow=True)
        assert "There is no mapping of this name." in answer.content.decode()
    mapped(desk, session, portfolio="one", name="theirs", **{"word-stage-1": "planned"})
    assert SavedMapping.objects.get().data == data


def test_an_import_that_is_discarded_leaves_nothing(desk: Client, lists: Path) -> None:
    session = previewed(desk, OWN)
    assert len(list(lists.iterdir())) == 1
    before = Event.objects.count()
    assert desk.post(f"{LIST}{session.pk}/discard/").status_code == 302
    assert (ImportSession.objects.count(), list(lists.iterdir()), Event.objects.count()) == (0, [], before)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"%PDF-1.7", "list.csv", "neither CSV nor a workbook"),
        (b"", "list.csv", "The submitted file is empty"),
        (b"PK\x03\x04 rubbish", "list.xlsx", "neither CSV nor a workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(
    desk: Client, lists: Path, content: bytes, name: str, says: str
) -> None:
    answer = upload(desk, content, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ImportSession.objects.exists()
    assert not lists.exists() or not list(lists.iterdir())


def test_the_list_of_imports_and_our_own_form_are_there(desk: Client) -> None:
    previewed(desk, OWN)
    assert "list.csv" in desk.get(LIST).content.decode()
    answer = desk.get(f"{LIST}form.csv")
    assert b"".join(answer.streaming_content).decode().startswith("key,name,portfolio,function")  # type: ignore[attr-defined]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row is a long list."""
    monkeypatch.setattr(sessions, "IN_ONE", 1)
    monkeypatch.setattr(importing, "IN_ONE", 1)
    monkeypatch.setattr(importing, "BATCH", 1)
    # As Django's own test client: the connection of a test, which is in a transaction, is not let go of.
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


def run_imports(*options: str) -> str:
    said = StringIO()
    call_command("run_imports", *options, stdout=said)
    return said.getvalue()


def test_a_long_list_is_read_in_the_background(desk: Client, few: None) -> None:
    session = previewed(desk, OWN)
    address = f"{LIST}{session.pk}/change/"
    assert (session.stage, session.wanted) == ("queued", "preview")
    assert "Waiting to be read: list.csv" in desk.get(address).content.decode()
    assert desk.post(address, {"confirm": "1"}).status_code == 403
    assert run_imports() == "list.csv: previewed\n"
    desk.post(address, {"confirm": "1"})
    assert not Pilot.objects.exists()
    assert run_imports() == "list.csv: done\n"
    session.refresh_from_db()
    assert (Pilot.objects.count(), session.rows_read, session.wanted) == (2, 2, "")
    assert run_imports() == ""


def test_what_stands_in_the_way_in_the_background_is_said_and_the_import_is_open_again(
    desk: Client, few: None, lists: Path
) -> None:
    session = previewed(desk, OWN)
    next(lists.iterdir()).write_bytes(b"%PDF-1.7")
    run_imports()
    session.refresh_from_db()
    assert session.stage == "opened"
    assert "neither CSV nor a workbook" in session.report


def test_an_error_of_ours_in_the_background_is_said_too_and_the_next_list_is_read(
    desk: Client, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = previewed(desk, OWN)
    real = sessions.preview

    def breaks(session: ImportSession, **more: Any) -> Any:
        if session.pk == broken.pk:
            raise RuntimeError("Made to fail.")
        return real(session, **more)

    monkeypatch.setattr(sessions, "preview", breaks)
    upload(desk, OWN)
    assert run_imports() == "list.csv: to be mapped\nlist.csv: previewed\n"
    failed = DBTaskResult.objects.failed().get()
    assert (failed.exception_class_path, failed.args_kwargs["args"]) == ("builtins.RuntimeError", [broken.pk])
    assert "by an error that is in the log" in desk.get(f"{LIST}{broken.pk}/mapping/").content.decode()


def test_how_reading_ended_is_kept_for_fourteen_days(desk: Client, few: None) -> None:
    previewed(desk, OWN)
    run_imports()
    call_command("daily", stdout=StringIO())
    assert DBTaskResult.objects.successful().count() == 1
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=15))
    call_command("daily", stdout=StringIO())
    assert not DBTaskResult.objects.exists()


def test_a_long_list_that_a_process_left_unfinished_is_taken_up(desk: Client, few: None) -> None:
    session = previewed(desk, OWN)
    ImportSession.objects.update(stage="running")
    assert run_imports() == ""
    assert run_imports("--resume") == "list.csv: previewed\n"
    session.refresh_from_db()
    assert session.counts["created"] == 2


def test_in_the_background_too_a_row_of_another_portfolio_is_rejected(
    desk: Client, few: None, elsewhere: Portfolio
) -> None:
    session = previewed(desk, OWN.replace("P-2,Drafting,one", "P-2,Drafting,two"))
    run_imports()
    session.refresh_from_db()
    assert (session.counts["created"], session.counts["rejected"]) == (1, 1)


def test_a_null_character_and_a_wrong_byte_stand_in_no_way(desk: Client) -> None:
    content = "Use case,Status,Umlaut\nSort,Li\0ve,Grüße\nDraft,Pilot,".encode() + b"\xff\n"
    assert upload(desk, content).status_code == 302
    session = ImportSession.objects.get()
    assert mapped(desk, session, portfolio="one").status_code == 302
    answer = desk.post(f"{LIST}{session.pk}/change/", {"check": "1", "cell-2:Use case": "a\0b", "was-2:Use case": "a"})
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.counts["rejected"] == 2
    assert desk.get(f"{LIST}{session.pk}/change/").status_code == 200
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    assert desk.get(f"{LIST}{session.pk}/rejected.csv").status_code == 200
