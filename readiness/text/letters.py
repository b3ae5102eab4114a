"""Letters ready to send: who must move, what is asked, and that a no helps too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.models import GateKind, Person
from pilots.rules.vocabulary import ClearsBy, Court, Standing
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import deadlines, standing
from readiness.text import labels
from readiness.text.open_gates import listed

Item = tuple[PilotSnapshot, GateSnapshot]
"""An open gate, with its pilot."""


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, about what, and the words; and the path of the page where it is answered.

    `also` are others to whom the same words go: one message serves them all. Without a `sender` the program office signs.
    An empty `answered_at` means that where to answer stands in the parts.
    """

    to: Person
    subject: str
    parts: Sequence[str]
    sender: Person | None
    answered_at: str = ""
    also: Sequence[Person] = ()
    site: str = ""

    @property
    def people(self) -> list[Person]:
        """All to whom it goes."""
        return [self.to, *self.also]

    @property
    def body(self) -> str:
        """The whole letter; where to answer stands in it once the address of the site is known."""
        dear = _("Dear %(name)s,") % {"name": listed(person.name for person in self.people)}
        known = self.site and self.answered_at
        where = [_("Here it is answered: %(address)s") % {"address": self.site + self.answered_at}] if known else []
        signed = self.sender.name if self.sender else _("The program office")
        return "\n\n".join([dear, *self.parts, *where, signed])

    def from_site(self, address: str) -> Letter:
        """The same, with where to answer: `address` is that of the site, without a path."""
        return replace(self, site=address.rstrip("/"))

    @property
    def mailto(self) -> str:
        """The address that opens it in the reader's own mail program."""
        to = ",".join(quote(person.email, safe="@") for person in self.people)
        return f"mailto:{to}?subject={quote(self.subject)}&body={quote(self.body, safe='')}"


def to_decider(sender: Person, to: Person, items: Sequence[Item], *, more: int = 0) -> Letter:
    """One letter about every gate of a sender's pilots that waits on one decider.

    Args:
        more: how many pilots wait for the same besides those that are named.
    """
    if len(items) == 1 and not more and items[0][1].kind.clears_by == ClearsBy.ACCEPTANCE:
        return to_named(sender, to, items[0])
    names = sorted({gate.kind.name for _found, gate in items})
    many = len({found.pilot.pk for found, _gate in items}) + more
    subject = ngettext(
        "%(n)s pilot waits for a yes or no (%(gates)s)",
        "%(n)s pilots wait for a yes or no (%(gates)s)",
        many,
    ) % {"n": labels.count(many), "gates": ", ".join(names)}
    lines = _all_waiting(items, more)
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
    return Letter(to, subject, ["\n".join(lines), *asks, helps], sender, reverse("readiness:my-decisions"))


def _and_more(more: int) -> str:
    return ngettext("And one more that waits for the same.", "And %(n)s more that wait for the same.", more) % {
        "n": labels.count(more)
    }


def to_name_for_many(sender: Person, to: Sequence[Person], items: Sequence[Item], *, more: int = 0) -> Letter:
    """One letter to the escalation people of some portfolios: nobody holds one kind of gate on these pilots, name one person.

    Args:
        to: one person at least; the first is written to, the same words go to the others.
        items: one gate of the same kind on each pilot; one at least.
        more: how many pilots lack the same besides those that are named.
    """
    kind, many = items[0][1].kind, len(items) + more
    if len(to) > 1:
        return _to_name_in_theirs(sender, to, kind)
    if many == 1:
        return to_name_somebody(sender, to[0], items[0])
    subject = ngettext("One name: %(gate)s on %(n)s pilot", "One name: %(gate)s on %(n)s pilots", many) % {
        "gate": kind.name,
        "n": labels.count(many),
    }
    lines = _all_waiting(items, more)
    asks = _(
        "Nobody holds this on these pilots, so nobody can say yes or no to it: %(question)s Please see that one person is named, or tell me that it should stop. Both are useful."
    )
    parts = [asks % {"question": kind.question}, "\n".join(lines)]
    return Letter(to[0], subject, parts, sender, reverse("readiness:rights"))


def _to_name_in_theirs(sender: Person, to: Sequence[Person], kind: GateKind) -> Letter:
    """The same words to several: no pilot is named, for none of them may see the others' pilots."""
    asks = _(
        "In each of your portfolios pilots wait for one thing only, and nobody holds it: %(question)s Please see that one person is named, or tell me that it should stop. Both are useful."
    )
    subject = _("One name: %(gate)s") % {"gate": kind.name}
    parts = [asks % {"question": kind.question}]
    return Letter(to[0], subject, parts, sender, reverse("readiness:rights"), also=to[1:])


