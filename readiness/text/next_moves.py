"""A pilot's next move in words: who does what, and for how many days it waits. “Perpetua Rask answers Legal, 31 days.”

Of a gate that was open before its record no days are said: nobody knows how many.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilots.rules.vocabulary import ClearsBy, Court, Standing, State
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.queries.urgency import COURTS_PRESSING
from readiness.text import labels


def next_move(snapshot: PilotSnapshot) -> str:
    """The one move that presses most; empty where nothing is to be done."""
    now = snapshot.status
    if now.standing == Standing.PLANNED or now.standing == Standing.NOT_STATED:
        return _("The office starts it")
    if now.standing == Standing.PAUSED:
        return (
            _("It runs on by itself after %(day)s") % {"day": labels.day(now.paused_until)} if now.paused_until else ""
        )
    if now.standing == Standing.READY:
        return _("%(who)s declares it adopted") % {"who": snapshot.sponsor or _("The office")}
    waiting = sorted(snapshot.waiting_gates, key=_presses)
    if waiting:
        return _of_gate(snapshot, waiting[0])
    if now.standing == Standing.CLAIMED:
        return _("%(who)s confirms what is claimed") % {"who": _team(snapshot)}
    return ""


def _presses(gate: GateSnapshot) -> tuple[int, int]:
    court = gate.status.court
    return (COURTS_PRESSING.index(Court(court)) if court else len(COURTS_PRESSING), -(gate.status.days or 0))


def _of_gate(snapshot: PilotSnapshot, gate: GateSnapshot) -> str:
    says = {
        "who": labels.waited_for(gate),
        "team": _team(snapshot),
        "gate": gate.kind.name,
        "long": labels.wait(gate.status),
    }
    sentence = _sentence(gate) % says
    if gate.status.since_at_least or not says["long"]:
        return sentence
    return _("%(move)s, %(long)s") % {"move": sentence, "long": says["long"]}


def _sentence(gate: GateSnapshot) -> str:
    state, court = gate.status.state, gate.status.court
    if court == Court.NOBODY:
        if gate.kind.clears_by == ClearsBy.ACCEPTANCE:
            return _("The office names somebody for %(gate)s")
        return _("The office assigns %(gate)s to somebody")
    if court == Court.OUTSIDE:
        return _("Somebody outside answers %(gate)s")
    if court == Court.DECIDER:
        if gate.kind.clears_by == ClearsBy.ACCEPTANCE:
            return _("%(who)s accepts %(gate)s")
        if state in (State.LAPSED, State.RECONFIRM):
            return _("%(who)s answers %(gate)s again")
        return _("%(who)s answers %(gate)s")
    if gate.kind.clears_by == ClearsBy.MEASUREMENT and state not in (State.REFUSED, State.CHANGES_REQUESTED):
        return _("%(team)s measures %(gate)s")
    return _("%(team)s answers what %(gate)s asked")


def _team(snapshot: PilotSnapshot) -> str:
    who = snapshot.manager or snapshot.sponsor
    return who.name if who else _("The team")
