"""A pilot, locked: every action learns here where it stands, guards, and appends its event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import BigIntegerField, QuerySet

from pilots import permissions
from pilots.actions import stage_refusals
from pilots.actions.acting_token import token_data
from pilots.actions.event_batch import current_batch, line_data
from pilots.clock import today
from pilots.derived import load
from pilots.derived.periods import ReplayedPilot, StoredPeriods, store_periods
from pilots.derived.units import Units
from pilots.event_log.sign import sign
from pilots.models import (
    Absence,
    Decision,
    DecisionEvidence,
    Event,
    Evidence,
    Gate,
    Person,
    Pilot,
    StallPolicy,
    free_texts,
)
from pilots.models.compiled import Compiled
from pilots.refusals import (
    AddressUnconfirmed,
    AlreadyStalled,
    BeforeRecord,
    ChangedMeanwhile,
    EscalationRequired,
    InFuture,
    NotYours,
    WrongStage,
)
from pilots.rules import replay, rights, stalls
from pilots.rules.actions import ACTIONS
from pilots.rules.events import CORRECT_DATE, EventRecord, Kind
from pilots.rules.replay import PilotState
from pilots.rules.vocabulary import ClearsBy, Role, Stage

COLUMNS = Pilot._meta.concrete_fields


FOREIGN_KEYS = ("function", "manager", "exceptions_to", "exceptions_deputy")
"""What of a pilot's record and rules its events name by primary key."""


_LOCKED = Compiled(
    lambda pilot: Pilot.objects.select_for_update().filter(pk=pilot).values_list(*(c.attname for c in COLUMNS)),
    pilot=BigIntegerField(),
)
"""A pilot's columns, locked."""


def action_days(on: date | None, known: date | None) -> tuple[date, date]:
    """The day from which an action counts, and the day on which it is written down; both are today unless given.

    Raises:
        InFuture: the day has not come.
    """
    known = known or today()
    on = on or known
    if on > known:
        raise InFuture(field="on")
    return on, known


