"""Which sponsors were asked by letter for their account of a pilot (rule 15), so that none is asked twice in a quarter."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pilots.models import Person, Pilot


class AccountRequest(models.Model):
    """A letter that asked a sponsor for their account of a pilot. One a quarter, whoever carries it by then."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="+", db_index=False, db_comment="the pilot it was about"
    )
    sponsor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_comment="who was asked")
    quarter = models.DateField(db_comment="first day of the quarter in which it was sent")
    sent_on = models.DateField(db_comment="the day on which it was sent")

    class Meta:
        db_table_comment = "Letters that asked sponsors for their accounts. Sent by daily; no fact, and no rule of standing reads them."
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("pilot", "quarter", name="account_request_is_one_a_quarter"),
            models.CheckConstraint(
                condition=models.Q(sent_on__gte=models.F("quarter")), name="account_request_is_sent_in_its_quarter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor_id} about {self.pilot_id} on {self.sent_on}"
