"""What portfolio reviews read: the true state, then and now."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from pilots import actions
from pilots.models import Function
from readiness.queries import snapshots
from readiness.rules import ledger
from tests.company import Company
from tests.readiness.api.conftest import by_key, client, get

pytestmark = pytest.mark.thorough

KEYS = {
    "key",
    "name",
    "portfolio",
    "function",
    "workflow",
    "stage",
    "standing",
    "stalls_on",
    "days_quiet",
    "decide_by",
    "slips",
    "sponsor",
    "gates",
    "blocked_by",
    "missing",
    "placard",
}
GATE_KEYS = {"kind", "state", "court", "holder", "since", "days", "good_until"}
SIX = ["legal-sign-off", "it-data-access", "funding-owner", "named-sponsor", "quality-threshold", "error-owner"]


def test_a_pilot_has_the_keys_of_the_design(company: Company) -> None:
    company.running()
    (row,) = get(company.vera, "pilots/").json()["results"]
    assert row.keys() >= KEYS
    assert [gate["kind"] for gate in row["gates"]] == SIX
    assert all(gate.keys() >= GATE_KEYS for gate in row["gates"])
    assert row["sponsor"] == {"id": company.ansel.public_id, "name": "Ansel Quaye"}
    assert (row["portfolio"], row["function"]) == ("service", "Customer operations")
    assert row["blocked_by"] == [kind for kind in SIX if kind != "named-sponsor"]
    one = get(company.vera, "pilots/CO-014/").json()
    assert one | row == one
    assert one["tool"] == "Drafter 1"


def test_no_primary_key_is_in_any_answer(company: Company) -> None:
    pilot = company.all_clear(company.running())
    one = get(company.vera, f"pilots/{pilot.key}/").json()
    assert "pk" not in one
    assert all(gate["id"] == company.gate(pilot, gate["kind"]).public_id for gate in one["gates"])


def test_a_page_of_fifty_takes_at_most_ten_queries_however_many_rows(
    company: Company, django_assert_max_num_queries: Any
) -> None:
    company.running("P-000")
    asks = client(company.vera)
    asks.get("/api/v1/pilots/")
    for number in range(1, 55):
        company.running(f"P-{number:03}")
    signed_in = 2  # the key and its person
    with django_assert_max_num_queries(10 + signed_in):
        page = asks.get("/api/v1/pilots/").json()
    assert len(page["results"]) == 50


def test_reading_on_gives_each_pilot_once(company: Company) -> None:
    for number in range(7):
        company.running(f"P-{number}")
    asks, address, expected_version = client(company.vera), "/api/v1/pilots/?page_size=3", []
    while address:
        page = asks.get(address).json()
        expected_version += [row["key"] for row in page["results"]]
        address = page["next"]
    assert expected_version == [f"P-{number}" for number in range(7)]


def test_exhibits_hang_by_the_day_they_stalled_page_after_page(company: Company) -> None:
    for number, ago in enumerate((300, 200, 400, 250)):
        company.running(f"P-{number}", ago=ago)
    asks, address, expected_version = client(company.vera), "/api/v1/exhibits/?page_size=2", []
    while address:
        page = asks.get(address).json()
        expected_version += [row["key"] for row in page["results"]]
        assert all(row["standing"] == "museum_exhibit" for row in page["results"])
        assert all(row["placard"] for row in page["results"])
        address = page["next"]
    assert expected_version == ["P-2", "P-0", "P-3", "P-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("standing=museum_exhibit", ["OLD"]),
        ("standing=moving&standing=planned", ["NEW", "PLAN"]),
        ("stage=planned", ["PLAN"]),
        ("portfolio=service", ["NEW", "OLD", "PLAN"]),
        ("function=billing", ["PLAN"]),
        ("gate=legal-sign-off&court=decider", ["OLD"]),
        ("gate=legal-sign-off&state=cleared", ["NEW"]),
        ("gate=legal-sign-off", ["OLD", "PLAN"]),
        ("court=nobody", ["NEW", "OLD"]),
        ("sponsor=ansel@example.org", ["NEW", "OLD"]),
        ("holder=perpetua@example.org&gate=legal-sign-off&state=waiting", ["OLD", "PLAN"]),
        ("q=rene", ["NEW", "OLD", "PLAN"]),
    ],
)
def test_pilots_are_chosen_by_what_is_so_of_them(company: Company, query: str, found: list[str]) -> None:
    company.running("OLD", ago=200)
    new = company.running("NEW", ago=5)
    actions.decide(gate=company.gate(new, "legal-sign-off"), by=company.perpetua, outcome="cleared", reason="Yes.")
    company.pilot("PLAN", function=Function.objects.create(name="Billing"))
    rows = get(company.vera, f"pilots/?{query}").json()["results"]
    assert [row["key"] for row in rows] == found


def test_gate_and_court_are_asked_of_one_gate(company: Company) -> None:
    company.running()
    assert get(company.vera, "pilots/?gate=named-sponsor&court=nobody").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("as_of=yesterday", "as_of"),
        ("known_at=2025-13-01", "known_at"),
        ("standing=fine", "standing"),
        ("gate=no-such", "gate"),
        ("sponsor=nobody@example.org", "sponsor"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_the_field(company: Company, query: str, field: str) -> None:
    answer = get(company.vera, f"pilots/?{query}")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_the_past_is_read_as_it_was(company: Company) -> None:
    pilot = company.running(ago=40)
    on, before = company.day(10), company.day(11)
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome="cleared", reason="Yes.", on=on
    )

    def legal(query: str) -> str:
        gates = get(company.vera, f"pilots/CO-014/?{query}").json()["gates"]
        return str(gates[0]["state"])

    assert (legal(f"as_of={before}"), legal(f"as_of={on}")) == ("waiting", "cleared")
    # All of it was written down only today: on that day nothing was known.
    known = get(company.vera, f"pilots/CO-014/?as_of={on}&known_at={on}")
    assert known.status_code == 404
    assert get(company.vera, f"pilots/CO-014/?as_of={company.day(41)}").status_code == 404


def test_what_one_may_not_see_is_not_there(company: Company) -> None:
    pilot = company.running()
    gate = company.gate(pilot, "legal-sign-off")
    for address in (
        "pilots/",
        "gates/",
        "decisions/",
        "exhibits/",
        "changes/",
        "events/",
        "portfolio/board/",
        "rights/",
    ):
        assert get(company.noam, address).json()["results"] == [], address
    for address in (f"pilots/{pilot.key}/", f"gates/{gate.public_id}/"):
        assert get(company.noam, address).status_code == 404
        assert get(company.noam, address).json()["code"] == "not_found"


def test_strangers_are_asked_for_a_key(company: Company) -> None:
    answer = get(None, "pilots/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")


def test_whoever_has_it_already_is_told_so(company: Company) -> None:
    company.running()
    asks = client(company.vera)
    first = asks.get("/api/v1/pilots/CO-014/")
    again = asks.get("/api/v1/pilots/CO-014/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    actions.move_decide_by(pilot=_pilot("CO-014"), by=company.ria, to=company.day(-9), reason="Holidays.")
    assert asks.get("/api/v1/pilots/CO-014/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def _pilot(key: str) -> Any:
    from pilots.models import Pilot

    return Pilot.objects.get(key=key)


def test_gates_are_listed_with_whose_move_and_by_when(company: Company) -> None:
    company.running(ago=40)
    rows = get(company.vera, "gates/?court=decider&holder=perpetua@example.org").json()["results"]
    assert [(row["pilot"], row["kind"]) for row in rows] == [("CO-014", "legal-sign-off")]
    assert rows[0]["answer_by"]
    assert rows[0]["escalates_to"]["name"] == "Ines Thorvall"
    one = get(company.vera, f"gates/{rows[0]['id']}/").json()
    assert one == rows[0] | {"differences": [], "exception_requests": []}


def test_gates_and_queues_take_few_queries_however_much_happened_to_them(
    company: Company, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        pilot = company.running(f"P-{number}", ago=60)
        company.measured(pilot, ago=30)
        actions.pause(pilot=pilot, by=company.ria, until=company.day(15), reason="Staff.", on=company.day(25))
        for outcome in ("cleared", "withdrawn"):
            actions.decide(
                gate=company.gate(pilot, "legal-sign-off"),
                by=company.perpetua,
                outcome=outcome,
                reason="So.",
                on=company.day(9),
            )
    signed_in = 3  # the session, its person, and the end of the log
    for query in ("", "?court=decider", f"?holder={company.perpetua.public_id}"):
        asks = client(company.vera)
        asks.get(f"/api/v1/gates/{query}")
        # Two for whom the reader may know of, where one is named.
        with django_assert_max_num_queries(14 + signed_in):
            rows = asks.get(f"/api/v1/gates/{query}").json()["results"]
        assert any(row["answer_by"] for row in rows)


def test_decisions_and_events_are_in_order(company: Company) -> None:
    pilot = company.running(ago=40)
    actions.decide(
        gate=company.gate(pilot, "legal-sign-off"),
        by=company.perpetua,
        outcome="refused",
        reason="Not with names in it.",
        on=company.day(3),
    )
    first = get(company.vera, "decisions/").json()["results"][0]
    assert (first["outcome"], first["decider"]["name"], first["capacity"]) == ("refused", "Perpetua Rask", "holder")
    assert first["reason"] == "Not with names in it."
    rows = get(company.vera, f"events/?from={company.day(0)}&to={company.day(0)}").json()["results"]
    assert [row["verb"] for row in rows][:3] == ["record", "start", "nominate"]
    assert rows[-1]["outcome"] == "refused"
    for address in ("events/", "changes/"):
        assert get(company.vera, f"{address}?from={company.day(0)}&to={company.day(1)}").status_code == 422


def test_the_portfolio_adds_up(company: Company) -> None:
    company.running("OLD", ago=200)
    company.running("NEW", ago=5)
    company.pilot("PLAN")
    summary = get(company.vera, "portfolio/summary/").json()
    assert summary["pilots"] == 3
    assert {k: n for k, n in summary["standing"].items() if n} == {"moving": 1, "museum_exhibit": 1, "planned": 1}
    # None of the planned one: its gates wait on nobody.
    assert sum(summary["open_gates"].values()) == 5 + 5
    assert len(get(company.vera, "portfolio/board/").json()["results"]) == 3
    trend = get(company.vera, "portfolio/trend/?months=3").json()
    assert [point["at"] for point in trend][-1] == company.day().isoformat()
    assert len(trend) == 4
    assert get(company.vera, "portfolio/trend/?months=0").status_code == 422


def test_the_one_answer_that_frees_most_comes_first(company: Company) -> None:
    for number in range(3):
        pilot = company.all_clear(company.running(f"P-{number}"))
        actions.decide(
            gate=company.gate(pilot, "legal-sign-off"), by=company.perpetua, outcome="withdrawn", reason="New terms."
        )
    company.running("OTHER")
    first = get(company.vera, "portfolio/bottlenecks/").json()[0]
    assert (first["kind"], first["holder"]["name"], first["gates"], first["frees"]) == (
        "legal-sign-off",
        "Perpetua Rask",
        4,
        3,
    )


@pytest.mark.parametrize("by", ["court", "kind", "holder", "function", "portfolio", "pilot"])
def test_waits_add_up_to_the_ledger_by_whatever_they_are_told(company: Company, by: str) -> None:
    pilots = [company.running("A", ago=90), company.running("B", ago=50)]
    start, end = company.day(60), company.day(10)
    whole = ledger.by_court(c for _, c in snapshots.charges_of(pilots, start=start, end=end))
    rows = get(company.vera, f"portfolio/waits/?from={start}&to={end}&by={by}").json()
    for court in ("decider", "team", "nobody", "outside"):
        assert sum(row["courts"][court] for row in rows) == whole.get(court, 0)
    assert sum(row["days"] for row in rows) == sum(whole.values())


def test_waits_of_one_person_are_the_days_they_held(company: Company) -> None:
    company.running("A", ago=30)
    rows = get(
        company.vera, f"portfolio/waits/?from={company.day(20)}&to={company.day(10)}&holder=perpetua@example.org"
    ).json()
    assert [(row["courts"]["decider"], row["days"]) for row in rows] == [(10, 10)]


@pytest.fixture
def moved(company: Company) -> Company:
    """One pilot that moved from customer operations to billing ten days ago, one that lies in no function."""
    pilot = company.running("A", ago=30)
    billing = Function.objects.create(name="Billing")
    actions.amend(pilot=pilot, by=company.ria, set={"function": billing}, on=company.day(10))
    company.running("B", ago=30, function=None)
    return company


@pytest.mark.parametrize(("function", "days"), [("customer operations", 10), ("BILLING", 6), ("", 16), ("Nobody", 0)])
def test_waits_of_a_function_are_the_days_on_which_the_pilot_lay_there(
    moved: Company, function: str, days: int
) -> None:
    period = f"from={moved.day(20)}&to={moved.day(4)}&kind=funding-owner"
    rows = get(moved.vera, f"portfolio/waits/?{period}&function={function}").json()
    assert sum(row["days"] for row in rows) == days
    rows = get(moved.vera, f"portfolio/waits/?{period}&by=function").json()
    assert {row["of"].casefold(): row["days"] for row in rows}.get(function.casefold(), 0) == days


def test_waits_take_any_period_and_no_day_that_has_not_come(company: Company) -> None:
    company.running("A", ago=30)

    def days(query: str) -> list[tuple[int, str, str]]:
        rows = get(company.vera, f"portfolio/waits/?kind=funding-owner&{query}").json()
        return [(row["days"], row["from"], row["to"]) for row in rows]

    first, at, today = company.day(30), company.day(10), company.day().isoformat()
    assert days("from=1900-01-01&to=8999-12-31") == [(30, "1900-01-01", today)]
    assert days(f"from={first}&to=2998-01-01") == [(30, str(first), today)]
    assert days(f"from={first}&as_of={at}") == [(20, str(first), str(at))]
    assert days(f"from={first}&to=2998-01-01&as_of={at}") == [(20, str(first), str(at))]
    assert days(f"to={company.day(-40)}") == [(30, str(company.day(90)), today)]
    assert days("from=2998-01-01&to=2999-01-01") == []
    refused = get(company.vera, f"portfolio/waits/?from={today}&to={at}")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["from"])


def test_a_long_period_is_as_much_work_as_what_is_on_record_in_it(company: Company) -> None:
    pilots, first, end = [company.running("A", ago=30)], company.day(30), company.day()
    charges = [list(snapshots.charges_of(pilots, start=start, end=end)) for start in (date(1900, 1, 1), first)]
    assert charges[0] == charges[1]


KNOWING = ("pilots/", "exhibits/", "gates/", "decisions/", "events/", "changes/", "portfolio/board/")
NOT_KNOWING = (
    "rights/",
    "portfolio/waits/",
    "portfolio/summary/",
    "portfolio/bottlenecks/",
    "portfolio/decisions-that-free/",
    "portfolio/trend/",
    "pilots/CO-014/evidence/",
)


@pytest.mark.parametrize("address", NOT_KNOWING)
def test_what_is_answered_by_all_that_is_known_refuses_to_be_asked_what_was(company: Company, address: str) -> None:
    company.running()
    answer = get(company.vera, f"{address}?known_at={company.day(3)}")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert list(answer.json()["errors"]) == ["known_at"]
    assert "ask pilots, exhibits, gates" in answer.json()["detail"]


@pytest.mark.parametrize("address", KNOWING)
def test_the_others_answer_by_what_was_known(company: Company, address: str) -> None:
    company.running(ago=80)
    assert get(company.vera, address).json()["results"]
    assert get(company.vera, f"{address}?known_at={company.day(3)}").json()["results"] == []


def test_the_schema_lists_what_a_read_can_be_asked(company: Company) -> None:
    """A read lists `known_at` exactly where it answers by it."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    reads = {
        path.removeprefix("/api/v1/"): {each["name"] for each in of["get"].get("parameters", [])}
        for path, of in schema["paths"].items()
        if "get" in of
    }
    knowing = {path for path, names in reads.items() if "known_at" in names}
    assert knowing == {*KNOWING, "pilots/{key}/", "gates/{public_id}/"}


