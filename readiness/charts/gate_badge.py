"""The mark of a gate: a box is open, no box is clear; the letter says which state, the edge whose court."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.rules.vocabulary import Court, State
from readiness.text import labels

LETTERS: dict[str, Any] = {
    State.WAITING: gettext_lazy("W"),
    State.UNOWNED: gettext_lazy("U"),
    State.CHANGES_REQUESTED: gettext_lazy("C"),
    State.REFUSED: gettext_lazy("X"),
    State.LAPSED: gettext_lazy("L"),
    State.RECONFIRM: gettext_lazy("R"),
}
_COURTS: dict[str, Any] = {
    Court.DECIDER: gettext_lazy("in the decider’s court"),
    Court.TEAM: gettext_lazy("in the team’s court"),
    Court.NOBODY: gettext_lazy("in nobody’s court"),
    Court.OUTSIDE: gettext_lazy("waiting on somebody outside"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn, in which classes, and the same in words for whoever does not see it."""

    letter: str
    classes: str
    words: str


def mark(state: str, court: str | None = None) -> Mark:
    """The mark of a state and a court, as `standing.GateStatus` and `querysets.gates_on` name them."""
    words = str(labels.STATE[state])
    if state not in LETTERS:
        return Mark("", "clear" if state == State.CLEARED else f"clear {state}", words)
    if court is None:
        return Mark(str(LETTERS[state]), "", words)
    says = _("%(state)s, %(court)s") % {"state": words, "court": _COURTS[court]}
    return Mark(str(LETTERS[state]), court, says)


def key() -> list[Mark]:
    """Every mark once, for the key beside marks that stand without words."""
    of_courts = [
        (State.WAITING, Court.DECIDER),
        (State.WAITING, Court.TEAM),
        (State.UNOWNED, Court.NOBODY),
        (State.UNOWNED, Court.TEAM),
        (State.CHANGES_REQUESTED, Court.TEAM),
        (State.CHANGES_REQUESTED, Court.OUTSIDE),
        (State.REFUSED, Court.TEAM),
        (State.LAPSED, Court.DECIDER),
        (State.LAPSED, Court.TEAM),
        (State.LAPSED, Court.NOBODY),
        (State.RECONFIRM, Court.DECIDER),
        (State.RECONFIRM, Court.TEAM),
        (State.RECONFIRM, Court.NOBODY),
    ]
    clear = (State.CLEARED, State.CONDITIONAL, State.EXCEPTED, State.ASSERTED)
    return [*(mark(*both) for both in of_courts), *(mark(state) for state in clear)]
