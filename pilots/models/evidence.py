"""Evidence: the files and links that decisions rest on, in versions."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.events import Event
from pilots.models.gates import Decision
from pilots.models.people import Person, Portfolio, opaque_id
from pilots.rules.vocabulary import Role

KEPT = _("Evidence is never edited or deleted. File a newer version of it.")


class Evidences(models.QuerySet["Evidence"]):
    """Pieces of evidence, by who may see them. They are never edited or deleted."""

    def visible_to(self, person: Person) -> Evidences:
        """What a person may see: their office's, and what a pilot that they may see uses or was given, in every version."""
        from pilots.models.pilots import Pilot

        if person.is_superuser:
            return self
        expected_version = Pilot.objects.visible_to(person).values("pk")
        used = DecisionEvidence.objects.filter(
            evidence__piece=OuterRef("piece"), decision__gate__pilot__in=expected_version
        )
        office = Q(portfolio__roles__person=person, portfolio__roles__role=Role.OFFICE)
        return self.filter(office | Q(pilot__in=expected_version) | Exists(used)).distinct()

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

    `checksum` is the SHA-256 of a file's bytes, or of a link's normalised address. `stored` is a file's name on disk,
    drawn at random. `effective_on` is the day from which it says what is so, apart from the day it was uploaded;
    `expires_on` is the last day on which it holds.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    piece = models.CharField(max_length=24, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="evidence")
    pilot = models.ForeignKey("Pilot", on_delete=models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=300)
    link = models.URLField(_("link"), max_length=2000, blank=True)
    stored = models.CharField(max_length=64, blank=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True)
    content_type = models.CharField(max_length=100, blank=True)
    checksum = models.CharField(max_length=64)
    uploaded_on = models.DateField(_("uploaded on"))
    written_at = models.DateTimeField(auto_now_add=True)
    effective_on = models.DateField(_("in effect from"), null=True)
    expires_on = models.DateField(_("good until"), null=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence")

    objects = Evidences.as_manager()

    class Meta:
        ordering = ("piece", "version")
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint("piece", "version", name="one_version_of_a_piece_at_a_time"),
            models.CheckConstraint(
                condition=Q(kind="file", link="", size__isnull=False) & ~Q(stored="") & ~Q(content_type="")
                | Q(kind="link", stored="") & ~Q(link=""),
                name="evidence_is_a_file_or_a_link",
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("effective_on")),
                name="evidence_ends_after_it_takes_effect",
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
                name="a_later_version_replaces_one",
            ),
        ]
        indexes: ClassVar = [models.Index("stored", condition=~Q(stored=""), name="the_piece_that_a_file_is_of")]

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

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="evidence_used")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="uses")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="evidence_used")
    checksum = models.CharField(max_length=64)

    objects = EvidenceUses.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [models.UniqueConstraint("event", "evidence", name="an_act_rests_on_a_piece_once")]

    def __str__(self) -> str:
        return f"{self.decision} rests on {self.evidence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError(KEPT)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(KEPT)
