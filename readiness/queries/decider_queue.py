"""A decider's queue: the open gates in the decider's court that one person may decide (rule 7).

`readiness.rules.offers.may_decide` says the same of one gate; a property test holds the two to the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL

from pilots.models import Absence, GatePeriod, Person, Seat
from pilots.rules.actions import NOT_STARTED
from pilots.rules.gates import HOLD
from pilots.rules.vocabulary import Awaits, ClearsBy, Stage, State
from readiness.queries.engines import quoted
from readiness.queries.pilots import GatesQuerySet, gates_on, in_force, in_stages, open_since, with_decider
from readiness.rules import standing

NOBODY_DECIDES = NOT_STARTED | {Stage.RETIRED}
"""The stages in which no gate is in its decider's court, also where they are asked for by name."""
COUNTED_AT_MOST = 1000
"""How far a queue is counted where only its length is asked: every page does."""
Reach = tuple[int, int | None]
"""A kind of gate, and whose pilots it is limited to: those that this person carries, or None for all."""


Unit = tuple[Seat, int | None]
"""A seat, by whose unit gates are found, and whose pilots it is limited to."""


class Waiting(NamedTuple):
    """One gate of a queue: `alone` where nothing else is open on its pilot; `stage` as it is today."""

    gate: int
    pilot: int
    public_id: str
    stage: str
    alone: bool


def decider_queue(
    person: Person, at: date, known_at: date | None = None, *, stages: Iterable[str] = ()
) -> GatesQuerySet:
    """The gates that wait on a person's decision on a date, the longest wait first.

    Nobody has the gates of a pilot that they carry themselves.

    Args:
        stages: those asked for by name; without them, gates of running and adopted pilots only (rule 2).
    """
    return _of_person(person, own_seats(person, at).decides, at, known_at, stages)


def _of_person(
    person: Person, units: Iterable[Unit], at: date, known_at: date | None = None, stages: Iterable[str] = ()
) -> GatesQuerySet:
    found = _with_deciders(units, at, known_at, stages)
    # Where nobody carries a pilot, the comparison alone would be null, and the gate would be in no queue.
    return found if found.query.is_empty() else found.exclude(carried_by__isnull=False, carried_by=person.pk)


def queue_in_order(person: Person, at: date, seats: OwnSeats | None = None) -> list[Waiting]:
    """The whole queue as its page shows it: what waits on nothing else first, running before claimed, then by days.

    Two queries, or one where `seats` are read already.
    """
    found = _of_person(person, (seats or own_seats(person, at)).decides, at)
    if found.query.is_empty():
        return []
    claimed = Case(When(stage_then=Stage.ADOPTED, then=Value(1)), default=Value(0), output_field=IntegerField())
    ordered = found.annotate(shared=_others_open(at), claimed=claimed).order_by(
        "shared", "claimed", "open_since", "gate_id"
    )
    rows = ordered.values_list("gate", "gate__pilot", "gate__public_id", "stage_then", "shared")
    return [Waiting(gate, pilot, public_id, stage, not shared) for gate, pilot, public_id, stage, shared in rows]


