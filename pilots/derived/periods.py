"""Keeping spells and seats in step with the facts they follow from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, DateField, Q

from pilots.derived.compiled import Compiled
from pilots.models import Cell, DecisionRight, Event, Gate, GateKind, GateSpell, Person, Pilot, PilotSpell, Seat
from pilots.rules import gates, replay, rights
from pilots.rules.events import Act, Kind

_DATES = ("to", "until", "decide_by", "good_until", "due", "met", "expires_on")


def _with_dates(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: date.fromisoformat(v) if k in _DATES and isinstance(v, str) else v for k, v in data.items()
    }
    for name in ("conditions", "pieces"):
        if out.get(name):
            out[name] = [_with_dates(each) for each in out[name]]
    return out


def as_act(event: Event) -> Act:
    """An event, with the decision it carries, as the rules read it."""
    data = _with_dates(event.data)
    decision = getattr(event, "decision", None)
    by = event.by_id
    if decision is not None:
        by = decision.decider_id
        data |= _decided({name: getattr(decision, name) for name in _OF_DECISION})
    verb = "decide" if decision is not None else event.verb
    gate = event.gate.kind.key if event.gate else None
    return Act(event.number or 0, event.on, event.known_on, verb, by, gate, data)


_OF_DECISION = ("outcome", "court", "until", "good_until", "conditions", "sealed")
"""What of a decision the rules read."""

_OF_ACT = (
    "number",
    "on",
    "known_on",
    "verb",
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


def acts_of(pilot: Pilot, gates: Mapping[str, Gate] | None = None) -> list[Act]:
    """All that was done to a pilot, in one query. Columns only: a pilot has a long history, and each verb reads all of it.

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
    verb: str,
    by: int | None,
    gate: int | None,
    data: dict[str, Any],
    decided: int | None,
    decider: int | None,
    *says: Any,
) -> Act:
    """A row of `_OF_ACT` as the rules read it."""
    data = _with_dates(data)
    if decided is not None:
        verb, by = "decide", decider
        data |= _decided(dict(zip(_OF_DECISION, says, strict=True)))
    return Act(seq, on, known, verb, by, keys[gate] if gate else None, data)


def _decided(decision: dict[str, Any]) -> dict[str, Any]:
    """What of a decision an act carries; a text that was erased by law is empty."""
    conditions = [_with_dates(each) for each in decision["conditions"] or ()]
    return decision | {"conditions": conditions, "sealed": decision["sealed"] or {}}


def kinds_of(pilot: Pilot) -> list[Kind]:
    """The kinds of a pilot's gates, in their order."""
    return [gate.kind.as_rule() for gate in pilot.gates.select_related("kind").order_by("kind__order", "kind_id")]


class Cells:
    """The cells of one portfolio by function, made when a pilot first lies there."""

    def __init__(self, portfolio: int) -> None:
        self.portfolio = portfolio
        self.found: dict[int | None, int] = {}

    def __getitem__(self, function: int | None) -> int:
        if function not in self.found:
            self.found[function] = cell_of(self.portfolio, function)
        return self.found[function]


def cell_of(portfolio: int, function: int | None) -> int:
    """The cell of a function in a portfolio, by primary key, made with its seats where there is none yet."""
    there = Cell.objects.filter(portfolio=portfolio, function=function)
    found = there.values_list("pk", flat=True).first()
    if found is not None:
        return found
    return cells_of([(portfolio, function)])[portfolio].found[function]


def cells_of(places: Iterable[tuple[int, int | None]]) -> dict[int, Cells]:
    """The cells of many places (portfolio and function) at once, by portfolio."""
    wanted = set(places)
    portfolios = {portfolio for portfolio, _function in wanted}
    out = _cells_in(portfolios)
    return _with_all(wanted, portfolios) if _missing(wanted, out) else out


@transaction.atomic
def _with_all(wanted: set[tuple[int, int | None]], portfolios: set[int]) -> dict[int, Cells]:
    """Make the cells that are missing, unless somebody else has made them by now."""
    hold_seats()
    out = _cells_in(portfolios)
    made = Cell.objects.bulk_create(
        [Cell(portfolio_id=portfolio, function_id=of) for portfolio, of in _missing(wanted, out)]
    )
    for cell in made:
        out[cell.portfolio_id].found[cell.function_id] = cell.pk
    rebuild_seats(only=made)
    return out


def _cells_in(portfolios: set[int]) -> dict[int, Cells]:
    out = {portfolio: Cells(portfolio) for portfolio in portfolios}
    for cell in Cell.objects.filter(portfolio__in=portfolios):
        out[cell.portfolio_id].found[cell.function_id] = cell.pk
    return out


