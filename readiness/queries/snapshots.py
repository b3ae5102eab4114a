"""Reading pilots from the tables as of a date (rule 1): the pure rules over their spells, with what a reader needs.

The number of queries does not depend on the number of pilots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import F, Q

from pilots.derived import periods
from pilots.models import Function, Gate, GateKind, GateSpell, Person, Pilot, PilotSpell, Seat
from pilots.rules import rights
from pilots.rules.events import Kind
from pilots.rules.vocabulary import ClearsBy, Stage, State
from readiness.queries.pilots import pilots, settled, within
from readiness.rules import ledger, standing
from readiness.rules.residence import residences
from readiness.rules.working_days import Days

NOBODY_ASKED = Q(stage__in=[*standing.NOT_STARTED, Stage.PAUSED])
"""Of a pilot's spells, those of whose days nobody is asked anything."""
TO_ANSWER = ~Q(kind__clears_by=ClearsBy.ACCEPTANCE) & (Q(turn="answer") | Q(good_until__lt=F("ends")))
"""Of a gate's spells, those in which it was a decider's move for some days, whoever held it."""


@dataclass(frozen=True, slots=True)
class GateOn:
    """One gate on a date, with the people whose move it may be.

    `told` are its spells up to the date, in order; of the earlier ones those in which it was a decider's move.
    """

    gate: Gate
    kind: GateKind
    reading: standing.GateReading
    holder: Person | None
    deputy: Person | None
    escalation: Person | None
    answer_within: int | None = None
    told: Sequence[GateSpell] = ()
    delegate: Person | None = None


@dataclass(frozen=True, slots=True)
class PilotOn:
    """A pilot on a date. `reading` holds what the facts mean; the rest are the rows that it names by primary key.

    `asks_from` is the day after the last on which it had not started; `pauses` are those that had begun by the date.
    """

    pilot: Pilot
    reading: standing.Reading
    gates: Sequence[GateOn]
    function: Function | None
    sponsor: Person | None
    manager: Person | None
    switched_off: Sequence[tuple[GateKind, date]] = ()
    asks_from: date = date.min
    pauses: Sequence[Days] = ()

    @property
    def at(self) -> date:
        return self.reading.at

    @property
    def open_gates(self) -> list[GateOn]:
        return [gate for gate in self.gates if gate.reading.is_open]

    @property
    def waiting_gates(self) -> list[GateOn]:
        """The open gates that wait on somebody: none before the start, in a pause, or when it has ended (rule 2)."""
        waits = self.reading.stage in standing.WAITING_STAGES and self.reading.void_since is None
        return self.open_gates if waits else []

    def gate(self, kind: str) -> GateOn:
        """The gate of a kind, by its key."""
        return next(gate for gate in self.gates if gate.kind.key == kind)


def read_many(rows: Iterable[Pilot], *, at: date, known_at: date | None = None) -> list[PilotOn]:
    """Pilots on a date, in the order given; those not yet on record then are left out. Three queries for any number,
    one more where any is adopted, and two where any moved to another function while it waited.

    Args:
        rows: pilots, with their portfolio selected where it will be read.
        at: the date it was so.
        known_at: what was recorded by that day; all that is known now unless said.
    """
    wanted = list(rows)
    there = _with_earlier(NOBODY_ASKED, at, known_at)
    found = PilotSpell.objects.filter(there, pilot__in=wanted)
    own = _in_order(found.annotate(**settled(at)), "pilot_id", known_at)
    there = _with_earlier(TO_ANSWER, at, known_at)
    told = _in_order(GateSpell.objects.filter(there, gate__pilot__in=wanted), "gate_id", known_at)
    gates: dict[int, list[GateSpell]] = {}
    for of_gate in told.values():
        gates.setdefault(of_gate[-1].gate.pilot_id, []).append(of_gate[-1])
    seats = _seats({of_pilot[-1].cell_id for of_pilot in own.values()}, at)
    runs = _runs(gates, at, known_at)
    adopted = [pk for pk, of_pilot in own.items() if of_pilot[-1].stage == Stage.ADOPTED]
    lived = residences(adopted, at=at, known_at=known_at)
    out = []
    for pilot in wanted:
        if pilot.pk in own:
            spell = own[pilot.pk][-1]
            terms = standing.Terms(spell.quiet_days, spell.warning_days, pilot.recorded_on, bool(pilot.source))
            held = seats.get(spell.cell_id, {})
            of_pilot = [told[each.gate_id] for each in gates.get(pilot.pk, [])]
            lives = lived.get(pilot.pk)
            run = runs.get(pilot.pk, {})
            out.append(_read(pilot, own[pilot.pk], of_pilot, held, at, terms, lives, run))
    return out


