"""What somebody holds and hands over, in words: what it is, who follows, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.models import DecisionRight, Gate, HandOverPart, Person, Pilot, Portfolio
from readiness.queries.hand_overs import REQUESTED, WAITS
from readiness.text import labels

CAPACITIES: dict[str, Any] = {
    "holder": gettext_lazy("decides"),
    "deputy": gettext_lazy("deputises"),
    "escalate_to": gettext_lazy("it escalates to them"),
    "escalation": gettext_lazy("escalation person"),
    "accepted": gettext_lazy("accepted"),
    "named": gettext_lazy("named, and has not answered"),
    "manager": gettext_lazy("manages it"),
}
"""As what somebody holds a thing."""


def thing_text(thing: Any) -> str:
    """“Legal, Service lines”, “Renewal drafts, Sponsor”, “Renewal drafts”, “Service lines”."""
    if isinstance(thing, DecisionRight):
        return f"{thing.kind.name}, {thing.reach}"
    if isinstance(thing, Gate):
        return f"{thing.pilot.name}, {thing.kind.name}"
    assert isinstance(thing, Pilot | Portfolio)
    return str(thing.name)


@dataclass(frozen=True, slots=True)
class PartText:
    """One part in words: what it is, to whom, and how far it has come."""

    part: HandOverPart
    what: str
    to: Person
    says: str


def part_text(part: HandOverPart) -> PartText:
    """A part that was read with its progress."""
    thing = part.right or part.gate or part.pilot or part.portfolio
    what = thing_text(thing)
    if part.pilot_id:
        what = _("%(pilot)s, manager") % {"pilot": what}
    elif not part.right_id and not part.gate_id:
        what = _("%(portfolio)s, escalation person") % {"portfolio": what}
    return PartText(part, what, part.successor, _progress(part))


def _progress(part: HandOverPart) -> str:
    progress = vars(part)["progress"]
    if progress == REQUESTED:
        return _("requested of the program office")
    if progress == WAITS:
        return _("stays with %(who)s until %(next)s accepts") % {
            "who": part.hand_over.person,
            "next": part.successor,
        }
    if part.right_id:
        return _("from %(day)s on") % {"day": labels.day(part.hand_over.last_day + timedelta(days=1))}
    return _("done")


def becomes(thing: Any, to: Person, last_day: date) -> str:
    """What becomes of a thing that is handed on."""
    if isinstance(thing, DecisionRight):
        day = max(last_day + timedelta(days=1), thing.starts)
        return _("from %(day)s on") % {"day": labels.day(day)}
    if isinstance(thing, Gate):
        return _("%(next)s is asked; until they accept it is as it was") % {"next": to}
    return _("from today on")


def outcome(done: int, requested: int, refused: int) -> str:
    """What was done, and what was not."""
    says = []
    if done:
        says.append(ngettext("%(n)d thing is handed on.", "%(n)d things are handed on.", done) % {"n": done})
    if requested:
        asked = ngettext(
            "%(n)d is requested of the program office.", "%(n)d are requested of the program office.", requested
        )
        says.append(asked % {"n": requested})
    if refused:
        left = ngettext("%(n)d was refused, and is as it was.", "%(n)d were refused, and are as they were.", refused)
        says.append(left % {"n": refused})
    return " ".join(says)


def summary(parts: Sequence[HandOverPart]) -> str:
    """How far all of it has come: “2 wait until the next person accepts, 1 is requested of the program office”."""
    n = [vars(part)["progress"] for part in parts]
    waits, requested = n.count(WAITS), n.count(REQUESTED)
    says = []
    if waits:
        asked = ngettext("%(n)d waits until the next person accepts", "%(n)d wait until the next person accepts", waits)
        says.append(asked % {"n": waits})
    if requested:
        of_office = ngettext(
            "%(n)d is requested of the program office", "%(n)d are requested of the program office", requested
        )
        says.append(of_office % {"n": requested})
    return ", ".join(says) or _("all of it is handed on")
