"""Pilots over the API: many on a day, one with all of its record, and the actions on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions
from pilots.models import Event, Pilot
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Standing
from readiness import registry
from readiness.api.actions import ActionView, view_of
from readiness.api.base import AS_OF, KNOWN_AT, ApiView, AskingForMany
from readiness.api.cursors import Column, Order
from readiness.api.etags import expected_version, tagged_response
from readiness.api.filters import PilotFilter
from readiness.api.inputs import OF_PILOT
from readiness.api.own_form import own_form
from readiness.api.rows import serialized
from readiness.api.serializers import (
    ChangedPilotSerializer,
    PilotSerializer,
    PilotWithGatesSerializer,
    WholePilotSerializer,
)
from readiness.queries.consequences import of_pilots, weigh
from readiness.queries.friction import gaps_of, with_gaps
from readiness.queries.pilots import ordering_column
from readiness.queries.snapshots import PilotSnapshot, snapshot_of, snapshots_of

GATES = "gates"
EXPAND = OpenApiParameter(
    "expand",
    OpenApiTypes.STR,
    enum=(GATES,),
    description="`gates`: each gate whole, with who else may decide it and by when an answer was asked for.",
)
WITHOUT_GATES = OpenApiParameter(
    GATES, OpenApiTypes.BOOL, description="`false` leaves the gates out; they are there unless said."
)


class ListOfPilots(AskingForMany):
    """A list of the pilots that whoever asks may see, as they stood on a day."""

    filter_backends: Any = (DjangoFilterBackend,)
    filterset_class = PilotFilter
    orderings: ClassVar[Mapping[str, Column]] = {
        "key": Column("key"),
        "name": Column("name"),
        "stalls_on": Column("by_stall", nullable=True),
        "days_quiet": Column("by_movement", descending=True, nullable=True),
        "slips": Column("by_slips"),
        "since": Column("by_since"),
        "days": Column("by_since", descending=True),
    }

    @property
    def order(self) -> Order:
        """By key, unless something else is asked for."""
        asked = self.ordering_asked()
        if asked is None or asked[0].name == "key":
            return Order((), Column("key", descending=bool(asked and asked[1])), ("key",))
        column, turned = asked
        return Order((Column(column.name, column.descending != turned, column.nullable),), Column("key"), ("key",))

    def get_queryset(self) -> Any:
        wanted, mine = self.request.query_params.getlist("standing"), self.visible_pilots()
        if not wanted:
            # What nobody asked for by its standing is not read in SQL: each pilot of the page is, by the rule itself.
            return mine.on(self.at, self.known_at)
        return mine.standing(self.at, self.known_at, with_void=Standing.VOID in wanted)

    def chosen(self) -> Any:
        """The pilots that are asked for, with what they are ordered by."""
        rows = self.filter_queryset(self.get_queryset())
        wanted = [column.name for column in self.order.columns if column.name.startswith("by_")]
        return rows.annotate(**{name: ordering_column(name, self.at) for name in wanted})


class Pilots(ListOfPilots):
    """The pilots that whoever asks may see, as they stood on a day."""

    serializer_class = PilotSerializer
    parameters = (AS_OF, KNOWN_AT, EXPAND, WITHOUT_GATES)
    file_name = "pilots"

    @property
    def order(self) -> Order:
        """By key; a room of the museum by itself as it hangs there, on every page and in every command."""
        if self._room() and self.ordering_asked() is None:
            return Order((Column("hangs_by"),), Column("pk"), ("key",))
        return super().order

    def _room(self) -> str | None:
        asked = self.request.query_params.getlist("standing")
        return asked[0] if asked in ([Standing.EXHIBIT], [Standing.CLAIMED]) else None

    def get_queryset(self) -> Any:
        mine, room = self.visible_pilots(), self._room()
        if room == Standing.EXHIBIT:
            return mine.exhibits(self.at, self.known_at)
        if room == Standing.CLAIMED:
            return mine.claims(self.at, self.known_at)
        return super().get_queryset()

    def row_serializer(self) -> Any:
        return PilotWithGatesSerializer if self.expanded else PilotSerializer

    @cached_property
    def expanded(self) -> bool:
        """Whether gates are asked for whole."""
        asked = self.request.query_params.get("expand")
        if asked not in (None, GATES):
            raise Invalid(_("Say one of: %(words)s.") % {"words": GATES}, field="expand")
        if asked and not self.with_gates:
            raise Invalid(_("Ask for the gates whole, or not at all."), field="expand")
        return asked is not None

    @cached_property
    def with_gates(self) -> bool:
        """Whether gates are asked for."""
        return wants_gates(self.request)

    @cached_property
    def only(self) -> frozenset[str] | None:
        named = super().only
        if self.with_gates or (named is not None and GATES not in named):
            return named
        return (named or frozenset(self.row_serializer()().fields)) - {GATES}

    def read(self, rows: Sequence[Pilot]) -> list[Any]:
        """These pilots as an answer has them."""
        snapshots = snapshots_of(rows, at=self.at, known_at=self.known_at)
        beside = {"pilots": {one.pilot.pk: one for one in snapshots}} if self.expanded else {}
        return serialized(self.row_serializer(), snapshots, self.only, **beside)

    @extend_schema(responses=PilotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Pilots as they stood on a day, by key; exhibits or claims asked for by themselves, the oldest first.

        As a file they have the columns of the product's own form, which an import reads again; with `fields`, those.
        """
        rows, form = self.chosen(), self.file_asked()
        if form is not None and self.only is None and self.file_name == "pilots":
            answer: Response = own_form(self.person, rows, form, self.at, self.known_at)
            return answer
        return self.answer_with(rows, self.read)


