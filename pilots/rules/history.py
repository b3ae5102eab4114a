"""A pilot told act by act: where it stands after each day, and the spells that its acts leave behind.

The acts are told in order, day by day. After each day the pilot and each gate are looked at; where anything is
another than before, a new spell begins. Spells are all that reading needs: no act is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pilots.rules import adoption, gates, quality, stalls
from pilots.rules.acts import MEASUREMENT, Act, Kind, in_order
from pilots.rules.gates import GateSpell, GateState

SPONSOR = "named-sponsor"
PLANNED, RUNNING, PAUSED, ADOPTED, RETIRED, NOT_STATED = (
    "planned",
    "running",
    "paused",
    "adopted",
    "retired",
    "not_stated",
)


@dataclass(frozen=True, slots=True)
class PilotSpell:
    """A stretch of days on which nothing happened to a pilot; `ends` is the last one.

    A pause past `paused_until` is read as running. `clock_on` is max(decide-by, last movement) plus the pauses after it;
    `all_clear` says that every gate has an answer that clears, `clear_through` the last day on which all of them hold.
    """

    starts: date
    ends: date | None
    stage: str
    since: date
    started_on: date | None = None
    decide_by: date | None = None
    slips: int = 0
    paused_until: date | None = None
    clock_on: date | None = None
    last_movement: date | None = None
    function: int | None = None
    manager: int | None = None
    sponsor: int | None = None
    all_clear: bool = False
    clear_through: date | None = None
    missing_rules: tuple[str, ...] = ()
    shown_before: bool = False
    quality: str = "none"
    measured_on: date | None = None
    goalpost_moved: bool = False

    @property
    def shows(self) -> bool:
        """Whether an adopted spell showed what it declared on its first day."""
        return (
            self.stage == ADOPTED
            and self.all_clear
            and not self.missing_rules
            and (self.clear_through is None or self.starts <= self.clear_through)
        )

    def stage_on(self, day: date) -> str:
        """The stage on a day: a pause ends by itself."""
        over = (
            self.stage == PAUSED
            and self.paused_until is not None
            and day > self.paused_until
        )
        return RUNNING if over else self.stage


@dataclass(slots=True)
class PilotState:
    """One pilot while its acts are told."""

    recorded_on: date
    gates: dict[str, GateState]
    fields: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    stage: str = PLANNED
    since: date = date.min
    started_on: date | None = None
    decide_by: date | None = None
    slips: int = 0
    pauses: list[stalls.Pause] = field(default_factory=list)
    last_movement: date | None = None
    rolled_back: bool = False
    risk_by: int | None = None
    confirmed_by: int | None = None
    threshold: quality.Threshold | None = None
    verdict: str = "none"
    measured_on: date | None = None
    last_result: str | None = None
    ever_measured: bool = False
    goalposts: list[tuple[str, str, date]] = field(default_factory=list)
    shown: bool = False

    @property
    def paused_until(self) -> date | None:
        """The last day of the pause in force, where the stage is paused."""
        return self.pauses[-1][1] if self.stage == PAUSED and self.pauses else None

    @property
    def sponsor(self) -> int | None:
        """Whoever has accepted to carry it."""
        gate = self.gates.get(SPONSOR)
        return gate.accepted if gate else None

    @property
    def function(self) -> int | None:
        return self.fields.get("function")

    @property
    def manager(self) -> int | None:
        return self.fields.get("manager")

    @property
    def met_until(self) -> date | None:
        """The last day of a measurement that is `met`, None where there is none."""
        return (
            quality.good_until(self.measured_on)
            if self.verdict == "met" and self.measured_on
            else None
        )

    @property
    def clock(self) -> date | None:
        """The day from which quiet days count, for a pilot that runs or is paused."""
        if (
            self.stage not in (RUNNING, PAUSED)
            or self.decide_by is None
            or self.last_movement is None
        ):
            return None
        return stalls.clock_on(self.decide_by, self.last_movement, self.pauses)

    @property
    def missing_rules(self) -> tuple[str, ...]:
        """What of the known rules is missing (rule 11)."""
        confirmed = self.confirmed_by is not None and self.confirmed_by == self.manager
        return adoption.missing_rules(
            self.rules, risk_accepted=self.risk_by is not None, confirmed=confirmed
        )

    def stage_on(self, day: date) -> str:
        """The stage on a day: a pause ends by itself."""
        until = self.paused_until
        return RUNNING if until is not None and day > until else self.stage

    def to_seal(self, kind: Kind, outcome: str = "cleared") -> dict[str, Any]:
        """What an answer of this kind would seal now. An exception on quality seals the threshold only."""
        values: dict[str, Any] = {**self.fields, **self.rules}
        sealed = {
            name: values.get(name) or ""
            for name in kind.seals
            if name not in ("threshold", "verdict")
        }
        if kind.clears_by == MEASUREMENT:
            sealed["threshold"] = self.threshold.in_words() if self.threshold else ""
            if outcome != gates.EXCEPTED:
                sealed["verdict"] = self.verdict
        return sealed

    def move(self, day: date) -> None:
        """Something moved: the stall clock starts again."""
        self.last_movement = (
            day if self.last_movement is None else max(day, self.last_movement)
        )


Told = Callable[[PilotState, Act], bool]


def _recorded(pilot: PilotState, act: Act) -> bool:
    pilot.fields.update(act.data.get("set") or {})
    pilot.rules.update(act.data.get("rules") or {})
    pilot.stage, pilot.since = act.data.get("stage", PLANNED), act.on
    return False


def _started(pilot: PilotState, act: Act) -> bool:
    pilot.stage, pilot.since, pilot.started_on = RUNNING, act.on, act.on
    pilot.decide_by = act.data["decide_by"]
    return True


def _date_moved(pilot: PilotState, act: Act) -> bool:
    to = act.data["to"]
    pilot.slips += int(pilot.decide_by is not None and to > pilot.decide_by)
    pilot.decide_by = to
    return False


def _paused(pilot: PilotState, act: Act) -> bool:
    pilot.pauses.append((act.on, act.data["until"]))
    pilot.stage, pilot.since = PAUSED, act.on
    return False


def _resumed(pilot: PilotState, act: Act) -> bool:
    first, _ = pilot.pauses[-1]
    pilot.pauses[-1] = (first, act.on - timedelta(days=1))
    pilot.stage, pilot.since = RUNNING, act.on
    return False


def _adopted(pilot: PilotState, act: Act) -> bool:
    pilot.stage, pilot.since, pilot.shown = ADOPTED, act.on, False
    return act.verb == "adopt"


def _rolled_back(pilot: PilotState, act: Act) -> bool:
    first, pilot.rolled_back = not pilot.rolled_back, True
    pilot.stage, pilot.since = RUNNING, act.on
    return first


def _retired(pilot: PilotState, act: Act) -> bool:
    pilot.stage, pilot.since = RETIRED, act.on
    return False


def _amended(pilot: PilotState, act: Act) -> bool:
    pilot.fields.update(act.data["set"])
    return False


def _rules_set(pilot: PilotState, act: Act) -> bool:
    pilot.rules.update(act.data["set"])
    pilot.confirmed_by = None
    return False


def _risk_accepted(pilot: PilotState, act: Act) -> bool:
    pilot.risk_by = act.by
    return False


def _confirmed(pilot: PilotState, act: Act) -> bool:
    pilot.confirmed_by = act.by
    return False


def _threshold_registered(pilot: PilotState, act: Act) -> bool:
    new, old = quality.Threshold.of(act.data), pilot.threshold
    if old and pilot.ever_measured and quality.loosened(old, new):
        pilot.goalposts.append((old.in_words(), new.in_words(), act.on))
    pilot.threshold, pilot.verdict, pilot.measured_on = new, "none", None
    return False


def _measured(pilot: PilotState, act: Act) -> bool:
    result = act.data["verdict"]
    pilot.verdict, pilot.measured_on, pilot.ever_measured = result, act.on, True
    for gate in pilot.gates.values():
        if gate.kind.clears_by == MEASUREMENT and gate.answer in (
            gates.CLEARED,
            gates.CONDITIONAL,
        ):
            gate.measured_worse = gate.measured_worse or result != "met"
    if result not in ("met", "not_met"):
        return False
    last, pilot.last_result = pilot.last_result, result
    return bool(result != last)


def _decided(pilot: PilotState, act: Act) -> bool:
    gate, outcome = pilot.gates[act.gate or ""], act.data["outcome"]
    if outcome == gates.ASSERTED:
        gates.asserted(gate, act)
    elif outcome == gates.ACCEPTED:
        return gates.accepted(gate, act)
    elif outcome in (gates.DECLINED, gates.LEFT):
        gates.let_go(gate, act)
    else:
        return gates.answered(gate, act)
    return False


def _nominated(pilot: PilotState, act: Act) -> bool:
    pilot.gates[act.gate or ""].nominee = act.data["person"]
    return False


def _answered(pilot: PilotState, act: Act) -> bool:
    gates.replied(pilot.gates[act.gate or ""])
    return False


def _asked(pilot: PilotState, act: Act) -> bool:
    gates.asked(pilot.gates[act.gate or ""], act)
    return False


def _condition_met(pilot: PilotState, act: Act) -> bool:
    gates.met_condition(pilot.gates[act.gate or ""], act)
    return False


TELL: Mapping[str, Told] = {
    "record": _recorded,
    "start": _started,
    "move_decide_by": _date_moved,
    "pause": _paused,
    "resume": _resumed,
    "adopt": _adopted,
    "record_claim": _adopted,
    "roll_back": _rolled_back,
    "retire": _retired,
    "amend": _amended,
    "set_rules": _rules_set,
    "accept_risk": _risk_accepted,
    "confirm_rules": _confirmed,
    "register_threshold": _threshold_registered,
    "record_measurement": _measured,
    "decide": _decided,
    "nominate": _nominated,
    "answer": _answered,
    "ask_exception": _asked,
    "meet_condition": _condition_met,
}
"""How each verb changes what is so. Each returns whether it moved the pilot. A verb that is not here changes nothing."""


@dataclass(slots=True)
class History:
    """What a pilot's acts left behind: its state after the last of them, and the spells on the way."""

    state: PilotState
    gates: dict[str, list[GateSpell]]
    pilot: list[PilotSpell]


