"""The log: one typed event for each verb, told in order."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from pilots.models.people import Person, Portfolio, opaque_id


class EventQuerySet(models.QuerySet["Event"]):
    """The log, in the order of writing."""

    def entries(self) -> EventQuerySet:
        """An act on many as one: its event of no pilot, without those of its pilots."""
        return self.filter(models.Q(batch="") | models.Q(pilot=None))

    def of_batch(self, batch: str) -> EventQuerySet:
        """What an act on many did to each of its pilots."""
        return self.filter(batch=batch, pilot__isnull=False)


class Event(models.Model):
    """What somebody did: who, when, known when, which verb, what changed. Its primary key is the sequence.

    `data` is what the rules read; `changes` is a list of {field, from, to} for people. `by` is null where an import spoke.
    `batch` is shared by the events of an act on many, and by the one of no pilot that stands for all of them in a list; empty where an act was on one.
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
    batch = models.CharField(max_length=24, blank=True, default="", editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index("pilot", "on", "id", name="a_pilots_events_in_order"),
            models.Index("batch", "id", condition=~models.Q(batch=""), name="event_batch_id_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(on__lte=models.F("known_on")), name="an_event_is_not_known_beforehand"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} on {self.on}"
