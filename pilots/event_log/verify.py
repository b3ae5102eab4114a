"""Going through the whole log once (rule 8): each event against what it says and the one before it, each head.

One query in the order of the chains, so that memory does not grow with the log; what is stored is never parsed, so that
nothing that is stored can break the reading of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as chain_of
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from pilots.event_log import hashing, triggers
from pilots.event_log.sign import heads_of_batch
from pilots.models import Decision, DecisionEvidence, Event, Installation, Pilot
from pilots.models.events import PARTS
from pilots.models.plain_rows import one_reading
from pilots.rules import chain

INSTALLATION = None
"""What the chain of events is of that are of no pilot."""


@dataclass(slots=True)
class Break:
    """Where the log does not fit: an event by its primary key, or a head that fits none. `of` is a pilot, or None."""

    of: int | None
    event: int | None
    number: Any
    says: str
    before: int | None = None
    after: int | None = None


@dataclass(slots=True)
class Mark:
    """A digest over all heads as they were up to an event, `None` for all there is. Later events do not change it."""

    event: int | None
    heads: chain.Heads

    @classmethod
    def up_to(cls, event: int | None) -> Mark:
        return cls(event, chain.Heads())

    def __str__(self) -> str:
        digest = self.heads.digest()
        return digest if self.event is None else f"{self.event}:{digest}"


@dataclass(slots=True)
class Verified:
    """What a pass through the log found. `now` is None where somebody kept writing, and no digest could be settled."""

    now: Mark | None
    then: Mark | None
    missing: list[str]
    events: int = 0
    erased: int = 0
    chains: int = 0
    broken: int = 0
    first: Break | None = None

    def broke(self, found: Break) -> None:
        self.broken += 1
        self.first = self.first or found


def read_mark(kept: str) -> tuple[Mark, str]:
    """A kept digest as a mark to be filled again, and what it must come to. Raises ValueError where it is none."""
    event, _, digest = kept.strip().rpartition(":")
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError(kept)
    return Mark.up_to(int(event) if event else None), kept.strip()


def settled() -> int | None:
    """The last event up to which nothing more can come, or None where somebody writes for longer than three seconds.

    Numbers are drawn before a transaction ends: without waiting for the writers, a lower one could still appear.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL lock_timeout = '3s'")
                cursor.execute(f"LOCK TABLE {Event._meta.db_table} IN SHARE MODE")
            return Event.objects.aggregate(last=Max("pk"))["last"] or 0
    except DatabaseError:
        return None


def verify(then: Mark | None = None) -> Verified:
    """Go through the log once. `then` is filled with the heads as they were up to its event."""
    last = settled()
    now = None if last is None else Mark.up_to(last)
    found = Verified(now, then, triggers.missing())
    reader = _Reader(found)
    with one_reading():
        for lost in chain_of(_of_no_chain(), _of_batches()):
            found.broke(lost)
        for rows in (_of_pilots(), _of_installation()):
            for row in rows:
                reader.read(*row)
            reader.end()
    return found


def _columns(path: str) -> tuple[list[str], list[Any]]:
    """What is read of an event, in the order of `_Reader.read`: columns, and what is read as it is stored."""
    plain = [f"{path}{name}" for name in ("pk", "number", "checksum", "texts_digest")]
    as_stored = [hashing.stored_text(f"{path}{name}") for name in ("erased_on", "texts")]
    of_format = [of(path) for of in (hashing.stored_facts, hashing.stored_columns, hashing.stored_evidence)]
    return plain, [*as_stored, *of_format]


def _of_pilots() -> Iterator[tuple[Any, ...]]:
    plain, stored = _columns("events__")
    rows = Pilot.objects.order_by("pk", "events__number")
    return rows.values_list("pk", "log_head", "log_count", *plain, *stored).iterator(chunk_size=2000)


def _of_installation() -> Iterator[tuple[Any, ...]]:
    """The installation's chain, with its head and count in every row."""
    head = Installation.objects.values_list("log_head", "log_count").first() or (chain.START, 0)
    plain, stored = _columns("")
    rows = Event.objects.filter(pilot=None).order_by("number").values_list(*plain, *stored)
    yield (INSTALLATION, *head, *([None] * (len(plain) + len(stored))))
    for row in rows.iterator(chunk_size=2000):
        yield (INSTALLATION, *head, *row)


