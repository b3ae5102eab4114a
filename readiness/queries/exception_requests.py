"""Requests to be let past a gate: who asked, when, why and until when, and what has changed since (rule 8).

Whatever is signed is shown: every road on which an exception is granted shows these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pilots.models import Event, Gate, Person
from readiness.text.sealed_values import Seals, ThenAndNow, then_and_now


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
    of: Iterable[Gate], *, at: date, known_at: date | None = None, seals: Seals | None = None
) -> dict[int, list[ExceptionRequest]]:
    """The requests on some gates that nobody has granted by a date, in order, by the gate's primary key.

    The number of queries does not depend on the number of gates. `seals` saves reading the pilots a second time.
    """
    rows = {gate.pk: gate for gate in of}
    asked: dict[int, list[Event]] = {}
    events = Event.objects.filter(gate__in=rows, action__in=("ask_exception", "except"), effective_on__lte=at)
    if known_at is not None:
        events = events.filter(known_on__lte=known_at)
    for event in events.select_related("by").order_by("effective_on", "pk"):
        assert event.gate_id is not None
        asked[event.gate_id] = [*asked.get(event.gate_id, []), event] if event.action == "ask_exception" else []
    open_ones = {gate: found for gate, found in asked.items() if found}
    if not open_ones:
        return {}
    seals = seals or Seals([rows[pk] for pk in open_ones], at=at, known_at=known_at)
    facts = then_and_now({gate: seals.requested(gate) for gate in open_ones})
    return {
        gate: [*(_request(event) for event in found[:-1]), _request(found[-1], facts[gate])]
        for gate, found in open_ones.items()
    }


def changed_since(requests: Sequence[ExceptionRequest]) -> bool:
    """Whether a grant would be of something else than what was asked for last."""
    return bool(requests and requests[-1].changes)


def _request(event: Event, facts: Sequence[ThenAndNow] = ()) -> ExceptionRequest:
    until = event.data.get("until")
    return ExceptionRequest(
        event.by, event.effective_on, event.reason, date.fromisoformat(until) if until else None, facts
    )
