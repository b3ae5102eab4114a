"""An action that does not fit the stage says since when the pilot is in it, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pilots import actions
from pilots.models import Person, Pilot
from pilots.refusals import WrongStage
from tests.company import a_planned_pilot, a_portfolio, on

pytestmark = pytest.mark.django_db

RECORDED, STARTED, LATER = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9)


@pytest.fixture
def ria() -> Person:
    return Person.objects.create_superuser("ria@example.org", name="Ria")


@pytest.fixture
def pilot(ria: Person) -> Pilot:
    # Whose it is comes before the stage: Ria is of the office, and lives with it too.
    return a_planned_pilot(a_portfolio(day=RECORDED), day=RECORDED, manager=ria, by=ria)


Does = Callable[[Pilot, Person], Any]


def starts(pilot: Pilot, ria: Person) -> None:
    actions.start(pilot=pilot, by=ria, **on(STARTED))


def pauses(pilot: Pilot, ria: Person) -> None:
    starts(pilot, ria)
    actions.pause(pilot=pilot, by=ria, until=date(2026, 3, 5), reason="Holidays.", **on(date(2026, 3, 4)))


def long_pause(pilot: Pilot, ria: Person) -> None:
    starts(pilot, ria)
    actions.pause(pilot=pilot, by=ria, until=date(2026, 4, 5), reason="Holidays.", **on(date(2026, 3, 4)))


def retires(pilot: Pilot, ria: Person) -> None:
    actions.retire(pilot=pilot, by=ria, learned="Nobody reads them.", **on(STARTED))


RETIRED = (
    "It was retired on 3 March 2026, and that is its end: nothing more is decided on it. "
    "To try again, put a new pilot on record; if it was a mistake, take the retirement back."
)
CASES: list[tuple[Does | None, str, dict[str, Any], str]] = [
    (None, "adopt", {}, "It is planned, on record since 2 March 2026. Start it first."),
    (starts, "start", {}, "It has been running since 3 March 2026. To give it more time, move its decide-by date."),
    (starts, "resume", {}, "It has been running since 3 March 2026. There is no pause to end."),
    (starts, "roll_back", {"reason": "No."}, "It has been running since 3 March 2026. Declare it adopted first."),
    (pauses, "resume", {}, "It has been running since 6 March 2026. There is no pause to end."),
    (long_pause, "adopt", {}, "It has been paused since 4 March 2026. End the pause first."),
    (retires, "start", {}, RETIRED),
    (retires, "set_rules", {"trust_when": "Always."}, RETIRED),
    (retires, "accept_risk", {}, RETIRED),
    (retires, "confirm_rules", {}, RETIRED),
    (retires, "record_measurement", {"value": 1, "sample": 9}, RETIRED),
]


@pytest.mark.parametrize(("before", "action", "more", "says"), CASES)
def test_it_says_since_when_and_what_to_do_instead(
    pilot: Pilot, ria: Person, before: Does | None, action: str, more: dict[str, Any], says: str
) -> None:
    if before:
        before(pilot, ria)
    with pytest.raises(WrongStage) as refused:
        getattr(actions, action)(pilot=pilot, by=ria, **more, **on(LATER))
    assert refused.value.says == says


def test_the_gates_of_a_retired_pilot_say_the_same(pilot: Pilot, ria: Person) -> None:
    retires(pilot, ria)
    gate = pilot.gates.get(kind__key="legal-sign-off")
    actions.assign_right(kind=gate.kind, portfolio=pilot.portfolio, holder=ria, by=ria, **on(STARTED))
    with pytest.raises(WrongStage) as refused:
        actions.ask_exception(gate=gate, by=ria, reason="It cannot wait.", **on(LATER))
    assert refused.value.says == RETIRED
