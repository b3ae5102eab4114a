"""Rule 11: what adoption still misses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

RULES = (
    "acceptable_use",
    "trust_when",
    "override_when",
    "exceptions_to",
    "exceptions_deputy",
    "matters_more",
    "success",
)
RISK = "risk"
UNCONFIRMED = "rules_unconfirmed"
POLICY_GAP = "policy_gap:"
"""What the code of a policy gap begins with that has to be answered first; its public id follows."""


def missing_rules(rules: Mapping[str, Any], *, risk_accepted: bool, confirmed: bool) -> tuple[str, ...]:
    """The codes of what is not known: rules by field name, then `risk`, then `rules_unconfirmed`."""
    codes = [name for name in RULES if not rules.get(name)]
    if not risk_accepted:
        codes.append(RISK)
    if not confirmed:
        codes.append(UNCONFIRMED)
    return tuple(codes)


def waits_for_word(lacks: Collection[str]) -> bool:
    """Whether rules are stated, and wait for the manager's word that they can work by them (rule 11)."""
    return UNCONFIRMED in lacks and not set(lacks).issuperset(RULES)


def missing(
    open_gates: Iterable[str], asserted: Iterable[str], rules: Iterable[str], gaps: Iterable[str] = ()
) -> list[str]:
    """All that adoption misses, in the order of the design: open gates, asserted gates, rules, risk, confirmation, policy gaps.

    Args:
        gaps: public ids of policy gaps that are open, and stand in the way.
    """
    return [*open_gates, *(f"asserted:{key}" for key in asserted), *rules, *(f"{POLICY_GAP}{gap}" for gap in gaps)]


def refusal_code(codes: Iterable[str], kinds: Iterable[str]) -> str | None:
    """The first refusal that fits, or None where nothing is missing."""
    listed, keys = list(codes), set(kinds)
    if any(code in keys for code in listed):
        return "gates_open"
    if any(code.startswith("asserted:") for code in listed):
        return "gates_asserted"
    if any(code != UNCONFIRMED for code in listed):
        return "rules_missing"
    return "rules_unconfirmed" if listed else None
