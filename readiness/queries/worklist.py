"""What an office has to do today: each line a condition on pilots, counted here and listed by the same condition.

All lines are counted in a fixed number of statements, however many pilots there are; the list of pilots asks for one of them by its word.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from pilots.models import Absence, DecisionRight, GatePeriod, Pilot, Portfolio
from pilots.rules import gates
from pilots.rules.vocabulary import Awaits, ClearsBy, Court, Stage, Standing, State
from readiness.models.imports import ImportedRow, ImportSession, ImportStage
from readiness.queries.pilots import LACKS, GatesQuerySet, StandingQuerySet, gates_on, in_force, in_stages
from readiness.queries.snapshots import snapshots_of
from readiness.rules import deadlines, standing, working_days

SOON = timedelta(days=14)
"""Within which days an answer ends, or a condition is due, that is to be seen to now."""
MOST_OVERDUE = 1000
"""Gates looked at one by one for an answer that may be overdue, the longest with their deciders."""


def _named_only(_at: date) -> Q:
    return Q(court=Court.DECIDER, clears_by=ClearsBy.ACCEPTANCE)


def _ends_within(at: date) -> Q:
    return Q(now__in=sorted(gates.HOLD), good_until__gte=at, good_until__lte=at + SOON)


def _ends_soon(at: date) -> Q:
    return _ends_within(at) & Q(ends_by_condition=False, now__in=sorted(gates.HOLD - {State.EXCEPTED}))


def _exception_ends(at: date) -> Q:
    return _ends_within(at) & Q(now=State.EXCEPTED)


def _condition_due(at: date) -> Q:
    """Also where it was due and not met, so that the answer has lapsed."""
    lapsed = Q(now=State.LAPSED) | Q(now__in=sorted(gates.HOLD))
    return lapsed & Q(ends_by_condition=True, good_until__lte=at + SOON)


def _unnamed(_at: date) -> Q:
    return Q(court=Court.NOBODY, clears_by=ClearsBy.ACCEPTANCE)


def _no_right(_at: date) -> Q:
    return Q(court=Court.NOBODY, clears_by__in=(ClearsBy.APPROVAL, ClearsBy.MEASUREMENT))


def _orphaned(_at: date) -> Q:
    return Q(court__isnull=False, orphaned=True)


def _away(_at: date) -> Q:
    return Q(court=Court.DECIDER, nobody_there=True)


OF_GATES: dict[str, Callable[[date], Q]] = {
    "named": _named_only,
    "ends-soon": _ends_soon,
    "exception-ends": _exception_ends,
    "condition-due": _condition_due,
    "unnamed": _unnamed,
    "no-right": _no_right,
    "orphaned": _orphaned,
    "away": _away,
}
"""The lines that are true of a pilot where one of its gates is so, of those that `_looked_at` reads."""


def _looked_at(there: GatesQuerySet, at: date) -> GatesQuerySet:
    """Of these gates those of pilots that run or are adopted, each with what the lines ask of it."""
    away = Absence.objects.on(at).values("person")
    found: GatesQuerySet = there.filter(in_stages(standing.WAITING_STAGES, at)).annotate(
        clears_by=F("kind__clears_by"),
        orphaned=F("seat__orphaned"),
        nobody_there=Case(When(seat__holder__in=away, seat__deputy=None, then=Value(True)), default=Value(False)),
    )
    return found


ASKED_OF_GATES = ("now", "court", "good_until", "ends_by_condition", "clears_by", "orphaned", "nobody_there")
"""The columns that the lines ask of a gate."""


NOT_ENDED = Q(stage_then__in=sorted(set(Stage) - {Stage.RETIRED}))
OF_PILOTS: dict[str, Q] = {
    "at-risk": Q(standing=Standing.AT_RISK),
    "ready": Q(standing=Standing.READY),
    "no-manager": NOT_ENDED & LACKS["manager"],
    "no-function": NOT_ENDED & LACKS["function"],
    "no-workflow": NOT_ENDED & LACKS["workflow"],
    "no-stage": Q(stage_then=Stage.NOT_STATED),
}
"""The lines that are true of a pilot itself."""
OVERDUE = "overdue"
"""The line of which working days decide, so that no condition says it."""
WORDS = (*OF_PILOTS, *OF_GATES, OVERDUE)


def to_do(rows: StandingQuerySet, word: str, at: date) -> StandingQuerySet:
    """Those of these pilots, read by their `standing` on a date, that a line counts."""
    if word in OF_PILOTS:
        found: StandingQuerySet = rows.filter(OF_PILOTS[word])
        return found
    if word == OVERDUE:
        there = gates_on(at).filter(gate__pilot__in=rows.order_by().values("pk"))
        certain, late = _overdue(there, at)
        found = rows.filter(Q(pk__in=certain.order_by().values("gate__pilot")) | Q(pk__in=late))
        return found
    of_gates = _looked_at(gates_on(at), at).filter(OF_GATES[word](at)).order_by().values("gate__pilot")
    found = rows.filter(pk__in=of_gates)
    return found


def counts_to_do(kept: StandingQuerySet, limit: Callable[[Any], Any], at: date) -> dict[str, int]:
    """How many pilots each line counts: two statements, and a fixed number for what is overdue.

    Args:
        kept: the pilots of whoever asks.
        limit: leaves of gates those of the same pilots.
    """
    own = {word: Count("pk", filter=where, distinct=True) for word, where in OF_PILOTS.items()}
    found: dict[str, int] = kept.standing(at).order_by().aggregate(**{_name(word): of for word, of in own.items()})
    there = limit(gates_on(at).order_by())
    # Distinct, so that what follows from a gate's period is worked out once for each, and not for each line.
    looked_at = _looked_at(there, at).values("gate__pilot", *ASKED_OF_GATES).distinct()
    of_gates = {_name(word): Count("gate__pilot", filter=where(at), distinct=True) for word, where in OF_GATES.items()}
    certain, late = _overdue(there, at)
    others = (
        Count("gate__pilot", distinct=True, filter=~Q(gate__pilot__in=late))
        if late
        else Count("gate__pilot", distinct=True)
    )
    found |= looked_at.aggregate(**of_gates) | {_name(OVERDUE): len(late) + certain.aggregate(n=others)["n"]}
    return {word: found[_name(word)] for word in WORDS}


def _overdue(gates: GatesQuerySet, at: date) -> tuple[GatesQuerySet, set[int]]:
    """Those gates whose decider has certainly not answered in time (rule 7), and the further pilots of which it is so, by key.

    An answer is due so many working days after its decider was asked. Where nothing happened to a gate since a day from which
    that number of working days is over, no pause and no holiday can put it off: that is asked in SQL. No number of working
    days is fewer calendar days, so that of the rest only those are read that were with their decider so long ago: of these
    the rule itself decides.
    """
    certain, late = Q(pk__in=()), Q(pk__in=())
    terms = Portfolio.objects.order_by().values_list("calendar", flat=True).distinct()
    numbers = DecisionRight.objects.filter(answer_within_days__isnull=False).order_by()
    for days in numbers.values_list("answer_within_days", flat=True).distinct():
        before = at - timedelta(days=days + 1)
        earlier = GatePeriod.objects.filter(in_force(before), gate=OuterRef("gate"))
        late |= Q(seat__right__answer_within_days=days) & Q(Exists(earlier.filter(_may_be_with_decider(before))))
        for calendar in terms:
            since = _asked_by(days, calendar, at)
            of_term = Q(seat__right__answer_within_days=days, unit__portfolio__calendar=calendar)
            certain |= of_term & _with_decider_since(since)
    waiting = gates.in_court(at, Court.DECIDER)
    sure = waiting.filter(certain)
    is_sure = Case(When(certain, then=Value(True)), default=Value(False))
    rest = waiting.annotate(is_sure=is_sure).filter(late, is_sure=False).order_by("since", "gate_id")
    wanted = dict(rest.values_list("gate", "gate__pilot")[:MOST_OVERDUE])
    known = set(sure.order_by().filter(gate__pilot__in=set(wanted.values())).values_list("gate__pilot", flat=True))
    rows = Pilot.objects.filter(pk__in=set(wanted.values()) - known)
    return sure, {
        one.pilot.pk
        for one in snapshots_of(rows, at=at)
        for gate in one.gates
        if gate.gate.pk in wanted and (due := deadlines.answer_due(gate, one)) and due.is_overdue(at)
    }


def _asked_by(days: int, calendar: str, at: date) -> date:
    """The last day on which whoever was asked had to have answered before a date."""
    of, since = working_days.calendar(calendar), at - timedelta(days=days + 1)
    while working_days.add(since, days, of) >= at:
        since -= timedelta(days=1)
    return since


def _with_decider_since(day: date) -> Q:
    """Of the gates that are with their decider: that they were so on each day since this one, and the pilot ran."""
    undecided = Q(awaits=Awaits.DECISION, good_until=None) | Q(good_until__lt=day, ends_by_condition=False)
    ran = Q(period__stage__in=(Stage.RUNNING, Stage.ADOPTED), period__since__lte=day)
    return undecided & ran & Q(first_day__lte=day, kind__clears_by=ClearsBy.APPROVAL, seat__run_from__lte=day)


def _may_be_with_decider(day: date) -> Q:
    """Of periods: that the gate neither held on a day nor waited for the team; whoever decides is not looked up."""
    return Q(awaits=Awaits.DECISION) | Q(good_until__lt=day, ends_by_condition=False)


def imports_with_problems(sessions: QuerySet[ImportSession]) -> QuerySet[ImportSession]:
    """Those of some imports that broke off, or are previewed and have rows that somebody should look at."""
    problems = ImportedRow.objects.filter(session=OuterRef("pk"), has_problem=True)
    return sessions.filter(Q(stage=ImportStage.BROKEN_OFF) | Q(Exists(problems), stage=ImportStage.PREVIEWED))


def _name(word: str) -> str:
    return f"line_{word.replace('-', '_')}"
