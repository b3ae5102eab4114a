"""Pulses of many pilots (rule 15): what is asked now, what both sides answered, and whose turn the draw of a quarter is."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Value
from django.utils.crypto import salted_hmac

from pilots.models import ManagerPulse, Person, Pilot, Portfolio, Pulse, SponsorPulse
from pilots.rules import pulses as rule
from pilots.rules.vocabulary import Stage
from readiness.rules.pulses import Answers, of_counts

ASKED_OF = (Stage.RUNNING, Stage.ADOPTED)
"""Stages in which there is somebody to ask."""


def open_pulse(pilot: Pilot, *, at: date) -> Pulse | None:
    """The question that is asked of a pilot's portfolio on a day."""
    return Pulse.objects.open_on(at).filter(portfolio=pilot.portfolio_id).first()


def answers_of(pilots: Any, *, at: date) -> dict[int, list[Answers]]:
    """What both sides of each pilot answered to the pulses closed by a day, by primary key, the latest first. One query.

    Args:
        pilots: a query of pilots, or their primary keys.
    """
    keys = pilots.order_by().values("pk") if hasattr(pilots, "order_by") else list(pilots)
    of_sponsors, of_managers = (
        model.objects.filter(pilot__in=keys, pulse__in=Pulse.objects.closed_by(at))
        .order_by()
        .values_list("pilot", "pulse", "pulse__asked_on", "score")
        for model in (SponsorPulse, ManagerPulse)
    )
    asked: dict[int, date] = {}
    sponsors: dict[tuple[int, int], int] = {}
    counts: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    rows = of_sponsors.annotate(managers=Value(0)).union(of_managers.annotate(managers=Count("pk")), all=True)
    for pilot, pulse, day, score, managers in rows:
        asked[pulse] = day
        if managers:
            counts[pilot, pulse][score] = managers
        else:
            sponsors[pilot, pulse] = score
    found: dict[int, list[Answers]] = defaultdict(list)
    for pilot, pulse in sorted(sponsors.keys() | counts.keys(), key=lambda each: asked[each[1]], reverse=True):
        given = of_counts(asked[pulse], sponsors.get((pilot, pulse)), counts.get((pilot, pulse), {}))
        found[pilot].append(given)
    return found


def portfolios_to_ask(day: date) -> list[Portfolio]:
    """The portfolios in which the question of the quarter is due on a day: something runs there, and the draw has come."""
    alive = Pilot.objects.filter(portfolio=OuterRef("pk"), stage__in=ASKED_OF, void_since=None)
    rows = Portfolio.objects.filter(Exists(alive)).annotate(last_asked=Max("pulses__asked_on"))
    return [row for row in rows if rule.is_due(day, _draw(row, day), row.last_asked)]


def _draw(portfolio: Portfolio, day: date) -> int:
    """A number that is the same all quarter, and that nobody without the installation's secret can compute."""
    of = f"{portfolio.key}:{rule.first_day_of_quarter(day)}"
    return int(salted_hmac("readiness.queries.pulses", of, secret=settings.SECRET_KEY).hexdigest(), 16)


def sponsor_answer(pulse: Pulse, pilot: Pilot) -> SponsorPulse | None:
    """What the sponsor has answered so far, in their own name."""
    return SponsorPulse.objects.filter(pulse=pulse, pilot=pilot).first()


def own_answer(pulse: Pulse, pilot: Pilot, pseudonym: str) -> int | None:
    """What a manager has answered so far, for nobody else but them."""
    row = ManagerPulse.objects.filter(pulse=pulse, pilot=pilot, pseudonym=pseudonym)
    return row.values_list("score", flat=True).first()


def lives_with(person: Person, *, at: date) -> Any:
    """The pilots with which somebody lives on a day, as their manager or beside them, that have not ended."""
    return Pilot.objects.lived_with_by(person, at).filter(void_since=None).exclude(stage=Stage.RETIRED)
