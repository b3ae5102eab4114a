"""Decisions and events over the API: what was signed, and the log of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.models import Decision, Event
from pilots.models.events import PARTS
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Outcome
from readiness.api.base import AS_OF, KNOWN_AT, AskingForMany
from readiness.api.cursors import Column, Order
from readiness.api.filters import (
    KIND,
    PERSON,
    PORTFOLIO,
    DayFilter,
    Filters,
    KindFilter,
    PortfolioFilter,
    among_people,
    people_named,
    some_of,
    texts,
)
from readiness.api.rows import serialized
from readiness.api.serializers import DecisionSerializer, EventSerializer
from readiness.queries.precedents import cited_by
from readiness.queries.request_dates import as_of
from readiness.text.events import ACTIONS


class DecisionFilter(Filters):
    """Decisions by pilot, gate, kind, outcome, decider and where their pilot lies."""

    pilot = texts("of_pilots", gettext_lazy("The key of a pilot; several may be given."))
    gate = texts("on_gates", gettext_lazy("The id of a gate; several may be given."))
    kind = KindFilter(field_name="gate__kind__key", help_text=KIND, distinct=False)
    outcome = some_of(Outcome.values(), help_text=gettext_lazy("What was answered; several may be given."))
    decider = texts("signed_by", PERSON)
    portfolio = PortfolioFilter(field_name="gate__pilot__portfolio__key", help_text=PORTFOLIO, distinct=False)
    signed_since = DayFilter(
        field_name="effective_on",
        lookup_expr="gte",
        help_text=gettext_lazy("Which count from this day or a later one."),
    )

    def of_pilots(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(gate__pilot__key__in=value) if value else rows

    def on_gates(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(gate__public_id__in=value) if value else rows

    def signed_by(self, rows: Any, _name: str, value: list[str]) -> Any:
        if not value:
            return rows
        return rows.filter(among_people(people_named(value, "decider", self.request.user), "decider"))


BY_WRITING = {"written": "pk"}
"""How a log is ordered: by the order in which it was written."""


class InOrderOfWriting(AskingForMany):
    """A list in the order of writing, or against it."""

    orderings = BY_WRITING
    latest_first: ClassVar[bool]

    @property
    def order(self) -> Order:
        asked = self.ordering_asked()
        descending = self.latest_first if asked is None else asked[1]
        return Order((), Column("pk", descending), ("public_id",))


class Decisions(InOrderOfWriting):
    """The decisions on pilots that whoever asks may see, the latest first."""

    queryset: Any = Decision.objects.none()
    serializer_class = DecisionSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = DecisionFilter
    parameters = (AS_OF, KNOWN_AT)
    latest_first = True
    file_name = "decisions"

    def get_queryset(self) -> Any:
        rows = Decision.objects.filter(self.of_visible_pilots("gate__pilot"), effective_on__lte=self.at)
        if self.known_at is not None:
            rows = rows.filter(known_on__lte=self.known_at)
        return rows.select_related("gate__pilot", "gate__kind", "decider", "by", "event")

    @extend_schema(responses=DecisionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Decisions up to a day, the latest written down first."""
        rows = self.filter_queryset(self.get_queryset())
        return self.answer_with(rows, self.read)

    def read(self, decisions: Sequence[Decision]) -> list[Any]:
        """These decisions, as an answer has them."""
        return serialized(DecisionSerializer, decisions, self.only, cited=cited_by(self.person, decisions))


def _entries(mine: Q) -> Any:
    """The events of these pilots. An event on many is one row, with the number of these pilots that it was on."""
    of_batch = Q(batch=OuterRef("batch"), portfolio=Coalesce(OuterRef("portfolio"), F("portfolio")))
    members = Event.objects.filter(of_batch, mine, pilot__isnull=False)
    number = members.order_by().values("batch").annotate(n=Count("pilot", distinct=True)).values("n")
    stands = Q(pilot=None) & ~Q(batch="") & ~Q(action__in=PARTS) & Exists(members)
    rows = Event.objects.filter(Q(batch="", pilot__isnull=False) & mine | stands)
    return rows.annotate(number_of_pilots=Case(When(pilot=None, then=Subquery(number)), default=None))


class EventFilter(Filters):
    """Events by what was done, who did it or is concerned, and where. `by` finds whoever acted, decided or is named."""

    action = some_of(ACTIONS, help_text=gettext_lazy("The word of an action; several may be given."))
    by = texts("of_people", PERSON)
    portfolio = PortfolioFilter(field_name="portfolio__key", help_text=PORTFOLIO, distinct=False)
    pilot = texts(
        "of_pilots", gettext_lazy("The key of a pilot; several may be given. What was done to many is listed then.")
    )
    kind = KindFilter(field_name="gate__kind__key", help_text=KIND, distinct=False)

    def of_people(self, rows: Any, _name: str, value: list[str]) -> Any:
        """Whoever acted or decided, or whom it concerns; for nobody, what a list or the installation did."""
        if not value:
            return rows
        people = people_named(value, "by", self.request.user)
        named = [pk for pk in people if pk is not None]
        found = Q(by__in=named) | Q(decision__decider__in=named) | Q(data__person__in=named)
        return rows.filter(found | Q(by=None) if None in people else found)

    def of_pilots(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(pilot__key__in=value) if value else rows


class Events(InOrderOfWriting):
    """What was done to pilots that whoever asks may see, from a day to a day, in the order of the log.

    What was done to many at once is one entry; with `batch`, `pilot` or `kind`, each is listed.
    """

    queryset: Any = Event.objects.none()
    serializer_class = EventSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = EventFilter
    latest_first = False
    file_name = "events"
    parameters = (
        OpenApiParameter("from", OpenApiTypes.DATE, description="The first day on which it was written down."),
        OpenApiParameter("to", OpenApiTypes.DATE, description="The last day; today unless said."),
        OpenApiParameter(
            "batch", OpenApiTypes.STR, description="What an action on many did to each pilot: the batch of its entry."
        ),
        OpenApiParameter("as_of", OpenApiTypes.DATE, description="Only what counts from this day or an earlier one."),
        KNOWN_AT,
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
        elif not (query.get("pilot") or query.get("kind")):
            rows = _entries(mine)
        # What was written down late is an event of the day on which it became known.
        days = Q(known_on__lte=min(last, self.known_at or last))
        if query.get("from"):
            days &= Q(known_on__gte=first)
        if query.get("as_of"):
            days &= Q(effective_on__lte=self.at)
        return rows.filter(days).select_related("pilot", "gate__kind", "by", "decision")

    @extend_schema(responses=EventSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What was done, and became known from a day to a day, in the order of the log."""
        rows = self.filter_queryset(self.get_queryset())
        return self.answer_with(rows, lambda some: serialized(EventSerializer, some, self.only))
