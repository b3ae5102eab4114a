"""What somebody did, in one line: for the history, the time line, and whoever was overtaken while they typed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.models import Decision, Event
from pilots.rules.quality import Threshold
from readiness import words

OUTCOME = {
    "cleared": gettext_lazy("cleared"),
    "conditional": gettext_lazy("cleared on conditions"),
    "changes_requested": gettext_lazy("changes requested"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("answer taken back"),
    "excepted": gettext_lazy("let past for a while"),
    "asserted": gettext_lazy("a source says yes"),
    "accepted": gettext_lazy("accepted"),
    "declined": gettext_lazy("declined"),
    "left": gettext_lazy("left"),
    "no_longer_asserted": gettext_lazy("the source no longer says yes"),
}
VERB = {
    "record": gettext_lazy("Put on record"),
    "amend": gettext_lazy("Record edited"),
    "start": gettext_lazy("Started"),
    "pause": gettext_lazy("Paused"),
    "resume": gettext_lazy("Pause ended"),
    "adopt": gettext_lazy("Declared adopted"),
    "record_claim": gettext_lazy("A list says that it is adopted"),
    "roll_back": gettext_lazy("Taken back to running"),
    "retire": gettext_lazy("Retired"),
    "list_again": gettext_lazy("Read again from a list"),
    "set_rules": gettext_lazy("Rules stated"),
    "accept_risk": gettext_lazy("Risk accepted"),
    "confirm_rules": gettext_lazy("Rules confirmed by the manager"),
    "register_threshold": gettext_lazy("Threshold registered"),
    "record_residents": gettext_lazy("Residents counted"),
    "look_again": gettext_lazy("Looked at again after adoption"),
    "nominate": gettext_lazy("somebody was named"),
    "answer": gettext_lazy("the team answered"),
    "ask_exception": gettext_lazy("an exception was asked for"),
    "meet_condition": gettext_lazy("a condition was met"),
    "close_account": gettext_lazy("An account was closed"),
}


def deed(event: Event) -> str:
    """What was done: “Legal: cleared until 28 April 2027”, “Started, to be decided by 18 May 2026”."""
    decision = decision_of(event)
    says = _answered(decision) if decision else _done(event)
    if event.gate is None:
        return says
    return _("%(gate)s: %(what)s") % {"gate": event.gate.kind.name, "what": says}


def decision_of(event: Event) -> Decision | None:
    """The decision that an event carries, if any. Select it with the event."""
    found: Decision | None = getattr(event, "decision", None)
    return found


def _answered(decision: Decision) -> str:
    says = {"what": str(OUTCOME.get(decision.outcome, decision.outcome))}
    until = decision.good_until or decision.until
    if until is None or decision.outcome in ("accepted", "declined", "left"):
        return says["what"]
    return _("%(what)s until %(day)s") % (says | {"day": words.day(until)})


def _done(event: Event) -> str:
    name, data = str(VERB.get(event.verb, event.verb)), event.data
    if event.verb == "correct_date":
        return _corrected(event)
    if event.verb == "start" and not data.get("start_known", True):
        name = _("A list says that it runs; its start is not known")
    if event.verb == "start" and data.get("decide_by"):
        return _("%(what)s, to be decided by %(day)s") % {"what": name, "day": _day(data["decide_by"])}
    if event.verb == "move_decide_by":
        return _moved(event)
    if event.verb == "pause" and data.get("until"):
        return _("%(what)s until %(day)s") % {"what": name, "day": _day(data["until"])}
    if event.verb == "record_measurement":
        says = (
            _("Measured: %(value)s on %(sample)s, %(verdict)s, self-measured")
            if data.get("self_measured")
            else _("Measured: %(value)s on %(sample)s, %(verdict)s")
        )
        return says % {
            "value": words.figure(data["value"], data.get("kind", "mean")),
            "sample": data["sample"],
            "verdict": words.VERDICT.get(data.get("verdict", ""), ""),
        }
    if event.verb == "record_residents" and data.get("week"):
        return _lived(data)
    if event.verb == "register_threshold":
        agreed = words.threshold(Threshold.of(data))
        return _("Agreed what is good enough. %(threshold)s") % {"threshold": agreed}
    return name


DATED = {
    "started_on": gettext_lazy("the start"),
    "adopted_on": gettext_lazy("the day of its adoption"),
    "retired_on": gettext_lazy("the day on which it ended"),
}
"""The days that a list says, and may say otherwise later."""


def _corrected(event: Event) -> str:
    """“A list corrected the start from 30 June 2025 to 1 October 2025”."""
    change = event.changes[0]
    says = {"what": DATED.get(change["field"], change["field"]), "day": _day(change["to"])}
    if not change["from"]:
        return _("A list says now what was not known: %(what)s, %(day)s") % says
    return _("A list corrected %(what)s from %(before)s to %(day)s") % (says | {"before": _day(change["from"])})


def _lived(data: dict[str, Any]) -> str:
    """“31 people lived in it, 12 visited, week of 16 November 2026”."""
    people, visitors = int(data["people"]), int(data.get("visitors") or 0)
    lived = (
        ngettext("%(n)d person lived in it", "%(n)d people lived in it", people) % {"n": people}
        if people
        else _("Nobody lived in it")
    )
    visited = _("%(n)d visited") % {"n": visitors} if visitors else ""
    week = _("week of %(day)s") % {"day": _day(data["week"])}
    return ", ".join(part for part in (lived, visited, week) if part)


def _moved(event: Event) -> str:
    change = event.changes[0] if event.changes else {"from": None, "to": None}
    says = {"from": _day(change["from"]), "to": _day(change["to"])}
    if is_slip(event):
        return _("Slip: the decide-by date moved from %(from)s to %(to)s") % says
    return _("The decide-by date moved from %(from)s to %(to)s") % says


def is_slip(event: Event) -> bool:
    """Whether an event moved the decide-by date to a later one."""
    if event.verb != "move_decide_by" or not event.changes:
        return False
    change = event.changes[0]
    return bool(change["from"]) and str(change["to"]) > str(change["from"])


def who(event: Event) -> str:
    """Who did it: the decider, and whoever wrote it down for them."""
    decision = decision_of(event)
    if decision and decision.decider and decision.recorded_for and decision.by:
        return _("%(who)s, written down by %(by)s") % {"who": decision.decider, "by": decision.by}
    person = (decision and decision.decider) or event.by
    return str(person) if person else _("a list")


def _day(written: Any) -> str:
    when = date.fromisoformat(written) if isinstance(written, str) else written
    return words.day(when) if when else ""
