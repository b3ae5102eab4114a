"""What each action changes in a pilot, one event at a time, and whether it moved the pilot (rule 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pilots.rules import adoption, gates, quality, seals, stalls
from pilots.rules.actions import ACTIONS, NOT_STARTED
from pilots.rules.events import EventRecord, Kind
from pilots.rules.gates import GateState
from pilots.rules.vocabulary import ClearsBy, Outcome, Stage, Verdict

SPONSOR = "named-sponsor"
WITH_CLOCK = frozenset({Stage.RUNNING, Stage.PAUSED})


@dataclass(slots=True)
class BeforeRetirement:
    """Where a pilot stood when it was retired, to go on from there where that is taken back (rule 6).

    `last_shown_on` is the last day on which the facts would have shown an adoption, had it not been retired.
    """

    stage: str
    since: date
    pauses: list[stalls.Pause]
    last_shown_on: date | None


@dataclass(slots=True)
class PilotState:
    """One pilot while its events are replayed."""

    recorded_on: date
    gates: dict[str, GateState]
    fields: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    stage: str = Stage.PLANNED
    since: date = date.min
    started_on: date | None = None
    decide_by: date | None = None
    slips: int = 0
    pauses: list[stalls.Pause] = field(default_factory=list)
    last_movement: date | None = None
    rolled_back: bool = False
    risk_by: int | None = None
    confirmed_by: set[int | None] = field(default_factory=set)
    threshold: quality.Threshold | None = None
    verdict: str = Verdict.NONE
    measured_on: date | None = None
    last_result: str | None = None
    ever_measured: bool = False
    evidence: dict[str, str] = field(default_factory=dict)
    goalposts: list[tuple[str, str, date]] = field(default_factory=list)
    last_shown_on: date | None = None
    void_since: date | None = None
    retired_because: str = ""
    fellows: set[int] = field(default_factory=set)
    before_retirement: BeforeRetirement | None = None

    @property
    def paused_until(self) -> date | None:
        """The last day of the pause in force, where the stage is paused. Pauses written down late may overlap."""
        ends = [last for _, last in self.pauses] if self.stage == Stage.PAUSED else []
        return max(ends, default=None)

    @property
    def sponsor(self) -> int | None:
        """Whoever has accepted to carry it."""
        gate = self.gates.get(SPONSOR)
        return gate.accepted if gate else None

    @property
    def named(self) -> set[int | None]:
        """Everybody whom the pilot names: for a gate, or for its exceptions."""
        seated = {who for of in self.gates.values() for who in (of.accepted, of.nominee)}
        return seated | {self.rules.get("exceptions_to"), self.rules.get("exceptions_deputy")}

    @property
    def function(self) -> int | None:
        return self.fields.get("function")

    @property
    def manager(self) -> int | None:
        return self.fields.get("manager")

    @property
    def team(self) -> set[int]:
        """The pilot's own people, whose measurement of it is one of themselves: whoever carries it, and its manager."""
        return {who for who in (self.sponsor, self.manager) if who is not None}

    @property
    def met_until(self) -> date | None:
        """The last day of a measurement that is `met`, None where there is none."""
        return quality.good_until(self.measured_on) if self.verdict == Verdict.MET and self.measured_on else None

    @property
    def start_known(self) -> bool:
        """Whether it has not begun, or somebody knows when it did."""
        return self.stage in NOT_STARTED or self.started_on is not None

    @property
    def counts_from(self) -> date:
        """The day from which its weeks count: its start; the day of the record where nobody knows that."""
        return self.started_on or self.recorded_on

    @property
    def moved_on(self) -> date | None:
        """The last movement; the day of the record before the start; None where nobody knows of any."""
        if self.stage in NOT_STARTED:
            return self.recorded_on
        return self.last_movement

    @property
    def clock(self) -> date | None:
        """The day from which quiet days count, for a pilot that runs or is paused."""
        if self.stage not in WITH_CLOCK or self.decide_by is None:
            return None
        return stalls.stall_clock_from(self.decide_by, self.last_movement or self.recorded_on, self.pauses)

    @property
    def confirmed(self) -> bool:
        """Whether the present manager has confirmed the rules as they stand, whoever else did."""
        return self.manager is not None and self.manager in self.confirmed_by

    @property
    def missing_rules(self) -> tuple[str, ...]:
        """What of the known rules is missing (rule 11)."""
        return adoption.missing_rules(self.rules, risk_accepted=self.risk_by is not None, confirmed=self.confirmed)

    def stage_on(self, day: date) -> str:
        """The stage on a day: a pause ends by itself."""
        until = self.paused_until
        return Stage.RUNNING if until is not None and day > until else self.stage

    def to_seal(self, kind: Kind, outcome: str = "cleared") -> dict[str, Any]:
        """What an answer of this kind would seal now (rule 8)."""
        threshold = self.threshold.in_words() if self.threshold else ""
        values = {**self.fields, **self.rules}
        return seals.facts_to_seal(kind, values, outcome, threshold=threshold, verdict=self.verdict)

    def against_seal(self, gate: GateState) -> dict[str, Any]:
        """What a gate's seal is held against now (rule 8): what an answer would seal, and its evidence in the version that stands."""
        if not gate.sealed:
            return {}
        now = self.to_seal(gate.kind, gate.answer or "")
        for name, checksum in gate.sealed.items():
            if name.startswith(gates.EVIDENCE):
                piece = name.removeprefix(gates.EVIDENCE)
                now[name] = self.evidence.get(piece, checksum)
        return now

    def changed_since_request(self, gate: GateState) -> tuple[str, ...]:
        """The sealed fields whose value is another now than when an exception was last asked for (rule 8).

        A kind that seals fewer fields by now still holds a grant to all that was asked on.
        """
        return seals.broken(gate.requested, self.facts_for_exception(gate.kind))

    def facts_for_exception(self, kind: Kind) -> dict[str, Any]:
        """All that a request for an exception can have been asked on, as it is now."""
        return {**self.fields, **self.rules, **self.to_seal(kind, Outcome.EXCEPTED)}

    def enter(self, stage: str, day: date) -> None:
        """Begin a stage. A pause that still ran ends the day before, whatever ended it."""
        eve = day - timedelta(days=1)
        self.pauses = [(first, min(last, eve)) for first, last in self.pauses]
        self.stage, self.since = stage, day

    def let_pause_end(self, day: date) -> None:
        """Let a pause be over whose last day lies before this one."""
        until = self.paused_until
        if until is not None and day > until:
            self.stage, self.since = Stage.RUNNING, until + timedelta(days=1)

    def move(self, day: date) -> None:
        """Something moved (rule 3): the stall clock starts again. A transition that returns True calls it.

        What moves: a start on a known day, an adoption, the first roll back; an answer on a gate other than the last one before
        it; a person's first acceptance of a gate; a result that is met or not met, and other than the last such one.
        """
        self.last_movement = day if self.last_movement is None else max(day, self.last_movement)


