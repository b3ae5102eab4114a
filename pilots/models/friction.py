"""What managers report (rule 13), and the questions that their judgement calls became. No report has an account, a day or an hour."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.people import Person, opaque_id
from pilots.models.pilots import Pilot
from pilots.models.portfolios import Function, Portfolio
from pilots.rules.vocabulary import FrictionQuestion

LONGEST_SENTENCE, LONGEST_POINT, MOST_MINUTES = 280, 40, 2400
"""Characters of a sentence and of the key of a friction point; minutes of a working week."""


class FrictionGroup(models.Model):
    """Three managers or more whose answers are counted together, as they stood when a week closed. Never changed but to end.

    Settled by `pilots.derived.friction_groups`, checked by `group_check`, never made again; every figure that is shown is a
    sum over these.
    """

    first_day = models.DateField(db_comment="Monday from which it counts")
    stands_until = models.DateField(db_comment="first day on which it no longer counts")
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="+", db_comment="where its managers answered"
    )
    function = models.ForeignKey(
        Function,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="the one function of all of them; null: of several, or of none",
    )
    pilot = models.ForeignKey(
        Pilot,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="the one pilot that all of them answered on; null: on several, or on none",
    )
    managers = models.PositiveIntegerField(db_comment="how many managers are in it; at least three")
    functions = models.JSONField(
        default=dict, db_comment="how many of its managers are of each function, by primary key; empty key: of none"
    )

    class Meta:
        db_table_comment = "Three managers or more whose answers are counted together. Derived from the reports when a week closes, and never changed but to end."
        indexes: ClassVar = [
            models.Index("portfolio", "first_day", "stands_until", name="friction_group_place_days_idx")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(managers__gte=3), name="friction_group_is_of_three_at_least"),
            models.CheckConstraint(
                condition=Q(stands_until__gte=F("first_day")), name="friction_group_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.managers} from {self.first_day}"


class FrictionFigure(models.Model):
    """How many of a group are counted for one friction point, and the minutes a week that three of them or more gave.

    `minutes` null: fewer than three have given any yet in groups of this place; they are counted with those of a later group.
    """

    group = models.ForeignKey(
        FrictionGroup, on_delete=models.CASCADE, related_name="figures", db_comment="the group", db_index=False
    )
    question = models.CharField(max_length=12, db_comment="saves, rework or judgement")
    point = models.CharField(max_length=LONGEST_POINT, db_comment="key of the friction point")
    managers = models.PositiveIntegerField(db_comment="how many of the group are counted for it")
    minutes = models.PositiveIntegerField(null=True, db_comment="minutes a week, by their own estimate; null: not yet")
    minutes_of = models.PositiveIntegerField(default=0, db_comment="how many managers those minutes are of")
    is_settled = models.BooleanField(default=False, db_comment="whether its minutes are in, here or in a later group")
    # What is not shown: the minutes of a group in which fewer than three gave any.
    held_minutes = models.PositiveIntegerField(
        default=0, db_comment="minutes that wait for those of others; never shown"
    )
    held_of = models.PositiveIntegerField(default=0, db_comment="how many managers those are of; never shown")

    class Meta:
        db_table_comment = (
            "How many of a group are counted for one friction point. Derived from the reports when a week closes."
        )
        constraints: ClassVar = [
            models.UniqueConstraint("group", "question", "point", name="friction_figure_is_one_a_group"),
            models.CheckConstraint(
                condition=Q(question__in=FrictionQuestion.values()), name="friction_figure_question_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point}: {self.managers}"


class FrictionReport(models.Model):
    """One manager's answer to one of three questions, in a week. Whose it is, and on which pilot, only the key could say.

    `point` empty: nowhere. `group` null: not yet counted. `shown_with` null: its sentence is not shown, and may never be.
    """

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False, db_comment="random: no order of writing"
    )
    pseudonym = models.CharField(max_length=64, db_comment="keyed pseudonym of the manager; never an account")
    week = models.DateField(db_comment="Monday of the week; no day and no hour is kept")
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="+", db_comment="where")
    # A pilot has one manager, and a function few: in clear they would say who it was.
    function_key = models.CharField(
        max_length=64, blank=True, db_comment="keyed digest of the function of the work; empty: none"
    )
    pilot_key = models.CharField(max_length=64, db_comment="keyed digest of the pilot")
    question = models.CharField(max_length=12, db_comment="saves, rework or judgement")
    point = models.CharField(
        max_length=LONGEST_POINT, blank=True, db_comment="key of the friction point; empty: nowhere"
    )
    minutes = models.PositiveSmallIntegerField(null=True, db_comment="minutes a week; null: not said")
    sentence = models.CharField(max_length=LONGEST_SENTENCE, blank=True, db_comment="in the manager's words")
    group = models.ForeignKey(
        FrictionGroup,
        on_delete=models.PROTECT,
        null=True,
        related_name="reports",
        db_comment="the group that it is counted in; null: it waits",
    )
    shown_with = models.ForeignKey(
        FrictionFigure,
        on_delete=models.PROTECT,
        null=True,
        related_name="sentences",
        db_comment="the figure with which its sentence is shown; null: it is not",
    )

    class Meta:
        db_table_comment = "One manager's answer to one of three questions, in a week. It writes no event, and has no account, day or hour."
        indexes: ClassVar = [
            models.Index("pseudonym", name="friction_report_pseudonym_idx"),
            models.Index("week", condition=Q(group=None), name="friction_report_waiting_idx"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(question__in=FrictionQuestion.values()), name="friction_report_question_is_known"
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__lte=MOST_MINUTES), name="friction_report_fits_in_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}, week of {self.week}"


class SpentLink(models.Model):
    """A link to the three questions that was used. It says neither whose it was nor when."""

    digest = models.CharField(primary_key=True, max_length=64, db_comment="keyed digest of what was random in the link")

    class Meta:
        db_table_comment = "Links to the three questions that were used: neither whose nor when."

    def __str__(self) -> str:
        return self.digest


class FrictionClosing(models.Model):
    """Up to which week reports are in groups, and by which key their pseudonyms were made. One row, locked while a week closes."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False, db_comment="always 1")
    closed_week = models.DateField(null=True, db_comment="Monday of the last week that is closed; null: none")
    key_fingerprint = models.CharField(
        max_length=64, blank=True, db_comment="tells the key of the pseudonyms from another; empty: none used yet"
    )

    class Meta:
        db_table_comment = "Up to which week reports are in groups. One row."
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="friction_closing_is_one")]

    def __str__(self) -> str:
        return f"closed up to {self.closed_week}"


