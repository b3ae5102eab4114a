"""Views of the list of pilots that people keep: a name for an address, their own or shared with an office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from pilots.models import Person, Portfolio

LONGEST_NAME, LONGEST_QUERY, MOST = 60, 1000, 40
"""How long a name and the rest of an address can be, and how many views somebody keeps."""


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views. Somebody else's own do not exist for a person, nor those of an office that is not theirs."""

    def seen_by(self, person: Person, portfolios: frozenset[int] | None) -> SavedViewQuerySet:
        """A person's own, and those that are shared with the offices of these portfolios; None stands for all of them."""
        shared = Q(portfolio__isnull=False) if portfolios is None else Q(portfolio__in=portfolios)
        return self.filter(Q(owner=person) | shared)


class SavedView(models.Model):
    """A list of pilots as somebody looks at it: its filters, order and columns, under a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="who keeps it"
    )
    portfolio = models.ForeignKey(
        Portfolio,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_comment="the portfolio with whose office it is shared; null: with nobody",
    )
    name = models.CharField(max_length=LONGEST_NAME, db_comment="what it is called")
    query = models.CharField(max_length=LONGEST_QUERY, db_comment="filters, order and columns, as in an address")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        db_table_comment = "Views of the list of pilots that people keep, their own or shared with an office."
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=("owner", "name"), name="saved_view_of_a_person_has_a_name_of_its_own"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


def keep_view(*, owner: Person, name: str, query: str, portfolio: Portfolio | None) -> SavedView | None:
    """Keep a view under a name; one of that name becomes this one. None where somebody keeps too many."""
    mine = SavedView.objects.filter(owner=owner)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        return None
    view, _made = SavedView.objects.update_or_create(
        owner=owner, name=name, defaults={"query": query, "portfolio": portfolio}
    )
    return view


def forget_view(*, owner: Person, pk: int) -> bool:
    """Forget a view of one's own. Returns whether there was one."""
    return bool(SavedView.objects.filter(owner=owner, pk=pk).delete()[0])
