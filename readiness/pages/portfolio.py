"""The portfolio: the move that frees most, whom pilots wait for, how many stand where and what changed, and the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pilots.figures import grouped
from pilots.models import GateKind
from pilots.rules.vocabulary import Court, Standing
from readiness.charts import flow
from readiness.pages import lists_out
from readiness.pages.base import Head, Sorts, day_of, heads, page_of, reader, sort_of, sorted_by
from readiness.pages.masthead import duties_of
from readiness.pages.named import Snapshots
from readiness.pages.pilot import shares
from readiness.pages.portfolio_changes import Compared
from readiness.pages.portfolio_moves import Moves
from readiness.queries import reasons
from readiness.queries.bottlenecks import Bottleneck
from readiness.queries.choosing import Choice, Places, choose, lying, places_of
from readiness.queries.kinds import kinds_for
from readiness.queries.pilots import (
    CAUSE_NOT_STATED,
    StandingQuerySet,
    pilots,
    policies,
    stalls_on,
)
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.queries.trend import month_ends, trend
from readiness.queries.urgency import presses
from readiness.rules import standing
from readiness.text import labels
from readiness.text import portfolio as text

A_PAGE = 50
MOST_PEOPLE = 10
"""People in the table of those who are waited for; the others are counted together."""
MONTHS = 12
MOST_CHOICES = 500
"""Portfolios and functions that are offered to choose from."""
LISTS = ("", "waits", "trend", "changes")
SORTS: Sorts = {
    "name": ("name", gettext_lazy("Pilot")),
    "portfolio": ("portfolio__name", gettext_lazy("Portfolio")),
    "function": ("period__unit__function__name", gettext_lazy("Function")),
    "date": ("stalls", gettext_lazy("Date")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many pilots have a standing, in words, with the way to them."""

    number: int
    counts: str
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One pilot on the board; its gates stand in the order of the kinds, None where it has none."""

    snapshot: PilotSnapshot
    gates: list[GateSnapshot | None]

    @property
    def since(self) -> date | None:
        """The date that its standing is about: since when it is claimed, or when it stalls or has stalled."""
        now = self.snapshot.status
        return now.claim.since if now.claim else now.stalls_on


class Overview:
    """What of the portfolio is asked about. What figures are counted over is chosen by place alone, the board by all of it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.person = request, reader(request)
        self.at, self.refused = day_of(request)
        self.choice = Choice.from_query(request.GET)
        self.visible = pilots().listed_for(self.person)
        self.mine = lying(self.visible, self.choice, self.at)
        wanted = request.GET.get("standing", "")
        self.wanted = wanted if wanted in standing.STANDINGS else ""
        self.kinds_read = kinds_for(self.person)

    @property
    def kinds(self) -> list[GateKind]:
        """The kinds whose gates stand on the board, in their order."""
        return self.kinds_read.visible

    @cached_property
    def points(self) -> list[tuple[date, dict[str, int]]]:
        """How many stood where at each month's end, and on the day that is read."""
        days = [*month_ends(self.at, MONTHS), self.at]
        return list(zip(days, trend(self.mine, days), strict=True))

    @property
    def counts(self) -> dict[str, int]:
        """How many stand where on the day that is read."""
        return self.points[-1][1]

    @cached_property
    def office(self) -> bool:
        """Whether the reader keeps any records."""
        return duties_of(self.request).office

    @cached_property
    def places(self) -> Places:
        """What can be chosen."""
        return places_of(self.visible, MOST_CHOICES)

    @cached_property
    def waits(self) -> Sequence[Bottleneck]:
        return reasons.waits_of(self.mine, at=self.at)

    def tail(self, **more: str) -> str:
        """What a link carries on of the place and the day that were asked for, and what else it asks."""
        kept = self.choice.place.chosen | {"as_of": self.request.GET.get("as_of", "")} | more
        return urlencode({name: value for name, value in kept.items() if value})


