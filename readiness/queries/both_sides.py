"""Both sides of many pilots (rules 14 to 18): how many are narrated, how far both sides lie apart, and what names no workflow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from pilots.models import FellowManager, GatePeriod, Person, Pilot, PilotPeriod, Portfolio, SponsorAccount
from pilots.rules.pulses import first_day_of_quarter
from pilots.rules.replay import SPONSOR
from pilots.rules.vocabulary import Basis, Role, Stage
from readiness.queries.pilots import in_force
from readiness.queries.pulses import answers_of
from readiness.rules.pulses import Alignment, Answers, alignment
from readiness.rules.sponsor_accounts import LASTS

LIVED_WITH = (Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED)
QUARTERS = 4
"""Quarters of which the alignment is shown."""


def readable(person: Person, *, at: date) -> Any:
    """The pilots of which somebody reads what groups of managers say: of portfolios that they keep, review or answer for,
    and those that they carry or live with."""
    rows = Pilot.objects.filter(void_since=None)
    if person.is_superuser:
        return rows
    whole = read_whole(person)
    carries = GatePeriod.objects.filter(
        superseded_on=None, last_day=None, kind__key=SPONSOR, person=person, gate__pilot=OuterRef("pk")
    )
    fellow = FellowManager.objects.is_one(person, at)
    return rows.filter(Q(portfolio__in=whole.values("pk")) | Q(manager=person) | Exists(carries) | fellow)


def read_whole(person: Person) -> Any:
    """The portfolios of which somebody reads what groups of managers say as a whole: all that they keep, review or answer for."""
    if person.is_superuser:
        return Portfolio.objects.all()
    roles = (Role.OFFICE.value, Role.REVIEWER.value)
    return Portfolio.objects.filter(Q(roles__person=person, roles__role__in=roles) | Q(escalation=person))


@dataclass(frozen=True, slots=True)
class Narration:
    """Of how many pilots that somebody lives with the sponsor's account holds, and how many are narrated, not managed."""

    pilots: int
    managed: int

    @property
    def narrated(self) -> int:
        return self.pilots - self.managed


def narration(pilots: Any, *, at: date) -> Narration:
    """Rule 15 as SQL: `readiness.rules.sponsor_accounts.narrated` over a query of pilots. One query."""
    latest = SponsorAccount.objects.up_to(at).filter(pilot=OuterRef(OuterRef("pilot"))).values("pk")[:1]
    holds = SponsorAccount.objects.filter(
        pk=Subquery(latest),
        sponsor=OuterRef("sponsor"),
        effective_on__gte=at - LASTS,
        basis__in=[Basis.SAT.value, Basis.SPOKE.value],
    )
    rows = PilotPeriod.objects.filter(in_force(at), pilot__in=pilots.order_by().values("pk"), stage__in=LIVED_WITH)
    counted = rows.filter(void_since=None).annotate(holds=Exists(holds))
    found = counted.aggregate(pilots=Count("pk"), managed=Count("pk", filter=Q(holds=True)))
    return Narration(found["pilots"], found["managed"])


@dataclass(frozen=True, slots=True)
class Apart:
    """How far both sides lie apart in a function, quarter by quarter, the latest first; None where it may not be shown."""

    function: str
    quarters: list[Alignment | None]


def apart(pilots: Any, *, at: date) -> tuple[list[date], Apart, list[Apart]]:
    """The first days of the quarters, all pilots, and each function by name (empty: none). Four queries.

    Each figure rests on the gaps that pilots show one by one.
    """
    answers = answers_of(pilots, at=at)
    functions = dict(pilots.filter(pk__in=list(answers)).order_by().values_list("pk", "function__name"))
    quarters = quarters_before(at)
    every: dict[date, list[Answers]] = defaultdict(list)
    by_function: dict[str, dict[date, list[Answers]]] = defaultdict(lambda: defaultdict(list))
    for pilot, given in answers.items():
        for each in given:
            quarter = first_day_of_quarter(each.asked_on)
            every[quarter].append(each)
            by_function[functions.get(pilot) or ""][quarter].append(each)
    rows = [
        Apart(name, [alignment(of.get(quarter, [])) for quarter in quarters])
        for name, of in sorted(by_function.items())
    ]
    shown = [row for row in rows if any(row.quarters)]
    return quarters, Apart("", [alignment(every.get(quarter, [])) for quarter in quarters]), shown


def quarters_before(at: date) -> list[date]:
    """The first days of the last quarters, the latest first."""
    found = [first_day_of_quarter(at)]
    while len(found) < QUARTERS:
        found.append(first_day_of_quarter(found[-1] - timedelta(days=1)))
    return found


def without_workflow(pilots: Any) -> int:
    """How many pilots name no workflow (rule 16). One query."""
    return int(pilots.filter(workflow="", void_since=None).exclude(stage=Stage.RETIRED).count())