def read_one(pilot: Pilot, *, at: date, known_at: date | None = None) -> PilotOn | None:
    """One pilot on a date, or None where it was not yet on record."""
    found = read_many([pilot], at=at, known_at=known_at)
    return found[0] if found else None


def _with_earlier(those: Q, at: date, known_at: date | None) -> Q:
    """The spells in which a date lies, and those of the earlier ones; all earlier ones where it is asked what was known."""
    there = within(at, known_at)
    return there if known_at else there | Q(known_until=None, starts__lte=at) & those


def _in_order(found: Any, owner: str, known_at: date | None) -> dict[int, list[Any]]:
    """The spells known, in order, by their owner."""
    people = ("manager", "sponsor") if found.model is PilotSpell else ("gate", "kind", "person")
    out: dict[int, list[Any]] = {}
    for row in found.select_related("cell__function", *people).order_by("starts"):
        before = out.setdefault(getattr(row, owner), [])
        if known_at:
            # `ends` follows what is known now: then, a spell ended where the next one known then began.
            row.ends = None
            if before:
                before[-1].ends = row.starts - ledger.DAY
        before.append(row)
    return out


def _seats(cells: set[int], at: date) -> dict[int, dict[int, Seat]]:
    """Who sits where on a date, by cell and kind."""
    out: dict[int, dict[int, Seat]] = {}
    rows = Seat.objects.filter(Q(ends=None) | Q(ends__gte=at), cell__in=cells, starts__lte=at).select_related(
        "holder", "deputy", "escalation", "delegate", "right"
    )
    for row in rows:
        out.setdefault(row.cell_id, {})[row.kind_id] = row
    return out


Runs = dict[int, date | None]
"""Since when a decision has been held, or not, wherever the pilot lay, by kind."""


def _runs(gates: dict[int, list[GateSpell]], at: date, known_at: date | None) -> dict[int, Runs]:
    """The runs of pilots that moved to another cell while a gate was open, by pilot. Two queries where one may have."""
    may_have = [pilot for pilot, found in gates.items() if any(_waits_from_before(spell) for spell in found)]
    stays: dict[int, list[tuple[date, int]]] = {}
    if may_have:
        known = within(at, known_at) if known_at else Q(known_until=None, starts__lte=at)
        rows = PilotSpell.objects.filter(known, pilot__in=may_have).order_by("starts")
        for pilot, first, cell in rows.values_list("pilot_id", "starts", "cell_id"):
            of_pilot = stays.setdefault(pilot, [])
            if not of_pilot or of_pilot[-1][1] != cell:
                of_pilot.append((first, cell))
    moved = {pilot: found for pilot, found in stays.items() if len(found) > 1}
    if not moved:
        return {}
    sat: dict[tuple[int, int], list[rights.Seat]] = {}
    cells = {cell for found in moved.values() for _, cell in found}
    for seat in Seat.objects.filter(cell__in=cells, starts__lte=at).order_by("starts"):
        sat.setdefault((seat.cell_id, seat.kind_id), []).append(periods.as_seat(seat))
    return {
        pilot: {
            spell.kind_id: rights.run_across(
                [rights.Stay(day, sat.get((cell, spell.kind_id), [])) for day, cell in found], at
            )
            for spell in gates[pilot]
        }
        for pilot, found in moved.items()
    }


def _waits_from_before(spell: GateSpell) -> bool:
    """Whether a gate was open already before a spell of it began."""
    over = spell.good_until is not None and spell.good_until < spell.starts
    return (spell.turn == "answer" or over) and spell.since < spell.starts


def _read(
    pilot: Pilot,
    own: list[PilotSpell],
    told: list[list[GateSpell]],
    held: dict[int, Seat],
    at: date,
    terms: standing.Terms,
    residence: str | None,
    runs: Runs,
) -> PilotOn:
    told.sort(key=lambda of_gate: (of_gate[-1].kind.order, of_gate[-1].kind_id))
    off = [(of[-1].kind, of[-1].since) for of in told if of[-1].turn == State.OFF]
    told = [of_gate for of_gate in told if of_gate[-1].turn != State.OFF]
    found, spell_on = [of_gate[-1] for of_gate in told], own[-1]
    reading = standing.read(
        {spell.kind.key: spell.kind.as_rule() for spell in found},
        periods.as_pilot_spell(spell_on),
        {spell.kind.key: periods.as_gate_spell(spell) for spell in found},
        {spell.kind.key: _sits(spell.kind_id, held, at, runs) for spell in found},
        at=at,
        terms=terms,
        residence=residence,
    )
    gates = [_gate(of, reading.gates[of[-1].kind.key], held.get(of[-1].kind_id)) for of in told]
    return PilotOn(
        pilot,
        reading,
        gates,
        spell_on.cell.function,
        spell_on.sponsor,
        spell_on.manager,
        off,
        _asks_from(own),
        _pauses(own, at),
    )


