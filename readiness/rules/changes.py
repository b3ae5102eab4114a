"""What stands differently on two dates, for one pilot: which facts differ, and what that is called in a review.

`readiness.queries.changes` says the same for sets; a test holds the two to one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pilots.rules.vocabulary import Stage, Standing, Words

FACTS = ("stage", "standing", "decide_by", "stalls_on", "sponsor")
"""What is compared of a pilot itself, in the order in which it is shown; its gates are compared by their states."""


class Change(Words):
    """What a review calls it that a pilot stands differently; of one pilot several can be so."""

    RECORDED = "recorded"
    STALLED = "stalled"
    LEFT_MUSEUM = "left_museum"
    CLAIMED = "claimed"
    CLAIM_FELL = "claim_fell"
    DECIDED = "decided"
    STAGE = "stage"
    STANDING = "standing"
    DECIDE_BY = "decide_by"
    STALLS_ON = "stalls_on"
    SPONSOR = "sponsor"
    GATES = "gates"


class Exit(Words):
    """How a pilot left the museum, or how a claim fell."""

    MOVED = "moved"
    ADOPTED = "adopted"
    CLAIMED = "claimed"
    RETIRED = "retired"
    VOID = "void"
    ROLLED_BACK = "rolled_back"
    RECOUNTED = "recounted"


@dataclass(frozen=True, slots=True)
class PilotOnDay:
    """What is compared of a pilot on one of the two dates. `sponsor` is a primary key."""

    stage: str
    standing: str
    decide_by: date | None
    stalls_on: date | None
    sponsor: int | None
    last_movement: date | None


def differences(then: PilotOnDay | None, now: PilotOnDay) -> list[str]:
    """The facts that differ; every one of a pilot that was not on record then, where there is anything."""
    return [name for name in FACTS if (getattr(then, name) if then else None) != getattr(now, name)]


def changes_of(then: PilotOnDay | None, now: PilotOnDay, *, gates: bool, decided: bool) -> list[Change]:
    """What a review calls the difference, in the order of `Change`.

    Args:
        then: None where it was not on record.
        gates: whether the state of a gate differs.
        decided: whether somebody answered on a gate after the first date, up to the second.
    """
    found = {Change(name) for name in differences(then, now)} if then else {Change.RECORDED}
    before = then.standing if then else None
    if now.standing == Standing.EXHIBIT != before:
        found.add(Change.STALLED)
    if left_museum(then, now):
        found.add(Change.LEFT_MUSEUM)
    if now.standing == Standing.CLAIMED != before:
        found.add(Change.CLAIMED)
    if claim_fell(then, now):
        found.add(Change.CLAIM_FELL)
    if gates and then:
        found.add(Change.GATES)
    if decided:
        found.add(Change.DECIDED)
    return [change for change in Change if change in found]


_EXITS: Mapping[str, Exit] = {
    Standing.ADOPTED: Exit.ADOPTED,
    Standing.CLAIMED: Exit.CLAIMED,
    Standing.RETIRED: Exit.RETIRED,
    Standing.VOID: Exit.VOID,
}


def left_museum(then: PilotOnDay | None, now: PilotOnDay) -> Exit | None:
    """How a pilot that was an exhibit left the museum (rule 5); None where it was none, or still is.

    `recounted`: no movement took the mark off, but the clock is counted otherwise: a portfolio's quiet days, a corrected start.
    """
    if then is None or then.standing != Standing.EXHIBIT or now.standing == Standing.EXHIBIT:
        return None
    if now.standing in _EXITS:
        return _EXITS[now.standing]
    return Exit.RECOUNTED if then.last_movement == now.last_movement else Exit.MOVED


def claim_fell(then: PilotOnDay | None, now: PilotOnDay) -> Exit | None:
    """How a declared adoption that was only claimed ceased to be so; None where it was none, or still is.

    `adopted`: the facts show it now. `rolled_back`: it is declared no more.
    """
    if then is None or then.standing != Standing.CLAIMED or now.standing == Standing.CLAIMED:
        return None
    if now.standing in _EXITS:
        return _EXITS[now.standing]
    return Exit.ROLLED_BACK if now.stage != Stage.ADOPTED else Exit.RECOUNTED
