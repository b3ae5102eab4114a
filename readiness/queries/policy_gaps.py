"""Where somebody may make a question of a judgement call with no policy behind it (rule 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from pilots import permissions
from pilots.models import GatePeriod, Person, Pilot, Portfolio, Seat
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import State


@dataclass(frozen=True, slots=True)
class PlacesToAsk:
    """The portfolios in which somebody may put a question, by name; those of `kept` they keep (None: all)."""

    portfolios: Sequence[Portfolio]
    kept: frozenset[int] | None

    @property
    def office(self) -> list[Portfolio]:
        """Those which they keep: the office alone asks a portfolio as a whole."""
        return [portfolio for portfolio in self.portfolios if self.kept is None or portfolio.pk in self.kept]


def places_to_ask(person: Person, at: date) -> PlacesToAsk:
    """Where somebody may put a question: in what they keep, and where they carry or decide on a pilot. Two queries."""
    kept = permissions.portfolios_kept(person)
    rows = Portfolio.objects.order_by("name")
    if kept is not None:
        seats = Seat.objects.on(at).of(person).values("unit__portfolio")
        carried = _carried_by(person).values("gate__pilot__portfolio")
        rows = rows.filter(Q(pk__in=kept) | Q(pk__in=seats) | Q(pk__in=carried))
    return PlacesToAsk(list(rows), kept)


def pilots_to_ask_about(person: Person, places: PlacesToAsk, at: date) -> Any:
    """The pilots that somebody carries, or on which they decide; the office of a portfolio asks about all that are in it."""
    rows = Pilot.objects.filter(void_since=None)
    if places.kept is None:
        return rows
    carries = Exists(_carried_by(person).filter(gate__pilot=OuterRef("pk")))
    decides = Exists(Pilot.objects.decided_by(person, at).filter(pk=OuterRef("pk")))
    return rows.filter(Q(portfolio__in=places.kept) | decides | carries)


def _carried_by(person: Person) -> Any:
    """The current periods by which somebody is the sponsor of pilots, having accepted."""
    return GatePeriod.objects.filter(
        kind__key=SPONSOR, person=person, state=State.CLEARED, superseded_on=None, last_day=None
    )
