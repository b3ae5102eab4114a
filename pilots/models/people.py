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

    key = models.SlugField(_("key"), max_length=60, unique=True, db_comment="short key, as in commands and addresses")
    name = models.CharField(_("name"), max_length=200, db_comment="name as pages show it")
    escalation = models.ForeignKey(
        Person,
        verbose_name=_("escalation person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers_for",
        db_comment="the person who answers for it above the program office",
    )
    calendar = models.CharField(
        _("public holidays"),
        max_length=12,
        blank=True,
        validators=[known_calendar],
        help_text=_("A country, or a part of one, as in DE or DE-BY. Without it only weekends are free."),
        db_comment="country and region whose public holidays are no working days",
    )

    class Meta:
        db_table_comment = (
            "Pilots that one program office answers for, and the person who answers for it above that office."
        )
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class PortfolioRole(models.Model):
    """A person's standing role in a portfolio. Sponsors, deciders and managers follow from the facts instead."""

    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.CASCADE, related_name="roles", db_comment="where", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles", db_comment="who")
    role = models.CharField(max_length=20, choices=choices(ROLE), db_comment="program-office or reviewer")

    class Meta:
        db_table_comment = (
            "A person's standing role in a portfolio. Sponsors, deciders and managers follow from the facts instead."
        )
        constraints: ClassVar = [
            models.UniqueConstraint("portfolio", "person", "role", name="portfolio_role_is_given_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[str(role) for role in ROLE]), name="portfolio_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()} of {self.portfolio}"


class Function(models.Model):
    """A business function, such as customer operations; the same one may appear in several portfolios."""

    name = models.CharField(_("name"), max_length=240, unique=True, db_comment="name of the business function; unique")

    class Meta:
        db_table_comment = (
            "A business function, such as customer operations; the same one may appear in several portfolios."
        )
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A function in a portfolio, or a portfolio where no function is named: where a right of decision reaches.

    `function` null means that none is named. Rows are made when a pilot first lies there, and never change.
    """

    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="units", db_comment="of which portfolio", db_index=False
    )
    function = models.ForeignKey(
        Function,
        on_delete=models.PROTECT,
        null=True,
        related_name="units",
        db_comment="which function in it; null: the pilots without one",
    )

    class Meta:
        db_table_comment = (
            "A function in a portfolio, or a portfolio where no function is named: where a right of decision reaches."
        )
        constraints: ClassVar = [
            models.UniqueConstraint(F("portfolio"), Coalesce("function", 0), name="unit_is_one_for_a_function")
        ]

    def __str__(self) -> str:
        return f"{self.portfolio}, {self.function or '-'}"
