"""Rules 1, 2, 5, 6, 10 and 11 as SQL, for sets of any size. A property test holds them and the rules in Python to one answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce

from pilots.models import Function, GatePeriod, Pilot, PilotPeriod, Portfolio, StallPolicy, Unit
from pilots.models.compiled import Compiled
from pilots.models.querysets import PilotQuerySet
from pilots.rules import gates, stalls
from pilots.rules.actions import NOT_STARTED
from pilots.rules.vocabulary import Awaits, Cause, ClearsBy, Court, Stage, Standing, State
from readiness.queries.charged_days import gates_by_court
from readiness.queries.runs_sql import SinceAcrossUnits
from readiness.queries.trend import trend
from readiness.rules import standing


def in_force(at: date, known_at: date | None = None, prefix: str = "") -> Q:
    """Periods in which a date lies. Asked what was known by a day, later ones must still be ruled out (`_latest`)."""
    where = Q(**{f"{prefix}first_day__lte": at})
    if known_at is not None:
        unknown = Q(**{f"{prefix}superseded_on": None})
        return (
            where
            & Q(**{f"{prefix}recorded_from__lte": known_at})
            & (unknown | Q(**{f"{prefix}superseded_on__gt": known_at}))
        )
    open_end = Q(**{f"{prefix}last_day": None}) | Q(**{f"{prefix}last_day__gte": at})
    return where & Q(**{f"{prefix}superseded_on": None}) & open_end


def _no_later(periods: Any, at: date, known_at: date, **after: Any) -> Any:
    """That a period known by a day is the latest: `last_day` follows what is known now, so among those known then it is looked for."""
    return ~Exists(periods.objects.filter(in_force(at, known_at), **after))


PERIOD_COLUMNS = {"stage_said": "stage", "pause_ends": "paused_until", "void_said": "void_since"}
"""What is asked of the period in which a date lies, by the names under which it stands beside a row."""

OF_PERIOD = {
    "sponsor_then": "period__sponsor",
    "manager_then": "period__manager",
    "slips_then": "period__slips",
    "function_then": "period__unit__function",
    "function_name_then": "period__unit__function__name",
}
"""What lists are filtered by, of the same period. By their paths themselves the period would be joined once more."""

CAUSE_NOT_STATED = "not_stated"
"""Under what those are counted whose cause nobody has said."""

Policies = dict[int, tuple[int, int]]


def policies(at: date) -> Policies:
    """Quiet days and days of warning in force on a date, by portfolio; the others have the design's. Every list asks it."""
    return {portfolio: (quiet, warning) for portfolio, quiet, warning in _POLICIES(at=at)}


def _policies(at: Any) -> Any:
    rows = StallPolicy.objects.filter(starts__lte=at).order_by("starts")
    return rows.values_list("portfolio", "quiet_days", "warning_days")


_POLICIES = Compiled(_policies, at=models.DateField())


def stall_terms(at: date) -> dict[str, Any]:
    """The same beside each period of a pilot: `quiet_days` and `warning_days` of its portfolio."""
    latest = StallPolicy.objects.filter(portfolio=OuterRef("pilot__portfolio"), starts__lte=at).order_by("-starts")
    usual = {"quiet_days": stalls.QUIET_DAYS, "warning_days": stalls.WARNING_DAYS}
    return {name: Coalesce(Subquery(latest.values(name)[:1]), days) for name, days in usual.items()}


