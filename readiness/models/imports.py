"""Imports of lists: the file, how it is read, what came of each row, and mappings that are kept for the next list."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.core.files.storage import FileSystemStorage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models import Person, Pilot, Portfolio


class Subject(models.TextChoices):
    """What stands in the rows of a list."""

    PILOTS = "pilots", _("pilots")
    PEOPLE = "people", _("people")
    FUNCTIONS = "functions", _("functions")
    PORTFOLIOS = "portfolios", _("portfolios")
    ROLES = "roles", _("roles")
    RIGHTS = "rights", _("decision rights")


class ImportStage(models.TextChoices):
    """How far an import is."""

    OPENED = "opened", _("to be mapped")
    PREVIEWED = "previewed", _("previewed")
    QUEUED = "queued", _("waiting to run")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    BROKEN_OFF = "broken_off", _("broken off")
    TAKEN_BACK = "taken_back", _("taken back")


class Wanted(models.TextChoices):
    """What is to be done with a long list in the background."""

    PREVIEW = "preview", _("a preview")
    CONFIRM = "confirm", _("the import")


def lists_storage() -> FileSystemStorage:
    """Where uploaded lists lie: outside the web root, never served."""
    storage = storages["lists"]
    assert isinstance(storage, FileSystemStorage)
    return storage


def stored_under(_session: Any, file_name: str) -> str:
    """A random name, with the ending that says how the file is read."""
    ending = "." + file_name.rpartition(".")[2].lower()[:5] if "." in file_name else ""
    return secrets.token_hex(16) + ending


def public_id() -> str:
    """An opaque name for an address."""
    return secrets.token_urlsafe(12)


class ImportSession(models.Model):
    """One import of a list, from the file to what came of it. A command that reads a file leaves one too, without the file.

    `mapping` is the mapping as plain data; null: the product's own form. `corrections` are cells that somebody typed in the
    preview, by row and column; `outcome` digests what the preview said would come of each row, so that what is confirmed is
    what was shown.
    """

    public_id = models.CharField(
        max_length=20, unique=True, default=public_id, db_comment="opaque name, as in addresses"
    )
    subject = models.CharField(
        _("what is in it"),
        max_length=10,
        choices=Subject.choices,
        default=Subject.PILOTS,
        db_comment="what stands in its rows",
    )
    started_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_comment="who imports it; null: a command",
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True, db_comment="when it was begun")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, db_comment="when its rows were written")
    effective_on = models.DateField(
        _("day of the record"), db_comment="the day on which the record is taken to be made"
    )
    file = models.FileField(
        storage=lists_storage,
        upload_to=stored_under,
        max_length=80,
        blank=True,
        db_comment="the uploaded file; empty for a command",
    )
    file_name = models.CharField(_("file"), max_length=300, db_comment="what the file is called")
    checksum = models.CharField(max_length=64, blank=True, db_comment="SHA-256 of the file")
    mapping = models.JSONField(null=True, blank=True, db_comment="how it is read; null: the product's own form")
    profile = models.JSONField(
        null=True, blank=True, db_comment="what its header, first rows and columns hold; null: not gone through yet"
    )
    corrections = models.JSONField(
        default=dict, blank=True, db_comment="cells typed over in the preview, by row and column"
    )
    reason = models.TextField(
        _("reason"), blank=True, db_comment="why the office changes what was on record; empty: not said"
    )
    stage = models.CharField(
        _("stage"),
        max_length=12,
        choices=ImportStage.choices,
        default=ImportStage.OPENED,
        db_comment="how far it is",
    )
    wanted = models.CharField(
        max_length=8,
        choices=Wanted.choices,
        blank=True,
        db_comment="what is to be done in the background; empty: nothing",
    )
    rows_read = models.PositiveIntegerField(_("rows read"), default=0, db_comment="rows read so far")
    counts = models.JSONField(default=dict, blank=True, db_comment="rows by what came of them, and problems by kind")
    report = models.TextField(blank=True, db_comment="the report, line by line")
    language = models.CharField(
        max_length=20, blank=True, db_comment="language of what came of it; empty: that of the installation"
    )
    outcome = models.CharField(max_length=64, blank=True, db_comment="digest of what came of each row")
    first_event = models.BigIntegerField(
        null=True, blank=True, db_comment="first event it may have written; null: none"
    )
    last_event = models.BigIntegerField(null=True, blank=True, db_comment="last event it wrote on a pilot; null: none")

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        db_table_comment = "Imports of lists: the file, how it is read, and how far it is. No fact."
        ordering = ("-pk",)
        indexes: ClassVar[list[Any]] = [models.Index(fields=["stage", "-id"], name="import_session_by_stage_idx")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(stage__in=ImportStage.values), name="an_import_session_has_a_known_stage"
            ),
            models.CheckConstraint(
                condition=Q(subject__in=Subject.values), name="an_import_session_is_of_a_known_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def stopped_by(self) -> str:
        """What stood in the way when it was read in the background; empty: nothing did."""
        return "" if self.outcome or self.stage != ImportStage.OPENED else self.report


class Outcome(models.TextChoices):
    """What comes of a row."""

    CREATED = "created", _("new")
    UPDATED = "updated", _("changed")
    RESTORED = "restored", _("restored")
    UNCHANGED = "unchanged", _("unchanged")
    MERGED = "merged", _("the same as another row")
    REJECTED = "rejected", _("rejected")


MAKES = (Outcome.CREATED, Outcome.RESTORED)
"""What comes of a row whose pilot is void again once the import is taken back."""


class ImportedRow(models.Model):
    """What came of one row of an import: the pilot, what was found, and the cells that no field has.

    `cells` are pairs of column and text: of a row that was taken those that no field has, of a rejected one all. `findings` are
    what was found, each with its kind (`rejected`, `found`, `changed`, `fell`, `kept`, `not_taken`), code, column and sentence.
    """

    session = models.ForeignKey(ImportSession, on_delete=models.CASCADE, related_name="rows", db_comment="the import")
    line = models.PositiveIntegerField(db_comment="row of the sheet, as a spreadsheet numbers it")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, db_comment="what came of it")
    has_problem = models.BooleanField(default=False, db_comment="whether somebody should look at it")
    pilot = models.ForeignKey(
        Pilot,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_comment="the pilot; null where none, or in a preview",
    )
    key = models.CharField(max_length=80, blank=True, db_comment="key of the pilot")
    name = models.CharField(max_length=300, blank=True, db_comment="what the list calls it")
    cells = models.JSONField(default=list, db_comment="cells that no field has; of a rejected row all")
    findings = models.JSONField(default=list, db_comment="what was found of it")

    class Meta:
        verbose_name, verbose_name_plural = _("imported row"), _("imported rows")
        db_table_comment = "What came of each row of an import, with the cells that no field has. No fact."
        ordering = ("session", "line")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["session", "outcome", "line"], name="imported_row_by_outcome_idx"),
            models.Index(fields=["session", "line"], condition=Q(has_problem=True), name="imported_row_problem_idx"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="an_imported_row_has_a_known_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.session}, {self.line}"


class SavedMapping(models.Model):
    """How lists of one shape are read, under a name, for a portfolio or for all."""

    name = models.SlugField(_("name"), max_length=80, unique=True, db_comment="by which it is found")
    title = models.CharField(_("title"), max_length=200, blank=True, db_comment="what people call it")
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("portfolio"),
        db_comment="for which it is kept; null: for all",
    )
    data = models.JSONField(db_comment="the mapping, as its TOML file holds it")
    saved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="who saved it last"
    )
    saved_at = models.DateTimeField(auto_now=True, db_comment="when it was saved last")

    class Meta:
        verbose_name, verbose_name_plural = _("mapping"), _("mappings")
        db_table_comment = "How lists of one shape are read. A setting, no fact."
        ordering = ("name",)

    def __str__(self) -> str:
        return self.title or self.name
