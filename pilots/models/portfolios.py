"""Portfolios, their roles, functions and units, and their stall clock."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import ROLE, choices
from pilots.models.people import Person


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
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")
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
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, verbose_name=_("person"), related_name="roles", db_comment="who"
    )
    role = models.CharField(_("role"), max_length=20, choices=choices(ROLE), db_comment="program-office or reviewer")

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
        says = {"person": self.person, "role": self.get_role_display(), "portfolio": self.portfolio}
        return gettext("%(person)s, %(role)s of %(portfolio)s") % says


class Function(models.Model):
    """A business function, such as customer operations; the same one may appear in several portfolios."""

    name = models.CharField(_("name"), max_length=240, unique=True, db_comment="name of the business function; unique")

    class Meta:
        verbose_name = _("function")
        verbose_name_plural = _("functions")
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


LONGEST_QUIET = 365
"""Quiet days beyond a year would be no stall clock at all."""


class StallPolicy(models.Model):
    """How many quiet days make an exhibit, and how long before it people are warned; of a portfolio, from a day on."""

    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.CASCADE, related_name="stall_policies", db_comment="where", db_index=False
    )
    starts = models.DateField(_("from"), db_comment="first day on which it holds")
    quiet_days = models.PositiveSmallIntegerField(
        _("quiet days"), default=30, db_comment="quiet days until a pilot is an exhibit"
    )
    warning_days = models.PositiveSmallIntegerField(
        _("days of warning"), default=14, db_comment="days before that on which it is at risk"
    )

    class Meta:
        db_table_comment = "How many quiet days make an exhibit, and how long before it people are warned; of a portfolio, from a day on."
        ordering = ("portfolio", "-starts")
        verbose_name_plural = _("stall policies")
        constraints: ClassVar = [
            models.UniqueConstraint("portfolio", "starts", name="stall_policy_is_one_a_day"),
            models.CheckConstraint(
                condition=Q(quiet_days__gte=1, quiet_days__lte=LONGEST_QUIET),
                name="stall_policy_is_quiet_a_year_at_most",
                violation_error_message=_("Give 1 to 365 quiet days."),
            ),
            models.CheckConstraint(
                condition=Q(warning_days__lte=LONGEST_QUIET),
                name="stall_policy_warns_a_year_at_most",
                violation_error_message=_("Give 365 days of warning at the most."),
            ),
        ]

    def __str__(self) -> str:
        says = {"portfolio": self.portfolio, "n": self.quiet_days, "day": self.starts}
        return gettext("%(portfolio)s: %(n)s quiet days from %(day)s") % says
