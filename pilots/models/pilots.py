"""Pilots, the periods that their acts leave behind, and the dated settings of the stall clock."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import STAGE, choices
from pilots.models.people import Function, Person, Portfolio, Unit
from pilots.models.querysets import PilotQuerySet
from pilots.rules.chain import START
from pilots.rules.vocabulary import Stage, Verdict


class Pilot(models.Model):
    """One bounded test of AI on one named workflow. Its columns hold what is so now; its events hold what was so when.

    `stage` is what people declared last; a pause ends by itself, which only a period on a date knows. `void_since` is the day on
    which it was declared void, recorded by mistake; it is no stage (rule 6).
    """

    key = models.CharField(_("key"), max_length=80, unique=True)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="pilots")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots")
    name = models.CharField(_("name"), max_length=300)
    purpose = models.TextField(_("purpose"), blank=True)
    workflow = models.CharField(_("workflow"), max_length=300, blank=True)
    question = models.TextField(_("question it should answer"), blank=True)
    learned = models.TextField(_("what was learned"), blank=True)
    tool = models.TextField(_("tool"), blank=True)
    data = models.TextField(_("data"), blank=True)
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots_managed")
    # Null: not stated, which is neither yes nor no.
    high_impact = models.BooleanField(_("high impact"), null=True, blank=True)
    stage = models.CharField(max_length=12, choices=choices(STAGE), default=Stage.PLANNED.value, editable=False)
    void_since = models.DateField(_("void since"), null=True, editable=False)
    recorded_on = models.DateField(_("recorded on"), editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True, editable=False)
    approximate = models.BooleanField(_("dates are approximate"), default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Head and count of the chain of its events (rule 8).
    log_head = models.CharField(max_length=64, default=START, editable=False)
    log_count = models.PositiveIntegerField(default=0, editable=False)

    acceptable_use = models.TextField(_("acceptable use"), blank=True)
    trust_when = models.TextField(_("when to trust it"), blank=True)
    override_when = models.TextField(_("when to override it"), blank=True)
    exceptions_to = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exceptions_deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    matters_more = models.CharField(
        _("what matters more"), max_length=8, blank=True, choices=[("speed", _("speed")), ("accuracy", _("accuracy"))]
    )
    success = models.TextField(_("what success looks like"), blank=True)

    objects = PilotQuerySet.as_manager()

    class Meta:
        ordering = ("key",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(key=""), name="a_pilot_has_a_key"),
            models.CheckConstraint(condition=~Q(name=""), name="a_pilot_has_a_name"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values()), name="a_stage_is_a_known_one"),
            models.CheckConstraint(
                condition=Q(matters_more__in=["", "speed", "accuracy"]), name="speed_or_accuracy_matters_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class PilotPeriod(models.Model):
    """A stretch of days on which nothing happened to a pilot (see `pilots.rules.replay.PilotPeriod`).

    Known from `recorded_from` up to, not including, `superseded_on`; null means still.
    """

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="periods")
    starts = models.DateField()
    ends = models.DateField(null=True)
    stage = models.CharField(max_length=12)
    since = models.DateField()
    started_on = models.DateField(null=True)
    decide_by = models.DateField(null=True)
    slips = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateField(null=True)
    stall_clock_from = models.DateField(null=True)
    last_movement = models.DateField(null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pilot_periods")
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    sponsor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    all_clear = models.BooleanField(default=False)
    clear_through = models.DateField(null=True)
    missing_rules = models.JSONField(default=list)
    rules_known = models.BooleanField(default=False)
    last_shown_on = models.DateField(null=True)
    quality = models.CharField(max_length=12, default=Verdict.NONE.value)
    measured_on = models.DateField(null=True)
    goalpost_moved = models.BooleanField(default=False)
    void_since = models.DateField(null=True)
    recorded_from = models.DateField()
    superseded_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("pilot", "starts", name="a_pilots_periods_in_order"),
            models.Index(
                "stall_clock_from",
                "ends",
                condition=Q(superseded_on=None, stall_clock_from__isnull=False),
                name="who_stalls_next",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="a_pilots_period_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                "pilot", "starts", condition=Q(superseded_on=None), name="one_period_of_a_pilot_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} {self.stage} from {self.starts}"


LONGEST_QUIET = 365
"""Quiet days beyond a year would be no stall clock at all."""


class StallPolicy(models.Model):
    """How many quiet days make an exhibit, and how long before it people are warned; of a portfolio, from a day on."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="stall_policies")
    starts = models.DateField(_("from"))
    quiet_days = models.PositiveSmallIntegerField(_("quiet days"), default=30)
    warning_days = models.PositiveSmallIntegerField(_("days of warning"), default=14)

    class Meta:
        ordering = ("portfolio", "-starts")
        verbose_name_plural = _("stall policies")
        constraints: ClassVar = [
            models.UniqueConstraint("portfolio", "starts", name="one_stall_policy_a_day"),
            models.CheckConstraint(
                condition=Q(quiet_days__gte=1, quiet_days__lte=LONGEST_QUIET), name="quiet_days_are_a_year_at_most"
            ),
            models.CheckConstraint(
                condition=Q(warning_days__lte=LONGEST_QUIET), name="days_of_warning_are_a_year_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.portfolio}: {self.quiet_days} quiet days from {self.starts}"
