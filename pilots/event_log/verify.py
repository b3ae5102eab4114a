"""Going through the whole log once (rule 8): every decision against its texts and the one before it, every gate's head.

One query in the order of the gates, so that what is read is one state of the log, and memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from pilots.event_log import sign, triggers
from pilots.models import Decision, Event, Gate
from pilots.rules import chain

_OF_GATE = ("pk", "public_id", "head", "count")
_OF_DECISION = ("pk", "event", "checksum", "salt", "erased_on")
_OF_EVENT = ("event__gate", "event__on", "event__known_on")
"""What an act says of itself, which the rules read, and which must be what its decision was signed with."""
_TEXTS = (*Decision.ERASABLE, *sign.KEPT)
_FREE = len(Decision.ERASABLE)


@dataclass(slots=True)
class Break:
    """Where the log does not fit: a decision by its primary key, or a gate whose head fits no decision."""

    gate: int
    decision: int | None
    number: int | None
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
    decisions: int = 0
    erased: int = 0
    gates: int = 0
    broken: int = 0
    first: Break | None = None


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
    with _one_state():
        for row in _rows():
            reader.read(row)
        reader.end_gate()
    return found


def _one_state() -> AbstractContextManager[Any]:
    """PostgreSQL keeps a cursor on its side in a transaction only. One on SQLite would hold up every writer."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


def _rows() -> Iterator[tuple[Any, ...]]:
    covered = ["public_id" if name == "gate__public_id" else f"decisions__{name}" for name in sign.COVERED]
    own = [f"decisions__{name}" for name in (*_OF_DECISION, *_OF_EVENT, *_TEXTS)]
    return (
        Gate.objects.order_by("pk", "decisions__number")
        .values_list(*_OF_GATE, *own, *covered)
        .iterator(chunk_size=2000)
    )


_EVENT_FROM = len(_OF_GATE) + len(_OF_DECISION)
_TEXTS_FROM = _EVENT_FROM + len(_OF_EVENT)
_COVERED_FROM = _TEXTS_FROM + len(_TEXTS)
_PUBLIC_ID, _NUMBER, _ON, _KNOWN_ON, _DIGESTS = (
    sign.COVERED.index(name) for name in ("public_id", "number", "on", "known_on", "digests")
)


class _Reader:
    """Reads rows gate by gate, and remembers no more than the last one."""

    def __init__(self, found: Verified) -> None:
        self.found = found
        self.marks = [mark for mark in (found.now, found.then) if mark is not None]
        self.gate: tuple[Any, ...] | None = None
        self.checksum, self.number, self.pk, self.event = chain.START, 0, None, 0
        self.at_marks: list[tuple[str, int] | None] = []

    def read(self, row: tuple[Any, ...]) -> None:
        gate = row[: len(_OF_GATE)]
        if self.gate is None or gate[0] != self.gate[0]:
            self.end_gate()
            self.gate, self.at_marks = gate, [None] * len(self.marks)
            self.checksum, self.number, self.pk, self.event = chain.START, 0, None, 0
        pk, event, checksum, salt, erased_on = row[len(_OF_GATE) : _EVENT_FROM]
        if pk is None:
            return
        texts, covered = row[_TEXTS_FROM:_COVERED_FROM], row[_COVERED_FROM:]
        self._after(pk)
        says = self._wrong(checksum, salt, erased_on, texts, covered)
        says = says or self._act_wrong(event, row[_EVENT_FROM:_TEXTS_FROM], covered)
        number = covered[_NUMBER]
        if says:
            self._broke(Break(gate[0], pk, number, says, before=self.pk))
        self.found.decisions += 1
        self.found.erased += erased_on is not None
        # What is stored, not what it should be: one row that does not fit is not told again of every later one.
        self.checksum, self.number, self.pk = checksum, number, pk
        self.event = event
        for place, mark in enumerate(self.marks):
            if mark.event is None or event <= mark.event:
                self.at_marks[place] = (checksum, number)

    def end_gate(self) -> None:
        """Hold the gate's head and count against its last decision."""
        if self.gate is None:
            return
        pk, public_id, head, count = self.gate
        self.found.gates += 1
        if (head, count) != (self.checksum, self.number):
            says = f"the gate counts {count} decisions, and its head is not the checksum of the last of the {self.number} that are there"
            self._broke(Break(pk, None, None, says, before=self.pk))
        for mark, last in zip(self.marks, self.at_marks, strict=True):
            if last is not None:
                mark.heads.add(public_id, *last)

    def _wrong(
        self, checksum: str, salt: str | None, erased_on: date | None, texts: Sequence[Any], covered: Sequence[Any]
    ) -> str:
        """What of a decision does not fit, in words; empty where all does."""
        try:
            if covered[_NUMBER] != self.number + 1:
                return f"number {covered[_NUMBER]} follows number {self.number}"
            says = _texts_wrong(salt, erased_on, texts, covered[_PUBLIC_ID], covered[_DIGESTS])
            if says:
                return says
            if chain.checksum(self.checksum, sign.covered(*covered)) != checksum:
                return "its checksum does not fit what it says, or not the decision before it"
        except (AttributeError, TypeError, ValueError) as error:
            return f"it cannot be read ({error})"
        return ""

    def _act_wrong(self, event: int, act: Sequence[Any], covered: Sequence[Any]) -> str:
        """What of the act that carries a decision does not fit it: it is told by that act, on that day, in that order."""
        assert self.gate is not None
        if tuple(act) != (self.gate[0], covered[_ON], covered[_KNOWN_ON]):
            return "the act that carries it is another gate's, or another day's"
        if event <= self.event:
            return "the act that carries it comes before the act of the decision before it"
        return ""

    def _broke(self, broken: Break) -> None:
        self.found.broken += 1
        self.found.first = self.found.first or broken

    def _after(self, pk: int) -> None:
        """The decision that follows the first break, where one does."""
        first = self.found.first
        if first and self.gate and first.gate == self.gate[0] and first.after is None:
            first.after = pk


def _texts_wrong(
    salt: str | None, erased_on: date | None, texts: Sequence[Any], public_id: str, digests: dict[str, str]
) -> str:
    names: Sequence[str] = _TEXTS
    salts: Sequence[str] = (salt or "",) * _FREE + (public_id,) * len(sign.KEPT)
    if erased_on is not None:
        if salt is not None or any(text is not None for text in texts[:_FREE]):
            return "it is erased, and yet there is a text"
        names, salts, texts = names[_FREE:], salts[_FREE:], texts[_FREE:]
    elif salt is None:
        return "its salt is gone, and nothing says that it was erased"
    for name, text, salted in zip(names, texts, salts, strict=True):
        signed = digests.get(name)
        # A decision is older than a text that was added since, and has nothing there.
        if signed != sign.digest(text, salted) and (signed is not None or text):
            return f"its {name} is not what was signed"
    return ""
