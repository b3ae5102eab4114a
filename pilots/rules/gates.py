"""Rule 2: the state of one gate, replayed event by event, and the periods it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pilots.rules import seals
from pilots.rules.events import EventRecord, Kind
from pilots.rules.vocabulary import Awaits, ClearsBy, Outcome, State

YES = frozenset({Outcome.CLEARED, Outcome.CONDITIONAL, Outcome.EXCEPTED})
HOLD = YES | {Outcome.ASSERTED}
ASKS_TEAM = frozenset({Outcome.CHANGES_REQUESTED, Outcome.REFUSED})
EVIDENCE = "evidence:"
READ_AS_OPEN = frozenset({State.UNOWNED, State.WAITING})
AWAITS: Mapping[str, Awaits] = {
    **dict.fromkeys(YES, Awaits.NOTHING),
    **dict.fromkeys(ASKS_TEAM, Awaits.TEAM),
    State.ASSERTED: Awaits.CONFIRMATION,
    State.OFF: Awaits.OFF,
}
"""What a gate in a state waits for; a decision, where it is not here."""


@dataclass(frozen=True, slots=True)
class GatePeriod:
    """A stretch of days on which nothing happened to a gate; `last_day` is the last one, None for the latest stretch.

    `state` is what the last event left: `open` is read as `waiting` or `unowned` by whether somebody holds the decision, and
    an answer past `good_until` is read as `lapsed`. `person` has accepted, or else is named; `nominee` is named, also to
    succeed. `consecutive_exceptions` counts exceptions granted in a row. Neither holder nor court is part of a period. While a gate is `off`
    (its kind was not there yet, or is switched off for the portfolio) it asks nothing, and is not shown among the gates.
    """

    first_day: date
    last_day: date | None
    state: str
    awaits: str
    since: date
    good_until: date | None = None
    ends_by_condition: bool = False
    outside_until: date | None = None
    met_until: date | None = None
    person: int | None = None
    nominee: int | None = None
    function: int | None = None
    consecutive_exceptions: int = 0
    moved: bool = False


@dataclass(slots=True)
class GateState:
    """One gate while its events are replayed. `requested` is what the latest request for an exception was asked on."""

    kind: Kind
    name: str = State.OPEN
    since: date = date.min
    answer: str | None = None
    last_answer: str | None = None
    answered_on: date | None = None
    term: date | None = None
    sealed: Mapping[str, Any] = field(default_factory=dict)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    outside_until: date | None = None
    nominee: int | None = None
    accepted: int | None = None
    accepted_before: set[int] = field(default_factory=set)
    askers: list[int | None] = field(default_factory=list)
    requested: Mapping[str, Any] = field(default_factory=dict)
    ever_excepted: bool = False
    renews: bool = False
    consecutive_exceptions: int = 0
    measured_worse: bool = False
    worse_on: date | None = None
    evidence_ends: dict[str, date] = field(default_factory=dict)
    differs: dict[str, tuple[Any, date]] = field(default_factory=dict)
    off: bool = False

    @property
    def person(self) -> int | None:
        """Whoever accepted, else whoever is named."""
        return self.accepted if self.accepted is not None else self.nominee

    @property
    def due(self) -> date | None:
        """The due date of the first condition not met."""
        return min((c["due"] for c in self.conditions if not c.get("met")), default=None)

    @property
    def lasts(self) -> date | None:
        """The last day of the answer's term, or of the first of its evidence to expire."""
        ends = [*self.evidence_ends.values()]
        return min([*ends, self.term] if self.term else ends, default=None)

    @property
    def good_until(self) -> date | None:
        """The last good day of the answer that stands: its term's, its evidence's, or the first unmet condition's."""
        if self.off or self.answer not in HOLD:
            return None
        ends = [day for day in (self.lasts, self.due) if day is not None]
        return min(ends, default=None)

    @property
    def ends_by_condition(self) -> bool:
        """Whether an unmet condition, not the term, ends the answer."""
        return self.due is not None and (self.lasts is None or self.due < self.lasts)

    def state(self, sealed_now: Mapping[str, Any]) -> str:
        """What the last event left, before any lapse: an answer whose seal broke has to be confirmed (rule 8)."""
        if self.off:
            return State.OFF
        if self.kind.clears_by == ClearsBy.ACCEPTANCE:
            if self.accepted is not None:
                return State.CLEARED
            return State.WAITING if self.nominee is not None else State.UNOWNED
        if self.answer in YES and (self.measured_worse or seals.broken(self.sealed, sealed_now)):
            return State.RECONFIRM
        return self.answer or State.OPEN

    def lapse(self, day: date) -> None:
        """Let time pass up to a day: an answer that is over is lapsed, even if its seal broke first."""
        end = self.good_until
        if end is not None and day > end and self.name != State.LAPSED:
            self.name, self.since = State.LAPSED, end + timedelta(days=1)

    def settle(self, day: date, sealed_now: Mapping[str, Any]) -> None:
        """Read the state again after an event; `since` restarts only when the state is another."""
        end = self.good_until
        name = State.LAPSED if end is not None and day > end else self.state(sealed_now)
        if name != self.name:
            self.name, self.since = name, day
        self.differs = self._differing(day, sealed_now) if self.answer in YES else {}

    def _differing(self, day: date, sealed_now: Mapping[str, Any]) -> dict[str, tuple[Any, date]]:
        """What of the seal is another now, and since which day it has been what it is."""
        out = {}
        for name in seals.broken(self.sealed, sealed_now):
            value, before = sealed_now.get(name), self.differs.get(name)
            kept = before is not None and seals.same(before[0], value)
            out[name] = before if before and kept else (value, day)
        return out

    def awaits(self, state: str) -> Awaits:
        """What a gate in a state waits for, before a holder is looked up."""
        if self.outside_until is not None and state == State.CHANGES_REQUESTED:
            return Awaits.OUTSIDE
        return AWAITS.get(state, Awaits.DECISION)

    def period(
        self, day: date, sealed_now: Mapping[str, Any], *, met_until: date | None, function: int | None, moved: bool
    ) -> GatePeriod:
        """The stretch that begins on a day."""
        state = self.state(sealed_now)
        return GatePeriod(
            first_day=day,
            last_day=None,
            state=State.OPEN if state in READ_AS_OPEN else state,
            awaits=self.awaits(state),
            since=self.since,
            good_until=self.good_until,
            ends_by_condition=self.ends_by_condition,
            outside_until=self.outside_until,
            met_until=met_until if self.kind.clears_by == ClearsBy.MEASUREMENT else None,
            person=self.person,
            nominee=self.nominee,
            function=function,
            consecutive_exceptions=self.consecutive_exceptions,
            moved=moved,
        )


