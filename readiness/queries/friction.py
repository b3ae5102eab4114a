"""What managers report, as sums over whole groups (rule 13). Nothing here, and nobody else, reads a report but by its group.

Whoever reads sees the groups of their places: an office and a reviewer those of their portfolios, a sponsor those whose answers
are all on a pilot that they carry. A sum over groups is all that is ever read, so no filter and no date takes a group apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Least

from pilots.busy import left_to_the_primary
from pilots.clock import today
from pilots.derived.friction_groups import close_weeks, is_due
from pilots.models import (
    FellowManager,
    FrictionFigure,
    FrictionGroup,
    FrictionReport,
    Function,
    GatePeriod,
    Person,
    Pilot,
    PolicyGap,
    PolicyGapPilot,
    Portfolio,
)
from pilots.rules.adoption import POLICY_GAP
from pilots.rules.groups import LEAST
from pilots.rules.replay import SPONSOR
from readiness.models import SignalPolicy
from readiness.queries.both_sides import read_whole
from readiness.queries.snapshots import PilotSnapshot
from readiness.rules import signals
from readiness.rules.suppression import Spread


def policy_on(day: date, rows: Sequence[SignalPolicy] | None = None) -> signals.Threshold:
    """The threshold of signals on a day."""
    held = rows if rows is not None else list(SignalPolicy.objects.filter(starts__lte=day).order_by("-starts")[:1])
    latest = max((row for row in held if row.starts <= day), key=lambda row: row.starts, default=None)
    if latest is None:
        return signals.Threshold()
    return signals.Threshold(latest.managers, latest.functions, latest.days)


def bring_up_to_date() -> None:
    """Close the weeks that are over, before anything is read of them, so that figures move without a nightly job.

    What becomes of a week follows from its reports alone, whenever it is closed. One query where nothing is due. A replica, which
    writes nothing, shows what was closed before.
    """
    with left_to_the_primary():
        close_weeks(today(), lambda day: policy_on(day).days)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose groups somebody reads: those of whole portfolios (None: all), and those that are all on one of some pilots.

    Attributes:
        within: of these pilots, those that they live with as a manager, so that they know one answer of a group: their own.
    """

    portfolios: frozenset[int] | None
    pilots: frozenset[int]
    within: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        return self.portfolios is not None and not self.portfolios and not self.pilots

    def groups(self, portfolio: int | None = None) -> QuerySet[FrictionGroup]:
        """The groups that are read, also in one portfolio."""
        rows = FrictionGroup.objects.all()
        if self.portfolios is not None:
            rows = rows.filter(Q(portfolio__in=self.portfolios) | Q(pilot__in=self.pilots))
            rows = seen_from_within(rows, self.within)
        return rows if portfolio is None else rows.filter(portfolio=portfolio)


def reach_of(person: Person) -> Reach:
    """What somebody reads of managers' reports (section 7 of the design). A decider, and who has no part, read nothing.

    A manager reads of their own pilots what a sponsor reads of theirs. Two queries.
    """
    if person.is_superuser:
        return Reach(None, frozenset())
    sponsored = GatePeriod.objects.filter(kind__key=SPONSOR, person=person, superseded_on=None, last_day=None)
    carried = sponsored.order_by().values("gate__pilot")
    managed = Pilot.objects.filter(manager=person).order_by().values("pk")
    read = read_of(person, Pilot.objects.filter(pk__in=carried.union(managed)))
    return Reach(frozenset(read_whole(person).values_list("pk", flat=True)), read.pilots, read.within)


def lived_with(person: Person, pilots: Iterable[int]) -> frozenset[int]:
    """Those of some pilots that somebody lives with as a manager, and of whose portfolio they do not read all. One query."""
    keys = list(pilots)
    if not keys or person.is_superuser:
        return frozenset()
    return frozenset(Pilot.objects.filter(_lived_with(person), pk__in=keys).values_list("pk", flat=True))


