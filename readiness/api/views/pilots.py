"""Pilots over the API: many on a day, one with all of its record, and the verbs on it."""

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
from readiness.api.actions import Doing, view_of
from readiness.api.base import AS_OF, KNOWN_AT, WITH, Asking, AskingForMany
from readiness.api.etags import answered, seen
from readiness.api.filters import PilotFilter
from readiness.api.inputs import OF_PILOT
from readiness.api.serializers import ChangedPilotShape, PilotShape, WholePilotShape
from readiness.queries.consequences import of_pilots, weigh
from readiness.queries.snapshots import PilotOn, read_many, read_one


class Pilots(AskingForMany):
    """The pilots that whoever asks may see, as they stood on a day."""

    serializer_class = PilotShape
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
        mine, room = self.mine(), self._room()
        if room == Standing.EXHIBIT:
            return mine.exhibits(self.at, self.known_at).select_related(*WITH)
        if room == Standing.CLAIMED:
            return mine.claims(self.at, self.known_at).select_related(*WITH)
        with_void = Standing.VOID in self.request.query_params.getlist("standing")
        return mine.standing(self.at, self.known_at, with_void=with_void).select_related(*WITH)

    @extend_schema(responses=PilotShape(many=True))
    def get(self, request: Request) -> Response:
        """Pilots as they stood on a day, by key; exhibits or claims asked for by themselves, the oldest first."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        found = read_many(rows, at=self.at, known_at=self.known_at)
        return self.get_paginated_response([PilotShape(one).data for one in found])


class Exhibits(Pilots):
    """The museum on a day: what stalled longest ago first."""

    def _room(self) -> str | None:
        return Standing.EXHIBIT

    @extend_schema(responses=PilotShape(many=True))
    def get(self, request: Request) -> Response:
        """Museum exhibits on a day, the longest stalled first, each with its placard."""
        return super().get(request)


class OnePilot(Asking):
    """One pilot as it stood on a day."""

    serializer_class = WholePilotShape
    parameters = (AS_OF, KNOWN_AT)

    @extend_schema(responses=WholePilotShape)
    def get(self, request: Request, key: str) -> Response:
        """One pilot as it stood on a day. The `ETag` is what a verb takes as `If-Match`."""
        pilot = self.pilot(key)
        found = read_one(pilot, at=self.at, known_at=self.known_at)
        if found is None:
            raise Http404
        return shown(request, pilot, found, self.known_at)


def shown(request: Request, pilot: Pilot, found: PilotOn, known_at: date | None = None) -> Response:
    """A pilot with all of its record, and its mark."""
    return answered(request, pilot.version, WholePilotShape(found, context={"known_at": known_at}).data)


class PilotVerb(Doing):
    """A verb on a pilot."""

    def post(self, request: Request, key: str) -> Response:
        """Do it, in the name of whoever asks, and answer with the pilot as it is then."""
        pilot, says = self.pilot(key), self.asked()
        act = partial(getattr(actions, self.verb), pilot=pilot, by=self.person, seen=seen(request), **says)
        if not registry.ROWS[self.verb].weighs:
            act()
            return shown(request, pilot, self._found(pilot))
        # Whoever writes by program is not asked, but told.
        _done, consequences = weigh(act, of_pilots([pilot]), agreed=None)
        shape = ChangedPilotShape(self._found(pilot), context={"consequences": consequences})
        return answered(request, pilot.version, shape.data)

    def _found(self, pilot: Pilot) -> PilotOn:
        found = read_one(pilot, at=self.at)
        assert found is not None
        return found


def verb_view(address: str) -> Any:
    """The view of one verb, by the word that stands in its address."""
    verb, ask = OF_PILOT[address]
    answer = ChangedPilotShape if registry.ROWS[verb].weighs else WholePilotShape
    return view_of(PilotVerb, "pilot", verb, ask, answer)
