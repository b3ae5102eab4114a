"""Rule 13, the founding story: seven managers in different functions, and what is a signal when."""

from __future__ import annotations

import pytest

from pilots.rules.weeks import WEEK
from readiness.queries.friction import bring_up_to_date
from readiness.queries.signals import ShownPoint, signals_for
from tests.managers import BURDEN, Managers, weeks_ago

pytestmark = pytest.mark.django_db

FUNCTIONS = ("Field service", "Finance", "Procurement", "People", "Legal", "Logistics", "IT")


def burden(managers: Managers, at: object = None) -> ShownPoint | None:
    bring_up_to_date()
    found = signals_for(managers.reviewer, at or weeks_ago(0))  # type: ignore[arg-type]
    return next((point for point in found.points if point.point == BURDEN), None)


def six_report(managers: Managers, functions: tuple[str, ...]) -> None:
    """Three in one week and three in the next, each week with somebody who has no such trouble."""
    for number in range(6):
        managers.joins(f"m{number}", functions[number])
        managers.reports(f"m{number}", BURDEN, ago=4 if number < 3 else 3)
    for name, ago in (("calm", 4), ("quiet", 3)):
        managers.joins(name, "Marketing")
        managers.reports(name, "", ago=ago)


def seventh_reports(managers: Managers, function: str, ago: int = 1) -> None:
    """The seventh, in a week in which two others answer something else."""
    managers.joins("seventh", function)
    managers.reports("seventh", BURDEN, ago=ago)
    for name in ("late", "later"):
        managers.joins(name, "Marketing")
        managers.reports(name, "copying", ago=ago)


def test_six_managers_are_no_signal_and_the_seventh_makes_one_when_their_week_is_over() -> None:
    """Rule 13: a signal needs at least seven managers in at least three functions on the same friction point."""
    managers = Managers()
    six_report(managers, FUNCTIONS)
    point = burden(managers)
    assert point is not None
    assert (point.managers, point.is_signal, point.short) == (6, False, (1, 0))
    seventh_reports(managers, "IT", ago=0)
    assert burden(managers) == point
    seen = burden(managers, weeks_ago(-1))
    assert seen is not None
    # The week is not over by the clock, whatever day is asked about.
    assert seen.managers == 6


def test_once_the_week_of_the_seventh_is_closed_it_is_a_signal_since_that_day() -> None:
    managers = Managers()
    six_report(managers, FUNCTIONS)
    seventh_reports(managers, "IT")
    point = burden(managers)
    assert point is not None
    assert (point.managers, point.is_signal) == (7, True)
    assert point.functions >= 3
    assert point.since == weeks_ago(0)
    before = burden(managers, weeks_ago(0) - WEEK / 7)
    assert before is not None
    assert (before.managers, before.is_signal) == (6, False)


def test_seven_in_the_same_two_functions_are_no_signal() -> None:
    managers = Managers()
    weeks = (("Finance", 3, 3, 1), ("People", 2, 3, 1), ("Finance", 1, 1, 2))
    for number, (function, ago, loud, calm) in enumerate(weeks):
        for each in range(loud + calm):
            managers.joins(f"w{number}m{each}", function)
            managers.reports(f"w{number}m{each}", BURDEN if each < loud else "copying", ago=ago)
    point = burden(managers)
    assert point is not None
    assert (point.managers, point.functions, point.is_signal, point.short) == (7, 2, False, (0, 1))


def test_a_loud_function_alone_is_no_signal() -> None:
    managers = Managers()
    for number in range(20):
        managers.joins(f"m{number}", "Finance")
        managers.reports(f"m{number}", BURDEN if number else "")
    point = burden(managers)
    assert point is not None
    assert (point.managers, point.functions, point.is_signal) == (19, 1, False)


def test_two_managers_are_nothing_at_all() -> None:
    managers = Managers()
    for number, point in enumerate((BURDEN, BURDEN, "", "")):
        managers.joins(f"m{number}", "Finance")
        managers.reports(f"m{number}", point)
    bring_up_to_date()
    found = signals_for(managers.reviewer, weeks_ago(0))
    assert (found.points, found.hidden) == ([], 1)
