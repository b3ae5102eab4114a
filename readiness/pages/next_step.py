"""The one action that unblocks a pilot, for whoever looks at it; and where each thing that adoption misses is settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Person
from pilots.rules import adoption
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import ClearsBy, Court
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.text import labels, letters

if TYPE_CHECKING:
    from readiness.pages.pilot import GateRow

SETTLES = ("accept", "decide", "answer", "nominate")
"""The actions on a gate that can bring it on, the most direct first."""
ON_PILOT = {adoption.RISK: "accept-risk", adoption.UNCONFIRMED: "confirm-rules"}
NAME_WHO: dict[str, Any] = {
    "funding-owner": gettext_lazy("Name who funds it"),
    "named-sponsor": gettext_lazy("Name who carries it"),
    "error-owner": gettext_lazy("Name who answers for its errors"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What a link says, and where it leads: to a form, or to a letter that is ready to send."""

    says: str
    address: str = ""
    letter: letters.Letter | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that adoption misses, and where it is settled: a form that the reader is offered, else its place on the page."""

    says: str
    address: str


def next_step(
    person: Person,
    snapshot: PilotSnapshot,
    rows: Sequence[GateRow],
    offered: Collection[tuple[str, Any]],
    *,
    writes: bool,
    declined: bool = False,
) -> Step | None:
    """The first of what the reader can do that brings the pilot on; None where nothing of it is theirs.

    Args:
        rows: its gates with what the reader is offered on each; `offered`: the same of the pilot, each with its title.
        writes: whether the reader is somebody who asks others: of the program office, or the pilot's sponsor.
        declined: whether the reader said no where they were named on it: its risk is not put to them again.
    """
    titles = dict(offered)
    for word in ("confirm-rules", "start", *(() if snapshot.status.missing else ("adopt",))):
        if word in titles and (word != "start" or snapshot.status.stage in NOT_STARTED):
            return Step(str(titles[word]), _on_pilot(snapshot, word))
    for row in rows:
        if row.on.status.is_open and (step := _own_move(snapshot, row)):
            return step
    for row in rows:
        if row.on.status.is_open and (step := _on_gate(person, snapshot, row, titles, writes=writes)):
            return step
    if "set-rules" in titles and set(snapshot.status.missing) & set(adoption.RULES):
        return Step(str(titles["set-rules"]), _on_pilot(snapshot, "set-rules"))
    if not declined and "accept-risk" in titles and adoption.RISK in snapshot.status.missing:
        return Step(str(titles["accept-risk"]), _on_pilot(snapshot, "accept-risk"))
    return None


def _own_move(snapshot: PilotSnapshot, row: GateRow) -> Step | None:
    """The reader's own answer on a gate, where it is waited for."""
    titles = dict(row.offers)
    says = {"gate": row.on.kind.name}
    if "accept" in titles:
        return Step(_("Accept, or say who should be asked: %(gate)s") % says, _of_gate(row.on, "accept"))
    if "answer" in titles and row.on.status.court == Court.TEAM:
        return Step(_("Answer what was asked: %(gate)s") % says, _of_gate(row.on, "answer"))
    if "decide" in titles and row.on.status.court == Court.DECIDER and not row.records:
        return Step(_("Give your answer: %(gate)s") % says, _of_gate(row.on, "decide"))
    return None


def _on_gate(
    person: Person, snapshot: PilotSnapshot, row: GateRow, titles: dict[str, Any], *, writes: bool
) -> Step | None:
    """What brings on a gate that waits for somebody else, for nobody, or for a measurement."""
    gate, court = row.on, row.on.status.court
    says = {"gate": gate.kind.name}
    if court == Court.TEAM and gate.kind.clears_by == ClearsBy.MEASUREMENT:
        word = next((word for word in ("record-measurement", "register-threshold") if word in titles), None)
        return Step(str(titles[word]), _on_pilot(snapshot, word)) if word else None
    if court == Court.NOBODY and "nominate" in dict(row.offers):
        name = NAME_WHO.get(gate.kind.key, _("Name somebody: %(gate)s") % says)
        return Step(str(name), _of_gate(gate, "nominate"))
    letter = letters.of_gate(person, snapshot, gate) if writes else None
    if letter is None:
        return None
    says["who"] = letter.to.name
    asks = _("Ask %(who)s to name somebody: %(gate)s") if court == Court.NOBODY else _("Ask %(who)s: %(gate)s")
    return Step(asks % says, letter=letter)


def missing_things(
    snapshot: PilotSnapshot, rows: Sequence[GateRow], offered: Collection[tuple[str, Any]]
) -> list[Missing]:
    """All that adoption misses, in the order of the design, each with where it is settled.

    Of a gate it says what it is; whose move that is, and for how long, the table of gates says.
    """
    on_gates, words = {row.on.kind.key: row for row in rows}, {word for word, _title in offered}
    found = []
    for code, says in zip(snapshot.status.missing, labels.missing(snapshot), strict=True):
        row = on_gates.get(code.removeprefix("asserted:"))
        if row is not None:
            can = dict(row.offers)
            action = next((word for word in SETTLES if word in can), None)
            address = _of_gate(row.on, action) if action else f"#gate-{row.on.kind.key}"
            if not code.startswith("asserted:"):
                state = labels.STATE[row.on.status.state]
                says = _("%(gate)s: %(state)s") % {"gate": row.on.kind.name, "state": state}
        elif code.startswith(adoption.POLICY_GAP):
            address = "#policy-gaps"
        else:
            word = ON_PILOT.get(code, "set-rules")
            address = _on_pilot(snapshot, word) if word in words else "#rules"
        found.append(Missing(says, address))
    return found


def _on_pilot(snapshot: PilotSnapshot, word: str) -> str:
    return reverse("readiness:pilot-action", args=[snapshot.pilot.key, word])


def _of_gate(gate: GateSnapshot, word: str) -> str:
    return reverse("readiness:gate-action", args=[gate.gate.public_id, word])