class StandingQuerySet(PilotQuerySet):
    """Pilots, by what the facts mean on a date. Each method takes the date that it is asked for."""

    def on(self, at: date, known_at: date | None = None, *, with_void: bool = False) -> StandingQuerySet:
        """The pilots on record on a date, each with what the period of that date says of its stall clock.

        Those that are void on that day are left out unless they are asked for (rule 6). What a period says is annotated before it is filtered by: a filter on the relation itself would join it again.
        """
        period = FilteredRelation("periods", condition=in_force(at, known_at, "periods__"))
        columns = {name: F(f"period__{column}") for name, column in PERIOD_COLUMNS.items()}
        there: StandingQuerySet = (
            self.annotate(period=period)
            .alias(**columns)
            .annotate(
                period_starts=F("period__first_day"),
                stage_then=_stage(at),
                stall_clock_from=F("period__stall_clock_from"),
            )
        )
        on_record = Q(period_starts__isnull=False)
        there = there.filter(on_record if with_void else on_record & Q(void_said=None))
        if known_at is not None:
            there = there.filter(
                _no_later(PilotPeriod, at, known_at, pilot=OuterRef("pk"), first_day__gt=OuterRef("period_starts"))
            )
        return there

    def with_columns(self, *names: str) -> StandingQuerySet:
        """The same with columns of the period of the date to filter by, as `OF_PERIOD` calls them. Ask `on` before."""
        named: StandingQuerySet = self.alias(**{name: F(OF_PERIOD[name]) for name in names})
        return named

    def standing(
        self, at: date, known_at: date | None = None, *, with_void: bool = False, settled: Policies | None = None
    ) -> StandingQuerySet:
        """The pilots on record on a date with their `stage_then` and `standing` (rule 6).

        Args:
            settled: the `policies` in force, where they are read already.
        """
        quiet, warned = _cut_offs(at, policies(at) if settled is None else settled)
        running = Q(stage_then=Stage.RUNNING)
        answers = [
            When(void_said__isnull=False, then=Value(Standing.VOID)),
            When(stage_then=Stage.ADOPTED, then=_adopted_or_claimed(at)),
            When(running & quiet, then=Value(Standing.EXHIBIT)),
            When(running & warned, then=Value(Standing.AT_RISK)),
            When(running & all_clear(at), then=Value(Standing.READY)),
            When(running, then=Value(Standing.MOVING)),
        ]
        there = self.on(at, known_at, with_void=with_void)
        read: StandingQuerySet = there.annotate(standing=Case(*answers, default=F("stage_then")))
        return read

    def exhibits(self, at: date, known_at: date | None = None) -> StandingQuerySet:
        """The museum on a date: what stalled longest ago first."""
        days = policies(at)
        quiet, _ = _cut_offs(at, days)
        stalled: StandingQuerySet = (
            self.on(at, known_at)
            .filter(quiet, _runs(at))
            .annotate(standing=Value(Standing.EXHIBIT), hangs_by=_stalled_on(days))
            .order_by("hangs_by", "pk")
        )
        return stalled

    def claims(self, at: date, known_at: date | None = None) -> StandingQuerySet:
        """The museum's second room on a date: declared adopted, the facts do not show it; the oldest claim first."""
        claimed: StandingQuerySet = (
            self.standing(at, known_at)
            .filter(standing=Standing.CLAIMED)
            .annotate(hangs_by=_claimed_since())
            .order_by("hangs_by", "pk")
        )
        return claimed

    def counts(self, at: date) -> dict[str, int]:
        """How many pilots there are of each standing on a date, the empty ones included."""
        return trend(self, [at])[0]

    def retired_by_cause(self, at: date) -> dict[str, int]:
        """How many pilots that are retired on a date were so for which cause, the empty ones included; `not_stated` for none."""
        retired = self.on(at).filter(stage_then=Stage.RETIRED).order_by().values("period__retired_because")
        counted = dict(retired.annotate(many=Count("pk")).values_list("period__retired_because", "many"))
        return {cause: counted.get(cause, 0) for cause in Cause.values()} | {CAUSE_NOT_STATED: counted.get("", 0)}

    def open_gates_by_court(self, at: date) -> dict[str, int]:
        """How many open gates of these pilots wait on a date, by court, the empty ones included (rule 2)."""
        return gates_by_court(self, at)

    def with_gate(
        self,
        at: date,
        known_at: date | None = None,
        *,
        kind: str | Iterable[str] | None = None,
        state: Iterable[str] | None = None,
        court: str | Iterable[str] | None = None,
        holder: Any = None,
        longer_than: int | None = None,
        open_only: bool = False,
        stages: Iterable[str] = (),
    ) -> StandingQuerySet:
        """The pilots of which one gate on that date is all that is said: of a kind, in a state, in a court, held by somebody.

        Of kinds, states, courts and holders several may be named: one of each is enough. `longer_than` are the days for which
        it has waited, and more. `stages` are those that were asked for by name; a court, and what waits, has gates of no others
        than these, or those that wait.
        """
        found = gates_on(at, known_at)
        if kind is not None:
            found = found.filter(kind__key__in=[kind] if isinstance(kind, str) else list(kind))
        if state is not None:
            found = found.in_states(at, *state)
        if court is not None:
            found = found.in_court(at, *([court] if isinstance(court, str) else court), stages=stages)
        if holder is not None:
            found = found.held_by(holder if isinstance(holder, list | tuple | set) else [holder])
        if longer_than is not None:
            found = found.waiting_longer(at, longer_than, stages, known_at)
        if open_only:
            found = found.filter(now__in=standing.OPEN_STATES)
        # Asked once for all gates, not once for each pilot: SQLite would read every gate of the kind again and again.
        return self.filter(pk__in=found.order_by().values("gate__pilot"))

    def stalling(self, at: date, first: date, last: date) -> StandingQuerySet:
        """Those that stall between two days, both included, as is known on a date: they run, or are paused. Ask `standing` before."""
        days = policies(at)
        usual, named = (
            stalls.QUIET_DAYS,
            [portfolio for portfolio, (quiet, _) in days.items() if quiet != stalls.QUIET_DAYS],
        )
        groups = [(usual, ~Q(portfolio__in=named) if named else Q())]
        groups += [(days[portfolio][0], Q(portfolio=portfolio)) for portfolio in named]
        found = Q()
        for quiet, where in groups:
            ends = (first - timedelta(days=quiet), last - timedelta(days=quiet))
            found |= where & Q(stall_clock_from__gte=ends[0], stall_clock_from__lte=ends[1])
        return self.filter(found, stage_then__in=[Stage.RUNNING, Stage.PAUSED])

    def waiting_on_only(self, at: date, kind: str) -> StandingQuerySet:
        """Those of which one gate alone waits on somebody: the one of this kind."""
        waiting = gates_on(at).waiting(at).order_by()
        mine, others = waiting.filter(kind__key=kind), waiting.exclude(kind__key=kind)
        return self.filter(pk__in=mine.values("gate__pilot")).exclude(pk__in=others.values("gate__pilot"))

    def lacking(self, name: str) -> StandingQuerySet:
        """Those that have not ended and say nothing in a field. Ask `standing` before."""
        where = LACKS[name]
        return self.filter(where, stage_then__in=sorted(set(Stage) - {Stage.RETIRED}))


