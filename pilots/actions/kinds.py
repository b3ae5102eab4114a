"""Actions on kinds of gates: one can be added, and any can be switched off for a portfolio, visibly and with a date."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.bulk_kinds import change_kind
from pilots.actions.event_batch import event_batch, log_batch
from pilots.actions.locked_pilot import LockedPilot, action_days
from pilots.actions.reference import clean, concerns, log, need_whole, only_office, put
from pilots.actions.texts import need_reason
from pilots.derived.kind_growth import OPEN, SWITCH_OFF, SWITCH_ON, KindChange
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Gate, GateKind, GateKindPortfolio, Person, Pilot, Portfolio, SwitchedOff
from pilots.models.gates import LAST_IN_ORDER, LONGEST_VALID
from pilots.refusals import Invalid, NotYours
from pilots.rules.vocabulary import ClearsBy, Stage

__all__ = ["add_kind", "amend_kind", "switch_off", "switch_on"]


SEALABLE = ("workflow", "acceptable_use", "tool", "data", "purpose", "function")
"""What of a pilot an approval can seal."""
OF_KIND = ("name", "question", "valid_for", "position")


@logged_transaction()
def add_kind(
    *,
    key: str,
    name: str,
    question: str,
    by: Person | None,
    clears_by: str = ClearsBy.APPROVAL,
    valid_for: int | None = None,
    seals: Iterable[str] = (),
    high_impact_only: bool = False,
    portfolios: Iterable[Portfolio] | None = None,
    on: date | None = None,
    known: date | None = None,
) -> GateKind:
    """Add a kind of gate: every pilot it applies to has such a gate, and it is open, from that day on.

    Args:
        valid_for: for how many days an answer holds; no end where none is given.
        seals: fields of `SEALABLE`; when one changes, the answer must be given again.
        portfolios: those whose pilots are asked for it; None for all of them, also for those opened later.

    Raises:
        NotYours: `by` does not keep all that it is for.
        Invalid: the key is taken, a field cannot be sealed, it would clear in a way that is not known, or it is for none.
    """
    on, known = action_days(on, known)
    scope = None if portfolios is None else sorted(set(portfolios), key=lambda one: one.pk)
    _reaches(by, scope, on)
    if scope == []:
        raise Invalid(_("Choose the portfolios that it is for."), field="portfolios")
    _numbers({"valid_for": valid_for})
    kind = _new_kind(
        key=key.strip(),
        name=name.strip(),
        question=question.strip(),
        clears_by=clears_by,
        valid_for=valid_for,
        seals=list(seals),
        high_impact_only=high_impact_only,
        for_all=scope is None,
    )
    _open_on_pilots(kind, scope, by, on, known)
    return kind


def _open_on_pilots(kind: GateKind, scope: list[Portfolio] | None, by: Person | None, on: date, known: date) -> None:
    """Open the gates of a new kind on the pilots of these portfolios, or of all; and write that it was added."""
    scoped = GateKindPortfolio.objects.bulk_create(GateKindPortfolio(kind=kind, portfolio=of) for of in scope or ())
    data = {"kind": kind.key, "portfolios": None if scope is None else [of.pk for of in scope]}
    portfolios: list[Portfolio | None] = [*scope] if scope else [None]
    with event_batch() as batch:
        change_kind(KindChange(OPEN, kind, by, on, known, batch), _concerned(kind))
    rows, changes = [kind, *scoped], concerns(kind=kind)
    log_batch(batch, "add_kind", by, on, known, data, portfolios=portfolios, changes=changes, rows=rows)


def _new_kind(**columns: Any) -> GateKind:
    """Save a kind, after the others in order, or refuse what cannot be."""
    for field in columns["seals"]:
        if field not in SEALABLE:
            raise Invalid(_("“%(field)s” is not a field that an answer can seal.") % {"field": field}, field="seals")
    if columns["clears_by"] == ClearsBy.MEASUREMENT:
        raise Invalid(_("A pilot has one agreed threshold; only the quality gate clears by it."), field="clears_by")
    last = GateKind.objects.aggregate(last=Max("position"))["last"] or 0
    kind = GateKind(position=min(last + 10, LAST_IN_ORDER), **columns)
    clean(kind)
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        # Somebody else added it between our look and our writing.
        raise Invalid(_("A kind of gate with this key is there already."), field="key") from error
    return kind


@logged_transaction()
def amend_kind(
    *, kind: GateKind, by: Person | None, set: Mapping[str, Any], on: date | None = None, known: date | None = None
) -> Event | None:
    """Word a kind of gate anew, or let its answers hold for longer or shorter from now on. What was answered stays.

    Raises:
        NotYours: `by` does not keep all that it is for.
    """
    on, known = action_days(on, known)
    scope = scope_of(kind)
    _reaches(by, scope, on)
    _numbers(set)
    changes = put(kind, set, OF_KIND)
    if not changes:
        return None
    clean(kind)
    kind.save()
    history = concerns(kind=kind) + changes
    # What some portfolios ask is nobody else's to read: it is written in the log of each.
    portfolios: list[Portfolio | None] = [*scope] if scope else [None]
    data = {"kind": kind.key}
    events = [log("amend_kind", by, on, known, data, portfolio=of, changes=history, rows=[kind]) for of in portfolios]
    return events[0]


def _numbers(values: Mapping[str, Any]) -> None:
    """Refuse numbers that no calendar and no order of kinds reaches."""
    if values.get("valid_for") is not None:
        need_whole(values["valid_for"], "valid_for", least=1, most=LONGEST_VALID)
    if "position" in values:
        need_whole(values["position"], "position", least=0, most=LAST_IN_ORDER)


@logged_transaction()
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
        Invalid: it is switched off already, or is not for this portfolio.
    """
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    reason = need_reason(reason)
    if not kind.is_for(portfolio):
        raise Invalid(_("This gate is not asked in this portfolio."), field="kind")
    if kind.off_for(portfolio, on):
        raise Invalid(_("This gate is switched off here already."), field="kind")
    off = SwitchedOff(kind=kind, portfolio=portfolio, starts=on, reason=reason)
    clean(off)
    off.save()
    with event_batch() as batch:
        change_kind(KindChange(SWITCH_OFF, kind, by, on, known, batch, reason), _with_gate(kind, portfolio))
    log_batch(
        batch,
        "switch_off",
        by,
        on,
        known,
        {"kind": kind.key},
        portfolios=[portfolio],
        changes=concerns(kind=kind, portfolio=portfolio),
        reason=reason,
        rows=[off],
    )
    return off


