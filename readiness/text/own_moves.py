"""What waits for somebody's own move, in the sentence that their page opens with."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.rules.replay import SPONSOR
from readiness.queries.own_moves import ACCEPT, ADOPT, ANSWER
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.text import labels


def opening(action: str, snapshot: PilotSnapshot, gate: GateSnapshot | None, many: int) -> str:
    """The first move, and how many more there are."""
    first = _first(action, snapshot, gate)
    if many == 1:
        return first
    more = ngettext("One more thing waits for you.", "%(n)s more things wait for you.", many - 1)
    return f"{first} {more % {'n': labels.number(many - 1)}}"


def _first(action: str, snapshot: PilotSnapshot, gate: GateSnapshot | None) -> str:
    says = {"pilot": snapshot.pilot.name, "gate": gate.kind.name if gate else ""}
    if action == ACCEPT and gate is not None and gate.kind.key == SPONSOR:
        return _("You are asked to carry %(pilot)s: accept it, or say who should.") % says
    if action == ACCEPT:
        return _("You are named on %(pilot)s, %(gate)s: accept it, or say who should be asked.") % says
    if action == ANSWER:
        return _("%(gate)s on %(pilot)s waits for your team’s answer.") % says
    if action == ADOPT:
        return _("Nothing is missing on %(pilot)s: you can declare it adopted.") % says
    return _("The rules of %(pilot)s wait for your word: can you work by them?") % says
