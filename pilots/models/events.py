"""The log: one typed event for each action, in chains that nobody edits (rule 8)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils import timezone

from pilots.models.people import Person, Portfolio, opaque_id
from pilots.rules.canonical_json import CanonicalJSON
from pilots.rules.chain import FORMAT, START

EDITED, DELETED = "Events are never edited. Record a new one.", "Events are never deleted."


class EventQuerySet(models.QuerySet["Event"]):
    """The log, in the order of writing. It is never edited or deleted."""

    def entries(self) -> EventQuerySet:
        """An act on many as one: its event of no pilot, without those of its pilots."""
        return self.filter(models.Q(batch="") | models.Q(pilot=None))

    def of_batch(self, batch: str) -> EventQuerySet:
        """What an act on many did to each of its pilots."""
        return self.filter(batch=batch, pilot__isnull=False)

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError(EDITED)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(EDITED)

    def delete(self) -> NoReturn:
        raise PermissionError(DELETED)

    def erase(self, day: date) -> int:
        """Erase the texts by law; all else stays, and the chain verifies. Only the action `erase` asks for this."""
        return super().update(texts=None, erased_on=day)


def free_texts(**says: Any) -> dict[str, Any]:
    """Free texts as an event keeps them: by name, those that say something."""
    return {name: text for name, text in says.items() if text}


class Event(models.Model):
    """What somebody did: who, when, known when, which action, what changed. Notices follow its primary key.

    It lies in the chain of its pilot, or of the installation where it is of none: `number` is its place there, without a
    gap, and `checksum` covers it and all before it (`pilots.event_log.hashing`).
    `data` is what the rules read. `texts` are all free texts with their salt, null once they were erased by law: `reason`,
    `changes` (a list of {field, from, to} for people), and of a decision `evidence` and `would_change`.
    `by` is null where an import spoke. `batch` is shared by the events of an act on many, and by the one of no pilot that
    stands for all of them in a list; empty where an act was on one.
    """

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    action = models.CharField(max_length=30)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, null=True, related_name="events")
    # The chain's own index begins with it.
    pilot = models.ForeignKey("Pilot", on_delete=models.PROTECT, null=True, related_name="events", db_index=False)
    gate = models.ForeignKey("Gate", on_delete=models.PROTECT, null=True, related_name="events")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="events")
    on = models.DateField()
    known_on = models.DateField()
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    data: Any = models.JSONField(default=dict, encoder=CanonicalJSON)
    batch = models.CharField(max_length=24, blank=True, default="", editable=False)
    number = models.PositiveIntegerField(editable=False)
    log_format = models.PositiveSmallIntegerField(default=FORMAT, editable=False)
    texts: Any = models.JSONField(null=True, default=dict, encoder=CanonicalJSON, editable=False)
    texts_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    erased_on = models.DateField(null=True, editable=False)
    checksum = models.CharField(max_length=64, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index("batch", "id", condition=~models.Q(batch=""), name="event_batch_id_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(on__lte=models.F("known_on")), name="an_event_is_not_known_beforehand"
            ),
            models.UniqueConstraint("pilot", "number", name="a_pilots_events_are_numbered"),
            models.UniqueConstraint(
                "number", condition=models.Q(pilot=None), name="the_installations_events_are_numbered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} on {self.on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError(EDITED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(DELETED)

    def free_text(self, name: str) -> Any:
        """One of its free texts; None where there is none, or it was erased by law."""
        return (self.texts or {}).get(name)

    @property
    def reason(self) -> str:
        """Why, in a person's words; empty where nothing was said, or it was erased by law."""
        return self.free_text("reason") or ""

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What changed, for people: {field, from, to}; empty where nothing did, or it was erased by law."""
        return self.free_text("changes") or []


class Installation(models.Model):
    """What there is once: head and count of the chain of events of no pilot. Locked last, before the commit."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    log_head = models.CharField(max_length=64, default=START, editable=False)
    log_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_installation")]

    def __str__(self) -> str:
        return f"{self.log_count} events"
