"""One registry of actions: what is said of an action once is everywhere, and its events give what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import transaction

from pilots import actions
from pilots.actions.locked_pilot import lock_pilot
from pilots.actions.records import voiding
from pilots.derived import load, periods
from pilots.models import Event, GatePeriod, Pilot
from pilots.rules import replay
from pilots.rules.actions import ACTIONS, DECISION, REASON, Target
from pilots.rules.transitions import APPLY
from readiness import forms, registry
from readiness.api import inputs
from readiness.text import events
from tests.company import LEGAL, ROLES, Cast
from tests.contracts.asks import ASKS, ActionInput

ON_PILOTS = frozenset({Target.PILOT, Target.GATE, Target.GATES})


def test_every_form_and_every_input_is_registered_under_an_action() -> None:
    assert registry.FORMS.keys() <= ACTIONS.keys()
    assert registry.INPUTS.keys() <= ACTIONS.keys()
    assert {form.action for form in (*forms.OF_PILOT.values(), *forms.OF_GATE.values())} == registry.FORMS.keys()
    assert {word for word, _input in (*inputs.OF_PILOT.values(), *inputs.OF_GATE.values())} == registry.INPUTS.keys()


def test_what_a_row_calls_by_a_title_has_a_form_and_an_input() -> None:
    titled = {word for word, row in registry.INTERFACES.items() if row.title}
    assert titled == registry.FORMS.keys()
    assert {word for word in titled if registry.INTERFACES[word].api is not None} == registry.INPUTS.keys()


def test_a_form_says_what_its_row_says() -> None:
    for word, form in registry.FORMS.items():
        row: Any = registry.INTERFACES[word]
        says = {
            name: getattr(row, name)
            for name in ("title", "button", "success_message", "title_on_behalf", "warns_of_lost_answers")
        }
        assert {name: getattr(form, name) for name in says} == says


def test_every_transition_is_that_of_an_event_which_the_log_can_tell() -> None:
    assert APPLY.keys() <= events.ACTIONS.keys()


FORGETS = {action.event_word: action.erasable for action in ACTIONS.values()}
"""Where people's own words stand in an event, by its word."""


def replayed(pilot: Pilot) -> replay.History:
    return replay.replay(pilot.recorded_on, load.kinds_of(pilot), load.event_records(pilot))


def read(pilot: Pilot) -> tuple[list[Any], dict[str, list[Any]]]:
    """The periods of a pilot and of its gates as they are stored, by all that is known now."""
    own = pilot.periods.filter(superseded_on=None).select_related("unit").order_by("first_day")
    of_gates: dict[str, list[Any]] = {}
    rows = GatePeriod.objects.filter(gate__pilot=pilot, superseded_on=None).select_related("unit", "kind")
    for row in rows.order_by("first_day"):
        of_gates.setdefault(row.kind.key, []).append(periods.as_gate_period(row))
    return [periods.as_pilot_period(row) for row in own], of_gates


def done_gives_what_is_read(cast: Cast, pilot: Pilot, do: Callable[[], Any]) -> None:
    """The old state and the events of what is done give the state that all events give, and both what is stored."""
    before, old = load.event_records(pilot), replayed(pilot)
    do()
    new = load.event_records(pilot)[len(before) :]
    assert new, "it wrote no event"
    anew = replayed(pilot)
    if all(action.effective_on < cast.day() for action in before):
        replay.replay_day(old, cast.day(), new)
        assert (old.state, old.pilot, old.gates) == (anew.state, anew.pilot, anew.gates)
    assert read(pilot) == (anew.pilot, anew.gates)
    for event in Event.objects.filter(pk__in=[action.seq for action in new]):
        erasable = FORGETS[event.action]
        assert not event.reason or REASON in erasable
        assert events.decision_of(event) is None or DECISION in erasable
    pilot.refresh_from_db()
    assert (pilot.stage, pilot.void_since) == (anew.state.stage, anew.state.void_since)


def needs_person() -> list[ActionInput]:
    """What a person does to a pilot that is there, or to one of its gates."""
    there = (ask for ask in ASKS if ACTIONS[ask.action].target in ON_PILOTS and ask.action != "record")
    return [ask for ask in there if ACTIONS[ask.action].allowed]


@pytest.mark.django_db
@pytest.mark.parametrize("ask", needs_person(), ids=lambda ask: f"{ask.line}{'_beyond' if ask.beyond_limits else ''}")
def test_the_old_state_and_the_events_of_an_action_give_the_state_as_read_anew(ask: ActionInput) -> None:
    cast = Cast()
    ask.before(cast)
    name = next(name for name in ROLES if name != "anonymous" and ask.allows(name))
    done_gives_what_is_read(cast, cast.pilot, lambda: ask.do(cast, name))


def taken_back_and_restored(cast: Cast) -> None:
    with transaction.atomic():
        voiding(lock_pilot(cast.pilot, cast["head"], None, None), "The wrong sheet.", data={"taken_back": "a-list"})
    actions.restore_listed(pilot=cast.pilot)


LISTED: Mapping[str, Callable[[Cast], Any]] = {
    "record_claim": lambda cast: actions.record_claim(pilot=cast.pilot),
    "record_running": lambda cast: actions.record_running(pilot=cast.pilot),
    "list_again": lambda cast: actions.list_again(pilot=cast.pilot, listed={"name": "Drafts"}),
    "restore_listed": taken_back_and_restored,
    "assert_": lambda cast: actions.assert_(gate=cast.gate(LEGAL), source="list.csv, row 4"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("word", LISTED)
def test_and_so_does_what_a_list_says(word: str) -> None:
    cast = Cast()
    done_gives_what_is_read(cast, cast.pilot, lambda: LISTED[word](cast))