def queue_length(person: Person, at: date) -> int:
    """How many gates wait on a person's decision, counted up to one more than `COUNTED_AT_MOST`. One query.

    A property test holds it and `decider_queue` to one answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LENGTH, {"me": person.pk, "at": at})
        return int(cursor.fetchone()[0])


def length_beside(me: Any, at: Any) -> RawSQL:
    """The same as a column of another statement, for a person and a day, or blanks that stand for them."""
    given = {"me": me, "at": at}
    asked = [given[name] for name in re.findall(r"%\((\w+)\)s", _LENGTH)]
    return RawSQL(re.sub(r"%\(\w+\)s", "%s", _LENGTH), asked, output_field=IntegerField())


def not_asked_yet(person: Person, at: date) -> list[Waiting]:
    """The gates of planned pilots that will wait on this person once these start; nobody is asked before. Two queries."""
    units = own_seats(person, at).decides
    if not units:
        return []
    planned = gates_on(at).filter(
        _gates_of_seats(units), kind__clears_by=ClearsBy.APPROVAL, stage_then=Stage.PLANNED, now=State.WAITING
    )
    theirs = planned.exclude(carried_by__isnull=False, carried_by=person.pk).order_by("since", "gate_id")
    rows = theirs.values_list("gate", "gate__pilot", "gate__public_id", "stage_then")
    return [Waiting(gate, pilot, public_id, stage, alone=False) for gate, pilot, public_id, stage in rows]


def escalating_from(seats: OwnSeats, at: date) -> GatesQuerySet:
    """The gates that go to somebody once their decider has not answered in time, the longest wait first (rule 7)."""
    return _with_deciders(seats.escalates, at, None, ())


def _others_open(at: date) -> Exists:
    """Whether another gate of the pilot is open as well."""
    there = GatePeriod.objects.filter(in_force(at), gate__pilot=OuterRef("gate__pilot")).exclude(awaits=Awaits.OFF)
    is_open = ~Q(state__in=sorted(HOLD)) | Q(good_until__lt=at)
    return Exists(there.filter(is_open).exclude(gate=OuterRef("gate")))


class OwnSeats(NamedTuple):
    """The seats from which somebody decides on a day, each with whose pilots it is limited to; and those that escalate to them."""

    decides: list[Unit]
    escalates: list[Unit]


def own_seats(person: Person, at: date) -> OwnSeats:
    """The seats of somebody on a day. One query."""
    gone = Absence.objects.on(at)
    absences = {f"{who}_away": Exists(gone.filter(person=OuterRef(who))) for who in ("holder", "deputy")}
    of_portfolio = Seat.objects.on(at).filter(escalation=None, unit__portfolio__escalation=person)
    seats = (Seat.objects.on(at).of(person) | of_portfolio).select_related("unit__portfolio").annotate(**absences)
    found = OwnSeats([], [])
    for seat in seats:
        escalation = seat.escalation_id or seat.unit.portfolio.escalation_id
        if escalation == person.pk:
            found.escalates.append((seat, None))
        if person.pk in (seat.holder_id, seat.deputy_id, seat.delegate_id, seat.escalation_id):
            found.decides.extend((seat, carried_by) for carried_by in _reach(seat, person))
    return found


def _with_deciders(units: Iterable[Unit], at: date, known_at: date | None, stages: Iterable[str]) -> GatesQuerySet:
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
        .annotate(open_since=open_since(at, known_at))
        .order_by("open_since", "gate_id")
    )
    return found


def _gates_of_seats(units: Iterable[Unit]) -> Q:
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


def _reach(seat: Seat, person: Person) -> list[int | None]:
    """Whose pilots a person decides on from a seat that was read with who is away: [None] for all, [] for none.

    The escalation person stands in where holder and deputy are away or carry the pilot, which only one of them can.
    """
    if person.pk in (seat.holder_id, seat.deputy_id, seat.delegate_id):
        return [None]
    sits = {seat.holder_id: vars(seat)["holder_away"], seat.deputy_id: vars(seat)["deputy_away"]}
    there = [who for who, away in sits.items() if who is not None and not away]
    if not there:
        return [None]
    return [there[0]] if len(there) == 1 else []


def _cannot(who: str) -> str:
    """Whoever has a seat carries the pilot, or is away."""
    return f"""(mine.{who} = own.sponsor_id OR mine.{who} IN
        (SELECT person_id FROM pilots_absence WHERE starts <= %(at)s AND ends >= %(at)s))"""


_IN_FORCE = "{0}.first_day <= %(at)s AND ({0}.last_day IS NULL OR {0}.last_day >= %(at)s)"
_LENGTH = f"""
    WITH mine AS MATERIALIZED (
        SELECT kind_id, unit_id, holder_id, deputy_id,
            CASE WHEN %(me)s IN (holder_id, deputy_id, delegate_id) THEN 1 ELSE 0 END AS sits
        FROM pilots_seat seat
        WHERE (holder_id = %(me)s OR deputy_id = %(me)s OR delegate_id = %(me)s OR escalation_id = %(me)s)
            AND holder_id IS NOT NULL AND {_IN_FORCE.format("seat")}
    )
    SELECT COUNT(*) FROM (
        SELECT 1 FROM mine
        JOIN pilots_gateperiod period ON period.kind_id = mine.kind_id AND period.unit_id = mine.unit_id
        JOIN pilots_gatekind kind ON kind.id = period.kind_id
        JOIN pilots_gate gate ON gate.id = period.gate_id
        JOIN pilots_pilotperiod own ON own.pilot_id = gate.pilot_id
        WHERE (sits = 1 OR {_cannot("holder_id")} AND (mine.deputy_id IS NULL OR {_cannot("deputy_id")}))
            AND period.superseded_on IS NULL AND {_IN_FORCE.format("period")} AND period.awaits <> '{Awaits.OFF}'
            AND (period.good_until < %(at)s AND NOT period.ends_by_condition
                OR period.awaits = '{Awaits.DECISION}' AND (period.good_until IS NULL OR period.good_until >= %(at)s))
            AND (kind.clears_by = '{ClearsBy.APPROVAL}'
                OR kind.clears_by = '{ClearsBy.MEASUREMENT}' AND period.met_until >= %(at)s)
            AND own.superseded_on IS NULL AND own.void_since IS NULL AND {_IN_FORCE.format("own")}
            AND (own.stage IN ({quoted(standing.WAITING_STAGES)})
                OR own.stage = '{Stage.PAUSED}' AND own.paused_until < %(at)s)
            AND (own.sponsor_id IS NULL OR own.sponsor_id <> %(me)s)
        LIMIT {COUNTED_AT_MOST + 1}
    ) found
"""
