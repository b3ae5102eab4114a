"""Rules 2, 5 and 6: what the facts mean on a date, for one pilot. `readiness.queries.pilots` says the same for sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from pilots.rules import adoption, gates, quality, rights, stalls
from pilots.rules.actions import NOT_STARTED
from pilots.rules.events import Kind
from pilots.rules.gates import GatePeriod
from pilots.rules.replay import PilotPeriod
from pilots.rules.vocabulary import Awaits, ClearsBy, Court, Stage, Standing, State

OPEN_STATES = (State.UNOWNED, State.WAITING, State.CHANGES_REQUESTED, State.REFUSED, State.LAPSED, State.RECONFIRM)
"""The states that block adoption as open; an asserted gate is neither open nor clear."""
STANDINGS = tuple(word for word in Standing.values() if word != Standing.VOID)
"""Every standing that lists and counts hold; what is void is in none unless it is asked for (rule 6)."""
GATE_STATES = tuple(state.value for state in State if state not in (State.OPEN, State.OFF))
"""Every state that a gate is read in, the open ones first."""
WAITING_STAGES = frozenset({Stage.RUNNING, Stage.ADOPTED})
"""The stages in which an open gate waits on somebody, and its days are charged (rules 2 and 12). In no other does it stand in
a queue, a count, a letter, a figure or under a court that is asked for, unless that stage is asked for by name."""

RENEWALS_SEEN_BY_ESCALATION = 2
ENDS_SOON = timedelta(days=30)
NEVER_STARTED_AFTER = timedelta(days=180)
NEVER_SHOWN, NO_LONGER_SHOWN = "never_shown", "no_longer_shown"


def by_stage(counts: Mapping[str, int]) -> dict[str, int]:
    """How many pilots have each stage, of how many have each standing: a standing says which stage was declared."""
    found = {stage: counts.get(stage, 0) for stage in Stage.values()}
    found[Stage.RUNNING] = sum(counts.get(name, 0) for name in _OF_RUNNING)
    found[Stage.ADOPTED] += counts.get(Standing.CLAIMED, 0)
    return found


_OF_RUNNING = (Standing.MOVING, Standing.AT_RISK, Standing.READY, Standing.EXHIBIT)


@dataclass(frozen=True, slots=True)
class GateStatus:
    """One gate on a date: its state, whose court it is in, who holds it, since when, and until when a yes holds.

    `court` is None where the gate is clear or only asserted, and where the pilot has ended; then `days` is None too.
    `seat` says who else may decide; an acceptance gate has none.
    `renewals`: how often in a row the exception that lets it past, or did last, was granted again.
    `since_at_least`: it was open before the record was made, nobody knows for how long.
    """

    kind: str
    state: str
    court: str | None
    holder: int | None
    since: date
    days: int | None
    good_until: date | None
    seat: rights.Seat
    since_at_least: bool = False
    ends_soon: bool = False
    renewals: int = 0

    @property
    def for_escalation(self) -> bool:
        """Whether an exception has been renewed so often that the portfolio's escalation person should look at it: a hint."""
        return self.renewals >= RENEWALS_SEEN_BY_ESCALATION

    @property
    def is_open(self) -> bool:
        """Whether the gate blocks adoption as open, whatever the pilot's stage."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Claim:
    """Why an adoption is only claimed, and since when."""

    because: str
    since: date


@dataclass(frozen=True, slots=True)
class PilotStatus:
    """A pilot on a date. `since` is the first day of its stage; people and functions are primary keys.

    `started_on` is null before the start, and where nobody knows it (`start_known`); `last_movement` and `days_quiet` where
    nobody knows of any movement. `residence` is that of an adopted pilot, where the reader has looked (`readiness.rules.residence`).
    """

    at: date
    stage: str
    since: date
    standing: str
    stalls_on: date | None
    days_quiet: int | None
    last_movement: date | None
    started_on: date | None
    decide_by: date | None
    paused_until: date | None
    slips: int
    sponsor: int | None
    manager: int | None
    function: int | None
    quality: str
    goalpost_moved: bool
    gates: Mapping[str, GateStatus]
    blocked_by: list[str]
    missing: list[str]
    claim: Claim | None = None
    on_exception_until: date | None = None
    residence: str | None = None
    never_started: bool = False
    void_since: date | None = None
    retired_because: str = ""

    @property
    def start_known(self) -> bool:
        """Whether it has not begun, or somebody knows when it did."""
        return self.stage in NOT_STARTED or self.started_on is not None

    @property
    def days_on_display(self) -> int:
        """For how many days it has been an exhibit; 0 where it is none."""
        if self.standing != Standing.EXHIBIT or self.stalls_on is None:
            return 0
        return (self.at - self.stalls_on).days


def read_gate(
    kind: Kind, period: GatePeriod, seat: rights.Seat, *, stage: str, at: date, open_before: date | None = None
) -> GateStatus:
    """One gate on a date (rule 2).

    Args:
        stage: the pilot's. Before the start every open gate is the team's; when the pilot has ended, nobody's move.
        open_before: the day of the record, where the pilot is older than its record.
    """
    state, since, held = state_of(kind, period, seat, at)
    is_open = state in OPEN_STATES
    holder = period.person if kind.clears_by == ClearsBy.ACCEPTANCE else seat.holder
    good_until = None if is_open else period.good_until
    soon = good_until is not None and good_until - at <= ENDS_SOON
    return GateStatus(
        kind=kind.key,
        state=state,
        court=_court(kind, period, state, held=held, stage=stage, at=at) if is_open else None,
        holder=holder,
        since=since,
        days=None if stage == Stage.RETIRED else (at - since).days,
        good_until=good_until,
        seat=seat,
        since_at_least=is_open and since == open_before,
        ends_soon=soon and state in gates.YES,
        renewals=max(0, period.consecutive_exceptions - 1),
    )


class StatePeriod(Protocol):
    """What of a gate's period says in which state it is, as the rules replay it or as a plain row."""

    @property
    def state(self) -> str: ...
    @property
    def first_day(self) -> date: ...
    @property
    def since(self) -> date: ...
    @property
    def good_until(self) -> date | None: ...
    @property
    def person(self) -> Any: ...