@dataclass(slots=True)
class LockedPilot:
    """One pilot, locked, as it stood on the day of the action and as is known today.

    `history` is the replay so far, which `append` continues in place; None where an event lies on or after the day.
    `stored_periods` are its periods; None where an event lies after the day. `stored_columns` are its columns.
    """

    pilot: Pilot
    by: Person | None
    on: date
    known: date
    events: list[EventRecord]
    state: PilotState
    gates: dict[str, Gate]
    units: Units
    seats: dict[str, rights.Seat] | None = None
    history: replay.History | None = None
    stored_periods: StoredPeriods | None = None
    stored_columns: dict[str, Any] = field(default_factory=dict)
    is_stale: bool = False

    @property
    def stage(self) -> str:
        return self.state.stage_on(self.on)

    @property
    def in_hand(self) -> tuple[str, ...] | None:
        """Columns whose rows need not be looked up again; None where all are."""
        return None

    @property
    def actor_id(self) -> int:
        """The person acting; only a person may do this."""
        if self.by is None:
            raise NotYours
        return self.by.pk

    def seat(self, kind: str) -> rights.Seat:
        """Who holds the decision on the day of the action."""
        if self.seats is None:
            self.seats = load.seats_on(self.pilot.portfolio_id, self.state.function, self.on, self.units)
        return self.seats.get(kind) or rights.Seat(first_day=self.on, last_day=None)

    def people_away(self) -> set[int]:
        """Who is away on the day of the action."""
        return set(Absence.objects.on(self.on).values_list("person_id", flat=True))

    def is_office(self) -> bool:
        """Whether the person acting is of the program office of the pilot's portfolio."""
        return self.by is not None and permissions.is_office(self.by, self.pilot.portfolio)

    def roles(self) -> frozenset[Role]:
        """What the person acting is to this pilot on the day of the action."""
        if self.by is None or permissions.has_left(self.by, self.on):
            return frozenset()
        gates, portfolio = self.state.gates, self.pilot.portfolio
        seats = [self.seat(key) for key, gate in gates.items() if gate.kind.clears_by != ClearsBy.ACCEPTANCE]
        return permissions.roles_of(
            self.by.pk,
            office=self.is_office(),
            sponsor=self.state.sponsor,
            manager=self.state.manager,
            escalation=portfolio.escalation_id,
            named=self.state.named,
            seated={actor_id for seat in seats for actor_id in rights.named(seat)},
            fellows=self.state.fellows,
        )

    def require_role(self, word: str, roles_on_target: frozenset[str] = frozenset()) -> None:
        """Refuse whoever may not do this here, within the limits or beyond; an import may, where no person has to.

        Args:
            word: an action's, or a permission's.
            is_: what they are to what the action is on.
        """
        action = ACTIONS.get(word)
        if self.by is None:
            if action is not None and action.needs_person:
                raise NotYours
            return
        mine = self.roles() | roles_on_target
        if not permissions.allowed(word, mine) and (
            action is None or not permissions.allowed_beyond_limits(word, mine)
        ):
            raise NotYours

    def require_within_limits(self, word: str, *, exceeded: bool) -> None:
        """Refuse what exceeds a limit to everybody but `beyond_limits`, and what does not to everybody but `allowed`.

        A list may do it within the limits.
        """
        if self.by is None:
            if exceeded:
                raise EscalationRequired
            return
        mine = self.roles()
        if exceeded and permissions.allowed_beyond_limits(word, mine):
            return
        if not permissions.allowed(word, mine):
            raise NotYours
        if exceeded:
            raise EscalationRequired

    def require_confirmed_address(self) -> None:
        """Refuse whoever decides or accepts while an address of theirs was changed and is not confirmed (section 7)."""
        if self.by is not None and self.by.address_unconfirmed:
            raise AddressUnconfirmed

    def roles_on_conditions(self, conditions: Iterable[Mapping[str, Any]]) -> frozenset[str]:
        """What the person acting is to these conditions: the owner of one, or nothing."""
        if self.by is None or permissions.has_left(self.by, self.on):
            return frozenset()
        owners = {condition["owner"] for condition in conditions}
        return frozenset({Role.OWNER} if self.by.pk in owners else ())

    def require_expected_version(self) -> None:
        """Refuse whoever saw the pilot otherwise than it is."""
        if self.is_stale:
            raise ChangedMeanwhile

    def require_stage(self, word: str) -> None:
        """Refuse, in this order: an outdated version, a pilot that is void (or is not), a stage that does not fit, a stall date.

        Ask who may first: refusals come in the order of docs/refusals.md.
        """
        self.require_expected_version()
        action, void_since = ACTIONS[word], self._void_since()
        if action.on_void != (void_since is not None):
            raise WrongStage(stage_refusals.on_void(void_since))
        if action.stages is not None and self.stage not in action.stages:
            raise WrongStage(stage_refusals.in_stage(self.stage, self._in_stage_since(), action.stages))
        if action.refused_once_stalled and self.has_stalled():
            raise AlreadyStalled

    def _void_since(self) -> date | None:
        """Since when the pilot is void on the day of the action, or by now: nothing is written down late on what is void."""
        if (
            self.state.void_since is None
            and self.on < self.known
            and any(event.action == "void" for event in self.events)
        ):
            return self.latest().void_since
        return self.state.void_since

    def require(self, word: str) -> None:
        """Refuse whoever may not do an action here, then an outdated version, then a stage that it does not fit."""
        self.require_role(word)
        self.require_stage(word)

    def _in_stage_since(self) -> date:
        """Since when the pilot is in its stage on the day of the action; a pause that is over ended by itself."""
        until = self.state.paused_until
        return until + timedelta(days=1) if until is not None and self.on > until else self.state.since

    def latest(self) -> PilotState:
        """Where the pilot stands by all that is known, with what came after the day of the action."""
        return self.replay(self.events).state

    def has_stalled(self) -> bool:
        """Whether the stall date had come on the day of the action, or has come by now: an action recorded late does not undo a stall."""
        return self._stalled(self.state, self.on) or (self.on < self.known and self._stalled(self.latest(), self.known))

    def _stalled(self, state: PilotState, day: date) -> bool:
        if state.clock is None or state.stage_on(day) != Stage.RUNNING:
            return False
        return stalls.stalls_on(state.clock, self.quiet_days(day)) <= day

    def quiet_days(self, day: date) -> int:
        """The days without movement after which pilots of this portfolio stall, on a day (rule 5)."""
        policy = (
            StallPolicy.objects.filter(portfolio=self.pilot.portfolio_id, starts__lte=day).order_by("-starts").first()
        )
        return policy.quiet_days if policy else stalls.QUIET_DAYS

    def write(
        self,
        action: str,
        *,
        gate: Gate | None = None,
        data: Mapping[str, Any] | None = None,
        changes: list[dict[str, Any]] | None = None,
        reason: str = "",
        evidence: str = "",
        decision: Mapping[str, Any] | None = None,
        pieces: Sequence[Evidence] = (),
        rests_on: Decision | None = None,
    ) -> Event:
        """Make an event (with the decision it carries), and append it.

        Args:
            evidence: what was shown, as a text.
            decision: its columns, and its free texts.
            pieces: what was shown, as filed.
            rests_on: the decision that rests on these, where it is not the one that is written.
        """
        event = Event(
            action=action,
            portfolio_id=self.pilot.portfolio_id,
            pilot=self.pilot,
            gate=gate,
            by=self.by,
            effective_on=self.on,
            known_on=self.known,
            data={**(data or {}), **token_data(), **line_data()},
            texts=free_texts(reason=reason, changes=changes, evidence=evidence),
            batch=current_batch(),
        )
        if decision is not None and gate is not None:
            event.decision = _decision(gate, event, decision)
        self.pilot.version += 1
        self.append(event, pieces, rests_on)
        return event

    def append(self, event: Event, pieces: Sequence[Evidence] = (), rests_on: Decision | None = None) -> None:
        """Sign an event into the pilot's chain; save it with its decision, its evidence, and the periods that follow."""
        decision: Decision | None = getattr(event, "decision", None)
        sign(self.pilot, event, decision, evidence=pieces, rests_on=rests_on)
        event.save()
        if decision is not None:
            decision.save()
        if pieces:
            _link_evidence(event, rests_on or decision, pieces)
        history = self._replay_with(load.event_record(event))
        before = self.stored_periods if self.on == self.known else None
        store_periods([ReplayedPilot(self.pilot, self.gates, history, self.units, before)], self.known)
        self.stored_periods = None
        copy_state_to_columns(self.pilot, history.state)
        self._save()

    def _replay_with(self, event: EventRecord) -> replay.History:
        """The pilot's history with one more event, which is also added to `events`."""
        self.events.append(event)
        history, self.history = self.history, None
        if history is None or event.action in ("open_gate", CORRECT_DATE):
            return self.replay(self.events)
        replay.replay_day(history, event.effective_on, [event])
        return history

    def _save(self) -> None:
        """Save the columns of the pilot that are others than before."""
        now = {c.name: getattr(self.pilot, c.attname) for c in COLUMNS}
        changed = [name for name, value in now.items() if self.stored_columns.get(name) != value]
        self.pilot.save(update_fields=changed if self.stored_columns else None)
        self.stored_columns = now

    def learn_state(self) -> None:
        """Learn from its events where the pilot stood on the day of the action."""
        if all(event.effective_on <= self.on for event in self.events):
            history = self.replay(self.events)
            self.stored_periods, self.state = StoredPeriods.of(history), replay.state_at_end(history, self.on)
            self.history = history if all(event.effective_on < self.on for event in self.events) else None
        else:
            self.state = self.state_on(self.on)

    def replay(self, events: Iterable[EventRecord]) -> replay.History:
        """The pilot's history by these events."""
        return replay.replay(self.pilot.recorded_on, self._kinds(), events)

    def go_to(self, on: date) -> None:
        """Go to the day of the next action, and learn where the pilot stood then."""
        self.on = on
        self.state = self.state_on(on)

    def state_on(self, day: date) -> PilotState:
        """Where the pilot stood at the end of a day."""
        return replay.state_on(self.pilot.recorded_on, self._kinds(), self.events, day)

    def _kinds(self) -> list[Kind]:
        return [gate.kind.as_rule() for gate in self.gates.values()]