def test_the_root_lists_every_address_that_can_be_read_without_a_name(company: Company) -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    readable = {path for path, of in paths.items() if "get" in of and "{" not in path} - {"/api/v1/"}
    listed = {urlsplit(address).path for address in get(company.vera, "").json().values()}
    assert listed - {"/api/v1/schema/", "/api/v1/docs/"} == readable


def test_rights_say_who_decides_and_where_nobody_does(company: Company) -> None:
    company.running()
    rows = get(company.vera, "rights/").json()["results"]
    legal = next(row for row in rows if row["kind"] == "legal-sign-off")
    assert legal["decides"]["person"]["name"] == "Perpetua Rask"
    assert legal["answer_within_days"] == 10
    assert get(company.vera, "rights/?as_of=2019-12-31").json()["results"][0]["hole"] == "nobody"


def test_the_schema_is_whole_and_the_docs_are_served_by_us(company: Company, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "openapi: 3.1" in (tmp_path / "schema.yml").read_text()
    page = client(company.vera).get("/api/v1/docs/")
    assert page.status_code == 200
    assert "http://" not in page.content.decode().replace("http://testserver", "")
    assert "https://" not in page.content.decode()


def test_the_page_of_the_api_lists_every_operation_before_any_script_has_drawn_it(company: Company) -> None:
    asks = client(company.vera)
    page, schema = asks.get("/api/v1/docs/").content.decode(), asks.get("/api/v1/schema/?format=json").json()
    for path, methods in schema["paths"].items():
        for method, says in methods.items():
            assert f'/{says["operationId"]}"><span class="method">{method.upper()}</span> {path}</a>' in page
    assert "<script src" in page
    assert page.count("<script") == 1  # the library is fetched when an operation is asked for
    assert "format\\u003Djson" in asks.get("/api/v1/docs/?script=").content.decode()


def test_the_schema_is_the_same_for_everybody_whatever_language_they_read(company: Company) -> None:
    vera = client(company.vera).get("/api/v1/schema/?format=json", HTTP_ACCEPT_LANGUAGE="de")
    assert vera.content == client(company.perpetua).get("/api/v1/schema/?format=json").content


def test_a_key_opens_what_its_person_may_see(company: Company) -> None:
    company.running()
    assert len(by_key(company.vera).get("/api/v1/pilots/").json()["results"]) == 1
    assert by_key(company.noam).get("/api/v1/pilots/").json()["results"] == []
    assert date.fromisoformat(by_key(company.vera).get("/api/v1/portfolio/summary/").json()["at"]) == company.day()
