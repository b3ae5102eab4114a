"""Actions on a gate: deciding, exceptions, conditions, and accepting in one's own name (rules 2, 7, 8, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.cited_evidence import CitedEvidence, cited
from pilots.actions.exception_requests import require_confirmation
from pilots.actions.locked_pilot import (
    LockedPilot,
    last_day,
    lock_pilot,
    need_plain,
    need_reason,
    need_text,
    within_reach,
)
from pilots.concurrency import gate_version
from pilots.models import Decision, Event, Evidence, Gate, Person
from pilots.refusals import (
    ChangedMeanwhile,
    ConditionsRequired,
    EndRequired,
    EndTooLate,
    Invalid,
    NothingAsked,
    NotMeasured,
    NotNamed,
    NotYours,
    SelfApproval,
    WrongGate,
    part_of,
)
from pilots.rules import gates, quality, rights, seals, stalls
from pilots.rules.vocabulary import Capacity, ClearsBy, Outcome, Role, Verdict

__all__ = [
    "accept",
    "answer",
    "ask_exception",
    "assert_",
    "decide",
    "decline",
    "end_assertion",
    "except_",
    "leave",
    "meet_condition",
    "nominate",
]


OUTCOMES = (Outcome.CLEARED, Outcome.CONDITIONAL, Outcome.CHANGES_REQUESTED, Outcome.REFUSED, Outcome.WITHDRAWN)


def _lock(
    gate: Gate, by: Person | None, on: date | None, known: date | None
) -> tuple[LockedPilot, Gate, gates.GateState]:
    """Sit down at a gate's pilot."""
    locked = lock_pilot(gate.pilot, by, on, known)
    key = gate.kind.key
    if locked.state.gates[key].off:
        raise WrongGate(_("This gate is switched off here. Nothing is asked of it."))
    return locked, locked.gates[key], locked.state.gates[key]


def _require_expected_gate(locked: LockedPilot, gate: Gate, expected_version: int | None) -> None:
    """Refuse whoever saw the gate otherwise than it is. `expected_version` is the gate's, as `pilots.concurrency` counts it.

    It is asked once it is known that they may act here, and before the stage (the order of refusals in SCENARIOS.md).

    Raises:
        ChangedMeanwhile: somebody acted on this gate, or on its pilot as a whole, since.
    """
    if expected_version is not None and expected_version != gate_version(locked.events, gate.kind.key):
        raise ChangedMeanwhile


def _approval_only(state: gates.GateState) -> None:
    if state.kind.clears_by == ClearsBy.ACCEPTANCE:
        raise WrongGate


def _acceptance_only(state: gates.GateState) -> None:
    if state.kind.clears_by != ClearsBy.ACCEPTANCE:
        raise WrongGate


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
        away = locked.away()
        capacity = rights.may_decide(seat, decider.pk, barred=barred, away=away)
    if capacity is None:
        others = barred - {decider.pk}
        free = rights.may_decide(seat, decider.pk, barred=others, away=away)
        if decider.pk in barred and free:
            raise SelfApproval
        raise _somebody_elses(locked, state, decider)
    if not permissions.may("decide", frozenset({capacity})):
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
    if permissions.may("record_for_decider", locked.roles()):
        return NotYours(
            _("%(holder)s decides this. Record it for them, with the evidence that shows their answer.") % says,
            field="for",
        )
    return NotYours(_("This is not yours to decide here: %(holder)s decides it.") % says)