def _lived_with(person: Person) -> Q:
    """Of pilots: those that somebody lives with as a manager, and of whose portfolio they do not read all."""
    whole = read_whole(person).order_by().values("pk")
    return Q(Q(manager=person) | FellowManager.objects.is_one(person, today())) & ~Q(portfolio__in=whole)


@dataclass(frozen=True, slots=True)
class Read:
    """Some pilots of which somebody reads what groups say, by primary key; `within` are those of them that they live with."""

    pilots: frozenset[int]
    within: frozenset[int]


def read_of(person: Person, pilots: QuerySet[Pilot]) -> Read:
    """These pilots, and how they are read; before that the weeks that are over are closed, as `bring_up_to_date` does.

    One query where nothing is due.
    """
    within: Any = Value(value=False)
    if not person.is_superuser:
        within = ExpressionWrapper(_lived_with(person), output_field=BooleanField())
    columns = {"within": within, "due": is_due(today())}
    rows = list(pilots.order_by().annotate(**columns).values_list("pk", *columns))
    if any(due for _pk, _within, due in rows):
        bring_up_to_date()
    return Read(frozenset(pk for pk, _within, _due in rows), frozenset(pk for pk, within, _due in rows if within))


def seen_from_within(groups: QuerySet[FrictionGroup], within: Iterable[int]) -> QuerySet[FrictionGroup]:
    """The groups of which something is shown to one of them, on some pilots: of three, that would tell what two others said."""
    inside = frozenset(within)
    return groups.exclude(pilot__in=inside, managers=LEAST) if inside else groups


def number_shown(within: Iterable[int]) -> Any:
    """How many of a group are shown for a point; to one of them at the most all but two.

    Whoever named nothing, and read that all but one did, would know of every other one what they said. Two fewer than there
    are leave open who of the others it was.
    """
    inside = frozenset(within)
    if not inside:
        return F("managers")
    most = Least(F("managers"), F("group__managers") - 2)
    return Case(When(group__pilot__in=inside, then=most), default=F("managers"), output_field=IntegerField())


def minutes_shown(prefix: str, within: Iterable[int]) -> Q:
    """Figures of which minutes are shown: on some pilots, which the reader lives with, none that stands for all but two or more.

    Whether there are minutes and sentences would else tell whether it was all but two, or one more.
    """
    inside = frozenset(within)
    few = Q(**{f"{prefix}managers__lte": F(f"{prefix}group__managers") - 3})
    return few | ~Q(**{f"{prefix}group__pilot__in": inside}) | Q(**{f"{prefix}group__pilot": None}) if inside else Q()


def portfolios_read(reach: Reach) -> list[Portfolio]:
    """The portfolios whose managers' reports somebody reads as a whole."""
    rows = Portfolio.objects.all()
    return list(rows if reach.portfolios is None else rows.filter(pk__in=reach.portfolios))


@dataclass(slots=True)
class PointCounts:
    """What is counted for one friction point in the groups that stand on a day, before anything is left out.

    Attributes:
        by_function: managers in groups of one function; `apart` those in mixed groups.
        by_pilot: managers in groups of one pilot.
        minutes: a week, of `minutes_of` managers.
    """

    question: str
    point: str
    managers: int = 0
    apart: int = 0
    by_function: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    by_pilot: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    minutes: int = 0
    minutes_of: int = 0
    spreads: list[Spread] = field(default_factory=list)


def counts_at(groups: QuerySet[FrictionGroup], at: date, within: Iterable[int] = ()) -> list[PointCounts]:
    """What is counted for each point in the groups that stand on a day. Two queries, summed by the database.

    Args:
        within: pilots that the reader lives with.
    """
    return list(_counts(groups, at, within=within).values())


def counts_by_portfolio(
    portfolios: Iterable[int], points: Iterable[str], at: date
) -> dict[tuple[int, str, str], PointCounts]:
    """What is counted for some points in each of some portfolios, by portfolio, question and point. Two queries."""
    groups = FrictionGroup.objects.filter(portfolio__in=list(portfolios))
    return _counts(groups, at, "group__portfolio", point__in=list(points))