@require_safe
def portfolio(request: HttpRequest) -> HttpResponseBase:
    """The pilots that the reader may see, on any day."""
    asked = Overview(request)
    board = _Board(asked)
    compared = Compared(request, asked.mine, asked.at)
    file, refused = _file(asked, board, compared)
    if file is not None:
        return file
    page = board.page()
    moves = Moves(asked.person, asked.mine, asked.waits, asked.at, asked.tail, office=asked.office)
    snapshots = Snapshots([*page.object_list, *moves.wanted], at=asked.at, kinds=asked.kinds_read.by_key).of_pilot
    findings = moves.findings(snapshots)
    context: dict[str, Any] = {
        "at": asked.at,
        "refused": refused or compared.refused,
        "opening": opening(asked.counts),
        "headline": text.headline(moves.first, bool(asked.waits)),
        "one_away": text.one_away(alone) if (alone := sum(one.frees for one in asked.waits)) else "",
        "findings": findings,
        "frees": moves.first is not None,
        "lettered": next((one for one in findings if one.letter), None),
        "compared": compared,
        "on_record": sum(asked.counts.values()),
        "keeps": asked.office,
        "tail": asked.tail(),
        "chosen": asked.choice,
        "portfolios": asked.places.portfolios,
        "functions": asked.places.functions,
        **_figures(asked),
        **board.context(page, snapshots),
    }
    return render(request, "pages/portfolio.html", context)


def _figures(asked: Overview) -> dict[str, Any]:
    """Whom pilots wait for, by gate and court, and how many stand where, now and at each month's end."""
    found, people = reasons.reasons(asked.waits), reasons.waited_for(asked.waits)
    counts, ended = asked.counts, bool(asked.counts[Standing.RETIRED])
    by_gate = reasons.by_gate(found).items()
    return {
        "people": people[:MOST_PEOPLE],
        "others": people[MOST_PEOPLE:],
        "waiting": sum(one.gates for one in people),
        "by_gate": [(kind, courts, shares(courts), sum(courts.values())) for kind, courts in by_gate],
        "of_all": _by_court(found),
        "courts": [(court.value, labels.COURT[court]) for court in Court],
        "tally": _tally(asked),
        "flow": flow.flow(counts),
        "months": flow.months(asked.points) if any(each[Standing.EXHIBIT] for _day, each in asked.points) else [],
        "unrecorded": _unrecorded(asked.points),
        "ended": _ended(asked.mine.retired_by_cause(asked.at)) if ended else [],
    }


def _unrecorded(points: Sequence[tuple[date, dict[str, int]]]) -> date | None:
    """The last of the days on which nothing was on record yet: what hung in the museum then, nobody can say."""
    return max((day for day, counts in points if not any(counts.values())), default=None)


def _file(asked: Overview, board: _Board, compared: Compared) -> tuple[HttpResponseBase | None, str | None]:
    """One of the lists of the page as the file that is asked for."""
    which, at, refused = asked.request.GET.get("list", ""), asked.at, asked.refused
    if which not in LISTS:
        return None, refused or _("There are these lists here: %(lists)s.") % {"lists": ", ".join(LISTS[1:])}
    if "format" not in asked.request.GET:
        return None, refused
    files: dict[str, Any] = {
        "": ("board", lists_out.board_head(asked.kinds), lambda: lists_out.board(board.rows, asked.kinds, at)),
        "waits": ("waits", lists_out.WAITS, lambda: lists_out.waits(asked.waits)),
        "trend": ("trend", lists_out.TREND, lambda: lists_out.trend(asked.points)),
        "changes": ("changes", lists_out.CHANGES, compared.all_rows),
    }
    name, head, read = files[which]
    return lists_out.file_asked_for(asked.request, name, head, _when_read(read), at, refused)


def _when_read(read: Any) -> Any:
    """Rows that are asked for only once somebody reads them."""
    yield from read()


