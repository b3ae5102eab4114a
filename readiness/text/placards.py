"""Placards: the two or three sentences that explain an exhibit, or a claim, as on a museum wall."""

from __future__ import annotations

from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from pilots.rules.vocabulary import Standing
from readiness.queries.snapshots import PilotSnapshot
from readiness.rules import standing
from readiness.text import labels, open_gates


def placard(snapshot: PilotSnapshot) -> str:
    """What hangs beside an exhibit or a claim, to be read aloud; empty for any other pilot. No figure but dates and days."""
    if snapshot.status.standing == Standing.EXHIBIT:
        parts = [_run_text(snapshot), _state_words(snapshot), _open(snapshot), _goalpost(snapshot)]
    elif snapshot.status.standing == Standing.CLAIMED:
        parts = [_claimed_text(snapshot), _open(snapshot)]
    else:
        return ""
    return " ".join(part for part in parts if part)


def _run_text(snapshot: PilotSnapshot) -> str:
    now = snapshot.status
    what = capfirst(snapshot.pilot.workflow or snapshot.pilot.name)
    if now.decide_by is None:
        return ""
    if now.started_on is None:
        return _ran_from_the_record(snapshot, what, now.decide_by)
    says = {
        "what": what,
        "from": _day(now.started_on, about=snapshot.start_is_about),
        "by": _day(now.decide_by, about=snapshot.start_is_about and snapshot.decides_by_rule),
        "times": _times(now.slips),
    }
    if now.slips:
        return _("%(what)s, tried since %(from)s; the day to decide was put off %(times)s, last to %(by)s.") % says
    if snapshot.decides_by_rule:
        return _("%(what)s, tried since %(from)s and, six weeks on by rule, to be decided by %(by)s.") % says
    return _("%(what)s, tried since %(from)s and to be decided by %(by)s.") % says


def _day(day: date, *, about: bool) -> str:
    """A date, or that it is about then: a list names a month or a year only."""
    return labels.about(day) if about else labels.day(day)


def _ran_from_the_record(snapshot: PilotSnapshot, what: str, decide_by: date) -> str:
    says = {"what": what, "from": labels.day(snapshot.pilot.recorded_on), "by": labels.day(decide_by)}
    if snapshot.decides_by_rule:
        return (
            _(
                "%(what)s, on record since %(from)s, its start not known, and, six weeks on by rule, to be decided by %(by)s."
            )
            % says
        )
    return _("%(what)s, on record since %(from)s, its start not known, and to be decided by %(by)s.") % says


def _times(number: int) -> str:
    """How often, as it is said."""
    if number == 1:
        return _("once")
    if number == 2:
        return _("twice")
    return _("%(n)s times") % {"n": apnumber(number)}


def _state_words(snapshot: PilotSnapshot) -> str:
    now = snapshot.status
    if now.stalls_on is None:
        return ""
    about, since_start = snapshot.standing_is_about, now.last_movement == now.started_on
    return _("Nothing has moved since %(moved)s; on display since %(stalled)s, %(days)s.") % {
        "moved": _day(now.last_movement or snapshot.pilot.recorded_on, about=snapshot.start_is_about and since_start),
        "stalled": _day(now.stalls_on, about=about),
        "days": labels.days(now.days_on_display),
    }


def _claimed_text(snapshot: PilotSnapshot) -> str:
    claim = snapshot.status.claim
    assert claim is not None
    says = {
        "what": capfirst(snapshot.pilot.workflow or snapshot.pilot.name),
        "day": _day(claim.since, about=snapshot.standing_is_about),
        "days": labels.days((snapshot.at - claim.since).days),
    }
    if claim.because == standing.NEVER_SHOWN:
        return _("%(what)s is said to be adopted, since %(day)s; the facts have never shown it, %(days)s.") % says
    return _("%(what)s was adopted; the facts show it no longer, since %(day)s, %(days)s.") % says


def _open(snapshot: PilotSnapshot) -> str:
    """What is open, or what else keeps a pilot where it is."""
    sentence = open_gates.sentence(snapshot)
    if sentence:
        return sentence
    if snapshot.status.standing == Standing.EXHIBIT:
        return capfirst(
            _("%(gates)s, and it is not declared adopted.") % {"gates": labels.nothing_open(snapshot.gates)}
        )
    unknown = [labels.MISSING[c] for c in snapshot.status.missing if c in labels.MISSING]
    says = {"gates": capfirst(labels.nothing_open(snapshot.gates)), "what": open_gates.listed(map(str, unknown))}
    return _("%(gates)s. Not known: %(what)s.") % says


def _goalpost(snapshot: PilotSnapshot) -> str:
    if not snapshot.status.goalpost_moved:
        return ""
    return _("What is good enough was made easier after it had been measured.")
