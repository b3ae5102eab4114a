"""The decisions that free most, over the API: single ones, and the smallest sets where none alone does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.models import Gate
from pilots.rules.vocabulary import ClearsBy, Court
from readiness.api.figures import MarkedSerializer
from readiness.api.rows import RowSerializer
from readiness.api.serializers import PersonSerializer
from readiness.api.views.portfolio import OfPortfolio
from readiness.queries.decisions_that_free import FreedPilot, Holder, decisions_that_free
from readiness.rules.freeing import MOST_IN_A_SET


class AnswerThatFreesSerializer(RowSerializer):
    """One answer on one gate: the address that does it, and with which method."""

    kind = serializers.CharField(source="kind.key")
    gate = serializers.CharField(source="public_id")
    method = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": ["POST"]})
    def get_method(self, gate: Gate) -> str:
        return "POST"

    def get_address(self, gate: Gate) -> str:
        """Where it is decided or, where somebody has to accept in their own name, accepted."""
        word = "accept" if gate.kind.clears_by == ClearsBy.ACCEPTANCE else "decisions"
        return reverse(f"readiness:api:gate-{word}", args=[gate.public_id])


class FreedPilotSerializer(RowSerializer):
    """A pilot that waits for nothing else than these steps."""

    key = serializers.CharField(source="pilot.key")
    name = serializers.CharField(source="pilot.name")
    portfolio = serializers.CharField(source="pilot.portfolio.key")
    steps = serializers.SerializerMethodField()

    @extend_schema_field(AnswerThatFreesSerializer(many=True))
    def get_steps(self, found: FreedPilot) -> Any:
        return [_STEP.to_representation(gate) for gate in found.gates]


_STEP = AnswerThatFreesSerializer()


class HolderSerializer(RowSerializer):
    """One holder's answer on one kind of gate; `gates` lists every gate that waits for it."""

    kind = serializers.CharField(source="kind.key")
    holder = PersonSerializer()
    gates = serializers.SerializerMethodField()

    def get_gates(self, found: Holder) -> str:
        query = {"kind": found.kind.key, "holder": found.holder.public_id, "court": Court.DECIDER.value}
        return f"{reverse('readiness:api:gates')}?{urlencode(query)}"


class FreeingSerializer(RowSerializer):
    """A decision, or the smallest set of them: how many pilots it frees, and the first 50 of them by key.

    `together` are those of them that no single one of the decisions frees, nor a smaller set of them. A set names the pilots
    that wait for more than one of its decisions.
    """

    decisions = HolderSerializer(many=True)
    frees = serializers.IntegerField()
    together = serializers.IntegerField()
    pilots = FreedPilotSerializer(many=True)


class DecisionsThatFreeSerializer(MarkedSerializer):
    """Single decisions, and sets of two or three, by what they free.

    A decision is one holder's answer on one kind of gate, given on every pilot that waits for it: at most 50 are named. It frees
    a pilot in which nothing else is open. A set is searched for among what pilots wait for, two or three answers each, and the
    unions of two of the 200 commonest pairs; at most 20 are named. `pilots_waiting` have an open gate; of those
    `waiting_elsewhere` also wait for the team, for somebody outside or for nobody, so that no decision frees them, and
    `waiting_for_more` for more than three answers.
    """

    pilots_waiting = serializers.IntegerField()
    waiting_elsewhere = serializers.IntegerField()
    waiting_for_more = serializers.IntegerField()
    largest_set = serializers.IntegerField()
    decisions = FreeingSerializer(many=True)
    sets = FreeingSerializer(many=True)


class DecisionsThatFree(OfPortfolio):
    """Which decision frees most running and adopted pilots, and which two or three where none alone does."""

    serializer_class = DecisionsThatFreeSerializer

    @extend_schema(responses=DecisionsThatFreeSerializer)
    def get(self, request: Request) -> Response:
        """The single decisions that free most pilots, each with its holder and the address that does it; and the smallest sets."""
        found = decisions_that_free(self.chosen(), at=self.at)
        body = self.marks() | {
            "pilots_waiting": found.waiting,
            "waiting_elsewhere": found.elsewhere,
            "waiting_for_more": found.more,
            "largest_set": MOST_IN_A_SET,
            "decisions": found.decisions,
            "sets": found.sets,
        }
        return Response(DecisionsThatFreeSerializer(body).data)
