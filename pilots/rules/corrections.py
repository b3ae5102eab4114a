"""What a list says otherwise now of what it said before: the event counts from another day, and is known to from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from pilots.rules import stalls
from pilots.rules.actions import STAGE_EVENTS
from pilots.rules.events import CORRECT_DATE, EventRecord, in_order

STAGE_ACTIONS = STAGE_EVENTS | {"move_decide_by"}
"""What happened one after the other: no correction puts one of them before another that came before it."""


def corrected(events: Sequence[EventRecord]) -> list[EventRecord]:
    """The events, each on the day that is known of it now.

    A decide-by date that followed from the start follows from the corrected one, unless somebody had moved it by then;
    that is no slip (rule 4).
    """
    out = list(events)
    for correction in sorted((event for event in events if event.action == CORRECT_DATE), key=attrgetter("seq")):
        wrong = said_by_a_list(out, correction.data["of"], before=correction.seq)
        if wrong is not None:
            out[out.index(wrong)] = _on_its_day(wrong, correction, out)
    return out


def said_by_a_list(events: Sequence[EventRecord], action: str, *, before: int | None = None) -> EventRecord | None:
    """The last event of an action that a list stated, as far as it was stated before another; None where the last is a person's."""
    history = [event for event in events if event.action == action and (before is None or event.seq < before)]
    last = max(history, key=attrgetter("seq"), default=None)
    return last if last is not None and last.by is None else None


def is_taken_back(events: Sequence[EventRecord], retirement: EventRecord) -> bool:
    """Whether a person has taken a retirement back since."""
    return any(event.action == "reopen" and event.seq > retirement.seq for event in events)


def _on_its_day(event: EventRecord, correction: EventRecord, events: Sequence[EventRecord]) -> EventRecord:
    day, data = correction.data["to"], dict(event.data)
    if event.action == "start":
        data["start_known"] = True
        moved = any(other.action == "move_decide_by" and other.seq < correction.seq for other in events)
        if data.get("decide_by_follows") and not moved:
            data["decide_by"] = day + stalls.SIX_WEEKS
    return replace(event, effective_on=day, data=data)


def keeps_its_place(events: Sequence[EventRecord], corrected_event: EventRecord) -> EventRecord | None:
    """The event of stages that a corrected one would come before or after by its new day, and did not; None where none."""
    before = _stages(events)
    place = next(n for n, event in enumerate(before) if event.seq == corrected_event.seq)
    for n, event in enumerate(before):
        if (n < place and event.effective_on > corrected_event.effective_on) or (
            n > place and event.effective_on < corrected_event.effective_on
        ):
            return event
    return None


def _stages(events: Sequence[EventRecord]) -> list[EventRecord]:
    return in_order([event for event in events if event.action in STAGE_ACTIONS])
