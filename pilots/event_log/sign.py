"""Signing events into their chains (rule 8): a pilot's under its lock, the installation's just before the commit."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction
from django.db.models import OuterRef, Subquery

from pilots.event_log import hashing
from pilots.event_log.rows import Row, carried
from pilots.models import Decision, Event, Evidence, Installation, Pilot
from pilots.rules import chain
from pilots.rules.canonical_json import as_text


class Chain(Protocol):
    """A pilot, or the installation: whatever carries head and count of a chain."""

    log_head: str
    log_count: int


def sign(
    of: Chain,
    event: Event,
    decision: Decision | None = None,
    *,
    evidence: Iterable[Evidence] = (),
    rests_on: Decision | None = None,
) -> None:
    """Make an event the next one of a chain, and move the chain's head on to it. Nothing is saved.

    Args:
        evidence: the pieces that the event carries.
        rests_on: the decision that rests on them, where it is not the event's own.
    """
    event.number = of.log_count + 1
    if event.texts:
        event.texts["salt"] = secrets.token_hex(16)
    event.texts_digest = hashing.texts_digest(as_text(event.texts))
    other = rests_on.pk if rests_on else None
    event.checksum = chain.checksum(
        of.log_head,
        hashing.columns(event, decision),
        hashing.evidence((piece.pk, piece.checksum, other) for piece in evidence),
        hashing.facts(
            event.public_id,
            as_text(event.data),
            as_text(decision.conditions) if decision else None,
            as_text(decision.sealed) if decision else None,
        ),
    )
    of.log_head, of.log_count = event.checksum, event.number


def move_heads(pilots: Iterable[int], **columns: Any) -> None:
    """Move the heads of these pilots' chains on to their last events, which were signed and written together.

    Args:
        columns: what else of them is another now, as `QuerySet.update` takes it.
    """
    last = Event.objects.filter(pilot=OuterRef("pk")).order_by("-number")
    Pilot.objects.filter(pk__in=pilots).update(
        log_head=Subquery(last.values("checksum")[:1]), log_count=Subquery(last.values("number")[:1]), **columns
    )


def heads_of_batch(batch: str, portfolio: int | None) -> str:
    """One digest over what an action on many wrote on each pilot, of one portfolio or of all."""
    rows = Event.objects.of_batch(batch).order_by("pilot", "number")
    if portfolio is not None:
        rows = rows.filter(portfolio=portfolio)
    heads = chain.Heads()
    for pilot, number, checksum in rows.values_list("pilot", "number", "checksum").iterator(chunk_size=2000):
        heads.add(f"{pilot}", checksum, number)
    return heads.digest()


@dataclass(slots=True)
class Waiting:
    """An event of the installation that is not signed yet, and the rows that it will carry as they are by then."""

    event: Event
    rows: Sequence[Row] = ()


_WAITING: ContextVar[list[Waiting] | None] = ContextVar("waiting", default=None)


@contextmanager
def logged_transaction() -> Iterator[None]:
    """A transaction whose events of the installation are written last, when it holds every other lock.

    Otherwise two who hold a pilot and this chain could wait on each other. Within another one it is part of that one.
    """
    outer = _WAITING.get()
    if outer is not None:
        before = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[before:]
            raise
        return
    waiting: list[Waiting] = []
    token = _WAITING.set(waiting)
    try:
        with transaction.atomic():
            yield
            if waiting and not transaction.get_rollback():
                _write(waiting)
    finally:
        _WAITING.reset(token)


def put_last(events: Iterable[Event], rows: Sequence[Row] = ()) -> None:
    """Write events of the installation when this transaction has all other locks; at once outside of `logged_transaction`.

    Args:
        rows: what these events carry, each of them the same.
    """
    new = [Waiting(event, rows) for event in events]
    waiting = _WAITING.get()
    if waiting is not None:
        waiting += new
    elif new:
        _write(new)


@transaction.atomic
def _write(waiting: list[Waiting]) -> None:
    """Sign events into the installation's chain, and save them.

    The day on which something is known never goes back: where another process was a day ahead, its day is used.
    """
    installation = Installation.objects.select_for_update().get()
    last = Event.objects.filter(pilot=None, number=installation.log_count).values_list("known_on", flat=True)
    known = max(last, default=waiting[0].event.known_on)
    for each in waiting:
        event = each.event
        known = event.known_on = max(known, event.known_on)
        if each.rows:
            event.data = {**event.data, "rows": carried(each.rows)}
        sign(installation, event)
    Event.objects.bulk_create(each.event for each in waiting)
    installation.save()
