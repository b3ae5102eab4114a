"""Periods and seats of many pilots on a date, read in columns and given as the rules need them. One query each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import DateField, F, Model, Q

from pilots.models import Function, GateKind, GatePeriod, Pilot, PilotPeriod, Portfolio, Seat
from pilots.models.compiled import Among, Compiled, Joined, Keys, attnames
from pilots.rules import gates, replay, rights
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage
from readiness.queries.pilots import in_force, stall_terms

NOBODY_ASKED = Q(stage__in=[*NOT_STARTED, Stage.PAUSED])
"""Of a pilot's periods, those of whose days nobody is asked anything."""
TO_ANSWER = ~Q(kind__clears_by=ClearsBy.ACCEPTANCE) & (Q(awaits=Awaits.DECISION) | Q(good_until__lt=F("last_day")))
"""Of a gate's periods, those in which it was a decider's move for some days, whoever held it."""


P = TypeVar("P", replay.PilotPeriod, gates.GatePeriod)


@dataclass(slots=True)
class PilotHistory:
    """The periods of one pilot up to a date, in order, the earlier ones as far as they were asked for.

    `unit` and `function` are those of the last; `portfolio` and `function_now` are those that the pilot's own row names.
    `row` is that row, where it was asked for.
    """

    unit: int
    function: Function | None
    quiet_days: int
    warning_days: int
    portfolio: Portfolio
    function_now: Function | None
    row: Pilot | None
    periods: list[replay.PilotPeriod]


@dataclass(slots=True)
class GateHistory:
    """The periods of one gate up to a date, in order, of the earlier ones those in which it was a decider's move."""

    pilot: int
    gate: int
    public_id: str
    kind: int
    periods: list[gates.GatePeriod]


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Who sits in a unit for a kind, and within how many working days they are to answer, where a right says so."""

    seat: rights.Seat
    answer_within: int | None


_OF_PILOT = ["unit__function" if field.name == "function" else field.name for field in fields(replay.PilotPeriod)]
_OF_GATE = ["unit__function" if field.name == "function" else field.name for field in fields(gates.GatePeriod)]
_OF_SEAT = [field.name for field in fields(rights.Seat)]
_OF_KIND = [f"kind__{name}" for name in attnames(GateKind)]
_MISSING_RULES = _OF_PILOT.index("missing_rules")


def pilot_histories(
    pilots: Collection[int], at: date, known_at: date | None = None, *, with_rows: bool = False
) -> dict[int, PilotHistory]:
    """The period of each pilot in which a date lies, by primary key, with the earlier ones in which nobody was asked anything.

    Args:
        with_rows: whether the pilots' own rows are read as well.
    """
    now, known = (_ROWS, _ROWS_KNOWN) if with_rows else (_PILOTS, _PILOTS_KNOWN)
    return _histories(_ask(now, known, pilots, at, known_at), known_at, with_rows=with_rows)


def _histories(rows: Iterable[list[Any]], known_at: date | None, *, with_rows: bool) -> dict[int, PilotHistory]:
    portfolios, functions = Joined(Portfolio), Joined(Function)
    out: dict[int, PilotHistory] = {}
    for pilot, unit, quiet_days, warning_days, *columns in rows:
        of_period, of_portfolio, of_function, of_function_now, *of_row = _cut(columns, with_rows=with_rows)
        of_period[_MISSING_RULES] = tuple(of_period[_MISSING_RULES])
        function = functions.row(of_function)
        found = out.get(pilot)
        if found is None:
            portfolio, function_now = portfolios.row(of_portfolio), functions.row(of_function_now)
            assert portfolio is not None
            row = Joined(Pilot).row(of_row[0]) if of_row else None
            found = PilotHistory(unit, function, quiet_days, warning_days, portfolio, function_now, row, [])
            out[pilot] = found
        found.unit, found.function = unit, function
        _append(found.periods, replay.PilotPeriod(*of_period), known_at)
    return out


def gate_histories(pilots: Collection[int], at: date, known_at: date | None = None) -> dict[int, list[GateHistory]]:
    """The period of each gate in which a date lies, by pilot, with the earlier ones in which it was a decider's move."""
    return _of_each_gate(_ask(_GATES, _GATES_KNOWN, pilots, at, known_at), known_at)


