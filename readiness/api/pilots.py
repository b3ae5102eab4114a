"""Pilots over the API: many on a day, one with all of its record, and the verbs on it."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import verbs
from pilots.models import Pilot
from readiness.api.asking import AS_OF, KNOWN_AT, WITH, Asking, AskingForMany
from readiness.api.asks import OF_PILOT
from readiness.api.doing import Doing, view_of
from readiness.api.etags import answered, seen
from readiness.api.filters import PilotFilter
from readiness.api.shapes import PilotShape, WholePilotShape
from readiness.reading import PilotOn, read_many, read_one


class Pilots(AskingForMany):
    """The pilots that whoever asks may see, as they stood on a day."""

    serializer_class = PilotShape
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PilotFilter
    parameters = (AS_OF, KNOWN_AT)
    ordering: ClassVar[tuple[str, ...]] = ("key",)

    def get_queryset(self) -> Any:
        return self.mine().standing(self.at, self.known_at).select_related(*WITH)

    @extend_schema(responses=PilotShape(many=True))
    def get(self, request: Request) -> Response:
        """Pilots as they stood on a day, by key."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        found = read_many(rows, at=self.at, known_at=self.known_at)
        return self.get_paginated_response([PilotShape(one).data for one in found])


class Exhibits(Pilots):
    """The museum on a day: what stalled longest ago first."""

    ordering: ClassVar = ("hangs_by", "pk")

    def get_queryset(self) -> Any:
        return self.mine().exhibits(self.at, self.known_at).select_related(*WITH)

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
        do = getattr(verbs, self.verb)
        do(pilot=pilot, by=self.person, seen=seen(request), **says)
        found = read_one(pilot, at=self.at)
        assert found is not None
        return shown(request, pilot, found)


def verb_view(address: str) -> Any:
    """The view of one verb, by the word that stands in its address."""
    verb, ask = OF_PILOT[address]
    return view_of(PilotVerb, "pilot", verb, ask, WholePilotShape)
