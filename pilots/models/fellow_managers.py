"""Fellow managers: who lives with a pilot as a manager, beside the one who confirms its rules (rules 14 and 15)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from pilots.models.people import Person
from pilots.models.pilots import Pilot


class FellowManagerQuerySet(models.QuerySet["FellowManager"]):
    """Fellow managers, by day."""

    def on(self, day: Any) -> FellowManagerQuerySet:
        """Those who live with a pilot on a day."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), first_day__lte=day)

    def is_one(self, person: Any, day: Any) -> Exists:
        """Asked of a query of pilots: whether somebody lives with the pilot on a day, beside its own manager."""
        return Exists(self.on(day).filter(person=person, pilot=OuterRef("pk")))


class FellowManager(models.Model):
    """Somebody who lives with a pilot as a manager beside its own, from a day up to, not including, the day they left it."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="fellows", db_index=False, db_comment="the pilot"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="fellow_of", db_comment="the manager who lives with it too"
    )
    first_day = models.DateField(db_comment="first day on which they live with it")
    left_on = models.DateField(null=True, db_comment="day from which they do no longer; null: they still do")

    objects = FellowManagerQuerySet.as_manager()

    class Meta:
        db_table_comment = "Managers who live with a pilot beside the one who confirms its rules."
        ordering = ("pilot", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("pilot", "person", condition=Q(left_on=None), name="fellow_manager_is_named_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("first_day")), name="fellow_manager_leaves_after_coming"
            ),
        ]
        indexes: ClassVar = [models.Index("pilot", "first_day", name="fellow_manager_pilot_day_idx")]

    def __str__(self) -> str:
        return f"{self.person} of {self.pilot_id}"