def tell(recorded_on: date, kinds: Iterable[Kind], acts: Iterable[Act]) -> History:
    """Tell a pilot's acts from its record on.

    Args:
        recorded_on: the day from which its gates exist, and are open.
        kinds: the kinds of gate that apply to it, in their order.
        acts: all that was done, in any order. What a list says may lie before the record.
    """
    pilot = PilotState(
        recorded_on, {kind.key: GateState(kind, since=recorded_on) for kind in kinds}
    )
    told = History(pilot, {key: [] for key in pilot.gates}, [])
    for gate in pilot.gates.values():
        gate.name = gate.state({})
    for day, todays in groupby(in_order(list(acts)), key=lambda act: act.on):
        moved: set[str | None] = set()
        _let_time_pass(pilot, day)
        for act in todays:
            _one(pilot, act, day, moved)
        if day >= recorded_on:
            _look(told, day, moved)
        else:
            _look(told, recorded_on, set())
    return told


def _let_time_pass(pilot: PilotState, day: date) -> None:
    until = pilot.paused_until
    if until is not None and day > until:
        pilot.stage, pilot.since = RUNNING, until + timedelta(days=1)
    for gate in pilot.gates.values():
        gate.lapse(day)


def _one(pilot: PilotState, act: Act, day: date, moved: set[str | None]) -> None:
    if act.verb in TELL and TELL[act.verb](pilot, act):
        pilot.move(day)
        moved.add(act.gate)
    for gate in pilot.gates.values():
        gate.settle(
            max(day, pilot.recorded_on), pilot.to_seal(gate.kind, gate.answer or "")
        )


