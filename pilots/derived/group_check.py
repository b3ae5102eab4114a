"""Whether the groups of managers' reports fit the reports in them (rule 13). They are checked, and never made again.

A group is settled when its week closes, and no figure of the past may move after that: two accounts of one week would tell
what lies between them. So groups are no derived rows like periods. What is said of a group that does not fit never says what
anybody in it reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from pilots.models import FrictionClosing, FrictionFigure, FrictionGroup, FrictionReport
from pilots.rules.groups import LEAST, published
from pilots.rules.weeks import WEEK

GROUPS_AT_ONCE = 200


def group_differences() -> Iterator[str]:
    """What does not fit, in a sentence each, by the primary key of its group."""
    yield from _named("counts from a week that is not closed", _early())
    yield from _named("holds an answer of another portfolio, or of a week after it", _misplaced())
    yield from _counted_twice()
    for some in _batches():
        yield from _unlike_reports(some)
    shown = FrictionFigure.objects.annotate(of=Count("sentences__pseudonym", distinct=True))
    yield from _named("shows sentences of fewer than three", shown.filter(of__gt=0, of__lt=LEAST).values("group"))


def groups_checked() -> int:
    """How many groups there are to be checked."""
    return FrictionGroup.objects.count()


def _named(says: str, groups: QuerySet[Any, Any]) -> Iterator[str]:
    rows = FrictionGroup.objects.filter(pk__in=groups).order_by("pk").values_list("pk", flat=True)
    yield from (f"group {pk} of managers {says}" for pk in rows)


def _early() -> QuerySet[Any, Any]:
    closed = FrictionClosing.objects.filter(closed_week__isnull=False).values_list("closed_week", flat=True).first()
    rows = FrictionGroup.objects.all() if closed is None else FrictionGroup.objects.filter(first_day__gt=closed + WEEK)
    return rows.values("pk")


def _misplaced() -> QuerySet[Any, Any]:
    late = Q(week__gte=F("group__first_day"))
    return FrictionReport.objects.filter(~Q(portfolio=F("group__portfolio")) | late, group__isnull=False).values(
        "group"
    )


def _counted_twice() -> Iterator[str]:
    """Groups that count on one day and have one manager in both."""
    rows = FrictionReport.objects.filter(group__isnull=False, group__stands_until__gt=F("group__first_day"))
    days = rows.values_list("pseudonym", "group__first_day", "group__stands_until", "group").distinct()
    last: tuple[Any, ...] = ("", None, None, None)
    found = set()
    for row in days.order_by("pseudonym", "group__first_day", "group").iterator(chunk_size=2000):
        member, first_day, _until, group = row
        if member == last[0] and first_day < last[2]:
            found.add((last[3], group))
        last = row
    yield from (f"groups {one} and {other} of managers count somebody twice" for one, other in sorted(found))


def _batches() -> Iterator[Sequence[FrictionGroup]]:
    last = 0
    while some := list(islice(FrictionGroup.objects.filter(pk__gt=last).order_by("pk"), GROUPS_AT_ONCE)):
        yield some
        last = some[-1].pk


def _unlike_reports(groups: Sequence[FrictionGroup]) -> Iterator[str]:
    """Groups of which the number of managers or a figure is other than their reports say."""
    keys = [group.pk for group in groups]
    members: dict[int, set[str]] = defaultdict(set)
    named: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows = FrictionReport.objects.filter(group__in=keys).order_by()
    for group, member, question, point in rows.values_list("group", "pseudonym", "question", "point"):
        members[group].add(member)
        if group is not None and point:
            named[group, question][member].add(point)
    figures: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for figure in FrictionFigure.objects.filter(group__in=keys):
        figures[figure.group_id, figure.question][figure.point] = figure.managers
    for row in groups:
        if len(members[row.pk]) != row.managers or sum(row.functions.values()) != row.managers:
            yield f"group {row.pk} of managers has {row.managers}, and {len(members[row.pk])} are in it"
    sizes = {row.pk: row.managers for row in groups}
    for place in sorted(named.keys() | figures.keys()):
        if not _fits(figures[place], named[place], sizes[place[0]]):
            yield f"group {place[0]} of managers has figures of “{place[1]}” that its answers do not give"


def _fits(figures: dict[str, int], named: dict[str, set[str]], size: int) -> bool:
    """Whether figures are what a group publishes of one question. Who is left out of it is in no count, so no key is needed."""
    choices = {member: frozenset(points) for member, points in named.items()}
    kept = published(choices, lambda member: member, size)
    counts: dict[str, int] = defaultdict(int)
    for points in kept.values():
        for point in points:
            counts[point] += 1
    return counts == figures
