"""What a person may do on a page: by the table of section 7, and only where the action would fit. The actions still guard."""

from __future__ import annotations

from collections.abc import Iterable

from pilots import permissions
from pilots.models import Person
from pilots.rules import gates, rights
from pilots.rules.actions import ACTIONS, Target
from pilots.rules.transitions import PilotState
from pilots.rules.vocabulary import ClearsBy, Role, Stage, Standing
from readiness import registry
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot


def roles(person: Person, snapshot: PilotSnapshot, *, office: bool, state: PilotState | None = None) -> frozenset[Role]:
    """What a person is to a pilot on the day that was read; a fellow manager, where its replayed state is given."""
    pilot, now = snapshot.pilot, snapshot.status
    accepts = [gate.status.holder for gate in snapshot.gates if gate.kind.clears_by == ClearsBy.ACCEPTANCE]
    seats = [gate.status.seat for gate in snapshot.gates if gate.kind.clears_by != ClearsBy.ACCEPTANCE]
    return permissions.roles_of(
        person.pk,
        office=office,
        sponsor=now.sponsor,
        manager=now.manager,
        escalation=pilot.portfolio.escalation_id,
        named={*accepts, pilot.exceptions_to_id, pilot.exceptions_deputy_id},
        seated={who for seat in seats for who in rights.named(seat)},
        fellows=state.fellows if state else (),
    )


def on_pilot(person: Person, snapshot: PilotSnapshot, state: PilotState, *, office: bool) -> list[str]:
    """The actions on the pilot that this person may do now, as they stand in addresses, in the order of the registry."""
    mine = roles(person, snapshot, office=office, state=state)
    return [
        registry.address(word)
        for word in registry.offered(Target.PILOT)
        if _may(word, mine) and _in_stage(word, snapshot) and _fits(word, snapshot, state)
    ]


def asks_about(person: Person, snapshot: PilotSnapshot, *, office: bool) -> bool:
    """Whether somebody may make a question of a judgement call on this pilot (`open_policy_gap`)."""
    mine = roles(person, snapshot, office=office)
    return permissions.allowed("open_policy_gap", mine) and snapshot.status.void_since is None


def _in_stage(word: str, snapshot: PilotSnapshot) -> bool:
    """Whether an action fits the stage, and a pilot that is void or is not."""
    action, is_void = ACTIONS[word], snapshot.status.void_since is not None
    return action.on_void == is_void and (action.stages is None or snapshot.status.stage in action.stages)


def _may(word: str, mine: frozenset[Role]) -> bool:
    """Whether the table lets them, within the limits of rules 4 to 6 or beyond."""
    return permissions.allowed(word, mine) or permissions.allowed_beyond_limits(word, mine)


def _fits(word: str, snapshot: PilotSnapshot, state: PilotState) -> bool:
    if ACTIONS[word].refused_once_stalled and snapshot.status.standing == Standing.EXHIBIT:
        return False
    if word == "confirm_rules":
        return bool(state.rules) and not state.confirmed
    if word == "record_measurement":
        return state.threshold is not None
    if word == "remove_fellow_manager":
        return bool(state.fellows)
    return True


def on_gate(
    person: Person,
    snapshot: PilotSnapshot,
    gate: GateSnapshot,
    state: gates.GateState,
    *,
    office: bool,
) -> list[str]:
    """The actions on one gate that this person may do now, as they stand in addresses."""
    if snapshot.status.stage == Stage.RETIRED or snapshot.status.void_since:
        return []
    named = {Role.NOMINEE: state.nominee, Role.ACCEPTED: state.accepted}
    mine = roles(person, snapshot, office=office) | {what for what, who in named.items() if who == person.pk}
    accepts = gate.kind.clears_by == ClearsBy.ACCEPTANCE

    def is_allowed(word: str) -> bool:
        if word in ("decide", "except_"):
            askers = state.askers if word == "except_" else ()
            decides = may_decide(person, snapshot, gate, askers=askers)
            return permissions.allowed("record_for_decider", mine) or decides is not None
        if word == "meet_condition":
            return any(_may_meet(person, each, mine) for each in unmet(state))
        return permissions.allowed(word, mine)

    return [
        registry.address(word)
        for word in registry.offered(Target.GATE)
        if ACTIONS[word].on_acceptance == accepts and _fits_gate(word, gate, state) and is_allowed(word)
    ]


def _fits_gate(word: str, gate: GateSnapshot, state: gates.GateState) -> bool:
    """Whether the gate is where an action has something to do."""
    if word == "except_":
        return bool(state.askers)
    if word == "withdraw_nomination":
        return state.nominee is not None
    if word == "answer":
        return state.answer in gates.ASKS_TEAM
    return gate.status.is_open if word == "ask_exception" else True


def unmet(state: gates.GateState) -> list[dict[str, object]]:
    """The conditions of the answer that stands which nobody has met yet."""
    return [each for each in state.conditions if not each.get("met")]


def _may_meet(person: Person, condition: dict[str, object], mine: frozenset[Role]) -> bool:
    owns = {Role.OWNER} if condition["owner"] == person.pk else set()
    return permissions.allowed("meet_condition", mine | owns)


def may_decide(
    person: Person, snapshot: PilotSnapshot, gate: GateSnapshot, *, askers: Iterable[int | None] = ()
) -> str | None:
    """The capacity in which a person may decide a gate, or None (rule 7)."""
    barred = {who for who in (snapshot.status.sponsor, *askers) if who is not None}
    return rights.may_decide(gate.status.seat, person.pk, barred=barred, away=gate.away)


def records(person: Person, gate: GateSnapshot, *, office: bool) -> bool:
    """Whether whoever answers puts it on record for somebody else: they are of the office, and on no seat of the gate."""
    named = rights.named(gate.status.seat)
    return office and gate.kind.clears_by != ClearsBy.ACCEPTANCE and person.pk not in named