LACKS: dict[str, Q] = {
    "workflow": Q(workflow=""),
    "manager": Q(period__manager=None),
    "function": Q(period__unit__function=None),
    "sponsor": Q(period__sponsor=None),
    "question": Q(question=""),
    "purpose": Q(purpose=""),
    "tool": Q(tool=""),
    "data": Q(data=""),
}
"""What says that nothing is said in a field of a pilot."""


class GatesQuerySet(models.QuerySet[Any]):
    """The periods of gates in which a date lies, as `gates_on` reads them; asked with the same date."""

    def waiting(self, at: date, stages: Iterable[str] = ()) -> Self:
        """The open gates that wait on somebody: of running and adopted pilots, or of the stages asked for by name (rule 2).

        That they have a court is asked column by column: what none of a retired pilot has, nor any that is clear or asserted.
        """
        wanted = set(stages or standing.WAITING_STAGES) - {Stage.RETIRED}
        if not wanted:
            return self.none()
        return self.filter(in_stages(wanted, at), ~Q(state__in=sorted(gates.HOLD)) | Q(good_until__lt=at))

    def in_states(self, at: date, *states: str) -> Self:
        """Those in one of these states. What they come to column by column lets PostgreSQL estimate how few there are."""
        said = Q(state__in=[State.OPEN if state in (State.UNOWNED, State.WAITING) else state for state in states])
        lapsed = Q(good_until__lt=at) if State.LAPSED in states else Q()
        return self.filter(said | lapsed, now__in=states)

    def in_court(self, at: date, *courts: str, stages: Iterable[str] = ()) -> Self:
        """Those of the gates that wait in one of these courts. What is outside is so by two columns, which few have."""
        found = self.waiting(at, stages).filter(court__in=courts)
        if set(courts) == {Court.OUTSIDE}:
            return found.filter(state=State.CHANGES_REQUESTED, outside_until__gte=at)
        return found

    def held_by(self, holders: Iterable[int | None]) -> Self:
        """Those that one of these people holds, by primary key; None among them for those that nobody does."""
        wanted = set(holders)
        there = Q(holding__in=sorted(pk for pk in wanted if pk is not None))
        return self.filter(there | Q(holding=None) if None in wanted else there)

    def waiting_longer(self, at: date, days: int, stages: Iterable[str] = (), known_at: date | None = None) -> Self:
        """Those that have waited for more than so many days."""
        before = at - timedelta(days=days)
        # No gate waits from before the state in which it was left; how few are as old, PostgreSQL knows of that alone.
        found = self.waiting(at, stages).filter(since__lt=before).annotate(open_since=open_since(at, known_at))
        return found.filter(open_since__lt=before)


