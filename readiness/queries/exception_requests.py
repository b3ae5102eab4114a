"""Requests to be let past a gate: who asked, when, why and until when, and what has changed since (rule 8).

Whatever is signed is shown: every road on which an exception is granted shows these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pilots.models import Event, Gate, Person
from readiness.text.sealed_values import Seals, ThenAndNow, then_and_now

ASKED, GRANTED = "ask_exception", "except"
"""The actions that ask to be let past a gate, and that let somebody past it."""


@dataclass(frozen=True, slots=True)
class ExceptionRequest:
    """One request since the last grant. `reason` is null where it was erased by law.

    `facts` are those of the latest request, to which a grant is held; an earlier one has none.
    """

    by: Person | None
    on: date
    reason: str | None
    until: date | None
    facts: Sequence[ThenAndNow] = ()

    @property
    def changes(self) -> list[ThenAndNow]:
        """What is another now than when it was asked for."""
        return [fact for fact in self.facts if fact.changed]


def exception_requests(
    of: Iterable[Gate],
    *,
    at: date,
    known_at: date | None = None,
    seals: Seals | None = None,
    events: Iterable[Event] | None = None,
) -> dict[int, list[ExceptionRequest]]:
    """The requests on some gates that nobody has granted by a date, in order, by the gate's primary key.

    The number of queries does not depend on the number of gates.

    Args:
        seals: saves reading the pilots a second time.
        events: all of the gates' pilots, in the order of their days, with who did them, where they are read already.
    """
    rows = {gate.pk: gate for gate in of}
    asked: dict[int, list[Event]] = {}
    for event in _events_on(rows, at, known_at) if events is None else events:
        if event.gate_id not in rows or event.action not in (ASKED, GRANTED) or event.effective_on > at:
            continue
        asked[event.gate_id] = [*asked.get(event.gate_id, []), event] if event.action == ASKED else []
    open_ones = {gate: found for gate, found in asked.items() if found}
    if not open_ones:
        return {}
    seals = seals or Seals([rows[pk] for pk in open_ones], at=at, known_at=known_at)
    facts = then_and_now({gate: seals.requested(gate) for gate in open_ones})
    return {
        gate: [*(_request(event) for event in found[:-1]), _request(found[-1], facts[gate])]
        for gate, found in open_ones.items()
    }


def _events_on(gates: Iterable[int], at: date, known_at: date | None) -> Iterable[Event]:
    rows = Event.objects.filter(gate__in=gates, action__in=(ASKED, GRANTED), effective_on__lte=at)
    if known_at is not None:
        rows = rows.filter(known_on__lte=known_at)
    return rows.select_related("by").order_by("effective_on", "pk")


def changed_since(requests: Sequence[ExceptionRequest]) -> bool:
    """Whether a grant would be of something else than what was asked for last."""
    return bool(requests and requests[-1].changes)


def _request(event: Event, facts: Sequence[ThenAndNow] = ()) -> ExceptionRequest:
    until = event.data.get("until")
    return ExceptionRequest(
        event.by, event.effective_on, event.reason, date.fromisoformat(until) if until else None, facts
    )
