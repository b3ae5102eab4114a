"""Rules 6 and 11: whether anybody lives in what was adopted, and what is different after ninety days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pilots.models import Event, Person, Pilot, Residents
from pilots.rules.vocabulary import Stage
from readiness.queries.workflows import net_relief_of
from readiness.rules import standing

LIVED_IN, EMPTY, NOT_COUNTED = "lived_in", "empty", "not_counted"
WEEKS_LOOKED_AT = 8
WEEKS_LIVED_IN = 4
LOOK_AFTER = timedelta(days=90)


def first_week(at: date) -> date:
    """The Monday of the first of the last eight weeks; the week in which the date lies is the last of them."""
    monday = at - timedelta(days=at.weekday())
    return monday - timedelta(weeks=WEEKS_LOOKED_AT - 1)


def residence(people: Mapping[date, int], *, at: date, relief: int | None = None) -> str:
    """Whether people outside the pilot team live in it (rule 6).

    Args:
        people: residents by the Monday of their week; weeks outside the last eight are passed over.
        relief: net relief in minutes a week, where it is known.
    """
    weeks = [n for week, n in people.items() if first_week(at) <= week <= at]
    if not weeks:
        return NOT_COUNTED
    lived = sum(n > 0 for n in weeks) >= WEEKS_LIVED_IN
    return LIVED_IN if lived and (relief is None or relief >= 0) else EMPTY


def residences(pilots: Iterable[int], *, at: date, known_at: date | None = None) -> dict[int, str]:
    """The residence of many pilots, by primary key, in one query; none is asked for no pilot. One more where some are in use,
    and three where managers of these have said what relief is left.
    """
    wanted = list(pilots)
    people: dict[int, dict[date, int]] = {pk: {} for pk in wanted}
    if wanted:
        rows = Residents.objects.known(known_at).filter(pilot__in=wanted, week__gte=first_week(at), week__lte=at)
        for pilot, week, n in rows.values_list("pilot", "week", "people"):
            people[pilot][week] = n
    found = {pk: residence(of_pilot, at=at) for pk, of_pilot in people.items()}
    in_use = [pk for pk, says in found.items() if says == LIVED_IN]
    relief = net_relief_of(in_use, at=at, known_at=known_at) if in_use else {}
    return found | {pk: residence(people[pk], at=at, relief=relief.get(pk)) for pk in in_use}


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday: who used it, and apart from them who only saw it; None where nobody counted."""

    monday: date
    people: int | None = None
    visitors: int | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """The weeks that residence is judged by, the latest first, and whether others were counted before them."""

    weeks: Sequence[Week]
    counted_before: bool

    @property
    def in_use(self) -> int:
        """In how many of the weeks somebody outside the pilot team used it."""
        return sum(1 for week in self.weeks if week.people)

    @property
    def anything(self) -> bool:
        """Whether anybody has counted, in these weeks or before."""
        return self.counted_before or any(w.people is not None for w in self.weeks)


def lived(pilot: Pilot, *, at: date) -> Lived:
    """Who lived in a pilot in the last eight weeks, and who visited (rule 11). One query."""
    rows = Residents.objects.known().filter(pilot=pilot, week__lte=at)
    counts = {week: (people, seen) for week, people, seen in rows.values_list("week", "people", "visitors")}
    first = first_week(at)
    mondays = [first + timedelta(weeks=n) for n in reversed(range(WEEKS_LOOKED_AT))]
    weeks = [Week(monday, *counts.get(monday, (None, None))) for monday in mondays]
    return Lived(weeks, any(week < first for week in counts))


@dataclass(frozen=True, slots=True)
class Look:
    """The look after ninety days: the day it is due, and what was answered, by whom and when, where somebody did."""

    due_on: date
    answered_on: date | None = None
    by: Person | None = None
    says: str = ""

    def is_due(self, at: date) -> bool:
        """Whether the day has come and nobody has answered."""
        return self.answered_on is None and at >= self.due_on


def looks(statuses: Mapping[int, standing.PilotStatus], *, at: date, known_at: date | None = None) -> dict[int, Look]:
    """The look of every pilot that is declared adopted, by primary key, in one query."""
    since = {pk: r.since for pk, r in statuses.items() if r.stage == Stage.ADOPTED}
    found = {pk: Look(due_on=day + LOOK_AFTER) for pk, day in since.items()}
    answers = Event.objects.filter(action="look_again", pilot__in=since, effective_on__lte=at)
    if known_at is not None:
        answers = answers.filter(known_on__lte=known_at)
    for event in answers.select_related("by").order_by("effective_on", "pk"):
        assert event.pilot_id is not None
        if event.effective_on >= found[event.pilot_id].due_on:
            found[event.pilot_id] = Look(found[event.pilot_id].due_on, event.effective_on, event.by, event.reason)
    return found