def answered(gate: GateState, event: EventRecord) -> bool:
    """Record an answer of a decider. Returns whether it moved the pilot (rule 3)."""
    outcome, last = event.data["outcome"], gate.last_answer
    renewal = outcome == Outcome.EXCEPTED and gate.renews
    gate.answer = None if outcome == Outcome.WITHDRAWN else outcome
    gate.term = gate.outside_until = None
    gate.conditions, gate.measured_worse, gate.evidence_ends = [], False, {}
    gate.answered_on = event.effective_on
    if outcome in YES:
        gate.sealed = dict(event.data.get("sealed") or {})
        gate.term = event.data.get("good_until")
        gate.conditions = [dict(c) for c in event.data.get("conditions") or ()]
    elif outcome == Outcome.CHANGES_REQUESTED and event.data.get("court") == "outside":
        gate.outside_until = event.data.get("until")
    if outcome == Outcome.EXCEPTED:
        gate.askers, gate.requested, gate.renews, gate.ever_excepted = [], {}, False, True
    if outcome == Outcome.WITHDRAWN:
        return False
    gate.last_answer = outcome
    gate.consecutive_exceptions = gate.consecutive_exceptions + 1 if outcome == Outcome.EXCEPTED else 0
    return outcome != last and not renewal


def asserted(gate: GateState, event: EventRecord) -> None:
    """Record that a source says yes. It never replaces a person's answer."""
    if gate.answer in (None, Outcome.ASSERTED) and gate.last_answer is None:
        gate.answer, gate.term = Outcome.ASSERTED, event.data.get("good_until")
        gate.sealed, gate.conditions = {}, []


def no_longer_asserted(gate: GateState) -> None:
    """Record that the source no longer says yes. A person's answer stays."""
    if gate.answer == Outcome.ASSERTED:
        gate.answer, gate.term = None, None


def exception_requested(gate: GateState, event: EventRecord) -> None:
    """Record that somebody asked for an exception, and on what; asked for after one was granted, it is a renewal."""
    gate.askers.append(event.by)
    gate.requested = dict(event.data.get("sealed") or {})
    gate.renews = gate.renews or gate.ever_excepted


def replied(gate: GateState) -> None:
    """The team answered what was requested or refused: the gate waits on the decider again."""
    if gate.answer in ASKS_TEAM:
        gate.answer, gate.outside_until = None, None


def met_condition(gate: GateState, event: EventRecord) -> None:
    """A condition was met; met late, the answer holds again from that day."""
    for condition in gate.conditions:
        if seals.same(condition["text"], event.data["text"]):
            condition["met"] = event.effective_on
            for piece in event.data.get("pieces") or ():
                _rest_on(gate, piece)


def _rest_on(gate: GateState, piece: Mapping[str, Any]) -> None:
    """The answer rests on one piece of evidence more."""
    gate.sealed = {**gate.sealed, evidence_key(piece["piece"]): piece["checksum"]}
    if piece.get("expires_on"):
        gate.evidence_ends[piece["piece"]] = piece["expires_on"]


def evidence_key(piece: str) -> str:
    """What a seal calls a piece of evidence, whatever its version."""
    return f"{EVIDENCE}{piece}"


def evidence_replaced(gate: GateState, event: EventRecord) -> None:
    """A version with the same content and an earlier end ends the answer that rests on it earlier, never later."""
    key, ends = evidence_key(event.data["piece"]), event.data.get("expires_on")
    if gate.answer in YES and gate.sealed.get(key) == event.data["checksum"] and ends:
        kept = gate.evidence_ends.get(event.data["piece"], ends)
        gate.evidence_ends[event.data["piece"]] = min(kept, ends)


def accepted(gate: GateState, event: EventRecord) -> bool:
    """The person named accepted. Returns whether it moved the pilot: a person's first acceptance does."""
    assert event.by is not None
    first = event.by not in gate.accepted_before
    gate.accepted_before.add(event.by)
    gate.accepted = event.by
    if gate.nominee == event.by:
        gate.nominee = None
    return first


def let_go(gate: GateState, event: EventRecord) -> None:
    """Somebody declined or left: the gate is whoever's is still named, else nobody's."""
    if gate.nominee == event.by:
        gate.nominee = None
    if gate.accepted == event.by and event.data["outcome"] == Outcome.LEFT:
        gate.accepted = None
