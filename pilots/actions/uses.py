"""Whether accounts, functions and portfolios are used: whether any table names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model, QuerySet

from pilots.models import Event, Function, Person, Pilot, PilotPeriod, Portfolio, PortfolioRole


def people_used(people: Collection[int], managed: Collection[int] = ()) -> set[int]:
    """Those of these people whom any table names; that they are the manager of one of the pilots `managed` does not count.

    The addresses that the sign-in package keeps say nothing of a use.
    """
    used: set[int] = set()
    for rows, name in _naming(Person):
        if rows.model._meta.app_label == "account":
            continue
        if name == "manager" and rows.model is Pilot:
            rows = rows.exclude(pk__in=managed)
        elif name == "manager" and rows.model is PilotPeriod:
            rows = rows.exclude(pilot__in=managed)
        used |= _named(rows, name, people)
    return used


def functions_used(functions: Collection[int], leaving: Collection[int] = ()) -> set[int]:
    """Those of these functions in which anything lies; people who are leaving it do not count."""
    used: set[int] = set()
    for rows, name in _naming(Function):
        used |= _named(rows.exclude(pk__in=leaving) if rows.model is Person else rows, name, functions)
    return used


def portfolios_used(portfolios: Collection[int]) -> set[int]:
    """Those of these portfolios in which anything lies; their offices and their log do not count."""
    used: set[int] = set()
    for rows, name in _naming(Portfolio):
        if rows.model not in (PortfolioRole, Event):
            used |= _named(rows, name, portfolios)
    return used


def _naming(model: type[Model]) -> Iterator[tuple[QuerySet[Any], str]]:
    """The rows of every table that can name one of a model, and in which field."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            yield relation.related_model._base_manager.all(), relation.field.name  # type: ignore[union-attr]


def _named(rows: QuerySet[Any], name: str, keys: Collection[int]) -> set[int]:
    return (
        set(rows.filter(**{f"{name}__in": keys}).order_by().values_list(name, flat=True).distinct()) if keys else set()
    )
