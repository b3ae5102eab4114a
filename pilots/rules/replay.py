"""A pilot told act by act: where it stands after each day, and the spells that its acts leave behind.

The acts are told in order, day by day. After each day the pilot and each gate are looked at; where anything is
another than before, a new spell begins. Spells are all that reading needs: no act is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from pilots.rules.corrections import corrected
from pilots.rules.events import Act, Kind, in_order
from pilots.rules.gates import GateSpell, GateState
from pilots.rules.transitions import FITS, SPONSOR, TELL, PilotState
from pilots.rules.vocabulary import Stage, State, Verdict

__all__ = ["SPONSOR", "History", "PilotSpell", "PilotState", "tell", "tell_on"]


@dataclass(frozen=True, slots=True)
class PilotSpell:
    """A stretch of days on which nothing happened to a pilot; `ends` is the last one.

    A pause past `paused_until` is read as running. `clock_on` is max(decide-by, last movement) plus the pauses after it;
    `all_clear` says that every gate has an answer that clears, `clear_through` the last day on which all of them hold.
    `void_since` is the day on which it was declared void, None where it is not.
    `shown_until` is the last day on which the facts of earlier spells showed this adoption, None where they never did.
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
    shown_until: date | None = None
    quality: str = Verdict.NONE
    measured_on: date | None = None
    goalpost_moved: bool = False
    void_since: date | None = None

    @property
    def shows(self) -> bool:
        """Whether an adopted spell shows what it declares on its first day; it goes on to show it up to `clear_through`."""
        return (
            self.stage == Stage.ADOPTED
            and self.all_clear
            and not self.missing_rules
            and (self.clear_through is None or self.starts <= self.clear_through)
        )

    def stage_on(self, day: date) -> str:
        """The stage on a day: a pause ends by itself."""
        over = self.stage == Stage.PAUSED and self.paused_until is not None and day > self.paused_until
        return Stage.RUNNING if over else self.stage


def _all_but_days(spell: type) -> Callable[[Any], Any]:
    names = (field.name for field in fields(spell))
    return attrgetter(*(name for name in names if name not in ("starts", "ends")))


_OF_PILOT, _OF_GATE = _all_but_days(PilotSpell), _all_but_days(GateSpell)


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
        acts: all that was done, in any order. What a list says may lie before the record, and be corrected later.
    """
    pilot = PilotState(recorded_on, {kind.key: GateState(kind, since=recorded_on) for kind in kinds})
    told = History(pilot, {key: [] for key in pilot.gates}, [])
    acts = in_order(corrected(list(acts)))
    for late in (act.gate for act in acts if act.verb == "open_gate"):
        pilot.gates[late or ""].off = True
    for gate in pilot.gates.values():
        gate.name = gate.state({})
    for day, todays in groupby(acts, key=lambda act: act.on):
        tell_on(told, day, todays)
    return told


def tell_on(told: History, day: date, todays: Iterable[Act]) -> None:
    """Go on telling, in place, with the acts of a day that is later than all that was told. They open no gate."""
    pilot = told.state
    moved: set[str | None] = set()
    _let_time_pass(pilot, day)
    for act in todays:
        _one(pilot, act, day, moved)
    if day >= pilot.recorded_on:
        _look(told, day, moved)
    else:
        _look(told, pilot.recorded_on, set())


def _let_time_pass(pilot: PilotState, day: date) -> None:
    until = pilot.paused_until
    if until is not None and day > until:
        pilot.stage, pilot.since = Stage.RUNNING, until + timedelta(days=1)
    for gate in pilot.gates.values():
        gate.lapse(day)


def _one(pilot: PilotState, act: Act, day: date, moved: set[str | None]) -> None:
    fits = act.verb not in FITS or pilot.stage in FITS[act.verb]
    if fits and act.verb in TELL and TELL[act.verb](pilot, act):
        pilot.move(day)
        moved.add(act.gate)
    for gate in pilot.gates.values():
        gate.settle(max(day, pilot.recorded_on), pilot.against_seal(gate))


def _look(told: History, day: date, moved: set[str | None]) -> None:
    """Begin a new spell wherever something is another than before."""
    pilot = told.state
    for key, gate in pilot.gates.items():
        spell = gate.spell(
            day, pilot.against_seal(gate), met_until=pilot.met_until, function=pilot.function, moved=key in moved
        )
        _append(told.gates[key], spell)
    _append(told.pilot, _pilot_spell(told, day))


def _append(spells: list[Any], spell: Any) -> None:
    if spells:
        last = spells[-1]
        if _says(last) == _says(spell) or _goes_on(last, spell):
            return
        if last.starts == spell.starts:
            spells[-1] = spell
            return
        spells[-1] = replace(last, ends=spell.starts - timedelta(days=1))
    spells.append(spell)


def _says(spell: Any) -> Any:
    """What a spell says of its days, whichever they are."""
    return (_OF_GATE if isinstance(spell, GateSpell) else _OF_PILOT)(spell)


def _goes_on(last: Any, spell: Any) -> bool:
    """Whether a gate's spell that began with a movement goes on: what came after it moved nothing and changed nothing."""
    return (
        isinstance(last, GateSpell)
        and last.moved
        and last.starts < spell.starts
        and _says(replace(last, moved=False)) == _says(spell)
    )


def _pilot_spell(told: History, day: date) -> PilotSpell:
    pilot = told.state
    now = [spells[-1] for spells in told.gates.values() if spells[-1].turn != State.OFF]
    ends = [spell.good_until for spell in now if spell.good_until is not None]
    all_clear = all(spell.turn == "clear" for spell in now)
    through = min(ends) if ends and all_clear else None
    before = told.pilot[-1] if told.pilot else None
    if pilot.stage == Stage.ADOPTED and before is not None and before.shows and before.starts < day:
        pilot.shown_until = min(before.clear_through or date.max, day - timedelta(days=1))
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
        last_movement=pilot.moved_on,
        function=pilot.function,
        manager=pilot.manager,
        sponsor=pilot.sponsor,
        all_clear=all_clear,
        clear_through=through,
        missing_rules=pilot.missing_rules,
        shown_until=pilot.shown_until,
        quality=pilot.verdict,
        measured_on=pilot.measured_on,
        goalpost_moved=bool(pilot.goalposts),
        void_since=pilot.void_since,
    )
