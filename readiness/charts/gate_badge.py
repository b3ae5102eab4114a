"""The mark of a gate: a box is open, no box is clear; the letter says which state, the edge whose court."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.rules import gates
from readiness.rules import standing
from readiness.text import labels

LETTERS = {
    gates.WAITING: gettext_lazy("W"),
    gates.UNOWNED: gettext_lazy("U"),
    gates.CHANGES_REQUESTED: gettext_lazy("C"),
    gates.REFUSED: gettext_lazy("X"),
    gates.LAPSED: gettext_lazy("L"),
    gates.RECONFIRM: gettext_lazy("R"),
}
_COURTS = {
    standing.DECIDER: gettext_lazy("in the decider’s court"),
    standing.TEAM: gettext_lazy("in the team’s court"),
    standing.NOBODY: gettext_lazy("in nobody’s court"),
    standing.OUTSIDE: gettext_lazy("waiting on somebody outside"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn, in which classes, and the same in words for whoever does not see it."""

    letter: str
    classes: str
    words: str


def mark(state: str, court: str | None = None) -> Mark:
    """The mark of a state and a court, as `standing.GateReading` and `querysets.gates_on` name them."""
    said = str(labels.STATE[state])
    if state not in LETTERS:
        return Mark("", "clear" if state == gates.CLEARED else f"clear {state}", said)
    if court is None:
        return Mark(str(LETTERS[state]), "", said)
    says = _("%(state)s, %(court)s") % {"state": said, "court": _COURTS[court]}
    return Mark(str(LETTERS[state]), court, says)


def key() -> list[Mark]:
    """Every mark once, for the key beside marks that stand without words."""
    of_courts = [
        (gates.WAITING, standing.DECIDER),
        (gates.UNOWNED, standing.NOBODY),
        (gates.CHANGES_REQUESTED, standing.TEAM),
        (gates.CHANGES_REQUESTED, standing.OUTSIDE),
        (gates.REFUSED, standing.TEAM),
        (gates.LAPSED, standing.DECIDER),
        (gates.RECONFIRM, standing.DECIDER),
    ]
    clear = (gates.CLEARED, gates.CONDITIONAL, gates.EXCEPTED, gates.ASSERTED)
    return [*(mark(*both) for both in of_courts), *(mark(state) for state in clear)]
