"""Lists are chosen, ordered, cut and read on as a review asks for them, and what is not known is refused by name."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing
from openpyxl import load_workbook

from pilots import actions
from pilots.models import Function, Gate, Pilot
from readiness.api.cursors import SALT
from tests.company import LEGAL, Company, a_person, a_portfolio, an_office_of
from tests.readiness.api.conftest import client, get

pytestmark = pytest.mark.thorough


@pytest.fixture
def some(company: Company) -> Company:
    """An exhibit, one that runs and has slipped, one planned elsewhere without a sponsor, and one of another portfolio."""
    company.running("OLD", ago=200)
    new = company.running("NEW", "Zebra", ago=5, high_impact=True)
    actions.move_decide_by(pilot=new, by=company.ria, to=company.day(-60), reason="Later data.")
    company.pilot("PLAN", "Alpha", function=Function.objects.create(name="Billing"), manager=None)
    elsewhere = a_portfolio("elsewhere", day=company.day(300))
    actions.record(portfolio=elsewhere, key="ELSE-1", name="Other", by=None, manager=company.noam, on=company.day(90))
    return company


def refused(company: Company, kind: str, by: Any) -> None:
    """Somebody says no on a gate of the pilot that runs."""
    actions.decide(gate=company.gate(Pilot.objects.get(key="NEW"), kind), by=by, outcome="refused", reason="No.")


def keys(company: Company, query: str, address: str = "pilots/") -> list[str]:
    answer = get(company.vera, f"{address}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["key"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sponsor=none", ["PLAN"]),
        ("sponsor=none&sponsor=Ansel Quaye", ["NEW", "OLD", "PLAN"]),
        ("manager=none", ["PLAN"]),
        ("manager=ottilie bramm", ["NEW", "OLD"]),
        ("function=none", []),
        ("function=billing&function=customer operations", ["NEW", "OLD", "PLAN"]),
        ("portfolio=service", ["NEW", "OLD", "PLAN"]),
        ("gate=legal-sign-off&gate=it-data-access&court=decider", ["NEW", "OLD"]),
        ("court=decider&court=nobody", ["NEW", "OLD"]),
        ("holder=none&state=unowned", ["NEW", "OLD", "PLAN"]),
        ("waiting_longer_than=100", ["OLD"]),
        ("waiting_longer_than=4", ["NEW", "OLD"]),
        ("waiting_longer_than=5&gate=legal-sign-off", ["OLD"]),
        ("slips_at_least=1", ["NEW"]),
        ("high_impact=true", ["NEW"]),
        ("high_impact=not_stated", ["OLD", "PLAN"]),
        ("high_impact=true&high_impact=not_stated", ["NEW", "OLD", "PLAN"]),
        ("standing=museum_exhibit&standing=planned", ["OLD", "PLAN"]),
    ],
)
def test_pilots_are_chosen_by_what_a_review_asks(some: Company, query: str, found: list[str]) -> None:
    assert keys(some, query) == found
    assert keys(some, query, "portfolio/board/") == found


def test_pilots_that_stall_before_a_day_and_that_changed_since_one(some: Company) -> None:
    stalls = get(some.vera, "pilots/OLD/").json()["stalls_on"]
    after = (date.fromisoformat(stalls) + timedelta(days=1)).isoformat()
    assert (keys(some, f"stalls_before={stalls}"), keys(some, f"stalls_before={after}")) == ([], ["OLD"])
    assert keys(some, f"changed_since={some.day()}") == ["NEW", "OLD", "PLAN"]
    assert keys(some, f"changed_since={some.day(-1)}") == []


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("pilot=OLD&kind=legal-sign-off&kind=error-owner", {"legal-sign-off", "error-owner"}),
        ("sponsor=none&kind=legal-sign-off", {"legal-sign-off"}),
        ("holder=perpetua rask&standing=museum_exhibit", {"legal-sign-off"}),
        ("holder=none&pilot=OLD", {"funding-owner", "error-owner"}),
        ("waiting_longer_than=199&court=nobody", {"funding-owner", "error-owner"}),
        ("slips_at_least=1&court=decider", {"legal-sign-off", "it-data-access"}),
    ],
)
def test_gates_are_chosen_by_what_is_so_of_them_and_of_their_pilots(some: Company, query: str, kinds: set[str]) -> None:
    rows = get(some.vera, f"gates/?{query}").json()["results"]
    assert {row["kind"] for row in rows} == kinds


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("name", ["PLAN", "OLD", "NEW"]),
        ("-name", ["NEW", "OLD", "PLAN"]),
        ("-key", ["PLAN", "OLD", "NEW"]),
        ("stalls_on", ["OLD", "NEW", "PLAN"]),
        ("-stalls_on", ["NEW", "OLD", "PLAN"]),
        ("slips", ["OLD", "PLAN", "NEW"]),
        ("-slips", ["NEW", "OLD", "PLAN"]),
        ("since", ["OLD", "PLAN", "NEW"]),
        ("days", ["NEW", "PLAN", "OLD"]),
        ("-days_quiet", ["OLD", "PLAN", "NEW"]),
        ("days_quiet", ["NEW", "PLAN", "OLD"]),
    ],
)
@pytest.mark.parametrize("address", ["pilots/", "portfolio/board/"])
def test_what_is_not_known_comes_last_and_each_is_read_once(
    some: Company, address: str, ordering: str, found: list[str]
) -> None:
    """Page by page and back again: the same rows, whichever way."""
    asks, where = client(some.vera), f"/api/v1/{address}?page_size=1&ordering={ordering}"
    read, back = [], []
    while where:
        page = asks.get(where)
        read += [row["key"] for row in page.json()["results"]]
        last, where = page.json(), page.json()["next"]
    assert read == found
    while last["previous"]:
        last = asks.get(last["previous"]).json()
        back += [row["key"] for row in last["results"]]
    assert [read[-1], *back] == read[::-1]


def test_gates_are_ordered_by_how_long_they_wait(some: Company) -> None:
    rows = get(some.vera, "gates/?court=decider&ordering=-days").json()["results"]
    assert [row["days"] for row in rows] == sorted((row["days"] for row in rows), reverse=True)
    assert len({row["days"] for row in rows}) > 1


def test_the_pages_beside_one_stand_in_its_head(some: Company) -> None:
    first = get(some.vera, "pilots/?page_size=2")
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = client(some.vera).get(first.json()["next"])
    assert second["Link"] == f'<{second.json()["previous"]}>; rel="prev"'
    assert not get(some.vera, "pilots/").has_header("Link")


LISTS = (
    "pilots/",
    "exhibits/",
    "gates/",
    "decisions/",
    "events/",
    "changes/",
    "portfolio/board/",
    "people/",
    "rights/",
)


@pytest.mark.parametrize("address", LISTS)
def test_a_cursor_holds_no_primary_key_and_belongs_to_one_question(some: Company, address: str) -> None:
    some.running("OLD-2", ago=199)
    refused(some, "legal-sign-off", some.perpetua)
    refused(some, "it-data-access", some.bastian)
    if address == "rights/":
        some.running("NONE", function=None)
    page = get(some.vera, f"{address}?page_size=1").json()
    cursor = page["next"].split("cursor=")[1].split("&")[0]
    _question, _backwards, values, names = signing.loads(cursor.replace("%3A", ":"), salt=SALT)
    primary = {*Pilot.objects.values_list("pk", flat=True), *Gate.objects.values_list("pk", flat=True)}
    assert not [each for each in (*values, *names) if each in primary]
    asked = get(some.vera, f"{address}?page_size=1&cursor={cursor}")
    assert asked.status_code == 200
    assert asked.json()["results"] != page["results"]
    field = "portfolio=service" if address not in ("people/",) else "account=open"
    other = get(some.vera, f"{address}?page_size=1&{field}&cursor={cursor}")
    assert (other.status_code, list(other.json()["errors"])) == (422, ["cursor"])
    for forged in (cursor[:-3] + "abc", cursor[1:], "x" * 3000, "é", cursor + "\u0660"):
        assert get(some.vera, f"{address}?page_size=1&cursor={forged}").status_code == 404


def test_only_some_fields_and_gates_whole_or_not_at_all(some: Company) -> None:
    (row,) = get(some.vera, "pilots/?q=OLD&fields=key,standing&fields=sponsor").json()["results"]
    assert row == {
        "key": "OLD",
        "standing": "museum_exhibit",
        "sponsor": {"id": some.ansel.public_id, "name": "Ansel Quaye"},
    }
    (without,) = get(some.vera, "pilots/?q=OLD&gates=false").json()["results"]
    (usual,) = get(some.vera, "pilots/?q=OLD").json()["results"]
    assert usual.keys() - without.keys() == {"gates"}
    (whole,) = get(some.vera, "pilots/?q=OLD&expand=gates").json()["results"]
    assert whole["gates"][0]["deputy"]["name"] == "Jory Mellin"
    assert "gates" not in get(some.vera, "portfolio/board/?gates=false").json()["results"][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("fields=key,moood", "fields"),
        ("fields=pk", "fields"),
        ("expand=people", "expand"),
        ("gates=maybe", "gates"),
        ("expand=gates&gates=false", "expand"),
        ("ordering=pk", "ordering"),
        ("ordering=--key", "ordering"),
        ("ordering=period__sponsor__email", "ordering"),
        ("waiting_longer_than=-1", "waiting_longer_than"),
        ("waiting_longer_than=1e9", "waiting_longer_than"),
        ("waiting_longer_than=" + "9" * 300, "waiting_longer_than"),
        ("waiting_longer_than=%D9%A3", "waiting_longer_than"),
        ("slips_at_least=many", "slips_at_least"),
        ("slips_at_least=1.5", "slips_at_least"),
        ("stalls_before=tomorrow", "stalls_before"),
        ("stalls_before=0001-01-01", "stalls_before"),
        ("changed_since=9999-12-31", "changed_since"),
        ("high_impact=yes", "high_impact"),
        ("sponsor=a%00b", "sponsor"),
        ("holder=" + "x" * 600, "holder"),
        ("format=pdf", "format"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_name(some: Company, query: str, field: str) -> None:
    answer = get(some.vera, f"pilots/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "address",
    [
        *(f"pilots/?{name}=" for name in ("sponsor", "manager", "holder")),
        *(f"gates/?{name}=" for name in ("waits_on", "holder", "sponsor")),
        *("decisions/?decider=", "events/?by=", "portfolio/waits/?holder="),
    ],
)
def test_no_answer_says_whether_an_address_has_an_account(some: Company, address: str) -> None:
    """Somebody of whom one may not know is answered for as nobody is: by address, name and id, byte for byte."""
    hidden = a_person("hidden")
    answers = [
        get(some.vera, f"{address}{written}")
        for written in ("hidden@example.org", "Hidden", hidden.public_id, "nobody@example.org", "Nobody", "no-such-id")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1
    # Whoever the pilots name is known, by each of the three.
    for written in ("ansel@example.org", "ANSEL quaye", some.ansel.public_id):
        assert get(some.vera, f"{address}{written}").status_code == 200


def test_of_several_of_one_name_those_are_offered_of_whom_one_may_know(some: Company) -> None:
    other, hidden = a_person("other"), a_person("hidden")
    for person in (other, hidden):
        person.name = "Ansel Quaye"
        person.save()
    assert get(some.vera, "pilots/?sponsor=Ansel Quaye").status_code == 200
    some.pilot("OTHER", manager=other)
    answer = get(some.vera, "pilots/?sponsor=Ansel Quaye")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["sponsor"])
    says = answer.json()["detail"]
    assert some.ansel.public_id in says
    assert other.public_id in says
    assert hidden.public_id not in says


def test_people_portfolios_functions_and_kinds_are_listed_as_far_as_one_may_know_them(some: Company) -> None:
    a_person("hidden")
    Function.objects.create(name="Nobody's")

    def names(person: Any, address: str, name: str = "name") -> set[str]:
        return {row[name] for row in get(person, address).json()["results"]}

    assert {"Ansel Quaye", "Perpetua Rask", "Ottilie Bramm", "Vera Lund", "Ines Thorvall"} <= names(
        some.vera, "people/"
    )
    assert not {"Hidden", "Noam Outside"} & names(some.vera, "people/")
    assert "Hidden" in names(some.ria, "people/")
    assert names(some.noam, "people/") >= {"Noam Outside"}
    assert "Ansel Quaye" not in names(some.noam, "people/")
    assert "email" not in get(some.ria, "people/").json()["results"][0]
    assert names(some.vera, "portfolios/", "key") == {"service"}
    assert names(some.noam, "portfolios/", "key") == {"elsewhere"}
    assert get(some.vera, "portfolios/").json()["results"][0]["pilots"] == 3
    assert names(some.vera, "functions/") == {"Billing", "Customer operations"}
    assert "legal-sign-off" in names(some.vera, "kinds/", "key")
    assert get(some.vera, "people/?q=quay").json()["results"][0]["name"] == "Ansel Quaye"


def test_the_root_leads_everywhere(some: Company) -> None:
    assert client(some.vera).get("/api/")["Location"] == "/api/v1/"
    there = get(some.vera, "").json()
    assert set(there) >= {"pilots", "changes", "events", "people", "summary", "decisions_that_free"}
    asks = client(some.vera)
    assert {asks.get(address).status_code for address in there.values()} == {200}


# Files


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.getvalue()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


FILES = (
    *LISTS,
    "portfolio/bottlenecks/",
    "portfolio/trend/",
    "portfolio/waits/",
    "functions/",
    "kinds/",
    "portfolios/",
)


@pytest.mark.parametrize("address", FILES)
def test_every_list_goes_out_whole_as_csv_and_as_a_workbook(some: Company, address: str) -> None:
    refused(some, "legal-sign-off", some.perpetua)
    rows = table(get(some.vera, f"{address}?format=csv"))
    answer = client(some.vera).get(f"/api/v1/{address}", HTTP_ACCEPT="text/csv")
    assert table(answer) == rows
    assert rows
    assert not [value for row in rows for value in row.values() if value.startswith(("{", "["))]
    shown = get(some.vera, address).json()
    if address != "rights/":
        assert len(rows) == len(shown["results"] if isinstance(shown, dict) else shown)
    book = load_workbook(io.BytesIO(get(some.vera, f"{address}?format=xlsx").getvalue()))
    (sheet,) = book.worksheets
    head, *body = sheet.iter_rows(values_only=True)
    assert list(head) == list(rows[0])
    assert len(body) == len(rows)
    if address != "kinds/":
        assert table(get(some.noam, f"{address}?format=csv")) != rows


def test_pilots_go_out_in_the_products_own_form_under_the_same_filters(some: Company) -> None:
    rows = table(get(some.ria, "pilots/?standing=museum_exhibit&standing=moving&format=csv"))
    assert [row["key"] for row in rows] == ["NEW", "OLD"]
    assert (rows[0]["manager"], rows[0]["gate:named-sponsor:holder"]) == ("ottilie@example.org", "ansel@example.org")
    # Whoever does not keep the records has the same columns, with names for addresses.
    (row, _other) = table(get(some.vera, "pilots/?standing=museum_exhibit&standing=moving&format=csv"))
    assert (row["manager"], row["gate:named-sponsor:holder"]) == ("Ottilie Bramm", "Ansel Quaye")
    assert row.keys() == rows[0].keys()
    assert "@" not in "".join(map(str, row.values()))
    (named,) = table(get(some.vera, "pilots/?q=OLD&fields=key,sponsor,stalls_on,days_quiet&format=csv"))
    assert list(named) == ["key", "stalls_on", "days_quiet", "sponsor_id", "sponsor"]
    assert named["sponsor"] == "Ansel Quaye"
    refused = get(some.vera, f"pilots/?format=csv&known_at={some.day()}")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["known_at"])


def test_what_has_parts_has_a_column_for_each_or_is_said_in_words(some: Company) -> None:
    pilot = some.running("NEXT", "Next", ago=20)
    terms = [{"text": "Terms signed", "owner": some.ansel.pk, "due": some.day(-9)}]
    gate = some.gate(pilot, LEGAL)
    actions.decide(gate=gate, by=some.perpetua, outcome="conditional", reason="Nearly.", conditions=terms)
    (answer,) = table(get(some.vera, "decisions/?pilot=NEXT&kind=legal-sign-off&format=csv"))
    assert answer["conditions"] == f"Terms signed: {some.day(-9)}"
    dates = f"from={some.day(30)}&to={some.day()}"
    (row,) = (row for row in table(get(some.vera, f"changes/?{dates}&format=csv")) if row["key"] == "NEXT")
    assert [row[f"standing_{end}"] for end in ("from", "to")] == ["", "moving"]
    assert [row[f"sponsor_{end}"] for end in ("from", "to", "to_id")] == ["", "Ansel Quaye", some.ansel.public_id]
    assert "legal-sign-off: - → conditional" in row["gates"]
    right = next(row for row in table(get(some.vera, "rights/?format=csv")) if row["kind"] == LEGAL)
    assert (right["decides_person"], right["decides_person_id"]) == ("Perpetua Rask", some.perpetua.public_id)
    assert right["sitting"] == "Perpetua Rask: holder; Jory Mellin: deputy"


def test_no_formula_leaves_in_a_file(some: Company) -> None:
    some.running("EVIL", "=cmd|'/c calc'!A1", ago=150)
    for address in ("pilots/?format=csv", "exhibits/?format=csv", "portfolio/board/?format=csv"):
        (row,) = (row for row in table(get(some.vera, address)) if row["key"] == "EVIL")
        assert row["name"].startswith("'="), address


def test_an_office_of_two_portfolios_is_told_no_address_of_a_third(some: Company) -> None:
    third = a_portfolio("third", day=some.day(300))
    an_office_of(third, "theo", day=some.day(300))
    assert "theo@example.org" not in get(some.vera, "people/?format=csv").getvalue().decode()
