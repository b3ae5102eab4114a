"""What can be asked of pilots as facts. What the facts mean is asked in `readiness`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pilots.today import today

if TYPE_CHECKING:
    from pilots.models import Person


class PilotQuerySet(models.QuerySet[Any]):
    """Pilots, by what is recorded of them."""

    def visible_to(self, person: Person, at: date | None = None) -> Self:
        """The pilots that a person may see; nothing else exists for them (section 7 of the design)."""
        from pilots.models import GateSpell, Seat

        if person.is_superuser:
            return self
        now = GateSpell.objects.filter(
            gate__pilot=OuterRef("pk"), known_until=None, ends=None, person=person
        )
        sits = Seat.objects.on(at or today()).of(person)
        seats = sits.filter(kind=OuterRef("kind"), cell=OuterRef("cell"))
        decides = GateSpell.objects.filter(
            Exists(seats), gate__pilot=OuterRef("pk"), known_until=None, ends=None
        )
        named = (
            Q(manager=person)
            | Q(exceptions_to=person)
            | Q(exceptions_deputy=person)
            | Q(portfolio__escalation=person)
        )
        return self.filter(
            Q(portfolio__roles__person=person) | named | Exists(now) | Exists(decides)
        ).distinct()
