"""Keeping periods and seats in step with the facts they follow from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, DateField, Q

from pilots.derived.compiled import Compiled
from pilots.models import DecisionRight, Event, Gate, GateKind, GatePeriod, Person, Pilot, PilotPeriod, Seat, Unit
from pilots.rules import gates, replay, rights
from pilots.rules.events import EventRecord, Kind

_DATES = ("to", "until", "decide_by", "good_until", "due", "met", "expires_on")


def _with_dates(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: date.fromisoformat(v) if k in _DATES and isinstance(v, str) else v for k, v in data.items()
    }
    for name in ("conditions", "pieces"):
        if out.get(name):
            out[name] = [_with_dates(each) for each in out[name]]
    return out


def event_record(event: Event) -> EventRecord:
    """An event, with the decision it carries, as the rules read it."""
    data = _with_dates(event.data)
    decision = getattr(event, "decision", None)
    by = event.by_id
    if decision is not None:
        by = decision.decider_id
        data |= _decided({name: getattr(decision, name) for name in _OF_DECISION})
    action = "decide" if decision is not None else event.action
    gate = event.gate.kind.key if event.gate else None
    return EventRecord(event.number or 0, event.on, event.known_on, action, by, gate, data)


_OF_DECISION = ("outcome", "court", "until", "good_until", "conditions", "sealed")
"""What of a decision the rules read."""

_OF_ACT = (
    "number",
    "on",
    "known_on",
    "action",
    "by_id",
    "gate_id",
    "data",
    "decision__pk",
    "decision__decider_id",
    *(f"decision__{name}" for name in _OF_DECISION),
)
"""What of an event, and of the decision it carries, the rules read."""

_ACTS = Compiled(
    lambda pilot: Event.objects.filter(pilot=pilot).order_by("number").values_list(*_OF_ACT), pilot=BigIntegerField()
)


def event_records(pilot: Pilot, gates: Mapping[str, Gate] | None = None) -> list[EventRecord]:
    """All that was done to a pilot, in one query. Columns only: a pilot has a long history, and each action reads all of it.

    Its gates by the keys of their kinds, where they are read already, save a second query.
    """
    owned = pilot.gates.select_related("kind") if gates is None else gates.values()
    keys = {gate.pk: gate.kind.key for gate in owned}
    return [_act(keys, *row) for row in _ACTS(pilot=pilot.pk)]


def _act(
    keys: Mapping[int, str],
    seq: int,
    on: date,
    known: date,
    action: str,
    by: int | None,
    gate: int | None,
    data: dict[str, Any],
    decided: int | None,
    decider: int | None,
    *says: Any,
) -> EventRecord:
    """A row of `_OF_ACT` as the rules read it."""
    data = _with_dates(data)
    if decided is not None:
        action, by = "decide", decider
        data |= _decided(dict(zip(_OF_DECISION, says, strict=True)))
    return EventRecord(seq, on, known, action, by, keys[gate] if gate else None, data)


def _decided(decision: dict[str, Any]) -> dict[str, Any]:
    """What of a decision an act carries; a text that was erased by law is empty."""
    conditions = [_with_dates(each) for each in decision["conditions"] or ()]
    return decision | {"conditions": conditions, "sealed": decision["sealed"] or {}}


def kinds_of(pilot: Pilot) -> list[Kind]:
    """The kinds of a pilot's gates, in their order."""
    return [gate.kind.as_rule() for gate in pilot.gates.select_related("kind").order_by("kind__order", "kind_id")]


class Units:
    """The cells of one portfolio by function, made when a pilot first lies there."""

    def __init__(self, portfolio: int) -> None:
        self.portfolio = portfolio
        self.found: dict[int | None, int] = {}

    def __getitem__(self, function: int | None) -> int:
        if function not in self.found:
            self.found[function] = unit_of(self.portfolio, function)
        return self.found[function]


def unit_of(portfolio: int, function: int | None) -> int:
    """The cell of a function in a portfolio, by primary key, made with its seats where there is none yet."""
    there = Unit.objects.filter(portfolio=portfolio, function=function)
    found = there.values_list("pk", flat=True).first()
    if found is not None:
        return found
    return units_of([(portfolio, function)])[portfolio].found[function]


def units_of(places: Iterable[tuple[int, int | None]]) -> dict[int, Units]:
    """The cells of many places (portfolio and function) at once, by portfolio."""
    wanted = set(places)
    portfolios = {portfolio for portfolio, _function in wanted}
    out = _units_in(portfolios)
    return _with_all(wanted, portfolios) if _missing(wanted, out) else out


