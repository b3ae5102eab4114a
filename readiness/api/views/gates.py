"""Gates over the API: who waits on whom, one gate with its decisions, and the actions on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions
from pilots.concurrency import of_gates
from pilots.models import Gate, GatePeriod, Pilot
from pilots.models.compiled import in_bulk
from pilots.rules.vocabulary import Court, Outcome, Stage, State
from readiness.api.actions import ActionView, view_of
from readiness.api.base import AS_OF, KNOWN_AT, ApiView, AskingForMany
from readiness.api.etags import expected_version, tagged_response
from readiness.api.filters import KindFilter, PortfolioFilter, person_named, some_of
from readiness.api.inputs import OF_GATE
from readiness.api.rows import serialized
from readiness.api.serializers import OneGateSerializer, WholeGateSerializer
from readiness.queries import evidence
from readiness.queries.decider_queue import decider_queue
from readiness.queries.exception_requests import exception_requests
from readiness.queries.pilots import gates_on
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.rules.standing import GATE_STATES
from readiness.text.sealed_values import differences


class GateFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Gates by kind, state, court and holder on the day that is read, whom they wait on, and by where their pilot lies."""

    kind = KindFilter(field_name="kind__key")
    stage = some_of(Stage.values(), field_name="stage_then")
    state = some_of(GATE_STATES, field_name="now")
    court = some_of(Court.values(), method="in_court")
    holder = django_filters.CharFilter(method="held_by")
    waits_on = django_filters.CharFilter(method="in_queue_of")
    pilot = django_filters.CharFilter(field_name="gate__pilot__key")
    portfolio = PortfolioFilter(field_name="gate__pilot__portfolio__key")

    def in_court(self, rows: Any, _name: str, courts: list[str]) -> Any:
        """Of running and adopted pilots, unless a stage is asked for by name (rule 2)."""
        view, stages = self.request.parser_context["view"], self.form.cleaned_data["stage"]
        return rows.in_court(view.at, *courts, stages=stages) if courts else rows

    def in_queue_of(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        """Those that wait on somebody's decision, as their own page shows them (rule 7)."""
        view = self.request.parser_context["view"]
        stages = self.form.cleaned_data["stage"]
        queue = decider_queue(person_named(value, "waits_on"), view.at, view.known_at, stages=stages)
        return rows.filter(pk__in=queue.order_by().values("pk"))

    def held_by(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        return rows.filter(holding=person_named(value, "holder").pk)


class Gates(AskingForMany):
    """Gates of the pilots that whoever asks may see, as they stood on a day."""

    queryset: Any = GatePeriod.objects.none()
    serializer_class = WholeGateSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = GateFilter
    parameters = (AS_OF, KNOWN_AT)
    ordering: ClassVar[tuple[str, ...]] = ("gate_id",)

    def get_queryset(self) -> Any:
        there = gates_on(self.at, self.known_at).filter(self.of_visible_pilots("gate__pilot"))
        return there.select_related("gate")

    @extend_schema(responses=WholeGateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Gates as they stood on a day."""
        periods = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        wanted = [period.gate_id for period in periods]
        pilots = in_bulk(Pilot, (period.gate.pilot_id for period in periods))
        snapshots = snapshots_of(pilots.values(), at=self.at, known_at=self.known_at)
        return self.get_paginated_response(shapes(snapshots, wanted))


def shapes(snapshots: Iterable[PilotSnapshot], wanted: list[int]) -> list[Any]:
    """These gates of the pilots that were read, in the order given."""
    pilots = {one.pilot.pk: one for one in snapshots}
    by_key: dict[int, GateSnapshot] = {gate.gate.pk: gate for one in pilots.values() for gate in one.gates}
    rows = [by_key[pk] for pk in wanted if pk in by_key]
    return serialized(WholeGateSerializer, rows, pilots=pilots)


class ShowsGate(ApiView):
    """A view that answers with one gate."""

    def shown(self, request: Request, gate: Gate, status: int = 200) -> Response:
        """A gate with its mark: what counts is what was done on it, and on its pilot as a whole."""
        # Before it is read: an event in between makes the ETag too old, which is refused, and never too new.
        version = of_gates([gate])[gate.pk]
        snapshots = snapshots_of([gate.pilot], at=self.at, known_at=self.known_at)
        for one in (row for each in snapshots for row in each.gates):
            if one.gate.pk == gate.pk:
                shape = OneGateSerializer(one, context=self._context(snapshots, one))
                return tagged_response(request, version, shape.data, status)
        raise Http404

    def _context(self, snapshots: list[PilotSnapshot], gate: GateSnapshot) -> dict[str, Any]:
        waits = [gate.gate] if gate.status.state == State.RECONFIRM else []
        return {
            "requests": exception_requests([gate.gate], at=self.at, known_at=self.known_at),
            "pilots": {one.pilot.pk: one for one in snapshots},
            "differences": differences(waits, at=self.at, known_at=self.known_at) if waits else {},
        }


class OneGate(ShowsGate):
    """One gate as it stood on a day."""

    serializer_class = OneGateSerializer
    parameters = (AS_OF, KNOWN_AT)

    @extend_schema(responses=OneGateSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        """One gate as it stood on a day. The `ETag` is what an action takes as `If-Match`."""
        return self.shown(request, self.gate(public_id))


class GateAction(ActionView, ShowsGate):
    """An action on a gate."""

    def post(self, request: Request, public_id: str) -> Response:
        """Do it, in the name of whoever asks, and answer with the gate as it is then."""
        gate, says, action = self.gate(public_id), self.arguments(), self.action
        if "for" in says:
            says["for_"] = says.pop("for")
        if "pieces" in says:
            says["pieces"] = evidence.by_id(self.person, says["pieces"])
        if action == "decide" and says.get("outcome") == Outcome.EXCEPTED:
            action = "except_"
            says = {k: v for k, v in says.items() if k in OF_EXCEPTION}
        elif action == "decide":
            says.pop("confirmed", None)  # only an exception was asked for on anything
        do = getattr(actions, action)
        do(gate=gate, by=self.person, expected_version=expected_version(request), **says)
        # Not looked for again: whoever has just left a seat may not see the pilot any more.
        return self.shown(request, gate, 201)


OF_EXCEPTION = ("reason", "until", "for_", "evidence", "pieces", "on", "confirmed")
"""What of an answer an exception takes."""


def action_view(address: str) -> Any:
    """The view of one action, by the word that stands in its address."""
    action, ask = OF_GATE[address]
    return view_of(GateAction, "gate", action, ask, {201: OneGateSerializer})