def _of_each_gate(rows: Iterable[list[Any]], known_at: date | None) -> dict[int, list[GateHistory]]:
    by_gate: dict[int, GateHistory] = {}
    out: dict[int, list[GateHistory]] = {}
    for pilot, gate, public_id, kind, *columns in rows:
        found = by_gate.get(gate)
        if found is None:
            found = by_gate[gate] = GateHistory(pilot, gate, public_id, kind, [])
            out.setdefault(pilot, []).append(found)
        _append(found.periods, gates.GatePeriod(*columns), known_at)
    return out


def seats_in(units: Collection[int], at: date) -> dict[int, dict[int, SeatRow]]:
    """Who sits where on a date, by unit and kind."""
    out: dict[int, dict[int, SeatRow]] = {}
    for unit, kind, answer_within, *columns in _SEATS(units=sorted(units), at=at) if units else ():
        out.setdefault(unit, {})[kind] = SeatRow(rights.Seat(*columns), answer_within)
    return out


@dataclass(frozen=True, slots=True)
class Stay:
    """Who sat in a unit for a kind, while they did; `function` is that of the unit."""

    unit: int
    function: int | None
    kind: int
    row: SeatRow


@dataclass(frozen=True, slots=True)
class Past:
    """Everything of one pilot up to a date: all its periods, all those of its gates, and who sat where it lay, in order.

    `kinds` are those of its gates by primary key, in their order.
    """

    pilot: PilotHistory
    gates: list[GateHistory]
    stays: Sequence[Stay]
    kinds: dict[int, GateKind]

    def seats_on(self, at: date) -> dict[int, dict[int, SeatRow]]:
        """Who sits where on a date, by unit and kind."""
        out: dict[int, dict[int, SeatRow]] = {}
        for stay in self.stays:
            seat = stay.row.seat
            if seat.first_day <= at and (seat.last_day is None or at <= seat.last_day):
                out.setdefault(stay.unit, {})[stay.kind] = stay.row
        return out


def past_of(pilot: Pilot, at: date) -> Past | None:
    """The past of one pilot; None where it was not yet on record. Three queries."""
    own = _histories(_PAST(pilots=[pilot.pk], at=at), None, with_rows=False).get(pilot.pk)
    if own is None:
        return None
    rows_of_gates, width, joined = _PAST_OF_GATES(pilots=[pilot.pk], at=at), -len(_OF_KIND), Joined(GateKind)
    gates = _of_each_gate((row[:width] for row in rows_of_gates), None).get(pilot.pk, [])
    kinds = {kind for row in rows_of_gates if (kind := joined.row(row[width:])) is not None}
    functions = {period.function for period in own.periods} | {p.function for gate in gates for p in gate.periods}
    there = Q(unit__function__in=functions - {None})
    if None in functions:
        there |= Q(unit__function=None)
    rows = Seat.objects.filter(there, unit__portfolio=pilot.portfolio_id, first_day__lte=at).order_by("first_day")
    columns = ("unit", "unit__function", "kind", "right__answer_within_days", *_OF_SEAT)
    return Past(
        own,
        gates,
        [
            Stay(unit, function, kind, SeatRow(rights.Seat(*seat), within))
            for unit, function, kind, within, *seat in rows.values_list(*columns)
        ],
        {kind.pk: kind for kind in sorted(kinds, key=lambda kind: (kind.position, kind.pk))},
    )


def units_of_pilots(pilots: Collection[int], at: date, known_at: date | None = None) -> Iterable[list[Any]]:
    """Each pilot, the first day of a period of it up to a date, and the unit in which it lay then; in order of the days."""
    return _ask(_UNITS, _UNITS_KNOWN, pilots, at, known_at)


def _ask(now: Compiled, known: Compiled, pilots: Iterable[int], at: date, known_at: date | None) -> Iterable[list[Any]]:
    wanted = sorted(pilots)
    if not wanted:
        return ()
    return now(pilots=wanted, at=at) if known_at is None else known(pilots=wanted, at=at, known=known_at)


def _append(before: list[P], period: P, known_at: date | None) -> None:
    """One more period. Asked what was known, each ended where the next one known then began: `last_day` says what is known now."""
    if known_at is not None:
        period = replace(period, last_day=None)
        if before:
            before[-1] = replace(before[-1], last_day=period.first_day - timedelta(days=1))
    before.append(period)