@transaction.atomic
def _with_all(wanted: set[tuple[int, int | None]], portfolios: set[int]) -> dict[int, Units]:
    """Make the cells that are missing, unless somebody else has made them by now."""
    hold_seats()
    out = _units_in(portfolios)
    made = Unit.objects.bulk_create(
        [Unit(portfolio_id=portfolio, function_id=of) for portfolio, of in _missing(wanted, out)]
    )
    for unit in made:
        out[unit.portfolio_id].found[unit.function_id] = unit.pk
    rebuild_seats(only=made)
    return out


def _units_in(portfolios: set[int]) -> dict[int, Units]:
    out = {portfolio: Units(portfolio) for portfolio in portfolios}
    for unit in Unit.objects.filter(portfolio__in=portfolios):
        out[unit.portfolio_id].found[unit.function_id] = unit.pk
    return out


def _missing(wanted: set[tuple[int, int | None]], there: Mapping[int, Units]) -> list[tuple[int, int | None]]:
    """The places that have no cell yet, in one order whoever asks."""
    found = [place for place in wanted if place[1] not in there[place[0]].found]
    return sorted(found, key=lambda place: (place[0], place[1] or 0))


@dataclass(slots=True)
class Before:
    """A pilot's periods as they were told, and are stored, before an act."""

    gates: dict[str, list[gates.GatePeriod]]
    pilot: list[replay.PilotPeriod]

    @classmethod
    def of(cls, history: replay.History) -> Before:
        """The periods of a history, as they are now."""
        return cls({key: list(of) for key, of in history.gates.items()}, list(history.pilot))


Grown = tuple[Any, list[Any]]
"""The last period before, with its end now, and the periods that follow it."""


def _grown(before: list[Any], after: list[Any]) -> Grown | None:
    """How a list of periods has grown at its end, or None where it has changed otherwise."""
    if not before or len(after) < len(before):
        return None
    last = len(before) - 1
    if after[:last] != before[:last] or replace(after[last], ends=None) != before[last]:
        return None
    return after[last], after[last + 1 :]


def grow(
    pilot: Pilot, before: Before, history: replay.History, known: date, owned: Mapping[str, Gate], units: Units
) -> bool:
    """Write an act of today that only adds to the periods' ends: nothing that is stored has to be read for that.

    Returns whether it was so; where it was not, nothing is written, and `keep` does the work.
    """
    own = _grown(before.pilot, history.pilot)
    of_gates = {key: _grown(of, history.gates[key]) for key, of in before.gates.items()}
    if own is None or None in of_gates.values() or before.gates.keys() != history.gates.keys():
        return False
    last, more = own
    new: list[Any] = [
        PilotPeriod(pilot_id=pilot.pk, recorded_from=known, **pilot_columns(period, units)) for period in more
    ]
    if more:
        _stands(PilotPeriod.objects.filter(pilot=pilot)).update(ends=last.ends)
        PilotPeriod.objects.bulk_create(new)
    new = []
    over: dict[date, list[int]] = {}
    for key, grown in of_gates.items():
        assert grown is not None
        last, more = grown
        if more:
            gate = owned[key]
            over.setdefault(last.ends, []).append(gate.pk)
            new += [
                GatePeriod(gate_id=gate.pk, recorded_from=known, **gate_columns(period, gate, units)) for period in more
            ]
    for ends, those in over.items():
        _stands(GatePeriod.objects.filter(gate__in=those)).update(ends=ends)
    if new:
        GatePeriod.objects.bulk_create(new)
    return True


def _stands(periods: Any) -> Any:
    """Of periods, the last ones that are known now."""
    return periods.filter(ends=None, superseded_on=None)


def keep(pilot: Pilot, history: replay.History, known: date, gates_by_kind: Mapping[str, Gate] | None = None) -> None:
    """Make the stored periods of a pilot say what was told; what is superseded stays, known until a day.

    Two reads and a write for each table, however many gates there are: only what is another than before is written.
    """
    owned = gates_by_kind or {gate.kind.key: gate for gate in pilot.gates.select_related("kind")}
    units = Units(pilot.portfolio_id)
    stored = _stored(PilotPeriod, "pilot_id", [pilot.pk], known)
    for period in stored[pilot.pk]:
        units.found[period.unit.function_id] = period.unit_id
    own = [pilot_columns(period, units) for period in history.pilot]
    _keep(PilotPeriod, "pilot_id", {pilot.pk: own}, stored, known)
    of_gates = _gate_rows(history, owned, units)
    stored = _stored(GatePeriod, "gate_id", list(of_gates), known)
    _keep(GatePeriod, "gate_id", of_gates, stored, known)


