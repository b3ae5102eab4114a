"""Closing weeks (rule 13): reports enter groups of three managers and more, and groups are counted once and for all.

What becomes of a week follows from the reports alone, whenever it is closed: whoever reads figures may close what is due.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Exists, Min, Q, QuerySet

from pilots.models import FrictionClosing, FrictionFigure, FrictionGroup, FrictionReport, Function, Pilot
from pilots.pseudonyms import keyed_order, keyed_place
from pilots.rules.groups import LEAST, Answer, Group, close_week, published
from pilots.rules.vocabulary import FrictionQuestion
from pilots.rules.weeks import WEEK, last_closed

Reports = list[FrictionReport]
"""Of one manager in one portfolio: the latest on each pilot, each question once."""


def close_weeks(at: date, days_on: Callable[[date], int]) -> None:
    """Close every week that is over at a date and was not closed yet, in their order. Costs one query where none was.

    Args:
        days_on: for how many days answers count that enter the figures on a day.
    """
    last = last_closed(at)
    if not _due(last).exists():
        return
    with transaction.atomic():
        closing, _made = FrictionClosing.objects.select_for_update().get_or_create(id=1)
        first = FrictionReport.objects.filter(group=None).aggregate(first=Min("week"))["first"]
        week = first if closing.closed_week is None else closing.closed_week + WEEK
        while week is not None and week <= last:
            _close(week, days_on(week + WEEK))
            week += WEEK
        closing.closed_week = last
        closing.save()


def is_due(at: date) -> Exists:
    """Whether a week is over at a date that was not closed yet, as a column beside others."""
    return Exists(_due(last_closed(at)))


def _due(last: date) -> QuerySet[FrictionReport]:
    closed = FrictionClosing.objects.filter(closed_week__gte=last)
    return FrictionReport.objects.filter(~Exists(closed), group=None, week__lte=last)


def _close(week: date, days: int) -> None:
    """Close one week."""
    waiting = _waiting(week)
    if len(waiting) < LEAST:
        return
    standing = _groups_of(waiting, week + WEEK)
    new, replaced = close_week(week, waiting, standing.keys(), days)
    ended = [standing[group] for group in replaced]
    FrictionGroup.objects.filter(pk__in=ended).update(stands_until=week + WEEK)
    for group in new:
        _count(group)


def _waiting(week: date) -> dict[str, Answer[Reports]]:
    """The latest answer of each manager that is in no group, in the portfolio in which they answered last."""
    rows: dict[str, Reports] = defaultdict(list)
    latest: dict[tuple[str, str], date] = {}
    outdated = []
    for report in FrictionReport.objects.filter(group=None, week__lte=week).order_by("-week", "portfolio", "pk"):
        if latest.setdefault((report.pseudonym, report.pilot_key), report.week) == report.week:
            rows[report.pseudonym].append(report)
        else:
            outdated.append(report.pk)
    # A manager who has answered anew before the earlier answer was in any figure said the later one only.
    FrictionReport.objects.filter(pk__in=outdated).delete()
    functions = (
        {keyed_place("function", pk): pk for pk in Function.objects.values_list("pk", flat=True)} if rows else {}
    )
    return {member: _answer(member, reports, functions) for member, reports in rows.items()}


def _answer(member: str, reports: Reports, functions: Mapping[str, int]) -> Answer[Reports]:
    latest = reports[0]
    here = [report for report in reports if report.portfolio_id == latest.portfolio_id]
    pilots = {report.pilot_key for report in here}
    keys = {report.function_key for report in here}
    return Answer(
        member=member,
        week=latest.week,
        portfolio=latest.portfolio_id,
        function=functions.get(keys.pop()) if len(keys) == 1 else None,
        # Whoever forms groups only asks whether it is the same.
        pilot=int(pilots.pop(), 16) if len(pilots) == 1 else None,
        said=here,
    )


def _groups_of(waiting: Iterable[str], at: date) -> dict[Group[None], int]:
    """The groups that stand at a date and have somebody in them who has answered again, with their primary keys."""
    stands = Q(group__first_day__lte=at, group__stands_until__gt=at)
    # In blocks, so that no statement names more managers than an engine takes.
    names = sorted(waiting)
    found: set[int] = set()
    for start in range(0, len(names), 500):
        rows = FrictionReport.objects.filter(stands, pseudonym__in=names[start : start + 500])
        found |= set(rows.values_list("group", flat=True).distinct())
    members: dict[int, set[str]] = defaultdict(set)
    for group, member in FrictionReport.objects.filter(group__in=found).values_list("group", "pseudonym").distinct():
        members[group].add(member)
    rows_of = FrictionGroup.objects.in_bulk(list(found))
    return {
        Group(
            row.first_day,
            row.stands_until,
            row.portfolio_id,
            row.function_id,
            row.pilot_id,
            tuple(Answer(member, row.first_day, row.portfolio_id, None, None, None) for member in sorted(members[pk])),
        ): pk
        for pk, row in rows_of.items()
    }


def _count(group: Group[Reports]) -> None:
    """Store a group, its reports' place in it, and its figures."""
    row = FrictionGroup.objects.create(
        first_day=group.first_day,
        stands_until=group.stands_until,
        portfolio_id=group.portfolio,
        function_id=group.function,
        pilot_id=None if group.pilot is None else _pilot(group.portfolio, group.answers[0].said[0].pilot_key),
        managers=len(group.answers),
        functions=dict(Counter(str(answer.function or "") for answer in group.answers)),
    )
    reports = [report for answer in group.answers for report in answer.said]
    FrictionReport.objects.filter(pk__in=[report.pk for report in reports]).update(group=row)
    for question in FrictionQuestion:
        _count_question(row, question, [report for report in reports if report.question == question])


