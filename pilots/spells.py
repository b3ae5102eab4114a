"""Keeping spells and seats in step with the facts they follow from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.db.models import Q

from pilots.models import (
    DecisionRight,
    Event,
    Gate,
    GateKind,
    GateSpell,
    Person,
    Pilot,
    PilotSpell,
    Portfolio,
    Seat,
)
from pilots.rules import gates, history, rights
from pilots.rules.acts import Act, Kind

_DATES = ("to", "until", "decide_by", "good_until", "due", "met")


def _with_dates(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        k: date.fromisoformat(v) if k in _DATES and isinstance(v, str) else v
        for k, v in data.items()
    }
    if out.get("conditions"):
        out["conditions"] = [_with_dates(c) for c in out["conditions"]]
    return out


def as_act(event: Event) -> Act:
    """An event, with the decision it carries, as the rules read it."""
    data = _with_dates(event.data)
    decision = getattr(event, "decision", None)
    by = event.by_id
    if decision is not None:
        by = decision.decider_id
        data |= {
            "outcome": decision.outcome,
            "court": decision.court,
            "until": decision.until,
            "good_until": decision.good_until,
            "conditions": [_with_dates(c) for c in decision.conditions or ()],
            "sealed": decision.sealed or {},
        }
    verb = "decide" if decision is not None else event.verb
    gate = event.gate.kind.key if event.gate_id and event.gate else None
    return Act(event.pk, event.on, event.known_on, verb, by, gate, data)


def acts_of(pilot: Pilot) -> list[Act]:
    """All that was done to a pilot, in one query."""
    events = (
        Event.objects.filter(pilot=pilot)
        .select_related("decision", "gate__kind")
        .order_by("pk")
    )
    return [as_act(event) for event in events]


def kinds_of(pilot: Pilot) -> list[Kind]:
    """The kinds of a pilot's gates, in their order."""
    return [
        gate.kind.as_rule()
        for gate in pilot.gates.select_related("kind").order_by(
            "kind__order", "kind_id"
        )
    ]


def keep(pilot: Pilot, told: history.History, known: date) -> None:
    """Make the stored spells of a pilot say what was told; what is superseded stays, known until a day."""
    row = {"pilot_id": pilot.pk}
    _keep(PilotSpell, row, [_pilot_columns(spell) for spell in told.pilot], known)
    kind_ids = {}
    for gate in pilot.gates.select_related("kind"):
        kind_ids[gate.kind.key] = gate
    for key, spells in told.gates.items():
        gate = kind_ids[key]
        columns = [gate_columns(spell, pilot, gate) for spell in spells]
        _keep(GateSpell, {"gate_id": gate.pk}, columns, known)


def gate_columns(spell: gates.GateSpell, pilot: Pilot, gate: Gate) -> dict[str, Any]:
    """A gate's spell as columns, with the cell it lies in."""
    row = asdict(spell)
    row["person_id"], row["function_id"] = row.pop("person"), row.pop("function")
    return row | {"kind_id": gate.kind_id, "portfolio_id": pilot.portfolio_id}


def _pilot_columns(spell: history.PilotSpell) -> dict[str, Any]:
    row = {f.name: getattr(spell, f.name) for f in fields(spell)}
    for name in ("function", "manager", "sponsor"):
        row[f"{name}_id"] = row.pop(name)
    row["missing_rules"] = list(spell.missing_rules)
    row["rules_known"] = not spell.missing_rules
    return row


pilot_columns = _pilot_columns


def _keep(
    model: Any, owner: dict[str, int], rows: list[dict[str, Any]], known: date
) -> None:
    stored = {
        spell.starts: spell for spell in model.objects.filter(**owner, known_until=None)
    }
    fresh = []
    gone = set(stored) - {row["starts"] for row in rows}
    for row in rows:
        spell = stored.get(row["starts"])
        if spell is not None and all(
            getattr(spell, name) == value
            for name, value in row.items()
            if name != "ends"
        ):
            if spell.ends != row["ends"]:
                model.objects.filter(pk=spell.pk).update(ends=row["ends"])
            continue
        if spell is not None:
            gone.add(spell.starts)
        fresh.append(model(**owner, **row, known_from=known))
    if gone:
        over = model.objects.filter(pk__in=[stored[day].pk for day in gone])
        over.filter(known_from__gte=known).delete()
        over.update(known_until=known)
    model.objects.bulk_create(fresh)


