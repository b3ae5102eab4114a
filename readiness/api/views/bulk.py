"""Bulk over the API: one action on up to a thousand pilots, or one answer on up to a thousand gates; all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from pilots import actions
from pilots.actions.many import TOGETHER, DoneToMany, do_to_many
from pilots.concurrency import of_gates
from pilots.event_log.sign import logged_transaction
from pilots.models import Gate, Pilot
from readiness.api.bulk import BulkAnswer, BulkInput, BulkView, Item, ItemResult, items_of, last_batch, require_all
from readiness.api.inputs import OF_GATE, OF_PILOT
from readiness.api.views.gates import OneGate, as_arguments
from readiness.api.views.pilots import OnePilot

PILOT_ACTIONS = {word: row for word, row in OF_PILOT.items() if row[0] in TOGETHER}
"""The actions that can be done to many pilots, by the word in their address."""
GATE_ACTIONS = {word: row for word, row in OF_GATE.items() if row[0] in (*TOGETHER, "decide")}
"""The same for gates."""


class PilotItem(Item):
    """A pilot by its key, and the version that was read: the number before the point in its `ETag`."""

    named_by = "key"
    key = serializers.CharField(max_length=200)


class PilotsInput(BulkInput):
    """One action on many pilots."""

    items = "pilots"
    action = serializers.ChoiceField(choices=list(PILOT_ACTIONS))
    pilots = items_of(PilotItem)
    arguments = serializers.DictField(required=False)


class PilotResult(ItemResult):
    key = serializers.CharField()


class PilotsAnswer(BulkAnswer):
    results = PilotResult(many=True)


class GateItem(Item):
    """A gate by its id, and the version that was read: the number before the point in its `ETag`."""

    named_by = "id"
    id = serializers.CharField(max_length=200)


class GatesInput(BulkInput):
    """One action on many gates. Gates that are decided together are of one kind."""

    items = "gates"
    action = serializers.ChoiceField(choices=list(GATE_ACTIONS))
    gates = items_of(GateItem)
    arguments = serializers.DictField(required=False)


class GateResult(ItemResult):
    id = serializers.CharField()


class GatesAnswer(BulkAnswer):
    results = GateResult(many=True)


def together(
    action: str,
    found: Sequence[Any],
    versions: Mapping[int, int | None],
    now: Mapping[int, int],
    by: Any,
    says: dict[str, Any],
) -> DoneToMany:
    """Do an action to many, or to none of them. Raises Refused with `rows` by their places."""
    on = says.pop("on", None)
    expected = {pk: now[pk] if version is None else version for pk, version in versions.items()}
    with logged_transaction():
        done = do_to_many(action=action, targets=found, by=by, arguments=says, expected_version=expected, on=on)
        return require_all(done, found)


class BulkPilots(BulkView, OnePilot):
    """One action on many pilots. What is read here is the pilot with the key `bulk`."""

    inputs: ClassVar[Any] = PILOT_ACTIONS
    asks = PilotsInput
    named_by = "key"
    serializer_class: Any = PilotsInput

    @extend_schema(exclude=True)
    def get(self, request: Request, key: str = "bulk") -> Any:
        """A pilot that happens to have this key."""
        return super().get(request, key)

    @extend_schema(operation_id="pilots_bulk", request=PilotsInput, responses=PilotsAnswer)
    def post(self, request: Request) -> Any:
        """Do one action to up to 1,000 pilots, in the name of whoever asks: to all of them, or to none.

        Refused, the problem has a result for each pilot in `results`. Without a `version` any will do.
        """
        return super().post(request)

    def find(self, names: Sequence[str]) -> dict[str, Any]:
        rows = Pilot.objects.visible_to(self.person).filter(key__in=names).select_related("portfolio")
        return {row.key: row for row in rows}

    def versions(self, found: Sequence[Any]) -> dict[int, int]:
        return dict(Pilot.objects.filter(pk__in=[row.pk for row in found]).values_list("pk", "version"))

    def do(self, action: str, found: Sequence[Any], versions: Mapping[int, int | None], says: dict[str, Any]) -> Any:
        now = {row.pk: row.version for row in found}
        return together(action, found, versions, now, self.person, says)

    def batch_of(self, done: DoneToMany) -> str | None:
        return last_batch(Q(pilot__in=done.done[:1]))


class BulkGates(BulkView, OneGate):
    """One action on many gates. What is read here is the gate with the id `bulk`, which there is not."""

    inputs: ClassVar[Any] = GATE_ACTIONS
    asks = GatesInput
    named_by = "id"
    serializer_class: Any = GatesInput

    @extend_schema(exclude=True)
    def get(self, request: Request, public_id: str = "bulk") -> Any:
        """A gate that happens to have this id."""
        return super().get(request, public_id)

    @extend_schema(operation_id="gates_bulk", request=GatesInput, responses=GatesAnswer)
    def post(self, request: Request) -> Any:
        """Answer up to 1,000 gates of one kind alike, or name one person for them, in the name of whoever asks: all or none.

        Refused, the problem has a result for each gate in `results`. Without a `version` any will do.
        """
        return super().post(request)

    def find(self, names: Sequence[str]) -> dict[str, Any]:
        visible = Pilot.objects.visible_to(self.person).order_by()
        rows = Gate.objects.filter(public_id__in=names, pilot__in=visible.values("pk"))
        return {row.public_id: row for row in rows.select_related("kind", "pilot__portfolio")}

    def versions(self, found: Sequence[Any]) -> dict[int, int]:
        return of_gates(found)

    def do(self, action: str, found: Sequence[Any], versions: Mapping[int, int | None], says: dict[str, Any]) -> Any:
        if action != "decide":
            return together(action, found, versions, of_gates(found), self.person, says)
        says = as_arguments(self.person, says)
        named = {pk: version for pk, version in versions.items() if version is not None}
        done = actions.decide_many(gates=found, by=self.person, expected_version=named, **says)
        return DoneToMany(done=[decision.gate_id for decision in done])

    def batch_of(self, done: DoneToMany) -> str | None:
        return last_batch(Q(gate__in=done.done[:1]))
