"""Where several refusals apply, one is given: whose it is, the day, what changed meanwhile, the stage, what is missing.

The order is SCENARIOS.md's. Stories name no `expected_version`, so what changed meanwhile is tried here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pilots import actions
from pilots.refusals import Refused
from pilots.rules.actions import Target, actions_on
from tests.company import ERROR, LEGAL, Cast

pytestmark = pytest.mark.django_db

OF_PILOT: dict[str, dict[str, Any]] = {
    "start": {},
    "move_decide_by": {"to": None},
    "pause": {"until": None},
    "resume": {},
    "adopt": {},
    "roll_back": {},
    "retire": {"learned": ""},
    "reopen": {"reason": ""},
    "set_rules": {"success": ""},
    "accept_risk": {},
    "confirm_rules": {},
    "register_threshold": {"metric": "", "direction": "", "value": None, "kind": "", "smallest_sample": None},
    "record_measurement": {"value": None, "sample": None},
    "record_residents": {"week": None, "people": None},
    "look_again": {"text": ""},
    "give_account": {"basis": ""},
    "answer_pulse": {"score": None},
    "announce_workflow": {"steps": []},
    "state_incentives": {},
    "add_fellow_manager": {"person": None},
    "remove_fellow_manager": {"person": None},
}
"""Every action on a pilot that has a stage, asked with what cannot be."""
WHOSE = {
    "confirm_rules": "manager",
    "give_account": "sponsor",
    "answer_pulse": "sponsor",
    "pause": "head",
    "move_decide_by": "head",
}
"""Who may, where it is not the office; the escalation person may what lies beyond an office's limits."""


def running() -> Cast:
    cast = Cast()
    cast.runs()
    return cast


def retired() -> Cast:
    cast = running()
    actions.retire(pilot=cast.pilot, by=cast["office"], learned="Nobody reads them.")
    return cast


def code(event: Callable[..., Any], **says: Any) -> str:
    with pytest.raises(Refused) as refused:
        event(**says)
    return refused.value.code


@pytest.mark.parametrize("action", OF_PILOT)
def test_on_a_pilot_whose_it_is_comes_before_what_changed_and_that_before_the_stage(action: str) -> None:
    cast = running() if action == "reopen" else retired()
    event, asked = getattr(actions, action), {"pilot": cast.pilot, **OF_PILOT[action]}
    who = cast[WHOSE.get(action, "office")]
    assert code(event, by=cast["outsider"], expected_version=0, **asked) == "not_yours"
    assert code(event, by=who, expected_version=0, **asked) == "changed_meanwhile"
    assert code(event, by=who, **asked) == "wrong_stage"


def test_the_table_names_every_verb_that_has_a_stage() -> None:
    people = {row.word for row in actions_on(Target.PILOT) if row.stages is not None and row.allowed}
    assert people == OF_PILOT.keys()


@pytest.mark.parametrize(
    ("action", "kind", "who", "asked"),
    [
        ("decide", LEGAL, "decider", {"outcome": "cleared"}),
        ("ask_exception", LEGAL, "manager", {}),
        ("answer", LEGAL, "manager", {}),
        ("meet_condition", LEGAL, "office", {"text": "Log it."}),
        ("nominate", ERROR, "office", {"person": None}),
        ("withdraw_nomination", ERROR, "office", {}),
        ("accept", ERROR, "named", {}),
        ("decline", ERROR, "named", {}),
    ],
)
def test_and_so_on_a_gate_where_the_wrong_gate_comes_first(
    action: str, kind: str, who: str, asked: dict[str, Any]
) -> None:
    cast = retired()
    event, other = getattr(actions, action), ERROR if kind == LEGAL else LEGAL
    assert code(event, gate=cast.gate(other), by=cast["outsider"], expected_version=0, **asked) == "wrong_gate"
    assert code(event, gate=cast.gate(kind), by=cast["outsider"], expected_version=0, **asked) in (
        "not_yours",
        "not_named",
    )
    assert code(event, gate=cast.gate(kind), by=cast[who], expected_version=0, **asked) == "changed_meanwhile"
    assert code(event, gate=cast.gate(kind), by=cast[who], **asked) == "wrong_stage"


def test_an_edit_of_what_changed_meanwhile_is_refused() -> None:
    cast = Cast()
    asked = {"pilot": cast.pilot, "set": {"name": ""}, "expected_version": 0}
    assert code(actions.amend, by=cast["outsider"], **asked) == "not_yours"
    assert code(actions.amend, by=cast["office"], **asked) == "changed_meanwhile"
