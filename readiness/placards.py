"""Placards: the two or three sentences that explain an exhibit, or a claim, as on a museum wall."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness import standing, words
from readiness.reading import PilotOn


def placard(found: PilotOn) -> str:
    """What hangs beside an exhibit or a claim, to be read aloud; empty for any other pilot. No figure but dates and days."""
    if found.reading.standing == standing.EXHIBIT:
        parts = [_ran(found), _stood(found), _missing(found)]
    elif found.reading.standing == standing.CLAIMED:
        parts = [_claimed(found), _missing(found)]
    else:
        return ""
    return " ".join(part for part in parts if part)


def _ran(found: PilotOn) -> str:
    now = found.reading
    what = found.pilot.workflow or found.pilot.name
    if now.decide_by is None:
        return ""
    if now.started_on is None:
        return _("%(what)s was to be decided by %(by)s.") % {
            "what": what,
            "by": words.day(now.decide_by),
        }
    says = {
        "what": capfirst(what),
        "from": words.day(now.started_on),
        "by": words.day(now.decide_by),
    }
    if now.slips:
        times = ngettext("once", "%(n)d times", now.slips) % {"n": now.slips}
        return _(
            "%(what)s, tried since %(from)s; the day to decide was put off %(times)s, last to %(by)s."
        ) % (says | {"times": times})
    return _("%(what)s, tried since %(from)s and to be decided by %(by)s.") % says


def _stood(found: PilotOn) -> str:
    now = found.reading
    if now.stalls_on is None:
        return ""
    return _(
        "Nothing has moved since %(moved)s; on display since %(stalled)s, %(days)s."
    ) % {
        "moved": words.day(now.last_movement),
        "stalled": words.day(now.stalls_on),
        "days": words.days(now.days_on_display),
    }


def _claimed(found: PilotOn) -> str:
    claim = found.reading.claim
    assert claim is not None
    says = {
        "what": capfirst(found.pilot.workflow or found.pilot.name),
        "day": words.day(claim.since),
        "days": words.days((found.at - claim.since).days),
    }
    if claim.because == standing.NEVER_SHOWN:
        return (
            _("%(what)s is said to be adopted, since %(day)s; the facts have never shown it, %(days)s.")
            % says
        )  # fmt: skip
    return (
        _("%(what)s was adopted; the facts show it no longer, since %(day)s, %(days)s.")
        % says
    )


def _missing(found: PilotOn) -> str:
    """The open gates, those that wait on one court together."""
    names: dict[tuple[str, str], list[str]] = {}
    for gate in found.open_gates:
        who = gate.holder.name if gate.holder else ""
        names.setdefault((gate.reading.court or "", who), []).append(gate.kind.name)
    if not names:
        return _("Every gate is clear, and nobody has declared it adopted.")
    parts = [_court(court, who, kinds) for (court, who), kinds in names.items()]
    return capfirst("; ".join(parts)) + "."


def _court(court: str, who: str, kinds: list[str]) -> str:
    says = {"gates": _listed(kinds), "who": who}
    if court == standing.NOBODY:
        return ngettext("%(gates)s belongs to nobody", "%(gates)s belong to nobody", len(kinds)) % says  # fmt: skip
    if court == standing.DECIDER:
        return ngettext("%(gates)s waits on %(who)s", "%(gates)s wait on %(who)s", len(kinds)) % says  # fmt: skip
    if court == standing.OUTSIDE:
        return ngettext("%(gates)s waits on somebody outside", "%(gates)s wait on somebody outside", len(kinds)) % says  # fmt: skip
    return ngettext("%(gates)s is the team’s to show", "%(gates)s are the team’s to show", len(kinds)) % says  # fmt: skip


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s and %(last)s") % {
        "first": ", ".join(names[:-1]),
        "last": names[-1],
    }
