"""What the managers' account says of pilots, as far as it is shown (rules 13 and 14): for placards and pilots' pages.

Everything here is what the pages of signals, accounts and workflows show to the same reader: sums over whole groups of three
managers and more, and medians of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from pilots.models import FrictionFigure, FrictionGroup, Person, Pilot, PolicyGap, PolicyGapPilot
from pilots.rules.vocabulary import FrictionQuestion
from readiness.models import FrictionPoint
from readiness.models.friction import SOMETHING_ELSE
from readiness.queries.both_sides import read_whole, readable
from readiness.queries.friction import (
    Read,
    counts_by_portfolio,
    number_shown,
    policy_on,
    read_of,
    seen_from_within,
)
from readiness.queries.signals import COSTS
from readiness.queries.workflows import compared_of
from readiness.rules import signals
from readiness.rules.suppression import enough
from readiness.rules.workflows import Compared

NO_POINT = ("", SOMETHING_ELSE)
"""What stands where a policy gap came from no friction point."""


@dataclass(frozen=True, slots=True)
class Named:
    """A friction point that managers name, and how many; `functions` is null where all of them live with the one pilot."""

    question: str
    label: str
    managers: int
    functions: int | None


@dataclass(frozen=True, slots=True)
class ManagersAccount:
    """What may be shown of what managers say of one pilot: what its runs come to, and the point that most of them name.

    The point is one of its own managers; else a signal of its portfolio that a policy gap about it came from.
    """

    compared: Compared | None
    named: Named | None


def managers_accounts(person: Person, pilots: Sequence[Pilot], *, at: date) -> dict[int, ManagersAccount]:
    """What the managers say of those of some pilots of which the reader reads it, by primary key. Eight queries at the most."""
    keys = [pilot.pk for pilot in pilots]
    if not keys:
        return {}
    read = read_of(person, readable(person, at=at).filter(pk__in=keys))
    if not read.pilots:
        return {}
    compared = compared_of(read.pilots, at=at)
    named = named_most(person, [pilot for pilot in pilots if pilot.pk in read.pilots], read, at=at)
    return {pk: ManagersAccount(compared.get(pk), named.get(pk)) for pk in read.pilots if pk in compared or pk in named}


def named_on(person: Person, pilot: Pilot, gaps: Iterable[PolicyGap], *, at: date) -> Named | None:
    """The friction point that managers name most on one pilot, of which the reader reads what groups say.

    Args:
        gaps: the policy gaps that are about it, as asked by the day.
    """
    read = read_of(person, Pilot.objects.filter(pk=pilot.pk))
    about = [pilot] if any(gap.point not in NO_POINT for gap in gaps) else []
    return named_most(person, [pilot], read, at=at, with_gaps=about).get(pilot.pk)


def named_most(
    person: Person, pilots: Sequence[Pilot], read: Read, *, at: date, with_gaps: Sequence[Pilot] | None = None
) -> dict[int, Named]:
    """The friction point that managers name most on each of some pilots, all of which are `read`.

    Two queries, three more where a policy gap about one of them came from a point, and one for the labels.

    Args:
        with_gaps: those of them that policy gaps from a point are about, where that is known.
    """
    own = _own(pilots, read.within, at)
    about = pilots if with_gaps is None else with_gaps
    raised = _raised(person, [pilot for pilot in about if pilot.pk not in own], at)
    points = {point for _question, point, *_counts in [*own.values(), *raised.values()]}
    labels = dict(FrictionPoint.objects.filter(key__in=points).values_list("key", "label")) if points else {}
    return {
        pk: Named(question, labels.get(point, point), managers, functions)
        for pk, (question, point, managers, functions) in (raised | own).items()
    }


_Row = tuple[str, str, int, int | None]


def _own(pilots: Sequence[Pilot], within: frozenset[int], at: date) -> dict[int, _Row]:
    """What the groups of one pilot name most of what costs them, where three managers and more do."""
    standing = FrictionGroup.objects.filter(
        pilot__in=[pilot.pk for pilot in pilots], first_day__lte=at, stands_until__gt=at
    )
    rows: Any = (
        FrictionFigure.objects.filter(group__in=seen_from_within(standing, within).values("pk"), question__in=COSTS)
        .exclude(point=SOMETHING_ELSE)
        .values_list("group__pilot", "question", "point")
        .annotate(n=Sum(number_shown(within)))
        .order_by()
    )
    found: dict[int, list[_Row]] = defaultdict(list)
    for pilot, question, point, managers in rows:
        if enough(managers):
            found[pilot].append((question, point, managers, None))
    return {pilot: _most(of) for pilot, of in found.items()}


def _raised(person: Person, pilots: Sequence[Pilot], at: date) -> dict[int, _Row]:
    """The signals of their portfolio, as a whole, that policy gaps about some pilots came from."""
    gaps = _points_of_gaps(person, pilots, at) if pilots else {}
    if not gaps:
        return {}
    portfolios = {portfolio for portfolio, _points in gaps.values()}
    counted = counts_by_portfolio(portfolios, {point for _place, points in gaps.values() for point in points}, at)
    threshold = policy_on(at)
    rows: dict[tuple[int, str], list[_Row]] = defaultdict(list)
    for (portfolio, question, point), counts in counted.items():
        reported = signals.reported(counts.managers, counts.spreads)
        if question in COSTS and enough(counts.managers) and reported.is_signal(threshold):
            rows[portfolio, point].append((question, point, counts.managers, reported.functions))
    found = {pk: [row for point in points for row in rows[place, point]] for pk, (place, points) in gaps.items()}
    return {pk: _most(of) for pk, of in found.items() if of}


def _points_of_gaps(person: Person, pilots: Sequence[Pilot], at: date) -> Mapping[int, tuple[int, set[str]]]:
    """The portfolio of each pilot that a policy gap is about, and the points that its gaps came from."""
    links = PolicyGapPilot.objects.filter(
        pilot__in=[pilot.pk for pilot in pilots],
        gap__asked_on__lte=at,
        gap__portfolio__in=read_whole(person).order_by().values("pk"),
    ).exclude(gap__point__in=NO_POINT)
    found: dict[int, tuple[int, set[str]]] = {}
    for pilot, portfolio, point in links.values_list("pilot", "gap__portfolio", "gap__point"):
        found.setdefault(pilot, (portfolio, set()))[1].add(point)
    return found


def _most(rows: Iterable[_Row]) -> _Row:
    """The row that most managers name; a judgement call before rework, then by name."""
    return min(rows, key=lambda row: (-row[2], row[0] != FrictionQuestion.JUDGEMENT, row[1]))
