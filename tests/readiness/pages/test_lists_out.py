"""Each list of the pages as a file: the rows that the page shows, its filters, its reader's eyes, and no formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from pilots import actions
from pilots.models import Person, Pilot
from tests.company import LEGAL, Company, a_portfolio, an_office_of, browser_of

MUSEUM, CLAIMS, BOARD, GATES, QUEUE, RIGHTS = (
    *("/museum/", "/museum/claims/", "/portfolio/", "/my/gates/", "/my/decisions/"),
    "/rights/",
)
FORMULA = "=1+1"


def rows(person: Person, address: str, **asked: str) -> list[dict[str, str]]:
    answer: Any = browser_of(person).get(address, {"format": "csv"} | asked)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8", answer.content.decode()[:2000]
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def keys(person: Person, address: str, **asked: str) -> list[str]:
    return [row["key"] for row in rows(person, address, **asked)]


def shown(person: Person, address: str, name: str, of: Callable[[Any], Pilot], **asked: str) -> list[str]:
    """The keys of the pilots on the pages of a list, one after the other."""
    client, found, page = browser_of(person), [], 1
    while True:
        context = client.get(address, asked | {"page": str(page)}).context
        found += [of(each).key for part in name.split("+") for each in context[part]]
        if not context["page"].has_next():
            return found
        page += 1


def of_snapshot(each: Any) -> Pilot:
    pilot: Pilot = each.snapshot.pilot
    return pilot


@pytest.fixture(scope="module")
def all_of_it(module_database: None) -> Company:
    """Twelve exhibits, three that run, one claim, and one pilot of another portfolio."""
    company = Company()
    for number in range(12):
        company.running(f"X-{number:02}", FORMULA if number == 3 else f"Exhibit {number}", ago=400 + number)
    for number in range(3):
        company.running(f"R-{number}", ago=10 + number, function=None if number else company.function)
    actions.record_claim(pilot=company.running("C-1", ago=20), on=company.day(20))
    other = a_portfolio("other", day=company.day(500))
    pilot = actions.record(portfolio=other, key="E-1", name="Elsewhere", by=None, on=company.day(450))
    actions.start(pilot=pilot, by=None, on=company.day(450))
    return company


@pytest.fixture
def many(all_of_it: Company, db: None) -> Company:
    return all_of_it


@pytest.mark.parametrize(
    ("address", "name"),
    [(MUSEUM, "hung+others"), (CLAIMS, "hung+others"), (BOARD, "rows"), (BOARD + "?standing=at_risk", "rows")],
)
def test_the_file_has_the_pilots_of_every_page_in_their_order(many: Company, address: str, name: str) -> None:
    found = keys(many.ria, address)
    assert found == shown(many.ria, address, name, of_snapshot)
    assert "E-1" not in found


def test_filters_and_the_day_hold(many: Company) -> None:
    day = many.day(395).isoformat()
    assert len(keys(many.ria, MUSEUM)) == 12
    assert keys(many.ria, MUSEUM, function="No such") == []
    assert keys(many.ria, MUSEUM, as_of=day) == shown(many.ria, MUSEUM, "hung+others", of_snapshot, as_of=day)
    assert "R-0" not in keys(many.ria, BOARD, as_of=day)
    assert keys(many.ria, CLAIMS) == ["C-1"]
    assert rows(many.ria, CLAIMS)[0]["claimed_since"] == many.day(20).isoformat()
    assert keys(many.ria, BOARD, standing="museum_exhibit") == keys(many.ria, BOARD)[:12]
    assert len(keys(many.ria, BOARD, page="2")) == 16


def test_what_one_may_not_see_is_in_no_file(many: Company) -> None:
    stranger = an_office_of(a_portfolio("third", day=many.day(9)), "sol", day=many.day(9))
    for address in (MUSEUM, CLAIMS, BOARD, GATES, QUEUE):
        assert rows(stranger, address) == [], address
    assert {row["portfolio"] for row in rows(stranger, RIGHTS)} <= {"third"}
    assert Client().get(MUSEUM, {"format": "csv"}).status_code == 302


def test_the_boards_gates_are_those_of_the_page(many: Company) -> None:
    row = rows(many.ria, BOARD)[0]
    gate = browser_of(many.ria).get(BOARD).context["rows"][0].snapshot.gate(LEGAL).status
    assert (row[f"{LEGAL}:state"], row[f"{LEGAL}:court"]) == (gate.state, gate.court)
    assert row[f"{LEGAL}:days"] == str(gate.days)


def test_a_deciders_queue_goes_out_whole(many: Company) -> None:
    found = rows(many.perpetua, QUEUE)
    waits = [row["key"] for row in found if row["why"] == "waits on you"]
    assert waits == shown(many.perpetua, QUEUE, "rows", of_snapshot)
    assert len(waits) == 16
    assert {row["gate"] for row in found} == {many.gate(Pilot.objects.get(key="R-0"), LEGAL).kind.name}
    escalated = browser_of(many.ines).get(QUEUE).context["escalated"]
    assert [(row["why"], row["key"]) for row in rows(many.ines, QUEUE)] == [
        ("escalated to you", each.snapshot.pilot.key) for each in escalated
    ]
    assert escalated


def test_what_names_somebody_and_what_escalated_is_said_to_be_so(many: Company) -> None:
    pilot = Pilot.objects.get(key="R-0")
    actions.nominate(gate=many.gate(pilot, "funding-owner"), by=many.ria, person=many.noam)
    assert [(row["why"], row["key"]) for row in rows(many.noam, QUEUE)] == [("names you", "R-0")]


def test_a_sponsors_gates_go_out_one_by_one(many: Company) -> None:
    found = rows(many.ansel, GATES)
    carried = shown(many.ansel, GATES, "entries", of_snapshot)
    assert list(dict.fromkeys(row["key"] for row in found)) == carried
    entries = browser_of(many.ansel).get(GATES).context["entries"]
    moves = [(one.snapshot.pilot.key, move.gate.kind.name) for one in entries for move in one.moves]
    assert [(row["key"], row["gate"]) for row in found if row["gate"]][: len(moves)] == moves


def test_a_pilot_without_an_open_gate_is_a_row_of_its_own(many: Company) -> None:
    many.all_clear(many.running())
    found = [(row["key"], row["gate"], row["standing"]) for row in rows(many.ansel, GATES)]
    assert [row for row in found if row[0] == "CO-014"] == [("CO-014", "", "ready")]


def test_the_table_of_rights_goes_out_with_its_holes(many: Company) -> None:
    found = rows(many.ria, RIGHTS)
    page = browser_of(many.ria).get(RIGHTS).context
    assert len(found) == sum(len(row.seats) for row in page["rows"])
    legal = next(row for row in found if row["function"] and row["gate"] == page["decided"][0].name)
    assert (legal["decides"], legal["deputy"], legal["escalation"]) == ("Perpetua Rask", "Jory Mellin", "Ines Thorvall")
    holes = rows(many.ria, RIGHTS, list="holes")
    gaps = [
        gap
        for finding in page["findings"]
        for gap in browser_of(many.ria).get(RIGHTS + finding.rows.partition("#")[0]).context["gaps"]
    ]
    assert {(row["gate"], row["first_day"], int(row["pilots"])) for row in holes} == {
        (gap.kind.name, gap.first.isoformat(), gap.number) for gap in gaps
    }
    assert len(holes) == len(gaps)
    assert rows(many.ria, RIGHTS, of="none") == []


def test_a_formula_is_escaped(many: Company) -> None:
    for address, person in ((MUSEUM, many.ria), (BOARD, many.ria), (GATES, many.ansel), (QUEUE, many.perpetua)):
        names = {row["name"] for row in rows(person, address)}
        assert f"'{FORMULA}" in names, address
        assert FORMULA not in names


@pytest.mark.parametrize("address", [MUSEUM, CLAIMS, BOARD, GATES, QUEUE, RIGHTS, RIGHTS + "?list=holes"])
def test_the_workbook_has_the_same_rows(many: Company, address: str) -> None:
    for person in (many.ria, many.ansel, many.perpetua):
        extra = {"list": "holes"} if "holes" in address else {}
        there = [list(row.values()) for row in rows(person, address, **extra)]
        answer: Any = browser_of(person).get(address.partition("?")[0], {"format": "xlsx"} | extra)
        sheet = load_workbook(io.BytesIO(answer.getvalue())).active
        assert sheet is not None
        cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert cells[1:] == there


@pytest.mark.parametrize("address", [MUSEUM, CLAIMS, BOARD, GATES, QUEUE, RIGHTS])
def test_a_form_that_is_none_is_refused_on_the_page(many: Company, address: str) -> None:
    answer = browser_of(many.ria).get(address, {"format": "pdf"})
    assert answer["Content-Type"].startswith("text/html")
    assert "“pdf” is no form of a list" in answer.content.decode()


def test_a_day_that_is_none_gives_no_file(many: Company) -> None:
    for address in (MUSEUM, BOARD, RIGHTS):
        answer = browser_of(many.ria).get(address, {"format": "csv", "as_of": "soon"})
        assert "“soon” is not a date" in answer.content.decode(), address
    assert "There are two lists here" in browser_of(many.ria).get(RIGHTS, {"list": "all"}).content.decode()


@pytest.mark.parametrize("address", [MUSEUM, BOARD, RIGHTS])
def test_the_page_links_to_its_files_with_its_day_and_without_its_page(many: Company, address: str) -> None:
    page = browser_of(many.ria).get(address, {"as_of": many.day(1).isoformat(), "page": "1"}).content.decode()
    assert f'href="?as_of={many.day(1).isoformat()}&amp;format=csv"' in page