def _asks_from(own: Sequence[PilotSpell]) -> date:
    before = [row.ends for row in own if row.stage in standing.NOT_STARTED]
    return before[-1] + ledger.DAY if before and before[-1] else date.min


def _pauses(own: Sequence[PilotSpell], at: date) -> list[Days]:
    """The pauses that had begun by a date. One that still ran goes on to its last day, where it has one."""
    out = []
    for row in own:
        if row.stage == Stage.PAUSED:
            ended = row.ends if row.ends and row.ends < at else None
            ends = [day for day in (row.paused_until, ended) if day is not None]
            out.append((row.starts, min(ends, default=at)))
    return out


def _sits(kind: int, held: dict[int, Seat], at: date, runs: Runs) -> rights.Seat:
    """Who sits for a kind, and since when somebody, or nobody, has, also where the pilot lay before."""
    seat = periods.as_seat(held[kind]) if kind in held else rights.Seat(starts=at, ends=None)
    return replace(seat, run_from=runs[kind]) if kind in runs else seat


def _gate(told: Sequence[GateSpell], reading: standing.GateReading, seat: Seat | None) -> GateOn:
    spell = told[-1]
    if spell.kind.clears_by == ClearsBy.ACCEPTANCE or seat is None:
        return GateOn(spell.gate, spell.kind, reading, spell.person, None, None)
    return GateOn(
        gate=spell.gate,
        kind=spell.kind,
        reading=reading,
        holder=seat.holder,
        deputy=seat.deputy,
        escalation=seat.escalation,
        delegate=seat.delegate,
        answer_within=seat.right.answer_within_days if seat.right else None,
        told=told,
    )


def charges_of(rows: Sequence[Pilot], *, start: date, end: date) -> Iterator[tuple[Pilot, ledger.Charge]]:
    """The days of these pilots from `start` up to, not including, `end`, charged to courts (rule 12). Three queries."""
    own: dict[int, list[Any]] = {pilot.pk: [] for pilot in rows}
    found: dict[int, dict[str, list[Any]]] = {pilot.pk: {} for pilot in rows}
    kinds: dict[str, Kind] = {}
    now = Q(known_until=None, starts__lt=end)
    for row in PilotSpell.objects.filter(now, pilot__in=rows).select_related("cell").order_by("starts"):
        own[row.pilot_id].append(periods.as_pilot_spell(row))
    for spell in (
        GateSpell.objects.filter(now, gate__pilot__in=rows)
        .select_related("cell", "gate", "kind")
        .order_by("kind__order", "kind_id", "starts")
    ):
        kinds.setdefault(spell.kind.key, spell.kind.as_rule())
        of_gate = found[spell.gate.pilot_id].setdefault(spell.kind.key, [])
        of_gate.append(periods.as_gate_spell(spell))
    seats = _seats_by_place({pilot.portfolio_id for pilot in rows})
    for pilot in rows:
        sat = partial(_sat, seats, pilot.portfolio_id)
        for charge in ledger.charges(kinds, own[pilot.pk], found[pilot.pk], sat, start=start, end=end):
            yield pilot, charge


Places = dict[tuple[int, int | None, str], list[Any]]


def _sat(seats: Places, portfolio: int, function: int | None, kind: str) -> list[Any]:
    return seats.get((portfolio, function, kind), [])


def _seats_by_place(portfolios: set[int]) -> Places:
    """Every seat of some portfolios, by portfolio, function and kind, in order of their days."""
    out: Places = {}
    rows = Seat.objects.filter(cell__portfolio__in=portfolios)
    for row in rows.select_related("cell", "kind").order_by("starts"):
        place = (row.cell.portfolio_id, row.cell.function_id, row.kind.key)
        out.setdefault(place, []).append(periods.as_seat(row))
    return out


__all__ = ["GateOn", "PilotOn", "charges_of", "pilots", "read_many", "read_one"]
