"""The portfolio over the API: how many stand where, whom they wait on, and since when; all of it on any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.clock import today
from pilots.models import Function
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Court
from readiness.api.base import AS_OF, ApiView
from readiness.api.filters import known_kind, known_portfolio, person_named
from readiness.api.pagination import Pages
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries.bottlenecks import bottlenecks
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.request_dates import as_of
from readiness.queries.snapshots import snapshots_of
from readiness.queries.trend import trend
from readiness.rules.ledger_totals import BY, waits

OF = OpenApiParameter("portfolio", OpenApiTypes.STR, description="The key of one portfolio.")
MONTHS, MOST_MONTHS = 12, 60
A_QUARTER = timedelta(days=90)


class CountsSerializer(serializers.Serializer[Any]):
    """How many pilots have each standing, and how many open gates of running and adopted pilots each court has."""

    at = serializers.DateField()
    pilots = serializers.IntegerField()
    standing = serializers.DictField(child=serializers.IntegerField())
    open_gates = serializers.DictField(child=serializers.IntegerField())


class PointSerializer(serializers.Serializer[Any]):
    """How many pilots had each standing on a day."""

    at = serializers.DateField()
    standing = serializers.DictField(child=serializers.IntegerField())


class BottleneckSerializer(RowSerializer):
    """Open gates that one person holds; `frees` counts pilots in which nothing else is open."""

    kind = serializers.CharField(source="kind.key")
    court = serializers.ChoiceField(choices=Court.values())
    holder = PersonSerializer(allow_null=True)
    gates = serializers.IntegerField()
    frees = serializers.IntegerField()


class WaitSerializer(serializers.Serializer[Any]):
    """Days by court; `days` is their sum. They were counted from `from` up to, not including, `to`: no day that has not come."""

    of = serializers.CharField()
    name = serializers.CharField()
    courts = serializers.DictField(child=serializers.IntegerField())
    days = serializers.IntegerField()

    def get_fields(self) -> Any:
        ends = {"from": serializers.DateField(source="start"), "to": serializers.DateField(source="end")}
        return super().get_fields() | ends


class UnitSerializer(RowSerializer):
    """A gate on the board."""

    state = serializers.CharField(source="status.state")
    court = serializers.CharField(source="status.court", allow_null=True)
    since = serializers.DateField(source="status.since")
    since_at_least = serializers.BooleanField(source="status.since_at_least")
    days = serializers.IntegerField(source="status.days", allow_null=True)


class BoardSerializer(RowSerializer):
    """A pilot on the board: its standing, and its gates by kind."""

    key = serializers.CharField(source="pilot.key")
    name = serializers.CharField(source="pilot.name")
    portfolio = serializers.CharField(source="pilot.portfolio.key")
    function = serializers.CharField(source="function.name", default=None)
    standing = serializers.CharField(source="status.standing")
    stalls_on = serializers.DateField(source="status.stalls_on", allow_null=True)
    start_known = serializers.BooleanField(source="status.start_known")
    days_quiet = serializers.IntegerField(source="status.days_quiet", allow_null=True)
    gates = serializers.SerializerMethodField()

    def get_gates(self, found: Any) -> dict[str, Any]:
        return {gate.kind.key: _GATE.to_representation(gate) for gate in found.gates}


_GATE = UnitSerializer()


class OfPortfolio(ApiView):
    """What is asked of all pilots that whoever asks may see, or of one portfolio."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (AS_OF, OF)

    def chosen(self) -> StandingQuerySet:
        """The pilots that are asked about."""
        mine, key = self.visible_pilots(), self.request.query_params.get("portfolio")
        return mine.filter(portfolio__key=known_portfolio(key, "portfolio", self.person)) if key else mine


class Summary(OfPortfolio):
    serializer_class = CountsSerializer

    @extend_schema(responses=CountsSerializer)
    def get(self, request: Request) -> Response:
        """How many pilots stand where on a day, and in whose court the open gates of running and adopted ones are."""
        chosen = self.chosen()
        counts = chosen.counts(self.at)
        body = {
            "at": self.at,
            "pilots": sum(counts.values()),
            "standing": counts,
            "open_gates": chosen.open_gates_by_court(self.at),
        }
        return Response(CountsSerializer(body).data)


class Board(OfPortfolio):
    pagination_class = Pages
    serializer_class = BoardSerializer
    ordering: ClassVar[tuple[str, ...]] = ("key",)

    @extend_schema(responses=BoardSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every pilot with its gates by kind, by key."""
        there = self.chosen().on(self.at)
        snapshots = snapshots_of(self.paginate_queryset(there) or [], at=self.at)
        return self.get_paginated_response(serialized(BoardSerializer, snapshots))


class Bottlenecks(OfPortfolio):
    serializer_class = BottleneckSerializer

    @extend_schema(responses=BottleneckSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Whom running and adopted pilots wait on: what frees most comes first. At most 50."""
        found = bottlenecks(self.chosen(), at=self.at)
        return Response(serialized(BottleneckSerializer, found))


class Trend(OfPortfolio):
    serializer_class = PointSerializer
    parameters = (
        AS_OF,
        OF,
        OpenApiParameter(
            "months", OpenApiTypes.INT, description="How many month ends; 12 unless said, 60 at the most."
        ),
    )

    @extend_schema(responses=PointSerializer(many=True))
    def get(self, request: Request) -> Response:
        """How many pilots stood where at each month's end, and on the day asked about; the oldest first."""
        months = request.query_params.get("months", str(MONTHS))
        if not months.isdecimal() or not 1 <= int(months) <= MOST_MONTHS:
            raise Invalid(_("Give a number of months from 1 to %(most)d.") % {"most": MOST_MONTHS}, field="months")
        days = [*month_ends(self.at, int(months)), self.at]
        standings = trend(self.chosen(), days)
        points = [{"at": day, "standing": standing} for day, standing in zip(days, standings, strict=True)]
        return Response(serialized(PointSerializer, points))


def month_ends(at: date, months: int) -> list[date]:
    """The last days of the months before a date's, the oldest first."""
    ends: list[date] = []
    last = at.replace(day=1) - timedelta(days=1)
    for _month in range(months):
        ends.append(last)
        last = last.replace(day=1) - timedelta(days=1)
    return ends[::-1]


class Waits(OfPortfolio):
    serializer_class = WaitSerializer
    may_be_empty = frozenset({"function"})
    parameters = (
        OpenApiParameter(
            "as_of", OpenApiTypes.DATE, description="Only days that had come before this one; today unless said."
        ),
        OF,
        OpenApiParameter("from", OpenApiTypes.DATE, description="The first day; 90 days before `to` unless said."),
        OpenApiParameter(
            "to",
            OpenApiTypes.DATE,
            description="The day after the last; today unless said. Days that have not come are charged to nobody, so a later one means today.",
        ),
        OpenApiParameter("by", OpenApiTypes.STR, enum=BY, description="What the days are grouped by."),
        OpenApiParameter("kind", OpenApiTypes.STR, description="Only gates of this kind."),
        OpenApiParameter("holder", OpenApiTypes.STR, description="Only the days of this person: their id or address."),
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
        `known_at` is refused.
        """
        query = request.query_params
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
        found = waits(
            there,
            start=start,
            end=end,
            by=by,
            kind=kind,
            holder=person_named(holder, "holder") if holder else None,
            functions=functions_asked(query),
            at=at,
        )
        return Response(serialized(WaitSerializer, found))


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
