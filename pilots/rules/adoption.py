"""Rule 11: what adoption still misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def missing_rules(rules: Mapping[str, Any], *, risk_accepted: bool, confirmed: bool) -> tuple[str, ...]:
    """The codes of what is not known: rules by field name, then `risk`, then `rules_unconfirmed`."""
    codes = [name for name in RULES if not rules.get(name)]
    if not risk_accepted:
        codes.append(RISK)
    if not confirmed:
        codes.append(UNCONFIRMED)
    return tuple(codes)


def missing(open_gates: Iterable[str], asserted: Iterable[str], rules: Iterable[str]) -> list[str]:
    """All that adoption misses, in the order of the design: open gates, asserted gates, rules, risk, confirmation."""
    return [*open_gates, *(f"asserted:{key}" for key in asserted), *rules]


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