def pilots() -> StandingQuerySet:
    """All pilots; ask `visible_to(person)`, or for lists `listed_for(person)`, before anything is shown to a person."""
    return StandingQuerySet(Pilot)


def portfolios_of(mine: StandingQuerySet) -> models.QuerySet[Portfolio]:
    """The portfolios in which some of these pilots are."""
    return Portfolio.objects.filter(Exists(mine.order_by().filter(portfolio=OuterRef("pk"))))


def functions_of(mine: StandingQuerySet) -> models.QuerySet[Function]:
    """The functions that have a unit in one of the portfolios of these pilots."""
    units = Unit.objects.filter(function=OuterRef("pk"), portfolio__in=portfolios_of(mine).order_by().values("pk"))
    return Function.objects.filter(Exists(units))


def _stage(at: date) -> Case:
    over = Q(stage_said=Stage.PAUSED, pause_ends__lt=at)
    return Case(When(over, then=Value(Stage.RUNNING)), default=F("stage_said"), output_field=models.CharField())


def _runs(at: date) -> Q:
    """What `stage_then` being running comes to, column by column: so PostgreSQL can estimate how many do, and takes an index."""
    paused = Q(stage_said=Stage.PAUSED, pause_ends__lt=at)
    return Q(stage_said=Stage.RUNNING) | paused


def in_stages(stages: Iterable[str], at: date) -> Q:
    """What `stage_then` being one of some stages comes to, column by column."""
    wanted = set(stages)
    there = Q(stage_said__in=sorted(wanted - {Stage.RUNNING, Stage.PAUSED}))
    if Stage.RUNNING in wanted:
        there |= _runs(at)
    if Stage.PAUSED in wanted:
        there |= Q(stage_said=Stage.PAUSED) & (Q(pause_ends=None) | Q(pause_ends__gte=at))
    return there


def with_decider(at: date) -> Q:
    """What `court` being the decider's comes to, column by column, where a pilot has started and somebody holds the decision."""
    lapsed = Q(good_until__lt=at, ends_by_condition=False)
    asked = Q(awaits=Awaits.DECISION) & (Q(good_until=None) | Q(good_until__gte=at))
    measured = Q(kind__clears_by=ClearsBy.APPROVAL) | Q(kind__clears_by=ClearsBy.MEASUREMENT, met_until__gte=at)
    return measured & (lapsed | asked)


