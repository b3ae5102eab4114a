"""What people can be measured on (rule 17), as the program office keeps the list."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from readiness.rules.incentives import Reward

REWARDS: dict[Reward, Any] = {
    Reward.USE: _("that it is used, or runs"),
    Reward.SPEED: _("that it goes fast"),
    Reward.COST: _("that it costs less"),
    Reward.QUALITY: _("that nothing goes wrong"),
    Reward.PEOPLE: _("that people can keep up"),
    Reward.RESULT: _("that the work gets done"),
}


class Measure(models.Model):
    """Something that people are measured on, and what it rewards."""

    name = models.CharField(_("measure"), max_length=100, db_comment="what is measured, in a few words")
    rewards = models.CharField(
        _("what it rewards"),
        max_length=8,
        choices=[(reward.value, says) for reward, says in REWARDS.items()],
        help_text=_("Where what the sponsor’s measures reward pulls against the managers’, the pilot’s page says so."),
        db_comment="what it rewards: use, speed, cost, quality, people or result",
    )
    in_use = models.BooleanField(_("offered"), default=True, db_comment="whether it is offered")

    class Meta:
        verbose_name, verbose_name_plural = _("measure"), _("measures")
        db_table_comment = "What people can be measured on. A setting, no fact."
        ordering = ("name",)
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                Lower("name"),
                name="a_measure_stands_once",
                violation_error_message=_("This measure is on the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(rewards__in=[reward.value for reward in Reward]), name="measure_reward_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def measures_offered() -> list[str]:
    """The names that a form offers."""
    return list(Measure.objects.filter(in_use=True).values_list("name", flat=True))


def rewards_of() -> dict[str, str]:
    """What each measure rewards, by its name in small letters; those that are offered no longer too."""
    return {name.casefold(): rewards for name, rewards in Measure.objects.values_list("name", "rewards")}
