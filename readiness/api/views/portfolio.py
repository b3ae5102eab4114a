"""The portfolio over the API: how many stand where, whom they wait on, and since when; all of it on any day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.clock import today
from pilots.models import Function, GateKind, Pilot
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Court, Standing
from readiness.api.base import AS_OF, KNOWN_AT, ApiView, GoesOut
from readiness.api.cursors import Position
from readiness.api.figures import (
    BoardSerializer,
    BottleneckFiguresSerializer,
    BottleneckSerializer,
    CountsSerializer,
    PointSerializer,
    WaitFiguresSerializer,
    WaitSerializer,
)
from readiness.api.files import Path, columns_of, in_batches_of, rows_in_batches
from readiness.api.filters import (
    FUNCTION,
    PORTFOLIO,
    in_functions,
    known_kind,
    known_portfolio,
    person_known,
)
from readiness.api.pagination import MARKS, RowPages
from readiness.api.renderers import OF_LISTS
from readiness.api.rows import serialized
from readiness.api.views.pilots import WITHOUT_GATES, ListOfPilots, wants_gates
from readiness.queries.bottlenecks import GROUPS, USUAL, bottlenecks
from readiness.queries.charged_days import Place
from readiness.queries.first_record import first_record
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.request_dates import as_of
from readiness.queries.snapshots import snapshots_of
from readiness.queries.trend import month_ends, trend
from readiness.queries.waiting_gates import gate_figures
from readiness.rules.ledger_totals import BY, Wait, waits
from readiness.rules.standing import GATE_STATES, STANDINGS, by_stage

OF = OpenApiParameter("portfolio", OpenApiTypes.STR, description="The key of one portfolio.")
OF_SOME = OpenApiParameter("portfolio", OpenApiTypes.STR, many=True, description=str(PORTFOLIO))
IN_SOME = OpenApiParameter("function", OpenApiTypes.STR, many=True, description=f"On the day that is read. {FUNCTION}")
MONTHS, MOST_MONTHS = 12, 60
A_QUARTER = timedelta(days=90)


class OfPortfolio(ApiView):
    """What is asked of all pilots that whoever asks may see, or of some portfolios."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (AS_OF, OF_SOME, IN_SOME)

    def chosen(self) -> StandingQuerySet:
        """The pilots that are asked about."""
        query, mine = self.request.query_params, self.visible_pilots()
        keys = [known_portfolio(key, "portfolio", self.person) for key in query.getlist("portfolio")]
        if keys:
            mine = mine.filter(portfolio__key__in=keys)
        return self.in_functions(mine)

    def in_functions(self, mine: StandingQuerySet) -> StandingQuerySet:
        """Those of them that lay in the functions that are asked for."""
        names = self.request.query_params.getlist("function")
        if not names:
            return mine
        found: StandingQuerySet = in_functions(mine.on(self.at), names)
        return found