def open_since(at: date, known_at: date | None = None) -> Case:
    """Since when a gate is in its state, as `standing.state_of` says it."""
    over = Q(good_until__lt=at)
    # PostgreSQL makes a moment of a day and an interval.
    day_after = Cast(F("good_until") + timedelta(days=1), models.DateField())
    decided = Q(state=State.OPEN) & ~Q(kind__clears_by=ClearsBy.ACCEPTANCE)
    return Case(
        When(over & Q(good_until__lt=F("first_day")), then=F("since")),
        When(over, then=day_after),
        When(decided & Q(since__lt=F("first_day")), then=SinceAcrossUnits(at, known_at)),
        When(decided & Q(seat__run_from__gt=F("since")), then=F("seat__run_from")),
        default=F("since"),
        output_field=models.DateField(),
    )


def all_clear(at: date) -> Q:
    """Pilots of which every gate is clear on a date. Ask `on` before."""
    return Q(period__all_clear=True) & (Q(period__clear_through=None) | Q(period__clear_through__gte=at))


def _adopted_or_claimed(at: date) -> Case:
    return Case(
        When(all_clear(at) & Q(period__rules_known=True), then=Value(Stage.ADOPTED)),
        default=Value(Standing.CLAIMED),
        output_field=models.CharField(),
    )


def _claimed_since() -> Any:
    """Since when an adoption is only claimed: since the day after it was last shown, else since it was declared."""
    shows = Q(period__all_clear=True, period__rules_known=True) & Q(period__first_day__lte=F("period__clear_through"))
    return Case(
        When(shows, then=F("period__clear_through") + timedelta(days=1)),
        When(period__last_shown_on__isnull=False, then=F("period__last_shown_on") + timedelta(days=1)),
        default=F("period__since"),
        output_field=models.DateField(),
    )


def _cut_offs(at: date, settled: Policies) -> tuple[Q, Q]:
    """The clock's day on or before which a pilot has stalled, or is warned, portfolio by portfolio (rule 5)."""
    usual = (stalls.QUIET_DAYS, stalls.WARNING_DAYS)
    alike: dict[tuple[int, int], list[int]] = {}
    for portfolio, days in settled.items():
        if days != usual:
            alike.setdefault(days, []).append(portfolio)
    quiet, warned = Q(), Q()
    named = [pk for found in alike.values() for pk in found]
    groups = [(days, Q(portfolio__in=found)) for days, found in alike.items()]
    groups.append((usual, ~Q(portfolio__in=named) if named else Q()))
    for (quiet_days, warning), where in groups:
        stalled = at - timedelta(days=quiet_days)
        quiet |= where & Q(stall_clock_from__lte=stalled)
        warned |= where & Q(stall_clock_from__lte=stalled + timedelta(days=warning))
    return quiet, warned


def _stalled_on(settled: Policies) -> Any:
    """What orders exhibits by their stall date: the clock's day itself, while every portfolio waits for as many days."""
    other = {portfolio: days for portfolio, (days, _) in settled.items() if days != stalls.QUIET_DAYS}
    if not other:
        return F("stall_clock_from")
    later = [
        When(portfolio=portfolio, then=F("stall_clock_from") + timedelta(days=days - stalls.QUIET_DAYS))
        for portfolio, days in other.items()
    ]
    return Case(*later, default=F("stall_clock_from"), output_field=models.DateField())


def stalls_on(at: date, settled: Policies | None = None) -> Case:
    """What orders pilots by their stall date, those that do not stall being null: they neither run nor are paused.

    `settled` are the `policies` in force, where they are read already.
    """
    there = Q(stage_then__in=[Stage.RUNNING, Stage.PAUSED])
    stalled = _stalled_on(policies(at) if settled is None else settled)
    return Case(When(there, then=stalled), default=None, output_field=models.DateField(null=True))


