"""Who holds which decision in which unit on which days (rule 7), derived from rights and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from pilots.models import DecisionRight, GateKind, Person, Seat, Unit
from pilots.rules import rights


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
        tuple((gone.person_id, gone.left_on) for gone in right.departures.all()),
    )


def rights_of(kinds: Iterable[GateKind]) -> Any:
    """The rights of some kinds with all that `as_right` reads, in three queries."""
    there = DecisionRight.objects.filter(kind__in=kinds)
    return there.select_related("kind").prefetch_related("delegations", "departures")


def hold_seats(kinds: Iterable[GateKind] | None = None) -> None:
    """Let nobody else work out the seats of these kinds, or of all, before this transaction is over.

    Whoever changes a right, a delegation, an account or a place holds them before anything is read that the seats follow
    from. Pilots are locked before seats are held, never after.
    """
    found = GateKind.objects.all()
    if kinds is not None:
        found = found.filter(pk__in=[kind.pk for kind in kinds])
    list(found.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def units_within(right: DecisionRight) -> list[Unit]:
    """The units that a right reaches: those of its portfolio, or of all, and of its function, or of all."""
    units = Unit.objects.order_by("pk")
    if right.portfolio_id is not None:
        units = units.filter(portfolio=right.portfolio_id)
    if right.function_id is not None:
        units = units.filter(function=right.function_id)
    return list(units)


def rebuild_seats(kinds: Iterable[GateKind] | None = None, only: Iterable[Unit] | None = None) -> None:
    """Work out again who sits where, for some kinds and units or for all. Rights that reach none of the units are not read."""
    kinds = list(GateKind.objects.all() if kinds is None else kinds)
    units = list(Unit.objects.order_by("pk") if only is None else only)
    closed: dict[int, Any] = dict(Person.objects.filter(closed_on__isnull=False).values_list("pk", "closed_on"))
    reaching = _rights_by_reach(kinds, None if only is None else {unit.portfolio_id for unit in units})
    stale = Seat.objects.filter(kind__in=kinds)
    (stale if only is None else stale.filter(unit__in=units)).delete()
    Seat.objects.bulk_create(
        [
            _seat(kind, unit, seat)
            for kind in kinds
            for unit in units
            for seat in rights.seats(_that_reach(reaching, kind, unit), closed)
        ],
        batch_size=500,
    )


Reaching = Mapping[tuple[int, int | None, int | None], list[rights.Right]]
"""Rights by their kind, and by the portfolio and the function that they are for, None for all."""


def _rights_by_reach(kinds: Iterable[GateKind], portfolios: set[int] | None) -> Reaching:
    """The rights of some kinds that reach one of these portfolios, or of all."""
    found = rights_of(kinds)
    if portfolios is not None:
        found = found.filter(Q(portfolio=None) | Q(portfolio__in=portfolios))
    out: dict[tuple[int, int | None, int | None], list[rights.Right]] = {}
    for right in found:
        out.setdefault((right.kind_id, right.portfolio_id, right.function_id), []).append(as_right(right))
    return out


def _that_reach(reaching: Reaching, kind: GateKind, unit: Unit) -> list[rights.Right]:
    """The rights of a kind that reach a unit; of a unit without a function, those that are for no function alone."""
    functions = {unit.function_id, None}
    places = ((portfolio, function) for portfolio in (unit.portfolio_id, None) for function in functions)
    return [right for place in places for right in reaching.get((kind.pk, *place), ())]


def _seat(kind: GateKind, unit: Unit, seat: rights.Seat) -> Seat:
    return Seat(
        kind=kind,
        unit=unit,
        right_id=seat.right,
        first_day=seat.first_day,
        last_day=seat.last_day,
        run_from=seat.run_from or seat.first_day,
        holder_id=seat.holder,
        deputy_id=seat.deputy,
        escalation_id=seat.escalation,
        delegate_id=seat.delegate,
        capacity=seat.capacity,
        orphaned=seat.orphaned,
    )
