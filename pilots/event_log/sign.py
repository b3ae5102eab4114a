"""Signing a decision into its gate's chain (rule 8): what the checksum covers, and the digests that stand for texts.

A free text is digested with the decision's salt, and goes with it when it is erased by law. What the rules read,
conditions and seals, is never erased: it is digested with the public id, so that it can be checked for good.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from pilots.models import Decision, Event, Gate
from pilots.rules import chain

KEPT = ("conditions", "sealed", "pieces")
TEXTS = (*Decision.ERASABLE, *KEPT)
WHERE_THERE = frozenset({"would_change", "pieces"})
"""What is digested only where there is any."""

_as_text = DjangoJSONEncoder(sort_keys=True).encode


def sign(gate: Gate, event: Event, row: Mapping[str, Any]) -> Decision:
    """The next decision in a gate's chain, with its checksum, and the gate's head moved on to it. Nothing is saved."""
    decision = Decision(
        gate=gate,
        event=event,
        number=gate.count + 1,
        on=event.on,
        known_on=event.known_on,
        by=event.by,
        salt=secrets.token_hex(16),
        **row,
    )
    decision.digests = digests(decision)
    decision.checksum = chain.checksum(gate.head, in_chain(decision))
    gate.head, gate.count = decision.checksum, decision.number
    return decision


def digest(value: Any, salt: str) -> str:
    """The digest of a text, or of what the rules read, as it comes back from the database."""
    return chain.digest(_as_text(value), salt)


def digests(decision: Decision) -> dict[str, str]:
    """The digests that stand for a decision's texts, and for what the rules read of it."""
    return {
        name: digest(getattr(decision, name), salt_of(name, decision.salt or "", decision.public_id))
        for name in TEXTS
        if name not in WHERE_THERE or getattr(decision, name)
    }


def salt_of(name: str, salt: str, public_id: str) -> str:
    """What a text is digested with: a free text with the salt that goes with it, what the rules read with the public id."""
    return public_id if name in KEPT else salt


def in_chain(decision: Decision) -> dict[str, Any]:
    """What of a decision the checksum covers."""
    return covered(
        decision.public_id,
        decision.gate.public_id,
        decision.number,
        decision.on,
        decision.known_on,
        decision.outcome,
        decision.capacity,
        decision.recorded_for,
        decision.decider.public_id if decision.decider else None,
        decision.by.public_id if decision.by else None,
        decision.court,
        decision.until,
        decision.good_until,
        decision.digests,
        decision.cites.public_id if decision.cites else None,
    )


COVERED = (
    "public_id",
    "gate__public_id",
    "number",
    "on",
    "known_on",
    "outcome",
    "capacity",
    "recorded_for",
    "decider__public_id",
    "by__public_id",
    "court",
    "until",
    "good_until",
    "digests",
    "cites__public_id",
)
"""The columns that `covered` takes, in its order."""


def covered(
    public_id: str,
    gate: str,
    number: int,
    on: date,
    known_on: date,
    outcome: str,
    capacity: str,
    recorded_for: bool,
    decider: str | None,
    by: str | None,
    court: str,
    until: date | None,
    good_until: date | None,
    digests: Mapping[str, str],
    cites: str | None,
) -> dict[str, Any]:
    """What the checksum covers: random ids, dates and digests; no name, no free text."""
    row = {"cites": cites} if cites else {}
    return row | {
        "id": public_id,
        "gate": gate,
        "number": number,
        "on": on.isoformat(),
        "known_on": known_on.isoformat(),
        "outcome": outcome,
        "capacity": capacity,
        "recorded_for": recorded_for,
        "decider": decider,
        "by": by,
        "court": court,
        "until": until and until.isoformat(),
        "good_until": good_until and good_until.isoformat(),
        "digests": digests,
    }
