"""Actions on rights: who decides, who is away, whose account is closed (rule 7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import permissions
from pilots.actions.event_batch import log_part
from pilots.actions.locked_pilot import action_days
from pilots.actions.reference import concerns, log, need_whole, only_office, plain
from pilots.actions.texts import within_reach
from pilots.derived import seats
from pilots.derived.units import unit_of
from pilots.event_log.sign import logged_transaction
from pilots.models import (
    DecisionRight,
    Delegation,
    Function,
    GateKind,
    Person,
    Portfolio,
)
from pilots.models.rights import LONGEST_TO_ANSWER
from pilots.refusals import EndRequired, Invalid, NotYours, Overlap, WrongGate
from pilots.rules.vocabulary import ClearsBy

__all__ = ["assign_right", "delegate", "end_right"]


def keep_reach(by: Person | None, portfolio: Portfolio | None, on: date) -> None:
    """Refuse an office that a right would reach beyond: one for every portfolio takes whoever keeps them all."""
    only_office(by, portfolio, on)
    if portfolio is None and by is not None and not permissions.keeps_all(by):
        raise NotYours


@logged_transaction()
def assign_right(
    *,
    kind: GateKind,
    holder: Person | None,
    by: Person | None,
    portfolio: Portfolio | None = None,
    function: Function | None = None,
    deputy: Person | None = None,
    escalate_to: Person | None = None,
    answer_within_days: int = 10,
    starts: date | None = None,
    until: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> DecisionRight:
    """Give somebody the right to decide a kind of gate. It closes an open-ended right of the same reach on that day.

    Raises:
        WrongGate: a kind that is accepted by the person named: nobody has a right to decide it.
        Overlap: another right of the same reach holds on those days; both are named.
        Invalid: an end before its start, a deputy who is the holder, somebody whose account is closed by its start.
    """
    on, known = action_days(on, known)
    keep_reach(by, portfolio, on)
    starts = starts or on
    _can_be_asked(kind, portfolio)
    if holder is None:
        raise Invalid(_("Missing. A name, not a team."), field="holder")
    still_here(starts, holder=holder, deputy=deputy, escalate_to=escalate_to)
    in_order(starts, until)
    if deputy == holder:
        raise Invalid(_("A deputy is somebody else."), field="deputy")
    need_whole(answer_within_days, "answer_within_days", least=1, most=LONGEST_TO_ANSWER)
    seats.hold_seats([kind])
    before = _make_room(kind, portfolio, function, holder, starts, until)
    held = {"holder": holder, "deputy": deputy, "escalate_to": escalate_to, "answer_within_days": answer_within_days}
    where = {"kind": kind, "portfolio": portfolio, "function": function}
    right = DecisionRight.objects.create(**where, **held, starts=starts, until=until)
    _log_assigned(right, before, by, on, known)
    if portfolio is not None:
        # The unit is there to be seen, whether or not a pilot lies in it yet.
        unit_of(portfolio.pk, function.pk if function else None)
    seats.rebuild_seats([kind], seats.units_within(right))
    return right


def _can_be_asked(kind: GateKind, portfolio: Portfolio | None) -> None:
    """Refuse a kind that nobody has a right to decide, or that is not asked in the portfolio (in all, where none is given)."""
    if kind.clears_by == ClearsBy.ACCEPTANCE:
        raise WrongGate(field="kind")
    if not (kind.for_all if portfolio is None else kind.is_for(portfolio)):
        raise Invalid(_("This gate is not asked there. Choose a portfolio that it is for."), field="portfolio")


def in_order(starts: date, until: date | None) -> None:
    """Refuse days of a right that no calendar reaches, or an end before the start."""
    within_reach(starts, "starts")
    within_reach(until, "until")
    if until is not None and until < starts:
        raise Invalid(_("The right would end before it starts."), field="until")


def _log_assigned(right: DecisionRight, before: DecisionRight | None, by: Person | None, on: date, known: date) -> None:
    """Write that a right was assigned, and which one it ended."""
    starts, until = right.starts, right.until
    data = {"right": right.pk, "kind": right.kind.key, "holder": right.holder_id, "starts": starts, "until": until}
    changes = [*reach_of(right), *_held(right, before), *concerns(starts=starts, until=until)]
    rows = [right]
    if before is not None:
        data["ended"] = before.pk
        changes += concerns(ended=before.until)
        rows = [before, right]
    log_part("assign_right", by, on, known, data, portfolio=right.portfolio, changes=changes, rows=rows)


def still_here(day: date, **people: Person | None) -> None:
    """Refuse to put somebody down whose account is closed by a day."""
    for field, person in people.items():
        if person is not None and person.closed_by(day):
            raise Invalid(_("This account is closed."), field=field)


def reach_of(right: DecisionRight) -> list[dict[str, Any]]:
    """What a right is about, for the log: the kind, and where it holds."""
    if right.portfolio is None and right.function is None:
        return concerns(kind=right.kind, reach="everywhere")
    return concerns(kind=right.kind, portfolio=right.portfolio, function=right.function)


HELD = ("holder", "deputy", "escalate_to", "answer_within_days")


def _held(right: DecisionRight, before: DecisionRight | None) -> list[dict[str, Any]]:
    """By whom a right is held, for the log, and by whom the one was that it ended, where that was somebody else."""
    changes = []
    for name in HELD:
        new = plain(getattr(right, name))
        old = plain(getattr(before, name)) if before else None
        if new is not None or old is not None:
            changes.append({"field": name, "from": None if old == new else old, "to": new})
    return changes


def _make_room(
    kind: GateKind,
    portfolio: Portfolio | None,
    function: Function | None,
    holder: Person,
    starts: date,
    until: date | None,
) -> DecisionRight | None:
    """End an open-ended right of the same reach, and return it; or refuse where another one holds on those days."""
    ended = None
    alike = DecisionRight.objects.select_for_update().filter(kind=kind, portfolio=portfolio, function=function)
    clash = alike.filter(Q(until=None) | Q(until__gte=starts))
    if until is not None:
        clash = clash.filter(starts__lte=until)
    for other in clash.select_related("holder"):
        if other.until is None and other.starts < starts:
            other.until = starts - timedelta(days=1)
            other.save(update_fields=["until"])
            ended = other
        else:
            raise Overlap(
                _("%(holder)s would hold it from %(starts)s, but %(other)s holds it from %(from)s to %(to)s.")
                % {
                    "holder": holder,
                    "starts": starts,
                    "other": other.holder,
                    "from": other.starts,
                    "to": other.until or _("further notice"),
                }
            )
    return ended


@logged_transaction()
def end_right(
    *, right: DecisionRight, until: date, by: Person | None, on: date | None = None, known: date | None = None
) -> DecisionRight:
    """End a right on a last day. From the day after, the next broader right decides, or nobody, which is shown.

    Raises:
        Invalid: it would end before it starts, or later than it ends already.
    """
    on, known = action_days(on, known)
    keep_reach(by, right.portfolio, on)
    within_reach(until, "until")
    seats.hold_seats([right.kind])
    right = DecisionRight.objects.select_for_update().get(pk=right.pk)
    if until < right.starts:
        raise Invalid(_("The right would end before it starts."), field="until")
    if right.until is not None and until > right.until:
        raise Invalid(_("It ends earlier than that. Assign it anew."), field="until")
    changes = [*reach_of(right), *concerns(holder=right.holder), {"field": "until", "from": right.until, "to": until}]
    right.until = until
    right.save(update_fields=["until"])
    data = {"right": right.pk, "until": until}
    log_part("end_right", by, on, known, data, portfolio=right.portfolio, changes=changes, rows=[right])
    seats.rebuild_seats([right.kind], seats.units_within(right))
    return right


@logged_transaction()
def delegate(
    *,
    right: DecisionRight,
    to: Person,
    by: Person | None,
    until: date | None = None,
    starts: date | None = None,
    on: date | None = None,
    known: date | None = None,
) -> Delegation:
    """Let somebody else decide too, from a day to a day, both included. The holder stays the holder; the log names both.

    Raises:
        NotYours: `by` is neither the holder nor of the program office.
        EndRequired: a delegation has an end.
        Overlap: somebody else is the delegate on those days.
        Invalid: a day that is over, an end that cannot be, or a person who decides anyway or has left.
    """
    on, known = action_days(on, known)
    if by != right.holder:
        keep_reach(by, right.portfolio, on)
    seats.hold_seats([right.kind])
    right = DecisionRight.objects.select_for_update(of=("self",)).get(pk=right.pk)
    starts = starts or known
    _delegation_days(right, starts, until, known)
    assert until is not None
    if to.pk in (right.holder_id, right.deputy_id):
        raise Invalid(_("This person decides already."), field="to")
    for person, field in ((right.holder, "right"), (to, "to")):
        if person.closed_by(known):
            raise Invalid(_("This account is closed."), field=field)
    clash = right.delegations.filter(starts__lte=until, until__gte=starts).first()
    if clash is not None:
        raise Overlap(
            _("%(to)s would be the delegate from %(starts)s, but %(other)s is until %(until)s.")
            % {"to": to, "starts": starts, "other": clash.to, "until": clash.until},
            field="starts",
        )
    given = Delegation.objects.create(right=right, to=to, starts=starts, until=until)
    data = {"right": right.pk, "holder": right.holder_id, "to": to.pk, "starts": starts, "until": until}
    history = reach_of(right) + concerns(holder=right.holder, delegate=to, starts=starts, until=until)
    log("delegate", by, on, known, data, portfolio=right.portfolio, changes=history, rows=[given])
    seats.rebuild_seats([right.kind], seats.units_within(right))
    return given


def _delegation_days(right: DecisionRight, starts: date, until: date | None, known: date) -> None:
    if until is None:
        raise EndRequired(field="until")
    within_reach(until, "until")
    if starts < known:
        raise Invalid(_("That day is over. Give today or a later day."), field="starts")
    if until < starts:
        raise Invalid(_("The delegation would end before it starts."), field="until")
    if right.until is not None and until > right.until:
        raise Invalid(_("The right itself ends earlier."), field="until")
