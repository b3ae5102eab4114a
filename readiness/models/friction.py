"""Settings of rule 13: the friction points that managers choose from, and from when on what is a signal."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinValueValidator, validate_slug
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.friction import LONGEST_POINT
from pilots.rules.groups import LEAST
from pilots.rules.vocabulary import FrictionQuestion

QUESTIONS: dict[FrictionQuestion, Any] = {
    FrictionQuestion.SAVES: _("Where does it save you time?"),
    FrictionQuestion.REWORK: _("Where does it create rework?"),
    FrictionQuestion.JUDGEMENT: _("Where are you making judgement calls with no policy behind you?"),
}
SOMETHING_ELSE = "something-else"
"""The key that every question offers beside its points; it becomes no signal, since it is not one thing."""


class FrictionPoint(models.Model):
    """One thing that a manager can name in answer to a question. Reports keep its key."""

    question = models.CharField(
        _("question"),
        max_length=12,
        choices=[(word.value, says) for word, says in QUESTIONS.items()],
        db_comment="saves, rework or judgement",
    )
    key = models.CharField(
        _("key"),
        max_length=LONGEST_POINT,
        unique=True,
        validators=[validate_slug],
        help_text=_("Short, in letters and hyphens, as in reading-every-line. It is never changed: reports keep it."),
        db_comment="key that reports keep; never changed",
    )
    label = models.CharField(_("as managers read it"), max_length=120, db_comment="as managers read it")
    position = models.PositiveSmallIntegerField(_("order"), default=10, db_comment="order in its question")
    in_use = models.BooleanField(
        _("offered"),
        default=True,
        help_text=_("Without it nobody is offered it any more; what was reported stays."),
        db_comment="whether it is offered",
    )

    class Meta:
        verbose_name, verbose_name_plural = _("friction point"), _("friction points")
        db_table_comment = "What a manager can name in answer to one of the three questions. A setting, no fact."
        ordering = ("question", "position", "pk")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(question__in=FrictionQuestion.values()), name="friction_point_question_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(key=SOMETHING_ELSE),
                name="friction_point_is_one_thing",
                violation_error_message=_("Every question offers “something else” already."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SignalPolicy(models.Model):
    """From how many managers in how many functions within how many days on a friction point is a signal; from a day on."""

    starts = models.DateField(_("from"), unique=True, db_comment="first day on which it holds")
    managers = models.PositiveSmallIntegerField(
        _("managers"), default=7, validators=[MinValueValidator(LEAST)], db_comment="different managers at least"
    )
    functions = models.PositiveSmallIntegerField(
        _("functions"), default=3, validators=[MinValueValidator(1)], db_comment="functions at least"
    )
    days = models.PositiveSmallIntegerField(
        _("days"),
        default=90,
        validators=[MinValueValidator(7)],
        help_text=_("Answers count for this long from the week in which they enter the figures."),
        db_comment="days for which answers count",
    )

    class Meta:
        verbose_name, verbose_name_plural = _("signal threshold"), _("signal thresholds")
        db_table_comment = "From when on friction is a signal: managers, functions, days; from a day on. A setting."
        ordering = ("-starts",)
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(managers__gte=LEAST),
                name="signal_policy_asks_three_managers",
                violation_error_message=_("Three managers at least: nothing of fewer is shown."),
            ),
            models.CheckConstraint(
                condition=Q(functions__gte=1, days__gte=7, days__lte=366),
                name="signal_policy_counts_a_week_at_least",
                violation_error_message=_("Give 1 function or more, and 7 to 366 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.managers} managers, {self.functions} functions, {self.days} days from {self.starts}"
