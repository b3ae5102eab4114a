"""Whatever is written into the log is never edited: no action writes a text longer than anybody reads, on any road."""

from __future__ import annotations

import inspect
import json
from contextlib import suppress
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import override_settings

from pilots import actions
from pilots.actions.texts import LONGEST_TEXT
from pilots.models import Decision, Event
from pilots.refusals import Refused
from pilots.rules import adoption
from readiness.forms import OF_GATE, OF_PILOT
from readiness.forms.records import AmendForm, RecordForm
from tests.company import ROLES, Cast, taken_back
from tests.contracts.asks import FIRST, LINK

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

LONG = "x" * (LONGEST_TEXT + 1)
UNWRITTEN = {"password"}
"""Texts that are kept nowhere as they were given."""


def texts_of(action: str) -> list[str]:
    """The arguments of an action that take a text."""
    takes = inspect.signature(getattr(actions, action)).parameters.values()
    return [each.name for each in takes if each.annotation in ("str", "str | None") and each.name not in UNWRITTEN]


def asked_with(action: str) -> list[dict[str, Any]]:
    """Every way in which an action can be given one text that is too long."""
    found: list[dict[str, Any]] = [{name: LONG} for name in texts_of(action)]
    if action in ("amend", "record"):
        fields = ("name", "purpose", "workflow", "question", "tool", "data")
        found += [{"set": {name: LONG}} if action == "amend" else {name: LONG} for name in fields]
    if action == "set_rules":
        found += [{name: LONG} for name in adoption.RULES]
    if action == "decide":
        found += [{"outcome": "refused", "would_change": LONG}]
    return found


def written() -> str:
    """All that is in the log."""
    rows = [
        *Event.objects.values("texts", "data"),
        *Decision.objects.values("conditions", "sealed"),
    ]
    return json.dumps(rows, cls=DjangoJSONEncoder)


@pytest.mark.parametrize("action", sorted(action for action in FIRST if asked_with(action)))
def test_no_verb_writes_a_text_beyond_the_limit(action: str, tmp_path: Any) -> None:
    ask = FIRST[action]
    allowed = next(name for name in ROLES if name != "anonymous" and ask.allows(name))
    with override_settings(EVIDENCE_ROOT=tmp_path):
        cast = Cast()
        ask.before(cast)
        for more in asked_with(action):
            with taken_back():
                with suppress(Refused):
                    getattr(actions, action)(by=cast[allowed], **{**ask.says(cast), **more})
                assert LONG not in written(), sorted(more)


def test_a_text_at_the_limit_is_kept_whole() -> None:
    cast = Cast()
    cast.runs()
    reason = LONG[1:]
    actions.decide(
        gate=cast.gate("legal-sign-off"), by=cast["decider"], outcome="cleared", reason=reason, evidence=LINK
    )
    assert Decision.objects.latest("pk").reason == reason


def test_no_form_cuts_what_is_pasted() -> None:
    made = [*OF_PILOT.values(), *OF_GATE.values(), AmendForm, RecordForm]
    cut = {
        f"{form.__name__}.{name}"
        for form in made
        for name, field in form.base_fields.items()
        if "maxlength" in field.widget.attrs
    }
    assert not cut