Transition = Callable[[PilotState, EventRecord], bool]

APPLIES_IN: Mapping[str, frozenset[str]] = {
    action.event_word: action.applies_in for action in ACTIONS.values() if action.applies_in is not None
}
"""The stages in which an action still has an effect when it is replayed: a retired pilot does not run again because a pause was
written down after it."""


def _recorded(pilot: PilotState, event: EventRecord) -> bool:
    pilot.fields.update(event.data.get("set") or {})
    pilot.rules.update(event.data.get("rules") or {})
    pilot.stage, pilot.since = event.data.get("stage", Stage.PLANNED), event.effective_on
    return False


def _started(pilot: PilotState, event: EventRecord) -> bool:
    known: bool = event.data.get("start_known", True)
    pilot.enter(Stage.RUNNING, event.effective_on)
    pilot.started_on, pilot.decide_by = event.effective_on if known else None, event.data["decide_by"]
    return known


def _date_moved(pilot: PilotState, event: EventRecord) -> bool:
    to = event.data["to"]
    pilot.slips += int(pilot.decide_by is not None and to > pilot.decide_by)
    pilot.decide_by = to
    return False


def _paused(pilot: PilotState, event: EventRecord) -> bool:
    pilot.pauses.append((event.effective_on, event.data["until"]))
    pilot.stage, pilot.since = Stage.PAUSED, event.effective_on
    return False


