"""Sponsors' accounts of their pilots (rule 15), and the reviews before which they are due."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import BASIS, choices
from pilots.models.people import Person
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Portfolio
from pilots.rules.vocabulary import Basis

UNCHANGED = "Accounts are never edited or deleted. Give a new one."


class SponsorAccountQuerySet(models.QuerySet["SponsorAccount"]):
    """Accounts, by what was so and known when. None is edited or deleted."""

    def up_to(self, at: date, known_at: date | None = None) -> SponsorAccountQuerySet:
        """Those of a day or before, by what was recorded by another; the latest first."""
        rows = self.filter(effective_on__lte=at)
        if known_at is not None:
            rows = rows.filter(known_on__lte=known_at)
        return rows.order_by("-effective_on", "-pk")

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionError(UNCHANGED)

    def delete(self) -> NoReturn:
        raise PermissionError(UNCHANGED)


class SponsorAccount(models.Model):
    """What a sponsor says of a pilot in their own name: what got easier, what riskier, which decisions stay muddy.

    The free texts (`TEXTS`) lie with those of its event, which a law may ask to be erased; they are empty then.
    """

    TEXTS: ClassVar = ("easier", "riskier", "muddy", "asked")

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="accounts", db_index=False, db_comment="the pilot it is of"
    )
    event = models.OneToOneField(
        "Event", on_delete=models.PROTECT, related_name="account", db_comment="the event that carries it and its texts"
    )
    sponsor = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="accounts_given", db_comment="who gave it, in their own name"
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down")
    basis = models.CharField(
        max_length=8, choices=choices(BASIS), db_comment="how the sponsor knows: sat, spoke or summary"
    )

    objects = SponsorAccountQuerySet.as_manager()

    class Meta:
        db_table_comment = "A sponsor's dated account of a pilot. Its texts lie with those of its event."
        ordering = ("pilot", "pk")
        indexes: ClassVar = [
            models.Index("pilot", F("effective_on").desc(), F("id").desc(), name="sponsor_account_pilot_day_idx")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(basis__in=Basis.values()), name="sponsor_account_basis_is_known"),
            models.CheckConstraint(
                condition=Q(effective_on__lte=F("known_on")), name="sponsor_account_is_not_known_beforehand"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(what)s on %(day)s") % {"what": self.sponsor, "day": self.effective_on}

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionError(UNCHANGED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionError(UNCHANGED)

    def _text(self, name: str) -> str:
        return next((str(each["to"]) for each in self.event.changes if each["field"] == name), "")

    @property
    def easier(self) -> str:
        """What got easier; empty where it was erased by law, like the other three."""
        return self._text("easier")

    @property
    def riskier(self) -> str:
        """What got riskier."""
        return self._text("riskier")

    @property
    def muddy(self) -> str:
        """Which decisions stay muddy."""
        return self._text("muddy")

    @property
    def sources(self) -> str:
        """Whom they asked, or what they read."""
        return self._text("asked")


class Review(models.Model):
    """A day on which a portfolio is reviewed; accounts of its pilots are asked for before it."""

    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="reviews", db_index=False, db_comment="what is reviewed"
    )
    held_on = models.DateField(_("day of the review"), db_comment="the day on which it is held")

    class Meta:
        db_table_comment = "Days on which a portfolio is reviewed."
        ordering = ("portfolio", "-held_on")
        constraints: ClassVar = [models.UniqueConstraint("portfolio", "held_on", name="review_is_one_a_day")]

    def __str__(self) -> str:
        return gettext("%(what)s on %(day)s") % {"what": self.portfolio, "day": self.held_on}
