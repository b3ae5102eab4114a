"""Workflows step by step (rule 14): as announced, and as managers live them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pilots.models.choices import STEP_KIND, choices
from pilots.models.pilots import Pilot
from pilots.rules.vocabulary import StepKind

LONGEST_STEP, LONGEST_WHO = 200, 100
MOST_MINUTES, MOST_RUNS, MOST_STEPS = 480, 100_000, 40


class OfficialWorkflowQuerySet(models.QuerySet["OfficialWorkflow"]):
    """Announcements, by what was so and known when."""

    def in_force(self, at: date, known_at: date | None = None) -> OfficialWorkflowQuerySet:
        """The one of each pilot that held on a day, the latest first where several were said for it."""
        rows = self.filter(effective_on__lte=at)
        if known_at is not None:
            rows = rows.filter(known_on__lte=known_at)
        return rows.order_by("pilot", "-effective_on", "-pk")


class OfficialWorkflow(models.Model):
    """How a run of the workflow was announced, on a day. A later announcement takes its place; this one is kept."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="workflows", db_index=False, db_comment="the pilot"
    )
    effective_on = models.DateField(db_comment="the day from which it counts")
    known_on = models.DateField(db_comment="the day on which it was written down")
    by_hand = models.PositiveSmallIntegerField(
        null=True, db_comment="minutes of one run by hand, before; null: not said"
    )
    runs = models.PositiveIntegerField(null=True, db_comment="runs a week; null: not said")

    objects = OfficialWorkflowQuerySet.as_manager()

    class Meta:
        db_table_comment = "How a run of a pilot's workflow was announced. Its steps are rows of their own."
        ordering = ("pilot", "pk")
        indexes: ClassVar = [models.Index("pilot", "effective_on", name="official_workflow_pilot_idx")]

    def __str__(self) -> str:
        return f"{self.pilot_id} on {self.effective_on}"


class Step(models.Model):
    """What a step has, announced or lived."""

    position = models.PositiveSmallIntegerField(db_comment="place in the sequence, from 1")
    name = models.CharField(max_length=LONGEST_STEP, db_comment="what happens")
    who = models.CharField(max_length=LONGEST_WHO, blank=True, db_comment="who does it: a role, no person")
    tool = models.CharField(max_length=LONGEST_WHO, blank=True, db_comment="with which tool")
    minutes = models.PositiveSmallIntegerField(db_comment="minutes of one run")
    counts_as = models.CharField(max_length=8, choices=choices(STEP_KIND), db_comment="work, rework, review or waiting")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"


class OfficialStep(Step):
    """One announced step."""

    workflow = models.ForeignKey(
        OfficialWorkflow, on_delete=models.CASCADE, related_name="steps", db_index=False, db_comment="of which run"
    )

    class Meta:
        db_table_comment = "One step of a workflow as it was announced."
        ordering = ("workflow", "position")
        constraints: ClassVar = [
            models.UniqueConstraint("workflow", "position", name="official_step_has_its_place"),
            models.CheckConstraint(condition=Q(counts_as__in=StepKind.values()), name="official_step_kind_is_known"),
            models.CheckConstraint(condition=Q(minutes__lte=MOST_MINUTES), name="official_step_takes_a_day_at_most"),
        ]


class LivedWorkflow(models.Model):
    """One manager's account of a run: a pseudonym of this pilot alone, and the week; never a person, a day or an hour.

    The latest of a manager in a week takes the place of an earlier one of that week; those of other weeks are kept.
    It is merged with those of others, from three managers on. It lies in no chain, and no event says that it was given.
    """

    # Drawn, so that no order of rows says who answered after whom.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_comment="drawn at random")
    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, related_name="lived_workflows", db_index=False, db_comment="the pilot"
    )
    pseudonym = models.CharField(max_length=64, db_comment="keyed pseudonym of whoever gave it, of this pilot alone")
    week = models.DateField(db_comment="Monday of the week in which it was given")
    runs = models.PositiveIntegerField(null=True, db_comment="runs a week in this manager's team; null: not said")

    class Meta:
        db_table_comment = (
            "How managers live a run of the workflow, by keyed pseudonym and week. No row names a person."
        )
        ordering = ("pilot", "week", "pseudonym")
        constraints: ClassVar = [
            models.UniqueConstraint("pilot", "week", "pseudonym", name="lived_workflow_is_one_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} in the week of {self.week}"


class LivedStep(Step):
    """One step as a manager lives it. `times` is how often it is done in a run; 0 minutes with `times` 0: skipped."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, db_comment="drawn at random")
    workflow = models.ForeignKey(
        LivedWorkflow, on_delete=models.CASCADE, related_name="steps", db_index=False, db_comment="of which account"
    )
    times = models.PositiveSmallIntegerField(default=1, db_comment="how often in one run; 0: it is skipped")
    is_judgement = models.BooleanField(default=False, db_comment="a judgement call with no policy behind it")

    class Meta:
        db_table_comment = "One step of a workflow as a manager lives it."
        ordering = ("workflow", "position")
        constraints: ClassVar = [
            models.UniqueConstraint("workflow", "position", name="lived_step_has_its_place"),
            models.CheckConstraint(condition=Q(counts_as__in=StepKind.values()), name="lived_step_kind_is_known"),
            models.CheckConstraint(condition=Q(minutes__lte=MOST_MINUTES), name="lived_step_takes_a_day_at_most"),
        ]