def _missing(wanted: set[tuple[int, int | None]], there: Mapping[int, Cells]) -> list[tuple[int, int | None]]:
    """The places that have no cell yet, in one order whoever asks."""
    found = [place for place in wanted if place[1] not in there[place[0]].found]
    return sorted(found, key=lambda place: (place[0], place[1] or 0))


@dataclass(slots=True)
class Before:
    """A pilot's spells as they were told, and are stored, before an act."""

    gates: dict[str, list[gates.GateSpell]]
    pilot: list[replay.PilotSpell]

    @classmethod
    def of(cls, told: replay.History) -> Before:
        """The spells of a history, as they are now."""
        return cls({key: list(of) for key, of in told.gates.items()}, list(told.pilot))


Grown = tuple[Any, list[Any]]
"""The last spell before, with its end now, and the spells that follow it."""


def _grown(before: list[Any], after: list[Any]) -> Grown | None:
    """How a list of spells has grown at its end, or None where it has changed otherwise."""
    if not before or len(after) < len(before):
        return None
    last = len(before) - 1
    if after[:last] != before[:last] or replace(after[last], ends=None) != before[last]:
        return None
    return after[last], after[last + 1 :]


def grow(
    pilot: Pilot, before: Before, told: replay.History, known: date, owned: Mapping[str, Gate], cells: Cells
) -> bool:
    """Write an act of today that only adds to the spells' ends: nothing that is stored has to be read for that.

    Returns whether it was so; where it was not, nothing is written, and `keep` does the work.
    """
    own = _grown(before.pilot, told.pilot)
    of_gates = {key: _grown(of, told.gates[key]) for key, of in before.gates.items()}
    if own is None or None in of_gates.values() or before.gates.keys() != told.gates.keys():
        return False
    last, more = own
    new: list[Any] = [PilotSpell(pilot_id=pilot.pk, known_from=known, **pilot_columns(spell, cells)) for spell in more]
    if more:
        _stands(PilotSpell.objects.filter(pilot=pilot)).update(ends=last.ends)
        PilotSpell.objects.bulk_create(new)
    new = []
    over: dict[date, list[int]] = {}
    for key, grown in of_gates.items():
        assert grown is not None
        last, more = grown
        if more:
            gate = owned[key]
            over.setdefault(last.ends, []).append(gate.pk)
            new += [GateSpell(gate_id=gate.pk, known_from=known, **gate_columns(spell, gate, cells)) for spell in more]
    for ends, those in over.items():
        _stands(GateSpell.objects.filter(gate__in=those)).update(ends=ends)
    if new:
        GateSpell.objects.bulk_create(new)
    return True


def _stands(spells: Any) -> Any:
    """Of spells, the last ones that are known now."""
    return spells.filter(ends=None, known_until=None)


def keep(pilot: Pilot, told: replay.History, known: date, gates_by_kind: Mapping[str, Gate] | None = None) -> None:
    """Make the stored spells of a pilot say what was told; what is superseded stays, known until a day.

    Two reads and a write for each table, however many gates there are: only what is another than before is written.
    """
    owned = gates_by_kind or {gate.kind.key: gate for gate in pilot.gates.select_related("kind")}
    cells = Cells(pilot.portfolio_id)
    stored = _stored(PilotSpell, "pilot_id", [pilot.pk], known)
    for spell in stored[pilot.pk]:
        cells.found[spell.cell.function_id] = spell.cell_id
    own = [pilot_columns(spell, cells) for spell in told.pilot]
    _keep(PilotSpell, "pilot_id", {pilot.pk: own}, stored, known)
    of_gates = _gate_rows(told, owned, cells)
    stored = _stored(GateSpell, "gate_id", list(of_gates), known)
    _keep(GateSpell, "gate_id", of_gates, stored, known)


def _gate_rows(told: replay.History, owned: Mapping[str, Gate], cells: Cells) -> dict[int, list[dict[str, Any]]]:
    """The spells of a pilot's gates as columns, by the gate."""
    return {
        gate.pk: [gate_columns(spell, gate, cells) for spell in told.gates[key]]
        for key, gate in owned.items()
        if key in told.gates
    }


def replay_pilots(pilots: Sequence[Pilot], known: date) -> dict[int, replay.PilotState]:
    """Tell many pilots by all their acts, and store what follows as known on a day: a fixed number of statements.

    Returns where each stands after the last of its acts, by primary key.
    """
    owned: dict[int, dict[str, Gate]] = {pilot.pk: {} for pilot in pilots}
    for gate in Gate.objects.filter(pilot__in=owned).select_related("kind").order_by("kind__order", "kind_id"):
        owned[gate.pilot_id][gate.kind.key] = gate
    keys = {gate.pk: key for of in owned.values() for key, gate in of.items()}
    acts: dict[int, list[Act]] = {pk: [] for pk in owned}
    for pk, *row in Event.objects.filter(pilot__in=owned).order_by("number").values_list("pilot_id", *_OF_ACT):
        acts[pk].append(_act(keys, *row))
    told = {
        pilot.pk: replay.tell(
            pilot.recorded_on, [gate.kind.as_rule() for gate in owned[pilot.pk].values()], acts[pilot.pk]
        )
        for pilot in pilots
    }
    _keep_many(pilots, told, owned, known)
    return {pk: what.state for pk, what in told.items()}