class PolicyGap(models.Model):
    """A judgement with no policy behind it, as a question with an owner and a date (rule 13). Its answer is a rule of its pilots.

    `point` is the friction point that it came from; empty where the office asked of its own accord.
    """

    public_id = models.CharField(
        max_length=24, unique=True, default=opaque_id, editable=False, db_comment="opaque id, as in addresses"
    )
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="policy_gaps", db_comment="where it is asked"
    )
    question = models.TextField(_("question"), db_comment="the question, as it is put to its owner")
    point = models.CharField(max_length=LONGEST_POINT, blank=True, db_comment="key of the friction point; empty: none")
    owner = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        related_name="policy_gaps",
        db_comment="who has to answer; null: nobody",
    )
    asked_on = models.DateField(db_comment="the day it was asked")
    owner_since = models.DateField(db_comment="the day from which its owner has it")
    due = models.DateField(_("answer by"), db_comment="the day by which it is to be answered")
    blocks_adoption = models.BooleanField(
        _("no pilot of it can be adopted before"),
        default=False,
        db_comment="whether its pilots cannot be adopted before it is answered",
    )
    answer = models.TextField(_("answer"), blank=True, db_comment="the answer: a known rule of its pilots")
    answered_on = models.DateField(null=True, db_comment="the day of the answer; null: open")
    answered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="who answered"
    )
    pilots = models.ManyToManyField(Pilot, through="PolicyGapPilot", related_name="policy_gaps")

    class Meta:
        db_table_comment = "A judgement with no policy behind it, as a question with an owner and a date. Its answer is a rule of its pilots."
        ordering = ("due", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(question=""), name="policy_gap_asks_something"),
            models.CheckConstraint(condition=Q(due__gte=F("asked_on")), name="policy_gap_is_due_after_it_is_asked"),
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="policy_gap_answer_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.question[:60]


class PolicyGapPilot(models.Model):
    """A pilot that a policy gap is about."""

    gap = models.ForeignKey(
        PolicyGap, on_delete=models.CASCADE, related_name="links", db_comment="the gap", db_index=False
    )
    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="+", db_comment="the pilot")

    class Meta:
        db_table_comment = "The pilots that a policy gap is about."
        constraints: ClassVar = [models.UniqueConstraint("gap", "pilot", name="policy_gap_names_a_pilot_once")]

    def __str__(self) -> str:
        return f"{self.gap_id}: {self.pilot_id}"
