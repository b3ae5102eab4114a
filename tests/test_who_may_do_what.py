"""Everybody over every verb and every address. What is expected comes from the one table, `pilots.access.MAY` (section 7)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from pilots import access, verbs
from pilots.refusals import Refused
from tests.asks import ASKS, NO_PERSON, Ask
from tests.cast import ROLES, Cast, taken_back

pytestmark = pytest.mark.django_db

SIGNED_IN = [name for name in ROLES if name != "anonymous"]


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Cast]:
    """The cast, put on stage once; every test undoes what it did, and at the end there was nobody."""
    room = override_settings(EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"))
    with django_db_blocker.unblock(), room, transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


# Verbs


def test_the_table_has_a_line_for_every_verb_and_no_other() -> None:
    beside = {"see", "enter_the_desk", "record_for_decider"}
    past = {line for line in access.MAY if line.endswith("_beyond")}
    missing = sorted(set(verbs.__all__) - access.MAY.keys())
    assert not missing, f"say who may do {missing}: add them to pilots.access.MAY"
    assert access.MAY.keys() - set(verbs.__all__) == beside | past


def test_every_verb_is_asked() -> None:
    unasked = sorted(set(verbs.__all__) - {ask.verb for ask in ASKS} - NO_PERSON)
    assert not unasked, f"say how to ask {unasked}: add them to ASKS in tests/asks.py"
    assert access.MAY.keys() - {ask.line for ask in ASKS} - NO_PERSON == {"see", "enter_the_desk"}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(NO_PERSON))
def test_no_person_does_what_a_list_or_the_installation_does(verb: str) -> None:
    assert "by" not in inspect.signature(getattr(verbs, verb)).parameters
    assert access.MAY[verb] == access.NOBODY


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.line)
def test_a_verb_is_done_by_whom_the_table_names_and_refused_to_everybody_else(
    cast: Cast, ask: Ask
) -> None:
    with taken_back():
        ask.before(cast)
        found = {name: tried(cast, ask, name) for name in SIGNED_IN}
    assert found == {name: 200 if ask.allows(name) else 403 for name in SIGNED_IN}


def tried(cast: Cast, ask: Ask, name: str) -> int:
    """What comes of it when one of the cast does it: 200, or the status of the refusal."""
    with taken_back():
        try:
            ask.do(cast, name)
        except Refused as refused:
            return refused.status
        return 200
