"""Decisions: dated, signed, unchangeable answers on gates."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import CAPACITY, choices
from pilots.models.gates import Gate
from pilots.models.people import Person, opaque_id
from pilots.rules.canonical_json import CanonicalJSON
from pilots.rules.vocabulary import Capacity, Court, Outcome


class Decisions(models.QuerySet["Decision"]):
    """Decisions are never edited or deleted, by any road."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never edited. Record a new one.")

    def delete(self) -> NoReturn:
        raise PermissionError("Decisions are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never edited. Record a new one.")


class Decision(models.Model):
    """One dated, signed, unchangeable answer on a gate, with what it was decided on.

    Its event carries its place in the pilot's chain, a checksum over all of it, and its free texts (`TEXTS`), which a law
    may ask to be erased. `evidence_checksums` are the checksums of the evidence it rests on, by public id; `cites` is the first of many
    alike, decided at once, or an earlier answer on another pilot that this one follows. Each is null where there is none.
    `decider` answered, `by` wrote it down; they differ where the office recorded it. Both are null for an assertion.
    """

    TEXTS: ClassVar = ("reason", "evidence", "would_change")
    """The free texts, which lie with those of its event."""

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions", db_comment="the gate it answers")
    event = models.OneToOneField(
        "Event", on_delete=models.PROTECT, related_name="decision", db_comment="the event that carries it in the chain"
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down")
    outcome = models.CharField(max_length=20, db_comment="the answer")
    capacity = models.CharField(
        max_length=12, choices=choices(CAPACITY), db_comment="in which capacity the decider answered"
    )
    recorded_for = models.BooleanField(default=False, db_comment="the program office wrote it down for the decider")
    decider = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="decisions",
        db_comment="who answered; null for an assertion",
    )
    by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="decisions_recorded",
        db_comment="who wrote it down; null where a list did",
    )
    court = models.CharField(max_length=8, blank=True, db_comment="whose move it is after a request for changes")
    until = models.DateField(null=True, db_comment="last day outside, or last day of an exception")
    good_until = models.DateField(null=True, db_comment="last day on which it holds by its term; null: no end")
    conditions: Any = models.JSONField(
        default=list, encoder=CanonicalJSON, db_comment="text, owner, due day and day met of each condition"
    )
    sealed: Any = models.JSONField(
        default=dict, encoder=CanonicalJSON, db_comment="the facts it was decided on, by field"
    )
    evidence_checksums: Any = models.JSONField(
        null=True, encoder=CanonicalJSON, db_comment="checksums of the evidence it rests on, by opaque id"
    )
    cites = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="cited_by",
        db_comment="the first of many alike that were decided at once, or an earlier answer that this one follows",
    )

    objects = Decisions.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        db_table_comment = "One dated, signed, unchangeable answer on a gate, with what it was decided on."
        ordering = ("gate", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values()), name="decision_outcome_is_known"),
            models.CheckConstraint(condition=Q(court__in=["", *Court.values()]), name="decision_court_is_known"),
            models.CheckConstraint(condition=Q(capacity__in=Capacity.values()), name="decision_capacity_is_known"),
            models.CheckConstraint(
                condition=Q(effective_on__lte=F("known_on")), name="decision_is_not_known_beforehand"
            ),
            models.CheckConstraint(
                condition=Q(capacity=Capacity.ASSERTED.value, decider=None)
                | (~Q(capacity=Capacity.ASSERTED.value) & Q(decider__isnull=False)),
                name="decision_has_a_decider_unless_asserted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.effective_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError("Decisions are never edited. Record a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError("Decisions are never deleted.")

    @property
    def number(self) -> int:
        """Its place in the pilot's chain of events."""
        return self.event.number

    @property
    def checksum(self) -> str:
        """What covers it, its texts and its evidence, and all that was written on the pilot before."""
        return self.event.checksum

    @property
    def erased_on(self) -> date | None:
        """The day on which its texts were erased by law."""
        return self.event.erased_on

    @property
    def reason(self) -> str | None:
        """Why; None where it was erased by law."""
        return None if self.event.texts is None else self.event.reason

    @property
    def evidence(self) -> str | None:
        """What was shown for it, as a text; None where it was erased by law."""
        return None if self.event.texts is None else self.event.free_text("evidence") or ""

    @property
    def would_change(self) -> str | None:
        """What would change a no; None where nothing was said, or it was erased by law."""
        found: str | None = self.event.free_text("would_change")
        return found
