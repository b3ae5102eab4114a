"""The log: one typed event for each action, in chains that nobody edits (rule 8)."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pilots.models.people import Person, opaque_id
from pilots.models.portfolios import Portfolio
from pilots.rules.canonical_json import CanonicalJSON
from pilots.rules.chain import FORMAT, START

PARTS = (
    *("open_account", "amend_account", "close_account", "reopen_account", "give_role", "take_role"),
    *("name_function", "remove_function", "open_portfolio", "amend_portfolio"),
    *("assign_right", "correct_right", "end_right", "extend_right", "withdraw_right"),
)
"""The actions on no pilot that can be a part of one on many: with a batch, such an event stands for nothing but itself."""
EDITED, DELETED = "Events are never edited. Record a new one.", "Events are never deleted."


class EventQuerySet(models.QuerySet["Event"]):
    """The log, in the order of writing. It is never edited or deleted."""

    def entries(self) -> EventQuerySet:
        """An action on many as one: its event of no pilot, without those that it stands for."""
        return self.filter(models.Q(batch="") | models.Q(pilot=None) & ~models.Q(action__in=PARTS))

    def of_batch(self, batch: str) -> EventQuerySet:
        """What an action on many did to each of its pilots."""
        return self.filter(batch=batch, pilot__isnull=False)

    def parts_of_batch(self, batch: str) -> EventQuerySet:
        """The same, with what it did to accounts, roles, functions, portfolios and rights."""
        return self.filter(models.Q(pilot__isnull=False) | models.Q(action__in=PARTS), batch=batch)

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError(EDITED)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(EDITED)

    def delete(self) -> NoReturn:
        raise PermissionError(DELETED)

    def erase(self, day: date) -> int:
        """Erase the texts by law; all else stays, and the chain verifies. Only `erase` and `erase_account` ask for this."""
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
    `by` is null where an import spoke. `batch` is shared by the events of an action on many, and by the one of no pilot that
    stands for all of them in a list; empty where an action was on one.
    """

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    action = models.CharField(max_length=30, db_comment="word of the action that was done")
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_comment="the portfolio it concerns; null: the installation",
    )
    # The chain's own index begins with it.
    pilot = models.ForeignKey(
        "Pilot",
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        db_comment="the pilot whose chain it lies in; null: the chain of the installation",
    )
    gate = models.ForeignKey(
        "Gate",
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_comment="the gate it is on; null where on none",
    )
    by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_comment="who did it; null where a list or the installation did",
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down; never goes back within a chain")
    written_at = models.DateTimeField(default=timezone.now, editable=False, db_comment="moment of writing, UTC")
    data: Any = models.JSONField(
        default=dict, encoder=CanonicalJSON, db_comment="what the rules read, as canonical JSON"
    )
    batch = models.CharField(
        max_length=24,
        blank=True,
        default="",
        editable=False,
        db_comment="shared by the events of an action on many; empty where on one",
    )
    number = models.PositiveIntegerField(editable=False, db_comment="place in its chain, from 1, without gaps")
    log_format = models.PositiveSmallIntegerField(
        default=FORMAT, editable=False, db_comment="version of the format that the checksum covers"
    )
    texts: Any = models.JSONField(
        null=True,
        default=dict,
        encoder=CanonicalJSON,
        editable=False,
        db_comment="free texts and their salt, erased together by law to null",
    )
    texts_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        editable=False,
        db_comment="salted digest of the texts; stays when they are erased",
    )
    erased_on = models.DateField(null=True, editable=False, db_comment="the day on which the texts were erased by law")
    checksum = models.CharField(
        max_length=64,
        editable=False,
        db_comment="SHA-256 over the format, the chain, the checksum before, every column, the decision and its evidence",
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        db_table_comment = "What somebody did: who, when, known when, which action, what changed. Its primary key is the sequence that notices follow."
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index("batch", "id", condition=~models.Q(batch=""), name="event_batch_id_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(effective_on__lte=models.F("known_on")), name="event_is_not_known_beforehand"
            ),
            models.UniqueConstraint("pilot", "number", name="event_is_numbered_in_its_pilot"),
            models.UniqueConstraint(
                "number", condition=models.Q(pilot=None), name="event_is_numbered_in_the_installation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} on {self.effective_on}"

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

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False, db_comment="always 1")
    log_head = models.CharField(
        max_length=64, default=START, editable=False, db_comment="checksum of the last event that lies on no pilot"
    )
    log_count = models.PositiveIntegerField(
        default=0, editable=False, db_comment="number of events that lie on no pilot"
    )

    class Meta:
        db_table_comment = "What there is once: head and count of the chain of events that are of no pilot. Locked last, just before the commit."
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")]

    def __str__(self) -> str:
        return f"{self.log_count} events"
