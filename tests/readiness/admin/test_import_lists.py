"""People, functions, portfolios, roles and rights come in on the page of imports, by the same steps as pilots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pilots import actions
from pilots.clock import today
from pilots.models import Event, Person, Portfolio, PortfolioRole
from readiness.inventory import profile as profiles
from readiness.inventory.taking_back import can_be_taken_back
from readiness.models import ImportSession
from readiness.models.imports import Subject

ADD = "/admin/readiness/importsession/add/"
LIST = "/admin/readiness/importsession/"
PEOPLE = "email,name,function\nana@example.org,Ana Blom,Claims\nnowhere,Bo Lund,\n"
ROLES = "Colleague;Access level\nana@example.org;peruses\n"


@pytest.fixture(autouse=True)
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded lists lie during a test."""
    field: Any = ImportSession._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "lists"))


def upload(client: Client, content: str, of: str) -> ImportSession:
    answer = client.post(ADD, {"of": of, "file": SimpleUploadedFile("list.csv", content.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return ImportSession.objects.latest("pk")


def test_people_are_previewed_corrected_and_opened(desk: Client, ria: Person) -> None:
    session = upload(desk, PEOPLE, "people")
    address = f"{LIST}{session.pk}/change/"
    page = desk.get(address).content.decode()
    assert "Import 1 person" in page
    assert "Enter a valid email address." in page
    assert not Person.objects.filter(email="ana@example.org").exists()
    desk.post(address, {"was-3:email": "nowhere", "cell-3:email": "bo@example.org", "check": "1"})
    assert "Import 2 people" in desk.get(address).content.decode()
    assert "2 people are new or changed" in desk.post(address, {"confirm": "1"}, follow=True).content.decode()
    assert Person.objects.filter(email__in=("ana@example.org", "bo@example.org")).count() == 2


def test_a_line_in_the_log_says_that_the_list_was_imported_and_opens_the_import(desk: Client, ria: Person) -> None:
    session = upload(desk, PEOPLE, "people")
    address = f"{LIST}{session.pk}/change/"
    assert not Event.objects.filter(action="import_list").exists()
    desk.post(address, {"confirm": "1"})
    event = Event.objects.get(action="import_list")
    assert (event.by, event.portfolio, event.pilot) == (ria, None, None)
    assert event.data["counts"] == {"created": 1, "rejected": 1}
    page = desk.get("/admin/pilots/event/?action=import_list").content.decode()
    assert "List imported, of people: 1 new" in page
    there = f"{LIST}of/{session.public_id}/"
    assert f'href="{there}"' in page
    assert desk.get(there)["Location"] == address
    # What its rows did is under that line, by the same batch, and says of which row it is.
    parts = Event.objects.parts_of_batch(event.batch).order_by("pk")
    assert [(part.action, part.data["line"]) for part in parts] == [("name_function", 2), ("open_account", 2)]
    assert not set(parts) & set(Event.objects.entries())
    opened = {"action": "open_account", "from_day": today().isoformat(), "who": "ria@example.org"}
    assert not set(parts) & set(desk.get("/admin/pilots/event/").context["cl"].result_list)
    assert desk.get("/admin/pilots/event/", opened).context["cl"].result_list == [parts[1]]
    assert "Account opened" in desk.get(f"/admin/pilots/event/{event.pk}/change/").content.decode()
    session.refresh_from_db()
    assert can_be_taken_back(session)


def test_what_is_confirmed_is_what_was_shown(desk: Client) -> None:
    session = upload(desk, PEOPLE, "people")
    actions.open_account(email="ana@example.org", name="Ana", by=None)
    page = desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"}, follow=True).content.decode()
    assert "Something was decided since this preview" in page
    assert Person.objects.get(email="ana@example.org").name == "Ana"


def test_columns_and_words_of_another_list_are_chosen_and_what_was_read_is_not_read_again(
    desk: Client, portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.open_account(email="ana@example.org", name="Ana", by=None)
    session = upload(desk, ROLES, "roles")
    address = f"{LIST}{session.pk}/mapping/"
    form = desk.get(address).context["form"]
    monkeypatch.setattr(profiles, "profile_of", None)
    assert "portfolio" in form.fields
    assert "new_portfolio" not in form.fields
    typed = {"column-0": "person", "column-1": "role", "portfolio": "one", "header_row": "1", "preview": "1"}
    refused = desk.post(address, {**typed, "column-1": ""})
    assert refused.status_code == 422
    assert "which every row needs" in refused.content.decode()
    desk.post(address, {**typed, "word-role-0": "reviewer", "name": "Our access list"})
    desk.post(f"{LIST}{session.pk}/change/", {"confirm": "1"})
    assert PortfolioRole.objects.filter(person__name="Ana", role="reviewer", portfolio=portfolio).exists()
    assert upload(desk, ROLES, "roles").mapping == ImportSession.objects.get(pk=session.pk).mapping | {
        "title": "Our access list"
    }


def test_each_kind_of_list_has_a_form_to_fill_in_that_is_read_at_once(desk: Client) -> None:
    page = desk.get(ADD).content.decode()
    for subject in Subject.values:
        address = f"{LIST}form.csv?of={subject}"
        assert address in page
        header = b"".join(desk.get(address)).decode()  # type: ignore[call-overload]
        if subject != Subject.PILOTS:
            assert upload(desk, header + "," * (header.count(",")) + "\n", subject).stage == "previewed"
    assert desk.get(f"{LIST}form.csv?of=pigeons").status_code == 404
    assert desk.post(ADD, {"of": "pigeons"}).status_code == 422


def test_nobody_sees_the_list_of_another_office(desk: Client, elsewhere: Portfolio) -> None:
    session = upload(desk, PEOPLE, "people")
    other = actions.open_account(email="noa@example.org", name="Noa", by=None)
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None)
    client = Client()
    client.force_login(Person.objects.get(pk=other.pk))
    assert client.get(f"{LIST}{session.pk}/change/").status_code == 404


def test_an_edited_export_asks_why_and_is_the_offices_change(desk: Client, ria: Person, portfolio: Portfolio) -> None:
    pilot = actions.record(portfolio=portfolio, key="P-1", name="Sorting", by=ria, workflow="sorting mail")
    head = "key,name,portfolio,stage,tool,version\n"
    session = upload(desk, f"{head}P-1,Sorting,one,planned,Drafter 2,{pilot.log_count}\n", "pilots")
    address = f"{LIST}{session.pk}/change/"
    assert 'name="reason"' in desk.get(address).content.decode()
    assert "Say why" in desk.post(address, {"confirm": "1", "reason": " "}, follow=True).content.decode()
    desk.post(address, {"confirm": "1", "reason": "The contract changed."})
    changed = Event.objects.get(pilot=pilot, action="amend")
    assert changed.by == ria
    assert Event.objects.get(action="import_list").reason == "The contract changed."
    shown = desk.get(f"{LIST}{session.pk}/take-back/")
    assert "P-1" in shown.content.decode()
    desk.post(f"{LIST}{session.pk}/take-back/", {"reason": "It had not.", **_seen(shown)})
    pilot.refresh_from_db()
    assert pilot.tool == ""


def _seen(page: Any) -> dict[str, str]:
    """What a page sends back beside what is typed."""
    form = page.context.get("form")
    return {name: str(form[name].value() or "") for name in form.fields if name != "reason"} if form else {}
