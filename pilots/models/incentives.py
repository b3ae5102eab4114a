"""What either side of a pilot is measured on (rule 17)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models

from pilots.models.pilots import Pilot
from pilots.rules.canonical_json import CanonicalJSON


class IncentivesQuerySet(models.QuerySet["Incentives"]):
    """What was stated of incentives, by what was so and known when."""

    def in_force(self, at: date, known_at: date | None = None) -> IncentivesQuerySet:
        """What held on a day, the latest first."""
        rows = self.filter(effective_on__lte=at)
        if known_at is not None:
            rows = rows.filter(known_on__lte=known_at)
        return rows.order_by("pilot", "-effective_on", "-pk")


class Incentives(models.Model):
    """What manager and sponsor are measured on, and what protects whoever tries. A later statement takes its place."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="incentives", db_index=False, db_comment="the pilot"
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down")
    of_manager: Any = models.JSONField(
        default=list, encoder=CanonicalJSON, db_comment="what the managers are measured on, as a list of names"
    )
    of_sponsor: Any = models.JSONField(
        default=list, encoder=CanonicalJSON, db_comment="what the sponsor is measured on, as a list of names"
    )
    if_it_fails = models.TextField(
        blank=True, db_comment="what happens to the person whose experiment fails; empty: nothing says it"
    )
    extra_hands = models.TextField(
        blank=True, db_comment="who gets extra hands when review work spikes; empty: nothing says it"
    )

    objects = IncentivesQuerySet.as_manager()

    class Meta:
        db_table_comment = "What either side of a pilot is measured on, and what protects whoever tries."
        ordering = ("pilot", "pk")
        verbose_name_plural = "incentives"
        indexes: ClassVar = [models.Index("pilot", "effective_on", name="incentives_pilot_day_idx")]

    def __str__(self) -> str:
        return f"{self.pilot_id} on {self.effective_on}"
