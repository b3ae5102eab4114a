"""The log and the answers as files: the rows of the list with its filters, in words, each text at its full length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from pilots.clock import today
from pilots.models import Decision, Event
from readiness.forms.file_answers import file_of
from readiness.inventory.tables_out import in_batches
from readiness.text import events, labels

Row = Sequence[Any]
EVENTS = ("day", "known_on", "written_at", "what", "changes", "who", "key", "pilot", "portfolio", "gate", "reason")
_WITH: dict[Any, tuple[str, ...]] = {
    Event: ("by", "pilot__portfolio", "gate__kind", "decision__decider"),
    Decision: ("gate__pilot__portfolio", "gate__kind", "decider", "by", "event"),
}
"""What their texts name, so that no text asks for more."""
DECISIONS = (
    "day",
    "known_on",
    "key",
    "pilot",
    "portfolio",
    "gate",
    "answer",
    "who",
    "recorded_by",
    "as",
    "reason",
    "evidence",
)


def export(request: HttpRequest, chosen: QuerySet[Any], form: str) -> HttpResponseBase:
    """The rows of a list in its order. Which they are is asked once, at the beginning."""
    head, of_rows = (DECISIONS, _of_decisions) if chosen.model is Decision else (EVENTS, _of_events)
    together = _WITH[chosen.model]
    there: QuerySet[Any] = chosen.model._default_manager.select_related(*together)

    def read(keys: Sequence[int]) -> Iterable[Row]:
        found = there.in_bulk(list(keys))
        return of_rows([found[pk] for pk in keys])

    rows = in_batches(list(chosen.values_list("pk", flat=True)), read)
    name = "answers" if chosen.model is Decision else "log"
    return file_of(f"{name}-{today().isoformat()}", form, head, rows)


def _of_events(rows: list[Event]) -> Iterable[Row]:
    for text in events.texts(rows):
        event, pilot = text.event, text.event.pilot
        on_many = events.on_many(event) if event.batch and pilot is None else ""
        yield (
            *(event.effective_on, event.known_on, event.written_at.isoformat(), text.what, "; ".join(text.changes)),
            *(text.who, pilot and pilot.key, pilot.name if pilot else on_many, pilot and pilot.portfolio.key),
            *(event.gate and event.gate.kind.name, _reason(event)),
        )


def _of_decisions(rows: list[Decision]) -> Iterable[Row]:
    for row in rows:
        pilot = row.gate.pilot
        yield (
            *(row.effective_on, row.known_on, pilot.key, pilot.name, pilot.portfolio.key, row.gate.kind.name),
            *(events.answer(row), row.decider or _("a list that was read"), row.by if row.recorded_for else None),
            *(row.get_capacity_display(), _reason(row), row.evidence),
        )


def _reason(row: Any) -> str:
    """Why; what was erased by law says since when it is."""
    if row.reason is None:
        return _("erased by law on %(day)s") % {"day": labels.day(row.erased_on)}
    return str(row.reason)
