"""What a person holds, carries, owes and manages: all on one page, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from pilots.models import (
    DecisionRight,
    Delegation,
    Event,
    HandOver,
    HandOverPart,
    Person,
    Pilot,
    PilotPeriod,
    Portfolio,
    PortfolioRole,
)
from pilots.rules import adoption
from pilots.rules.vocabulary import State
from readiness.queries import hand_overs
from readiness.queries.decider_queue import decider_queue
from readiness.queries.hand_overs import LIVE, Limit, everything
from readiness.queries.pilots import gates_on, in_force
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_by_key
from readiness.rules import deadlines

SHOWN = 50
"""Rows of one sort that the page shows; of more, it says how many."""
LOOKED_AT = 200
"""Gates cleared on conditions that are looked at for one that somebody owns, those that are due first."""


@dataclass(frozen=True, slots=True)
class Some:
    """The first rows of a sort, and how many there are."""

    rows: Sequence[Any]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.rows)


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer that waits on them, and by when it was due."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    due: deadlines.AnswerDue | None


@dataclass(frozen=True, slots=True)
class OwnedCondition:
    """A condition that they own and nobody has met."""

    pilot: Pilot
    gate: str
    text: str
    due: date


@dataclass(frozen=True, slots=True)
class Responsibilities:
    """What somebody holds (rights and roles), carries (what they accepted), owes, and manages; and what changes hands."""

    person: Person
    at: date
    rights: Sequence[tuple[DecisionRight, str]]
    delegations: Sequence[Delegation]
    roles: Sequence[PortfolioRole]
    escalations: Sequence[Portfolio]
    carries: Some
    named: Some
    waits: Some
    conditions: Sequence[OwnedCondition]
    confirms: Sequence[Pilot]
    managed: Some
    lives_with: Some
    hand_over: HandOver | None
    parts: Sequence[HandOverPart]

    @property
    def holds_something(self) -> bool:
        """Whether there is anything to hand over."""
        some = (self.carries, self.named, self.managed)
        return bool(self.rights or self.escalations) or any(each.number for each in some)

    @property
    def owes_nothing(self) -> bool:
        return not (self.waits.number or self.conditions or self.confirms or self.named.number)


def responsibilities(person: Person, at: date, limit: Limit = everything) -> Responsibilities:
    """Of a person on a day, as far as whoever asks may see it."""
    gates = list(limit(hand_overs.gates_naming(person), "gate__pilot__portfolio"))
    accepted = [row for row in gates if row.person_id == person.pk and row.state == State.CLEARED]
    named = [row for row in gates if row not in accepted]
    managed = limit(Pilot.objects.filter(LIVE, manager=person).order_by("key"), "portfolio")
    delegations = Delegation.objects.filter(to=person, until__gte=at).order_by("starts", "pk")
    of_right = ("right__kind", "right__portfolio", "right__function", "right__holder")
    lived_with = hand_overs.fellow_of(person, at, limit)
    rights = limit(hand_overs.rights_naming(person, at), "portfolio")
    return Responsibilities(
        person=person,
        at=at,
        rights=[(right, hand_overs.as_what(right, person)) for right in rights],
        delegations=list(limit(delegations.select_related(*of_right), "right__portfolio")),
        roles=list(limit(person.roles.select_related("portfolio").order_by("portfolio__key", "role"), "portfolio")),
        escalations=list(limit(Portfolio.objects.filter(escalation=person).order_by("key"), "pk")),
        carries=Some(accepted[:SHOWN], len(accepted)),
        named=Some(named[:SHOWN], len(named)),
        waits=_waits(person, at, limit),
        conditions=_conditions(person, at, limit),
        confirms=_unconfirmed(managed, at),
        managed=_some(managed),
        lives_with=Some(lived_with[:SHOWN], len(lived_with)),
        hand_over=hand_overs.open_hand_over(person),
        parts=[part for part in hand_overs.parts_of(person, limit) if vars(part)["progress"] != hand_overs.DONE],
    )


def _some(rows: QuerySet[Any]) -> Some:
    """The first rows; they are counted only where there are more than are shown."""
    first = list(rows[: SHOWN + 1])
    return Some(first[:SHOWN], len(first) if len(first) <= SHOWN else rows.count())


def _waits(person: Person, at: date, limit: Limit) -> Some:
    rows = limit(decider_queue(person, at), "gate__pilot__portfolio")
    keys = list(rows.values_list("gate", "gate__pilot"))
    first = [gate for gate, _pilot in keys[:SHOWN]]
    snapshots = snapshots_by_key({pilot for _gate, pilot in keys[:SHOWN]}, at=at).values()
    found = {gate.gate.pk: Wait(one, gate, deadlines.answer_due(gate, one)) for one in snapshots for gate in one.gates}
    return Some([found[gate] for gate in first if gate in found], len(keys))


def _conditions(person: Person, at: date, limit: Limit) -> list[OwnedCondition]:
    """Unmet conditions of theirs on pilots that they may see, those that are due first."""
    seen = Pilot.objects.listed_for(person, at).order_by().values("pk")
    rows = gates_on(at).filter(ends_by_condition=True, gate__pilot__in=seen)
    rows = limit(rows, "gate__pilot__portfolio").order_by("good_until", "gate")
    gates = {row.gate_id: row.gate for row in rows.select_related("gate__pilot", "gate__kind")[:LOOKED_AT]}
    if not gates:
        return []
    keys = list(gates)
    last = deadlines.last_answers(list(gates.values()))
    met = _met_since(keys)
    out = []
    for pk in keys:
        answer = last.get(pk)
        for each in answer.conditions if answer else ():
            if each["owner"] == person.pk and (pk, each["text"]) not in met:
                pilot, kind = gates[pk].pilot, gates[pk].kind
                out.append(OwnedCondition(pilot, kind.name, each["text"], date.fromisoformat(str(each["due"]))))
    return sorted(out, key=lambda condition: condition.due)[:SHOWN]


def _met_since(gates: Sequence[int]) -> set[tuple[int, str]]:
    """The conditions of these gates that were met, by gate and text, since the answer that set them."""
    found: set[tuple[int, str]] = set()
    rows = Event.objects.filter(gate__in=gates).filter(Q(action="meet_condition") | Q(decision__isnull=False))
    for gate, action, data in rows.order_by("pk").values_list("gate", "action", "data"):
        if action == "meet_condition":
            found.add((gate, data.get("text", "")))
        else:
            found = {pair for pair in found if pair[0] != gate}
    return found


def _unconfirmed(managed: QuerySet[Pilot], at: date) -> list[Pilot]:
    """Those of the pilots that they manage whose rules are stated and wait for their word (rule 11)."""
    rows = PilotPeriod.objects.filter(in_force(at), pilot__in=managed.order_by().values("pk"), rules_known=False)
    found = rows.select_related("pilot").order_by("pilot__key")
    return [row.pilot for row in found if adoption.waits_for_word(row.missing_rules)][:SHOWN]
