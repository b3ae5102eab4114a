"""The portfolio: how many pilots stand where, whose court the open gates are in, and the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.models import GateKind, Pilot
from pilots.rules.vocabulary import Standing
from readiness.pages.base import day_of, page_of, reader
from readiness.pages.pilot import shares
from readiness.queries.pilots import StandingQuerySet, pilots, portfolios_of, stalls_on
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.queries.urgency import presses
from readiness.rules import standing
from readiness.text import labels

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """How many pilots have a standing, in words, with the way to them."""

    number: int
    counts: str
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """One pilot on the board; its gates stand in the order of the kinds, None where it has none."""

    snapshot: PilotSnapshot
    gates: list[GateSnapshot | None]


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """The pilots that the reader may see, on any day."""
    person = reader(request)
    at, refused = day_of(request)
    visible = mine = pilots().listed_for(person)
    chosen = request.GET.get("portfolio", "")
    if chosen:
        mine = mine.filter(portfolio__key=chosen)
    counts = mine.counts(at)
    wanted = request.GET.get("standing", "")
    wanted = wanted if wanted in standing.STANDINGS else ""
    whole = counts[wanted] if wanted else sum(counts.values())
    page = page_of(request, _board(mine, at, wanted).values_list("pk", flat=True), A_PAGE, count=whole)
    there = Pilot.objects.in_bulk(list(page.object_list))
    kinds = list(GateKind.objects.visible_to(person))
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "opening": opening(counts),
        "tally": _tally(counts, chosen, request.GET.get("as_of", "")),
        "shares": shares(mine.open_gates_by_court(at)),
        "page": page,
        "kinds": kinds,
        "rows": [_row(one, kinds) for one in snapshots_of([there[pk] for pk in page.object_list], at=at)],
        "keeps": permissions.is_office(person),
        "wanted": wanted,
        "tail": _tail(chosen, request.GET.get("as_of", "")),
        "chosen": chosen,
        "portfolios": portfolios_of(visible)[:200],
    }
    return render(request, "pages/portfolio.html", context)


def _board(mine: StandingQuerySet, at: Any, wanted: str) -> StandingQuerySet:
    rows = mine.standing(at)
    if wanted:
        rows = rows.filter(standing=wanted)
    ordered: StandingQuerySet = rows.annotate(presses=presses(), stalls=stalls_on(at)).order_by(
        "presses", F("stalls").asc(nulls_last=True), "key"
    )
    return ordered


def _row(snapshot: PilotSnapshot, kinds: list[GateKind]) -> Row:
    by_kind = {gate.kind.pk: gate for gate in snapshot.gates}
    return Row(snapshot, [by_kind.get(kind.pk) for kind in kinds])


def _tally(counts: dict[str, int], chosen: str, as_of: str) -> list[Figure]:
    rooms: dict[str, str] = {
        Standing.EXHIBIT: reverse("readiness:museum"),
        Standing.CLAIMED: reverse("readiness:claims"),
    }
    tail = _tail(chosen, as_of)
    return [
        Figure(
            number,
            str(labels.STANDING[name]),
            f"{rooms[name]}?{tail}" if name in rooms else f"?standing={name}&{tail}#board",
        )
        for name, number in counts.items()
        if number
    ]


def _tail(chosen: str, as_of: str) -> str:
    """What a link carries on of the portfolio and the day that were asked for."""
    query = {"portfolio": chosen, "as_of": as_of}
    return urlencode({name: value for name, value in query.items() if value})


def _adopted_text(many: int) -> str:
    return (ngettext("%(n)s is adopted", "%(n)s are adopted", many) if many else _("%(n)s is adopted")) % {
        "n": labels.how_many(many)
    }


def _stalled_text(many: int) -> str:
    return (
        ngettext("%(n)s is a museum exhibit", "%(n)s are museum exhibits", many)
        if many
        else _("%(n)s is a museum exhibit")
    ) % {"n": labels.how_many(many)}


def opening(counts: dict[str, int]) -> str:
    """The sentence that the page opens with."""
    whole = sum(counts.values())
    if not whole:
        return _("No pilot is on record here.")
    shown, stalled, soon = (counts["adopted"], counts[Standing.EXHIBIT], counts[Standing.AT_RISK])
    says = {
        "n": f"{whole:,}",
        "soon": labels.how_many(soon),
        "adopted": _adopted_text(shown),
        "stalled": _stalled_text(stalled),
    }
    start = (
        ngettext("Of %(n)s pilot, %(adopted)s and %(stalled)s", "Of %(n)s pilots, %(adopted)s and %(stalled)s", whole)
        % says
    )
    if not soon:
        return start + "."
    return (
        start
        + "; "
        + ngettext(
            "%(soon)s more stalls within days unless somebody moves.",
            "%(soon)s more stall within days unless somebody moves.",
            soon,
        )
        % says
    )
