"""With which API token a person acts: its first characters stand in every event that is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

BY_TOKEN = "by_token"
"""Under which name the data of an event say it. No rule reads it; the checksum covers it as it covers all data."""

_TOKEN: ContextVar[str] = ContextVar("acting_token", default="")


@contextmanager
def acting_token(begins: str = "") -> Iterator[None]:
    """Let the events that are written meanwhile name a token, by how it begins; none, unless `name_token` names one."""
    before = _TOKEN.set(begins)
    try:
        yield
    finally:
        _TOKEN.reset(before)


def name_token(begins: str) -> None:
    """Name the token with which the person acts, once it is known."""
    _TOKEN.set(begins)


def token_data() -> dict[str, Any]:
    """What an event says of the token that was used; nothing where a person acted with none."""
    begins = _TOKEN.get()
    return {BY_TOKEN: begins} if begins else {}