def _gate_rows(history: replay.History, owned: Mapping[str, Gate], units: Units) -> dict[int, list[dict[str, Any]]]:
    """The periods of a pilot's gates as columns, by the gate."""
    return {
        gate.pk: [gate_columns(period, gate, units) for period in history.gates[key]]
        for key, gate in owned.items()
        if key in history.gates
    }


def replay_pilots(pilots: Sequence[Pilot], known: date) -> dict[int, replay.PilotState]:
    """Tell many pilots by all their acts, and store what follows as known on a day: a fixed number of statements.

    Returns where each stands after the last of its acts, by primary key.
    """
    owned: dict[int, dict[str, Gate]] = {pilot.pk: {} for pilot in pilots}
    for gate in Gate.objects.filter(pilot__in=owned).select_related("kind").order_by("kind__order", "kind_id"):
        owned[gate.pilot_id][gate.kind.key] = gate
    keys = {gate.pk: key for of in owned.values() for key, gate in of.items()}
    events: dict[int, list[EventRecord]] = {pk: [] for pk in owned}
    for pk, *row in Event.objects.filter(pilot__in=owned).order_by("number").values_list("pilot_id", *_OF_ACT):
        events[pk].append(_act(keys, *row))
    history = {
        pilot.pk: replay.replay(
            pilot.recorded_on, [gate.kind.as_rule() for gate in owned[pilot.pk].values()], events[pilot.pk]
        )
        for pilot in pilots
    }
    _keep_many(pilots, history, owned, known)
    return {pk: what.state for pk, what in history.items()}


def _keep_many(
    pilots: Sequence[Pilot],
    history: Mapping[int, replay.History],
    owned: Mapping[int, Mapping[str, Gate]],
    known: date,
) -> None:
    """Do for many pilots what `keep` does for one."""
    units = units_of((pilot.portfolio_id, period.function) for pilot in pilots for period in history[pilot.pk].pilot)
    own: dict[int, list[dict[str, Any]]] = {}
    of_gates: dict[int, list[dict[str, Any]]] = {}
    for pilot in pilots:
        places = units[pilot.portfolio_id]
        own[pilot.pk] = [pilot_columns(period, places) for period in history[pilot.pk].pilot]
        of_gates |= _gate_rows(history[pilot.pk], owned[pilot.pk], places)
    _keep(PilotPeriod, "pilot_id", own, _stored(PilotPeriod, "pilot_id", list(own), known), known)
    _keep(GatePeriod, "gate_id", of_gates, _stored(GatePeriod, "gate_id", list(of_gates), known), known)


def _stored(model: Any, owner: str, pks: list[int], known: date) -> dict[int, list[Any]]:
    """The periods that still hold, or did until this day, by their owner and in order."""
    out: dict[int, list[Any]] = {pk: [] for pk in pks}
    found = model.objects.filter(Q(superseded_on=None) | Q(superseded_on=known), **{f"{owner}__in": pks})
    if model is PilotPeriod:
        found = found.select_related("unit")
    for period in found.order_by("starts", "pk"):
        out[getattr(period, owner)].append(period)
    return out


def gate_columns(period: gates.GatePeriod, gate: Gate | GatePeriod, units: Units) -> dict[str, Any]:
    """A gate's period as columns, with the cell it lies in and the kind of the gate, or of another period of it."""
    row = {field.name: getattr(period, field.name) for field in fields(period)}
    row["person_id"], row["unit_id"] = row.pop("person"), units[row.pop("function")]
    row["nominee_id"] = row.pop("nominee")
    return row | {"kind_id": gate.kind_id}


def pilot_columns(period: replay.PilotPeriod, units: Units) -> dict[str, Any]:
    """A pilot's period as columns, with the cell it lies in."""
    row = {field.name: getattr(period, field.name) for field in fields(period)}
    row["unit_id"] = units[row.pop("function")]
    row["manager_id"], row["sponsor_id"] = row.pop("manager"), row.pop("sponsor")
    row["missing_rules"] = list(period.missing_rules)
    row["rules_known"] = not period.missing_rules
    return row


