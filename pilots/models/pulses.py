"""Pulses: the same question to both sides (rule 15). Sponsors answer in their own name, managers by pseudonym and week."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pilots.models.choices import OCCASION, choices
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Portfolio
from pilots.rules.vocabulary import Occasion

LEAST, MOST = 1, 5
"""The ends of the scale: more work in a more modern wrapper, and helping to do the work."""


class PulseQuerySet(models.QuerySet["Pulse"]):
    """Pulses, by day."""

    def open_on(self, day: date) -> PulseQuerySet:
        """Those that take answers on a day."""
        return self.filter(asked_on__lte=day, closes_on__gte=day)

    def closed_by(self, day: date) -> PulseQuerySet:
        """Those whose last day is over; only of these are answers shown."""
        return self.filter(closes_on__lt=day)


class Pulse(models.Model):
    """The question, asked of everybody who carries or lives with a pilot of a portfolio. Answers are taken up to a Sunday."""

    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        related_name="pulses",
        db_index=False,
        db_comment="whose pilots it is about",
    )
    asked_on = models.DateField(db_comment="the day on which it is asked")
    closes_on = models.DateField(db_comment="the last day on which it is answered, a Sunday")
    occasion = models.CharField(
        max_length=8, choices=choices(OCCASION), db_comment="why it is asked: quarter or office"
    )

    objects = PulseQuerySet.as_manager()

    class Meta:
        db_table_comment = (
            "The same question to sponsors and managers, asked on a day. Answers are shown once it is closed."
        )
        ordering = ("portfolio", "-asked_on")
        constraints: ClassVar = [
            models.UniqueConstraint("portfolio", "asked_on", name="pulse_is_one_a_day"),
            models.CheckConstraint(condition=Q(closes_on__gt=F("asked_on")), name="pulse_closes_after_it_is_asked"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values()), name="pulse_occasion_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.portfolio} on {self.asked_on}"


class SponsorPulse(models.Model):
    """What a sponsor answered, in their own name; a later answer to the same pulse takes its place."""

    pulse = models.ForeignKey(
        Pulse, on_delete=models.PROTECT, related_name="of_sponsors", db_index=False, db_comment="what was asked"
    )
    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="sponsor_pulses", db_comment="the pilot it is about"
    )
    sponsor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_comment="who answered")
    score = models.PositiveSmallIntegerField(db_comment="1 (more work) to 5 (helping)")

    class Meta:
        db_table_comment = "Sponsors' answers to a pulse, each in their own name."
        constraints: ClassVar = [
            models.UniqueConstraint("pulse", "pilot", name="sponsor_pulse_is_one_a_pilot"),
            models.CheckConstraint(
                condition=Q(score__gte=LEAST, score__lte=MOST), name="sponsor_pulse_is_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.score}"


class ManagerPulse(models.Model):
    """What a manager answered: a pseudonym of this pulse alone, and the week; never a person, a day or an hour.

    It is shown once the pulse is closed, from three managers on. It lies in no chain, and no event says that it was given.
    """

    # Drawn, so that no order of rows says who answered after whom.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_comment="drawn at random")
    pulse = models.ForeignKey(
        Pulse, on_delete=models.PROTECT, related_name="of_managers", db_index=False, db_comment="what was asked"
    )
    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="manager_pulses", db_comment="the pilot it is about"
    )
    pseudonym = models.CharField(max_length=64, db_comment="keyed pseudonym of whoever answered, of this pulse alone")
    week = models.DateField(db_comment="Monday of the week in which it was answered")
    score = models.PositiveSmallIntegerField(db_comment="1 (more work) to 5 (helping)")

    class Meta:
        db_table_comment = "Managers' answers to a pulse, by keyed pseudonym and week. No row names a person."
        constraints: ClassVar = [
            models.UniqueConstraint("pulse", "pilot", "pseudonym", name="manager_pulse_is_one_a_manager"),
            models.CheckConstraint(
                condition=Q(score__gte=LEAST, score__lte=MOST), name="manager_pulse_is_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pulse_id}: {self.score}"
