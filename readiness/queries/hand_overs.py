"""What somebody holds that can be handed over, and how far a hand-over has come (rules 7 and 9).

How far it has come is not stored: it follows from who holds each part now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from pilots.actions.hand_overs import IN_RIGHT, Thing
from pilots.models import (
    DecisionRight,
    Departure,
    FellowManager,
    GatePeriod,
    HandOver,
    HandOverPart,
    Person,
    Pilot,
    Portfolio,
)
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import ClearsBy, Stage, State

REQUESTED, WAITS, DONE = "requested", "waits", "done"
"""How far a part has come: the office has to hand it on, the next person has to accept it, or somebody else has it."""
LIVE = ~Q(stage=Stage.RETIRED) & Q(void_since=None)
"""Pilots of which something can be handed over."""
Limit = Callable[[Any, str], Any]
"""Leaves of some rows those that whoever asks may see, by the path to their portfolio."""


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that somebody holds: its name in a form, what it is, as what they hold it, and who is proposed to follow."""

    name: str
    thing: Thing
    capacity: str
    proposed: Person | None = None


def everything(rows: Any, _path: str) -> Any:
    """What somebody holds themselves is theirs to see, all of it."""
    return rows


def things_held(person: Person, at: date, limit: Limit = everything) -> list[Held]:
    """What somebody holds and has not handed on: rights first, then escalations, gates and pilots.

    Proposed is whom they asked for, else the deputy. Seven statements, however much it is.
    """
    parts = parts_of(person)
    asked = {_key(part): part.successor for part in parts}
    handed = {_key(part) for part in parts if vars(part)["progress"] != REQUESTED}
    return [
        Held(name, thing, capacity, asked.get(name, deputy))
        for name, thing, capacity, deputy in [
            *_rights(person, at, limit),
            *_escalations(person, limit),
            *_gates(person, limit),
            *_pilots(person, limit),
        ]
        if name not in handed
    ]


def rights_naming(person: Person, at: date) -> QuerySet[DecisionRight]:
    """The rights, in force or to come, that name somebody who has not departed from them."""
    gone = Departure.objects.filter(right=OuterRef("pk"), person=person)
    names = Q(holder=person) | Q(deputy=person) | Q(escalate_to=person)
    rows = DecisionRight.objects.filter(names, Q(until=None) | Q(until__gte=at)).exclude(Exists(gone))
    return rows.select_related("kind", "portfolio", "function", *IN_RIGHT)


def gates_naming(person: Person) -> QuerySet[GatePeriod]:
    """What somebody has accepted, or is named for and has not answered, of pilots that have not ended; the sponsor's first."""
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None, kind__clears_by=ClearsBy.ACCEPTANCE)
    accepted = Q(person=person, state=State.CLEARED)
    live = Pilot.objects.filter(LIVE, pk=OuterRef("gate__pilot"))
    rows = now.filter(accepted | Q(nominee=person)).filter(Exists(live))
    rows = rows.select_related("kind", "gate__pilot__portfolio", "gate__kind", "person", "nominee")
    return rows.annotate(first=Case(When(kind__key=SPONSOR, then=Value(0)), default=Value(1))).order_by(
        "first", "kind__position", "gate__pilot__key"
    )


def _rights(person: Person, at: date, limit: Limit) -> list[tuple[str, Thing, str, Person | None]]:
    out: list[tuple[str, Thing, str, Person | None]] = []
    for right in limit(rights_naming(person, at), "portfolio"):
        deputy = right.deputy if right.holder_id == person.pk else None
        out.append((f"right-{right.pk}", right, as_what(right, person), _there(deputy)))
    return out


def as_what(right: DecisionRight, person: Person) -> str:
    """As what a right names somebody: the first that it does."""
    return next(name for name in IN_RIGHT if getattr(right, f"{name}_id") == person.pk)


def _there(person: Person | None) -> Person | None:
    return person if person is not None and person.closed_on is None else None


def _escalations(person: Person, limit: Limit) -> list[tuple[str, Thing, str, None]]:
    rows = limit(Portfolio.objects.filter(escalation=person), "pk")
    return [(f"portfolio-{row.pk}", row, "escalation", None) for row in rows]


def _gates(person: Person, limit: Limit) -> list[tuple[str, Thing, str, None]]:
    rows = limit(gates_naming(person), "gate__pilot__portfolio")
    return [
        (f"gate-{row.gate_id}", row.gate, _of_gate(row, person), None) for row in rows if not _handed_on(row, person)
    ]


def _of_gate(row: GatePeriod, person: Person) -> str:
    accepted = row.person_id == person.pk and row.state == State.CLEARED
    return "accepted" if accepted else "named"


def _handed_on(row: GatePeriod, person: Person) -> bool:
    """Whether somebody else is named to take it over."""
    return row.nominee_id is not None and row.nominee_id != person.pk


def _pilots(person: Person, limit: Limit) -> list[tuple[str, Thing, str, None]]:
    rows = limit(Pilot.objects.filter(LIVE, manager=person).select_related("portfolio").order_by("key"), "portfolio")
    return [(f"pilot-{row.pk}", row, "manager", None) for row in rows]


