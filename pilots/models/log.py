"""The log: one typed event for each verb, told in order."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from pilots.models.people import Person, Portfolio, opaque_id


class Event(models.Model):
    """What somebody did: who, when, known when, which verb, what changed. Its primary key is the sequence.

    `data` is what the rules read; `changes` is a list of {field, from, to} for people. `by` is null where an import spoke.
    """

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    verb = models.CharField(max_length=30)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, null=True, related_name="events")
    pilot = models.ForeignKey("Pilot", on_delete=models.PROTECT, null=True, related_name="events")
    gate = models.ForeignKey("Gate", on_delete=models.PROTECT, null=True, related_name="events")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="events")
    on = models.DateField()
    known_on = models.DateField()
    written_at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    data: Any = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [models.Index("pilot", "on", "id", name="a_pilots_events_in_order")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(on__lte=models.F("known_on")), name="an_event_is_not_known_beforehand"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} on {self.on}"
