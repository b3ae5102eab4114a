"""Gates over the API: who waits on whom, one gate with its decisions, and the actions on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions
from pilots.concurrency import of_gates
from pilots.models import Event, Gate, GatePeriod, Person, Pilot
from pilots.models.compiled import in_bulk
from pilots.rules.vocabulary import Court, Outcome, Stage, State
from readiness.api.actions import ActionView, view_of
from readiness.api.base import AS_OF, KNOWN_AT, ApiView, AskingForMany
from readiness.api.cursors import Column, Order
from readiness.api.etags import expected_version, tagged_response
from readiness.api.filters import (
    KIND,
    PERSON,
    KindFilter,
    OfPilots,
    number,
    people_named,
    person_known,
    some_of,
    texts,
)
from readiness.api.inputs import OF_GATE
from readiness.api.rows import serialized
from readiness.api.serializers import OneGateSerializer, WholeGateSerializer
from readiness.queries import evidence, precedents
from readiness.queries.decider_queue import decider_queue
from readiness.queries.exception_requests import exception_requests
from readiness.queries.pilots import gates_on, open_since
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.rules.standing import GATE_STATES
from readiness.text.sealed_values import differences


class GateFilter(OfPilots):
    """Gates by kind, state, court and holder on the day that is read, whom they wait on, and by what is so of their pilot."""

    kind = KindFilter(field_name="kind__key", help_text=KIND, distinct=False)
    stage = some_of(
        Stage.values(),
        field_name="stage_then",
        help_text=gettext_lazy(
            "The stage of their pilot; a court has gates of no others than these, where any is named."
        ),
    )
    state = some_of(GATE_STATES, field_name="now", help_text=gettext_lazy("The state; several may be given."))
    court = some_of(
        Court.values(), method="in_court", help_text=gettext_lazy("Whose move it is; several may be given.")
    )
    holder = texts("held_by", PERSON)
    waits_on = django_filters.CharFilter(
        method="in_queue_of",
        help_text=gettext_lazy("Those that wait on the decision of one person: an id, name or address."),
    )
    waiting_longer_than = number("waiting_longer", gettext_lazy("Days: those that have waited for more of them."))
    pilot = texts("of_pilots", gettext_lazy("The key of a pilot; several may be given."))

    def of_pilots(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.filter(gate__pilot__key__in=value) if value else rows

    def in_court(self, rows: Any, _name: str, courts: list[str]) -> Any:
        """Of running and adopted pilots, unless a stage is asked for by name (rule 2)."""
        return rows.in_court(self._view.at, *courts, stages=self.form.cleaned_data["stage"]) if courts else rows

    def waiting_longer(self, rows: Any, _name: str, value: int) -> Any:
        view, stages = self._view, self.form.cleaned_data["stage"]
        return rows.waiting_longer(view.at, int(value), stages, view.known_at)

    def in_queue_of(self, rows: QuerySet[Any], _name: str, value: str) -> Any:
        """Those that wait on somebody's decision, as their own page shows them (rule 7)."""
        stages, person = self.form.cleaned_data["stage"], person_known(value, "waits_on", self.request.user)
        queue = decider_queue(person, self._view.at, self._view.known_at, stages=stages)
        return rows.filter(pk__in=queue.order_by().values("pk"))

    def held_by(self, rows: Any, _name: str, value: list[str]) -> Any:
        return rows.held_by(people_named(value, "holder", self.request.user)) if value else rows

    def filter_queryset(self, queryset: Any) -> Any:
        """What is asked of pilots is asked of all of them first; what is asked of gates, of the gates of these."""
        asked = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        there = [name for name in OfPilots.base_filters if name in asked]
        if there:
            view = self._view
            standing = asked.get("standing", [])
            pilots: Any = view.visible_pilots()
            pilots = pilots.standing(view.at, view.known_at) if standing else pilots.on(view.at, view.known_at)
            for name in there:
                pilots = self.filters[name].filter(pilots, asked[name])
            queryset = queryset.filter(gate__pilot__in=pilots.order_by().values("pk"))
        for name in asked.keys() - set(there):
            queryset = self.filters[name].filter(queryset, asked[name])
        return queryset