def _resumed(pilot: PilotState, event: EventRecord) -> bool:
    pilot.enter(Stage.RUNNING, event.effective_on)
    return False


def _adopted(pilot: PilotState, event: EventRecord) -> bool:
    pilot.enter(Stage.ADOPTED, event.effective_on)
    pilot.last_shown_on = None
    return event.action == "adopt"


def _rolled_back(pilot: PilotState, event: EventRecord) -> bool:
    first, pilot.rolled_back = not pilot.rolled_back, True
    pilot.enter(Stage.RUNNING, event.effective_on)
    if pilot.decide_by is None:
        # Nobody knows when a claim that a list made was started: its clock counts from the day of the record (section 9).
        pilot.decide_by = pilot.recorded_on + stalls.SIX_WEEKS
    return first


def _retired(pilot: PilotState, event: EventRecord) -> bool:
    pilot.before_retirement = BeforeRetirement(pilot.stage, pilot.since, list(pilot.pauses), pilot.last_shown_on)
    pilot.enter(Stage.RETIRED, event.effective_on)
    pilot.retired_because = event.data.get("because", "")
    return False


def _reopened(pilot: PilotState, event: EventRecord) -> bool:
    """Rule 6: it goes on as if it had not been retired. A pause keeps its end, and is over where that has passed."""
    before, pilot.before_retirement = pilot.before_retirement, None
    assert before is not None
    pilot.stage, pilot.since, pilot.pauses = before.stage, before.since, before.pauses
    pilot.last_shown_on, pilot.retired_because = before.last_shown_on, ""
    pilot.let_pause_end(event.effective_on)
    return False


def _voided(pilot: PilotState, event: EventRecord) -> bool:
    pilot.void_since = pilot.void_since or event.effective_on
    return False


def _restored(pilot: PilotState, event: EventRecord) -> bool:
    pilot.void_since = None
    return False


def _amended(pilot: PilotState, event: EventRecord) -> bool:
    pilot.fields.update(event.data["set"])
    return False


def _rules_set(pilot: PilotState, event: EventRecord) -> bool:
    pilot.rules.update(event.data["set"])
    pilot.confirmed_by = set()
    return False


def _risk_accepted(pilot: PilotState, event: EventRecord) -> bool:
    pilot.risk_by = event.by
    return False


def _confirmed(pilot: PilotState, event: EventRecord) -> bool:
    pilot.confirmed_by.add(event.by)
    return False


def _fellow_added(pilot: PilotState, event: EventRecord) -> bool:
    pilot.fellows.add(event.data["person"])
    return False


def _fellow_removed(pilot: PilotState, event: EventRecord) -> bool:
    pilot.fellows.discard(event.data["person"])
    return False


def _threshold_registered(pilot: PilotState, event: EventRecord) -> bool:
    """Rule 10: a new version of what is good enough, with nothing measured against it yet."""
    new, old = quality.Threshold.of(event.data), pilot.threshold
    if old and pilot.ever_measured and quality.loosened(old, new):
        pilot.goalposts.append((old.in_words(), new.in_words(), event.effective_on))
    pilot.threshold, pilot.verdict, pilot.measured_on = new, Verdict.NONE, None
    return False