@logged_transaction()
def switch_on(
    *, kind: GateKind, portfolio: Portfolio, by: Person | None, on: date | None = None, known: date | None = None
) -> SwitchedOff:
    """Ask again for a kind of gate that was switched off in a portfolio. Answers that still hold, hold."""
    on, known = action_days(on, known)
    only_office(by, portfolio, on)
    off = SwitchedOff.objects.filter(kind=kind, portfolio=portfolio, ends=None).first()
    if off is None or off.starts > on:
        raise Invalid(_("This gate is not switched off here."), field="kind")
    off.ends = on - timedelta(days=1)
    off.save(update_fields=["ends"])
    with event_batch() as batch:
        change_kind(KindChange(SWITCH_ON, kind, by, on, known, batch), _with_gate(kind, portfolio))
        change_kind(KindChange(OPEN, kind, by, on, known, batch), _concerned(kind).filter(portfolio=portfolio))
    log_batch(
        batch,
        "switch_on",
        by,
        on,
        known,
        {"kind": kind.key},
        portfolios=[portfolio],
        changes=concerns(kind=kind, portfolio=portfolio),
        rows=[off],
    )
    return off


def scope_of(kind: GateKind) -> list[Portfolio] | None:
    """The portfolios that a kind is for; None where it is for all."""
    return None if kind.for_all else list(kind.portfolios.order_by("pk"))


