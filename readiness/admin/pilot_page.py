"""What the page of a pilot at the desk shows beside its record: read, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Decision, Event, Gate, Person, Pilot
from pilots.rules import gates, seals
from pilots.rules.acts import ACCEPTANCE
from readiness import placards, reading, words
from readiness.forms import OF_GATE, OF_PILOT
from readiness.reading import GateOn, PilotOn

LATEST = 10
FITS: dict[str, tuple[str, ...]] = {
    "planned": ("start", "retire"),
    "not_stated": ("start", "retire"),
    "running": ("move-decide-by", "pause", "adopt", "retire"),
    "paused": ("resume", "retire"),
    "adopted": ("roll-back", "retire"),
    "retired": (),
}
"""The verbs that fit a stage, by their word; the verb itself refuses what does not fit after all."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate with the acts that fit it now."""

    on: GateOn
    acts: list[tuple[str, Any]]


def described(pilot: Pilot, by: Person, at: date) -> dict[str, Any]:
    """All that the page draws of a pilot on a date. The number of queries does not depend on its history."""
    found = reading.read_one(pilot, at=at)
    events = Event.objects.filter(pilot=pilot)
    told = events.select_related("by", "pilot", "gate__kind", "decision__decider")
    return {
        "found": found,
        "placard": placards.placard(found) if found else "",
        "missing_words": words.missing(found) if found else [],
        "gate_rows": [_row(gate, by) for gate in found.gates] if found else [],
        "decisions": list(_decisions(pilot)[:LATEST]),
        "events": list(told.order_by("-pk")[:LATEST]),
        "measures": list(_measures(events)),
        "rules": _rules(pilot),
        "pilot_acts": acts_on(pilot, found),
    }


def acts_on(pilot: Pilot, found: PilotOn | None) -> list[tuple[str, Any]]:
    """The acts that fit a pilot's stage, each with its name."""
    stage = found.reading.stage if found else pilot.stage
    return [(word, OF_PILOT[word].title) for word in FITS[stage]]


CALLED = {
    "decide": gettext_lazy("Record an answer"),
    "except": gettext_lazy("Record that it is let past"),
}
"""What an office calls it: the answer is the decider's, and is put on record for them."""


def called(word: str) -> Any:
    """What an act on a gate is called at the desk."""
    return CALLED.get(word, OF_GATE[word].title)


def _row(gate: GateOn, by: Person) -> GateRow:
    return GateRow(gate, [(word, called(word)) for word in _fitting(gate, by)])


def _fitting(gate: GateOn, by: Person) -> Iterable[str]:
    now = gate.reading
    if gate.kind.clears_by == ACCEPTANCE:
        yield "nominate"
        if now.holder == by.pk:
            yield from ("leave",) if now.state in gates.YES else ("accept", "decline")
        return
    yield "decide"
    if now.is_open:
        yield from ("ask-exception", "except")
    if now.state in gates.ASKS_TEAM:
        yield "answer"
    if now.state in (gates.CONDITIONAL, gates.LAPSED):
        yield "meet-condition"


def answers_for(gate: GateOn, by: Person) -> Person | None:
    """The holder, for whom an office records an answer; None where the person acting decides here themselves."""
    seat = gate.reading.seat
    own = by.pk in (seat.holder, seat.deputy, seat.escalation, seat.delegate)
    return None if own else gate.holder


def unmet(gate: Gate) -> list[str]:
    """The conditions of the latest yes on conditions that nobody has recorded as met."""
    last = gate.decisions.filter(outcome=gates.CONDITIONAL).order_by("-number").first()
    if last is None or not last.conditions:
        return []
    met = Event.objects.filter(gate=gate, verb="meet_condition", pk__gt=last.event_id)
    texts = [each["text"] for each in met.values_list("data", flat=True)]
    return [
        condition["text"]
        for condition in last.conditions
        if not any(seals.same(condition["text"], text) for text in texts)
    ]


def _decisions(pilot: Pilot) -> Any:
    rows = Decision.objects.filter(gate__pilot=pilot).order_by("-pk")
    return rows.select_related("gate__kind", "decider", "by")


@dataclass(frozen=True, slots=True)
class Measure:
    """One threshold or measurement, in words."""

    on: date
    by: str
    says: str
    verdict: str = ""


VERDICTS = {
    "met": gettext_lazy("met"),
    "not_met": gettext_lazy("not met"),
    "insufficient": gettext_lazy("too small a sample to say"),
}


def _measures(events: Any) -> Iterable[Measure]:
    """What was agreed and what was measured, newest first."""
    rows = events.filter(verb__in=("register_threshold", "record_measurement"))
    for event in rows.select_related("by").order_by("-on", "-pk"):
        who = str(event.by) if event.by else _("a list that was read")
        if event.verb == "register_threshold":
            says = _("agreed: %(what)s") % {"what": event.changes[0]["to"]}
            yield Measure(event.on, who, says)
        else:
            says = _("measured: %(value)s on %(sample)s") % event.data
            verdict = str(event.data.get("verdict") or "")
            yield Measure(event.on, who, says, str(VERDICTS.get(verdict, verdict)))


def _rules(pilot: Pilot) -> Sequence[tuple[Any, Any]]:
    """The known rules, each with what stands there now."""
    values: dict[str, Any] = {
        "acceptable_use": pilot.acceptable_use,
        "trust_when": pilot.trust_when,
        "override_when": pilot.override_when,
        "exceptions_to": pilot.exceptions_to,
        "exceptions_deputy": pilot.exceptions_deputy,
        "matters_more": pilot.get_matters_more_display() if pilot.matters_more else "",
        "success": pilot.success,
    }
    return [(words.MISSING[name], value) for name, value in values.items()]


__all__ = ["GateRow", "acts_on", "answers_for", "called", "described", "unmet"]
