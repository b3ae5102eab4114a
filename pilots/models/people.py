"""People, portfolios and the business functions that pilots live in."""

from __future__ import annotations

import secrets
from datetime import date
from functools import cache
from typing import Any, ClassVar

import holidays
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import ROLE, choices


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

    public_id = models.CharField(max_length=24, unique=True, default=opaque_id, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, max_length=LONGEST_ADDRESS)
    pending_email = models.EmailField(
        _("e-mail address to be confirmed"),
        null=True,
        blank=True,
        unique=True,
        editable=False,
        max_length=LONGEST_ADDRESS,
    )
    pending_email_key = models.CharField(max_length=24, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    function = models.ForeignKey("Function", on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    closed_on = models.DateField(_("account closed on"), null=True, blank=True, editable=False)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
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


def known_calendar(name: str) -> None:
    """A validator: public holidays are known for this country, and for the part of it where one is named."""
    country, _dash, part = name.partition("-")
    parts = supported_countries().get(country)
    if parts is None or (part and part not in parts):
        raise ValidationError(
            gettext("No public holidays are known for “%(name)s”. Write it as DE or DE-BY.") % {"name": name}
        )


@cache
def supported_countries() -> dict[str, list[str]]:
    """The countries whose public holidays are known, each with its parts."""
    found: dict[str, list[str]] = holidays.list_supported_countries()
    return found


class Portfolio(models.Model):
    """Pilots that one program office answers for, and the person who answers for it above that office."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    escalation = models.ForeignKey(
        Person,
        verbose_name=_("escalation person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers_for",
    )
    calendar = models.CharField(
        _("public holidays"),
        max_length=12,
        blank=True,
        validators=[known_calendar],
        help_text=_("A country, or a part of one, as in DE or DE-BY. Without it only weekends are free."),
    )

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class PortfolioRole(models.Model):
    """A person's standing role in a portfolio. Sponsors, deciders and managers follow from the facts instead."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=choices(ROLE))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("portfolio", "person", "role", name="a_role_is_given_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[str(role) for role in ROLE]), name="a_role_is_a_known_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()} of {self.portfolio}"


class Function(models.Model):
    """A business function, such as customer operations; the same one may appear in several portfolios."""

    name = models.CharField(_("name"), max_length=240, unique=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A function in a portfolio, or a portfolio where no function is named: where a right of decision reaches.

    `function` null means that none is named. Rows are made when a pilot first lies there, and never change.
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="units")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, related_name="units")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(F("portfolio"), Coalesce("function", 0), name="one_unit_for_a_function")
        ]

    def __str__(self) -> str:
        return f"{self.portfolio}, {self.function or '-'}"
