"""The order in which pilots press: what can still be moved in time comes first, what is over last."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, CharField, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from pilots.rules.vocabulary import Court, Standing, State
from readiness.queries.pilots import gates_on, open_since

PRESSING = (
    Standing.AT_RISK,
    Standing.EXHIBIT,
    Standing.READY,
    Standing.MOVING,
    "paused",
    Standing.CLAIMED,
    "planned",
    "not_stated",
    "adopted",
    "retired",
)
COURTS_PRESSING = (Court.NOBODY, Court.DECIDER, Court.TEAM, Court.OUTSIDE)
"""Whose move is named first: where nobody holds a decision, nothing will come of waiting."""
STATES_PRESSING = (
    State.UNOWNED,
    State.WAITING,
    State.CHANGES_REQUESTED,
    State.REFUSED,
    State.RECONFIRM,
    State.LAPSED,
    State.ASSERTED,
    State.EXCEPTED,
    State.CONDITIONAL,
    State.CLEARED,
)
"""The states of a gate, the ones in which something is to be done first."""


def presses() -> Case:
    """How soon a pilot's standing presses, for rows that carry their `standing`."""
    places = (When(standing=name, then=Value(n)) for n, name in enumerate(PRESSING))
    return Case(*places, output_field=IntegerField())


def gate_presses(kind: int, at: date) -> Subquery:
    """How soon the gate of a kind presses on a date, for rows of pilots; null where it is not asked of one."""
    places = (When(now=state, then=Value(n)) for n, state in enumerate(STATES_PRESSING))
    of_kind = gates_on(at).filter(gate__pilot=OuterRef("pk"), kind=kind).order_by()
    return Subquery(of_kind.values(place=Case(*places, output_field=IntegerField()))[:1])


def next_move_presses(at: date) -> Any:
    """What orders pilots that carry their `standing` by their next move, as `text.next_moves` names it; null where there is none.

    First the gates that wait, by court and the longest wait; then whom nobody has declared adopted, what is claimed, what has
    not started, and what is paused.
    """
    places = (When(court=court, then=Value(f"{n} ")) for n, court in enumerate(COURTS_PRESSING))
    open_gates = gates_on(at).filter(gate__pilot=OuterRef("pk")).waiting(at).annotate(open_since=open_since(at))
    place = Concat(Case(*places, output_field=CharField()), Cast(F("open_since"), CharField()))
    first = open_gates.values(place=place).order_by("place")[:1]
    return Case(
        When(standing=Standing.READY, then=Value("4")),
        When(standing__in=(Standing.PLANNED, Standing.NOT_STATED), then=Value("6")),
        When(Q(standing=Standing.PAUSED, period__paused_until__isnull=False), then=Value("7")),
        When(standing=Standing.PAUSED, then=Value(None)),
        default=Coalesce(
            Subquery(first, output_field=CharField()),
            Case(When(standing=Standing.CLAIMED, then=Value("5")), output_field=CharField(null=True)),
        ),
        output_field=CharField(null=True),
    )
