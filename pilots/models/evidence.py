"""Evidence: the files and links that decisions rest on, in versions."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.decisions import Decision
from pilots.models.events import Event
from pilots.models.people import Person, opaque_id
from pilots.models.portfolios import Portfolio
from pilots.rules.vocabulary import Role

KEPT = _("Evidence is never edited or deleted. File a newer version of it.")


class Evidences(models.QuerySet["Evidence"]):
    """Pieces of evidence, by who may see them. They are never edited or deleted."""

    def visible_to(self, person: Person) -> Evidences:
        """What a person may see: their office's, and what a pilot that they may see uses or was given, in every version."""
        from pilots.models.pilots import Pilot

        if person.is_superuser:
            return self
        visible_pilots = Pilot.objects.visible_to(person).values("pk")
        used = DecisionEvidence.objects.filter(
            evidence__piece=OuterRef("piece"), decision__gate__pilot__in=visible_pilots
        )
        office = Q(portfolio__roles__person=person, portfolio__roles__role=Role.OFFICE)
        return self.filter(office | Q(pilot__in=visible_pilots) | Exists(used)).distinct()

    def current(self) -> Evidences:
        """The latest version of each piece."""
        return self.filter(replaced_by=None)

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)

    def delete(self) -> NoReturn:
        raise PermissionError(KEPT)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)


class Evidence(models.Model):
    """One version of a piece of evidence: a file, or a link. All versions of a piece carry the same `piece`.

    `checksum` is the SHA-256 of a file's bytes, or of a link's normalised address. `file_key` is a file's name on disk,
    drawn at random. `effective_on` is the day from which it says what is so, apart from the day it was uploaded;
    `expires_on` is the last day on which it holds.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    piece = models.CharField(max_length=24, editable=False, db_comment="shared by all versions of one piece")
    version = models.PositiveIntegerField(default=1, editable=False, db_comment="1, 2, 3 …")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", db_comment="the version before"
    )
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="evidence", db_comment="where it was filed"
    )
    pilot = models.ForeignKey(
        "Pilot",
        on_delete=models.PROTECT,
        null=True,
        related_name="evidence",
        db_comment="the pilot it was filed for; null: for the portfolio",
    )
    kind = models.CharField(max_length=4, choices=Kind.choices, db_comment="what it is: file or link")
    title = models.CharField(_("title"), max_length=300, db_comment="title")
    link = models.URLField(_("link"), max_length=2000, blank=True, db_comment="address, where it is a link")
    file_key = models.CharField(
        max_length=64, blank=True, editable=False, db_comment="name under which the file is kept"
    )
    file_name = models.CharField(_("file name"), max_length=255, blank=True, db_comment="name under which it was filed")
    size = models.PositiveBigIntegerField(_("bytes"), null=True, db_comment="bytes")
    content_type = models.CharField(max_length=100, blank=True, db_comment="type by its content")
    checksum = models.CharField(max_length=64, db_comment="SHA-256 of the file, or of the link")
    uploaded_on = models.DateField(_("uploaded on"), db_comment="the day on which it was filed")
    written_at = models.DateTimeField(auto_now_add=True, db_comment="moment of writing, UTC")
    effective_on = models.DateField(_("in effect from"), null=True, db_comment="first day from which it speaks")
    expires_on = models.DateField(_("good until"), null=True, db_comment="last day on which it speaks")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence", db_comment="who filed it")

    objects = Evidences.as_manager()

    class Meta:
        db_table_comment = (
            "One version of a piece of evidence: a file, or a link. All versions of a piece carry the same piece."
        )
        ordering = ("piece", "version")
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint("piece", "version", name="evidence_version_is_one_of_its_number"),
            models.CheckConstraint(
                condition=Q(kind="file", link="", size__isnull=False) & ~Q(file_key="") & ~Q(content_type="")
                | Q(kind="link", file_key="") & ~Q(link=""),
                name="evidence_is_a_file_or_a_link",
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("effective_on")),
                name="evidence_ends_after_it_takes_effect",
                violation_error_message=_("It expires on the day it takes effect, or later."),
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
                name="evidence_replaces_an_earlier_version",
            ),
        ]
        indexes: ClassVar = [models.Index("file_key", condition=~Q(file_key=""), name="evidence_file_key_idx")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError(KEPT)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)

    @property
    def sealed_as(self) -> str:
        """What a seal calls this piece, whatever its version."""
        return f"evidence:{self.piece}"


class EvidenceUses(models.QuerySet["DecisionEvidence"]):
    """What decisions rest on. It is never edited or deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)

    def delete(self) -> NoReturn:
        raise PermissionError(KEPT)


class DecisionEvidence(models.Model):
    """A version of a piece that a decision rests on. `event` brought it: the decision's own, or a condition met later."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="evidence_used", db_comment="the decision"
    )
    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, related_name="uses", db_comment="the version it rests on"
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="evidence_used",
        db_comment="the event that brought it",
        db_index=False,
    )
    checksum = models.CharField(max_length=64, db_comment="checksum of the version when it was cited")

    objects = EvidenceUses.as_manager()

    class Meta:
        db_table_comment = "A version of a piece that a decision rests on. event brought it: the decision's own, or a condition met later."
        ordering = ("pk",)
        constraints: ClassVar = [models.UniqueConstraint("event", "evidence", name="decision_evidence_is_cited_once")]

    def __str__(self) -> str:
        return f"{self.decision} rests on {self.evidence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError(KEPT)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)
