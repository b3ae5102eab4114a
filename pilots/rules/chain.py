"""Rule 8: events are chains by checksum, one a pilot and one of the installation; a text can be erased."""

from __future__ import annotations

import hashlib

FORMAT = 1
"""The format in which an event is hashed. Another one gets another number, and the checksums of before stay."""
START = "0" * 64


def digest(text: str) -> str:
    """The digest that stands for a text in the chain. What is salted carries its salt in the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def checksum(before: str, columns: str, evidence: str, facts: str) -> str:
    """The checksum of one event, over the one before it.

    Args:
        columns: the columns of the event and of its decision, joined.
        evidence: the pieces that it carries, each with the checksum of its content.
        facts: the digest of what the rules read of it. Neither holds a name or a text.
    """
    return hashlib.sha256(f"{before}\n{columns}\n{evidence}\n{facts}".encode()).hexdigest()


class Heads:
    """One digest over the heads and counts of many chains, to keep and compare later. They are added in order."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def add(self, chain: str, head: str, count: int) -> None:
        """Take in a chain, with the checksum of its last event and how many there are."""
        self._total.update(f"{chain} {count} {head}\n".encode())

    def digest(self) -> str:
        return self._total.hexdigest()
