"""Verbs on kinds of gates: one can be added, and any can be switched off for a portfolio, visibly and with a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilots.models import Event, Gate, GateKind, Person, Pilot, Portfolio, SwitchedOff
from pilots.refusals import Invalid
from pilots.rules.acts import APPROVAL, MEASUREMENT
from pilots.verbs.desk import Desk, days, lock_all, need_reason, sit_down
from pilots.verbs.reference_rows import clean, concerns, log, only_office, put

SEALABLE = ("workflow", "acceptable_use", "tool", "data", "purpose", "function")
"""What of a pilot an approval can seal."""
OF_KIND = ("name", "question", "valid_for", "order")


@transaction.atomic
def add_kind(
    *,
    key: str,
    name: str,
    question: str,
    by: Person | None,
    clears_by: str = APPROVAL,
    valid_for: int | None = None,
    seals: Iterable[str] = (),
    high_impact_only: bool = False,
    on: date | None = None,
    known: date | None = None,
) -> GateKind:
    """Add a kind of gate: every pilot it applies to has such a gate, and it is open, from that day on.

    Args:
        valid_for: for how many days an answer holds; no end where none is given.
        seals: fields of `SEALABLE`; when one changes, the answer must be given again.

    Raises:
        NotYours: `by` is of no program office.
        Invalid: the key is taken, a field cannot be sealed, or it would clear in a way that is not known.
    """
    on, known = days(on, known)
    only_office(by, None, on)
    sealed = list(seals)
    for field in sealed:
        if field not in SEALABLE:
            raise Invalid(_("“%(field)s” is not a field that an answer can seal.") % {"field": field}, field="seals")
    if clears_by == MEASUREMENT:
        raise Invalid(_("A pilot has one agreed threshold; only the quality gate clears by it."), field="clears_by")
    last = GateKind.objects.aggregate(last=Max("order"))["last"] or 0
    kind = GateKind(
        key=key.strip(),
        name=name.strip(),
        question=question.strip(),
        clears_by=clears_by,
        valid_for=valid_for,
        seals=sealed,
        high_impact_only=high_impact_only,
        order=last + 10,
    )
    clean(kind)
    kind.save()
    log("add_kind", by, on, known, {"kind": kind.key}, changes=concerns(kind=kind))
    for pilot in lock_all(_concerned(kind)):
        _open(sit_down(pilot, by, _day(pilot, on), known), kind)
    return kind


@transaction.atomic
def amend_kind(
    *, kind: GateKind, by: Person | None, set: Mapping[str, Any], on: date | None = None, known: date | None = None
) -> Event | None:
    """Word a kind of gate anew, or let its answers hold for longer or shorter from now on. What was answered stays."""
    on, known = days(on, known)
    only_office(by, None, on)
    changes = put(kind, set, OF_KIND)
    if not changes:
        return None
    clean(kind)
    kind.save()
    told = concerns(kind=kind) + changes
    return log("amend_kind", by, on, known, {"kind": kind.key}, changes=told)


@transaction.atomic
def switch_off(
    *,
    kind: GateKind,
    portfolio: Portfolio,
    by: Person | None,
    reason: str | None = None,
    on: date | None = None,
    known: date | None = None,
) -> SwitchedOff:
    """Ask nothing of this kind of gate in a portfolio, from a day on. It is shown, and can be switched on again.

    Raises:
        NotYours: `by` is not of the portfolio's program office.
        ReasonRequired: nobody will know why.
        Invalid: it is switched off already.
    """
    on, known = days(on, known)
    only_office(by, portfolio, on)
    reason = need_reason(reason)
    if kind.off_for(portfolio, on):
        raise Invalid(_("This gate is switched off here already."), field="kind")
    off = SwitchedOff(kind=kind, portfolio=portfolio, starts=on, reason=reason)
    clean(off)
    off.save()
    log(
        "switch_off",
        by,
        on,
        known,
        {"kind": kind.key},
        portfolio=portfolio,
        changes=concerns(kind=kind, portfolio=portfolio),
        reason=reason,
    )
    for pilot in lock_all(_with_gate(kind, portfolio)):
        desk = sit_down(pilot, by, _day(pilot, on), known)
        desk.write("switch_off", gate=desk.gates[kind.key], reason=reason)
    return off


@transaction.atomic
def switch_on(
    *, kind: GateKind, portfolio: Portfolio, by: Person | None, on: date | None = None, known: date | None = None
) -> SwitchedOff:
    """Ask again for a kind of gate that was switched off in a portfolio. Answers that still hold, hold."""
    on, known = days(on, known)
    only_office(by, portfolio, on)
    off = SwitchedOff.objects.filter(kind=kind, portfolio=portfolio, ends=None).first()
    if off is None or off.starts > on:
        raise Invalid(_("This gate is not switched off here."), field="kind")
    off.ends = on - timedelta(days=1)
    off.save(update_fields=["ends"])
    log(
        "switch_on",
        by,
        on,
        known,
        {"kind": kind.key},
        portfolio=portfolio,
        changes=concerns(kind=kind, portfolio=portfolio),
    )
    for pilot in lock_all(_with_gate(kind, portfolio)):
        desk = sit_down(pilot, by, _day(pilot, on), known)
        desk.write("switch_on", gate=desk.gates[kind.key])
    for pilot in lock_all(_concerned(kind).filter(portfolio=portfolio)):
        _open(sit_down(pilot, by, _day(pilot, on), known), kind)
    return off


def fit(desk: Desk) -> None:
    """After a pilot became, or ceased to be, of high impact: open the gates that now apply, switch off those that do not."""
    kinds = GateKind.objects.filter(high_impact_only=True)
    applies = desk.pilot.high_impact is True  # not stated is not yes
    for kind in kinds_in_force(kinds, desk.pilot.portfolio, desk.on):
        gate = desk.gates.get(kind.key)
        if gate is None and applies:
            _open(desk, kind)
        elif gate is not None and desk.state.gates[kind.key].off == applies:
            desk.write("switch_on" if applies else "switch_off", gate=gate)


def kinds_in_force(kinds: Iterable[GateKind], portfolio: Portfolio, day: date) -> list[GateKind]:
    """Those of the kinds that are not switched off for a portfolio on a day."""
    off = set(SwitchedOff.objects.on(day).filter(portfolio=portfolio).values_list("kind", flat=True))
    return [kind for kind in kinds if kind.pk not in off]


def _concerned(kind: GateKind) -> Any:
    """The pilots that have no such gate though it applies to them."""
    there = Pilot.objects.exclude(stage=Pilot.Stage.RETIRED).exclude(gates__kind=kind)
    switched_off = SwitchedOff.objects.filter(kind=kind, ends=None)
    there = there.exclude(portfolio__in=switched_off.values("portfolio"))
    return there.filter(high_impact=True) if kind.high_impact_only else there


def _with_gate(kind: GateKind, portfolio: Portfolio) -> Any:
    return Pilot.objects.filter(portfolio=portfolio, gates__kind=kind)


def _day(pilot: Pilot, on: date) -> date:
    return max(on, pilot.recorded_on)


def _open(desk: Desk, kind: GateKind) -> None:
    """Open a gate of this kind on the pilot that is at the desk."""
    gate = Gate.objects.create(pilot=desk.pilot, kind=kind)
    desk.gates[kind.key] = gate
    desk.gates = dict(sorted(desk.gates.items(), key=lambda pair: (pair[1].kind.order, pair[1].kind.pk)))
    desk.write("open_gate", gate=gate)
