"""Decisions on gates: answered by whoever holds the right, recorded for them, or asserted by a source (rules 2, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.cited_evidence import CitedEvidence, cited
from pilots.actions.guards import lock_gate, require_expected_gate, require_kind
from pilots.actions.locked_pilot import LockedPilot, answer_ends_on
from pilots.actions.texts import need_plain, need_reason, need_text, within_reach
from pilots.event_log.sign import logged_transaction
from pilots.models import Decision, Evidence, Gate, Person
from pilots.refusals import (
    ConditionsRequired,
    EndRequired,
    Invalid,
    NothingAsked,
    NotMeasured,
    NotYours,
    SelfApproval,
    part_of,
)
from pilots.rules import gates, quality, rights, seals
from pilots.rules.vocabulary import Capacity, ClearsBy, Outcome, Verdict

__all__ = ["assert_", "decide", "end_assertion"]


OUTCOMES = (Outcome.CLEARED, Outcome.CONDITIONAL, Outcome.CHANGES_REQUESTED, Outcome.REFUSED, Outcome.WITHDRAWN)


def _capacity(
    locked: LockedPilot, state: gates.GateState, decider: Person, *, askers: Iterable[int | None] = ()
) -> str:
    """In which capacity a person decides here, or a refusal (rule 7)."""
    if permissions.has_left(decider, locked.on):
        raise _somebody_elses(locked, state, decider)
    seat = locked.seat(state.kind.key)
    barred = {who for who in (locked.state.sponsor, *askers) if who is not None}
    # Only an escalation person has to ask who is away.
    capacity = rights.may_decide(seat, decider.pk, barred=barred, away=())
    if capacity is None:
        away = locked.people_away()
        capacity = rights.may_decide(seat, decider.pk, barred=barred, away=away)
    if capacity is None:
        others = barred - {decider.pk}
        free = rights.may_decide(seat, decider.pk, barred=others, away=away)
        if decider.pk in barred and free:
            raise SelfApproval
        raise _somebody_elses(locked, state, decider)
    if not permissions.allowed("decide", frozenset({capacity})):
        raise NotYours
    return capacity


def _somebody_elses(locked: LockedPilot, state: gates.GateState, decider: Person) -> NotYours:
    """The refusal of whoever does not decide here; it names who does, and is of the field where somebody was named."""
    holds = locked.seat(state.kind.key).holder
    holder = Person.objects.get(pk=holds) if holds else None
    says = {"person": decider, "holder": holder}
    if holder is None:
        return NotYours(_("Nobody holds this decision. The program office assigns it first."))
    if holder == decider:
        return NotYours()
    if locked.by != decider:
        return NotYours(_("%(person)s does not decide this: %(holder)s does.") % says, field="for")
    if permissions.allowed("record_for_decider", locked.roles()):
        return NotYours(
            _("%(holder)s decides this. Record it for them, with the evidence that shows their answer.") % says,
            field="for",
        )
    return NotYours(_("This is not yours to decide here: %(holder)s decides it.") % says)


def decider_of(
    locked: LockedPilot, state: gates.GateState, for_: Person | None, askers: Iterable[int | None] = ()
) -> tuple[Person, str]:
    """Who answers, and in which capacity: the person acting, or the one it is recorded for."""
    if locked.by is None:
        raise NotYours
    if for_ is None:
        capacity = _capacity(locked, state, locked.by, askers=askers)
        locked.require_confirmed_address()
        return locked.by, capacity
    locked.require_role("record_for_decider")
    locked.require_confirmed_address()
    return for_, _capacity(locked, state, for_, askers=askers)


@logged_transaction()
def decide(
    *,
    gate: Gate,
    by: Person | None,
    outcome: str,
    reason: str | None = None,
    conditions: Iterable[Mapping[str, Any]] = (),
    until: date | None = None,
    court: str = "",
    for_: Person | None = None,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    would_change: str = "",
    cites: Decision | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Answer an approval or measurement gate.

    Args:
        outcome: `cleared`, `conditional`, `changes_requested`, `refused` or `withdrawn`.
        conditions: for `conditional`: mappings of `text`, `owner` (a primary key) and `due` (the last good day).
        until: for `changes_requested` with `court` `outside`: the last day it is outside.
        for_: the decider for whom the program office records the answer; needs `evidence` or `pieces`.
        evidence: a text, such as a link.
        pieces: filed evidence that the answer rests on; it is good no longer than these are.
        would_change: for `refused`: what would change the answer.
        cites: an earlier answer on a gate of this kind: the first of many alike that are decided at once, or a precedent.
        expected_version: the version of the gate that the person saw, as `pilots.concurrency.gate_version` counts it.

    Raises:
        Refused: with the code that `SCENARIOS.md` names for it.
    """
    locked, row, state = lock_gate(gate, by, on, known)
    require_kind("decide", state)
    decider, capacity = decider_of(locked, state, for_)
    require_expected_gate(locked, row, expected_version)
    locked.require_stage("decide")
    shown = cited(locked, evidence, pieces, holds=outcome in gates.YES, needed=for_ is not None)
    says = _answer(locked, state, outcome, reason, conditions, until, court)
    if outcome == Outcome.REFUSED:
        says["would_change"] = need_plain(would_change.strip(), "would_change")
    says |= {"decider": decider, "capacity": capacity, "recorded_for": for_ is not None}
    return sign_answer(locked, row, state, shown=shown, cites=cites, **says)