def rebuild(pilot: Pilot) -> None:
    """Tell a pilot again from its first event, day of knowledge by day of knowledge."""
    PilotSpell.objects.filter(pilot=pilot).delete()
    GateSpell.objects.filter(gate__pilot=pilot).delete()
    acts, kinds = acts_of(pilot), kinds_of(pilot)
    for known in sorted({act.known for act in acts}):
        keep(
            pilot,
            history.tell(
                pilot.recorded_on, kinds, [act for act in acts if act.known <= known]
            ),
            known,
        )


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
    )


Cell = tuple[int, int | None]


def cells() -> set[Cell]:
    """Every function in a portfolio that a pilot has ever been in, and each portfolio without one."""
    found: set[Cell] = set(
        Seat.objects.values_list("portfolio_id", "function_id").distinct()
    )
    found |= set(
        Pilot.objects.order_by().values_list("portfolio_id", "function_id").distinct()
    )
    return found | {(pk, None) for pk in Portfolio.objects.values_list("pk", flat=True)}


def rebuild_seats(
    kinds: Iterable[GateKind] | None = None, only: Iterable[Cell] | None = None
) -> None:
    """Work out again who sits where, for some kinds and cells or for all."""
    kinds = list(GateKind.objects.all() if kinds is None else kinds)
    wanted = set(cells() if only is None else only)
    closed: dict[int, Any] = dict(
        Person.objects.filter(closed_on__isnull=False).values_list("pk", "closed_on")
    )
    by_kind: dict[int, list[rights.Right]] = {kind.pk: [] for kind in kinds}
    for right in DecisionRight.objects.filter(kind__in=kinds).select_related("kind"):
        by_kind[right.kind_id].append(as_right(right))
    where = Q(kind__in=kinds)
    if only is not None:
        cell_q = Q(pk__in=[])
        for portfolio, function in wanted:
            cell_q |= Q(portfolio=portfolio, function=function)
        where &= cell_q
    Seat.objects.filter(where).delete()
    Seat.objects.bulk_create(
        [
            _seat(kind, cell, seat)
            for kind in kinds
            if by_kind[kind.pk]
            for cell in sorted(wanted, key=lambda c: (c[0], c[1] or 0))
            for seat in rights.seats(
                [r for r in by_kind[kind.pk] if r.reaches(*cell)], closed
            )
        ],
        batch_size=500,
    )


def _seat(kind: GateKind, cell: Cell, seat: rights.Seat) -> Seat:
    return Seat(
        kind=kind,
        portfolio_id=cell[0],
        function_id=cell[1],
        right_id=seat.right,
        starts=seat.starts,
        ends=seat.ends,
        run_from=seat.run_from or seat.starts,
        holder_id=seat.holder,
        deputy_id=seat.deputy,
        escalation_id=seat.escalation,
        capacity=seat.capacity,
        orphaned=seat.orphaned,
    )


def as_seat(row: Seat) -> rights.Seat:
    """A stored seat as the rules need it."""
    return rights.Seat(
        row.starts,
        row.ends,
        row.holder_id,
        row.deputy_id,
        row.escalation_id,
        row.capacity,
        row.right_id,
        row.orphaned,
        row.run_from,
    )


def seat_rows(
    *, kind: str, portfolio: int, function: int | None, day: date
) -> rights.Seat:
    """Who sits where on a day, for one kind and one cell."""
    row = (
        Seat.objects.filter(
            Q(ends=None) | Q(ends__gte=day),
            kind__key=kind,
            portfolio=portfolio,
            function=function,
            starts__lte=day,
        )
        .order_by("-starts")
        .first()
    )
    return as_seat(row) if row else rights.Seat(starts=day, ends=None)
