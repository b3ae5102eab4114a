"""The museum at any size: why pilots hang there, nine on the wall, the others in a table that sorts, and what finds them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from pilots import actions
from pilots.models import Person, Pilot
from readiness.text import labels
from tests.company import FUNDING, LEGAL, SPONSOR, Company, browser_of

MUSEUM = reverse("readiness:museum")


def opened(company: Company, **query: Any) -> Any:
    return browser_of(company.ria).get(MUSEUM, query)


def keys(answer: Any) -> list[str]:
    return [one.snapshot.pilot.key for part in ("hung", "others") for one in answer.context[part]]


@pytest.fixture
def stalled(company: Company) -> Company:
    """Twelve exhibits of Ansel's, the longest first by number; on the last but one Legal has said yes; nobody carries the last."""
    for number in range(11):
        company.running(f"X-{number:02}", f"Exhibit {10 - number:02}", ago=420 - number)
    company.all_clear(Pilot.objects.get(key="X-10"), ago=150)
    actions.leave(gate=company.gate(Pilot.objects.get(key="X-10"), FUNDING), by=company.hedda, on=company.day(140))
    last = company.pilot("X-11", "Without anybody", ago=100, function=None)
    actions.start(pilot=last, by=company.ria, on=company.day(100))
    return company


def test_nine_hang_on_the_wall_and_the_others_stand_in_the_table(stalled: Company) -> None:
    answer = opened(stalled)
    assert len(answer.context["hung"]) == 9
    assert keys(answer) == [f"X-{number:02}" for number in range(12)]


def test_a_sorted_list_has_no_wall_and_what_has_no_value_is_last(stalled: Company) -> None:
    by_name = opened(stalled, sort="name")
    assert by_name.context["hung"] == []
    assert keys(by_name) == [f"X-{number:02}" for number in range(10, -1, -1)] + ["X-11"]
    for column in ("sponsor", "-sponsor", "function", "-function"):
        assert keys(opened(stalled, sort=column))[-1] == "X-11", column
    assert keys(opened(stalled, sort="-days"))[0] == "X-11"
    assert keys(opened(stalled, sort="pk; drop")) == keys(opened(stalled))


def test_it_says_why_they_are_there_and_what_alone_would_free(stalled: Company) -> None:
    found = {(one.reason.kind.key, one.reason.court): one for one in opened(stalled).context["findings"]}
    legal = found[LEGAL, "decider"]
    assert (legal.reason.pilots, legal.reason.alone) == (11, 0)
    assert [who.pk for who in legal.reason.holders] == [stalled.perpetua.pk]
    funding = found[FUNDING, "nobody"]
    assert (funding.reason.pilots, funding.reason.alone) == (12, 1)
    assert found[SPONSOR, "nobody"].says == "Nobody is named for Sponsor on one pilot."
    assert next(iter(found)) == (FUNDING, "nobody")


def test_each_reason_leads_to_its_pilots(stalled: Company) -> None:
    for one in opened(stalled).context["findings"]:
        rows = opened(stalled, gate=one.reason.kind.key, court=one.reason.court)
        assert len(keys(rows)) == one.reason.pilots


def test_what_is_missing_besides_is_counted(stalled: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    many = len(opened(stalled).context["findings"])
    assert many > 2
    monkeypatch.setattr("readiness.pages.museum.MOST_REASONS", 1)
    page = opened(stalled)
    assert len(page.context["findings"]) == 1
    text = " ".join(page.content.decode().split())
    assert f"{many - 1} more things are missing on some of them." in text
    for one in page.context["more_findings"]:
        assert one.says in text


def test_nobody_is_named_beside_what_is_not_their_move(stalled: Company) -> None:
    names = set(Person.objects.values_list("name", flat=True))
    for one in opened(stalled).context["findings"]:
        named = {name for name in names if name in one.note}
        assert named == ({who.name for who in one.reason.holders} if one.reason.court == "decider" else set())


def test_who_keeps_the_records_closes_what_nobody_holds_from_here_and_no_one_else(stalled: Company) -> None:
    assert [one.act for one in browser_of(stalled.vera).get(MUSEUM).context["findings"] if one.act] == []
    Person.objects.filter(pk=stalled.ria.pk).update(is_staff=True)
    office = browser_of(Person.objects.get(pk=stalled.ria.pk))
    for one in office.get(MUSEUM).context["findings"]:
        assert bool(one.act) == (one.reason.court == "nobody")
        if one.act and one.act_says == "Name somebody":
            rows = office.get(one.act).context["cl"].result_count
            assert rows == one.reason.pilots


def test_that_none_misses_one_thing_alone_is_said_once(stalled: Company) -> None:
    once = "Each misses several things: first what most of them miss."
    assert once not in " ".join(opened(stalled).content.decode().split())
    actions.decide(
        gate=stalled.gate(Pilot.objects.get(key="X-10"), LEGAL), by=stalled.perpetua, outcome="refused", reason="No."
    )
    page = opened(stalled)
    assert not any(one.reason.alone for one in page.context["findings"])
    assert " ".join(page.content.decode().split()).count(once) == 1


def test_a_day_on_which_nothing_was_on_record_says_so_and_leads_to_another(stalled: Company) -> None:
    day = stalled.day(4000)
    page = opened(stalled, as_of=day.isoformat())
    text = " ".join(strip_tags(page.content.decode()).split())
    assert f"No pilot was on record here on {labels.day(day)}." in text
    assert 'name="as_of"' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sponsor": "nobody"}, ["X-11"]),
        ({"sponsor": "ansel quaye"}, [f"X-{n:02}" for n in range(11)]),
        ({"sponsor": "Nobody Such"}, []),
        ({"q": "without ANYBODY"}, ["X-11"]),
        ({"court": "elsewhere"}, [f"X-{n:02}" for n in range(12)]),
        ({"function": "customer OPERATIONS", "q": "anybody"}, []),
    ],
)
def test_the_filters_find_what_they_say(stalled: Company, query: dict[str, str], found: list[str]) -> None:
    assert keys(opened(stalled, **query)) == found


def test_what_another_portfolio_may_not_see_is_not_counted(stalled: Company) -> None:
    answer = browser_of(stalled.noam).get(MUSEUM)
    assert answer.context["findings"] == []
    assert keys(answer) == []
