"""Acceptance gates (rule 9): naming somebody, and accepting, declining or leaving in one's own name."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.decisions import sign_answer
from pilots.actions.guards import lock_gate, require_expected_gate, require_kind
from pilots.actions.locked_pilot import LockedPilot
from pilots.actions.texts import need_plain
from pilots.event_log.sign import logged_transaction
from pilots.models import Decision, Event, Gate, Person
from pilots.refusals import (
    Invalid,
    NothingAsked,
    NotNamed,
)
from pilots.rules.vocabulary import Capacity, Outcome, Role

__all__ = ["accept", "decline", "leave", "nominate", "withdraw_nomination"]


@logged_transaction()
def nominate(
    *,
    gate: Gate,
    by: Person | None,
    person: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Name somebody for an acceptance gate, or somebody else. Being named is not accepting."""
    locked, row, _state = lock_gate(gate, by, on, known)
    return nominating(locked, row, person, expected_version=expected_version)


def nominating(locked: LockedPilot, row: Gate, person: Person | None, *, expected_version: int | None = None) -> Event:
    """Name somebody for a gate of a locked pilot."""
    state = locked.state.gates[row.kind.key]
    require_kind("nominate", state)
    locked.require_role("nominate")
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("nominate")
    if person is None:
        raise Invalid(_("Missing. A name, not a team."), field="person")
    if permissions.has_left(person, locked.on) or person.pk == state.accepted:
        raise Invalid(_("Name somebody with an open account who has not accepted it already."), field="person")
    changes = [{"field": row.kind.key, "from": state.nominee, "to": person.pk}]
    return locked.write("nominate", gate=row, data={"person": person.pk}, changes=changes)


@logged_transaction()
def withdraw_nomination(
    *,
    gate: Gate,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Name somebody no longer who has not answered. The gate is again whoever's accepted it before, or nobody's.

    Raises:
        NothingAsked: nobody is named, or whoever was has answered.
    """
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("withdraw_nomination", state)
    locked.require_role("withdraw_nomination")
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("withdraw_nomination")
    if state.nominee is None:
        raise NothingAsked(_("Nobody is named here who has not answered yet."))
    changes = [{"field": row.kind.key, "from": state.nominee, "to": None}]
    return locked.write("withdraw_nomination", gate=row, data={"person": state.nominee}, changes=changes)


def _in_own_name(
    gate: Gate,
    by: Person | None,
    outcome: str,
    reason: str | None,
    action: str,
    *,
    on: date | None,
    known: date | None,
    expected_version: int | None,
) -> Decision:
    """What only the person named can say, or a refusal."""
    locked, gate, state = lock_gate(gate, by, on, known)
    require_kind(action, state)
    if by is None or permissions.has_left(by, locked.on):
        raise NotNamed
    named = {Role.NOMINEE: state.nominee, Role.ACCEPTED: state.accepted}
    is_ = frozenset(what for what, who in named.items() if who == by.pk)
    if not permissions.allowed(action, is_):
        raise NotNamed
    locked.require_confirmed_address()
    require_expected_gate(locked, gate, expected_version)
    locked.require_stage(action)
    return sign_answer(
        locked,
        gate,
        state,
        outcome=outcome,
        reason=need_plain((reason or "").strip(), "reason"),
        decider=by,
        capacity=Capacity.NAMED,
        action=outcome,
    )


@logged_transaction()
def accept(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Accept, in one's own name, what one is named for."""
    return _in_own_name(
        gate, by, Outcome.ACCEPTED, reason, "accept", on=on, known=known, expected_version=expected_version
    )


@logged_transaction()
def decline(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Decline what one is named for."""
    return _in_own_name(
        gate, by, Outcome.DECLINED, reason, "decline", on=on, known=known, expected_version=expected_version
    )


@logged_transaction()
def leave(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Leave a seat that one accepted: the gate opens that day."""
    return _in_own_name(gate, by, Outcome.LEFT, reason, "leave", on=on, known=known, expected_version=expected_version)