def state_of(kind: Kind, period: StatePeriod, seat: rights.Seat, at: date) -> tuple[str, date, bool]:
    """The state of a gate on a date, since when, and whether somebody holds the decision, or is named."""
    by_acceptance, good_until = kind.clears_by == ClearsBy.ACCEPTANCE, period.good_until
    held = (period.person if by_acceptance else seat.holder) is not None
    if good_until is not None and at > good_until:
        # Over before this period began, it has been lapsed since the day that the period carries.
        since = period.since if good_until < period.first_day else good_until + timedelta(days=1)
        return State.LAPSED, since, held
    if period.state != State.OPEN:
        return period.state, period.since, held
    since = period.since
    if not by_acceptance and seat.run_from is not None:
        since = max(since, seat.run_from)
    return (State.WAITING if held else State.UNOWNED), since, held


def _court(kind: Kind, period: GatePeriod, state: str, *, held: bool, stage: str, at: date) -> str | None:
    if stage == Stage.RETIRED:
        return None
    if stage in NOT_STARTED:
        return Court.TEAM
    if state == State.CHANGES_REQUESTED and period.outside_until is not None and at <= period.outside_until:
        return Court.OUTSIDE
    if state in gates.ASKS_TEAM or (state == State.LAPSED and period.ends_by_condition):
        return Court.TEAM
    if kind.clears_by == ClearsBy.MEASUREMENT and (period.met_until is None or at > period.met_until):
        return Court.TEAM
    return Court.DECIDER if held else Court.NOBODY


@dataclass(frozen=True, slots=True)
class Terms:
    """What a portfolio settles about the stall clock, and what a pilot's record says of the time before it."""

    quiet_days: int = stalls.QUIET_DAYS
    warning_days: int = stalls.WARNING_DAYS
    recorded_on: date | None = None
    listed: bool = False

    def open_before(self, pilot: PilotPeriod) -> date | None:
        """The day of the record, where the pilot is older than that."""
        older = self.recorded_on is not None and (
            self.listed or (pilot.started_on is not None and pilot.started_on < self.recorded_on)
        )
        return self.recorded_on if older else None


