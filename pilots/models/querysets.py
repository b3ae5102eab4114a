"""What can be asked of pilots as facts. What the facts mean is asked in `readiness`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from pilots.clock import today

if TYPE_CHECKING:
    from pilots.models import Person


class PilotQuerySet(models.QuerySet[Any]):
    """Pilots, by what is recorded of them."""

    def visible_to(self, person: Person, at: date | None = None) -> Self:
        """The pilots that a person may see; nothing else exists for them (section 7 of the design)."""
        from pilots.models import Gate, GatePeriod, Portfolio, Seat

        if person.is_superuser:
            return self
        granted = Portfolio.objects.filter(Q(roles__person=person) | Q(escalation=person))
        now = GatePeriod.objects.filter(
            Q(person=person) | Q(nominee=person), gate__pilot=OuterRef("pk"), superseded_on=None, last_day=None
        )
        named = Q(manager=person) | Q(exceptions_to=person) | Q(exceptions_deputy=person)
        # A pilot lies where its columns say, and the seats of a unit are far fewer than the periods of its gates.
        asked = Gate.objects.filter(kind=OuterRef("kind"), pilot=OuterRef(OuterRef("pk")))
        seats = (
            Seat.objects.on(at or today())
            .of(person)
            .alias(function=Coalesce("unit__function", 0))
            .filter(Exists(asked), unit__portfolio=OuterRef("portfolio"), function=Coalesce(OuterRef("function"), 0))
        )
        return self.filter(Q(portfolio__in=granted.values("pk")) | named | Exists(now) | Exists(seats))