def _answer(
    locked: LockedPilot,
    state: gates.GateState,
    outcome: str,
    reason: str | None,
    conditions: Iterable[Mapping[str, Any]],
    until: date | None,
    court: str,
) -> dict[str, Any]:
    """What an answer says, as `sign_answer` takes it; refused where it is not whole, or does not fit the gate."""
    if outcome not in OUTCOMES:
        raise Invalid(_("Choose one of the answers."), field="outcome")
    reason = need_reason(reason)
    if outcome == Outcome.WITHDRAWN and state.answer in (None, Outcome.ASSERTED):
        raise NothingAsked(_("There is no answer to withdraw."), field="outcome")
    conditions = _conditions(locked, outcome, conditions)
    court, until = _court(locked, outcome, court, until)
    if outcome in (Outcome.CLEARED, Outcome.CONDITIONAL) and state.kind.clears_by == ClearsBy.MEASUREMENT:
        _measured(locked)
    return {"outcome": outcome, "reason": reason, "conditions": conditions, "until": until, "court": court}


def _conditions(locked: LockedPilot, outcome: str, conditions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [{part: c.get(part) for part in ("text", "owner", "due")} for c in conditions]
    if outcome != Outcome.CONDITIONAL:
        return []
    if not listed:
        raise ConditionsRequired(field="conditions")
    said: set[str] = set()
    for number, condition in enumerate(listed, 1):
        _can_be_met(locked, number, condition)
        text = seals.plain(condition["text"])
        if text in said:
            raise Invalid(
                _("Two conditions say the same. Word them apart, or make them one."),
                field=part_of("conditions", number, "text"),
            )
        said.add(text)
    return listed


def _can_be_met(locked: LockedPilot, number: int, condition: Mapping[str, Any]) -> None:
    """Refuse a condition that is not whole, or is over before it is asked; of its row, and the part of it."""
    for part in ("text", "owner", "due"):
        if not str(condition.get(part) or "").strip():
            raise ConditionsRequired(field=part_of("conditions", number, part))
    need_plain(condition["text"], part_of("conditions", number, "text"))
    due = part_of("conditions", number, "due")
    within_reach(condition["due"], due)
    if condition["due"] < locked.on:
        raise Invalid(_("A condition is met on the day of the decision or later."), field=due)


def _court(locked: LockedPilot, outcome: str, court: str, until: date | None) -> tuple[str, date | None]:
    if outcome != Outcome.CHANGES_REQUESTED:
        return "", None
    if court not in ("", "team", "outside"):
        raise Invalid(_("Say team or outside."), field="court")
    if court != "outside":
        return "team", None
    if until is None:
        raise EndRequired(field="until")
    within_reach(until, "until")
    if until < locked.on:
        raise Invalid(_("The date lies before the decision."), field="until")
    return court, until


def _measured(locked: LockedPilot) -> None:
    if quality.at(locked.state.verdict, locked.state.measured_on, locked.on) != Verdict.MET:
        raise NotMeasured


def _good_until(locked: LockedPilot, state: gates.GateState, outcome: str) -> date | None:
    term = answer_ends_on(locked.on, state.kind.valid_for)
    if (
        state.kind.clears_by == ClearsBy.MEASUREMENT
        and locked.state.measured_on
        and outcome in (Outcome.CLEARED, Outcome.CONDITIONAL)
    ):
        measured = quality.good_until(locked.state.measured_on)
        return min(term, measured) if term else measured
    return term


def _require_same_kind(cites: Decision | None, gate: Gate) -> None:
    if cites is not None and cites.gate.kind_id != gate.kind_id:
        raise Invalid(_("An answer cites one that was given on a gate of its own kind."), field="cites")


def sign_answer(
    locked: LockedPilot,
    gate: Gate,
    state: gates.GateState,
    *,
    outcome: str,
    reason: str,
    decider: Person | None,
    capacity: str,
    recorded_for: bool = False,
    conditions: list[dict[str, Any]] | None = None,
    until: date | None = None,
    court: str = "",
    shown: CitedEvidence | None = None,
    would_change: str = "",
    cites: Decision | None = None,
    good_until: date | None = None,
    action: str = "decide",
    data: Mapping[str, Any] | None = None,
) -> Decision:
    """Write a decision with what it was decided on. What it cites is refused where it was given on a gate of another kind."""
    _require_same_kind(cites, gate)
    clears, shown = outcome in gates.YES, shown or CitedEvidence()
    good_until = good_until or (_good_until(locked, state, outcome) if clears else None)
    seals = clears and decider is not None
    event = locked.write(
        action,
        gate=gate,
        reason=reason,
        data=data,
        decision={
            "outcome": outcome,
            "capacity": capacity,
            "recorded_for": recorded_for,
            "decider": decider,
            "reason": reason,
            "evidence": shown.text.strip(),
            "evidence_checksums": shown.checksums,
            "would_change": would_change or None,
            "cites": cites,
            "conditions": conditions or [],
            "court": court,
            "until": until,
            "good_until": shown.no_longer(good_until) if seals else good_until,
            "sealed": locked.state.to_seal(state.kind, outcome) | shown.sealed if seals else {},
        },
        pieces=shown.pieces,
    )
    return event.decision


@logged_transaction()
def assert_(*, gate: Gate, source: str, on: date | None = None, known: date | None = None) -> Decision:
    """Record that a source says yes: no decider, no movement, never an acceptance (rule 2)."""
    locked, row, _state = lock_gate(gate, None, on, known)
    return asserting(locked, row, source)


def asserting(locked: LockedPilot, row: Gate, source: str) -> Decision:
    """Record what a source says of a gate of a locked pilot."""
    state = locked.state.gates[row.kind.key]
    require_kind("assert_", state)
    locked.require_stage("assert_")
    day = max(locked.on, locked.pilot.recorded_on)
    return sign_answer(
        locked,
        row,
        state,
        outcome=Outcome.ASSERTED,
        reason=need_text(source, "source"),
        decider=None,
        capacity=Capacity.ASSERTED,
        good_until=answer_ends_on(day, state.kind.valid_for),
    )


@logged_transaction()
def end_assertion(*, gate: Gate, source: str, on: date | None = None, known: date | None = None) -> Decision:
    """Record that a source no longer says yes: from that day on the gate is open again. No movement (section 9).

    Raises:
        WrongGate: it clears by acceptance.
        NothingAsked: no assertion stands; what a person answered stays.
    """
    locked, row, state = lock_gate(gate, None, on, known)
    require_kind("end_assertion", state)
    locked.require_stage("end_assertion")
    if state.answer != Outcome.ASSERTED:
        raise NothingAsked(_("No source says yes here."))
    return sign_answer(
        locked,
        row,
        state,
        outcome=Outcome.NO_LONGER_ASSERTED,
        reason=need_text(source, "source"),
        decider=None,
        capacity=Capacity.ASSERTED,
        action="end_assertion",
    )
