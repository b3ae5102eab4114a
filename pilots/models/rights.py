"""Who decides: rights, absences, and the seats that follow from them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from pilots.models.people import Function, Person, Portfolio, Unit

LONGEST_TO_ANSWER = 1000
"""More working days than this to answer in is a slip of the hand."""


class DecisionRight(models.Model):
    """Who decides a kind of gate, for which portfolio and function, from a day to a day (both included).

    Portfolio null means every portfolio; function null every function; `until` null an open end.
    """

    kind = models.ForeignKey("GateKind", on_delete=models.PROTECT, related_name="rights")
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, null=True, blank=True, related_name="rights")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="rights")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_held")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="rights_deputised")
    escalate_to = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="rights_escalated"
    )
    answer_within_days = models.PositiveSmallIntegerField(_("working days to answer"), default=10)
    starts = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ("kind__order", "starts", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("starts")), name="a_right_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(answer_within_days__gte=1, answer_within_days__lte=LONGEST_TO_ANSWER),
                name="a_right_is_answered_in_a_thousand_days",
            ),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("holder")), name="a_deputy_is_somebody_else"),
            models.UniqueConstraint(
                F("kind"),
                Coalesce("portfolio", 0),
                Coalesce("function", 0),
                condition=Q(until=None),
                name="one_open_ended_right_for_a_reach",
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

    right = models.ForeignKey(DecisionRight, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_delegated")
    starts = models.DateField(_("from"))
    until = models.DateField(_("until"))

    class Meta:
        ordering = ("right", "starts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gte=F("starts")), name="a_delegation_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.right} to {self.to} until {self.until}"


class Absence(models.Model):
    """Days on which a person is away, both included. It takes no right."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    starts = models.DateField()
    ends = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="an_absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.person} away {self.starts} to {self.ends}"


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats by day and by person."""

    def on(self, day: date) -> SeatQuerySet:
        """Who sits where on a day. Seats are disjoint, so there is at most one for a kind and a cell."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def of(self, person: Any) -> SeatQuerySet:
        """The seats from which a person may decide, or be asked to."""
        return self.filter(Q(holder=person) | Q(deputy=person) | Q(delegate=person) | Q(escalation=person))


class Seat(models.Model):
    """Who sits where on a stretch of days, for one kind and one cell (a function in a portfolio). No pilot is in it.

    Follows from rights and closed accounts; rebuilt whenever one changes. `holder` null is a hole. `run_from` is the
    first day of the unbroken stretch of held, or unheld, days.
    """

    kind = models.ForeignKey("GateKind", on_delete=models.CASCADE, related_name="seats")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="seats")
    right = models.ForeignKey(DecisionRight, on_delete=models.CASCADE, null=True, related_name="seats")
    starts = models.DateField()
    ends = models.DateField(null=True)
    run_from = models.DateField()
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="seats")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="seats_deputised")
    escalation = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="seats_escalated")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="seats_delegated")
    capacity = models.CharField(max_length=12, blank=True)
    orphaned = models.BooleanField(default=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index("kind", "unit", "starts", name="the_seat_of_a_unit_on_a_day"),
            models.Index("holder", "ends", name="the_seats_of_a_person"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "unit", "starts", name="one_seat_for_a_unit_and_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.starts}: {self.holder}"
