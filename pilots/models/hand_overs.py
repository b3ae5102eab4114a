"""What somebody who leaves hands over, to whom, and until when they hold it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pilots.models.gates import Gate
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Portfolio
from pilots.models.rights import DecisionRight


class HandOver(models.Model):
    """Somebody leaves: from a day on until a last day they hand over what they hold. One at a time is open for a person.

    Whether a part of it is done is not stored: it follows from who holds it now.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hand_overs", db_comment="who leaves")
    asked_on = models.DateField(db_comment="the day on which it began")
    last_day = models.DateField(db_comment="last day on which they hold what has a day")
    ended_on = models.DateField(
        null=True, blank=True, db_comment="the day on which it was ended, or another began; null: not yet"
    )

    class Meta:
        db_table_comment = "Somebody leaves, and until a last day hands over what they hold."
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_day__gte=F("asked_on")), name="hand_over_ends_after_it_begins"),
            models.UniqueConstraint("person", condition=Q(ended_on=None), name="hand_over_is_one_for_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} hands over until {self.last_day}"


class HandOverPart(models.Model):
    """One thing that is handed over, and to whom: a right, a gate that they accepted or are named for, a pilot that they manage.

    With none of the three it is the escalation of the portfolio. Portfolio null: a right that holds everywhere.
    """

    hand_over = models.ForeignKey(
        HandOver, on_delete=models.PROTECT, related_name="parts", db_comment="the hand-over that it is a part of"
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_over_parts",
        db_comment="the portfolio in which it lies; null: a right for all",
    )
    right = models.ForeignKey(
        DecisionRight,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_over_parts",
        db_comment="the right that names them",
    )
    gate = models.ForeignKey(
        Gate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_over_parts",
        db_comment="the gate that they accepted, or are named for",
    )
    pilot = models.ForeignKey(
        Pilot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_over_parts",
        db_comment="the pilot that they manage",
    )
    successor = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="hand_over_parts", db_comment="who is to take it over"
    )

    class Meta:
        db_table_comment = "One thing that somebody who leaves hands over, and to whom."
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(right=None, gate=None) | Q(right=None, pilot=None) | Q(gate=None, pilot=None),
                name="hand_over_part_is_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(portfolio__isnull=False) | Q(right__isnull=False),
                name="hand_over_part_lies_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.right or self.gate or self.pilot or self.portfolio} to {self.successor}"
