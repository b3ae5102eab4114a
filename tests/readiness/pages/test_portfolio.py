"""The portfolio opens with the move that frees most; its figures are the API's, and each leads to its rows on that day."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.models import Portfolio, PortfolioRole
from tests.company import DATA, LEGAL, QUALITY, Company, browser_of

pytestmark = pytest.mark.django_db
PAGE, API = "/portfolio/", "/api/v1/portfolio/"


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def nearly(company: Company) -> Company:
    """Three pilots that wait for Legal alone, one that waits for IT alone, and one that waits for most."""
    for number in range(4):
        pilot = company.running(f"N-{number}", f"Nearly {number}", ago=20)
        company.all_clear(pilot)
        kind, who = (LEGAL, company.perpetua) if number < 3 else (DATA, company.bastian)
        actions.decide(
            gate=company.gate(pilot, kind), by=who, outcome="withdrawn", reason="Terms are to be read again."
        )
    company.running("F-0", "Far", ago=100)
    return company


def read(company: Company, query: str = "", who: str = "vera") -> Any:
    return browser_of(company.people[who]).get(PAGE + query)


def keys(page: Any) -> list[str]:
    return [row.snapshot.pilot.key for row in page.context["rows"]]


def rows_of(company: Company, **query: str) -> list[dict[str, str]]:
    answer: Any = browser_of(company.vera).get(PAGE, {"format": "csv"} | query)
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_it_opens_with_the_move_that_frees_most_and_its_letter(nearly: Company) -> None:
    page = read(nearly)
    assert page.context["headline"] == "3 pilots wait for one thing only: Perpetua Rask to answer Legal."
    first, second, *_others = page.context["findings"]
    assert (first.number, second.number) == (3, 1)
    assert first.letter.to == nearly.perpetua
    assert first.letter.subject == "3 pilots wait for a yes or no (Legal)"
    assert all(f"Nearly {number}" in first.letter.body for number in range(3))
    text = page.content.decode()
    assert 'href="#letter"' in text
    assert text.index("What frees most") < text.index('id="letter"') < text.index("Who is waited for")
    assert "Here it is answered: http://testserver/my/decisions/" in text


def test_each_finding_leads_to_the_pilots_that_it_frees(nearly: Company) -> None:
    for finding in read(nearly).context["findings"]:
        assert len(keys(read(nearly, finding.address.partition("#")[0]))) == finding.number
    first = read(nearly).context["findings"][0].address.partition("#")[0]
    assert keys(read(nearly, first)) == ["N-0", "N-1", "N-2"]


def test_what_frees_is_what_the_api_says(nearly: Company) -> None:
    there = browser_of(nearly.vera).get(f"{API}bottlenecks/").json()
    people = read(nearly).context["people"]
    for one in people:
        of_api = [row for row in there if row["court"] == one.court]
        if one.holder:
            of_api = [row for row in of_api if row["holder"]["id"] == one.holder.public_id]
        assert one.gates == sum(row["gates"] for row in of_api)
        assert one.alone == sum(row["frees"] for row in of_api)
    summary = browser_of(nearly.vera).get(f"{API}summary/").json()
    by_kind = {kind.key: courts for kind, courts, _shares, _all in read(nearly).context["by_gate"]}
    assert by_kind == {kind: courts for kind, courts in summary["open_gates_by_kind"].items() if sum(courts.values())}
    standing = {month.day.isoformat(): month.counts for month in read(nearly).context["months"]}
    trend = browser_of(nearly.vera).get(f"{API}trend/").json()
    assert {point["at"]: point["standing"] for point in trend} == standing


def test_every_figure_leads_to_as_many_rows(nearly: Company) -> None:
    page = read(nearly)
    links = re.findall(r'href="(\?[^"]*#board)">([\d,]+)<', page.content.decode())
    assert len(links) >= 6
    for address, number in links:
        found = read(nearly, address.replace("&amp;", "&").partition("#")[0])
        many = sum(
            1
            for row in found.context["rows"]
            for gate in row.snapshot.waiting_gates
            if f"court={gate.status.court}" in address
            and ("gate=" not in address or f"gate={gate.kind.key}" in address)
            and ("holder=" not in address or (gate.holder and gate.holder.public_id in address))
        )
        assert many == int(number.replace(",", "")), address


def test_where_no_move_frees_a_pilot_it_says_what_most_wait_for(company: Company) -> None:
    company.running("F-0", "Far", ago=20)
    company.running("F-1", "Farther", ago=20)
    page = read(company)
    assert page.context["headline"] == "No single move would free a pilot: each waits for several."
    assert "What most wait for" in page.content.decode()
    assert page.context["lettered"] is None
    first = page.context["findings"][0]
    assert len(keys(read(company, first.address.partition("#")[0]))) == first.number == 2


def test_nothing_waits_where_nothing_is_open(company: Company) -> None:
    company.pilot()
    page = read(company)
    assert page.context["headline"] == "Nothing waits: no gate of a running or adopted pilot is open."
    assert page.context["findings"] == []


def test_what_changed_since_a_date_is_what_the_api_says(nearly: Company) -> None:
    since = nearly.day(10).isoformat()
    page = read(nearly, f"?since={since}&change=any")
    there = browser_of(nearly.vera).get("/api/v1/changes/", {"from": since}).json()
    compared = page.context["compared"]
    assert compared.number == there["summary"]["pilots"] == 4
    assert [one.row.key for one in compared.rows()] == [row["key"] for row in there["results"]]
    assert {one.change: one.number for one in compared.counted()}.items() <= there["summary"]["changes"].items()
    assert [row["key"] for row in rows_of(nearly, list="changes", since=since)] == [
        row["key"] for row in there["results"]
    ]
    stalled = read(nearly, f"?since={nearly.day(60).isoformat()}&change=stalled").context["compared"]
    assert [one.row.key for one in stalled.rows()] == ["F-0"]


def test_what_changed_is_not_counted_until_it_is_asked(nearly: Company) -> None:
    page = read(nearly)
    day = (nearly.day() - timedelta(days=91)).isoformat()
    assert f'href="?&amp;since={day}#since"' in page.content.decode()
    assert "stand differently" not in page.content.decode()
    assert "stand differently" in read(nearly, f"?since={day}").content.decode()


def test_a_day_that_cannot_be_compared_is_refused_on_the_page(nearly: Company) -> None:
    for since, says in (("soon", "is not a date"), ((nearly.day(-3)).isoformat(), "lies before the first")):
        page = read(nearly, f"?since={since}")
        assert page.status_code == 200
        assert says in page.content.decode()


def test_changes_are_read_twenty_a_page(company: Company) -> None:
    for number in range(23):
        company.pilot(f"P-{number:02}", f"Pilot {number}", ago=3)
    first = read(company, f"?since={company.day(9).isoformat()}&change=any")
    compared = first.context["compared"]
    assert (len(compared.rows()), compared.next_after) == (20, "P-19")
    rest = read(company, f"?since={company.day(9).isoformat()}&change=any&after=P-19").context["compared"]
    assert ([one.row.key for one in rest.rows()], rest.next_after) == (["P-20", "P-21", "P-22"], "")


def test_the_board_is_sorted_and_grouped(nearly: Company) -> None:
    assert keys(read(nearly)) == ["F-0", "N-0", "N-1", "N-2", "N-3"]
    assert 'scope="rowgroup"' in read(nearly).content.decode()
    turned = read(nearly, "?sort=-name")
    assert keys(turned) == ["N-3", "N-2", "N-1", "N-0", "F-0"]
    assert 'aria-sort="descending"' in turned.content.decode()
    assert 'scope="rowgroup"' not in turned.content.decode()
    assert keys(read(nearly, "?q=Nearly+2")) == ["N-2"]
    assert keys(read(nearly, f"?gate={QUALITY}")) == ["F-0"]
    assert keys(read(nearly, "?standing=museum_exhibit")) == ["F-0"]
    assert read(nearly, "?sort=nothing&court=nowhere&holder=nobody&only=1").status_code == 200


def test_place_and_day_are_carried_on(nearly: Company) -> None:
    other = Portfolio.objects.create(key="works", name="North works")
    PortfolioRole.objects.create(portfolio=other, person=nearly.vera, role="reviewer")
    actions.record(portfolio=other, key="W-1", name="Weights", by=None, on=nearly.day(40))
    page = read(nearly, f"?portfolio=service&as_of={nearly.day(1).isoformat()}")
    assert "W-1" not in keys(page)
    tail = f"portfolio=service&amp;as_of={nearly.day(1).isoformat()}"
    own = [link for link in re.findall(r'href="(\?[^"]*)"', page.content.decode()) if "as_of=" not in link]
    assert own == []
    assert tail in page.content.decode()


def test_every_list_goes_out(nearly: Company) -> None:
    assert sum(int(row["gates"]) for row in rows_of(nearly, list="waits")) == read(nearly).context["waiting"]
    assert len(rows_of(nearly, list="trend")) == 13
    assert [row["key"] for row in rows_of(nearly)] == keys(read(nearly))
    assert "There are these lists here" in read(nearly, "?format=csv&list=all").content.decode()