class Exhibits(Pilots):
    """The museum on a day: what stalled longest ago first."""

    file_name = "exhibits"

    def _room(self) -> str | None:
        return Standing.EXHIBIT

    @extend_schema(responses=PilotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Museum exhibits on a day, the longest stalled first, each with its placard."""
        return super().get(request)


def wants_gates(request: Request) -> bool:
    """Whether the gates of pilots are asked for. Raises Invalid where that is neither true nor false."""
    asked = request.query_params.get(GATES, "true").strip().lower()
    if asked not in ("true", "false"):
        raise Invalid(_("Say one of: %(words)s.") % {"words": "true, false"}, field=GATES)
    return asked == "true"


class OnePilot(ApiView):
    """One pilot as it stood on a day."""

    marks_itself = True

    serializer_class: Any = WholePilotSerializer
    parameters = (AS_OF, KNOWN_AT)

    @extend_schema(responses=WholePilotSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One pilot as it stood on a day. The `ETag` is what an action takes as `If-Match`."""
        pilot = self.pilot(key)
        snapshot = snapshot_of(pilot, at=self.at, known_at=self.known_at)
        if snapshot is None:
            raise Http404
        return shown(request, pilot, snapshot, self.known_at)


def shown(request: Request, pilot: Pilot, snapshot: PilotSnapshot, known_at: date | None = None) -> Response:
    """A pilot with all of its record, and its mark."""
    snapshot = with_gaps(snapshot, gaps_of(pilot, snapshot.at))
    return tagged_response(request, pilot.version, WholePilotSerializer(snapshot, context={"known_at": known_at}).data)


class PilotAction(ActionView):
    """An action on a pilot."""

    target: Pilot | None = None

    def post(self, request: Request, key: str) -> Response:
        """Do it, in the name of whoever asks, and answer with the pilot as it is then."""
        self.target = pilot = self.pilot(key)
        version = partial(expected_version, request)

        def attempt(says: dict[str, Any]) -> Any:
            return partial(
                getattr(actions, self.action), pilot=pilot, by=self.person, expected_version=version(), **says
            )()

        if not registry.INTERFACES[self.action].warns_of_lost_answers:
            self.perform(attempt)
            return shown(request, pilot, self._snapshot(pilot))
        # A program is not asked to agree: the answer lists the consequences.
        _done, consequences = self.perform(lambda says: weigh(partial(attempt, says), of_pilots([pilot]), agreed=None))
        shape = ChangedPilotSerializer(self._snapshot(pilot), context={"consequences": consequences})
        return tagged_response(request, pilot.version, shape.data)

    def state_now(self) -> dict[str, Any]:
        """The version and the mark of the pilot as it is now, and what happened since the version that was named."""
        if self.target is None:
            return {}
        pilot = Pilot.objects.select_related("portfolio").get(pk=self.target.pk)
        mark = shown(self.request, pilot, self._snapshot(pilot))["ETag"]
        return {
            "current_version": pilot.version,
            "etag": mark,
            "meanwhile": self.meanwhile(Event.objects.filter(pilot=pilot), pilot.version),
        }

    def _snapshot(self, pilot: Pilot) -> PilotSnapshot:
        snapshot = snapshot_of(pilot, at=self.at)
        assert snapshot is not None
        return snapshot


def action_view(address: str) -> Any:
    """The view of one action, by the word that stands in its address."""
    action, ask = OF_PILOT[address]
    answer = ChangedPilotSerializer if registry.INTERFACES[action].warns_of_lost_answers else WholePilotSerializer
    return view_of(PilotAction, "pilot", action, ask, answer)