def _keep(
    model: Any, owner: str, rows: dict[int, list[dict[str, Any]]], stored: dict[int, list[Any]], known: date
) -> None:
    """Keep what was known before this day, and put this day's knowledge on top of it, for each owner.

    Acts written down on one day count as known together, so that a rebuild, day of knowledge by day of knowledge,
    leaves the same rows whatever the order in which the acts of a day were written.
    """
    kept: list[tuple[list[Any], dict[int, dict[str, Any]]]] = []
    gone: list[int] = []
    changed: list[Any] = []
    new: list[Any] = []
    for pk, history in rows.items():
        wanted = {row["starts"]: row for row in history}
        before = [period for period in stored[pk] if period.recorded_from < known]
        todays = [period for period in stored[pk] if period.recorded_from >= known]
        kept.append((before, _that_hold(before, wanted)))
        of_today, again = _again(todays, wanted)
        gone += of_today
        changed += again
        new += [model(**{owner: pk}, **row, recorded_from=known) for row in wanted.values()]
    # What this day said and says no longer goes first: a period that it had superseded may hold again from the same day.
    if gone:
        model.objects.filter(pk__in=gone).delete()
    for before, holds in kept:
        changed += _supersede(before, holds, known)
    if len(changed) == 1:
        period = changed[0]
        model.objects.filter(pk=period.pk).update(ends=period.ends, superseded_on=period.superseded_on)
    elif changed:
        model.objects.bulk_update(changed, ("ends", "superseded_on"), batch_size=ROWS_AT_ONCE)
    if new:
        model.objects.bulk_create(new)


ROWS_AT_ONCE = 500
"""Rows that one statement changes: more of them take an engine longer than as many statements."""


