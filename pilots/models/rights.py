"""Who decides: rights, absences, and the seats that follow from them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from pilots.models.people import Person
from pilots.models.portfolios import Function, Portfolio

LONGEST_TO_ANSWER = 1000
"""More working days than this to answer in is a slip of the hand."""


class DecisionRight(models.Model):
    """Who decides a kind of gate, for which portfolio and function, from a day to a day (both included).

    Portfolio null means every portfolio; function null every function; `until` null an open end.
    """

    kind = models.ForeignKey(
        "GateKind",
        on_delete=models.PROTECT,
        verbose_name=_("kind"),
        related_name="rights",
        db_comment="the kind of gate",
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("portfolio"),
        related_name="rights",
        db_comment="only in this portfolio; null: in all",
    )
    function = models.ForeignKey(
        Function,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("function"),
        related_name="rights",
        db_comment="only in this function; null: in all",
    )
    holder = models.ForeignKey(
        Person, on_delete=models.PROTECT, verbose_name=_("holder"), related_name="rights_held", db_comment="who decides"
    )
    deputy = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("deputy"),
        related_name="rights_deputised",
        db_comment="who deputises",
    )
    escalate_to = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("escalate to"),
        related_name="rights_escalated",
        db_comment="to whom it escalates",
    )
    answer_within_days = models.PositiveSmallIntegerField(
        _("working days to answer"), default=10, db_comment="working days to answer"
    )
    starts = models.DateField(_("from"), db_comment="first day")
    until = models.DateField(_("until"), null=True, blank=True, db_comment="last day; null: no end yet")

    class Meta:
        verbose_name = _("decision right")
        verbose_name_plural = _("decision rights")
        db_table_comment = (
            "Who decides a kind of gate, for which portfolio and function, from a day to a day (both included)."
        )
        ordering = ("kind__position", "starts", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("starts")),
                name="decision_right_ends_after_it_starts",
                violation_error_message=_("A right ends on the day it starts, or later."),
            ),
            models.CheckConstraint(
                condition=Q(answer_within_days__gte=1, answer_within_days__lte=LONGEST_TO_ANSWER),
                name="decision_right_is_answered_in_a_thousand_days",
                violation_error_message=_("Give 1 to 1000 working days."),
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("holder")),
                name="decision_right_has_somebody_else_as_deputy",
                violation_error_message=_("The deputy is somebody else than the holder."),
            ),
            models.UniqueConstraint(
                F("kind"),
                Coalesce("portfolio", 0),
                Coalesce("function", 0),
                condition=Q(until=None),
                name="decision_right_without_end_is_one_for_its_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind.key}: {self.holder} ({self.reach})"

    @property
    def reach(self) -> str:
        """Where it holds, in words."""
        places = (str(part) for part in (self.portfolio, self.function) if part)
        return ", ".join(places) or str(_("everywhere"))


class Delegation(models.Model):
    """Days on which the holder of a right lets somebody else decide too, both included. The holder stays the holder."""

    right = models.ForeignKey(
        DecisionRight, on_delete=models.PROTECT, related_name="delegations", db_comment="the right"
    )
    to = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        verbose_name=_("delegate"),
        related_name="rights_delegated",
        db_comment="who may decide too",
    )
    starts = models.DateField(_("from"), db_comment="first day")
    until = models.DateField(_("until"), db_comment="last day")

    class Meta:
        db_table_comment = "Days on which the holder of a right lets somebody else decide too, both included. The holder stays the holder."
        ordering = ("right", "starts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gte=F("starts")),
                name="delegation_ends_after_it_starts",
                violation_error_message=_("A delegation ends on the day it starts, or later."),
            )
        ]

    def __str__(self) -> str:
        says = {"right": self.right, "to": self.to, "day": self.until}
        return str(_("%(right)s to %(to)s until %(day)s") % says)


class Departure(models.Model):
    """From a day on somebody whom a right names is no longer of it: their account was closed then, and is open again.

    Seats do not come back with an account. While it is closed, no row is needed.
    """

    right = models.ForeignKey(
        DecisionRight, on_delete=models.PROTECT, related_name="departures", db_comment="the right"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="departures", db_comment="whose account was closed"
    )
    left_on = models.DateField(db_comment="first day on which they are no longer of it")

    class Meta:
        db_table_comment = "From a day on somebody whom a right names is no longer of it: their account was closed then, and is open again."
        ordering = ("right", "left_on")
        constraints: ClassVar = [
            models.UniqueConstraint("right", "person", "left_on", name="departure_is_one_a_day"),
        ]

    def __str__(self) -> str:
        says = {"person": self.person, "right": self.right, "day": self.left_on}
        return str(_("%(person)s left %(right)s on %(day)s") % says)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by day."""

    def on(self, day: date) -> AbsenceQuerySet:
        """Those of whoever is away on a day."""
        return self.between(day, day)

    def between(self, first: date, last: date) -> AbsenceQuerySet:
        """Those of whoever is away on any of some days, both ends included."""
        return self.filter(starts__lte=last, ends__gte=first)


class Absence(models.Model):
    """Days on which a person is away, both included. It takes no right."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, verbose_name=_("person"), related_name="absences", db_comment="who is away"
    )
    starts = models.DateField(_("from"), db_comment="first day away")
    ends = models.DateField(_("until"), db_comment="last day away")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        db_table_comment = "Days on which a person is away, both included. It takes no right."
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("An absence ends on the day it starts, or later."),
            )
        ]

    def __str__(self) -> str:
        says = {"person": self.person, "from": self.starts, "until": self.ends}
        return str(_("%(person)s away %(from)s to %(until)s") % says)
