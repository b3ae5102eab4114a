"""Why pilots wait, in sentences: what they miss, whose move it is, and on how many nothing else is missing."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.rules.vocabulary import ClearsBy, Court
from readiness.queries.reasons import Reason
from readiness.text import labels
from readiness.text.open_gates import listed

MOST_NAMED = 3
"""People who are named in one sentence."""


def missing(reason: Reason) -> str:
    """What is missing: “Nobody is named for Funding on 212 pilots.”"""
    return _sentence(reason) % {"gate": reason.kind.name, "n": labels.count(reason.pilots)}


def _sentence(reason: Reason) -> str:
    accepted, many = reason.kind.clears_by == ClearsBy.ACCEPTANCE, reason.pilots
    if reason.court == Court.NOBODY and accepted:
        return ngettext(
            "Nobody is named for %(gate)s on one pilot.", "Nobody is named for %(gate)s on %(n)s pilots.", many
        )
    if reason.court == Court.NOBODY:
        return ngettext("%(gate)s belongs to nobody on one pilot.", "%(gate)s belongs to nobody on %(n)s pilots.", many)
    if reason.court == Court.DECIDER and accepted:
        return ngettext(
            "On one pilot somebody is named for %(gate)s and has not accepted.",
            "On %(n)s pilots somebody is named for %(gate)s and has not accepted.",
            many,
        )
    if reason.court == Court.DECIDER:
        return ngettext("%(gate)s is not answered on one pilot.", "%(gate)s is not answered on %(n)s pilots.", many)
    if reason.court == Court.OUTSIDE:
        return ngettext(
            "%(gate)s waits on somebody outside on one pilot.",
            "%(gate)s waits on somebody outside on %(n)s pilots.",
            many,
        )
    return ngettext("%(gate)s is the team’s move on one pilot.", "%(gate)s is the team’s move on %(n)s pilots.", many)


def note(reason: Reason) -> str:
    """Whose it is where somebody is asked, and on how many nothing else is missing; empty where neither is to be said."""
    return " ".join(each for each in (_holders(reason), _alone(reason)) if each)


def _holders(reason: Reason) -> str:
    people = reason.holders if reason.court == Court.DECIDER else []
    names = [labels.person(who, reason.away.get(who.pk)) for who in people]
    if not names:
        return ""
    if len(names) <= MOST_NAMED:
        return _("With %(who)s.") % {"who": listed(sorted(names))}
    return _("With %(n)s people.") % {"n": labels.count(len(names))}


def _alone(reason: Reason) -> str:
    if not reason.alone:
        return ""
    if reason.alone == reason.pilots:
        return _("Nothing else is missing.")
    return ngettext(
        "On one of them nothing else is missing.", "On %(n)s of them nothing else is missing.", reason.alone
    ) % {"n": labels.count(reason.alone)}
