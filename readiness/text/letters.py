"""Letters ready to send: who must move, what is asked, and that a no helps too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.models import Person
from pilots.rules.vocabulary import ClearsBy, Court, Standing
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import deadlines, offers, standing
from readiness.text import labels

Item = tuple[PilotSnapshot, GateSnapshot]
"""An open gate, with its pilot."""


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, about what, and the words."""

    to: Person
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The address that opens it in the reader's own mail program."""
        return f"mailto:{quote(self.to.email, safe='@')}?subject={quote(self.subject)}&body={quote(self.body, safe='')}"


def to_decider(sender: Person, to: Person, items: Sequence[Item]) -> Letter:
    """One letter about every gate of a sender's pilots that waits on one decider."""
    if len(items) == 1 and items[0][1].kind.clears_by == ClearsBy.ACCEPTANCE:
        return to_named(sender, to, items[0])
    names = sorted({gate.kind.name for _found, gate in items})
    subject = ngettext(
        "%(n)d pilot waits for a yes or no (%(gates)s)",
        "%(n)d pilots wait for a yes or no (%(gates)s)",
        len({found.pilot.pk for found, _gate in items}),
    ) % {"n": len({found.pilot.pk for found, _gate in items}), "gates": ", ".join(names)}
    lines = [_waits(found, gate) for found, gate in items]
    asks = []
    if any(gate.kind.clears_by != ClearsBy.ACCEPTANCE for _found, gate in items):
        asks.append(
            _(
                "Please answer one of these: yes; yes, on conditions with a date; changes, with what you need; or no. What exactly you would be approving is on one page, under “My decisions”."
            )
        )
    if any(gate.kind.clears_by == ClearsBy.ACCEPTANCE for _found, gate in items):
        asks.append(
            _(
                "Being named is not accepting. Where you are named, please accept, or decline and say who should be asked."
            )
        )
    helps = _("A no helps too. It is the silence that we cannot plan with.")
    return _letter(sender, to, subject, ["\n".join(lines), *asks, helps])


def _waits(snapshot: PilotSnapshot, gate: GateSnapshot) -> str:
    due, stalls_on = deadlines.answer_due(gate, snapshot), snapshot.status.stalls_on
    parts = [
        _("%(pilot)s, %(gate)s: %(state)s %(long)s.")
        % {
            "pilot": snapshot.pilot.name,
            "gate": gate.kind.name,
            "state": labels.STATE[gate.status.state],
            "long": labels.wait_in_a_sentence(gate.status),
        }
    ]
    if due is not None:
        parts.append(labels.deadline(due, snapshot.at))
    if stalls_on is not None and snapshot.status.standing != Standing.EXHIBIT:
        parts.append(_("It stalls on %(day)s.") % {"day": labels.day(stalls_on)})
    return " ".join(parts)


def to_name_somebody(sender: Person, to: Person, item: Item) -> Letter:
    """A letter to the escalation person: nobody holds this, name one person."""
    found, gate = item
    says = {"pilot": found.pilot.name, "question": gate.kind.question, "long": labels.wait_in_a_sentence(gate.status)}
    subject = _("%(pilot)s: %(question)s") % says
    asks = _(
        "Nobody holds this on %(pilot)s, so nobody can say yes or no to it: %(question)s It has been so %(long)s. Please see that one person is named, or tell me that it should stop. Both are useful."
    )
    return _letter(sender, to, subject, [asks % says])


def to_named(sender: Person, to: Person, item: Item) -> Letter:
    """A letter to whoever is named and has not answered."""
    found, gate = item
    says = {"pilot": found.pilot.name, "question": gate.kind.question, "long": labels.wait_in_a_sentence(gate.status)}
    subject = _("%(pilot)s: do you accept?") % says
    asks = _(
        "You were named on %(pilot)s: %(question)s It has waited %(long)s. Being named is not accepting. Please accept, or decline and say who should be asked."
    )
    return _letter(sender, to, subject, [asks % says])


def of_gate(sender: Person, snapshot: PilotSnapshot, gate: GateSnapshot, *, away: Iterable[int] = ()) -> Letter | None:
    """The letter that may move one open gate, or None where it is the sender's own move or the team's, or waits on nobody."""
    if snapshot.status.stage not in standing.WAITING_STAGES:
        return None
    court = gate.status.court
    to = offers.waits_on(snapshot, gate, away=away) if court == Court.DECIDER else None
    if to is not None and to != sender:
        return to_decider(sender, to, [(snapshot, gate)])
    above = deadlines.escalation(gate, snapshot)
    if court == Court.NOBODY and above is not None and above != sender:
        return to_name_somebody(sender, above, (snapshot, gate))
    return None


def of_today(
    sender: Person, pilots: Sequence[PilotSnapshot], *, away: Iterable[int] = ()
) -> tuple[Person, list[Item]] | None:
    """Whom to write to first, and about what: who alone holds up most, then the soonest stall, then the longest wait."""
    gone = set(away)
    waiting: dict[int, tuple[Person, list[Item]]] = {}
    for snapshot in pilots:
        for gate in snapshot.waiting_gates:
            to = offers.waits_on(snapshot, gate, away=gone) if gate.status.court == Court.DECIDER else None
            if to is not None and to != sender:
                waiting.setdefault(to.pk, (to, []))[1].append((snapshot, gate))
    if not waiting:
        return None
    return max(waiting.values(), key=lambda one: _presses(one[1]))


def last_open(items: Sequence[Item]) -> list[Item]:
    """Those of the gates that are the last open one on their pilot."""
    return [item for item in items if len(item[0].open_gates) == 1]


def _presses(items: Sequence[Item]) -> tuple[int, int, int]:
    ahead = [
        (found.status.stalls_on - found.at).days
        for found, _gate in items
        if found.status.stalls_on and found.status.standing != Standing.EXHIBIT
    ]
    return (len(last_open(items)), -min(ahead, default=10_000), sum(gate.status.days or 0 for _found, gate in items))


def _letter(sender: Person, to: Person, subject: str, parts: Sequence[str]) -> Letter:
    dear = _("Dear %(name)s,") % {"name": to.name}
    return Letter(to, subject, "\n\n".join([dear, *parts, sender.name]))