class Gates(AskingForMany):
    """Gates of the pilots that whoever asks may see, as they stood on a day."""

    queryset: Any = GatePeriod.objects.none()
    serializer_class = WholeGateSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = GateFilter
    parameters = (AS_OF, KNOWN_AT)
    file_name = "gates"
    orderings: ClassVar[Mapping[str, Column]] = {
        "key": Column("gate__pilot__key"),
        "name": Column("gate__pilot__name"),
        "since": Column("open_since"),
        "days": Column("open_since", descending=True),
    }

    @property
    def order(self) -> Order:
        """In the order in which they came on record, unless something else is asked for."""
        asked = self.ordering_asked()
        columns: tuple[Column, ...] = ()
        if asked is not None:
            column, turned = asked
            columns = (Column(column.name, column.descending != turned),)
        return Order(columns, Column("gate_id"), ("gate__public_id",))

    def get_queryset(self) -> Any:
        there = gates_on(self.at, self.known_at).filter(self.of_visible_pilots("gate__pilot"))
        ordered_by = {column.name for column in self.order.columns}
        if "open_since" in ordered_by:
            there = there.annotate(open_since=open_since(self.at, self.known_at))
        # What a pilot says of itself is wide: carried along, it is sorted with every gate there is.
        of_pilot = any(name.startswith("gate__pilot__") for name in ordered_by)
        return there.select_related("gate__pilot" if of_pilot else "gate")

    def read(self, periods: Sequence[Any]) -> list[Any]:
        """The gates of these periods, as an answer has them."""
        wanted = [period.gate_id for period in periods]
        pilots = in_bulk(Pilot, (period.gate.pilot_id for period in periods))
        snapshots = snapshots_of(pilots.values(), at=self.at, known_at=self.known_at)
        return shapes(snapshots, wanted, self.only)

    @extend_schema(responses=WholeGateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Gates as they stood on a day."""
        return self.answer_with(self.filter_queryset(self.get_queryset()), self.read)


def shapes(snapshots: Iterable[PilotSnapshot], wanted: list[int], only: frozenset[str] | None = None) -> list[Any]:
    """These gates of the pilots that were read, in the order given."""
    pilots = {one.pilot.pk: one for one in snapshots}
    by_key: dict[int, GateSnapshot] = {gate.gate.pk: gate for one in pilots.values() for gate in one.gates}
    rows = [by_key[pk] for pk in wanted if pk in by_key]
    return serialized(WholeGateSerializer, rows, only, pilots=pilots)


class ShowsGate(ApiView):
    """A view that answers with one gate."""

    marks_itself = True

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

    serializer_class: Any = OneGateSerializer
    parameters = (AS_OF, KNOWN_AT)

    @extend_schema(responses=OneGateSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        """One gate as it stood on a day. The `ETag` is what an action takes as `If-Match`."""
        return self.shown(request, self.gate(public_id))


class GateAction(ActionView, ShowsGate):
    """An action on a gate."""

    target: Gate | None = None

    def post(self, request: Request, public_id: str) -> Response:
        """Do it, in the name of whoever asks, and answer with the gate as it is then."""
        self.target = gate = self.gate(public_id)
        self.perform(lambda says: self._attempt(gate, says))
        # Not looked for again: whoever has just left a seat may not see the pilot any more.
        answer = self.shown(request, gate, 201)
        answer["Location"] = request.build_absolute_uri(reverse("readiness:api:gate", args=[gate.public_id]))
        return answer

    def _attempt(self, gate: Gate, says: dict[str, Any]) -> Any:
        action = self.action
        says = as_arguments(self.person, says)
        if action == "decide" and says.get("outcome") == Outcome.EXCEPTED:
            action = "except_"
            says = {k: v for k, v in says.items() if k in OF_EXCEPTION}
        elif action == "decide":
            says.pop("confirmed", None)  # only an exception was asked for on anything
        do = getattr(actions, action)
        return do(gate=gate, by=self.person, expected_version=expected_version(self.request), **says)

    def state_now(self) -> dict[str, Any]:
        """The version and the mark of the gate as it is now, and what happened since the version that was named."""
        if self.target is None:
            return {}
        gate = self.target
        gate.pilot.refresh_from_db()
        version, on_it = of_gates([gate])[gate.pk], Q(gate=gate) | Q(gate=None)
        return {
            "current_version": version,
            "etag": self.shown(self.request, gate)["ETag"],
            "meanwhile": self.meanwhile(Event.objects.filter(on_it, pilot=gate.pilot_id), version),
        }


def as_arguments(person: Person, says: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as an action takes it: filed evidence and the answer that is cited are looked up.

    Raises:
        Invalid: one of them is not there for this person.
    """
    if "for" in says:
        says["for_"] = says.pop("for")
    if "pieces" in says:
        says["pieces"] = evidence.by_id(person, says["pieces"])
    if "cites" in says:
        says["cites"] = precedents.by_id(person, says["cites"])
    return says


OF_EXCEPTION = ("reason", "until", "for_", "evidence", "pieces", "cites", "on", "confirmed")
"""What of an answer an exception takes."""


def action_view(address: str) -> Any:
    """The view of one action, by the word that stands in its address."""
    action, ask = OF_GATE[address]
    return view_of(GateAction, "gate", action, ask, {201: OneGateSerializer})