def _reaches(by: Person | None, portfolios: list[Portfolio] | None, on: date) -> None:
    """Refuse an office that a kind would reach beyond: one for every portfolio takes whoever keeps them all."""
    only_office(by, None, on)
    if by is None:
        return
    if portfolios is None and not permissions.keeps_all(by):
        raise NotYours(
            _("A kind of gate for every portfolio takes whoever keeps them all. Choose the portfolios that you keep."),
        )
    for portfolio in portfolios or ():
        only_office(by, portfolio, on)


def fit(locked: LockedPilot, kinds: Iterable[GateKind]) -> None:
    """Open the gates of these kinds that apply to a pilot now, and switch off those that do not."""
    for kind in kinds_in_force(kinds, locked.pilot.portfolio, locked.on):
        gate = locked.gates.get(kind.key)
        applies = not kind.high_impact_only or locked.pilot.high_impact is True  # not stated is not yes
        if gate is None and applies:
            _open(locked, kind)
        elif gate is not None and locked.state.gates[kind.key].off == applies:
            locked.write("switch_on" if applies else "switch_off", gate=gate, data={"kind": kind.key})


def kinds_in_force(kinds: Iterable[GateKind], portfolio: Portfolio, day: date) -> list[GateKind]:
    """Those of the kinds that are for a portfolio, and are not switched off for it on a day."""
    off = set(SwitchedOff.objects.on(day).filter(portfolio=portfolio).values_list("kind", flat=True))
    own = set(GateKindPortfolio.objects.filter(portfolio=portfolio).values_list("kind", flat=True))
    return _in_force(kinds, off, own)


def _in_force(kinds: Iterable[GateKind], off: Container[int], own: Container[int]) -> list[GateKind]:
    return [kind for kind in kinds if kind.pk not in off and (kind.for_all or kind.pk in own)]


def kinds_in_force_by_portfolio(kinds: Iterable[GateKind], day: date) -> Callable[[Portfolio], list[GateKind]]:
    """`kinds_in_force` for any portfolio, for two queries in all."""
    off, own = _by_portfolio(SwitchedOff.objects.on(day)), _by_portfolio(GateKindPortfolio.objects.all())
    wanted = list(kinds)
    return lambda portfolio: _in_force(wanted, off.get(portfolio.pk, ()), own.get(portfolio.pk, ()))


def _by_portfolio(rows: QuerySet[Any]) -> dict[int, set[int]]:
    """The kinds that rows name, by portfolio."""
    found: dict[int, set[int]] = {}
    for portfolio, kind in rows.values_list("portfolio", "kind"):
        found.setdefault(portfolio, set()).add(kind)
    return found


def _concerned(kind: GateKind) -> Any:
    """The pilots that have no such gate though it applies to them."""
    there = Pilot.objects.filter(void_since=None).exclude(stage=Stage.RETIRED)
    there = there.filter(~Exists(Gate.objects.filter(pilot=OuterRef("pk"), kind=kind)))
    if not kind.for_all:
        there = there.filter(portfolio__in=GateKindPortfolio.objects.filter(kind=kind).values("portfolio"))
    switched_off = SwitchedOff.objects.filter(kind=kind, ends=None)
    there = there.exclude(portfolio__in=switched_off.values("portfolio"))
    return there.filter(high_impact=True) if kind.high_impact_only else there


def _with_gate(kind: GateKind, portfolio: Portfolio) -> Any:
    return Pilot.objects.filter(portfolio=portfolio, gates__kind=kind)


def _open(locked: LockedPilot, kind: GateKind) -> None:
    """Open a gate of this kind on a locked pilot."""
    gate = Gate.objects.create(pilot=locked.pilot, kind=kind)
    locked.gates[kind.key] = gate
    locked.gates = dict(sorted(locked.gates.items(), key=lambda pair: (pair[1].kind.position, pair[1].kind.pk)))
    locked.write("open_gate", gate=gate, data={"kind": kind.key})