class _Board:
    """The rows of the board: those of a standing, and what else is asked of them."""

    def __init__(self, asked: Overview) -> None:
        self._asked = asked
        self.sort = sort_of(asked.request, SORTS)
        place = asked.choice.place.chosen
        self.several = len(asked.places.portfolios) > 1 and not asked.choice.portfolio
        self.narrowed = asked.choice.chosen.keys() - place.keys()
        settled = policies(asked.at)
        rows = choose(asked.visible.standing(asked.at, settled=settled), asked.choice, asked.at)
        if asked.wanted:
            rows = rows.filter(standing=asked.wanted)
        self.rows: StandingQuerySet = self._ordered(rows.annotate(stalls=stalls_on(asked.at, settled)))

    def _ordered(self, rows: StandingQuerySet) -> Any:
        if not self.sort:
            return rows.annotate(presses=presses()).order_by("presses", F("stalls").asc(nulls_last=True), "key")
        return rows.order_by(sorted_by(self.sort, SORTS), "key")

    def page(self) -> Any:
        counts = self._asked.counts
        whole = counts[self._asked.wanted] if self._asked.wanted else sum(counts.values())
        keys = self.rows.values_list("pk", flat=True)
        return page_of(self._asked.request, keys, A_PAGE, count=None if self.narrowed else whole)

    def context(self, page: Any, snapshots: Mapping[int, PilotSnapshot]) -> dict[str, Any]:
        """What the board shows of a page of it."""
        kinds, columns = self._asked.kinds, self.columns()
        return {
            "page": page,
            "kinds": kinds,
            "rows": [_row(snapshots[pk], kinds) for pk in page.object_list if pk in snapshots],
            "columns": columns,
            "across": len(columns) + len(kinds),
            "several": self.several,
            "sort": self.sort,
            "wanted": self._asked.wanted,
            "views": self.views(),
            "narrowed": self.narrowed,
        }

    def columns(self) -> list[Head]:
        """The heads that sort the board; the portfolio's where there are several."""
        return [head for head in heads(SORTS, self.sort) if head.name != "portfolio" or self.several]

    def views(self) -> list[Figure]:
        """The board by standing, with how many there are of each; none where it is narrowed otherwise."""
        counts = self._asked.counts
        if self.narrowed or not any(counts.values()):
            return []
        whole = Figure(sum(counts.values()), _("All"), f"?{self._asked.tail()}#board")
        return [
            whole,
            *(
                Figure(many, labels.of_standing(name, many), f"?{self._asked.tail(standing=name)}#board", name)
                for name, many in counts.items()
                if many
            ),
        ]


def _by_court(found: Sequence[reasons.Reason]) -> dict[str, int]:
    total = dict.fromkeys(Court.values(), 0)
    for one in found:
        total[one.court] += one.pilots
    return total


def _row(snapshot: PilotSnapshot, kinds: list[GateKind]) -> Row:
    by_kind = {gate.kind.pk: gate for gate in snapshot.gates}
    return Row(snapshot, [by_kind.get(kind.pk) for kind in kinds])


def _tally(asked: Overview) -> list[Figure]:
    rooms: dict[str, str] = {
        Standing.EXHIBIT: reverse("readiness:museum"),
        Standing.CLAIMED: reverse("readiness:claims"),
    }
    tail = asked.tail()
    return [
        Figure(
            number,
            labels.of_standing(name, number),
            f"{rooms[name]}?{tail}" if name in rooms else f"?{asked.tail(standing=name)}#board",
        )
        for name, number in asked.counts.items()
        if number
    ]


def _ended(by_cause: dict[str, int]) -> list[Figure]:
    """How many have ended for which cause, as the summary of the API counts them; the most first."""
    said = {**labels.CAUSE, CAUSE_NOT_STATED: _("nobody said why")}
    found = sorted(by_cause.items(), key=lambda pair: -pair[1])
    return [Figure(number, str(said[cause]), "") for cause, number in found if number]


def _adopted_text(many: int) -> str:
    return (ngettext("%(n)s is adopted", "%(n)s are adopted", many) if many else _("%(n)s is adopted")) % {
        "n": labels.how_many(many)
    }


def _claimed_text(many: int) -> str:
    return ngettext("%(n)s is only said to be", "%(n)s are only said to be", many) % {"n": labels.how_many(many)}


def _stalled_text(many: int) -> str:
    return (
        ngettext("%(n)s is a museum exhibit", "%(n)s are museum exhibits", many)
        if many
        else _("%(n)s is a museum exhibit")
    ) % {"n": labels.how_many(many)}


def _of_all(whole: int, *, claimed: bool) -> str:
    if not claimed:
        return ngettext(
            "Of %(n)s pilot, %(adopted)s and %(stalled)s", "Of %(n)s pilots, %(adopted)s and %(stalled)s", whole
        )
    return ngettext(
        "Of %(n)s pilot, %(adopted)s, %(claimed)s, and %(stalled)s",
        "Of %(n)s pilots, %(adopted)s, %(claimed)s, and %(stalled)s",
        whole,
    )


def opening(counts: dict[str, int]) -> str:
    """The sentence that the page opens with."""
    whole = sum(counts.values())
    if not whole:
        return _("No pilot is on record here.")
    shown, stalled, soon = (counts["adopted"], counts[Standing.EXHIBIT], counts[Standing.AT_RISK])
    claimed = counts[Standing.CLAIMED]
    says = {
        "n": grouped(whole),
        "soon": labels.how_many(soon),
        "adopted": _adopted_text(shown),
        "claimed": _claimed_text(claimed),
        "stalled": _stalled_text(stalled),
    }
    start = _of_all(whole, claimed=bool(claimed)) % says
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
