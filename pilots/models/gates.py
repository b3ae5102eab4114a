"""Gates, the kinds they are of, the decisions on them, and the periods that these leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import CLEARS_BY, choices
from pilots.models.people import Person, opaque_id
from pilots.models.portfolios import Portfolio
from pilots.rules import events
from pilots.rules.vocabulary import ClearsBy

LONGEST_VALID, LAST_IN_ORDER = 3650, 32_767
"""Days that an answer can hold, ten years; and the last place in the order of kinds."""


class GateKindQuerySet(models.QuerySet["GateKind"]):
    """Kinds of gates, by the portfolios that they are for."""

    def asked_in(self, portfolios: Iterable[Portfolio | int]) -> GateKindQuerySet:
        """Those that are for one of these portfolios at least."""
        scoped = GateKindPortfolio.objects.filter(portfolio__in=list(portfolios))
        return self.filter(Q(for_all=True) | Q(pk__in=scoped.values("kind")))

    def visible_to(self, person: Person) -> GateKindQuerySet:
        """Those of the portfolios that a person has a role in or answers for, and of the pilots that they may see."""
        return self if person.is_superuser else self.filter(self._visible(person))

    def marking_visible_to(self, person: Person) -> GateKindQuerySet:
        """All of them, with `is_visible`: whether they are among those that are visible to a person."""
        if person.is_superuser:
            return self.annotate(is_visible=Value(value=True))
        return self.annotate(is_visible=ExpressionWrapper(self._visible(person), output_field=models.BooleanField()))

    def _visible(self, person: Person) -> Q:
        from pilots.models.pilots import Pilot

        scoped = GateKindPortfolio.objects.filter(
            Q(portfolio__roles__person=person)
            | Q(portfolio__escalation=person)
            | Exists(Pilot.objects.visible_to(person).filter(portfolio=OuterRef("portfolio")))
        )
        return Q(for_all=True) | Q(pk__in=scoped.values("kind"))


class GateKind(models.Model):
    """A kind of gate: its question, how it clears, for how many days an answer holds, and what an answer seals.

    It is for every portfolio, those opened later included, or for those that `portfolios` names.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True, db_comment="key, as in addresses and files")
    name = models.CharField(_("short name"), max_length=60, db_comment="short name")
    question = models.CharField(_("question"), max_length=200, db_comment="the question on the page")
    clears_by = models.CharField(
        _("clears by"), max_length=12, choices=choices(CLEARS_BY), db_comment="approval, acceptance or measurement"
    )
    valid_for = models.PositiveSmallIntegerField(
        _("valid for days"),
        null=True,
        blank=True,
        db_comment="days that an answer holds; null: until the person leaves",
    )
    seals = models.JSONField(
        _("fields it seals"), default=list, blank=True, db_comment="names of the fields that an answer is sealed on"
    )
    high_impact_only = models.BooleanField(
        _("for high-impact pilots only"), default=False, db_comment="for high-impact pilots only"
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, db_comment="place among the gates of a pilot"
    )
    ships = models.BooleanField(
        default=False, editable=False, db_comment="ships with the product, and cannot be removed"
    )
    for_all = models.BooleanField(
        _("for every portfolio"), default=True, editable=False, db_comment="for every portfolio, later ones too"
    )
    portfolios: Any = models.ManyToManyField(
        Portfolio, through="GateKindPortfolio", related_name="own_kinds", verbose_name=_("portfolios")
    )

    objects = GateKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate kind")
        verbose_name_plural = _("gate kinds")
        db_table_comment = (
            "A kind of gate: its question, how it clears, for how many days an answer holds, and what an answer seals."
        )
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(clears_by__in=ClearsBy.values()), name="gate_kind_clears_in_a_known_way"
            ),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__gt=0),
                name="gate_kind_holds_a_day_at_least",
                violation_error_message=_("Give a number of days, 1 or more."),
            ),
            models.CheckConstraint(
                condition=Q(valid_for=None) | Q(valid_for__lte=LONGEST_VALID),
                name="gate_kind_holds_ten_years_at_most",
                violation_error_message=_("Give 3650 days, ten years, at the most."),
            ),
            models.CheckConstraint(
                condition=Q(position__lte=LAST_IN_ORDER),
                name="gate_kind_has_a_position",
                violation_error_message=_("Give a number up to 32767."),
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def as_rule(self) -> events.Kind:
        """The kind as the rules need it."""
        return events.Kind(self.key, self.clears_by, self.valid_for, tuple(self.seals))

    def is_for(self, portfolio: Portfolio) -> bool:
        """Whether a portfolio's pilots are asked for it, where it is not switched off."""
        return self.for_all or self.portfolios.filter(pk=portfolio.pk).exists()

    def off_for(self, portfolio: Portfolio, day: date) -> bool:
        """Whether this kind is switched off for a portfolio on a day."""
        return SwitchedOff.objects.on(day).filter(kind=self, portfolio=portfolio).exists()


class GateKindPortfolio(models.Model):
    """A portfolio that a kind of gate is for, where it is not for all."""

    kind = models.ForeignKey(
        GateKind, on_delete=models.PROTECT, related_name="scope", db_comment="the kind of gate", db_index=False
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        verbose_name=_("portfolio"),
        related_name="+",
        db_comment="a portfolio that it is for",
    )

    class Meta:
        db_table_comment = "A portfolio that a kind of gate is for, where it is not for all."
        ordering = ("kind", "portfolio")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", name="gate_kind_is_for_a_portfolio_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}, {self.portfolio}"


class SwitchedOffQuerySet(models.QuerySet["SwitchedOff"]):
    """Kinds of gates that are switched off, by day."""

    def on(self, day: date) -> SwitchedOffQuerySet:
        """Those in force on a day."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class SwitchedOff(models.Model):
    """Days on which a portfolio asks nothing of a kind of gate, both included; `ends` null is an open end."""

    kind = models.ForeignKey(
        GateKind,
        on_delete=models.PROTECT,
        verbose_name=_("kind"),
        related_name="switched_off",
        db_comment="the kind of gate",
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        verbose_name=_("portfolio"),
        related_name="switched_off",
        db_comment="where",
    )
    starts = models.DateField(_("from"), db_comment="first day")
    ends = models.DateField(_("until"), null=True, blank=True, db_comment="last day; null: no end yet")
    reason = models.TextField(_("reason"), db_comment="why, as shown beside the pilots")

    objects = SwitchedOffQuerySet.as_manager()

    class Meta:
        db_table_comment = (
            "Days on which a portfolio asks nothing of a kind of gate, both included; ends null is an open end."
        )
        ordering = ("portfolio", "kind", "starts")
        verbose_name = _("switched-off gate")
        verbose_name_plural = _("switched-off gates")
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "portfolio", condition=Q(ends=None), name="gate_kind_is_switched_off_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}, {self.portfolio}, from {self.starts}"


class Gate(models.Model):
    """One condition of adoption for one pilot."""

    public_id = models.CharField(
        max_length=24,
        unique=True,
        default=opaque_id,
        editable=False,
        db_comment="opaque id by which addresses, the API and the log know it",
    )
    pilot = models.ForeignKey(
        "Pilot", on_delete=models.PROTECT, related_name="gates", db_comment="the pilot", db_index=False
    )
    kind = models.ForeignKey(GateKind, on_delete=models.PROTECT, related_name="gates", db_comment="the kind of gate")

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        db_table_comment = "One condition of adoption for one pilot."
        ordering = ("kind__position", "pk")
        constraints: ClassVar = [models.UniqueConstraint("pilot", "kind", name="gate_is_one_of_its_kind")]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.kind.key}"