def ordering_column(name: str, at: date) -> Any:
    """What lists of pilots are ordered by, besides what a pilot says itself: its stall date, movement, slips, and stage."""
    if name == "by_stall":
        return stalls_on(at)
    if name == "by_since":
        # PostgreSQL makes a moment of a day and an interval.
        day_after = Cast(F("pause_ends") + timedelta(days=1), models.DateField())
        over = When(Q(stage_said=Stage.PAUSED, pause_ends__lt=at), then=day_after)
        return Case(over, default=F("period__since"), output_field=models.DateField())
    return F({"by_movement": "period__last_movement", "by_slips": "period__slips"}[name])


def gates_on(at: date, known_at: date | None = None) -> GatesQuerySet:
    """The periods of gates in which a date lies, each with its `now`, `holding` and `court` on that date (rule 2).

    `holding` is the primary key of whoever holds the decision, or is named; `carried_by` of the pilot's sponsor, null where
    nobody carries it. Gates of pilots that are void on that day are left out. `court` is null where the gate is not open, or its pilot has ended.
    """
    seats = Q(unit__seats__kind=F("kind"), unit__seats__first_day__lte=at) & (
        Q(unit__seats__last_day=None) | Q(unit__seats__last_day__gte=at)
    )
    found = GatesQuerySet(GatePeriod).filter(in_force(at, known_at)).exclude(awaits=Awaits.OFF)
    columns = {name: F(f"period__{column}") for name, column in PERIOD_COLUMNS.items()}
    own = in_force(at, known_at, "gate__pilot__periods__")
    found = found.annotate(period=FilteredRelation("gate__pilot__periods", condition=own))
    if known_at is not None:
        found = found.alias(period_starts=F("period__first_day")).filter(
            _no_later(
                PilotPeriod, at, known_at, pilot=OuterRef("gate__pilot"), first_day__gt=OuterRef("period_starts")
            ),
            _no_later(GatePeriod, at, known_at, gate=OuterRef("gate"), first_day__gt=OuterRef("first_day")),
        )
    holding = Case(When(kind__clears_by=ClearsBy.ACCEPTANCE, then=F("person_id")), default=F("seat__holder_id"))
    read: GatesQuerySet = (
        found.annotate(seat=FilteredRelation("unit__seats", condition=seats))
        .alias(**columns)
        .filter(void_said=None)
        .annotate(holding=holding, stage_then=_stage(at), carried_by=F("period__sponsor"))
        .annotate(now=_state_now(at))
        .annotate(court=_court(at))
    )
    return read


def _state_now(at: date) -> Case:
    return Case(
        When(good_until__lt=at, then=Value(State.LAPSED)),
        When(state=State.OPEN, holding=None, then=Value(State.UNOWNED)),
        # An acceptance gate's own words say already whether somebody is named.
        When(state=State.OPEN, then=Value(State.WAITING)),
        default=F("state"),
        output_field=models.CharField(),
    )


def _court(at: date) -> Case:
    not_started = Q(stage_then__in=sorted(NOT_STARTED))
    unmeasured = Q(kind__clears_by=ClearsBy.MEASUREMENT) & (Q(met_until=None) | Q(met_until__lt=at))
    return Case(
        When(now__in=sorted(gates.HOLD), then=Value(None)),
        When(stage_then=Stage.RETIRED, then=Value(None)),
        When(not_started, then=Value(Court.TEAM)),
        When(now=State.CHANGES_REQUESTED, outside_until__gte=at, then=Value(Court.OUTSIDE)),
        When(now__in=sorted(gates.ASKS_TEAM), then=Value(Court.TEAM)),
        When(now=State.LAPSED, ends_by_condition=True, then=Value(Court.TEAM)),
        When(unmeasured, then=Value(Court.TEAM)),
        When(holding=None, then=Value(Court.NOBODY)),
        default=Value(Court.DECIDER),
        output_field=models.CharField(null=True),
    )
