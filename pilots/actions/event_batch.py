"""An action on many: its events share a batch, and one of no pilot stands for all of them in a list (rule 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db.models import Count, Model

from pilots.actions.reference import concerns, log
from pilots.event_log.sign import heads_of_batch
from pilots.models import Event, Person, Portfolio
from pilots.models.people import opaque_id

_BATCH: ContextVar[str] = ContextVar("batch", default="")
_LINE: ContextVar[int | None] = ContextVar("line", default=None)


def current_batch() -> str:
    """The batch that an event belongs to which is written now; empty where it belongs to none."""
    return _BATCH.get()


@contextmanager
def event_batch(number: int | None = None) -> Iterator[str]:
    """Let the events that are written meanwhile share a batch. Returns its public id; of a `number` of one there is none."""
    batch = "" if number == 1 else opaque_id()
    before = _BATCH.set(batch)
    try:
        yield batch
    finally:
        _BATCH.reset(before)


@contextmanager
def line_of_list(line: int | None) -> Iterator[None]:
    """Let the parts of a batch that are written meanwhile say from which line of a list they are."""
    before = _LINE.set(line)
    try:
        yield
    finally:
        _LINE.reset(before)


def line_data() -> dict[str, Any]:
    """From which line of a list a part of a batch is, for the event that is written now."""
    line = _LINE.get()
    return {"line": line} if line is not None and current_batch() else {}


def log_part(action: str, by: Person | None, on: date, known: date, data: dict[str, Any], **says: Any) -> Event:
    """Write the event of an action on no pilot that can be a part of one on many: of the batch that is being written, if any."""
    return log(action, by, on, known, data | line_data(), batch=current_batch(), **says)


def log_batch(
    batch: str,
    action: str,
    by: Person | None,
    on: date,
    known: date,
    data: dict[str, Any],
    *,
    portfolios: Iterable[Portfolio | None],
    changes: list[dict[str, Any]] | None = None,
    reason: str = "",
    rows: Collection[Model] = (),
) -> list[Event]:
    """Write the event that stands for a batch: one for each of these portfolios, or one of the installation for all.

    It is written last, over the count of the pilots that it stands for and the heads of what was written on each. Nothing
    stands for an action on one. An office reads the log of its own portfolios
    only, so that what was done to several of them is written in each, and each has its own.
    """
    if not batch:
        return []
    found = Event.objects.of_batch(batch).order_by().values_list("portfolio").annotate(n=Count("pilot", distinct=True))
    counts = dict(found)
    return [
        log(
            action,
            by,
            on,
            known,
            data
            | {
                "count": counts.get(of.pk, 0) if of else sum(counts.values()),
                "heads": heads_of_batch(batch, of.pk if of else None),
            },
            portfolio=of,
            batch=batch,
            changes=changes or concerns(portfolio=of),
            reason=reason,
            rows=rows,
        )
        for of in portfolios
    ]