class RowsOfPortfolio(GoesOut, OfPortfolio):
    """Figures in rows, all in one answer or one file."""

    renderer_classes = OF_LISTS

    def with_marks(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """These rows, each of which says of which day it is: what is nothing but rows has no other place for it."""
        marks = self.marks() | {"at": self.at.isoformat()}
        return [marks | row for row in rows]

    def answer_rows(self, rows: list[dict[str, Any]]) -> Response:
        form = self.file_asked()
        return Response(rows) if form is None else self.file_of_rows(form, rows)


class Summary(OfPortfolio):
    serializer_class = CountsSerializer

    @extend_schema(responses=CountsSerializer)
    def get(self, request: Request) -> Response:
        """How many pilots stand where on a day, declared and shown, and in whose court the open gates of running and adopted ones are."""
        chosen = self.chosen()
        counts, gates = chosen.counts(self.at), gate_figures(chosen, self.at)
        shown, claimed = counts[Standing.ADOPTED], counts[Standing.CLAIMED]
        by_kind = {kind: _by_court(states) for kind, states in gates.items()}
        body = self.marks() | {
            "pilots": sum(counts.values()),
            "standing": counts,
            "stage": by_stage(counts),
            "adoption": {"declared": shown + claimed, "shown": shown, "claimed": claimed},
            "open_gates": {court: sum(of[court] for of in by_kind.values()) for court in Court.values()},
            "open_gates_by_kind": by_kind,
            "gates": {kind: _by_state(states) for kind, states in gates.items()},
            "retired_because": chosen.retired_by_cause(self.at),
        }
        return Response(CountsSerializer(body).data)


def _by_court(states: Mapping[str, Mapping[str | None, int]]) -> dict[str, int]:
    return {court: sum(of.get(court, 0) for of in states.values()) for court in Court.values()}


def _by_state(states: Mapping[str, Mapping[str | None, int]]) -> dict[str, int]:
    return {state: sum(states.get(state, {}).values()) for state in GATE_STATES}


class Board(ListOfPilots):
    serializer_class = BoardSerializer
    parameters = (AS_OF, KNOWN_AT, WITHOUT_GATES)
    file_name = "board"

    @cached_property
    def only(self) -> frozenset[str] | None:
        named = super().only
        if wants_gates(self.request):
            return named
        return (named or frozenset(BoardSerializer().fields)) - {"gates"}

    def read(self, rows: Sequence[Pilot]) -> list[Any]:
        """These pilots as the board has them."""
        snapshots = snapshots_of(rows, at=self.at, known_at=self.known_at)
        return serialized(BoardSerializer, snapshots, self.only)

    @extend_schema(responses=BoardSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every pilot with its gates by kind, by key."""
        form, rows, only = self.file_asked(), self.chosen(), self.only
        if form is None:
            return self.answer_with(rows, self.read)
        columns = columns_of(BoardSerializer(), only)
        kinds = self._kinds() if columns.pop("gates", None) else []
        columns |= {f"{kind}:{part}": ("gates", kind, part) for kind in kinds for part in ("state", "court", "days")}
        ordered = self.order.ordered(rows, backwards=False)
        return self.file_of_columns(form, rows_in_batches(ordered, self.read), columns)

    def _kinds(self) -> list[str]:
        return list(GateKind.objects.visible_to(self.person).order_by("position", "pk").values_list("key", flat=True))


class Bottlenecks(RowsOfPortfolio):
    serializer_class = BottleneckSerializer
    file_name = "bottlenecks"
    parameters = (
        AS_OF,
        OF_SOME,
        IN_SOME,
        OpenApiParameter(
            "by",
            OpenApiTypes.STR,
            many=True,
            enum=list(GROUPS),
            description="What gates are grouped by; kind, court and holder unless said. Several may be given.",
        ),
    )

    @extend_schema(responses=BottleneckSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Whom running and adopted pilots wait on: what frees most comes first. At most 50."""
        by = request.query_params.getlist("by")
        if any(name not in GROUPS for name in by):
            raise Invalid(_("Say one of: %(words)s.") % {"words": ", ".join(GROUPS)}, field="by")
        found = bottlenecks(self.chosen(), at=self.at, by=by or USUAL)
        return self.answer_rows(self.with_marks(serialized(BottleneckFiguresSerializer, found)))


class Trend(RowsOfPortfolio):
    serializer_class = PointSerializer
    file_name = "trend"
    parameters = (
        AS_OF,
        OF_SOME,
        IN_SOME,
        OpenApiParameter(
            "months", OpenApiTypes.INT, description="How many month ends; 12 unless said, 60 at the most."
        ),
    )

    @extend_schema(responses=PointSerializer(many=True))
    def get(self, request: Request) -> Response:
        """How many pilots stood where at each month's end, and on the day asked about; the oldest first."""
        asked = request.query_params.get("months", str(MONTHS))
        if not (asked.isascii() and asked.isdecimal()) or len(asked) > 9 or not 1 <= int(asked) <= MOST_MONTHS:
            raise Invalid(_("Give a number of months from 1 to %(most)d.") % {"most": MOST_MONTHS}, field="months")
        days = [*month_ends(self.at, int(asked)), self.at]
        standings, first, now = trend(self.chosen(), days), first_record(self.visible_pilots()), today()
        points = [
            {
                "at": day,
                "projected": day > now,
                "before_first_record": first is None or day < first,
                "standing": standing,
            }
            for day, standing in zip(days, standings, strict=True)
        ]
        return self.answer_rows(serialized(PointSerializer, points))

    def file_columns(self) -> dict[str, Path]:
        marks: dict[str, Path] = {name: (name,) for name in MARKS}
        return marks | {standing: ("standing", standing) for standing in STANDINGS}


class Waits(RowsOfPortfolio):
    serializer_class = WaitSerializer
    pagination_class = RowPages
    file_name = "waits"
    may_be_empty = frozenset({"function"})
    parameters = (
        OpenApiParameter(
            "as_of", OpenApiTypes.DATE, description="Only days that had come before this one; today unless said."
        ),
        OF_SOME,
        OpenApiParameter("from", OpenApiTypes.DATE, description="The first day; 90 days before `to` unless said."),
        OpenApiParameter(
            "to",
            OpenApiTypes.DATE,
            description="The day after the last; today unless said. Days that have not come are charged to nobody, so a later one means today.",
        ),
        OpenApiParameter("by", OpenApiTypes.STR, enum=BY, description="What the days are grouped by."),
        OpenApiParameter("kind", OpenApiTypes.STR, description="Only gates of this kind."),
        OpenApiParameter(
            "holder", OpenApiTypes.STR, description="Only the days of this person: their id, name or address."
        ),
        OpenApiParameter(
            "function",
            OpenApiTypes.STR,
            description="Only the days on which the pilot lay in this function; empty (`function=`), those on which it lay in none.",
        ),
        OpenApiParameter("pilot", OpenApiTypes.STR, description="Only this pilot."),
    )

    @extend_schema(responses=WaitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The open days of any period, each charged to one court; the parts add up to the whole.

        A period ends with yesterday at the latest; each row says which days were counted. By all that is known now:
        `known_at` is refused. Whoever has most comes first, a thousand rows an answer; `Link` says where the others are.
        """
        form = self.file_asked()
        if form is not None:
            return self.file_of_rows(form, self._in_rows(self._found()))
        pages: Any = self.paginator
        position = pages.begin(request, self, 1, 2)
        found = self._found(_place(position) if position else None, pages.size + 1)
        rows = pages.end(found, position, _position_of)
        return cast(Response, pages.get_paginated_response(list(self._in_rows(rows))))

    def _in_rows(self, found: Sequence[Wait]) -> Iterator[dict[str, Any]]:
        """These as an answer has them, some at a time: a file has as many as there are pilots."""
        for some in in_batches_of(found):
            yield from self.with_marks(serialized(WaitFiguresSerializer, some))

    def _found(self, beside: Place | None = None, most: int | None = None) -> list[Wait]:
        """The days that are asked for; of all of them, those beside a row."""
        query = self.request.query_params
        at = min(self.at, today())
        start, end = period(query, at)
        by = query.get("by", "court")
        if by not in BY:
            raise Invalid(_("Say one of: %(by)s.") % {"by": ", ".join(BY)}, field="by")
        there = self.chosen()
        if query.get("pilot"):
            there = there.filter(key=query["pilot"])
        kind, holder = query.get("kind"), query.get("holder")
        kind = known_kind(kind, "kind", self.person) if kind else None
        return waits(
            there,
            start=start,
            end=end,
            by=by,
            kind=kind,
            holder=person_known(holder, "holder", self.person) if holder else None,
            functions=functions_asked(query),
            at=at,
            beside=beside,
            most=most,
        )

    def in_functions(self, mine: StandingQuerySet) -> StandingQuerySet:
        """Of a function are the days on which a pilot lay there, not the pilots that lie there now."""
        return mine

    def file_columns(self) -> dict[str, Path]:
        parts = [(part, court) for part in ("courts", "finished", "still_open") for court in Court.values()]
        days: dict[str, Path] = {
            court if part == "courts" else f"{part}_{court}": (part, court) for part, court in parts
        }
        marks: dict[str, Path] = {name: (name,) for name in MARKS}
        return {name: (name,) for name in ("of", "name", "from", "to", "days")} | days | marks


def _place(position: Position) -> Place:
    [days], [name, of] = position.values, position.names
    return Place(days, name, of, position.backwards)


def _position_of(wait: Wait, backwards: bool) -> Position:
    return Position(backwards, [wait.days], [wait.name, wait.of])


def period(query: Mapping[str, str], at: date) -> tuple[date, date]:
    """The period asked about, from a day up to, not including, another.

    Raises:
        Invalid: it ends before it begins, with the field.
    """
    end = as_of(query, "to") if query.get("to") else at
    start = as_of(query, "from") if query.get("from") else min(end, at) - A_QUARTER
    if start > end:
        raise Invalid(_("The period ends before it begins."), field="from")
    return start, end


def functions_asked(query: Mapping[str, str]) -> set[int | None] | None:
    """The functions of that name, None for none; or None where nothing is said of it."""
    if "function" not in query:
        return None
    name = query["function"].strip()
    found = Function.objects.filter(name__iexact=name)
    return set(found.values_list("pk", flat=True)) if name else {None}