def _measured(pilot: PilotState, event: EventRecord) -> bool:
    """Rule 10: a result, and its verdict; rule 3: whether it moves."""
    result = event.data["verdict"]
    pilot.verdict, pilot.measured_on, pilot.ever_measured = result, event.effective_on, True
    for gate in pilot.gates.values():
        if gate.kind.clears_by == ClearsBy.MEASUREMENT and gate.answer in (Outcome.CLEARED, Outcome.CONDITIONAL):
            gate.measured_worse = gate.measured_worse or result != Verdict.MET
            gate.worse_on = event.effective_on if result != Verdict.MET else gate.worse_on
    if result not in (Verdict.MET, Verdict.NOT_MET):
        return False
    last, pilot.last_result = pilot.last_result, result
    return bool(result != last)


def _decided(pilot: PilotState, event: EventRecord) -> bool:
    gate, outcome = pilot.gates[event.gate or ""], event.data["outcome"]
    if outcome == Outcome.ASSERTED:
        gates.asserted(gate, event)
    elif outcome == Outcome.NO_LONGER_ASSERTED:
        gates.no_longer_asserted(gate)
    elif outcome == Outcome.ACCEPTED:
        return gates.accepted(gate, event)
    elif outcome in (Outcome.DECLINED, Outcome.LEFT):
        gates.let_go(gate, event)
    else:
        return gates.answered(gate, event)
    return False


def _nominated(pilot: PilotState, event: EventRecord) -> bool:
    pilot.gates[event.gate or ""].nominee = event.data["person"]
    return False


def _nomination_withdrawn(pilot: PilotState, event: EventRecord) -> bool:
    """Rule 9: whoever accepted before still holds it, or nobody does."""
    pilot.gates[event.gate or ""].nominee = None
    return False


def _answered(pilot: PilotState, event: EventRecord) -> bool:
    gates.replied(pilot.gates[event.gate or ""])
    return False


def _asked(pilot: PilotState, event: EventRecord) -> bool:
    gates.exception_requested(pilot.gates[event.gate or ""], event)
    return False


def _evidence_replaced(pilot: PilotState, event: EventRecord) -> bool:
    pilot.evidence[event.data["piece"]] = event.data["checksum"]
    for gate in pilot.gates.values():
        gates.evidence_replaced(gate, event)
    return False


def _switched_off(pilot: PilotState, event: EventRecord) -> bool:
    pilot.gates[event.gate or ""].off = True
    return False


def _switched_on(pilot: PilotState, event: EventRecord) -> bool:
    pilot.gates[event.gate or ""].off = False
    return False


def _condition_met(pilot: PilotState, event: EventRecord) -> bool:
    gates.met_condition(pilot.gates[event.gate or ""], event)
    return False


APPLY: Mapping[str, Transition] = {
    "record": _recorded,
    "start": _started,
    "move_decide_by": _date_moved,
    "pause": _paused,
    "resume": _resumed,
    "adopt": _adopted,
    "record_claim": _adopted,
    "roll_back": _rolled_back,
    "retire": _retired,
    "reopen": _reopened,
    "void": _voided,
    "restore": _restored,
    "amend": _amended,
    "set_rules": _rules_set,
    "accept_risk": _risk_accepted,
    "confirm_rules": _confirmed,
    "add_fellow_manager": _fellow_added,
    "remove_fellow_manager": _fellow_removed,
    "register_threshold": _threshold_registered,
    "record_measurement": _measured,
    "decide": _decided,
    "nominate": _nominated,
    "withdraw_nomination": _nomination_withdrawn,
    "answer": _answered,
    "ask_exception": _asked,
    "meet_condition": _condition_met,
    "replace_evidence": _evidence_replaced,
    "open_gate": _switched_on,
    "switch_on": _switched_on,
    "switch_off": _switched_off,
}
"""How each action changes what is so. Each returns whether it moved the pilot. An action that is not here changes nothing."""
