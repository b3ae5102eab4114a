"""What the page of the portfolio reads aloud: the move that frees most, whom pilots wait for, and what changed between two days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.rules.vocabulary import ClearsBy, Court, Standing
from readiness.queries.bottlenecks import Bottleneck
from readiness.queries.changes import PilotChange
from readiness.queries.reasons import WaitedFor
from readiness.rules.changes import Change, Exit
from readiness.text import labels
from readiness.text.open_gates import listed

STANDING_OF_MANY: dict[str, Any] = {
    "planned": gettext_lazy("Planned"),
    "running": gettext_lazy("Running"),
    "adopted": gettext_lazy("Adopted"),
    "claimed": gettext_lazy("Claimed"),
}
"""The columns from planned to adopted."""
WHO: dict[str, Any] = {
    Court.NOBODY: gettext_lazy("Nobody"),
    Court.TEAM: gettext_lazy("The teams"),
    Court.OUTSIDE: gettext_lazy("Outside"),
    Court.DECIDER: gettext_lazy("A decider"),
}
CHANGE: dict[str, Any] = {
    Change.RECORDED: gettext_lazy("came on record"),
    Change.STALLED: gettext_lazy("came to the museum"),
    Change.LEFT_MUSEUM: gettext_lazy("left the museum"),
    Change.CLAIMED: gettext_lazy("came to be only claimed"),
    Change.CLAIM_FELL: gettext_lazy("ceased to be only claimed"),
    Change.DECIDED: gettext_lazy("got an answer"),
    Change.STAGE: gettext_lazy("have another stage"),
    Change.STANDING: gettext_lazy("have another standing"),
    Change.DECIDE_BY: gettext_lazy("have another decide-by date"),
    Change.STALLS_ON: gettext_lazy("have another stall date"),
    Change.SPONSOR: gettext_lazy("have another sponsor"),
    Change.GATES: gettext_lazy("have a gate in another state"),
}
EXIT: dict[str, Any] = {
    Exit.MOVED: gettext_lazy("moved again"),
    Exit.ADOPTED: gettext_lazy("adopted"),
    Exit.CLAIMED: gettext_lazy("said to be adopted"),
    Exit.RETIRED: gettext_lazy("retired"),
    Exit.VOID: gettext_lazy("declared void"),
    Exit.ROLLED_BACK: gettext_lazy("rolled back"),
    Exit.RECOUNTED: gettext_lazy("counted otherwise"),
}


def headline(first: Bottleneck | None, waiting: bool) -> str:
    """The one move that frees most; or that there is none, where pilots wait for several, or for nothing."""
    if first is not None:
        return says(first)
    if waiting:
        return _("No single move would free a pilot: each waits for several.")
    return _("Nothing waits: no gate of a running or adopted pilot is open.")


def says(one: Bottleneck) -> str:
    """What a move frees: “26 pilots wait for one thing only: Perpetua Rask to answer Legal.”"""
    says = ngettext(
        "One pilot waits for one thing only: %(move)s.", "%(n)s pilots wait for one thing only: %(move)s.", one.frees
    )
    return says % {"move": move(one), "n": labels.count(one.frees)}


def move(one: Bottleneck) -> str:
    """Who has to do what: “Perpetua Rask to answer Legal”."""
    assert one.kind is not None
    says = {"who": labels.person(one.holder, one.away_until) if one.holder else "", "gate": one.kind.name}
    accepted = one.kind.clears_by == ClearsBy.ACCEPTANCE
    if one.court == Court.DECIDER:
        return (_("%(who)s to accept %(gate)s") if accepted else _("%(who)s to answer %(gate)s")) % says
    if one.court == Court.NOBODY:
        return (
            _("somebody to be named for %(gate)s") if accepted else _("somebody to get the right to decide %(gate)s")
        ) % says
    if one.court == Court.OUTSIDE:
        return _("somebody outside to answer %(gate)s") % says
    if one.kind.clears_by == ClearsBy.MEASUREMENT:
        return _("the team to measure %(gate)s") % says
    return _("the team to answer what %(gate)s asked") % says


def note(one: Bottleneck) -> str:
    """Why it stands where it does: how many it frees, of how many that wait for it, and how long the longest has."""
    says = {"n": labels.count(one.frees), "all": labels.count(one.gates), "days": labels.days(one.longest)}
    frees = ngettext(
        "Frees %(n)s pilot, of %(all)s that wait for it", "Frees %(n)s pilots, of %(all)s that wait for it", one.frees
    )
    if one.gates == one.frees:
        frees = ngettext("Frees %(n)s pilot", "Frees %(n)s pilots", one.frees)
    if not one.longest:
        return f"{frees % says}."
    return _("%(frees)s; the longest has waited for %(days)s.") % {"frees": frees % says, "days": says["days"]}


def one_away(many: int) -> str:
    """How many miss one thing only."""
    if not many:
        return _("No pilot waits for one thing alone.")
    return ngettext("One pilot waits for one thing alone.", "%(n)s pilots wait for one thing alone.", many) % {
        "n": labels.number(many)
    }


def who(one: WaitedFor) -> str:
    """A person, or the court where nobody is named."""
    return labels.person(one.holder, one.away_until) if one.holder else str(WHO[one.court])


def kinds(one: WaitedFor) -> str:
    """For which gates: “Legal, Funding and 2 more”."""
    names = [kind.name for kind in one.kinds]
    if len(names) <= 3:
        return listed(names)
    return _("%(some)s and %(n)s more") % {"some": ", ".join(names[:2]), "n": labels.count(len(names) - 2)}


def ways(counted: Mapping[str, int]) -> str:
    """How they left: “18 moved again, 9 retired”; empty where none did."""
    return ", ".join(
        _("%(n)s %(how)s") % {"n": labels.count(many), "how": EXIT[way]} for way, many in counted.items() if many
    )


def change_of(row: PilotChange) -> str:
    """What differs of one pilot: “moving, now museum exhibit; Legal answered: cleared”."""
    parts = []
    if row.then is None:
        parts.append(_("came on record, %(now)s") % {"now": _standing(row.now.standing)})
    elif row.then.standing != row.now.standing:
        parts.append(
            _("%(then)s, now %(now)s") % {"then": _standing(row.then.standing), "now": _standing(row.now.standing)}
        )
    parts += [
        _("%(gate)s answered: %(outcome)s") % {"gate": each.gate.kind.name, "outcome": labels.OUTCOME[each.outcome]}
        for each in row.decided[:3]
    ]
    if row.then is not None and row.then.decide_by != row.now.decide_by and row.now.decide_by:
        parts.append(_("decide by %(day)s") % {"day": labels.day(row.now.decide_by)})
    if row.then is not None and row.then.sponsor != row.now.sponsor:
        parts.append(_("sponsor: %(who)s") % {"who": row.sponsor_now or _("nobody")})
    if not parts:
        parts.append(", ".join(str(CHANGE[change]) for change in row.changes))
    return "; ".join(parts)


def _standing(standing: str) -> str:
    return str(labels.STANDING[standing])


DATES: dict[str, Any] = {
    Standing.EXHIBIT: gettext_lazy("Dates: on display since"),
    Standing.CLAIMED: gettext_lazy("Dates: claimed since"),
    Standing.AT_RISK: gettext_lazy("Dates: stalls on"),
    Standing.MOVING: gettext_lazy("Dates: stalls on"),
    Standing.READY: gettext_lazy("Dates: stalls on"),
    Standing.PAUSED: gettext_lazy("Dates: stalls on"),
}
"""What the date of a row on the board says, by standing."""
