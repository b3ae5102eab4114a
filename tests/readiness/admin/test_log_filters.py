"""The log is narrowed to a person, acting or concerned, and to days; an action on many is one line of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pilots import actions
from pilots.clock import today
from pilots.models import Person, Pilot
from tests.company import gate_of
from tests.readiness.admin.conftest import Record, account

LOG = "/admin/pilots/event/"


def shown(client: Client, **asked: str) -> list[str]:
    answer = client.get(LOG, asked)
    assert answer.status_code == 200, answer
    return [row.action for row in answer.context["cl"].result_list]


@pytest.fixture
def named(record: Record, ria: Person) -> Person:
    """Sam, whom Ria names today."""
    sam = account("sam")
    actions.nominate(gate=gate_of(record("P-1"), "named-sponsor"), by=ria, person=sam)
    return sam


def test_a_person_is_found_acting_or_concerned(desk: Client, named: Person, ria: Person) -> None:
    assert shown(desk, who=ria.email, action="nominate") == ["nominate"]
    assert "nominate" in shown(desk, who="Sam")
    actions.accept(gate=gate_of(Pilot.objects.get(), "named-sponsor"), by=named)
    assert {"nominate", "accepted"} <= set(shown(desk, who="Sam"))
    assert "record" not in shown(desk, who="Sam")


def test_whom_nobody_knows_did_nothing_and_the_filter_says_so(desk: Client, named: Person) -> None:
    assert shown(desk, who="Nobody") == []
    assert "Nobody is called that." in desk.get(LOG, {"who": "Nobody"}).content.decode()


@pytest.mark.parametrize(("first", "last", "there"), [(0, 0, True), (1, 1, False), (-1, -1, False), (-1, 1, True)])
def test_days_are_from_the_first_to_the_last(desk: Client, named: Person, first: int, last: int, there: bool) -> None:
    days = {
        "from_day": (today() + timedelta(days=first)).isoformat(),
        "to_day": (today() + timedelta(days=last)).isoformat(),
    }
    assert ("nominate" in shown(desk, **days)) is there


def test_what_is_no_day_narrows_nothing(desk: Client, named: Person) -> None:
    assert "nominate" in shown(desk, from_day="soon", to_day="0000-00-00")


def test_the_time_of_day_is_said(desk: Client, named: Person) -> None:
    page = desk.get(LOG, {"action": "nominate"}).content.decode()
    assert f"<small>{timezone.localtime():%H}:" in page