def _keep_many(
    pilots: Sequence[Pilot],
    told: Mapping[int, replay.History],
    owned: Mapping[int, Mapping[str, Gate]],
    known: date,
) -> None:
    """Do for many pilots what `keep` does for one."""
    cells = cells_of((pilot.portfolio_id, spell.function) for pilot in pilots for spell in told[pilot.pk].pilot)
    own: dict[int, list[dict[str, Any]]] = {}
    of_gates: dict[int, list[dict[str, Any]]] = {}
    for pilot in pilots:
        places = cells[pilot.portfolio_id]
        own[pilot.pk] = [pilot_columns(spell, places) for spell in told[pilot.pk].pilot]
        of_gates |= _gate_rows(told[pilot.pk], owned[pilot.pk], places)
    _keep(PilotSpell, "pilot_id", own, _stored(PilotSpell, "pilot_id", list(own), known), known)
    _keep(GateSpell, "gate_id", of_gates, _stored(GateSpell, "gate_id", list(of_gates), known), known)


def _stored(model: Any, owner: str, pks: list[int], known: date) -> dict[int, list[Any]]:
    """The spells that still hold, or did until this day, by their owner and in order."""
    out: dict[int, list[Any]] = {pk: [] for pk in pks}
    found = model.objects.filter(Q(known_until=None) | Q(known_until=known), **{f"{owner}__in": pks})
    if model is PilotSpell:
        found = found.select_related("cell")
    for spell in found.order_by("starts", "pk"):
        out[getattr(spell, owner)].append(spell)
    return out


def gate_columns(spell: gates.GateSpell, gate: Gate | GateSpell, cells: Cells) -> dict[str, Any]:
    """A gate's spell as columns, with the cell it lies in and the kind of the gate, or of another spell of it."""
    row = {field.name: getattr(spell, field.name) for field in fields(spell)}
    row["person_id"], row["cell_id"] = row.pop("person"), cells[row.pop("function")]
    row["nominee_id"] = row.pop("nominee")
    return row | {"kind_id": gate.kind_id}


def pilot_columns(spell: replay.PilotSpell, cells: Cells) -> dict[str, Any]:
    """A pilot's spell as columns, with the cell it lies in."""
    row = {field.name: getattr(spell, field.name) for field in fields(spell)}
    row["cell_id"] = cells[row.pop("function")]
    row["manager_id"], row["sponsor_id"] = row.pop("manager"), row.pop("sponsor")
    row["missing_rules"] = list(spell.missing_rules)
    row["rules_known"] = not spell.missing_rules
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
    for pk, told in rows.items():
        wanted = {row["starts"]: row for row in told}
        before = [spell for spell in stored[pk] if spell.known_from < known]
        todays = [spell for spell in stored[pk] if spell.known_from >= known]
        kept.append((before, _that_hold(before, wanted)))
        of_today, again = _again(todays, wanted)
        gone += of_today
        changed += again
        new += [model(**{owner: pk}, **row, known_from=known) for row in wanted.values()]
    # What this day said and says no longer goes first: a spell that it had superseded may hold again from the same day.
    if gone:
        model.objects.filter(pk__in=gone).delete()
    for before, holds in kept:
        changed += _supersede(before, holds, known)
    if len(changed) == 1:
        spell = changed[0]
        model.objects.filter(pk=spell.pk).update(ends=spell.ends, known_until=spell.known_until)
    elif changed:
        model.objects.bulk_update(changed, ("ends", "known_until"), batch_size=ROWS_AT_ONCE)
    if new:
        model.objects.bulk_create(new)


ROWS_AT_ONCE = 500
"""Rows that one statement changes: more of them take an engine longer than as many statements."""


