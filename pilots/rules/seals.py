"""Rule 8: an answer holds for what was decided on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> str:
    """A value without case and spacing, for comparison only."""
    return " ".join(str(value or "").split()).casefold()


def same(one: Any, other: Any) -> bool:
    """Whether two values differ in nothing but case and spacing."""
    return plain(one) == plain(other)


def broken(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The sealed fields whose value is another now, in the order of the seal."""
    return tuple(name for name, value in sealed.items() if not same(value, now.get(name)))
