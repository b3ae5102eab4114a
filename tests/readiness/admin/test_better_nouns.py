"""Rule 16 at the desk and in lists: a question beside the field, in no way of Save, from a list that whoever keeps all edits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from pilots import actions
from pilots.models import Person, Pilot, Portfolio
from readiness.models import EmptyWord
from tests.company import browser_of
from tests.readiness.admin.conftest import WHEN
from tests.readiness.inventory.lists import own, run

ADD = "/admin/pilots/pilot/add/"
WORDS = "/admin/readiness/emptyword/"
ASKED = "“Transformation” of which task? Who does it, and for whom?"


def test_a_new_name_that_says_nothing_is_saved_and_asked_about_on_the_next_page(
    desk: Client, portfolio: Portfolio
) -> None:
    typed = {"portfolio": portfolio.pk, "key": "CO-1", "name": "Transformation"}
    saved = desk.post(ADD, typed, follow=True)
    assert Pilot.objects.get().name == "Transformation"
    assert ASKED in saved.content.decode()
    opened = desk.post(ADD, typed | {"key": "CO-2", "_continue": "1"}, follow=True).content.decode()
    assert opened.count(ASKED) == 1, "the record says it at its field, and no message says it twice"


def test_after_a_refused_save_the_question_stands_beside_its_field_and_is_read_out_with_it(
    desk: Client, portfolio: Portfolio
) -> None:
    refused = desk.post(ADD, {"portfolio": portfolio.pk, "key": "", "name": "Transformation"})
    page = refused.content.decode()
    assert ASKED in page
    at = page.index('name="name"')
    described = page[at : page.index(">", at)]
    assert 'aria-describedby="' in described
    name = described.partition('aria-describedby="')[2].partition('"')[0].split()[0]
    assert page.index(f'id="{name}"') < page.index('class="question"')
    assert not Pilot.objects.exists()


def test_the_record_asks_while_it_says_nothing_and_stops_when_the_workflow_says_it(
    desk: Client, record: Callable[..., Pilot]
) -> None:
    pilot = record("CO-1", name="Transformation")
    page = f"/admin/pilots/pilot/{pilot.pk}/change/"
    assert ASKED in desk.get(page).content.decode()
    actions.amend(pilot=pilot, by=None, set={"workflow": "Drafting renewal e-mails"}, **WHEN)
    assert 'class="question"' not in desk.get(page).content.decode()


def test_an_import_reports_names_that_say_no_task(tmp_path: Path, portfolio: Portfolio) -> None:
    path = own(
        tmp_path / "list.csv",
        "key,portfolio,name,stage\nA-1,one,AI transformation,planned\nA-2,one,Renewal drafts,planned\n",
    )
    code, said = run(path, preset="")
    assert code == 0, said
    assert "Names and purposes that say no task: 1" in said
    assert "A-1: “transformation” of which task? Who does it, and for whom?" in said
    assert "A-2: " not in said


def test_only_whoever_keeps_all_portfolios_edits_the_list(desk: Client, root: Person, elsewhere: Portfolio) -> None:
    word = EmptyWord.objects.get(phrase="drafts")
    pages = (WORDS, f"{WORDS}add/", f"{WORDS}{word.pk}/change/")
    assert {desk.get(page).status_code for page in pages} == {403}
    assert "/admin/readiness/emptyword/" not in desk.get("/admin/").content.decode()
    keeper = browser_of(root)
    assert {keeper.get(page).status_code for page in pages} == {200}
    changed = keeper.post(pages[2], {"phrase": "drafts", "kind": "general"}, follow=True)
    assert changed.status_code == 200
    word.refresh_from_db()
    assert not word.in_use
    twice = keeper.post(f"{WORDS}add/", {"phrase": "Drafts", "kind": "general", "in_use": "on"})
    assert "This word is on the list." in twice.content.decode()
    keeper.post(f"{WORDS}{word.pk}/delete/", {"post": "yes"})
    assert EmptyWord.objects.filter(pk=word.pk).exists()
    assert desk.post(pages[2], {"phrase": "x", "kind": "general"}).status_code == 403


@pytest.mark.parametrize("value", ["\0", "9" * 40, "-1", "x" * 5000, "%", "drafts"])
def test_nothing_that_is_asked_of_the_list_fails(root: Person, value: str) -> None:
    keeper, before = browser_of(root), EmptyWord.objects.count()
    for parameter in ("q", "o", "p", "in_use", "phrase__startswith"):
        assert keeper.get(WORDS, {parameter: value}).status_code in (200, 302, 400), parameter
    for number in (0, 2**31, 2**63, "x"):
        assert keeper.get(f"{WORDS}{number}/change/").status_code in (302, 404)
    refused = keeper.post(f"{WORDS}add/", {"phrase": value + "\0", "kind": "general"})
    assert refused.status_code in (200, 400)
    assert EmptyWord.objects.count() == before
