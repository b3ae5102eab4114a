"""What is already carried (rule 18), of the pilots that somebody may see: by function, and where one more is to start."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from pilots.models import FellowManager, Pilot
from pilots.rules.vocabulary import Stage
from readiness.queries.workflows import net_relief_of
from readiness.rules.load import Carried, Load, by_function

CARRIED = Q(stage__in=(Stage.RUNNING, Stage.ADOPTED), void_since=None)
"""Pilots that somebody lives with now."""


def loads(pilots: Any, *, at: date) -> tuple[dict[str, Load], Load | None]:
    """What lies on each function, by its name (empty: none), and on the others together. Six queries.

    Args:
        pilots: a query of pilots.
    """
    rows = list(pilots.filter(CARRIED).order_by().values_list("pk", "function__name", "manager"))
    keys = [pk for pk, _function, _manager in rows]
    managers: dict[int, set[int]] = defaultdict(set)
    fellows = FellowManager.objects.on(at).filter(pilot__in=keys)
    for pilot, person in fellows.values_list("pilot", "person"):
        managers[pilot].add(person)
    nets = net_relief_of(keys, at=at)
    return by_function(
        Carried(
            function or "",
            frozenset(managers[pk] | ({manager} if manager else set())),
            nets.get(pk),
        )
        for pk, function, manager in rows
    )


@dataclass(frozen=True, slots=True)
class AlreadyCarried:
    """How many pilots run or are adopted where one more is to start: with its manager, and in its function."""

    manager: int
    function: int


def already_carried(pilot: Pilot) -> AlreadyCarried:
    """What is carried already where a pilot is to start. One query."""
    others = Pilot.objects.filter(CARRIED, portfolio=pilot.portfolio_id).exclude(pk=pilot.pk)
    here = Q(function=pilot.function_id) if pilot.function_id else Q(pk=None)
    theirs = Q(manager=pilot.manager_id) if pilot.manager_id else Q(pk=None)
    rows = list(others.filter(here | theirs).values_list("manager", "function"))
    return AlreadyCarried(
        sum(1 for manager, _function in rows if manager and manager == pilot.manager_id),
        sum(1 for _manager, function in rows if function and function == pilot.function_id),
    )
