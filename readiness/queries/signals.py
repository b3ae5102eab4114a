"""What may be shown of managers' reports, worked out once for pages, API and files: everything here has gone through suppression."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from pilots.models import FrictionGroup, Person, Pilot, PolicyGap
from pilots.rules.vocabulary import FrictionQuestion
from pilots.rules.weeks import week_of
from readiness.models import FrictionPoint, SignalPolicy
from readiness.models.friction import SOMETHING_ELSE
from readiness.queries import friction
from readiness.rules import signals
from readiness.rules.suppression import Parts, enough, fold, shuffled

TREND = timedelta(weeks=26)
"""How far back a trend is drawn."""
COSTS = (FrictionQuestion.REWORK, FrictionQuestion.JUDGEMENT)


@dataclass(frozen=True, slots=True)
class PointOnDay:
    """How many managers were counted for a point from a day on; null where fewer than three."""

    day: date
    managers: int | None
    was_signal: bool


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One friction point as it may be shown.

    Attributes:
        functions: how many functions its reporters are of at least.
        parts: its managers by function, small ones together.
        minutes: a week, by their own estimate; null where fewer than three gave any.
        since: from when on it is a signal, without a break; null where it is none.
        short: how many managers and functions it is short of a signal; null where it can be none.
        pilots: those on which three managers or more answered together and some named it, and those its gaps are about.
    """

    question: str
    point: str
    label: str
    managers: int
    functions: int
    parts: Parts[str]
    minutes: int | None
    is_signal: bool
    since: date | None
    short: tuple[int, int] | None
    trend: list[PointOnDay]
    gaps: list[PolicyGap] = field(default_factory=list)
    pilots: list[Pilot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A function by its managers' answers; minutes a week. `name` empty: the small ones together."""

    name: str
    managers: int
    saved: int
    cost: int

    @property
    def net(self) -> int:
        return self.saved - self.cost


@dataclass(frozen=True, slots=True)
class Signals:
    """All that somebody may read of managers' reports on a day."""

    at: date
    threshold: signals.Threshold
    points: list[ShownPoint]
    hidden: int
    answered: int | None
    asked: int
    functions: list[FunctionRow]
    gaps: list[PolicyGap]

    @property
    def raised(self) -> list[ShownPoint]:
        """The signals, as they come; those whose every policy gap is answered after those that still wait for something."""
        return sorted((point for point in self.points if point.is_signal), key=self._is_answered)

    def _is_answered(self, point: ShownPoint) -> bool:
        gaps = point.gaps
        return bool(gaps) and all(gap.answered_on is not None and gap.answered_on <= self.at for gap in gaps)

    @property
    def others(self) -> list[ShownPoint]:
        return [point for point in self.points if not point.is_signal and point.short is not None]

    @property
    def savings(self) -> list[ShownPoint]:
        return [point for point in self.points if point.question == FrictionQuestion.SAVES]


def signals_for(
    person: Person, at: date, portfolio: int | None = None, *, reach: friction.Reach | None = None
) -> Signals:
    """What somebody may read on a day, in all that is theirs or in one portfolio. A fixed number of queries.

    Args:
        reach: what they read of reports, where it was asked for already.
    """
    friction.bring_up_to_date()
    reach = friction.reach_of(person) if reach is None else reach
    groups = reach.groups(portfolio)
    policies = list(SignalPolicy.objects.all())
    gaps = [
        gap
        for gap in friction.gaps_read(person, reach).prefetch_related("pilots__portfolio")
        if gap.asked_on <= at and portfolio in (None, gap.portfolio_id)
    ]
    shown, hidden = _points(groups, policies, at, gaps, reach.within)
    by_function, apart = friction.answered(groups, at)
    whole = sum(by_function.values()) + apart
    kept = reach.portfolios if portfolio is None else frozenset({portfolio})
    return Signals(
        at=at,
        threshold=friction.policy_on(at, policies),
        points=shown,
        hidden=hidden,
        answered=whole if enough(whole) else None,
        asked=friction.managers_asked(kept),
        functions=_by_function(groups, at, by_function, apart, reach.within),
        gaps=gaps,
    )


def signals_of(portfolio: int, at: date) -> list[ShownPoint]:
    """The points of one portfolio as anybody of it may read them: for its managers, of what they named themselves.

    Whoever asks has brought the figures up to date.
    """
    groups = FrictionGroup.objects.filter(portfolio=portfolio)
    return _points(groups, list(SignalPolicy.objects.all()), at, [])[0]


def _points(
    groups: QuerySet[FrictionGroup],
    policies: list[SignalPolicy],
    at: date,
    gaps: Iterable[PolicyGap],
    within: frozenset[int] = frozenset(),
) -> tuple[list[ShownPoint], int]:
    """The points that may be shown, signals first, and how many may not."""
    counts = friction.counts_at(groups, at, within)
    history = _histories(groups, policies, at, within)
    named = _names(counts)
    threshold = friction.policy_on(at, policies)
    shown = [
        _shown(each, named, history.get((each.question, each.point), []), threshold, gaps)
        for each in counts
        if enough(each.managers)
    ]
    saves = FrictionQuestion.SAVES
    shown.sort(key=lambda point: (not point.is_signal, point.question == saves, -point.managers, point.label))
    return shown, len(counts) - len(shown)


def words_on(reach: friction.Reach, at: date, point: ShownPoint, portfolio: int | None = None) -> list[str]:
    """What managers wrote on a point, shuffled; none where fewer than three did."""
    found = friction.sentences_on(reach.groups(portfolio), at, reach.within, question=point.question, point=point.point)
    return shuffled(found.get((point.question, point.point), []))


@dataclass(frozen=True, slots=True)
class _Names:
    """Labels of points, names of functions and pilots, each by its key."""

    points: dict[str, str]
    functions: dict[int, str]
    pilots: dict[int, Pilot]


def _names(counts: list[friction.PointCounts]) -> _Names:
    functions = {function for each in counts for function in each.by_function}
    pilots = {pilot for each in counts for pilot in each.by_pilot}
    return _Names(
        dict(FrictionPoint.objects.values_list("key", "label")),
        friction.names_of_functions(functions),
        Pilot.objects.select_related("portfolio").in_bulk(list(pilots)) if pilots else {},
    )


def _shown(
    counts: friction.PointCounts,
    names: _Names,
    trend: list[PointOnDay],
    threshold: signals.Threshold,
    gaps: Iterable[PolicyGap],
) -> ShownPoint:
    reported = signals.reported(counts.managers, counts.spreads)
    can_be_signal = counts.question in COSTS and counts.point != SOMETHING_ELSE
    is_signal = can_be_signal and reported.is_signal(threshold)
    parts = fold({names.functions[pk]: n for pk, n in counts.by_function.items()}, counts.apart)
    assert parts is not None
    about = [gap for gap in gaps if gap.point == counts.point]
    pilots = {pk: names.pilots[pk] for pk, n in counts.by_pilot.items() if enough(n)}
    pilots |= {pilot.pk: pilot for gap in about for pilot in gap.pilots.all()}
    return ShownPoint(
        question=counts.question,
        point=counts.point,
        label=names.points.get(counts.point, ""),
        managers=counts.managers,
        functions=reported.functions,
        parts=parts,
        minutes=counts.minutes if enough(counts.minutes_of) else None,
        is_signal=is_signal,
        since=signals.since([(each.day, each.was_signal) for each in trend]) if is_signal else None,
        short=reported.short_of(threshold) if can_be_signal else None,
        trend=trend,
        gaps=about,
        pilots=sorted(pilots.values(), key=lambda pilot: pilot.key),
    )


def _histories(
    groups: QuerySet[FrictionGroup], policies: list[SignalPolicy], at: date, within: frozenset[int]
) -> dict[tuple[str, str], list[PointOnDay]]:
    """How each point stood on each day on which a figure moved, over the weeks that a trend is drawn for."""
    from_day = week_of(at - TREND)
    rows: dict[tuple[str, str], list[friction.Stretch]] = defaultdict(list)
    for stretch in friction.stretches(groups, from_day, at, within):
        rows[stretch.question, stretch.point].append(stretch)
    return {key: _history(of_point, policies, from_day, at) for key, of_point in rows.items()}


def _history(rows: list[friction.Stretch], policies: list[SignalPolicy], from_day: date, at: date) -> list[PointOnDay]:
    moved = {day for row in rows for day in (max(row.first_day, from_day), row.stands_until) if day <= at}
    out = []
    for day in sorted(moved | {policy.starts for policy in policies if from_day < policy.starts <= at}):
        standing = [row for row in rows if row.first_day <= day < row.stands_until]
        managers = sum(row.managers for row in standing)
        reported = signals.reported(managers, [row.spread for row in standing])
        was_signal = enough(managers) and reported.is_signal(friction.policy_on(day, policies))
        out.append(PointOnDay(day, managers if enough(managers) else None, was_signal))
    return out


def _by_function(
    groups: QuerySet[FrictionGroup],
    at: date,
    by_function: dict[int, int],
    apart: int,
    within: frozenset[int],
) -> list[FunctionRow]:
    """Functions that may be named by how many of their managers answered, and the others together."""
    names = friction.names_of_functions(by_function)
    parts = fold({names[pk]: n for pk, n in by_function.items()}, apart)
    if parts is None:
        return []
    keys = {name: pk for pk, name in names.items()}
    minutes = friction.minutes_by_function(groups, at, within)
    rows = []
    for name, managers in parts.named.items():
        saved, cost = _saved_and_cost(minutes, [keys[name]])
        rows.append(FunctionRow(name, managers, saved, cost))
    if parts.others:
        rest = [None, *(pk for name, pk in keys.items() if name not in parts.named)]
        saved, cost = _saved_and_cost(minutes, rest)
        rows.append(FunctionRow("", parts.others, saved, cost))
    return rows


def _saved_and_cost(minutes: dict[tuple[int | None, str], int], functions: Iterable[int | None]) -> tuple[int, int]:
    keys = list(functions)
    saved = sum(minutes.get((key, FrictionQuestion.SAVES), 0) for key in keys)
    return saved, sum(minutes.get((key, question), 0) for key in keys for question in COSTS)
