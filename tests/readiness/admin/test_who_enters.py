"""Who enters the desk, what does not exist for whom, and what a browser may do there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import Person, Pilot, Portfolio
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN, Record, account

pytestmark = pytest.mark.django_db
LISTS = ["pilot", "decision", "event"]


def test_strangers_are_sent_to_sign_in_with_their_second_factor() -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert b"/admin/" in answer.content


@pytest.mark.parametrize("role", [None, "reviewer"])
def test_nobody_else_enters(portfolio: Portfolio, role: str | None) -> None:
    person = account("sam")
    if role:
        actions.give_role(portfolio=portfolio, person=person, role=role, by=None, **WHEN)
    assert browser_of(person).get("/admin/", follow=True).status_code == 403


def test_being_called_staff_is_no_desk(portfolio: Portfolio) -> None:
    person = account("sam")
    Person.objects.filter(pk=person.pk).update(is_staff=True)
    answer = browser_of(person).get("/admin/pilots/pilot/", follow=True)
    assert answer.status_code == 403


def test_the_office_needs_no_permission_rows(desk: Client, ria: Person) -> None:
    assert not ria.get_all_permissions()
    assert desk.get("/admin/").status_code == 200


@pytest.mark.parametrize("table", LISTS)
def test_every_list_opens_and_brings_no_style_and_no_script_but_those_of_keys_and_of_finding(
    desk: Client, running: Pilot, table: str
) -> None:
    answer = desk.get(reverse(f"admin:pilots_{table}_changelist"))
    assert answer.status_code == 200
    page = answer.content.decode()
    scripts = {part.split(">")[0] for part in page.split("<script")[1:]}
    ours = {f' src="/static/readiness/{name}.js" defer' for name in ("keys", "finding")}
    assert scripts <= ours
    assert " style=" not in page
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("table", ["decision", "event"])
def test_nobody_adds_to_the_log_by_hand(root: Person, running: Pilot, table: str) -> None:
    client = browser_of(root)
    address = reverse(f"admin:pilots_{table}_add")
    assert client.get(address).status_code == 403
    assert client.post(address, {}).status_code == 403


def test_nobody_changes_or_deletes_what_is_in_the_log(root: Person, running: Pilot) -> None:
    client = browser_of(root)
    event = running.events.get(action="start")
    there = reverse("admin:pilots_event_change", args=[event.pk])
    assert client.get(there).status_code == 200
    assert client.post(there, {"action": "x"}).status_code == 403
    gone = reverse("admin:pilots_event_delete", args=[event.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 403
    assert running.events.filter(action="start").exists()


def test_another_offices_log_is_not_there(desk: Client, record: Record, elsewhere: Portfolio) -> None:
    other = record("E-1", "Not theirs", portfolio=elsewhere)
    event = other.events.get(action="record")
    there = reverse("admin:pilots_event_change", args=[event.pk])
    assert desk.get(there).status_code == 404
    assert "Not theirs" not in desk.get("/admin/pilots/event/").content.decode()
    assert "Not theirs" not in desk.get("/admin/").content.decode()