class _Reader:
    """Reads rows chain by chain, and remembers no more than the last one."""

    def __init__(self, found: Verified) -> None:
        self.found = found
        self.marks = [mark for mark in (found.now, found.then) if mark is not None]
        self.chain: tuple[Any, ...] | None = None
        self.checksum, self.number, self.pk = chain.START, 0, None
        self.at_marks: list[tuple[str, int] | None] = []

    def read(self, of: Any, head: Any, count: Any, pk: int | None, number: Any, checksum: Any, *says: Any) -> None:
        if self.chain is None or of != self.chain[0]:
            self.end()
            self.chain, self.at_marks = (of, head, count), [None] * len(self.marks)
            self.checksum, self.number, self.pk = chain.START, 0, None
        if pk is None:
            return
        first = self.found.first
        if first is not None and first.of == of and first.event != pk and first.after is None and first.event:
            first.after = pk
        wrong = self._wrong(number, checksum, *says)
        if wrong:
            self.found.broke(Break(of, pk, number, wrong, before=self.pk))
        self.found.events += 1
        # What is stored, not what it should be: one row that does not fit is not reported again of every later one.
        self.checksum, self.number, self.pk = checksum, number, pk  # type: ignore[assignment]
        for place, mark in enumerate(self.marks):
            if mark.event is None or pk <= mark.event:
                self.at_marks[place] = (checksum, number)

    def end(self) -> None:
        """Hold the chain's head and count against its last event."""
        if self.chain is None:
            return
        of, head, count = self.chain
        self.found.chains += 1
        if (head, count) != (self.checksum, self.number):
            there = f"the last of the {self.number} that are there"
            says = f"it counts {count} events, and its head is not the checksum of {there}"
            self.found.broke(Break(of, None, None, says, before=self.pk))
        for mark, last in zip(self.marks, self.at_marks, strict=True):
            if last is not None:
                mark.heads.add("installation" if of is INSTALLATION else f"{of}", *last)
        self.chain = None

    def _wrong(
        self,
        number: Any,
        checksum: Any,
        texts_digest: str,
        erased_on: str | None,
        texts: str | None,
        facts: str | None,
        columns: str,
        evidence: str | None,
    ) -> str:
        """What of an event does not fit, in words; empty where all does."""
        try:
            if number != self.number + 1:
                return f"number {number} follows number {self.number}"
            if erased_on is not None:
                self.found.erased += 1
                if texts is not None:
                    return "it is erased, and yet there is a text"
            elif texts is None:
                return "its texts are gone, and nothing says that they were erased"
            elif hashing.texts_digest(texts) != texts_digest:
                return "its texts are not what was signed"
            if columns.count(hashing.BETWEEN) != hashing.BETWEENS:
                return "a column holds more than one value"
            pieces = hashing.in_order(evidence) if evidence else ""
            if chain.checksum(self.checksum, columns, pieces, hashing.facts_digest(facts)) != checksum:
                return "its checksum does not fit what it says, or not the event before it"
        except (AttributeError, TypeError, ValueError) as error:
            return f"it cannot be read ({error})"
        return ""


def _of_no_chain() -> Iterator[Break]:
    """Rows that no chain leads to."""
    pilot, event = Pilot.objects.filter(pk=OuterRef("pilot_id")), Event.objects.filter(pk=OuterRef("event_id"))
    lost: tuple[tuple[QuerySet[Any], str], ...] = (
        (Event.objects.filter(~Exists(pilot), pilot__isnull=False), "an event of a pilot that is not there"),
        (Decision.objects.filter(~Exists(event)), "a decision that no event carries"),
        (DecisionEvidence.objects.filter(~Exists(event)), "a piece of evidence that no event carries"),
    )
    for rows, says in lost:
        for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000):
            yield Break(INSTALLATION, pk if rows.model is Event else None, None, f"{says} ({rows.model.__name__} {pk})")


def _of_batches() -> Iterator[Break]:
    """Actions on many whose own event is over other events than are there."""
    stand = Event.objects.filter(pilot=None).exclude(batch="").exclude(action__in=PARTS).order_by("number")
    rows = stand.values_list("pk", "number", "batch", "portfolio", hashing.stored_text("data"))
    for pk, number, batch, portfolio, data in rows.iterator(chunk_size=2000):
        try:
            kept = json.loads(data)["heads"]
        except (TypeError, ValueError, KeyError):
            kept = None
        if kept != heads_of_batch(batch, portfolio):
            yield Break(INSTALLATION, pk, number, "it stands for other events than are there")
