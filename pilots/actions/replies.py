"""What the team does about an answer: reply to it, and meet its conditions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pilots.actions.cited_evidence import cited
from pilots.actions.guards import lock_gate, require_expected_gate, require_kind
from pilots.actions.locked_pilot import LockedPilot
from pilots.actions.texts import need_text
from pilots.event_log.sign import logged_transaction
from pilots.models import Decision, Event, Evidence, Gate, Person
from pilots.refusals import (
    NothingAsked,
)
from pilots.rules import gates, seals
from pilots.rules.vocabulary import Outcome

__all__ = ["answer", "meet_condition"]


@logged_transaction()
def answer(
    *,
    gate: Gate,
    by: Person,
    text: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """The team answers a request or a no: the gate waits on the decider again."""
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("answer", state)
    locked.require_role("answer")
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("answer")
    if state.answer not in gates.ASKS_TEAM:
        raise NothingAsked
    return locked.write("answer", gate=row, reason=need_text(text, "text"))


@logged_transaction()
def meet_condition(
    *,
    gate: Gate,
    by: Person,
    text: str,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Record that a condition was met, with the evidence; met late, the gate is conditional again from that day."""
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("meet_condition", state)
    unmet = [c for c in state.conditions if not c.get("met")]
    asked = [c for c in unmet if seals.same(c["text"], text)]
    locked.require_role("meet_condition", locked.roles_on_conditions(asked))
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("meet_condition")
    if not unmet:
        raise NothingAsked(field="text")
    text = need_text(text, "text")
    if not asked:
        raise NothingAsked(field="text")
    shown = cited(locked, evidence, pieces)
    shown.needed()
    data: dict[str, Any] = {"text": text}
    if shown.pieces:
        data["pieces"] = shown.as_data
    return locked.write(
        "meet_condition",
        gate=row,
        data=data,
        evidence=evidence,
        pieces=shown.pieces,
        rests_on=_conditional(locked, row) if shown.pieces else None,
    )


def _conditional(locked: LockedPilot, row: Gate) -> Decision:
    """The decision whose conditions are being met on the day of the action."""
    asked = row.decisions.filter(outcome=Outcome.CONDITIONAL, effective_on__lte=locked.on)
    return asked.order_by("effective_on", "pk").reverse()[0]
