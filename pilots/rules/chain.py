"""Rule 8: each gate's decisions are a chain by checksum that survives the erasure of a text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

START = "0" * 64


def digest(text: str, salt: str) -> str:
    """The salted digest that stands for a text in the chain, so that the text itself can be erased."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def checksum(before: str, row: Mapping[str, Any]) -> str:
    """The checksum of one decision, over the one before it. `row` holds no name and no free text."""
    body = json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


class Heads:
    """One digest over every gate's head and count, to keep and compare later. Gates are added one by one, in order."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def add(self, gate: str, head: str, count: int) -> None:
        """Take in a gate by its public id, with the checksum of its last decision and how many there are."""
        self._total.update(f"{gate} {count} {head}\n".encode())

    def digest(self) -> str:
        return self._total.hexdigest()