def _pilot(portfolio: int, key: str) -> int:
    """The pilot of a keyed digest: three managers or more answered on it together."""
    pilots = Pilot.objects.filter(portfolio=portfolio).values_list("pk", flat=True)
    found: int = next(pk for pk in pilots.iterator() if keyed_place("pilot", pk) == key)
    return found


def _count_question(group: FrictionGroup, question: str, reports: Reports) -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for report in reports:
        if report.point:
            named[report.pseudonym].add(report.point)
    kept = published(
        {member: frozenset(points) for member, points in named.items()},
        lambda member: keyed_order(member, f"left-out:{question}"),
        group.managers,
    )
    by_point: dict[str, Reports] = defaultdict(list)
    for report in reports:
        if report.point in kept.get(report.pseudonym, ()):
            by_point[report.point].append(report)
    for point, of_point in sorted(by_point.items()):
        _count_point(group, question, point, of_point)


def _count_point(group: FrictionGroup, question: str, point: str, reports: Reports) -> None:
    """Store the figure of a point; its minutes and sentences once three managers have given any in groups of the place."""
    minutes: dict[str, int] = defaultdict(int)
    for report in reports:
        if report.minutes is not None:
            minutes[report.pseudonym] += report.minutes
    managers = len({report.pseudonym for report in reports})
    figure = FrictionFigure(
        group=group,
        question=question,
        point=point,
        managers=managers,
        held_minutes=sum(minutes.values()),
        held_of=len(minutes),
    )
    before = _figures_of_place(group, question, point)
    _settle_minutes(figure, before)
    figure.save()
    _show_sentences(figure, before, reports)


def _figures_of_place(group: FrictionGroup, question: str, point: str) -> list[FrictionFigure]:
    """The figures of a point in the groups of one place that stand when a new group begins."""
    rows = FrictionFigure.objects.filter(
        question=question,
        point=point,
        group__portfolio=group.portfolio_id,
        group__function=group.function_id,
        group__pilot=group.pilot_id,
        group__first_day__lte=group.first_day,
        group__stands_until__gt=group.first_day,
    )
    return list(rows.exclude(group=group))


def _settle_minutes(figure: FrictionFigure, before: list[FrictionFigure]) -> None:
    held = [each for each in before if not each.is_settled]
    of = figure.held_of + sum(each.held_of for each in held)
    if of < LEAST:
        return
    figure.minutes = figure.held_minutes + sum(each.held_minutes for each in held)
    figure.minutes_of, figure.is_settled = of, True
    FrictionFigure.objects.filter(pk__in=[each.pk for each in held]).update(is_settled=True)


def _show_sentences(figure: FrictionFigure, before: list[FrictionFigure], reports: Reports) -> None:
    """Let sentences be shown with a figure once three managers have written one; until then they wait."""
    groups = [each.group_id for each in before]
    waiting = FrictionReport.objects.filter(
        group__in=groups, question=figure.question, point=figure.point, shown_with=None
    ).exclude(sentence="")
    counted = [report for report in reports if report.sentence] + [report for report in waiting if _was_counted(report)]
    if len({report.pseudonym for report in counted}) >= LEAST:
        FrictionReport.objects.filter(pk__in=[report.pk for report in counted]).update(shown_with=figure)


def _was_counted(report: FrictionReport) -> bool:
    """Whether the report was among those that its group published, and not left out."""
    group = report.group
    assert group is not None
    same: dict[str, set[str]] = defaultdict(set)
    rows = FrictionReport.objects.filter(group=group, question=report.question).exclude(point="")
    for member, point in rows.values_list("pseudonym", "point"):
        same[member].add(point)
    kept = published(
        {member: frozenset(points) for member, points in same.items()},
        lambda member: keyed_order(member, f"left-out:{report.question}"),
        group.managers,
    )
    return report.point in kept.get(report.pseudonym, ())
