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

    user = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("what it is for"), max_length=100, blank=True)
    scope = models.CharField(_("scope"), max_length=6, choices=Scope.choices)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(scope__in=["read", "decide", "write"]), name="a_token_has_a_known_scope")
        ]

    def __str__(self) -> str:
        return f"{self.token_key}… ({self.scope})"
