"""An action on several rows of a list: a page between, and all of them or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots import actions
from pilots.models import DecisionRight, Event, GateKind, Person, Pilot, Portfolio
from tests.readiness.admin.conftest import Record
from tests.readiness.browser_forms import form_with

LIST = "/admin/pilots/pilot/"


@pytest.fixture
def two(record: Record) -> list[Pilot]:
    for key in ("P-1", "P-2"):
        actions.start(pilot=record(key), by=None)
    return list(Pilot.objects.order_by("key"))


def chosen(action: str, rows: list[Any]) -> dict[str, Any]:
    return {"action": action, "index": "0", "_selected_action": [row.pk for row in rows]}


def asked(client: Client, action: str, rows: list[Any], field: str, address: str = LIST) -> dict[str, Any]:
    """What the page between would send."""
    page = client.post(address, chosen(action, rows))
    assert page.status_code == 200
    return form_with(field, page) | {"_selected_action": [row.pk for row in rows]}


def test_what_can_be_done_to_several_is_offered_above_the_list(desk: Client, two: list[Pilot]) -> None:
    page = desk.get(LIST).content.decode()
    for word in ("start", "move-decide-by", "pause", "resume", "retire"):
        assert f'<option value="{word}">' in page
    assert '<option value="adopt">' not in page


def test_the_page_between_asks_once_and_each_is_done(desk: Client, two: list[Pilot], ria: Person) -> None:
    typed = asked(desk, "retire", two, "learned")
    assert desk.post(LIST, typed | {"learned": "Nobody reads them."}).status_code == 302
    assert set(Pilot.objects.values_list("stage", flat=True)) == {"retired"}
    assert Event.objects.filter(action="retire", by=ria, texts__reason="Nobody reads them.").count() == 2


def test_where_one_is_refused_none_is_done_and_the_page_says_which(desk: Client, two: list[Pilot]) -> None:
    typed = asked(desk, "retire", two, "learned")
    actions.retire(pilot=two[1], by=None, learned="Over already.")
    answer = desk.post(LIST, typed | {"learned": "Nobody reads them."})
    assert answer.status_code == 412
    text = answer.content.decode()
    assert "Nothing was done, on any of them." in text
    assert "P-2" in text.split("Nothing was done")[1]
    assert "Nobody reads them." in text
    assert Pilot.objects.get(pk=two[0].pk).stage == "running"


def test_what_was_seen_of_each_is_held_against_what_is_so(desk: Client, two: list[Pilot]) -> None:
    typed = asked(desk, "pause", two, "until")
    actions.amend(pilot=two[0], by=None, set={"tool": "Another"})
    answer = desk.post(LIST, typed | {"until": "2999-01-01", "reason": "Holidays."})
    assert answer.status_code == 412
    assert not Event.objects.filter(action="pause").exists()


def test_a_right_that_is_not_theirs_is_not_ended_among_others(
    desk: Client, lena: Person, legal: GateKind, elsewhere: Portfolio
) -> None:
    broad = actions.assign_right(kind=GateKind.objects.get(key="it-data-access"), holder=lena, by=None)
    rights = reverse("admin:pilots_decisionright_changelist")
    answer = desk.post(rights, chosen("end", [broad, DecisionRight.objects.get(kind=legal)]), follow=True)
    assert "Nothing was done" in answer.content.decode()
    typed = asked(desk, "end", [DecisionRight.objects.get(kind=legal)], "until", rights)
    assert desk.post(rights, typed | {"until": "2999-12-31"}).status_code == 302
    assert DecisionRight.objects.get(kind=legal).until is not None


def test_another_offices_pilot_is_not_reached_by_its_number(desk: Client, record: Record, elsewhere: Portfolio) -> None:
    other = record("E-1", portfolio=elsewhere)
    answer = desk.post(LIST, chosen("retire", [other]) | {"confirmed_on_several": "yes", "learned": "x"})
    assert answer.status_code in (302, 200)
    assert Pilot.objects.get(pk=other.pk).stage == "planned"
