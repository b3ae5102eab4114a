"""The list of pilots at the desk: what it says, what it can be narrowed to, whom it is for, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pilots import actions
from pilots.clock import today
from pilots.models import GateKind, Person, Pilot, Portfolio, StallPolicy
from tests.company import browser_of, gate_of
from tests.readiness.admin.conftest import DAY, WHEN, Record, account

LIST = "/admin/pilots/pilot/"


def text(client: Client, address: str = LIST, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(client: Client, **asked: str) -> set[str]:
    """The keys of the pilots that the list shows."""
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer
    return {row.key for row in answer.context["cl"].result_list}


def test_a_row_says_how_a_pilot_stands_and_whose_move_each_gate_is(
    desk: Client, running: Pilot, legal: GateKind
) -> None:
    page = text(desk, as_of="2026-03-02")
    assert "Renewal drafts" in page
    assert "P-1" in page
    assert "Customer operations" in page
    assert "Moving" in page
    assert "waiting, in the decider’s court" in page
    assert "unowned, in nobody’s court" in page
    assert "2026-05-13" in page


def test_the_key_to_the_marks_stands_on_the_page(desk: Client, running: Pilot) -> None:
    assert "What the marks mean" in text(desk)


def test_it_can_be_asked_how_it_was(desk: Client, running: Pilot) -> None:
    assert shown(desk, as_of="2026-03-01") == set()
    assert shown(desk, as_of="2026-05-12", standing="at_risk") == {"P-1"}
    assert shown(desk, as_of="2026-05-13", standing="at_risk") == set()
    assert shown(desk, as_of="2026-05-13", standing="museum_exhibit") == {"P-1"}


def test_what_is_no_date_is_told_and_today_is_shown(desk: Client, running: Pilot) -> None:
    page = text(desk, as_of="yesterday")
    assert "“yesterday” is not a date." in page
    assert "Renewal drafts" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"gate": "legal-sign-off"}, {"P-1", "P-2"}),
        ({"gate": "legal-sign-off", "court": "decider"}, {"P-1"}),
        ({"gate": "legal-sign-off", "court": "nobody"}, set()),
        ({"gate": "legal-sign-off", "state": "waiting"}, {"P-1", "P-2"}),
        ({"gate": "legal-sign-off", "state": "cleared"}, set()),
        ({"state": "cleared"}, set()),
        ({"court": "nobody"}, {"P-1"}),
        ({"state": "open"}, {"P-1", "P-2"}),
        ({"stage": "running"}, {"P-1"}),
        ({"stage": "planned"}, {"P-2"}),
        ({"stage": "nonsense"}, {"P-1", "P-2"}),
        ({"q": "RENEWAL"}, {"P-1"}),
        ({"q": "p-2"}, {"P-2"}),
        ({"q": "drafting letters"}, {"P-2"}),
        ({"q": "less waiting"}, {"P-2"}),
        ({"q": "nothing of the kind"}, set()),
    ],
)
def test_it_can_be_narrowed(
    desk: Client, running: Pilot, legal: GateKind, record: Record, asked: dict[str, str], found: set[str]
) -> None:
    record("P-2", "Letters", workflow="Drafting letters", purpose="Less waiting")
    assert shown(desk, as_of="2026-03-02", **asked) == found


def test_it_can_be_narrowed_to_a_sponsor_and_a_function(
    desk: Client, running: Pilot, record: Record, ria: Person
) -> None:
    sam = account("sam")
    gate = gate_of(running, "named-sponsor")
    actions.nominate(gate=gate, by=ria, person=sam, **WHEN)
    actions.accept(gate=gate, by=sam, **WHEN)
    record("P-2", function=None)
    assert shown(desk, sponsor=str(sam.pk)) == {"P-1"}
    assert shown(desk, function=str(running.function_id)) == {"P-1"}
    assert shown(desk, sponsor=str(ria.pk)) == {"P-1", "P-2"}


def test_what_stalls_first_comes_first_and_what_has_no_date_last(desk: Client, record: Record) -> None:
    record("A-never")
    for key, day in (("B-late", 9), ("C-soon", 2)):
        on = date(2026, 3, day)
        actions.start(pilot=record(key), by=None, on=on, known=on)
    first = desk.get(LIST)
    heads = list(first.context["cl"].list_display)
    place = [getattr(head, "__name__", "") for head in heads].index("stalls_on")
    for order, keys in ((f"{place}", ["C-soon", "B-late", "A-never"]), (f"-{place}", ["B-late", "C-soon", "A-never"])):
        rows = desk.get(LIST, {"o": order}).context["cl"].result_list
        assert [row.key for row in rows] == keys


def test_an_office_sees_its_own_portfolio_and_a_superuser_all(
    desk: Client, running: Pilot, record: Record, elsewhere: Portfolio, root: Person
) -> None:
    record("E-1", "Not theirs", portfolio=elsewhere)
    assert shown(desk) == {"P-1"}
    assert "Not theirs" not in text(desk)
    assert shown(browser_of(root)) == {"P-1", "E-1"}
    assert shown(browser_of(root), portfolio="two") == {"E-1"}
    assert shown(desk, portfolio="two") == {"P-1"}


def test_the_number_of_queries_does_not_depend_on_the_number_of_pilots(
    desk: Client, record: Record, legal: GateKind
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get(LIST)
        return len(found)

    actions.start(pilot=record("P-0"), by=None, **WHEN)
    desk.get(LIST)
    few = asked()
    for number in range(1, 25):
        actions.start(pilot=record(f"P-{number}"), by=None, **WHEN)
    assert asked() == few
    assert few <= 23, "one for how many pilots each view shows"


def test_a_page_holds_a_hundred_and_the_next_one_the_rest(
    desk: Client, portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch, record: Record
) -> None:
    from readiness.admin.pilots import Pilots

    monkeypatch.setattr(Pilots, "list_per_page", 2)
    monkeypatch.setattr(Pilots, "list_max_show_all", 2)
    for number in range(3):
        record(f"P-{number}")
    assert shown(desk) == {"P-0", "P-1"}
    assert shown(desk, p="2") == {"P-2"}
    assert '<span class="this-page">1</span>' in text(desk)


def test_a_name_of_236_letters_is_shown_whole(desk: Client, record: Record) -> None:
    name = "Unbroken" * 29 + "name"
    record("P-1", name)
    assert name in text(desk)


def test_a_name_cannot_bring_its_own_markup(desk: Client, record: Record) -> None:
    record("P-1", "<script>alert(1)</script>")
    page = text(desk)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_portfolio_that_waits_longer_stalls_later(desk: Client, running: Pilot, portfolio: Portfolio) -> None:
    StallPolicy.objects.create(portfolio=portfolio, starts=DAY, quiet_days=60)
    assert shown(desk, as_of="2026-05-13", standing="museum_exhibit") == set()
    assert shown(desk, as_of="2026-06-12", standing="museum_exhibit") == {"P-1"}


def test_the_list_cannot_be_asked_by_what_is_not_offered(desk: Client, running: Pilot) -> None:
    answer = desk.get(LIST, {"manager__password__startswith": "a"})
    assert answer.status_code == 400


def test_an_empty_list_says_so(desk: Client) -> None:
    assert "No pilot is on record here yet." in text(desk)
    assert "Nothing here answers to that." in text(desk, q="x")


def test_the_front_of_the_desk_counts_how_pilots_stand(desk: Client, running: Pilot) -> None:
    page = text(desk, "/admin/")
    long_ago = today() - timedelta(days=100) > DAY
    assert long_ago
    assert "museum exhibit" in page
    assert "?standing=museum_exhibit" in page


def test_nobody_must_move_on_what_is_retired(desk: Client, running: Pilot, legal: GateKind, ria: Person) -> None:
    assert "in the decider’s court</span>" in text(desk, as_of="2026-03-02")
    actions.retire(pilot=running, by=ria, learned="It was slower.")
    for address in (LIST, f"{LIST}{running.pk}/change/", "/portfolio/", f"/pilots/{running.key}/"):
        marks = [part.split('"')[0] for part in text(desk, address).split('class="mark ')[1:]]
        of_gates = marks if "change" in address or "pilots/P" in address else [m for m in marks if m == ""]
        assert of_gates, address
        assert {"decider", "nobody", "team"}.isdisjoint(of_gates), address


def test_it_is_searched_by_manager_tool_and_sponsor(desk: Client, running: Pilot, record: Record, ria: Person) -> None:
    sam = account("sam")
    gate = gate_of(running, "named-sponsor")
    actions.nominate(gate=gate, by=ria, person=sam, **WHEN)
    actions.accept(gate=gate, by=sam, **WHEN)
    record("P-2", "Letters", manager=account("mara"), tool="Quill 3")
    for asked, found in (("sam", {"P-1"}), ("MARA", {"P-2"}), ("quill", {"P-2"})):
        assert shown(desk, q=asked) == found


def test_it_is_sorted_by_function_standing_manager_and_sponsor(
    desk: Client, running: Pilot, record: Record, ria: Person
) -> None:
    record("P-2", function=None, manager=account("mara"))
    sam = account("sam")
    gate = gate_of(running, "named-sponsor")
    actions.nominate(gate=gate, by=ria, person=sam, **WHEN)
    actions.accept(gate=gate, by=sam, **WHEN)
    asked = {"columns": "function.standing.manager.sponsor"}
    heads = [getattr(head, "__name__", "") for head in desk.get(LIST, asked).context["cl"].list_display]
    # What lacks a function, a manager or a sponsor comes last; a plan presses less than what runs.
    for head, first in (("function", "P-1"), ("standing", "P-1"), ("manager", "P-2"), ("sponsor", "P-1")):
        rows = desk.get(LIST, asked | {"o": f"{heads.index(head)}"}).context["cl"].result_list
        assert rows[0].key == first, head
    assert "Mara" in text(desk, **asked)
