"""Keys to the API: of a person, for a purpose, within a scope, until a day. Only a digest of a key is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from pilots.models.people import Person


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A key to the API. What it may do follows from its scope, and from what its person may do when it is used."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        DECIDE = "decide", _("read and decide")
        WRITE = "write", _("read, decide and write")

    objects: ClassVar[Any] = AuthTokenManager()

    user = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_comment="whose it is")
    name = models.CharField(_("what it is for"), max_length=100, blank=True, db_comment="what its owner calls it")
    scope = models.CharField(_("scope"), max_length=6, choices=Scope.choices, db_comment="read, decide or write")
    last_used_at = models.DateTimeField(
        _("last used"), null=True, editable=False, db_comment="day of the last use, UTC"
    )

    class Meta:
        db_table_comment = (
            "A key to the API. What it may do follows from its scope, and from what its person may do when it is used."
        )
        verbose_name = _("API token")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scope__in=["read", "decide", "write"]), name="api_token_has_a_known_scope"
            )
        ]

    def __str__(self) -> str:
        return f"{self.token_key}… ({self.scope})"