class LockedTogether(Protocol):
    """Pilots that are locked together (`pilots.actions.many`)."""

    def lock(
        self, pilot: Pilot, by: Person | None, on: date | None, known: date | None, expected_version: int | None
    ) -> LockedPilot: ...


LOCKED_TOGETHER: ContextVar[LockedTogether | None] = ContextVar("locked_together", default=None)
"""The pilots that an action on many has locked: each action on one of them finds it there, and leaves what it writes there."""


def _decision(gate: Gate, event: Event, says: Mapping[str, Any]) -> Decision:
    """The decision that an event carries; its free texts are the event's. Nothing is saved."""
    event.texts |= free_texts(**{name: says.get(name) for name in Decision.TEXTS})
    columns = {name: value for name, value in says.items() if name not in Decision.TEXTS}
    return Decision(
        gate=gate, event=event, effective_on=event.effective_on, known_on=event.known_on, by=event.by, **columns
    )


def _link_evidence(event: Event, decision: Decision | None, pieces: Sequence[Evidence]) -> None:
    DecisionEvidence.objects.bulk_create(
        DecisionEvidence(decision=decision, evidence=piece, event=event, checksum=piece.checksum) for piece in pieces
    )


def copy_state_to_columns(pilot: Pilot, state: PilotState) -> None:
    """Give a pilot's columns the values that follow from its events."""
    pilot.stage, pilot.void_since = state.stage, state.void_since
    for name, value in {**state.fields, **state.rules}.items():
        setattr(pilot, f"{name}_id" if name in FOREIGN_KEYS else name, value)


