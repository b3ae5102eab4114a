"""Who holds which decision in which unit on which days (rule 7), derived from rights and accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
    """Work out again who sits where, for some kinds and units or for all."""
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