def read(
    kinds: Mapping[str, Kind],
    pilot: PilotPeriod,
    periods: Mapping[str, GatePeriod],
    seats: Mapping[str, rights.Seat],
    *,
    at: date,
    terms: Terms | None = None,
    residence: str | None = None,
) -> PilotStatus:
    """A pilot on a date, from the periods in which the date lies. `residence` is carried where it is adopted."""
    terms = terms or Terms()
    stage = pilot.stage_on(at)
    now = _read_gates(kinds, pilot, periods, seats, stage=stage, at=at, open_before=terms.open_before(pilot))
    judgement = _judge(pilot, stage, now, at=at, terms=terms)
    standing = judgement.standing
    return PilotStatus(
        at=at,
        stage=stage,
        since=_stage_since(pilot, stage),
        standing=standing,
        stalls_on=judgement.stalls_on,
        days_quiet=(at - pilot.last_movement).days if pilot.last_movement else None,
        last_movement=pilot.last_movement,
        started_on=pilot.started_on,
        decide_by=pilot.decide_by,
        paused_until=pilot.paused_until if stage == Stage.PAUSED else None,
        slips=pilot.slips,
        sponsor=pilot.sponsor,
        manager=pilot.manager,
        function=pilot.function,
        quality=quality.at(pilot.quality, pilot.measured_on, at),
        goalpost_moved=pilot.goalpost_moved,
        gates=now,
        blocked_by=judgement.open_gates,
        missing=judgement.missing,
        claim=_claim(pilot) if standing == Standing.CLAIMED else None,
        on_exception_until=_exception(now) if standing == Stage.ADOPTED else None,
        residence=residence if standing == Stage.ADOPTED else None,
        void_since=pilot.void_since,
        retired_because=pilot.retired_because,
        never_started=standing == Stage.PLANNED and at - pilot.since > NEVER_STARTED_AFTER,
    )


def _read_gates(
    kinds: Mapping[str, Kind],
    pilot: PilotPeriod,
    periods: Mapping[str, GatePeriod],
    seats: Mapping[str, rights.Seat],
    *,
    stage: str,
    at: date,
    open_before: date | None,
) -> dict[str, GateStatus]:
    """The pilot's gates by kind, without those that are switched off."""
    nobody = rights.Seat(first_day=at, last_day=None)
    # Of what is void no gate waits on anybody, as of what has ended.
    stage = stage if pilot.void_since is None else Stage.RETIRED
    return {
        key: read_gate(kind, periods[key], seats.get(key, nobody), stage=stage, at=at, open_before=open_before)
        for key, kind in kinds.items()
        if key in periods and periods[key].awaits != Awaits.OFF
    }


class _Judgement(NamedTuple):
    """What rule 6 says of a pilot on a date, and what it rests on."""

    standing: str
    stalls_on: date | None
    open_gates: list[str]
    missing: list[str]


def _judge(pilot: PilotPeriod, stage: str, now: Mapping[str, GateStatus], *, at: date, terms: Terms) -> _Judgement:
    """The standing, with the open gates, what adoption misses and the day of the stall."""
    open_gates = [key for key, gate in now.items() if gate.is_open]
    asserted = [key for key, gate in now.items() if gate.state == State.ASSERTED]
    missing = adoption.missing(open_gates, asserted, pilot.missing_rules)
    if pilot.void_since is not None:
        return _Judgement(Standing.VOID, None, open_gates, missing)
    stalls_on = None
    if stage in (Stage.RUNNING, Stage.PAUSED) and pilot.stall_clock_from is not None:
        stalls_on = stalls.stalls_on(pilot.stall_clock_from, terms.quiet_days)
    all_clear = not open_gates and not asserted
    standing = standing_of(
        stage, stalls_on, all_clear=all_clear, missing=missing, at=at, warning_days=terms.warning_days
    )
    return _Judgement(standing, stalls_on, open_gates, missing)


def _stage_since(pilot: PilotPeriod, stage: str) -> date:
    """The first day of the stage on a date: where a pause has ended since the period began, the day after the pause."""
    if stage != pilot.stage and pilot.paused_until is not None:
        return pilot.paused_until + timedelta(days=1)
    return pilot.since


def _claim(pilot: PilotPeriod) -> Claim:
    """Why it is only claimed: the facts never showed it, or show it no longer since the day after they last did."""
    last = pilot.clear_through if pilot.shows else pilot.last_shown_on
    if last is None:
        return Claim(NEVER_SHOWN, pilot.since)
    return Claim(NO_LONGER_SHOWN, last + timedelta(days=1))


def _exception(now: Mapping[str, GateStatus]) -> date | None:
    """The first day on which an exception that carries an adoption ends."""
    ends = [gate.good_until for gate in now.values() if gate.state == State.EXCEPTED and gate.good_until is not None]
    return min(ends, default=None)


def standing_of(
    stage: str, stalls_on: date | None, *, all_clear: bool, missing: list[str], at: date, warning_days: int
) -> str:
    """Rule 6: the first that fits."""
    if stage in (Stage.RETIRED, Stage.PLANNED, Stage.NOT_STATED, Stage.PAUSED):
        return stage
    if stage == Stage.ADOPTED:
        return Standing.CLAIMED if missing else Stage.ADOPTED
    if stalls_on is not None and at >= stalls_on:
        return Standing.EXHIBIT
    if stalls_on is not None and at >= stalls_on - timedelta(days=warning_days):
        return Standing.AT_RISK
    return Standing.READY if all_clear else Standing.MOVING
