"""Signals: what managers report, concentrated, and the brief on each. Everything shown has gone through suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.models import Person, Pilot, Portfolio
from readiness.charts import signals as charts
from readiness.forms.policy_gaps import OpenPolicyGapForm
from readiness.pages import lists_out
from readiness.pages.base import day_of, reader
from readiness.pages.policy_gaps import form_about, people_to_put_it_to
from readiness.queries import friction
from readiness.queries.policy_gaps import PlacesToAsk, pilots_to_ask_about, places_to_ask
from readiness.queries.signals import ShownPoint, signals_for, words_on
from readiness.queries.snapshots import snapshots_of
from readiness.text import labels
from readiness.text import signals as texts

HEAD = (
    "point",
    "key",
    "reported_as",
    "managers",
    "functions_at_least",
    "by_function",
    "minutes_a_week",
    "signal_since",
)
MOST_WORDS = 5
MOST_TOUCHED = 8
"""Pilots that a brief lists with their open gates: it is one page."""


def may_read(person: Person) -> friction.Reach:
    """What somebody reads here. Who reads nothing (a decider, somebody without a part) may not enter."""
    reach = friction.reach_of(person)
    if reach.is_empty:
        raise PermissionDenied
    return reach


@require_safe
def signals(request: HttpRequest) -> HttpResponseBase:
    """Friction points by function, with the threshold; on any day, in all that is the reader's or in one portfolio."""
    person = reader(request)
    reach = may_read(person)
    at, refused = day_of(request)
    portfolios = friction.portfolios_read(reach)
    chosen = next((one for one in portfolios if one.key == request.GET.get("portfolio")), None)
    found = signals_for(person, at, chosen.pk if chosen else None, reach=reach)
    file, refused = lists_out.file_asked_for(request, "signals", HEAD, rows_out(found.points), at, refused)
    if file is not None:
        return file
    scale = charts.widest(found.points, found.threshold.managers)
    limit = found.threshold.managers

    def drawn(points: Iterable[ShownPoint]) -> list[tuple[ShownPoint, charts.Bar]]:
        return [(point, charts.bar(point, scale, limit)) for point in points]

    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "found": found,
        "opening": texts.opening(found),
        "scale": scale,
        "limit": charts.bar(found.points[0], scale, limit).limit if found.points else 0,
        "raised": drawn(found.raised),
        "others": drawn(found.others),
        "savings": drawn(found.savings),
        "answered": [gap for gap in found.gaps if texts.is_answered(gap, at)],
        "open": [gap for gap in found.gaps if not texts.is_answered(gap, at)],
        "portfolios": portfolios,
        "chosen": chosen,
    }
    return render(request, "pages/signals.html", context)


@require_safe
def signal(request: HttpRequest, point: str) -> HttpResponseBase:
    """The brief on one friction point, to be taken into a meeting. What may not be shown is not there."""
    person = reader(request)
    reach = may_read(person)
    at, refused = day_of(request)
    portfolios = friction.portfolios_read(reach)
    chosen = next((one for one in portfolios if one.key == request.GET.get("portfolio")), None)
    found = signals_for(person, at, chosen.pk if chosen else None, reach=reach)
    shown = next((each for each in found.points if each.point == point), None)
    if shown is None:
        raise Http404
    words = words_on(reach, at, shown, chosen.pk if chosen else None)
    scale = charts.widest([shown], found.threshold.managers)
    there = _there(person, shown)
    touched = snapshots_of(there[:MOST_TOUCHED], at=at)
    places = places_to_ask(person, at) if at == today() else None
    form = _question(person, shown, chosen, there, places) if places else None
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "found": found,
        "point": shown,
        "headline": texts.headline(shown),
        "words": words[:MOST_WORDS],
        "more_words": max(len(words) - MOST_WORDS, 0),
        "bar": charts.bar(shown, scale, found.threshold.managers),
        "steps": charts.steps(shown.trend, at, found.threshold.managers),
        "agenda": texts.agenda(shown.gaps, at),
        "chosen": chosen,
        "touched": touched,
        "more_touched": max(len(there) - MOST_TOUCHED, 0),
        "form": form,
        "people": people_to_put_it_to(person, places) if places and form else None,
    }
    return render(request, "pages/signal.html", context)


def _question(
    person: Person,
    point: ShownPoint,
    chosen: Portfolio | None,
    touched: Iterable[Pilot],
    places: PlacesToAsk,
) -> OpenPolicyGapForm | None:
    """The form that makes a policy gap of the point, where the reader keeps the portfolio or carries or decides on a pilot
    that it touches: nothing opens one by itself."""
    if point.short is None:
        return None
    keys = [pilot.pk for pilot in touched if chosen is None or pilot.portfolio_id == chosen.pk]
    rows = pilots_to_ask_about(person, places, today()).filter(pk__in=keys).select_related("portfolio")
    mine = list(rows.order_by("key"))
    there = {pilot.portfolio for pilot in mine} | {one for one in places.office if chosen in (None, one)}
    return form_about(point, person, places, sorted(there, key=lambda portfolio: portfolio.name), mine, today())


def _there(person: Person, point: ShownPoint) -> list[Pilot]:
    """The pilots that it touches and that the reader may see, by key."""
    keys = [pilot.pk for pilot in point.pilots]
    return list(Pilot.objects.visible_to(person).filter(pk__in=keys).order_by("key")) if keys else []


def rows_out(points: Iterable[ShownPoint]) -> Iterator[list[Any]]:
    """Friction points as rows of a file."""
    for point in points:
        yield [
            texts.name(point),
            point.point,
            texts.reported_as(point),
            point.managers,
            point.functions,
            charts.in_words(point),
            point.minutes,
            labels.day(point.since) if point.since else None,
        ]
