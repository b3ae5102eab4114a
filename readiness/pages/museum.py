"""The museum: every exhibit beside its placard; in the second room, the claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.models import GateKind, PilotPeriod
from pilots.rules.vocabulary import Stage
from readiness.charts import timeline
from readiness.pages.base import day_of, page_of, reader
from readiness.queries.pilots import StandingQuerySet, functions_of, in_force, pilots, portfolios_of
from readiness.queries.snapshots import PilotSnapshot, snapshots_of
from readiness.text import labels, placards

A_PAGE = 9


@dataclass(frozen=True, slots=True)
class Hung:
    """One work on the wall."""

    snapshot: PilotSnapshot
    words: str
    missing: list[str]
    picture: timeline.Picture


@require_safe
def museum(request: HttpRequest) -> HttpResponse:
    """The first room: what stalled, the longest on display first."""
    at, refused = day_of(request)
    mine = pilots().listed_for(reader(request))
    return _room(request, mine, mine.exhibits(at), at, refused, "museum")


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The second room: declared adopted, and the facts do not show it; the oldest claim first."""
    at, refused = day_of(request)
    mine = pilots().listed_for(reader(request))
    return _room(request, mine, mine.claims(at), at, refused, "claims")


def _room(
    request: HttpRequest, mine: StandingQuerySet, rows: StandingQuerySet, at: Any, refused: str | None, room: str
) -> HttpResponse:
    """One room: `rows` of the pilots that the reader may see, which are `mine`."""
    chosen = {name: request.GET.get(name, "") for name in ("portfolio", "function", "gate")}
    rows = _chosen(rows, chosen, at)
    page = page_of(request, rows, A_PAGE)
    snapshots = snapshots_of(page.object_list, at=at)
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "room": room,
        "page": page,
        "hung": _hang(snapshots),
        "says": says(
            page.paginator.count,
            room,
            filtered=any(chosen.values()),
            runs=page.paginator.count > 0 or _runs(mine, at),
        ),
        "on_record": page.paginator.count or mine.on(at).exists(),
        "longest": snapshots[0] if snapshots and page.number == 1 and room == "museum" else None,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "portfolios": portfolios_of(mine)[:200],
        "functions": functions_of(mine)[:200],
        "kinds": GateKind.objects.visible_to(reader(request)),
    }
    return render(request, "pages/museum.html", context)


def _chosen(rows: StandingQuerySet, chosen: dict[str, str], at: Any) -> StandingQuerySet:
    if chosen["portfolio"]:
        rows = rows.filter(portfolio__key=chosen["portfolio"])
    if chosen["function"]:
        there = PilotPeriod.objects.filter(in_force(at), pilot=OuterRef("pk"), unit__function__name=chosen["function"])
        rows = rows.filter(Exists(there))
    if chosen["gate"]:
        rows = rows.with_gate(at, kind=chosen["gate"], open_only=True)
    return rows


def _hang(snapshots: list[PilotSnapshot]) -> list[Hung]:
    if not snapshots:
        return []
    scale = timeline.wall_scale(snapshots, snapshots[0].at)
    moved = timeline.moves_of(snapshots)
    return [
        Hung(
            one,
            placards.placard(one),
            labels.missing(one)[:8],
            timeline.specimen(one, moved.get(one.pilot.pk, []), scale),
        )
        for one in snapshots
    ]


def _runs(mine: StandingQuerySet, at: date) -> bool:
    """Whether any of these pilots runs on a day."""
    return bool(mine.on(at).filter(stage_then=Stage.RUNNING).exists())


def says(count: int, room: str, *, filtered: bool = False, runs: bool = True) -> str:
    """The sentence that the room opens with. Of pilots that were not looked for, or that do not run, it says nothing.

    What it says of all that hang there is what makes an exhibit (rules 5 and 6), so that it is so of each.
    """
    if filtered and not count:
        return _("Nothing that hangs here answers to that.")
    if room == "claims":
        if not count:
            return _("Nothing is claimed that the facts do not show.")
        return ngettext(
            "One pilot is said to be adopted, and the facts do not show it.",
            "%(n)s pilots are said to be adopted, and the facts do not show it.",
            count,
        ) % {"n": labels.number(count)}
    if not count:
        if not runs:
            return _("Nothing is on display: no pilot runs.")
        return _("Nothing is on display: no pilot that runs has stalled.")
    return ngettext(
        "One pilot is on display. It is not adopted, it is not retired, and nothing has moved on it since it stalled.",
        "%(n)s pilots are on display. None is adopted, none is retired, and nothing has moved on any of them since it stalled.",
        count,
    ) % {"n": labels.number(count)}