def lock_pilot(
    pilot: Pilot, by: Person | None, on: date | None, known: date | None, expected_version: int | None = None
) -> LockedPilot:
    """Lock a pilot and learn where it stood on the day of the action. Must be called in a transaction.

    Where `expected_version` is not the version that stands, `require_stage` and `require_expected_version` refuse.

    Raises:
        InFuture, BeforeRecord: the day of the action cannot be.
    """
    assert transaction.get_connection().in_atomic_block
    together = LOCKED_TOGETHER.get()
    if together is not None:
        return together.lock(pilot, by, on, known, expected_version)
    on, known = action_days(on, known)
    stored_columns = _lock(pilot)
    if by is not None and on < pilot.recorded_on:
        raise BeforeRecord(field="on")
    gates = load.gates_of(pilot)
    events = load.event_records(pilot, gates)
    # What is known never becomes known earlier: where the clock of another process was a day ahead, its day is used.
    known = max([known, *(event.known for event in events[-1:])])
    empty = PilotState(on, {})
    locked = LockedPilot(
        pilot, by, on, known, events, empty, gates, Units(pilot.portfolio_id), stored_columns=stored_columns
    )
    locked.is_stale = expected_version is not None and expected_version != pilot.version
    locked.learn_state()
    return locked


def _lock(pilot: Pilot) -> dict[str, Any]:
    """Lock a pilot, and give its columns the values that are stored. Returns them by the names of their fields."""
    rows = _LOCKED(pilot=pilot.pk)
    if not rows:
        raise Pilot.DoesNotExist
    stored_columns = {}
    for column, value in zip(COLUMNS, rows[0], strict=True):
        stored_columns[column.name] = value
        setattr(pilot, column.attname, value)
    return stored_columns


def lock_all(pilots: Any) -> list[Pilot]:
    """Lock many pilots, a query or primary keys, in one order, so that two who act on many cannot wait on each other."""
    wanted = pilots.values("pk") if isinstance(pilots, QuerySet) else set(pilots)
    found = Pilot.objects.select_for_update().filter(pk__in=wanted)
    return list(found.order_by("pk"))


def answer_ends_on(on: date, valid_for: int | None) -> date | None:
    """The last good day of an answer given on a day."""
    return on + timedelta(days=valid_for - 1) if valid_for else None