def to_teams(sender: Person, to: Sequence[Person], items: Sequence[Item]) -> Letter:
    """One letter to whoever has to move for the teams of some pilots: nothing else is missing there.

    Args:
        to: one person at least. Where there are several no pilot is named, for none of them may see the others' pilots.
        items: one gate of the same kind on each pilot; one at least.
    """
    kind = items[0][1].kind
    subject = _("%(gate)s: it is all that is missing") % {"gate": kind.name}
    asks = _(
        "Your pilots wait for one thing only, and it is your move: %(question)s Please do what is asked, or say that it should stop. Both are useful."
    ) % {"question": kind.question}
    lines = ["\n".join(_all_waiting(items, 0))] if len(to) == 1 else []
    return Letter(to[0], subject, [asks, *lines], sender, reverse("readiness:my-gates"), also=to[1:])


def _all_waiting(items: Sequence[Item], more: int) -> list[str]:
    """The lines of a letter on many gates: what several wait for alike is said once, above their names."""
    alike: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        alike.setdefault(_waited(*item), []).append(item)
    lines: list[str] = []
    for (waits, due), of in alike.items():
        if len(of) == 1:
            found, _gate = of[0]
            says = {"pilot": found.pilot.name, "waits": waits}
            lines.append(" ".join(filter(None, [_("%(pilot)s, %(waits)s") % says, due, _stalls(found)])))
            continue
        many = ngettext("On %(n)s pilot, %(waits)s", "On %(n)s pilots, %(waits)s", len(of))
        lines.append(" ".join(filter(None, [many % {"n": labels.count(len(of)), "waits": waits}, due])))
        lines += [_in_a_row(found) for found, _gate in of]
    return lines + ([_and_more(more)] if more else [])


def _in_a_row(snapshot: PilotSnapshot) -> str:
    name, stalls = snapshot.pilot.name, _stalls(snapshot)
    return f"– {name.rstrip('.')}. {stalls}" if stalls else f"– {name}"


def _waited(snapshot: PilotSnapshot, gate: GateSnapshot) -> tuple[str, str]:
    """What a gate waits for and how long, and by when the answer is due where somebody was asked."""
    due = deadlines.answer_due(gate, snapshot)
    waits = _("%(gate)s: %(state)s %(long)s.") % {
        "gate": gate.kind.name,
        "state": labels.STATE[gate.status.state],
        "long": labels.wait_in_a_sentence(gate.status),
    }
    return waits, labels.deadline(due, snapshot.at) if due is not None else ""


def _stalls(snapshot: PilotSnapshot) -> str:
    stalls_on = snapshot.status.stalls_on
    if stalls_on is None or snapshot.status.standing == Standing.EXHIBIT:
        return ""
    return _("It stalls on %(day)s.") % {"day": labels.day(stalls_on)}


def to_name_somebody(sender: Person, to: Person, item: Item) -> Letter:
    """A letter to the escalation person: nobody holds this, name one person."""
    found, gate = item
    says = {"pilot": found.pilot.name, "question": gate.kind.question, "long": labels.wait_in_a_sentence(gate.status)}
    subject = _("%(pilot)s: %(question)s") % says
    asks = _(
        "Nobody holds this on %(pilot)s, so nobody can say yes or no to it: %(question)s It has been so %(long)s. Please see that one person is named, or tell me that it should stop. Both are useful."
    )
    return Letter(to, subject, [asks % says], sender, reverse("readiness:pilot", args=[found.pilot.key]))


def to_named(sender: Person, to: Person, item: Item) -> Letter:
    """A letter to whoever is named and has not answered."""
    found, gate = item
    says = {"pilot": found.pilot.name, "question": gate.kind.question, "long": labels.wait_in_a_sentence(gate.status)}
    subject = _("%(pilot)s: do you accept?") % says
    asks = _(
        "You were named on %(pilot)s: %(question)s It has waited %(long)s. Being named is not accepting. Please accept, or decline and say who should be asked."
    )
    return Letter(to, subject, [asks % says], sender, reverse("readiness:my-decisions"))


def of_gate(sender: Person, snapshot: PilotSnapshot, gate: GateSnapshot) -> Letter | None:
    """The letter that may move one open gate, or None where it is the sender's own move or the team's, or waits on nobody."""
    if snapshot.status.stage not in standing.WAITING_STAGES:
        return None
    court = gate.status.court
    to = gate.answering if court == Court.DECIDER else None
    if to is not None and to != sender:
        return to_decider(sender, to, [(snapshot, gate)])
    above = deadlines.escalation(gate, snapshot)
    if court == Court.NOBODY and above is not None and above != sender:
        return to_name_somebody(sender, above, (snapshot, gate))
    return None


def of_today(sender: Person, pilots: Sequence[PilotSnapshot]) -> tuple[Person, list[Item]] | None:
    """Whom to write to first, and about what: who alone holds up most, then the soonest stall, then the longest wait."""
    waiting: dict[int, tuple[Person, list[Item]]] = {}
    for snapshot in pilots:
        for gate in snapshot.waiting_gates:
            to = gate.answering if gate.status.court == Court.DECIDER else None
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
