"""A pilot's stages and dates: start, decide-by date, pauses, adoption, roll back (rules 3 to 6, 11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots.actions.locked_pilot import LockedPilot, lock_pilot
from pilots.actions.texts import need_plain, need_reason, within_reach
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person, Pilot
from pilots.refusals import (
    ALL,
    EndRequired,
    EndTooLate,
    Invalid,
    NotYours,
    SelfApproval,
)
from pilots.rules import adoption, gates, stalls
from pilots.rules.vocabulary import State

__all__ = [
    "adopt",
    "move_decide_by",
    "pause",
    "record_claim",
    "record_running",
    "resume",
    "roll_back",
    "start",
]


@logged_transaction()
def start(
    *,
    pilot: Pilot,
    by: Person | None,
    decide_by: date | None = None,
    waits: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Start a pilot, with the date by which it is to be decided: six weeks on unless said (rule 4).

    `waits` says what waits instead, where somebody answers that (rule 18); it stands with the start as its reason.
    """
    return starting(lock_pilot(pilot, by, on, known, expected_version), decide_by, waits=waits)


@logged_transaction()
def record_running(
    *,
    pilot: Pilot,
    decide_by: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Event:
    """Record that a list says a pilot runs, and not since when: its clock counts from the day of the record (section 9)."""
    return starting(lock_pilot(pilot, None, on, known), decide_by, start_known=False)


def starting(
    locked: LockedPilot, decide_by: date | None = None, *, start_known: bool = True, waits: str | None = None
) -> Event:
    """Start a locked pilot. Where nobody knows its start, its weeks count from the day of the record."""
    locked.require("start")
    data: dict[str, Any] = {} if decide_by else {"decide_by_follows": True}
    decide_by = decide_by or locked.on + stalls.SIX_WEEKS
    within_reach(decide_by, "decide_by")
    if decide_by < locked.on and start_known:
        raise Invalid(_("The decide-by date lies before the start."), field="decide_by")
    far = decide_by > locked.on + stalls.HALF_A_YEAR
    locked.require_within_limits("start", exceeded=far)
    if not start_known:
        data["start_known"] = False
    reason = need_plain((waits or "").strip(), "waits")
    return locked.write("start", data={"decide_by": decide_by} | data, reason=reason)


@logged_transaction()
def move_decide_by(
    *,
    pilot: Pilot,
    by: Person | None,
    to: date | None = None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Move the date by which a running pilot is to be decided. A later date is a slip (rule 4)."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("move_decide_by")
    state = locked.state
    if to is None or state.decide_by is None:
        raise Invalid(_("Missing. Give the new date."), field="to")
    within_reach(to, "to")
    takes = stalls.needs_escalation_for_date(
        slips=locked.latest().slips, is_slip=to > state.decide_by, to=to, started=state.counts_from
    )
    reason = need_reason(reason)
    if to < state.counts_from or to == state.decide_by:
        raise Invalid(_("Give another date, not before the start."), field="to")
    locked.require_within_limits("move_decide_by", exceeded=takes)
    return locked.write(
        "move_decide_by",
        data={"to": to},
        reason=reason,
        changes=[{"field": "decide_by", "from": state.decide_by, "to": to}],
    )


@logged_transaction()
def pause(
    *,
    pilot: Pilot,
    by: Person,
    until: date | None = None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Pause a running pilot through a last day, at most 90 days on (rule 5)."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("pause")
    reason = need_reason(reason)
    if until is None:
        raise EndRequired(field="until")
    if until < locked.on:
        raise Invalid(_("The pause would end before it starts."), field="until")
    if until > locked.on + stalls.LONGEST_PAUSE:
        raise EndTooLate(field="until")
    locked.require_within_limits(
        "pause", exceeded=stalls.needs_escalation_for_pause(locked.latest().pauses, (locked.on, until))
    )
    return locked.write("pause", data={"until": until}, reason=reason)


@logged_transaction()
def resume(
    *, pilot: Pilot, by: Person, on: date | None = None, known: date | None = None, expected_version: int | None = None
) -> Event:
    """End a pause before its last day."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("resume")
    return locked.write("resume")


def open_and_asserted(locked: LockedPilot) -> tuple[list[str], list[str]]:
    """The keys of gates that are open, and of those that a source calls done, on the day of the action."""
    open_gates, said = [], []
    for key, gate in locked.state.gates.items():
        if gate.off:
            continue
        if gate.name == State.ASSERTED:
            said.append(key)
        elif gate.name not in gates.YES:
            open_gates.append(key)
    return open_gates, said


@logged_transaction()
def adopt(
    *,
    pilot: Pilot,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Declare a running pilot adopted. Refused while anything is missing; the refusal lists exactly what (rule 11)."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("adopt")
    gaps = pilot.policy_gaps.filter(blocks_adoption=True, answered_on=None).values_list("public_id", flat=True)
    codes = adoption.missing(*open_and_asserted(locked), locked.state.missing_rules, gaps)
    code = adoption.refusal_code(codes, locked.gates)
    if code:
        raise ALL[code](missing=codes)
    if locked.state.risk_by == locked.actor_id:
        raise SelfApproval
    return locked.write("adopt")


@logged_transaction()
def record_claim(*, pilot: Pilot, by: Person | None = None, on: date | None = None, known: date | None = None) -> Event:
    """Record that a list says a pilot is adopted. It is a claim until the facts show it, and no movement.

    Raises:
        NotYours: a person says it; a person adopts, and a claim would take the mark off an exhibit.
    """
    if by is not None:
        raise NotYours
    return claiming(lock_pilot(pilot, by, on, known))


def claiming(locked: LockedPilot) -> Event:
    """Record the claim of a locked pilot."""
    locked.require_stage("record_claim")
    return locked.write("record_claim")


@logged_transaction()
def roll_back(
    *,
    pilot: Pilot,
    by: Person,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Take a pilot back from adoption: it runs again, keeps its decide-by date, and can stall again."""
    locked = lock_pilot(pilot, by, on, known, expected_version)
    locked.require("roll_back")
    reason = need_reason(reason)
    return locked.write("roll_back", reason=reason)
