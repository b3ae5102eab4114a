"""A decider's queue: the open gates in the decider's court that one person may decide (rule 7).

`readiness.rules.offers.may_decide` says the same of one gate; a property test holds the two to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, DateField, F, Q, When

from pilots.models import GatePeriod, Person, Seat
from pilots.models.compiled import Compiled
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import ClearsBy, Stage, State
from readiness.queries.pilots import GatesQuerySet, gates_on, in_stages, with_decider
from readiness.rules import offers, standing

NOBODY_DECIDES = NOT_STARTED | {Stage.RETIRED}
"""The stages in which no gate is in its decider's court, also where they are asked for by name."""
ASKS_ITS_NOMINEES = sorted({*Stage.values()} - {Stage.RETIRED})
"""A nomination is not a gate that waits: whoever is named may accept before the start and in a pause, and is asked to."""
NAMED_AT_MOST = 50
"""Acceptances asked for at once; nobody is named for more."""
Reach = tuple[int, int | None]
"""A kind of gate, and whose pilots it is limited to: those that this person carries, or None for all."""


def decider_queue(
    person: Person, at: date, known_at: date | None = None, *, stages: Iterable[str] = ()
) -> GatesQuerySet:
    """The gates that wait on a person's decision on a date, the longest wait first.

    Nobody has the gates of a pilot that they carry themselves.

    Args:
        stages: those asked for by name; without them, gates of running and adopted pilots only (rule 2).
    """
    away = offers.away_on(at)
    seats = Seat.objects.on(at).of(person)
    units = ((seat, carried_by) for seat in seats for carried_by in _reach(seat, person, away))
    found = _with_deciders(units, at, known_at, stages)
    # Where nobody carries a pilot, the comparison alone would be null, and the gate would be in no queue.
    return found if found.query.is_empty() else found.exclude(carried_by__isnull=False, carried_by=person.pk)


def escalating_to(person: Person, at: date) -> GatesQuerySet:
    """The gates that go to a person once their decider has not answered in time, the longest wait first (rule 7)."""
    portfolios = Q(escalation=None, unit__portfolio__escalation=person)
    seats = Seat.objects.on(at).filter(Q(escalation=person) | portfolios)
    return _with_deciders(((seat, None) for seat in seats), at, None, ())


def nominating(person: Person, at: date) -> list[int]:
    """The gates, by primary key, that name a person whose own word is asked, the longest named for first. A few at the most."""
    return [gate for (gate,) in _NOMINATING(person=person.pk, at=at)]


def _nominating(person: Any, at: Any) -> Any:
    accepted = {"kind__clears_by": ClearsBy.ACCEPTANCE, "nominee": person, "stage_then__in": ASKS_ITS_NOMINEES}
    return gates_on(at).filter(**accepted).order_by("since", "gate_id").values_list("gate")[:NAMED_AT_MOST]


_NOMINATING = Compiled(_nominating, person=BigIntegerField(), at=DateField())


def _with_deciders(
    units: Iterable[tuple[Seat, int | None]], at: date, known_at: date | None, stages: Iterable[str]
) -> GatesQuerySet:
    """The gates in their decider's court that lie in these seats' units.

    Seats are asked for first, so that a queue costs what lies in its units, however many gates there are; and what a court
    follows from is asked column by column, so that PostgreSQL can estimate how many there are of it.
    """
    units = list(units)
    if not units:
        none: GatesQuerySet = GatesQuerySet(GatePeriod).annotate(open_since=F("since")).none()
        return none
    asked = frozenset(stages or standing.WAITING_STAGES) - NOBODY_DECIDES
    found: GatesQuerySet = (
        gates_on(at, known_at)
        .filter(_gates_of_seats(units), with_decider(at), in_stages(asked, at))
        .annotate(open_since=_open_since(at))
        .order_by("open_since", "gate_id")
    )
    return found


def _gates_of_seats(units: Iterable[tuple[Seat, int | None]]) -> Q:
    """The gates of these seats: each kind with its units, kinds that lie in the same units together."""
    by_kind: dict[Reach, set[int]] = {}
    for seat, carried_by in units:
        if seat.holder_id is not None:
            by_kind.setdefault((seat.kind_id, carried_by), set()).add(seat.unit_id)
    alike: dict[tuple[int | None, frozenset[int]], list[int]] = {}
    for (kind, carried_by), found in by_kind.items():
        alike.setdefault((carried_by, frozenset(found)), []).append(kind)
    there = Q(pk__in=())
    for (carried_by, lies_in), kinds in alike.items():
        those = Q(kind__in=sorted(kinds), unit__in=sorted(lies_in))
        there |= those if carried_by is None else those & Q(carried_by=carried_by)
    return there


def _reach(seat: Seat, person: Person, away: set[int]) -> list[int | None]:
    """Whose pilots a person decides on from a seat: [None] for all, [] for none.

    The escalation person stands in where holder and deputy are away or carry the pilot, which only one of them can.
    """
    if person.pk in (seat.holder_id, seat.deputy_id, seat.delegate_id):
        return [None]
    there = [who for who in (seat.holder_id, seat.deputy_id) if who is not None and who not in away]
    if not there:
        return [None]
    return [there[0]] if len(there) == 1 else []


def _open_since(at: date) -> Case:
    """Since when a gate is in its state, as `standing.read_gate` says it of a pilot that stayed in its unit."""
    over = Q(good_until__lt=at)
    return Case(
        When(over & Q(good_until__lt=F("first_day")), then=F("since")),
        When(over, then=F("good_until") + timedelta(days=1)),
        When(state=State.OPEN, seat__run_from__gt=F("since"), then=F("seat__run_from")),
        default=F("since"),
        output_field=DateField(),
    )
