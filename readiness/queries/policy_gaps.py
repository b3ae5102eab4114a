"""Where somebody may make a question of a judgement call with no policy behind it (rule 13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from pilots import permissions
from pilots.models import GatePeriod, Person, Pilot, Portfolio, Seat
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import State


def portfolios_kept(person: Person) -> list[Portfolio]:
    """The portfolios of whose program office somebody is, by name."""
    kept = permissions.portfolios_kept(person)
    rows = Portfolio.objects.order_by("name")
    return list(rows if kept is None else rows.filter(pk__in=kept))


def portfolios_to_ask_in(person: Person, at: date) -> list[Portfolio]:
    """The portfolios in which somebody may put a question: those that they keep, or in which they carry or decide on a pilot."""
    kept = permissions.portfolios_kept(person)
    rows = Portfolio.objects.order_by("name")
    if kept is None:
        return list(rows)
    seats = Seat.objects.on(at).of(person).values("unit__portfolio")
    carried = _carried_by(person).values("gate__pilot__portfolio")
    return list(rows.filter(Q(pk__in=kept) | Q(pk__in=seats) | Q(pk__in=carried)))


def pilots_to_ask_about(person: Person, at: date) -> Any:
    """The pilots that somebody carries, or on which they decide; the office of a portfolio asks about all that are in it."""
    kept = permissions.portfolios_kept(person)
    rows = Pilot.objects.filter(void_since=None)
    if kept is None:
        return rows
    carries = Exists(_carried_by(person).filter(gate__pilot=OuterRef("pk")))
    return rows.filter(Q(portfolio__in=kept) | Q(pk__in=Pilot.objects.decided_by(person, at).values("pk")) | carries)


def _carried_by(person: Person) -> Any:
    """The current periods by which somebody is the sponsor of pilots, having accepted."""
    return GatePeriod.objects.filter(
        kind__key=SPONSOR, person=person, state=State.CLEARED, superseded_on=None, last_day=None
    )
