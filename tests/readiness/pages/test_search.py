"""The search of the masthead: by key, name, workflow and people, of what whoever asks may see, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.company import Company, browser_of
from tests.readiness.pages.opened import pilot_page


def searched(company: Company, who: str, words: str, **more: Any) -> Any:
    return browser_of(company.people[who]).get(reverse("readiness:search"), {"q": words, **more})


def keys(answer: Any) -> list[str]:
    return [one.pilot.key for one in answer.context["found"]]


@pytest.mark.parametrize("words", ["renewal", "RENEWAL drafts", "e-mails drafting", "ansel", "co-014 renew", "Ottilie"])
def test_a_pilot_is_found_by_what_people_remember_of_it(company: Company, words: str) -> None:
    company.running()
    company.pilot("CO-015", "Meeting notes", workflow="minutes", manager=None)
    assert keys(searched(company, "ria", words)) == ["CO-014"]


def test_a_key_written_out_leads_to_its_pilot(company: Company) -> None:
    pilot = company.pilot()
    assert searched(company, "ria", " co-014 ")["Location"] == pilot_page(pilot)


def test_what_begins_with_the_words_comes_first(company: Company) -> None:
    company.pilot("A-1", "Summaries of drafts")
    company.pilot("B-1", "Drafts of letters")
    company.pilot("DRAFTS-9", "Replies")
    assert keys(searched(company, "ria", "drafts")) == ["DRAFTS-9", "B-1", "A-1"]


def test_what_one_may_not_see_is_not_found(company: Company) -> None:
    company.running()
    for words in ("CO-014", "renewal", "ansel"):
        answer = searched(company, "noam", words)
        assert answer.status_code == 200
        assert keys(answer) == []


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "' OR 1=1 --"])
def test_no_words_find_what_does_not_hold_them(company: Company, words: str) -> None:
    company.pilot()
    answer = searched(company, "ria", words)
    assert answer.status_code == 200
    assert not answer.context.get("found")


@pytest.mark.parametrize("words", ["\0", "x" * 501])
def test_what_no_database_can_be_asked_is_refused(company: Company, words: str) -> None:
    assert searched(company, "ria", words).status_code == 400


def test_a_page_that_is_not_there_is_the_nearest(company: Company) -> None:
    company.pilot()
    assert keys(searched(company, "ria", "CO-014", page="99")) == ["CO-014"]