def _that_hold(before: list[Any], wanted: dict[date, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Periods known before that still say what is wanted, with the row that they stand for; it is wanted no more."""
    return {period.pk: wanted.pop(period.starts) for period in before if _says(period, wanted.get(period.starts))}


def _supersede(before: list[Any], holds: Mapping[int, dict[str, Any]], known: date) -> list[Any]:
    """Of the periods known before, those that hold are known still, the others until this day. Returns those that change."""
    out = []
    for period, following in zip_longest(before, before[1:]):
        if period.pk in holds:
            changes = _set(period, ends=holds[period.pk]["ends"], superseded_on=None)
        else:
            ends = following.starts - timedelta(days=1) if following else None
            changes = _set(period, ends=ends, superseded_on=known)
        out += [period] if changes else []
    return out


def _again(todays: list[Any], wanted: dict[date, dict[str, Any]]) -> tuple[list[int], list[Any]]:
    """Periods of this day's knowledge: those that hold are taken off what is wanted.

    Returns the keys of the others, and those of the first that change.
    """
    gone, changed = [], []
    for period in todays:
        if not _says(period, wanted.get(period.starts)):
            gone.append(period.pk)
        elif _set(period, ends=wanted.pop(period.starts)["ends"]):
            changed.append(period)
    return gone, changed


def _says(period: Any, row: dict[str, Any] | None) -> bool:
    """Whether a stored period says what is wanted, whatever its end."""
    return row is not None and all(getattr(period, name) == value for name, value in row.items() if name != "ends")


def _set(period: Any, **values: Any) -> bool:
    """Set what differs, to be saved with others. Returns whether anything does."""
    if all(getattr(period, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(period, name, value)
    return True


def rebuild(pilot: Pilot) -> None:
    """Tell a pilot again from its first event, day of knowledge by day of knowledge."""
    PilotPeriod.objects.filter(pilot=pilot).delete()
    GatePeriod.objects.filter(gate__pilot=pilot).delete()
    events, kinds = event_records(pilot), kinds_of(pilot)
    opened = {event.gate: event.known for event in events if event.action == "open_gate"}
    for known in sorted({event.known for event in events}):
        there = [kind for kind in kinds if opened.get(kind.key, known) <= known]
        then = [event for event in events if event.known <= known]
        keep(pilot, replay.replay(pilot.recorded_on, there, then), known)


def as_right(right: DecisionRight) -> rights.Right:
    """A right as the rules need it."""
    return rights.Right(
        right.pk,
        right.kind.key,
        right.portfolio_id,
        right.function_id,
        right.holder_id,
        right.deputy_id,
        right.escalate_to_id,
        right.starts,
        right.until,
        tuple(rights.Delegation(given.to_id, given.starts, given.until) for given in right.delegations.all()),
    )


def rights_of(kinds: Iterable[GateKind]) -> Any:
    """The rights of some kinds with all that `as_right` reads, in two queries."""
    there = DecisionRight.objects.filter(kind__in=kinds)
    return there.select_related("kind").prefetch_related("delegations")


def hold_seats(kinds: Iterable[GateKind] | None = None) -> None:
    """Let nobody else work out the seats of these kinds, or of all, before this transaction is over.

    Whoever changes a right, a delegation, an account or a place holds them before anything is read that the seats follow
    from. Pilots are locked before seats are held, never after.
    """
    found = GateKind.objects.all()
    if kinds is not None:
        found = found.filter(pk__in=[kind.pk for kind in kinds])
    list(found.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def rebuild_seats(kinds: Iterable[GateKind] | None = None, only: Iterable[Unit] | None = None) -> None:
    """Work out again who sits where, for some kinds and cells or for all."""
    kinds = list(GateKind.objects.all() if kinds is None else kinds)
    units = list(Unit.objects.order_by("pk") if only is None else only)
    closed: dict[int, Any] = dict(Person.objects.filter(closed_on__isnull=False).values_list("pk", "closed_on"))
    by_kind: dict[int, list[rights.Right]] = {kind.pk: [] for kind in kinds}
    for right in rights_of(kinds):
        by_kind[right.kind_id].append(as_right(right))
    stale = Seat.objects.filter(kind__in=kinds)
    (stale if only is None else stale.filter(unit__in=units)).delete()
    Seat.objects.bulk_create(
        [
            _seat(kind, unit, seat)
            for kind in kinds
            for unit in units
            for seat in rights.seats(
                [right for right in by_kind[kind.pk] if right.reaches(unit.portfolio_id, unit.function_id)], closed
            )
        ],
        batch_size=500,
    )


def _seat(kind: GateKind, unit: Unit, seat: rights.Seat) -> Seat:
    return Seat(
        kind=kind,
        unit=unit,
        right_id=seat.right,
        starts=seat.starts,
        ends=seat.ends,
        run_from=seat.run_from or seat.starts,
        holder_id=seat.holder,
        deputy_id=seat.deputy,
        escalation_id=seat.escalation,
        delegate_id=seat.delegate,
        capacity=seat.capacity,
        orphaned=seat.orphaned,
    )


def as_pilot_period(row: PilotPeriod) -> replay.PilotPeriod:
    """A stored period of a pilot as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(replay.PilotPeriod)
        if field.name not in ("function", "manager", "sponsor", "missing_rules")
    }
    return replay.PilotPeriod(
        function=row.unit.function_id,
        manager=row.manager_id,
        sponsor=row.sponsor_id,
        missing_rules=tuple(row.missing_rules),
        **values,
    )


def as_gate_period(row: GatePeriod) -> gates.GatePeriod:
    """A stored period of a gate as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(gates.GatePeriod)
        if field.name not in ("function", "person", "nominee")
    }
    return gates.GatePeriod(function=row.unit.function_id, person=row.person_id, nominee=row.nominee_id, **values)


def as_seat(row: Seat) -> rights.Seat:
    """A stored seat as the rules need it."""
    return rights.Seat(
        starts=row.starts,
        ends=row.ends,
        holder=row.holder_id,
        deputy=row.deputy_id,
        escalation=row.escalation_id,
        capacity=row.capacity,
        right=row.right_id,
        orphaned=row.orphaned,
        run_from=row.run_from,
        delegate=row.delegate_id,
    )


def _seats(portfolio: Any, function: Any, day: Any) -> Any:
    there = Seat.objects.on(day).filter(unit__portfolio=portfolio, unit__function=function)
    return there.values_list("kind__key", "unit", *(field.name for field in fields(rights.Seat)))


_SEATS = Compiled(_seats, portfolio=BigIntegerField(), function=BigIntegerField(), day=DateField())


def seats_on(portfolio: int, function: int | None, day: date, units: Units | None = None) -> dict[str, rights.Seat]:
    """Who sits where in a cell on a day, by the key of the kind. A kind that is not there has no right at all.

    Where `units` are given, they learn which cell it is.
    """
    where = {"portfolio": portfolio, "function": function, "day": day}
    found = {}
    for kind, unit, *seat in _seats(**where) if function is None else _SEATS(**where):
        found[kind] = rights.Seat(*seat)
        if units is not None:
            units.found[function] = unit
    return found
