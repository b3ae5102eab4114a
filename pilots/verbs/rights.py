"""Verbs on rights: who decides, who is away, whose account is closed (rule 7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from pilots import access, spells
from pilots.models import (
    Absence,
    Decision,
    DecisionRight,
    Event,
    Function,
    Gate,
    GateKind,
    GateSpell,
    Person,
    Portfolio,
)
from pilots.refusals import Invalid, NotYours, Overlap
from pilots.rules import gates
from pilots.verbs.desk import days, sit_down


def _office(by: Person | None, portfolio: Portfolio | None, on: date) -> None:
    if by is not None and (
        access.has_left(by, on) or not access.is_office(by, portfolio)
    ):
        raise NotYours


@transaction.atomic
def assign_right(
    *,
    kind: GateKind,
    holder: Person,
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
        Overlap: another right of the same reach holds on those days; both are named.
        Invalid: an end before its start, a deputy who is the holder.
    """
    on, known = days(on, known)
    _office(by, portfolio, on)
    starts = starts or on
    if until is not None and until < starts:
        raise Invalid("The right would end before it starts.", field="until")
    if deputy == holder:
        raise Invalid("A deputy is somebody else.", field="deputy")
    _make_room(kind, portfolio, function, holder, starts, until)
    right = DecisionRight.objects.create(
        kind=kind, portfolio=portfolio, function=function, holder=holder, deputy=deputy, escalate_to=escalate_to,
        answer_within_days=answer_within_days, starts=starts, until=until,
    )  # fmt: skip
    Event.objects.create(
        verb="assign_right",
        portfolio=portfolio,
        by=by,
        on=on,
        known_on=known,
        data={
            "right": right.pk,
            "kind": kind.key,
            "holder": holder.pk,
            "starts": starts,
            "until": until,
        },
    )
    spells.rebuild_seats([kind])
    return right


def _make_room(
    kind: GateKind,
    portfolio: Portfolio | None,
    function: Function | None,
    holder: Person,
    starts: date,
    until: date | None,
) -> None:
    alike = DecisionRight.objects.select_for_update().filter(
        kind=kind, portfolio=portfolio, function=function
    )
    clash = alike.filter(Q(until=None) | Q(until__gte=starts))
    if until is not None:
        clash = clash.filter(starts__lte=until)
    for other in clash.select_related("holder"):
        if other.until is None and other.starts < starts:
            other.until = starts - timedelta(days=1)
            other.save(update_fields=["until"])
        else:
            raise Overlap(
                f"{holder} would hold it from {starts}, but {other.holder} holds it from {other.starts} to {other.until or 'further notice'}."
            )


@transaction.atomic
def away(
    *,
    person: Person,
    by: Person | None,
    starts: date,
    ends: date,
    on: date | None = None,
    known: date | None = None,
) -> Absence:
    """Record the days on which somebody is away, both included. It takes no right."""
    on, known = days(on, known)
    if by != person:
        _office(by, None, on)
    if ends < starts:
        raise Invalid("The absence would end before it starts.", field="ends")
    absence = Absence.objects.create(person=person, starts=starts, ends=ends)
    Event.objects.create(
        verb="away",
        by=by,
        on=on,
        known_on=known,
        data={"person": person.pk, "starts": starts, "ends": ends},
    )
    return absence


@transaction.atomic
def close_account(
    *,
    person: Person,
    by: Person | None,
    on: date | None = None,
    known: date | None = None,
) -> None:
    """Close an account: seats pass on by rule 7, and every seat that the person had accepted is left."""
    on, known = days(on, known)
    _office(by, None, on)
    if person.closed_on is not None:
        raise Invalid("This account is closed already.", field="person")
    person.closed_on, person.is_active = on, False
    person.save(update_fields=["closed_on", "is_active"])
    data: dict[str, Any] = {"person": person.pk}
    Event.objects.create(verb="close_account", by=by, on=on, known_on=known, data=data)
    spells.rebuild_seats()
    latest = GateSpell.objects.filter(
        person=person, known_until=None, ends=None
    ).select_related("gate__pilot", "gate__kind")
    named = Event.objects.filter(verb="nominate", data__person=person.pk).values("gate")
    waiting = Gate.objects.filter(pk__in=named).select_related("pilot", "kind")
    for gate in sorted({s.gate for s in latest} | set(waiting), key=lambda g: g.pk):
        # Closed with a day in the past, the account may have accepted since: that seat is left today.
        for day in sorted({on, known}):
            _leave_seat(gate, person, by, day, known)


def _leave_seat(
    gate: Gate, person: Person, by: Person | None, on: date, known: date
) -> None:
    if on < gate.pilot.recorded_on:
        return
    desk = sit_down(gate.pilot, None, on, known)
    state = desk.state.gates[gate.kind.key]
    if desk.stage == "retired" or person.pk not in (state.accepted, state.nominee):
        return
    desk.by = by
    outcome = gates.LEFT if state.accepted == person.pk else gates.DECLINED
    desk.write(
        "close_account",
        gate=desk.gates[gate.kind.key],
        reason="The account was closed.",
        decision={
            "outcome": outcome,
            "capacity": Decision.Capacity.NAMED,
            "recorded_for": True,
            "decider": person,
            "reason": "The account was closed.",
            "evidence": "",
        },
    )