def _counts(
    groups: QuerySet[FrictionGroup], at: date, *place: str, within: Iterable[int] = (), **which: Any
) -> dict[Any, PointCounts]:
    """Counts of the groups that stand on a day, by columns of the group (`place`), question and point."""
    standing = groups.filter(first_day__lte=at, stands_until__gt=at)
    key = (*place, "question", "point")
    is_shown = minutes_shown("", within)
    rows: Any = (
        FrictionFigure.objects.filter(group__in=standing.values("pk"), **which)
        .values(*key, "group__function", "group__pilot")
        .annotate(
            n=Sum(number_shown(within)),
            minutes=Sum("minutes", default=0, filter=is_shown),
            minutes_of=Sum("minutes_of", default=0, filter=is_shown),
        )
        .order_by()
    )
    found: dict[tuple[Any, ...], PointCounts] = {}
    for row in rows:
        counts = found.setdefault(tuple(row[name] for name in key), PointCounts(row["question"], row["point"]))
        counts.managers += row["n"]
        counts.minutes += row["minutes"]
        counts.minutes_of += row["minutes_of"]
        if row["group__function"] is None:
            counts.apart += row["n"]
        else:
            counts.by_function[row["group__function"]] += row["n"]
        if row["group__pilot"] is not None:
            counts.by_pilot[row["group__pilot"]] += row["n"]
    _spread(found, standing, key, within, which)
    return found