_BESIDE: dict[str, type[Model]] = {
    "pilot__portfolio": Portfolio,
    "unit__function": Function,
    "pilot__function": Function,
}
"""What is read beside each period of a pilot, by the way to it."""
_OF_BESIDE = [f"{way}__{name}" for way, model in _BESIDE.items() for name in attnames(model)]


def _cut(columns: list[Any], *, with_rows: bool) -> Iterator[list[Any]]:
    """The columns of a row as those of the period, of what is read beside it, and of the pilot itself where they are asked for."""
    start = 0
    for width in _WIDTHS if with_rows else _WIDTHS[:-1]:
        yield columns[start : start + width]
        start += width


_WIDTHS = [len(_OF_PILOT), *(len(attnames(model)) for model in _BESIDE.values()), len(attnames(Pilot))]


def _there(those: Q, at: Any, known: Any) -> Q:
    """The periods in which a date lies, and those of the earlier ones; all earlier ones where it is asked what was known."""
    there = in_force(at, known)
    return there if known is not None else there | Q(superseded_on=None, first_day__lte=at) & those


def _of_pilots(pilots: Any, at: Any, known: Any = None, those: Q = NOBODY_ASKED) -> Any:
    terms = stall_terms(at)
    found = PilotPeriod.objects.filter(Among("pilot_id", pilots), _there(those, at, known))
    return found.annotate(**terms).order_by("first_day").values_list("pilot", "unit", *terms, *_OF_PILOT, *_OF_BESIDE)


def _of_rows(pilots: Any, at: Any, known: Any = None) -> Any:
    terms, of_row = stall_terms(at), (f"pilot__{name}" for name in attnames(Pilot))
    return _of_pilots(pilots, at, known).values_list("pilot", "unit", *terms, *_OF_PILOT, *_OF_BESIDE, *of_row)


def _of_gates(pilots: Any, at: Any, known: Any = None, those: Q = TO_ANSWER) -> Any:
    found = GatePeriod.objects.filter(Among("gate__pilot_id", pilots), _there(those, at, known))
    return found.order_by("first_day").values_list("gate__pilot", "gate", "gate__public_id", "kind", *_OF_GATE)


def _in_units(units: Any, at: Any) -> Any:
    found = Seat.objects.on(at).filter(Among("unit_id", units))
    return found.values_list("unit", "kind", "right__answer_within_days", *_OF_SEAT)


def _units(pilots: Any, at: Any, known: Any = None) -> Any:
    there = in_force(at, known) if known is not None else Q(superseded_on=None, first_day__lte=at)
    found = PilotPeriod.objects.filter(Among("pilot_id", pilots), there)
    return found.order_by("first_day").values_list("pilot", "first_day", "unit")


_UNITS = Compiled(_units, pilots=Keys(), at=DateField())
_UNITS_KNOWN = Compiled(_units, pilots=Keys(), at=DateField(), known=DateField())
_PILOTS = Compiled(_of_pilots, pilots=Keys(), at=DateField())
_PILOTS_KNOWN = Compiled(_of_pilots, pilots=Keys(), at=DateField(), known=DateField())


def _past(pilots: Any, at: Any) -> Any:
    return _of_pilots(pilots, at, those=Q())


def _past_of_gates(pilots: Any, at: Any) -> Any:
    found = _of_gates(pilots, at, those=Q())
    return found.values_list("gate__pilot", "gate", "gate__public_id", "kind", *_OF_GATE, *_OF_KIND)


_PAST = Compiled(_past, pilots=Keys(), at=DateField())
_PAST_OF_GATES = Compiled(_past_of_gates, pilots=Keys(), at=DateField())
_ROWS = Compiled(_of_rows, pilots=Keys(), at=DateField())
_ROWS_KNOWN = Compiled(_of_rows, pilots=Keys(), at=DateField(), known=DateField())
_GATES = Compiled(_of_gates, pilots=Keys(), at=DateField())
_GATES_KNOWN = Compiled(_of_gates, pilots=Keys(), at=DateField(), known=DateField())
_SEATS = Compiled(_in_units, units=Keys(), at=DateField())
