"""Views of the list of pilots: the conditions they need, those that ship, people's own and shared ones, and chosen columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.clock import today
from pilots.models import GateKind, Person, Pilot, Portfolio, StallPolicy
from readiness.admin import view_counts
from readiness.admin.list_views import SHIPPED
from readiness.models import SavedView
from readiness.models.saved_views import MOST
from tests.company import browser_of, gate_of
from tests.readiness.admin.conftest import DAY, WHEN, Record, account

LIST = "/admin/pilots/pilot/"
KEEP = f"{LIST}views/keep/"


def shown(client: Client, **asked: str) -> list[str]:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer
    return [row.key for row in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        # P-1 was started on 2 March 2026, and stalls on 13 May.
        ({"stalls_from": "2026-05-13", "stalls_to": "2026-05-13"}, ["P-1"]),
        ({"stalls_from": "2026-05-14"}, []),
        ({"stalls_to": "2026-05-12"}, []),
        ({"stalls": "2026-05"}, ["P-1"]),
        ({"stalls": "2026-06"}, []),
        ({"stalls": "2026-13"}, ["P-1", "P-2"]),
        ({"stalls_from": "soon"}, ["P-1", "P-2"]),
    ],
)
def test_it_is_narrowed_to_what_stalls_between_two_days(
    desk: Client, running: Pilot, record: Record, asked: dict[str, str], found: list[str]
) -> None:
    record("P-2")
    assert sorted(shown(desk, as_of="2026-03-02", **asked)) == found


def test_a_choice_that_moves_along_goes_from_its_first_day_to_its_last(desk: Client, running: Pilot) -> None:
    for at, word, there in (
        ("2026-04-28", "14-days", False),
        ("2026-04-29", "14-days", True),
        ("2026-04-30", "this-month", False),
        ("2026-05-01", "this-month", True),
        ("2026-04-30", "next-month", True),
        ("2026-03-31", "next-month", False),
    ):
        assert (shown(desk, as_of=at, stalls=word) == ["P-1"]) is there, (at, word)


def test_a_portfolio_that_waits_longer_stalls_in_another_month(
    desk: Client, running: Pilot, portfolio: Portfolio
) -> None:
    StallPolicy.objects.create(portfolio=portfolio, starts=DAY, quiet_days=60)
    assert shown(desk, as_of="2026-03-02", stalls="2026-05") == []
    assert shown(desk, as_of="2026-03-02", stalls="2026-06") == ["P-1"]


def test_it_is_narrowed_to_what_waits_on_one_gate_alone(
    desk: Client, running: Pilot, record: Record, ria: Person
) -> None:
    assert shown(desk, only="legal-sign-off") == []
    for key in GateKind.objects.exclude(key="legal-sign-off").values_list("key", flat=True):
        kind = GateKind.objects.get(key=key)
        actions.switch_off(kind=kind, portfolio=running.portfolio, by=None, reason="Elsewhere.", **WHEN)
    assert shown(desk, only="legal-sign-off") == ["P-1"]
    assert shown(desk, only="named-sponsor") == []
    actions.start(pilot=record("P-2"), by=None, **WHEN)
    actions.retire(pilot=Pilot.objects.get(key="P-2"), by=ria, learned="Slower.")
    assert shown(desk, only="legal-sign-off") == ["P-1"]


@pytest.mark.parametrize("name", ["workflow", "function", "manager", "sponsor", "question", "purpose", "tool", "data"])
def test_it_is_narrowed_to_what_says_nothing_in_a_field(desk: Client, record: Record, ria: Person, name: str) -> None:
    values = {"workflow": "Drafting", "question": "?", "purpose": "Less", "tool": "Quill", "data": "None"}
    full = record("P-1", manager=account("mara"), **values)
    sam = account("sam")
    gate = gate_of(full, "named-sponsor")
    actions.nominate(gate=gate, by=ria, person=sam, **WHEN)
    actions.accept(gate=gate, by=sam, **WHEN)
    record("P-2", function=None)
    ended = record("P-3", function=None)
    actions.retire(pilot=ended, by=ria, learned="Slower.")
    assert shown(desk, lacks=name) == ["P-2"]


def test_the_views_that_ship_are_links_on_the_list_and_show_what_they_say(desk: Client, running: Pilot) -> None:
    page = desk.get(LIST)
    assert page.context["cl"].result_count == 1
    for name, query in SHIPPED:
        assert f'href="?{query.replace("&", "&amp;")}"' in page.content.decode(), name
        answer = desk.get(f"{LIST}?{query}")
        assert answer.status_code == 200
        assert f'<a href="?{query}" aria-current="page">' in answer.content.decode()


VIEWS = (
    "stage=running",
    "stage=running&court=nobody",
    "q=drafting",
    "gate=named-sponsor&state=unowned&o=-2&columns=slips",
    "portfolio=two",
    "function=1000000",
    "stalls_from=2026-01-01",
    "worklist=overdue",
    "as_of=2026-03-01&stage=planned",
    "",
)


def numbers(client: Client, **asked: str) -> dict[str, str]:
    """What stands beside the link of each view."""
    views = client.get(LIST, asked).context["views"]
    return {address.removeprefix("?"): number for _name, address, _here, _mine, number in views}


def test_beside_each_view_stands_how_many_pilots_its_list_shows(
    desk: Client, running: Pilot, record: Record, ria: Person, elsewhere: Portfolio
) -> None:
    record("P-2")
    record("P-3", function=None)
    actions.record(portfolio=elsewhere, key="X-1", name="Of others", by=None, **WHEN)
    SavedView.objects.bulk_create(SavedView(owner=ria, name=f"View {n}", query=query) for n, query in enumerate(VIEWS))
    # Whatever the list itself is narrowed to.
    found = numbers(desk, stage="retired")
    assert set(found) >= set(VIEWS)
    for query, number in found.items():
        assert number == str(desk.get(f"{LIST}?{query}").context["cl"].result_count), query
    assert found["stage=running"] == "1"
    assert found[""] == "3"
    assert '<span class="count">3</span>' in desk.get(LIST).content.decode()


def test_a_view_is_counted_up_to_a_bound_and_beyond_it_says_that_there_are_more(
    desk: Client, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_counts, "MOST", 2)
    record("P-1", workflow="")
    record("P-2", workflow="")
    assert numbers(desk)["lacks=workflow"] == "2"
    record("P-3", workflow="")
    assert numbers(desk)["lacks=workflow"] == "2+"


def test_among_many_pilots_a_view_that_asks_of_their_gates_is_not_counted_and_beyond_a_bound_none(
    desk: Client, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_counts, "PILOTS_WITH_GATES", 1)
    record("P-1", workflow="")
    assert (numbers(desk)["lacks=workflow"], numbers(desk)["court=nobody"]) == ("1", "0")
    record("P-2", workflow="")
    assert (numbers(desk)["lacks=workflow"], numbers(desk)["court=nobody"]) == ("2", "")
    monkeypatch.setattr(view_counts, "PILOTS", 1)
    assert set(numbers(desk).values()) == {""}


@pytest.mark.parametrize("query", ["nonsense__x=1", "as_of=never", "password=a"])
def test_a_view_that_cannot_be_read_any_more_has_no_number_and_stands_in_no_way(
    desk: Client, running: Pilot, ria: Person, query: str
) -> None:
    SavedView.objects.create(owner=ria, name="Old", query=query)
    page = desk.get(LIST)
    assert numbers(desk)[query] == ""
    assert not list(page.context["messages"])


def test_one_statement_counts_all_views(
    desk: Client, running: Pilot, ria: Person, django_assert_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    SavedView.objects.bulk_create(
        SavedView(owner=ria, name=f"View {n}", query=f"stage=running&q={n}&function=1") for n in range(MOST)
    )
    with django_assert_num_queries(len(few)):
        desk.get(LIST)
    counted = numbers(desk)
    assert sum(bool(number) for number in counted.values()) == view_counts.COUNTED


def test_what_presses_first_comes_first(desk: Client, record: Record) -> None:
    record("A-planned")
    for key, ago in (("B-late", 0), ("C-soon", 5)):
        on = today() - timedelta(days=ago)
        actions.start(pilot=record(key), by=None, on=on, known=on)
    assert shown(desk) == ["C-soon", "B-late", "A-planned"]


def test_columns_are_chosen_in_the_address_and_kept_while_one_filters(desk: Client, running: Pilot) -> None:
    answer = desk.get(LIST, {"stage": "running", "column": ["slips", "next_move", "nonsense"]})
    assert answer["Location"] == f"{LIST}?stage=running&columns=slips.next_move"
    page = desk.get(answer["Location"])
    assert [getattr(head, "__name__", head) for head in page.context["cl"].list_display] == [
        "action_checkbox",
        "pilot",
        "slips",
        "next_move",
    ]
    assert "columns=slips.next_move" in page.context["cl"].get_query_string({"stage": "planned"})


def test_the_next_move_is_said_with_its_person_and_its_days(desk: Client, running: Pilot, legal: GateKind) -> None:
    kinds = GateKind.objects.exclude(pk=legal.pk)
    for kind in kinds:
        actions.switch_off(kind=kind, portfolio=running.portfolio, by=None, reason="Elsewhere.", **WHEN)
    assert "Lena answers Legal, 7 days" in desk.get(LIST, {"as_of": "2026-03-09"}).content.decode()


def keep(client: Client, name: str, query: str = "stage=running&p=3", **more: str) -> str:
    answer = client.post(KEEP, {"name": name, "query": query, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_view_is_kept_under_a_name_and_is_ones_own(desk: Client, running: Pilot, root: Person) -> None:
    page = keep(desk, "What runs")
    assert "Kept as “What runs”." in page
    assert '<a href="?stage=running" aria-current="page"><bdi>What runs</bdi> <span class="count">1</span></a>' in page
    assert "What runs" not in browser_of(root).get(LIST).content.decode()
    keep(desk, "What runs", "stage=planned")
    assert SavedView.objects.get().query == "stage=planned"


def test_a_shared_view_is_seen_by_the_office_of_its_portfolio_alone(
    desk: Client, portfolio: Portfolio, elsewhere: Portfolio, root: Person
) -> None:
    keep(desk, "Ours", portfolio="one")
    keep(desk, "Not theirs to share", portfolio="two")
    assert SavedView.objects.get(name="Not theirs to share").portfolio is None
    other, mate = account("otto"), account("mia")
    actions.give_role(portfolio=elsewhere, person=other, role="program-office", by=None, **WHEN)
    actions.give_role(portfolio=portfolio, person=mate, role="program-office", by=None, **WHEN)
    for person, sees in ((other, False), (mate, True), (root, True)):
        client = browser_of(Person.objects.get(pk=person.pk))
        assert (">Ours<" in client.get(LIST).content.decode()) is sees
        # Whoever sees it is not whoever keeps it.
        assert client.post(f"{LIST}views/{SavedView.objects.get(name='Ours').pk}/forget/").status_code == 404


def test_a_view_is_forgotten_by_whoever_keeps_it(desk: Client, portfolio: Portfolio) -> None:
    page = keep(desk, "What runs")
    assert "Forget “What runs”" in page
    assert desk.post(f"{LIST}views/{SavedView.objects.get().pk}/forget/").status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("name", "query"), [("", ""), ("x" * 61, ""), ("a\0b", ""), ("Long", f"q={'x' * 1000}")])
def test_a_view_that_cannot_be_kept_says_why(desk: Client, portfolio: Portfolio, name: str, query: str) -> None:
    answer = desk.post(KEEP, {"name": name, "query": query})
    assert answer.status_code == 302
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_without_end(desk: Client, ria: Person) -> None:
    SavedView.objects.bulk_create(SavedView(owner=ria, name=f"View {n}", query="") for n in range(MOST))
    assert "Forget one first." in keep(desk, "One more")
    assert SavedView.objects.count() == MOST


def test_the_months_in_which_pilots_stall_are_links(desk: Client, running: Pilot) -> None:
    page = desk.get(LIST, {"as_of": "2026-03-02"})
    assert [first for _address, first in page.context["months"]][:2] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert 'href="?as_of=2026-03-02&amp;stalls=2026-05"' in page.content.decode()


def test_the_record_leads_to_the_next_and_the_previous_one_of_its_list(desk: Client, record: Record) -> None:
    rows = [record(f"P-{number}") for number in range(3)]
    record("Q-1", workflow="Drafting")
    kept = "_changelist_filters=lacks%3Dworkflow"
    page = desk.get(f"{LIST}{rows[1].pk}/change/?{kept}")
    assert page.context["neighbours"] == {
        "previous": f"{LIST}{rows[0].pk}/change/?{kept}",
        "next": f"{LIST}{rows[2].pk}/change/?{kept}",
    }
    assert "2 of 3" in page.content.decode()
    assert set(desk.get(f"{LIST}{rows[2].pk}/change/?{kept}").context["neighbours"]) == {"previous"}


@pytest.mark.parametrize("filters", ["", "lacks%3Dtool%26stage%3Drunning", "nonsense%3D1", "q%3D%00"])
def test_a_list_that_does_not_lead_here_has_no_next(desk: Client, record: Record, filters: str) -> None:
    page = desk.get(f"{LIST}{record('P-1').pk}/change/?_changelist_filters={filters}")
    assert page.status_code == (400 if "%00" in filters else 200)
    assert page.status_code == 400 or "neighbours" not in page.context
