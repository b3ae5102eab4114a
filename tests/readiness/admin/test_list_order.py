"""The list of pilots sorted by a gate, and by the next move: what has none comes last, whichever way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pilots import actions
from pilots.models import GateKind, Person, Pilot
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.queries.urgency import COURTS_PRESSING, STATES_PRESSING
from readiness.rules.standing import GateStatus
from tests.company import LEGAL, gate_of
from tests.readiness.admin.conftest import DAY, WHEN, Record

LIST = "/admin/pilots/pilot/"
LAST = 99


@pytest.fixture
def several(record: Record, running: Pilot, legal: GateKind, ria: Person, lena: Person) -> list[Pilot]:
    """A planned one, one that has ended, a paused one, and running ones whose Legal stands differently."""
    made = [record(f"P-{n}") for n in range(2, 8)]
    _planned, retired, paused, cleared, refused, late = made
    for pilot in (retired, paused, cleared, refused):
        actions.start(pilot=pilot, by=None, **WHEN)
    actions.start(pilot=late, by=None, on=DAY + timedelta(days=3), known=DAY + timedelta(days=3))
    actions.decide(gate=gate_of(cleared, LEGAL), by=lena, outcome="cleared", reason="Yes.", **WHEN)
    actions.decide(gate=gate_of(refused, LEGAL), by=lena, outcome="refused", reason="No.", **WHEN)
    actions.retire(pilot=retired, by=ria, learned="Nobody reads them.", because="cost", **WHEN)
    actions.pause(pilot=paused, by=None, until=DAY + timedelta(days=30), reason="Holidays.", **WHEN)
    return [running, *made]


def shown(desk: Client, column: str, *, descending: bool = False) -> list[str]:
    """The keys in the order in which the list shows them on the day after the record."""
    asked: dict[str, Any] = {"as_of": (DAY + timedelta(days=5)).isoformat()}
    columns = [getattr(each, "__name__", each) for each in desk.get(LIST, asked).context["cl"].list_display]
    asked["o"] = f"{'-' if descending else ''}{columns.index(column)}"
    answer = desk.get(LIST, asked)
    assert answer.status_code == 200
    return [row.key for row in answer.context["cl"].result_list]


def snapshots(pilots: list[Pilot]) -> dict[str, PilotSnapshot]:
    return {one.pilot.key: one for one in snapshots_of(pilots, at=DAY + timedelta(days=5))}


def _state(one: PilotSnapshot) -> int:
    return STATES_PRESSING.index(one.gate(LEGAL).status.state)


def test_it_is_sorted_by_the_state_of_a_gate(desk: Client, several: list[Pilot], legal: GateKind) -> None:
    found, there = snapshots(several), f"gate_{legal.pk}"
    up = [_state(found[key]) for key in shown(desk, there)]
    assert (up, len(set(up)) >= 3) == (sorted(up), True)
    down = [_state(found[key]) for key in shown(desk, there, descending=True)]
    assert down == sorted(up, reverse=True)


def test_a_gate_that_is_not_asked_comes_last_both_ways(
    desk: Client, several: list[Pilot], legal: GateKind, ria: Person
) -> None:
    given = {"key": "council", "name": "Council", "question": "Has it agreed?", "clears_by": "approval"}
    kind = actions.add_kind(**given, portfolios=[several[0].portfolio], high_impact_only=True, by=None, **WHEN)
    actions.amend(pilot=several[0], by=ria, set={"high_impact": True}, **WHEN)
    for descending in (False, True):
        assert shown(desk, f"gate_{kind.pk}", descending=descending)[0] == "P-1"


def _move(one: PilotSnapshot) -> tuple[int, int]:
    waiting = [gate.status for gate in one.waiting_gates]
    if one.status.standing == "planned":
        return (6, 0)
    if one.status.standing == "paused":
        return (7, 0)
    return min(map(_presses, waiting), default=(LAST, 0))


def _presses(gate: GateStatus) -> tuple[int, int]:
    return (COURTS_PRESSING.index(gate.court), -(gate.days or 0))


def test_it_is_sorted_by_whose_move_it_is_and_the_longest_wait(desk: Client, several: list[Pilot]) -> None:
    found = snapshots(several)
    up = [_move(found[key]) for key in shown(desk, "next_move")]
    assert (up, up[-1], len(set(up)) >= 4) == (sorted(up), (LAST, 0), True)


def test_what_has_no_next_move_comes_last_also_the_other_way(desk: Client, several: list[Pilot]) -> None:
    found = snapshots(several)
    down = [_move(found[key]) for key in shown(desk, "next_move", descending=True)]
    assert down[-1] == (LAST, 0)
    assert [place for place, _days in down[:-1]] == sorted((place for place, _days in down[:-1]), reverse=True)
