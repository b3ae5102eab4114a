"""Groups of managers (rule 13): the smallest thing of which any figure is made. No Django.

At the close of a week, those who have answered and are not yet counted are put into groups of three or more: of one pilot where
three of it have answered, else of one function, else of one portfolio; fewer than three wait for the next week. A group never
changes. It stands for as many days as answers count; it ends before only when all of it have answered again. Who is in a group
follows from who answered when, never from what was said. Every figure, of any view, filter or date, is a sum over whole groups:
so two figures can differ by whole groups only.

Of a group is published, choice by choice, how many named it. Where all named the same, one of them is left out, as if that
person had named nothing; where only one named anything, that one is left out too. So behind every figure there is another story
of each manager that would have given the same figures. `tests/properties/test_suppression.py` tries to break that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from pilots.rules.weeks import WEEK, last_closed, week_of

LEAST = 3
"""Nothing of fewer managers is ever shown."""

T = TypeVar("T")
C = TypeVar("C", bound=Hashable)


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What one manager said in a week. The latest of a manager counts.

    Attributes:
        member: the manager's pseudonym.
        week: the Monday of the week.
        function: null where the pilot has none, or where the answer is on pilots of several.
        pilot: null where the answer is on none, or on several.
        said: whatever was said; forming groups never looks at it.
    """

    member: str
    week: date
    portfolio: int
    function: int | None
    pilot: int | None
    said: T


@dataclass(frozen=True)
class Group(Generic[T]):
    """Three managers or more whose answers are counted together.

    Attributes:
        first_day: the Monday from which it counts.
        stands_until: the first day on which it no longer counts.
        function: null where its managers are of several functions, or of none.
        pilot: null where their answers are not all on one pilot.
    """

    first_day: date
    stands_until: date
    portfolio: int
    function: int | None
    pilot: int | None
    answers: tuple[Answer[T], ...]

    def stands(self, at: date) -> bool:
        """Whether it counts at a date."""
        return self.first_day <= at < self.stands_until


def form_groups(
    answers: Iterable[Answer[T]], first_day: date, stands_until: date
) -> tuple[list[Group[T]], list[Answer[T]]]:
    """Put the answers that wait into groups, as narrow as three managers allow. Returns the groups, and who waits on.

    Args:
        answers: one a manager.
    """
    groups: list[Group[T]] = []
    left: list[Answer[T]] = sorted(answers, key=lambda answer: answer.member)
    for narrowed in (_by_pilot, _by_function, _by_portfolio):
        bundles: dict[tuple[int, int | None, int | None] | None, list[Answer[T]]] = defaultdict(list)
        for answer in left:
            bundles[narrowed(answer)].append(answer)
        left = bundles.pop(None, [])
        for place in sorted(bundles, key=str):
            if place is None or len(bundles[place]) < LEAST:
                left.extend(bundles[place])
            else:
                groups.append(Group(first_day, stands_until, *place, tuple(bundles[place])))
        left.sort(key=lambda answer: answer.member)
    return groups, left


def close_week(
    week: date, waiting: Mapping[str, Answer[T]], standing: Iterable[Group[Any]], days: int
) -> tuple[list[Group[T]], list[Group[Any]]]:
    """What the close of a week makes of the answers given by then. Returns new groups, and those that all answered anew.

    Args:
        week: the Monday of the week that is over; groups count from the Monday after it.
        waiting: the latest answer of each manager that is in no group.
        standing: the groups that stand on the Monday after the week.
        days: for how many days answers count.
    """
    first_day = week + WEEK
    replaced: list[Group[Any]] = []
    bound: set[str] = set()
    for group in standing:
        members = {answer.member for answer in group.answers}
        if members <= waiting.keys():
            replaced.append(group)
        else:
            bound |= members
    free = [answer for member, answer in waiting.items() if member not in bound]
    return form_groups(free, first_day, first_day + timedelta(days=days))[0], replaced


def groups_at(answers: Iterable[Answer[T]], at: date, days: int) -> list[Group[T]]:
    """The groups that stand at a date, from all answers ever given: each week closed in its order.

    Args:
        days: for how many days answers count.
    """
    by_week: dict[date, list[Answer[T]]] = defaultdict(list)
    for answer in answers:
        by_week[week_of(answer.week)].append(answer)
    if not by_week:
        return []
    waiting: dict[str, Answer[T]] = {}
    standing: list[Group[T]] = []
    week, last = min(by_week), last_closed(at)
    while week <= last:
        for answer in by_week.get(week, ()):
            waiting[answer.member] = answer
        standing = [group for group in standing if group.stands(week + WEEK)]
        if len(waiting) >= LEAST:
            new, replaced = close_week(week, waiting, standing, days)
            standing = [group for group in standing if group not in replaced] + new
            for group in new:
                for answer in group.answers:
                    del waiting[answer.member]
        week += WEEK
    return [group for group in standing if group.stands(at)]


def published(
    named: Mapping[str, frozenset[C]], keyed_place: Callable[[str], str], size: int
) -> dict[str, frozenset[C]]:
    """What of one group may enter figures: choices by manager, with nobody's left beyond doubt.

    Args:
        named: what each manager named, to one question; none where the answer was "nowhere".
        keyed_place: an order of managers that nobody can guess, to choose who is left out.
        size: how many managers the group has, those without a choice too.
    """
    kept = {member: choices for member, choices in named.items() if choices}
    for choice in frozenset[C]().union(*kept.values()) if kept else ():
        if sum(choice in choices for choices in kept.values()) == size:
            left_out = min(kept, key=keyed_place)
            kept[left_out] = kept[left_out] - {choice}
    kept = {member: choices for member, choices in kept.items() if choices}
    return kept if len(kept) > 1 else {}


def values_that_count(values: Sequence[C]) -> tuple[C, ...]:
    """The values of one group where each has to give one: none of them where fewer than three did, or all gave the same.

    A group that is left out so stays out of every total and every median, and never comes back: what all of it said stays unsaid.
    """
    if len(values) < LEAST or len(set(values)) == 1:
        return ()
    return tuple(values)


def _by_pilot(answer: Answer[T]) -> tuple[int, int | None, int | None] | None:
    return None if answer.pilot is None else (answer.portfolio, answer.function, answer.pilot)


def _by_function(answer: Answer[T]) -> tuple[int, int | None, int | None] | None:
    return None if answer.function is None else (answer.portfolio, answer.function, None)


def _by_portfolio(answer: Answer[T]) -> tuple[int, int | None, int | None] | None:
    return (answer.portfolio, None, None)
