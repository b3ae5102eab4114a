"""What several actions on a gate ask before they act, in the order of docs/refusals.md."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.concurrency import gate_version
from pilots.models import Gate, Person
from pilots.refusals import (
    ChangedMeanwhile,
    WrongGate,
)
from pilots.rules import gates
from pilots.rules.actions import ACTIONS
from pilots.rules.vocabulary import ClearsBy


def lock_gate(
    gate: Gate, by: Person | None, on: date | None, known: date | None
) -> tuple[LockedPilot, Gate, gates.GateState]:
    """Lock a gate's pilot. Returns it with the gate, and where the gate stands."""
    locked = lock_pilot(gate.pilot, by, on, known)
    key = gate.kind.key
    if locked.state.gates[key].off:
        raise WrongGate(_("This gate is switched off here. Nothing is asked of it."))
    return locked, locked.gates[key], locked.state.gates[key]


def require_expected_gate(locked: LockedPilot, gate: Gate, expected_version: int | None) -> None:
    """Refuse whoever saw the gate otherwise than it is. `expected_version` is the gate's, as `pilots.concurrency` counts it.

    It is asked once it is known that they may act here, and before the stage (the order of refusals in SCENARIOS.md).

    Raises:
        ChangedMeanwhile: somebody acted on this gate, or on its pilot as a whole, since.
    """
    if expected_version is not None and expected_version != gate_version(locked.events, gate.kind.key):
        raise ChangedMeanwhile


def require_kind(word: str, state: gates.GateState) -> None:
    """Refuse an action on a gate of a kind that it is not for: one clears by acceptance, the others do not."""
    if ACTIONS[word].on_acceptance != (state.kind.clears_by == ClearsBy.ACCEPTANCE):
        raise WrongGate
