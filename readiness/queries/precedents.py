"""Earlier answers that can be cited: on the same tool and data, for another pilot, by whoever has a seat on the decision now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from pilots.clock import today
from pilots.models import Decision, Person, Pilot
from pilots.refusals import Invalid
from pilots.rules import seals
from pilots.rules.rights import named
from pilots.rules.vocabulary import Outcome
from readiness.queries.snapshots import GateSnapshot

ALIKE_IN = ("tool", "data")
"""What has to be the same; a gate that seals neither has no precedents."""
LOOKED_AT = 400
"""Answers that are looked at, the latest first."""
SHOWN_AT_MOST = 3
STAND = (Outcome.CLEARED, Outcome.CONDITIONAL, Outcome.REFUSED, Outcome.CHANGES_REQUESTED)
"""The answers that say something of another pilot; what was withdrawn says nothing."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """One earlier answer, with what it was given on and what is so here, by field."""

    decision: Decision
    then: Mapping[str, Any]
    now: Mapping[str, Any]

    @property
    def differing(self) -> list[str]:
        """The fields in which the two pilots differ, in the order of the seal."""
        return [name for name in self.then if not seals.same(self.then[name], self.now.get(name))]


def precedents(person: Person, gate: GateSnapshot, facts: Mapping[str, Any], *, at: date) -> list[Precedent]:
    """Answers that a person may see and that stand on gates of this kind of other pilots, the most alike first. One query.

    Args:
        facts: what an answer on the gate would be given on, by field.
    """
    alike = {name: facts[name] for name in ALIKE_IN if name in facts}
    deciders = [pk for pk in named(gate.status.seat) if pk is not None]
    if not all(alike.values()) or not alike or not deciders:
        return []
    found = [
        Precedent(decision, then, {name: facts.get(name, "") for name in then})
        for decision in _answers(person, gate, deciders, at)
        if all(seals.same(value, (then := _facts_then(decision, facts)).get(name)) for name, value in alike.items())
    ]
    return sorted(found, key=lambda one: len(one.differing))[:SHOWN_AT_MOST]


def by_id(person: Person, public_id: str) -> Decision | None:
    """The answer that is cited, by its public id; None for an empty one.

    Raises:
        Invalid: it is not there for this person.
    """
    if not public_id:
        return None
    theirs = Pilot.objects.visible_to(person, today()).order_by().values("pk")
    found = Decision.objects.select_related("gate").filter(gate__pilot__in=theirs, public_id=public_id).first()
    if found is None:
        raise Invalid(_("There is no such answer, or it is not yours to see."), field="cites")
    return found


def cited_by(person: Person, decisions: Iterable[Decision | None]) -> dict[int, Decision]:
    """What these decisions cite and somebody may see, by the primary key of what is cited. One query; none where none cites.

    Args:
        decisions: None is passed over.
    """
    cited = {each.cites_id for each in decisions if each is not None and each.cites_id is not None}
    if not cited:
        return {}
    theirs = Pilot.objects.visible_to(person).order_by().values("pk")
    return Decision.objects.select_related("decider").filter(gate__pilot__in=theirs).in_bulk(cited)


def _answers(person: Person, gate: GateSnapshot, deciders: Iterable[int], at: date) -> Iterable[Decision]:
    later = Decision.objects.filter(gate=OuterRef("gate"), pk__gt=OuterRef("pk"), effective_on__lte=at)
    last = Decision.objects.filter(~Exists(later), gate__kind=gate.kind, decider__in=list(deciders), outcome__in=STAND)
    theirs = Pilot.objects.visible_to(person, at).order_by().values("pk")
    others = last.filter(effective_on__lte=at, gate__pilot__in=theirs).exclude(gate__pilot=gate.gate.pilot_id)
    return others.select_related("event", "decider", "by", "gate__pilot").order_by("-effective_on", "-pk")[:LOOKED_AT]


def _facts_then(decision: Decision, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an answer was given on; a no and a request seal nothing, and are held against their pilot as it is now."""
    if decision.sealed:
        return {name: decision.sealed.get(name, "") for name in facts if name in decision.sealed}
    return {name: getattr(decision.gate.pilot, name, "") or "" for name in facts if hasattr(decision.gate.pilot, name)}
