"""Rules 2, 5 and 6: what the facts mean on a date, for one pilot. `readiness.queries` says the same for sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pilots.rules import adoption, gates, quality, rights, stalls
from pilots.rules.acts import ACCEPTANCE, MEASUREMENT, Kind
from pilots.rules.gates import GateSpell
from pilots.rules.history import PilotSpell

DECIDER, TEAM, NOBODY, OUTSIDE = "decider", "team", "nobody", "outside"


@dataclass(frozen=True, slots=True)
class GateReading:
    """One gate on a date: its state, whose court it is in, who holds it, since when, and until when a yes holds."""

    kind: str
    state: str
    court: str | None
    holder: int | None
    since: date
    days: int
    good_until: date | None

    @property
    def is_open(self) -> bool:
        """Whether the gate blocks adoption as open (an asserted gate is neither open nor clear)."""
        return self.state not in gates.YES and self.state != gates.ASSERTED


@dataclass(frozen=True, slots=True)
class Reading:
    """A pilot on a date."""

    at: date
    stage: str
    standing: str
    stalls_on: date | None
    days_quiet: int
    decide_by: date | None
    slips: int
    sponsor: int | None
    quality: str
    goalpost_moved: bool
    gates: Mapping[str, GateReading]
    blocked_by: list[str]
    missing: list[str]


def read_gate(
    kind: Kind, spell: GateSpell, seat: rights.Seat, *, started: bool, at: date
) -> GateReading:
    """One gate on a date (rule 2)."""
    state, since, held = _state(kind, spell, seat, at)
    holder = spell.person if kind.clears_by == ACCEPTANCE else seat.holder
    is_open = state not in gates.YES and state != gates.ASSERTED
    court = (
        _court(kind, spell, state, held=held, started=started, at=at)
        if is_open
        else None
    )
    return GateReading(
        kind.key,
        state,
        court,
        holder,
        since,
        (at - since).days,
        None if is_open else spell.good_until,
    )


def _state(
    kind: Kind, spell: GateSpell, seat: rights.Seat, at: date
) -> tuple[str, date, bool]:
    held = (spell.person if kind.clears_by == ACCEPTANCE else seat.holder) is not None
    if spell.good_until is not None and at > spell.good_until:
        return gates.LAPSED, spell.good_until + timedelta(days=1), held
    if spell.state != gates.OPEN:
        return spell.state, spell.since, held
    since = spell.since
    if kind.clears_by != ACCEPTANCE and seat.run_from is not None:
        since = max(since, seat.run_from)
    return (gates.WAITING if held else gates.UNOWNED), since, held


def _court(
    kind: Kind, spell: GateSpell, state: str, *, held: bool, started: bool, at: date
) -> str:
    if not started:
        return TEAM
    if (
        state == gates.CHANGES_REQUESTED
        and spell.outside_until is not None
        and at <= spell.outside_until
    ):
        return OUTSIDE
    if state in gates.ASKS_TEAM or (state == gates.LAPSED and spell.ends_by_condition):
        return TEAM
    if kind.clears_by == MEASUREMENT and (
        spell.met_until is None or at > spell.met_until
    ):
        return TEAM
    return DECIDER if held else NOBODY


def read(
    kinds: Mapping[str, Kind],
    pilot: PilotSpell,
    spells: Mapping[str, GateSpell],
    seats: Mapping[str, rights.Seat],
    *,
    at: date,
    quiet_days: int = stalls.QUIET_DAYS,
    warning_days: int = stalls.WARNING_DAYS,
) -> Reading:
    """A pilot on a date, from the spells in which the date lies."""
    stage = pilot.stage_on(at)
    started = stage not in ("planned", "not_stated")
    now = {
        key: read_gate(kind, spells[key], seats[key], started=started, at=at)
        for key, kind in kinds.items()
        if key in spells
    }
    open_gates = [key for key, gate in now.items() if gate.is_open]
    said = [key for key, gate in now.items() if gate.state == gates.ASSERTED]
    missing = adoption.missing(open_gates, said, pilot.missing_rules)
    stalls_on = None
    if stage in ("running", "paused") and pilot.clock_on is not None:
        stalls_on = stalls.stalls_on(pilot.clock_on, quiet_days)
    standing = standing_of(
        stage,
        stalls_on,
        all_clear=not open_gates and not said,
        missing=missing,
        at=at,
        warning_days=warning_days,
    )
    moved = pilot.last_movement or pilot.starts
    verdict = quality.at(pilot.quality, pilot.measured_on, at)
    return Reading(
        at, stage, standing, stalls_on, (at - moved).days, pilot.decide_by, pilot.slips, pilot.sponsor,
        verdict, pilot.goalpost_moved, now, open_gates, missing,
    )  # fmt: skip


def standing_of(
    stage: str,
    stalls_on: date | None,
    *,
    all_clear: bool,
    missing: list[str],
    at: date,
    warning_days: int,
) -> str:
    """Rule 6: the first that fits."""
    if stage in ("retired", "planned", "not_stated", "paused"):
        return stage
    if stage == "adopted":
        return "claimed" if missing else "adopted"
    if stalls_on is not None and at >= stalls_on:
        return "museum_exhibit"
    if stalls_on is not None and at >= stalls_on - timedelta(days=warning_days):
        return "at_risk"
    return "ready" if all_clear else "moving"