def _spread(
    found: Mapping[tuple[Any, ...], PointCounts],
    standing: QuerySet[FrictionGroup],
    key: Sequence[str],
    within: Iterable[int],
    which: Mapping[str, Any],
) -> None:
    """Add how the reporters of each point may lie over functions: groups of one function together, mixed ones one by one."""
    for counts in found.values():
        counts.spreads = [Spread(number, {function: number}) for function, number in counts.by_function.items()]
    mixed = FrictionFigure.objects.filter(group__in=standing.filter(function=None).values("pk"), **which)
    rows: Any = mixed.order_by("group").values_list(*key, number_shown(within), "group__functions")
    for *place, managers, functions in rows:
        known = {int(name): number for name, number in functions.items() if name}
        found[tuple(place)].spreads.append(Spread(managers, known, functions.get("", 0)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Figures of a point that were counted on the same days: from a day up to, not including, another."""

    question: str
    point: str
    first_day: date
    stands_until: date
    managers: int
    spread: Spread


def stretches(groups: QuerySet[FrictionGroup], since: date, at: date, within: Iterable[int] = ()) -> list[Stretch]:
    """All that was counted on any day from one to another. Two queries: groups of one function summed, mixed ones one by one."""
    then = groups.filter(stands_until__gt=since, first_day__lte=at)
    figures = FrictionFigure.objects.filter(group__in=then.values("pk"))
    days = ("question", "point", "group__first_day", "group__stands_until")
    summed = figures.filter(group__function__isnull=False).values(*days, "group__function")
    rows: Any = summed.annotate(n=Sum(number_shown(within))).order_by().values_list(*days, "n", "group__function")
    found = [Stretch(row[0], row[1], row[2], row[3], row[4], Spread(row[4], {row[5]: row[4]})) for row in rows]
    mixed: Any = (
        figures.filter(group__function=None).order_by("pk").values_list(*days, number_shown(within), "group__functions")
    )
    for row in mixed:
        known = {int(name): number for name, number in row[5].items() if name}
        found.append(Stretch(row[0], row[1], row[2], row[3], row[4], Spread(row[4], known, row[5].get("", 0))))
    return found


def answered(groups: QuerySet[FrictionGroup], at: date) -> tuple[dict[int, int], int]:
    """How many managers answered: by function, where their group is of one; and in all other groups."""
    standing = groups.filter(first_day__lte=at, stands_until__gt=at)
    rows = standing.values_list("function").annotate(managers=Sum("managers")).order_by()
    found: dict[int | None, int] = dict(rows)
    apart = found.pop(None, 0)
    return {function: managers for function, managers in found.items() if function is not None}, apart


def minutes_by_function(
    groups: QuerySet[FrictionGroup], at: date, within: Iterable[int] = ()
) -> dict[tuple[int | None, str], int]:
    """Minutes a week by function and question; None holds all groups that are not of one function."""
    standing = groups.filter(first_day__lte=at, stands_until__gt=at)
    rows = (
        FrictionFigure.objects.filter(minutes_shown("", within), group__in=standing.values("pk"), minutes__isnull=False)
        .values("group__function", "question")
        .annotate(n=Sum("minutes"))
        .order_by()
    )
    return {(function, question): n for function, question, n in rows.values_list("group__function", "question", "n")}


def sentences_on(
    groups: QuerySet[FrictionGroup], at: date, within: Iterable[int] = (), **which: str
) -> dict[tuple[str, str], list[str]]:
    """What managers wrote, as far as it is shown, by question and point, by figures that stand on a day. In no order. One query.

    Args:
        which: a `question` and a `point`, where those of one are asked for.
    """
    standing = groups.filter(first_day__lte=at, stands_until__gt=at)
    rows = FrictionReport.objects.filter(shown_with__group__in=standing.values("pk"), **which).exclude(sentence="")
    inside = frozenset(within)
    if inside:
        of_point = {"group": OuterRef("group"), "question": OuterRef("question"), "point": OuterRef("point")}
        nearly_all = FrictionFigure.objects.filter(managers__gt=F("group__managers") - 3, **of_point)
        rows = rows.exclude(Exists(nearly_all), group__pilot__in=inside)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for question, point, sentence in rows.order_by("pk").values_list("question", "point", "sentence"):
        found[question, point].append(sentence)
    return found


def names_of_functions(keys: Iterable[int]) -> dict[int, str]:
    """The names of functions by primary key."""
    return dict(Function.objects.filter(pk__in=list(keys)).values_list("pk", "name"))


def gaps_read(person: Person, reach: Reach | None = None) -> QuerySet[PolicyGap]:
    """The policy gaps that somebody may read: of their portfolios, of pilots that they carry, manage or decide on, and their own.

    Args:
        reach: what they read of reports, where it was asked for already.
    """
    rows = PolicyGap.objects.select_related("portfolio", "owner", "answered_by")
    reach = reach_of(person) if reach is None else reach
    if reach.portfolios is None:
        return rows
    decided = Pilot.objects.decided_by(person, today()).filter(pk=OuterRef("pilot"))
    of_pilots = PolicyGapPilot.objects.filter(Q(pilot__in=reach.pilots) | Exists(decided)).values("gap")
    return rows.filter(Q(portfolio__in=reach.portfolios) | Q(owner=person) | Q(pk__in=of_pilots))


def gaps_of(pilot: Pilot, at: date) -> list[PolicyGap]:
    """The policy gaps that are about a pilot, as asked by a day; open ones first."""
    rows = PolicyGap.objects.filter(pilots=pilot, asked_on__lte=at).select_related("owner", "answered_by")
    return sorted(rows, key=lambda gap: (gap.answered_on is not None and gap.answered_on <= at, gap.due, gap.pk))


def with_gaps(snapshot: PilotSnapshot, gaps: Iterable[PolicyGap]) -> PilotSnapshot:
    """A pilot with the open policy gaps among what adoption misses that stand in its way. They change no standing."""
    at = snapshot.at
    codes = [
        f"{POLICY_GAP}{gap.public_id}"
        for gap in gaps
        if gap.blocks_adoption and (gap.answered_on is None or gap.answered_on > at)
    ]
    if not codes:
        return snapshot
    return replace(snapshot, status=replace(snapshot.status, missing=[*snapshot.status.missing, *codes]))


def managers_asked(portfolios: frozenset[int] | None) -> int:
    """How many managers live with a pilot that runs or is adopted: who could be asked."""
    rows = Pilot.objects.filter(void_since=None, manager__isnull=False).exclude(stage="retired")
    if portfolios is not None:
        rows = rows.filter(portfolio__in=portfolios)
    return int(rows.aggregate(n=Count("manager", distinct=True))["n"])
