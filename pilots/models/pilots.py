"""Pilots, the periods that their events leave behind, and the dated settings of the stall clock."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.choices import STAGE, choices
from pilots.models.people import Person
from pilots.models.portfolios import Function, Portfolio
from pilots.models.querysets import PilotQuerySet
from pilots.rules.chain import START
from pilots.rules.vocabulary import Stage

NOT_BOTH = _("What was presumed high impact but determined not to be is not high impact. Say one or the other.")


class Pilot(models.Model):
    """One bounded test of AI on one named workflow. Its columns hold what is so now; its events hold what was so when.

    `stage` is what people declared last; a pause ends by itself, which only a period on a date knows. `void_since` is the day on
    which it was declared void, recorded by mistake; it is no stage (rule 6).
    """

    key = models.CharField(
        _("key"), max_length=80, unique=True, db_comment="key, as in addresses and files; unique without case"
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.PROTECT,
        verbose_name=_("portfolio"),
        related_name="pilots",
        db_comment="where it belongs",
    )
    function = models.ForeignKey(
        Function,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("function"),
        related_name="pilots",
        db_comment="business function",
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
        verbose_name=_("manager"),
        related_name="pilots_managed",
        db_comment="the manager who lives with it",
    )
    # Null: not stated, which is neither yes nor no.
    high_impact = models.BooleanField(
        _("high impact"), null=True, blank=True, db_comment="yes, no, or null: not stated"
    )
    # Presumed to be so, and determined not to be: what a list or an office says of the road to that answer.
    presumed_high_impact = models.BooleanField(
        _("presumed high impact, but determined not to be"),
        null=True,
        blank=True,
        db_comment="whether it was presumed high impact and determined not to be; null: not stated",
    )
    high_impact_reason = models.TextField(
        _("why it is high impact, or not"),
        blank=True,
        default="",
        db_default="",
        db_comment="why it is high impact, or not",
    )
    high_impact_determined_by = models.TextField(
        _("who determined whether it is high impact"),
        blank=True,
        default="",
        db_default="",
        db_comment="who determined it: a person, or a body such as a board",
    )
    high_impact_determined_on = models.DateField(
        _("high impact determined on"), null=True, blank=True, db_comment="the day on which that was determined"
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
        verbose_name=_("exceptions to"),
        related_name="+",
        db_comment="known rule: who decides exceptions",
    )
    exceptions_deputy = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("exceptions deputy"),
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
        verbose_name = _("pilot")
        verbose_name_plural = _("pilots")
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
                condition=Q(presumed_high_impact=None)
                | Q(presumed_high_impact=False)
                | Q(high_impact=None)
                | Q(high_impact=False),
                name="pilot_is_not_high_impact_if_determined_not_to_be",
                violation_error_message=NOT_BOTH,
            ),
            models.CheckConstraint(
                condition=Q(matters_more__in=["", "speed", "accuracy"]),
                name="pilot_knows_whether_speed_or_accuracy_matters_more",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"
