"""What follows from a new pilot is shown before anything is written: its standing, its stall date, and whose move each gate is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pilots.clock import today
from pilots.models import Event, GateKind, Person, Pilot, Portfolio
from readiness.queries.snapshots import snapshot_of

ADD = "/admin/pilots/pilot/add/"


@pytest.fixture
def typed(portfolio: Portfolio, legal: GateKind, lena: Person) -> dict[str, Any]:
    since = today() - timedelta(days=9)
    return {
        "portfolio": portfolio.pk,
        "key": "CO-1",
        "name": "Renewal drafts",
        "started_on": since.isoformat(),
        "named-named-sponsor": "lena@example.org",
        "threshold-kind": "proportion",
        "threshold-direction": "at_least",
    }


def test_it_shows_what_follows_and_writes_nothing(desk: Client, typed: dict[str, Any]) -> None:
    before = Event.objects.count()
    answer = desk.post(ADD, typed | {"_check": "Check"})
    page = answer.content.decode()
    assert (answer.status_code, Pilot.objects.count(), Event.objects.count()) == (200, 0, before)
    assert "What follows from it" in page
    assert "Lena" in page
    assert 'value="Renewal drafts"' in page, "what was typed is kept"


def test_what_it_shows_is_what_is_so_once_it_is_saved(desk: Client, typed: dict[str, Any]) -> None:
    checked = desk.post(ADD, typed | {"_check": "Check"}).context["form"].checked
    assert desk.post(ADD, typed).status_code == 302
    saved = snapshot_of(Pilot.objects.get(), at=today())
    assert saved is not None
    now, then = checked.snapshot.status, saved.status
    assert (now.standing, now.stalls_on, now.decide_by) == (then.standing, then.stalls_on, then.decide_by)
    states = [(gate.status.state, gate.status.court) for gate in checked.snapshot.gates]
    assert states == [(gate.status.state, gate.status.court) for gate in saved.gates]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"decide_by": "soon"}, "decide_by"),
        ({"named-named-sponsor": "x"}, "named-named-sponsor"),
    ],
)
def test_what_cannot_be_stands_at_its_field_and_nothing_follows(
    desk: Client, typed: dict[str, Any], wrong: dict[str, str], field: str
) -> None:
    answer = desk.post(ADD, typed | wrong | {"_check": "Check"})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert answer.context["form"].checked is None
    assert not Pilot.objects.exists()
