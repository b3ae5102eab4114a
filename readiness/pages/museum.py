"""The museum: why pilots hang there, the first of them beside their placards, and all others in a table; the claims likewise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pilots.models import Person
from pilots.rules import stalls
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.charts import timeline
from readiness.pages import lists_out
from readiness.pages.base import Sorts, day_of, heads, page_of, reader, sort_of, sorted_by
from readiness.pages.masthead import duties_of
from readiness.pages.portfolio_moves import act_of
from readiness.queries.choosing import Choice, choose, places_of
from readiness.queries.kinds import kinds_for
from readiness.queries.managers_account import managers_accounts
from readiness.queries.pilots import StandingQuerySet, pilots
from readiness.queries.reasons import Reason, reasons, waits_of
from readiness.queries.snapshots import Kinds, PilotSnapshot, snapshots_of
from readiness.text import labels, managers_account, next_moves, placards
from readiness.text import reasons as reason_text

ON_THE_WALL = 9
A_PAGE = 50
MOST_REASONS = 8
MOST_CHOICES = 200
"""Portfolios and functions that are offered to choose from."""
SORTS: Sorts = {
    "name": ("name", gettext_lazy("Pilot")),
    "portfolio": ("portfolio__name", gettext_lazy("Portfolio")),
    "function": ("period__unit__function__name", gettext_lazy("Function")),
    "sponsor": ("period__sponsor__name", gettext_lazy("Sponsor")),
    "days": ("hangs_by", gettext_lazy("Days")),
}


@dataclass(frozen=True, slots=True)
class Hung:
    """One work on the wall."""

    snapshot: PilotSnapshot
    words: str
    managers: str
    missing: list[str]
    picture: timeline.Picture


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the table: since when it is so and for how many days, what is missing, and the next move."""

    snapshot: PilotSnapshot
    since: date | None
    days: int | None
    missing: str
    move: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for which pilots hang there, in words, and the act where the reader may do it."""

    reason: Reason
    figure: str
    says: str
    note: str
    act: str = ""
    act_says: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """One of the two rooms: the columns of its list as a file, what reads its rows, and how its pilots stand."""

    name: str
    head: Sequence[str]
    read: Callable[[StandingQuerySet, date], Iterable[Sequence[Any]]]
    standing: Standing


MUSEUM = Room("museum", lists_out.EXHIBITS, lists_out.exhibits, Standing.EXHIBIT)
CLAIMS = Room("claims", lists_out.CLAIMS, lists_out.claims, Standing.CLAIMED)


@require_safe
def museum(request: HttpRequest) -> HttpResponseBase:
    """The first room: what stalled, the longest on display first."""
    at, refused = day_of(request)
    mine = pilots().listed_for(reader(request))
    return _room(request, MUSEUM, mine, mine.exhibits(at), at, refused)


@require_safe
def claims(request: HttpRequest) -> HttpResponseBase:
    """The second room: declared adopted, and the facts do not show it; the oldest claim first."""
    at, refused = day_of(request)
    mine = pilots().listed_for(reader(request))
    return _room(request, CLAIMS, mine, mine.claims(at), at, refused)


def _room(
    request: HttpRequest,
    room: Room,
    mine: StandingQuerySet,
    rows: StandingQuerySet,
    at: date,
    refused: str | None,
) -> HttpResponseBase:
    """One room: `rows` of the pilots that the reader may see, which are `mine`."""
    choice = Choice.from_query(request.GET)
    rows = choose(rows, choice, at)
    file, refused = lists_out.file_asked_for(request, room.name, room.head, room.read(rows, at), at, refused)
    if file is not None:
        return file
    sort = sort_of(request, SORTS)
    rows = rows.order_by(sorted_by(sort, SORTS), "pk") if sort else rows
    page = page_of(request, rows, A_PAGE)
    count = page.paginator.count
    findings = (
        _findings(rows, at, room, office=duties_of(request).office) if count and page.number == 1 and not sort else []
    )
    kinds, places = kinds_for(reader(request)), places_of(mine, MOST_CHOICES)
    hung, others = _split(page, at, kinds.by_key, wall=not sort and page.number == 1)
    on_record = count > 0 or mine.on(at).exists()
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "room": room.name,
        "page": page,
        "hung": _hang(hung, reader(request)),
        "others": [_listed(one) for one in others],
        "count": count,
        "sort": sort,
        "columns": heads(SORTS, sort or "days"),
        "says": says(count, room.name, filtered=bool(choice.chosen), runs=count > 0 or (on_record and _runs(mine, at))),
        "findings": findings[:MOST_REASONS],
        "more_findings": findings[MOST_REASONS:],
        "frees": any(one.reason.alone for one in findings),
        "on_record": on_record,
        "longest": _listed(hung[0]) if hung else None,
        "chosen": choice,
        "filtered": bool(choice.chosen),
        "another_day": "as_of" in request.GET,
        "portfolios": places.portfolios,
        "functions": places.functions,
        "kinds": kinds.visible,
        "courts": [(court.value, labels.COURT[court]) for court in Court],
        "quiet_days": stalls.QUIET_DAYS,
    }
    return render(request, "pages/museum.html", context)


def _split(page: Page[Any], at: date, kinds: Kinds, *, wall: bool) -> tuple[list[PilotSnapshot], list[PilotSnapshot]]:
    """Those of a page that hang on the wall, and those that stand in the table."""
    snapshots = snapshots_of(page.object_list, at=at, kinds=kinds)
    return (snapshots[:ON_THE_WALL], snapshots[ON_THE_WALL:]) if wall else ([], snapshots)


def _hang(snapshots: list[PilotSnapshot], person: Person) -> list[Hung]:
    if not snapshots:
        return []
    scale = timeline.wall_scale(snapshots, snapshots[0].at)
    moved = timeline.moves_of(snapshots)
    accounts = managers_accounts(person, [one.pilot for one in snapshots], at=snapshots[0].at)
    return [
        Hung(
            one,
            placards.placard(one),
            managers_account.on_placard(accounts.get(one.pilot.pk)),
            labels.missing(one)[:8],
            timeline.specimen(one, moved.get(one.pilot.pk, []), scale),
        )
        for one in snapshots
    ]


def _listed(one: PilotSnapshot) -> Listed:
    now = one.status
    since = now.claim.since if now.claim else now.stalls_on
    days = (one.at - since).days if since else None
    return Listed(one, since, days, labels.open_gates(one), next_moves.next_move(one))


def _findings(rows: StandingQuerySet, at: date, room: Room, *, office: bool) -> list[Finding]:
    """Why they hang there: what one act would move is one finding."""
    return [
        Finding(
            one,
            labels.count(one.pilots),
            reason_text.missing(one),
            reason_text.note(one),
            *(act_of(one.kind, one.court, standing=room.standing) if office else ()),
        )
        for one in reasons(waits_of(rows, at=at))
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
    if room == CLAIMS.name:
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
