"""Residents: people outside the pilot team who used it in a week; counted apart from visitors, who prove nothing."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.pilots import Pilot


class ResidentsQuerySet(models.QuerySet["Residents"]):
    """Weekly counts, by what was known when."""

    def known(self, known_at: date | None = None) -> ResidentsQuerySet:
        """The counts that hold now, or that held by what was recorded by a day."""
        if known_at is None:
            return self.filter(superseded_on=None)
        unknown = Q(superseded_on=None) | Q(superseded_on__gt=known_at)
        return self.filter(unknown, recorded_from__lte=known_at)


class Residents(models.Model):
    """How many people used a pilot in the week that begins on a Monday. A later count of the same week replaces it.

    Known from `recorded_from` up to, not including, `superseded_on`; null means still.
    """

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="residents", db_comment="the pilot", db_index=False
    )
    week = models.DateField(_("week from"), db_comment="Monday of the week")
    people = models.PositiveIntegerField(
        _("people outside the pilot team"), db_comment="people outside the pilot team who used it"
    )
    visitors = models.PositiveIntegerField(
        _("visitors of demos"), default=0, db_comment="people who were only shown it"
    )
    recorded_from = models.DateField(db_comment="first day on which this was what was known")
    superseded_on = models.DateField(null=True, db_comment="day on which a later count replaced it")

    objects = ResidentsQuerySet.as_manager()

    class Meta:
        db_table_comment = "How many people used a pilot in the week that begins on a Monday. A later count of the same week replaces it."
        ordering = ("pilot", "week", "pk")
        verbose_name_plural = _("residents")
        indexes: ClassVar = [models.Index("pilot", "week", name="residents_pilot_week_idx")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "pilot", "week", condition=Q(superseded_on=None), name="residents_are_counted_once_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id}: {self.people} in the week from {self.week}"