def _that_hold(before: list[Any], wanted: dict[date, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Spells known before that still say what is wanted, with the row that they stand for; it is wanted no more."""
    return {spell.pk: wanted.pop(spell.starts) for spell in before if _says(spell, wanted.get(spell.starts))}


def _supersede(before: list[Any], holds: Mapping[int, dict[str, Any]], known: date) -> list[Any]:
    """Of the spells known before, those that hold are known still, the others until this day. Returns those that change."""
    out = []
    for spell, following in zip_longest(before, before[1:]):
        if spell.pk in holds:
            changes = _set(spell, ends=holds[spell.pk]["ends"], known_until=None)
        else:
            ends = following.starts - timedelta(days=1) if following else None
            changes = _set(spell, ends=ends, known_until=known)
        out += [spell] if changes else []
    return out


def _again(todays: list[Any], wanted: dict[date, dict[str, Any]]) -> tuple[list[int], list[Any]]:
    """Spells of this day's knowledge: those that hold are taken off what is wanted.

    Returns the keys of the others, and those of the first that change.
    """
    gone, changed = [], []
    for spell in todays:
        if not _says(spell, wanted.get(spell.starts)):
            gone.append(spell.pk)
        elif _set(spell, ends=wanted.pop(spell.starts)["ends"]):
            changed.append(spell)
    return gone, changed


def _says(spell: Any, row: dict[str, Any] | None) -> bool:
    """Whether a stored spell says what is wanted, whatever its end."""
    return row is not None and all(getattr(spell, name) == value for name, value in row.items() if name != "ends")


def _set(spell: Any, **values: Any) -> bool:
    """Set what differs, to be saved with others. Returns whether anything does."""
    if all(getattr(spell, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(spell, name, value)
    return True


def rebuild(pilot: Pilot) -> None:
    """Tell a pilot again from its first event, day of knowledge by day of knowledge."""
    PilotSpell.objects.filter(pilot=pilot).delete()
    GateSpell.objects.filter(gate__pilot=pilot).delete()
    acts, kinds = acts_of(pilot), kinds_of(pilot)
    opened = {act.gate: act.known for act in acts if act.verb == "open_gate"}
    for known in sorted({act.known for act in acts}):
        there = [kind for kind in kinds if opened.get(kind.key, known) <= known]
        then = [act for act in acts if act.known <= known]
        keep(pilot, replay.tell(pilot.recorded_on, there, then), known)


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


def rebuild_seats(kinds: Iterable[GateKind] | None = None, only: Iterable[Cell] | None = None) -> None:
    """Work out again who sits where, for some kinds and cells or for all."""
    kinds = list(GateKind.objects.all() if kinds is None else kinds)
    cells = list(Cell.objects.order_by("pk") if only is None else only)
    closed: dict[int, Any] = dict(Person.objects.filter(closed_on__isnull=False).values_list("pk", "closed_on"))
    by_kind: dict[int, list[rights.Right]] = {kind.pk: [] for kind in kinds}
    for right in rights_of(kinds):
        by_kind[right.kind_id].append(as_right(right))
    stale = Seat.objects.filter(kind__in=kinds)
    (stale if only is None else stale.filter(cell__in=cells)).delete()
    Seat.objects.bulk_create(
        [
            _seat(kind, cell, seat)
            for kind in kinds
            for cell in cells
            for seat in rights.seats(
                [right for right in by_kind[kind.pk] if right.reaches(cell.portfolio_id, cell.function_id)], closed
            )
        ],
        batch_size=500,
    )


def _seat(kind: GateKind, cell: Cell, seat: rights.Seat) -> Seat:
    return Seat(
        kind=kind,
        cell=cell,
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


def as_pilot_spell(row: PilotSpell) -> replay.PilotSpell:
    """A stored spell of a pilot as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(replay.PilotSpell)
        if field.name not in ("function", "manager", "sponsor", "missing_rules")
    }
    return replay.PilotSpell(
        function=row.cell.function_id,
        manager=row.manager_id,
        sponsor=row.sponsor_id,
        missing_rules=tuple(row.missing_rules),
        **values,
    )


def as_gate_spell(row: GateSpell) -> gates.GateSpell:
    """A stored spell of a gate as the rules need it. Read it with its cell."""
    values = {
        field.name: getattr(row, field.name)
        for field in fields(gates.GateSpell)
        if field.name not in ("function", "person", "nominee")
    }
    return gates.GateSpell(function=row.cell.function_id, person=row.person_id, nominee=row.nominee_id, **values)


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
    there = Seat.objects.on(day).filter(cell__portfolio=portfolio, cell__function=function)
    return there.values_list("kind__key", "cell", *(field.name for field in fields(rights.Seat)))


_SEATS = Compiled(_seats, portfolio=BigIntegerField(), function=BigIntegerField(), day=DateField())


def seats_on(portfolio: int, function: int | None, day: date, cells: Cells | None = None) -> dict[str, rights.Seat]:
    """Who sits where in a cell on a day, by the key of the kind. A kind that is not there has no right at all.

    Where `cells` are given, they learn which cell it is.
    """
    where = {"portfolio": portfolio, "function": function, "day": day}
    found = {}
    for kind, cell, *seat in _seats(**where) if function is None else _SEATS(**where):
        found[kind] = rights.Seat(*seat)
        if cells is not None:
            cells.found[function] = cell
    return found