def _look(told: History, day: date, moved: set[str | None]) -> None:
    """Begin a new spell wherever something is another than before."""
    pilot = told.state
    for key, gate in pilot.gates.items():
        spell = gate.spell(
            day,
            pilot.to_seal(gate.kind, gate.answer or ""),
            met_until=pilot.met_until,
            function=pilot.function,
            moved=key in moved,
        )
        _append(told.gates[key], spell)
    _append(told.pilot, _pilot_spell(told, day))


def _append(spells: list[Any], spell: Any) -> None:
    if spells:
        last = spells[-1]
        if replace(last, starts=spell.starts) == spell:
            return
        if last.starts == spell.starts:
            spells[-1] = spell
            return
        spells[-1] = replace(last, ends=spell.starts - timedelta(days=1))
    spells.append(spell)


def _pilot_spell(told: History, day: date) -> PilotSpell:
    pilot = told.state
    now = [spells[-1] for spells in told.gates.values()]
    ends = [spell.good_until for spell in now if spell.good_until is not None]
    all_clear = all(spell.turn == "clear" for spell in now)
    through = min(ends) if ends and all_clear else None
    before = told.pilot[-1] if told.pilot else None
    if pilot.stage == ADOPTED and before is not None and before.shows:
        pilot.shown = True
    return PilotSpell(
        starts=day,
        ends=None,
        stage=pilot.stage,
        since=pilot.since,
        started_on=pilot.started_on,
        decide_by=pilot.decide_by,
        slips=pilot.slips,
        paused_until=pilot.paused_until,
        clock_on=pilot.clock,
        last_movement=pilot.last_movement if pilot.started_on else pilot.recorded_on,
        function=pilot.function,
        manager=pilot.manager,
        sponsor=pilot.sponsor,
        all_clear=all_clear,
        clear_through=through,
        missing_rules=pilot.missing_rules,
        shown_before=pilot.shown,
        quality=pilot.verdict,
        measured_on=pilot.measured_on,
        goalpost_moved=bool(pilot.goalposts),
    )
