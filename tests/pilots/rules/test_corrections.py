"""What a list said before it may correct, and only that: the day of its own act, and the end of its own yes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilots import actions
from pilots.models import Pilot, PilotPeriod
from pilots.refusals import Refused
from pilots.rules import replay
from pilots.rules.events import EventRecord
from tests.company import a_planned_pilot, a_portfolio

MARCH, MAY, JUNE = date(2026, 3, 2), date(2026, 5, 4), date(2026, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot() -> Pilot:
    """A pilot that a list put on record in May, running since March."""
    pilot = a_planned_pilot(a_portfolio("ops", day=MARCH), "p", day=MAY, name="Sorting letters")
    actions.start(pilot=pilot, by=None, on=MARCH, known=MAY)
    return pilot


def refusal(event: Any, **says: Any) -> str | None:
    try:
        event(**says)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ({"to": date(2026, 6, 2)}, "in_future"),
        ({"of": "record_claim", "to": MAY}, "wrong_stage"),
        ({"of": "retire", "to": MAY}, "wrong_stage"),
        ({"source": " ", "to": MAY}, "invalid"),
        ({"to": JUNE}, None),
        ({"to": date(2020, 1, 1)}, None),
    ],
)
def test_a_day_that_cannot_be_is_refused(pilot: Pilot, says: dict[str, Any], code: str | None) -> None:
    asked = {"pilot": pilot, "of": "start", "source": "A list, row 2.", "on": JUNE, "known": JUNE} | says
    assert refusal(actions.correct_date, **asked) == code


def test_a_date_that_was_said_is_not_moved_with_the_start(pilot: Pilot) -> None:
    actions.retire(pilot=pilot, by=None, on=MAY, known=MAY)
    other = actions.record(portfolio=pilot.portfolio, key="q", name="Q", by=None, on=MAY, known=MAY)
    actions.start(pilot=other, by=None, decide_by=MAY, on=MARCH, known=MAY)
    asked: dict[str, Any] = {"pilot": other, "of": "start", "source": "A list.", "on": JUNE, "known": JUNE}
    assert refusal(actions.correct_date, to=date(2026, 5, 5), **asked) == "invalid"
    actions.correct_date(to=date(2026, 4, 1), **asked)
    period = PilotPeriod.objects.get(pilot=other, superseded_on=None, last_day=None)
    assert (period.started_on, period.decide_by, period.slips) == (date(2026, 4, 1), MAY, 0)


def test_a_correction_is_corrected_again_and_nothing_passes_what_came_after(pilot: Pilot) -> None:
    actions.record_claim(pilot=pilot, on=MAY, known=MAY)
    asked: dict[str, Any] = {"pilot": pilot, "source": "A list.", "on": JUNE, "known": JUNE}
    assert refusal(actions.correct_date, of="start", to=date(2026, 5, 5), **asked) == "invalid"
    assert refusal(actions.correct_date, of="record_claim", to=date(2026, 3, 1), **asked) == "invalid"
    for day in (date(2026, 4, 1), date(2026, 2, 2)):
        actions.correct_date(of="start", to=day, **asked)
    assert PilotPeriod.objects.get(pilot=pilot, superseded_on=None, last_day=None).started_on == date(2026, 2, 2)


def test_only_what_a_source_says_is_ended(pilot: Pilot) -> None:
    gates = {gate.kind.key: gate for gate in pilot.gates.select_related("kind", "pilot")}
    when: dict[str, Any] = {"source": "A list.", "on": JUNE, "known": JUNE}
    assert refusal(actions.end_assertion, gate=gates["error-owner"], **when) == "wrong_gate"
    assert refusal(actions.end_assertion, gate=gates["legal-sign-off"], **when) == "nothing_asked"
    actions.assert_(gate=gates["legal-sign-off"], **when)
    decision = actions.end_assertion(gate=gates["legal-sign-off"], **when)
    assert (decision.outcome, decision.decider, decision.capacity) == ("no_longer_asserted", None, "asserted")
    assert refusal(actions.end_assertion, gate=gates["legal-sign-off"], **when) == "nothing_asked"


def test_where_the_start_is_not_known_the_clock_counts_from_the_record() -> None:
    events = [
        EventRecord(1, MAY, MAY, "record", data={"set": {}, "stage": "planned"}),
        EventRecord(2, MAY, MAY, "start", data={"decide_by": JUNE, "start_known": False}),
    ]
    (period,) = replay.replay(MAY, (), events).pilot
    assert (period.started_on, period.last_movement, period.stall_clock_from) == (None, None, JUNE)
    corrected = [*events, EventRecord(3, JUNE, JUNE, "correct_date", data={"of": "start", "to": MARCH})]
    known = replay.replay(MAY, (), corrected).pilot[0]
    assert (known.started_on, known.last_movement, known.stall_clock_from) == (MARCH, MARCH, JUNE)
