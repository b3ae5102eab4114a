"""People, and their accounts."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


def opaque_id() -> str:
    """A public id that says nothing of how many there are, or in which order they came."""
    return secrets.token_urlsafe(12)


LONGEST_ADDRESS, LONGEST_NAME = 254, 200
"""Characters of an e-mail address, and of a name."""


class People(BaseUserManager["Person"]):
    """People, found by e-mail address in any case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.with_address(username or "").get()

    def with_address(self, written: str) -> models.QuerySet[Person]:
        """Whoever signs in with an address, in any case. SQLite cannot be asked for one of 50,000 characters."""
        return self.filter(email__iexact=written) if len(written) <= LONGEST_ADDRESS else self.none()

    def with_name(self, written: str) -> models.QuerySet[Person]:
        """Whoever is called that, in any case."""
        return self.filter(name__iexact=written) if len(written) <= LONGEST_NAME else self.none()


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address. The log knows them by `public_id`, never by name.

    `pending_email` is the address that `email` becomes once its owner confirms it; null where none waits. Until then it
    signs nobody in. `pending_email_key` makes a link that confirms it good for that one change.
    """

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        max_length=LONGEST_ADDRESS,
        db_comment="address that signs in; unique without case",
    )
    pending_email = models.EmailField(
        _("e-mail address to be confirmed"),
        null=True,
        blank=True,
        unique=True,
        editable=False,
        max_length=LONGEST_ADDRESS,
        db_comment="changed address that its owner has not confirmed yet",
    )
    pending_email_key = models.CharField(
        max_length=24,
        blank=True,
        editable=False,
        db_comment="key of the change that waits for confirmation; empty where none does",
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME, db_comment="name as pages show it")
    function = models.ForeignKey(
        "Function",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("function"),
        related_name="people",
        db_comment="business function the person works in",
    )
    is_staff = models.BooleanField(
        _("may open the admin"), default=False, db_comment="whether the admin site lets them in; follows from roles"
    )
    is_active = models.BooleanField(_("may sign in"), default=True, db_comment="whether the account can sign in")
    closed_on = models.DateField(
        _("account closed on"),
        null=True,
        blank=True,
        editable=False,
        db_comment="first day on which the account is closed; null while open",
    )

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table_comment = (
            "Somebody who signs in with an e-mail address. The log knows them by public_id, never by name."
        )
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    @property
    def address_unconfirmed(self) -> bool:
        """Whether the address was changed and its owner has not confirmed it."""
        return self.pending_email is not None

    def closed_by(self, day: date) -> bool:
        """Whether the account was closed on or before a day."""
        return self.closed_on is not None and self.closed_on <= day
