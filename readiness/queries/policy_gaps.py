"""Where somebody may make a question of a judgement call with no policy behind it (rule 13)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from pilots import permissions
from pilots.models import GatePeriod, Person, Pilot, Portfolio, Seat
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import State


class Places(NamedTuple):
    """The portfolios in which somebody may put a question, by name; and those of them that they keep."""

    all: Sequence[Portfolio]
    kept: Sequence[Portfolio]

    def within(self, some: Collection[Portfolio]) -> Places:
        """Those of them that are among these."""
        return Places([one for one in self.all if one in some], [one for one in self.kept if one in some])


def places_to_ask_in(person: Person, at: date) -> Places:
    """The portfolios that somebody keeps, or in which they carry or decide on a pilot. Two queries at the most."""
    kept = permissions.portfolios_kept(person)
    rows = Portfolio.objects.select_related("escalation").order_by("name")
    if kept is None:
        return Places(found := list(rows), found)
    seats = Seat.objects.on(at).of(person).values("unit__portfolio")
    carried = _carried_by(person).values("gate__pilot__portfolio")
    found = list(rows.filter(Q(pk__in=kept) | Q(pk__in=seats) | Q(pk__in=carried)))
    return Places(found, [one for one in found if one.pk in kept])


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
