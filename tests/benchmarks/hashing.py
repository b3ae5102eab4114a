"""What it costs to hold an event against its checksum, apart from reading it, beside one sha256 over as much."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from time import perf_counter

from pilots.event_log import hashing, verify
from pilots.models.plain_rows import one_reading
from pilots.rules import chain
from tests.benchmarks.harness import Measured, compare

EVENTS = 20_000


def measure(rounds: int) -> Iterator[Measured]:
    with one_reading():
        rows = [row[3:] for row in islice((row for row in verify._of_pilots() if row[3] is not None), EVENTS)]
    bodies = ["".join(str(part) for part in row).encode() for row in rows]

    def check() -> None:
        before = chain.START
        for _pk, number, checksum, digest, _erased, texts, facts, columns, pieces in rows:
            assert hashing.texts_digest(texts) == digest
            before = chain.START if number == 1 else before
            assert chain.checksum(before, columns, hashing.in_order(pieces), hashing.facts_digest(facts)) == checksum
            before = checksum

    def plain() -> None:
        for body in bodies:
            sha256(body).hexdigest()

    began = perf_counter()
    check()
    rate = len(rows) / (perf_counter() - began)
    yield compare(
        "hashing events",
        check,
        plain,
        rounds=rounds,
        says=f"{len(rows):,} events, {rate:,.0f} a second; by hand: one sha256 each.",
    )
