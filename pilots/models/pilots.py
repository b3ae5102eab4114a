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

    key = models.CharField(
        _("key"), max_length=80, unique=True, db_comment="key, as in addresses and files; unique without case"
    )
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="pilots", db_comment="where it belongs"
    )
    function = models.ForeignKey(
        Function, on_delete=models.PROTECT, null=True, blank=True, related_name="pilots", db_comment="business function"
    )
    name = models.CharField(_("name"), max_length=300, db_comment="name")
    purpose = models.TextField(_("purpose"), blank=True, db_comment="purpose")
    workflow = models.CharField(_("workflow"), max_length=300, blank=True, db_comment="the task that it is tried on")
    question = models.TextField(_("question it should answer"), blank=True, db_comment="the question it should answer")
    learned = models.TextField(_("what was learned"), blank=True, db_comment="what was learned")
    tool = models.TextField(_("tool"), blank=True, db_comment="the tool")
    data = models.TextField(_("data"), blank=True, db_comment="the data it uses")
    manager = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pilots_managed",
        db_comment="the manager who lives with it",
    )
    # Null: not stated, which is neither yes nor no.
    high_impact = models.BooleanField(
        _("high impact"), null=True, blank=True, db_comment="yes, no, or null: not stated"
    )
    stage = models.CharField(
        max_length=12,
        choices=choices(STAGE),
        default=Stage.PLANNED.value,
        editable=False,
        db_comment="what people declared",
    )
    void_since = models.DateField(
        _("void since"),
        null=True,
        editable=False,
        db_comment="first day on which it is declared to be recorded by mistake; null: it is not",
    )
    recorded_on = models.DateField(_("recorded on"), editable=False, db_comment="the day on which it was put on record")
    source = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        editable=False,
        db_comment="the list it came from; empty: put on record by hand",
    )
    approximate = models.BooleanField(
        _("dates are approximate"),
        default=False,
        editable=False,
        db_comment="which of its days a list gave only by month or year",
    )
    version = models.PositiveIntegerField(
        default=1, editable=False, db_comment="counts the events on it; what a form and an ETag carry"
    )
    # Head and count of the chain of its events (rule 8).
    log_head = models.CharField(
        max_length=64, default=START, editable=False, db_comment="checksum of the last event in its chain"
    )
    log_count = models.PositiveIntegerField(default=0, editable=False, db_comment="number of events in its chain")

    acceptable_use = models.TextField(_("acceptable use"), blank=True, db_comment="known rule: what it may be used for")
    trust_when = models.TextField(_("when to trust it"), blank=True, db_comment="known rule: when to trust it")
    override_when = models.TextField(_("when to override it"), blank=True, db_comment="known rule: when to override it")
    exceptions_to = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="known rule: who decides exceptions",
    )
    exceptions_deputy = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="known rule: who deputises for them",
    )
    matters_more = models.CharField(
        _("what matters more"),
        max_length=8,
        blank=True,
        choices=[("speed", _("speed")), ("accuracy", _("accuracy"))],
        db_comment="known rule: speed or accuracy",
    )
    success = models.TextField(
        _("what success looks like"), blank=True, db_comment="known rule: what success looks like"
    )

    objects = PilotQuerySet.as_manager()

    class Meta:
        db_table_comment = "One bounded test of AI on one named workflow. Its columns hold what is so now; its events hold what was so when."
        ordering = ("key",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(key=""), name="pilot_has_a_key", violation_error_message=_("Give it a key.")
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="pilot_has_a_name", violation_error_message=_("Give it a name.")
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values()), name="pilot_stage_is_known"),
            models.CheckConstraint(
                condition=Q(matters_more__in=["", "speed", "accuracy"]),
                name="pilot_knows_whether_speed_or_accuracy_matters_more",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class PilotPeriod(models.Model):
    """A stretch of days on which nothing happened to a pilot (see `pilots.rules.replay.PilotPeriod`).

    Known from `recorded_from` up to, not including, `superseded_on`; null means still.
    """

    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, related_name="periods", db_comment="the pilot", db_index=False
    )
    first_day = models.DateField(db_comment="first day of the period")
    last_day = models.DateField(null=True, db_comment="last day of the period; null: still going on")
    stage = models.CharField(max_length=12, db_comment="declared stage")
    since = models.DateField(db_comment="first day of the stage")
    started_on = models.DateField(null=True, db_comment="start; null: not started, or not known")
    decide_by = models.DateField(null=True, db_comment="decide-by date")
    slips = models.PositiveSmallIntegerField(default=0, db_comment="how often that date was moved to a later one")
    paused_until = models.DateField(null=True, db_comment="last day of the pause")
    stall_clock_from = models.DateField(null=True, db_comment="day from which quiet days count")
    last_movement = models.DateField(null=True, db_comment="day of the last movement")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="pilot_periods", db_comment="where it belonged"
    )
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="its manager")
    sponsor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="who has accepted to carry it"
    )
    all_clear = models.BooleanField(default=False, db_comment="every gate is clear")
    clear_through = models.DateField(null=True, db_comment="last day on which all are, as far as is known")
    missing_rules = models.JSONField(default=list, db_comment="keys of the known rules that are missing")
    rules_known = models.BooleanField(default=False, db_comment="no known rule is missing")
    last_shown_on = models.DateField(null=True, db_comment="last day on which the facts showed a declared adoption")
    quality = models.CharField(max_length=12, default=Verdict.NONE.value, db_comment="verdict of the last measurement")
    measured_on = models.DateField(null=True, db_comment="its day")
    goalpost_moved = models.BooleanField(default=False, db_comment="a threshold was loosened after a result")
    void_since = models.DateField(null=True, db_comment="first day on which it is declared to be recorded by mistake")
    recorded_from = models.DateField(db_comment="first day on which this was what was known")
    superseded_on = models.DateField(
        null=True, db_comment="day on which something else became known; null: still known"
    )

    class Meta:
        db_table_comment = "A stretch of days on which nothing happened to a pilot. Derived from the log: rebuild_periods makes it again."
        indexes: ClassVar = [
            models.Index("pilot", "first_day", name="pilot_period_pilot_day_idx"),
            models.Index(
                "stall_clock_from",
                "last_day",
                condition=Q(superseded_on=None, stall_clock_from__isnull=False),
                name="pilot_period_stall_clock_idx",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values()), name="pilot_period_stage_is_known"),
            models.CheckConstraint(condition=Q(quality__in=Verdict.values()), name="pilot_period_verdict_is_known"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="pilot_period_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                "pilot", "first_day", condition=Q(superseded_on=None), name="pilot_period_is_one_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} {self.stage} from {self.first_day}"


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
        return f"{self.portfolio}: {self.quiet_days} quiet days from {self.starts}"