def _decider(
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


@transaction.atomic
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
        cites: the first of many alike that are decided at once.
        seen: what the person saw of the gate, as `pilots.concurrency.of_gates` counts it.

    Raises:
        Refused: with the code that `SCENARIOS.md` names for it.
    """
    locked, row, state = _lock(gate, by, on, known)
    _approval_only(state)
    decider, capacity = _decider(locked, state, for_)
    _require_expected_gate(locked, row, expected_version)
    locked.require_stage("decide")
    shown = cited(locked, evidence, pieces, holds=outcome in gates.YES)
    if for_ is not None:
        shown.needed()
    if outcome not in OUTCOMES:
        raise Invalid(_("Choose one of the answers."), field="outcome")
    reason = need_reason(reason)
    if outcome == Outcome.WITHDRAWN and state.answer in (None, Outcome.ASSERTED):
        raise NothingAsked(_("There is no answer to withdraw."), field="outcome")
    conditions = _conditions(locked, outcome, conditions)
    court, until = _court(locked, outcome, court, until)
    if outcome in (Outcome.CLEARED, Outcome.CONDITIONAL) and state.kind.clears_by == ClearsBy.MEASUREMENT:
        _measured(locked)
    return _answer(
        locked,
        row,
        state,
        outcome=outcome,
        reason=reason,
        decider=decider,
        capacity=capacity,
        recorded_for=for_ is not None,
        conditions=conditions,
        until=until,
        court=court,
        shown=shown,
        cites=cites,
        would_change=need_plain(would_change.strip(), "would_change") if outcome == Outcome.REFUSED else "",
    )


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
    term = last_day(locked.on, state.kind.valid_for)
    if (
        state.kind.clears_by == ClearsBy.MEASUREMENT
        and locked.state.measured_on
        and outcome in (Outcome.CLEARED, Outcome.CONDITIONAL)
    ):
        measured = quality.good_until(locked.state.measured_on)
        return min(term, measured) if term else measured
    return term


def _answer(
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
    """Write a decision with what it was decided on, and tell the pilot again."""
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
            "pieces": shown.checksums,
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


@transaction.atomic
def assert_(*, gate: Gate, source: str, on: date | None = None, known: date | None = None) -> Decision:
    """Record that a source says yes: no decider, no movement, never an acceptance (rule 2)."""
    locked, row, _state = _lock(gate, None, on, known)
    return asserting(locked, row, source)


def asserting(locked: LockedPilot, row: Gate, source: str) -> Decision:
    """Record what a source says of a gate of the pilot that is at the desk."""
    state = locked.state.gates[row.kind.key]
    _approval_only(state)
    locked.require_stage("assert_")
    day = max(locked.on, locked.pilot.recorded_on)
    return _answer(
        locked,
        row,
        state,
        outcome=Outcome.ASSERTED,
        reason=need_text(source, "source"),
        decider=None,
        capacity=Capacity.ASSERTED,
        good_until=last_day(day, state.kind.valid_for),
    )


@transaction.atomic
def end_assertion(*, gate: Gate, source: str, on: date | None = None, known: date | None = None) -> Decision:
    """Record that a source no longer says yes: from that day on the gate is open again. No movement (section 9).

    Raises:
        WrongGate: it clears by acceptance.
        NothingAsked: no assertion stands; what a person answered stays.
    """
    locked, row, state = _lock(gate, None, on, known)
    _approval_only(state)
    locked.require_stage("end_assertion")
    if state.answer != Outcome.ASSERTED:
        raise NothingAsked(_("No source says yes here."))
    return _answer(
        locked,
        row,
        state,
        outcome=Outcome.NO_LONGER_ASSERTED,
        reason=need_text(source, "source"),
        decider=None,
        capacity=Capacity.ASSERTED,
        action="end_assertion",
    )


@transaction.atomic
def ask_exception(
    *,
    gate: Gate,
    by: Person,
    reason: str | None = None,
    until: date | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Ask to be let past an open gate until a date. Whoever grants it gives the end that binds.

    The request remembers what it was asked on, as an exception would seal it (rule 8).
    """
    locked, row, state = _lock(gate, by, on, known)
    _approval_only(state)
    locked.require_role("ask_exception")
    _require_expected_gate(locked, row, expected_version)
    locked.require_stage("ask_exception")
    reason = need_reason(reason)
    if until is not None and until < locked.on:
        raise Invalid(_("The end lies before the asking."), field="until")
    sealed = locked.state.to_seal(state.kind, Outcome.EXCEPTED)
    return locked.write("ask_exception", gate=row, reason=reason, data={"until": until, "sealed": sealed})


@transaction.atomic
def except_(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    until: date | None = None,
    for_: Person | None = None,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    cites: Decision | None = None,
    confirmed: bool = False,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Let a pilot past an open gate until a date, asked for by somebody else, for at most 90 days.

    Args:
        confirmed: it is granted although what it was asked on is another now, with the difference in view (rule 8).

    Raises:
        ChangedMeanwhile: a sealed fact is another than at the latest request, and that is not confirmed. Its field is `confirmed`.
        Refused: with the code that `SCENARIOS.md` names for it.
    """
    locked, row, state = _lock(gate, by, on, known)
    _approval_only(state)
    decider, capacity = _decider(locked, state, for_, askers=state.askers)
    _require_expected_gate(locked, row, expected_version)
    changed = require_confirmation(locked, state, confirmed=confirmed)
    locked.require_stage("except_")
    shown = cited(locked, evidence, pieces)
    if for_ is not None:
        shown.needed()
    if not state.askers:
        raise NothingAsked
    reason = need_reason(reason)
    if until is None:
        raise EndRequired(field="until")
    if until < locked.on:
        raise Invalid(_("The end lies before the day of the decision."), field="until")
    if until > locked.on + stalls.LONGEST_EXCEPTION:
        raise EndTooLate(field="until")
    return _answer(
        locked,
        row,
        state,
        outcome=Outcome.EXCEPTED,
        reason=reason,
        decider=decider,
        capacity=capacity,
        recorded_for=for_ is not None,
        until=until,
        shown=shown,
        cites=cites,
        good_until=until,
        action="except",
        data={"confirmed": list(changed)} if changed else None,
    )


@transaction.atomic
def answer(
    *,
    gate: Gate,
    by: Person,
    text: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """The team answers a request or a no: the gate waits on the decider again."""
    locked, row, state = _lock(gate, by, on, known)
    _approval_only(state)
    locked.require_role("answer")
    _require_expected_gate(locked, row, expected_version)
    locked.require_stage("answer")
    if state.answer not in gates.ASKS_TEAM:
        raise NothingAsked
    return locked.write("answer", gate=row, reason=need_text(text, "text"))


@transaction.atomic
def meet_condition(
    *,
    gate: Gate,
    by: Person,
    text: str,
    evidence: str = "",
    pieces: Iterable[Evidence] = (),
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Record that a condition was met, with the evidence; met late, the gate is conditional again from that day."""
    locked, row, state = _lock(gate, by, on, known)
    _approval_only(state)
    unmet = [c for c in state.conditions if not c.get("met")]
    asked = [c for c in unmet if seals.same(c["text"], text)]
    locked.require_role("meet_condition", locked.owner_of(asked))
    _require_expected_gate(locked, row, expected_version)
    locked.require_stage("meet_condition")
    if not unmet:
        raise NothingAsked(field="text")
    text = need_text(text, "text")
    if not asked:
        raise NothingAsked(field="text")
    shown = cited(locked, evidence, pieces)
    shown.needed()
    data: dict[str, Any] = {"text": text}
    if shown.pieces:
        data["pieces"] = shown.as_data
    return locked.write(
        "meet_condition",
        gate=row,
        data=data,
        evidence=evidence,
        pieces=shown.pieces,
        rests_on=_conditional(locked, row) if shown.pieces else None,
    )


def _conditional(locked: LockedPilot, row: Gate) -> Decision:
    """The decision whose conditions are being met on the day of the act."""
    asked = row.decisions.filter(outcome=Outcome.CONDITIONAL, on__lte=locked.on)
    return asked.order_by("on", "pk").reverse()[0]


@transaction.atomic
def nominate(
    *,
    gate: Gate,
    by: Person | None,
    person: Person | None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Event:
    """Name somebody for an acceptance gate, or somebody else. Being named is not accepting."""
    locked, row, _state = _lock(gate, by, on, known)
    return nominating(locked, row, person, expected_version=expected_version)


def nominating(locked: LockedPilot, row: Gate, person: Person | None, *, expected_version: int | None = None) -> Event:
    """Name somebody for a gate of the pilot that is at the desk."""
    state = locked.state.gates[row.kind.key]
    _acceptance_only(state)
    locked.require_role("nominate")
    _require_expected_gate(locked, row, expected_version)
    locked.require_stage("nominate")
    if person is None:
        raise Invalid(_("Missing. A name, not a team."), field="person")
    if permissions.has_left(person, locked.on) or person.pk == state.accepted:
        raise Invalid(_("Name somebody with an open account who has not accepted it already."), field="person")
    changes = [{"field": row.kind.key, "from": state.nominee, "to": person.pk}]
    return locked.write("nominate", gate=row, data={"person": person.pk}, changes=changes)


def _in_own_name(
    locked: LockedPilot, gate: Gate, outcome: str, reason: str | None, action: str, expected_version: int | None = None
) -> Decision:
    """What only the person named can say, or a refusal."""
    state, by = locked.state.gates[gate.kind.key], locked.by
    if by is None or permissions.has_left(by, locked.on):
        raise NotNamed
    named = {Role.NOMINEE: state.nominee, Role.ACCEPTED: state.accepted}
    is_ = frozenset(what for what, who in named.items() if who == by.pk)
    if not permissions.may(action, is_):
        raise NotNamed
    locked.require_confirmed_address()
    _require_expected_gate(locked, gate, expected_version)
    locked.require_stage(action)
    return _answer(
        locked,
        gate,
        state,
        outcome=outcome,
        reason=need_plain((reason or "").strip(), "reason"),
        decider=by,
        capacity=Capacity.NAMED,
        action=outcome,
    )


@transaction.atomic
def accept(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Accept, in one's own name, what one is named for."""
    locked, row, state = _lock(gate, by, on, known)
    _acceptance_only(state)
    return _in_own_name(locked, row, Outcome.ACCEPTED, reason, "accept", expected_version)


@transaction.atomic
def decline(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Decline what one is named for."""
    locked, row, state = _lock(gate, by, on, known)
    _acceptance_only(state)
    return _in_own_name(locked, row, Outcome.DECLINED, reason, "decline", expected_version)


@transaction.atomic
def leave(
    *,
    gate: Gate,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
    expected_version: int | None = None,
) -> Decision:
    """Leave a seat that one accepted: the gate opens that day."""
    locked, row, state = _lock(gate, by, on, known)
    _acceptance_only(state)
    return _in_own_name(locked, row, Outcome.LEFT, reason, "leave", expected_version)
