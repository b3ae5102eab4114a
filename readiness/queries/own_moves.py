"""What only one person can move: acceptances that name them, answers that their team owes, adoptions and rules that wait for them.

The masthead counts it, and the page of whoever carries or lives with pilots opens with it: one statement for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, Q, TextField, Value
from django.db.models.functions import Cast

from pilots.models import Person
from pilots.models.compiled import Compiled
from pilots.rules import adoption, gates
from pilots.rules.vocabulary import ClearsBy, Court, Stage
from readiness.queries.pilots import all_clear, gates_on, in_stages, pilots
from readiness.rules.standing import WAITING_STAGES

ACCEPT, ANSWER, ADOPT, CONFIRM = "accept", "answer", "adopt", "confirm-rules"
"""In this order: as the actions stand in addresses."""
NOT_ENDED = sorted({*Stage.values()} - {Stage.RETIRED})
"""A nomination is not a gate that waits: whoever is named may accept before the start and in a pause, and is asked to."""
MOST = 200
"""Moves that are read at once; nobody has more in hand."""
_COLUMNS = ("what", "of_pilot", "of_gate", "day")


@dataclass(frozen=True, slots=True)
class OwnMove:
    """One action that waits for one person: on a pilot, or on one of its gates, by primary key."""

    action: str
    pilot: int
    gate: int | None


def own_moves(person: Person, at: date) -> list[OwnMove]:
    """What waits for a person's own move on a day, what has waited longest first within each action: `MOST`, and one where there are more.

    One query.
    """
    found = [OwnMove(what, pilot, gate or None) for what, pilot, gate, _day in _MOVES(person=person.pk, at=at)]
    return sorted(found, key=lambda move: (ACCEPT, ANSWER, ADOPT, CONFIRM).index(move.action))


def _moves(person: Any, at: Any) -> Any:
    return (
        _acceptances(person, at)
        .union(_answers(person, at), _adoptions(person, at), _confirmations(person, at), all=True)
        .order_by("day", "of_pilot", "of_gate")[: MOST + 1]
    )


def _acceptances(person: Any, at: Any) -> Any:
    named = gates_on(at).filter(kind__clears_by=ClearsBy.ACCEPTANCE, nominee=person, stage_then__in=NOT_ENDED)
    return _of_gates(ACCEPT, named)


def _answers(person: Any, at: Any) -> Any:
    """What a decider asked for, or would need after a no: of pilots that this person carries or lives with."""
    theirs = Q(carried_by=person) | Q(lived_with_by=person)
    asked = gates_on(at).alias(lived_with_by=F("period__manager"))
    owed = asked.filter(theirs, in_stages(WAITING_STAGES, at), court=Court.TEAM, state__in=sorted(gates.ASKS_TEAM))
    return _of_gates(ANSWER, owed)


def _adoptions(person: Any, at: Any) -> Any:
    """What can be declared adopted: nothing is missing."""
    carried = pilots().on(at).with_columns("sponsor_then").filter(sponsor_then=person, stage_then=Stage.RUNNING)
    return _of_pilots(ADOPT, carried.filter(all_clear(at), period__rules_known=True))


def _confirmations(person: Any, at: Any) -> Any:
    """Rules that are stated, and wait for the manager's word, as `adoption.waits_for_word` says it."""
    managed = pilots().on(at).with_columns("manager_then").filter(manager_then=person, period__rules_known=False)
    lacking = managed.alias(lacks=Cast("period__missing_rules", TextField())).filter(_lacks(adoption.UNCONFIRMED))
    return _of_pilots(CONFIRM, lacking.exclude(_lacks(*adoption.RULES)).filter(stage_then__in=NOT_ENDED))


def _lacks(*codes: str) -> Q:
    """Of pilots with what they lack as text: those that lack all of this."""
    return Q(("lacks__isnull", False), *(("lacks__contains", f'"{code}"') for code in codes))


def _of_gates(action: str, found: Any) -> Any:
    columns = {"of_pilot": F("gate__pilot"), "of_gate": F("gate"), "day": F("since")}
    return _as_moves(action, found, **columns)


def _of_pilots(action: str, found: Any) -> Any:
    columns = {"of_pilot": F("pk"), "of_gate": Value(0, BigIntegerField()), "day": F("period_starts")}
    return _as_moves(action, found, **columns)


def _as_moves(action: str, found: Any, **columns: Any) -> Any:
    return found.order_by().annotate(what=Value(action, CharField()), **columns).values_list(*_COLUMNS)


_MOVES = Compiled(_moves, person=BigIntegerField(), at=DateField())
