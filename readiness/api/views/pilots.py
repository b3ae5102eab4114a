"""Pilots over the API: many on a day, one with all of its record, and the actions on it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions
from pilots.models import Pilot
from pilots.rules.vocabulary import Standing
from readiness import registry
from readiness.api.actions import ActionView, view_of
from readiness.api.base import AS_OF, KNOWN_AT, ApiView, AskingForMany
from readiness.api.etags import expected_version, tagged_response
from readiness.api.filters import PilotFilter
from readiness.api.inputs import OF_PILOT
from readiness.api.rows import serialized
from readiness.api.serializers import ChangedPilotSerializer, PilotSerializer, WholePilotSerializer
from readiness.queries.consequences import of_pilots, weigh
from readiness.queries.snapshots import PilotSnapshot, snapshot_of, snapshots_of


class Pilots(AskingForMany):
    """The pilots that whoever asks may see, as they stood on a day."""

    serializer_class = PilotSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PilotFilter
    parameters = (AS_OF, KNOWN_AT)

    @property
    def ordering(self) -> tuple[str, ...]:
        """By key; a room of the museum by itself as it hangs there, on every page and in every command."""
        return ("hangs_by", "pk") if self._room() else ("key",)

    def _room(self) -> str | None:
        asked = self.request.query_params.getlist("standing")
        return asked[0] if asked in ([Standing.EXHIBIT], [Standing.CLAIMED]) else None

    def get_queryset(self) -> Any:
        mine, room = self.visible_pilots(), self._room()
        if room == Standing.EXHIBIT:
            return mine.exhibits(self.at, self.known_at)
        if room == Standing.CLAIMED:
            return mine.claims(self.at, self.known_at)
        wanted = self.request.query_params.getlist("standing")
        if not wanted:
            # What nobody asked for by its standing is not read in SQL: each pilot of the page is, by the rule itself.
            return mine.on(self.at, self.known_at)
        return mine.standing(self.at, self.known_at, with_void=Standing.VOID in wanted)

    @extend_schema(responses=PilotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Pilots as they stood on a day, by key; exhibits or claims asked for by themselves, the oldest first."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        snapshots = snapshots_of(rows, at=self.at, known_at=self.known_at)
        return self.get_paginated_response(serialized(PilotSerializer, snapshots))


class Exhibits(Pilots):
    """The museum on a day: what stalled longest ago first."""

    def _room(self) -> str | None:
        return Standing.EXHIBIT

    @extend_schema(responses=PilotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Museum exhibits on a day, the longest stalled first, each with its placard."""
        return super().get(request)


class OnePilot(ApiView):
    """One pilot as it stood on a day."""

    serializer_class = WholePilotSerializer
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
    return tagged_response(request, pilot.version, WholePilotSerializer(snapshot, context={"known_at": known_at}).data)


class PilotAction(ActionView):
    """An action on a pilot."""

    def post(self, request: Request, key: str) -> Response:
        """Do it, in the name of whoever asks, and answer with the pilot as it is then."""
        pilot, says = self.pilot(key), self.arguments()
        action = partial(
            getattr(actions, self.action),
            pilot=pilot,
            by=self.person,
            expected_version=expected_version(request),
            **says,
        )
        if not registry.INTERFACES[self.action].warns_of_lost_answers:
            action()
            return shown(request, pilot, self._snapshot(pilot))
        # A program is not asked to agree: the answer lists the consequences.
        _done, consequences = weigh(action, of_pilots([pilot]), agreed=None)
        shape = ChangedPilotSerializer(self._snapshot(pilot), context={"consequences": consequences})
        return tagged_response(request, pilot.version, shape.data)

    def _snapshot(self, pilot: Pilot) -> PilotSnapshot:
        snapshot = snapshot_of(pilot, at=self.at)
        assert snapshot is not None
        return snapshot


def action_view(address: str) -> Any:
    """The view of one action, by the word that stands in its address."""
    action, ask = OF_PILOT[address]
    answer = ChangedPilotSerializer if registry.INTERFACES[action].warns_of_lost_answers else WholePilotSerializer
    return view_of(PilotAction, "pilot", action, ask, answer)