def fellow_of(person: Person, at: date, limit: Limit = everything) -> list[Pilot]:
    """The pilots that somebody lives with beside their manager. Nothing of that is handed over. One query."""
    rows = (
        Pilot.objects.filter(LIVE, FellowManager.objects.is_one(person, at)).select_related("portfolio").order_by("key")
    )
    return list(limit(rows, "portfolio"))


def _key(part: HandOverPart) -> str:
    """A part by the name that it has in a form."""
    if part.right_id or part.gate_id or part.pilot_id:
        return next(f"{of}-{pk}" for of in ("right", "gate", "pilot") if (pk := getattr(part, f"{of}_id")))
    return f"portfolio-{part.portfolio_id}"


def open_parts() -> Any:
    """The parts of the hand-overs that are open, each with its `progress`."""
    leaver = OuterRef("hand_over__person")
    now = GatePeriod.objects.filter(superseded_on=None, last_day=None, gate=OuterRef("gate"))
    accepted = now.filter(person=leaver, state=State.CLEARED)
    asks_next = accepted.filter(nominee__isnull=False).exclude(nominee=leaver)
    live = Q(Exists(Pilot.objects.filter(LIVE, gates=OuterRef("gate"))))
    last = F("hand_over__last_day")
    person = F("hand_over__person")
    named = Q(right__holder=person) | Q(right__deputy=person) | Q(right__escalate_to=person)
    goes_on = Q(right__until=None) | Q(right__until__gt=last)
    progress = Case(
        When(Q(gate__isnull=False) & ~live, then=Value(DONE)),
        When(Q(gate__isnull=False) & Q(Exists(asks_next)), then=Value(WAITS)),
        When(Q(gate__isnull=False) & Q(Exists(accepted) | Exists(now.filter(nominee=leaver))), then=Value(REQUESTED)),
        When(Q(right__isnull=False) & named & goes_on, then=Value(REQUESTED)),
        When(Q(pilot__manager=person, pilot__void_since=None) & ~Q(pilot__stage=Stage.RETIRED), then=Value(REQUESTED)),
        When(Q(gate=None, right=None, pilot=None, portfolio__escalation=person), then=Value(REQUESTED)),
        default=Value(DONE),
        output_field=CharField(),
    )
    rows = HandOverPart.objects.filter(hand_over__ended_on=None, hand_over__person__closed_on=None)
    return rows.annotate(progress=progress)


def in_progress() -> Any:
    """Those of them that are not done."""
    return open_parts().filter(progress__in=(REQUESTED, WAITS))


def with_things(rows: Any) -> Any:
    """Parts with all that their texts name."""
    of_right = ("right__kind", "right__portfolio", "right__function")
    return rows.select_related(
        "hand_over__person", "successor", "portfolio", "pilot", "gate__pilot", "gate__kind", *of_right
    ).order_by("pk")


def parts_of(person: Person, limit: Limit = everything) -> list[HandOverPart]:
    """What somebody hands over, each part with its `progress`, those that are done too."""
    return list(with_things(limit(open_parts().filter(hand_over__person=person), "portfolio")))


def parts_on(pilot: Pilot) -> list[HandOverPart]:
    """What of a pilot is being handed over."""
    return parts_by_pilot([pilot.pk]).get(pilot.pk, [])


def parts_by_pilot(pilots: Iterable[int]) -> dict[int, list[HandOverPart]]:
    """What of some pilots is being handed over, by primary key. One statement."""
    wanted = list(pilots)
    found: dict[int, list[HandOverPart]] = {}
    for part in with_things(in_progress().filter(Q(gate__pilot__in=wanted) | Q(pilot__in=wanted))):
        pilot = part.pilot_id or (part.gate.pilot_id if part.gate else None)
        if pilot is not None:
            found.setdefault(pilot, []).append(part)
    return found


def with_hand_over(rows: Any) -> Any:
    """Pilots, each with `is_handed_over`: whether anything of it is being handed over."""
    parts = in_progress().filter(Q(gate__pilot=OuterRef("pk")) | Q(pilot=OuterRef("pk")))
    return rows.annotate(is_handed_over=Exists(parts))


def open_hand_over(person: Person) -> HandOver | None:
    """The hand-over of somebody that is open, if any."""
    return HandOver.objects.filter(person=person, ended_on=None).first()


def leaving(rows: QuerySet[Person], progress: str, limit: Limit = everything) -> QuerySet[Person]:
    """Those of some people a part of whose hand-over has come so far."""
    parts = limit(open_parts().filter(progress=progress, hand_over__person=OuterRef("pk")), "portfolio")
    return rows.filter(Exists(parts))


def leaving_counts(limit: Limit = everything) -> dict[str, int]:
    """How many people hand over something that has come so far and no further. One statement."""
    rows = limit(in_progress(), "portfolio").order_by()
    counts = {name: Count("hand_over__person", filter=Q(progress=name), distinct=True) for name in (REQUESTED, WAITS)}
    found: dict[str, int] = rows.aggregate(**counts)
    return found
