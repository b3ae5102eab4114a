"""Rule 8: an answer holds for what was decided on. `PilotState.to_seal` asks what that is now, `GateState.state` whether it broke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilots.rules.events import Kind
from pilots.rules.vocabulary import ClearsBy, Outcome

OF_QUALITY = ("threshold", "verdict")
"""What only an answer on quality seals."""


def facts_to_seal(
    kind: Kind, values: Mapping[str, Any], outcome: str, *, threshold: str, verdict: str
) -> dict[str, Any]:
    """What an answer on a kind of gate seals, by field. An exception on quality seals the threshold only.

    Args:
        values: the pilot's record and known rules.
        threshold, verdict: what is good enough, in words, and what was measured last.
    """
    sealed = {name: values.get(name) or "" for name in kind.seals if name not in OF_QUALITY}
    if kind.clears_by == ClearsBy.MEASUREMENT:
        sealed["threshold"] = threshold
        if outcome != Outcome.EXCEPTED:
            sealed["verdict"] = verdict
    return sealed


def plain(value: Any) -> str:
    """A value without case and spacing, for comparison only."""
    return " ".join(str(value or "").split()).casefold()


def same(one: Any, other: Any) -> bool:
    """Whether two values differ in nothing but case and spacing."""
    return plain(one) == plain(other)


def broken(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The sealed fields whose value is another now, in the order of the seal."""
    return tuple(name for name, value in sealed.items() if not same(value, now.get(name)))
