"""An installation with nothing in it says so honestly, and what to do next."""

from __future__ import annotations

import pytest
from django.test import Client

from pilots.models import Person, Portfolio
from tests.company import browser_of
from tests.readiness.admin.conftest import Record

ADD = "/admin/pilots/portfolio/add/"


@pytest.fixture
def first(root: Person) -> Client:
    """The browser of the one account of an empty installation."""
    return browser_of(root)


def text(client: Client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def main_of(page: str) -> str:
    return page.split('<main id="main"')[1].split("</nav>", 1)[-1]


@pytest.mark.parametrize("address", ["/admin/", "/admin/pilots/pilot/"])
def test_before_the_first_pilot_comes_a_portfolio(first: Client, address: str) -> None:
    page = main_of(text(first, address))
    assert f'<a class="button first" href="{ADD}">Open a portfolio</a>' in page
    assert "Add a pilot" not in page


def test_the_form_without_a_portfolio_leads_to_one(first: Client) -> None:
    answer = first.get("/admin/pilots/pilot/add/", follow=True)
    assert answer.redirect_chain == [(ADD, 302)]
    assert "A pilot is kept in a portfolio, and none is open yet." in answer.content.decode()


def test_with_a_portfolio_the_first_button_puts_a_pilot_on_record(desk: Client, portfolio: Portfolio) -> None:
    for address in ("/admin/", "/admin/pilots/pilot/"):
        assert "Add a pilot" in main_of(text(desk, address))


@pytest.mark.parametrize("table", ["portfolio", "function", "decisionright", "absence", "decision"])
def test_an_empty_list_that_nobody_narrowed_says_that_nothing_is_there_yet(first: Client, table: str) -> None:
    page = text(first, f"/admin/pilots/{table}/")
    assert 'class="empty"' in page
    assert "yet" in page.split('class="empty">')[1].split("</p>")[0]
    assert "Nothing here answers to that." not in page


def test_a_list_narrowed_to_nothing_says_so(desk: Client, record: Record) -> None:
    record("P-1")
    page = text(desk, "/admin/pilots/pilot/", q="nothing of the kind")
    assert "Nothing here answers to that." in page


@pytest.mark.parametrize("room", ["/museum/", "/museum/claims/", "/portfolio/"])
def test_a_room_claims_nothing_of_pilots_that_are_not_there(first: Client, room: str) -> None:
    page = text(first, room)
    assert "that runs has stalled" not in page
    assert "No pilot is on record here." in page
    assert '<a href="/admin/">To the desk</a>' in page


def test_the_museum_speaks_of_what_runs_only_where_something_does(
    desk: Client, record: Record, running: object
) -> None:
    assert "no pilot that runs has stalled." in text(desk, "/museum/", as_of="2026-03-03")
    filtered = text(desk, "/museum/", as_of="2026-03-03", gate="legal-sign-off")
    assert "that runs has stalled" not in filtered


def test_where_only_plans_are_on_record_nothing_is_said_to_move(desk: Client, record: Record) -> None:
    record("P-1")
    page = text(desk, "/museum/")
    assert "no pilot runs" in page
    assert "that runs has stalled" not in page


def test_whoever_carries_nothing_is_no_sponsor_of_none(first: Client) -> None:
    page = text(first, "/my/gates/")
    assert "0 pilots" not in page
    assert "You carry no pilot, and live with none." in page
