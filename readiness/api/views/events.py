"""Decisions and changes over the API: what was signed, and what happened from a day to a day."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.models import Decision, Event
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Outcome
from readiness.api.base import AS_OF, KNOWN_AT, AskingForMany
from readiness.api.filters import KindFilter, one_of, person_named
from readiness.api.rows import serialized
from readiness.api.serializers import DecisionSerializer, EventSerializer
from readiness.queries.request_dates import as_of


class DecisionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Decisions by pilot, gate, kind, outcome and decider."""

    pilot = django_filters.CharFilter(field_name="gate__pilot__key")
    gate = django_filters.CharFilter(field_name="gate__public_id")
    kind = KindFilter(field_name="gate__kind__key")
    outcome = one_of(Outcome.values(), field_name="outcome")
    decider = django_filters.CharFilter(method="signed_by")

    def signed_by(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(decider=person_named(value, "decider"))


class Decisions(AskingForMany):
    """The decisions on pilots that whoever asks may see, the latest first."""

    queryset: Any = Decision.objects.none()
    serializer_class = DecisionSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = DecisionFilter
    parameters = (AS_OF, KNOWN_AT)
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def get_queryset(self) -> Any:
        rows = Decision.objects.filter(self.of_visible_pilots("gate__pilot"), effective_on__lte=self.at)
        if self.known_at is not None:
            rows = rows.filter(known_on__lte=self.known_at)
        return rows.select_related("gate__pilot", "gate__kind", "decider", "by", "event")

    @extend_schema(responses=DecisionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Decisions up to a day, the latest written down first."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(serialized(DecisionSerializer, rows))


def _entries(mine: Q) -> Any:
    """The events of these pilots. An event on many is one row, with the number of these pilots that it was on."""
    of_batch = Q(batch=OuterRef("batch"), portfolio=Coalesce(OuterRef("portfolio"), F("portfolio")))
    members = Event.objects.filter(of_batch, mine, pilot__isnull=False)
    number = members.order_by().values("batch").annotate(n=Count("pilot", distinct=True)).values("n")
    stands = Q(pilot=None) & ~Q(batch="") & Exists(members)
    rows = Event.objects.filter(Q(batch="", pilot__isnull=False) & mine | stands)
    return rows.annotate(number_of_pilots=Case(When(pilot=None, then=Subquery(number)), default=None))


class Changes(AskingForMany):
    """What was done to pilots that whoever asks may see, from a day to a day, in the order of the log.

    What was done to many at once is one entry; with `batch` or `pilot`, each is listed.
    """

    queryset: Any = Event.objects.none()
    serializer_class = EventSerializer
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
    parameters = (
        OpenApiParameter("from", OpenApiTypes.DATE, description="The first day."),
        OpenApiParameter("to", OpenApiTypes.DATE, description="The last day; today unless said."),
        OpenApiParameter("pilot", OpenApiTypes.STR, description="The key of one pilot."),
        OpenApiParameter(
            "batch", OpenApiTypes.STR, description="What an act on many did to each pilot: the batch of its entry."
        ),
    )

    def get_queryset(self) -> Any:
        query = self.request.query_params
        first, last = as_of(query, "from"), as_of(query, "to")
        if query.get("from") and first > last:
            raise Invalid(_("The last day lies before the first."), field="to")
        mine = self.of_visible_pilots("pilot", portfolio="portfolio")
        rows = Event.objects.filter(mine, pilot__isnull=False)
        if query.get("batch"):
            rows = rows.of_batch(query["batch"])
        elif not query.get("pilot"):
            rows = _entries(mine)
        # What was written down late is a change of the day on which it became known.
        days = Q(known_on__lte=last)
        if query.get("from"):
            days &= Q(known_on__gte=first)
        if query.get("pilot"):
            days &= Q(pilot__key=query["pilot"])
        return rows.filter(days).select_related("pilot", "gate__kind", "by", "decision")

    @extend_schema(responses=EventSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What became known from a day to a day, in the order of the log."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(serialized(EventSerializer, rows))
