"""Both sides of pilots over the API (rules 14, 15 and 18): aggregates only; what a manager said is never there."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import permissions
from pilots.derived.load import state_of
from pilots.models import Pilot
from pilots.rules.vocabulary import Basis, StepKind
from readiness.api.base import AS_OF, ApiView
from readiness.api.filters import known_portfolio
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries import both_sides
from readiness.queries.load import loads
from readiness.queries.people import fellow_managers
from readiness.queries.pulses import answers_of
from readiness.queries.snapshots import PilotSnapshot, snapshot_of
from readiness.queries.sponsor_accounts import Accounts, accounts_of
from readiness.queries.workflows import workflow_of
from readiness.rules import offers
from readiness.rules.load import Load
from readiness.rules.sponsor_accounts import Narrated
from readiness.rules.workflows import Mark

OF = OpenApiParameter("portfolio", OpenApiTypes.STR, description="The key of one portfolio.")


class AnswersSerializer(RowSerializer):
    """What both sides answered to one question that is closed; `managers` is a median of three or more, else null."""

    asked_on = serializers.DateField()
    sponsor = serializers.IntegerField(allow_null=True)
    managers = serializers.FloatField(allow_null=True)
    answers = serializers.IntegerField(allow_null=True)
    gap = serializers.FloatField(allow_null=True)


class AccountSerializer(RowSerializer):
    """The sponsor's latest account, in their own name; its texts are empty where they were erased by law."""

    sponsor = PersonSerializer()
    effective_on = serializers.DateField()
    basis = serializers.ChoiceField(choices=Basis.values())
    asked = serializers.CharField(source="sources")
    easier = serializers.CharField()
    riskier = serializers.CharField()
    muddy = serializers.CharField()


class TwoAccountsSerializer(serializers.Serializer[Any]):
    """Both accounts of a pilot. `narrated` says why it is narrated, not managed; null where it is managed.

    `pulses` is null for whoever does not read what groups of managers say.
    """

    key = serializers.CharField()
    at = serializers.DateField()
    narrated = serializers.ChoiceField(choices=[each.value for each in Narrated], allow_null=True)
    due = serializers.BooleanField()
    next_review = serializers.DateField(allow_null=True)
    manager = PersonSerializer(allow_null=True)
    fellow_managers = PersonSerializer(many=True)
    account = AccountSerializer(allow_null=True)
    pulses = AnswersSerializer(many=True, allow_null=True)


class StepSerializer(RowSerializer):
    """One step: minutes of one run as announced and as lived. `name` is empty for what few managers named alike."""

    name = serializers.CharField()
    who = serializers.CharField()
    tool = serializers.CharField()
    counts_as = serializers.ChoiceField(choices=StepKind.values())
    official = serializers.IntegerField(allow_null=True)
    lived = serializers.FloatField(allow_null=True)
    marks = serializers.SerializerMethodField()

    def get_marks(self, step: Any) -> list[str]:
        """How the lived step differs from what was announced."""
        return [mark.value for mark in Mark if mark in step.marks]


class ReliefSerializer(RowSerializer):
    """Net relief of one run, in minutes: time saved less rework, review and waiting."""

    by_hand = serializers.IntegerField()
    work = serializers.FloatField()
    saved = serializers.FloatField()
    rework = serializers.FloatField()
    review = serializers.FloatField()
    waiting = serializers.FloatField()
    net = serializers.FloatField()


class WorkflowSerializer(serializers.Serializer[Any]):
    """A run as announced and as lived. `managers` is of how many the lived side is made; null where it is not shown."""

    key = serializers.CharField()
    at = serializers.DateField()
    announced_on = serializers.DateField(allow_null=True)
    managers = serializers.IntegerField(allow_null=True)
    runs = serializers.FloatField(allow_null=True)
    official = serializers.IntegerField()
    lived = serializers.FloatField(allow_null=True)
    steps = StepSerializer(many=True)
    relief = ReliefSerializer(allow_null=True)
    net_a_week = serializers.FloatField(allow_null=True)


class AlignmentSerializer(serializers.Serializer[Any]):
    """How far both sides lie apart in a function and a quarter: the median of the gaps that its pilots show one by one."""

    function = serializers.CharField(allow_null=True)
    quarter = serializers.DateField()
    gap = serializers.FloatField()
    pilots = serializers.IntegerField()


class LoadSerializer(serializers.Serializer[Any]):
    """What lies on a function with three managers or more; `others` on the rest together. Minutes a week."""

    function = serializers.CharField(allow_null=True)
    others = serializers.BooleanField()
    managers = serializers.IntegerField()
    pilots = serializers.IntegerField()
    net = serializers.IntegerField(allow_null=True)
    known_of = serializers.IntegerField()


class OfBothSides(ApiView):
    """What is read of one pilot, with the eyes of whoever asks."""

    marks_itself = True
    """What managers answer writes no event, so no end of the log says whether this is still so."""

    parameters = (AS_OF,)

    def looked_at(self, key: str) -> tuple[Pilot, PilotSnapshot, bool]:
        """The pilot, how it stood, and whether whoever asks reads what groups of its managers say."""
        pilot = self.pilot(key)
        snapshot = snapshot_of(pilot, at=self.at)
        if snapshot is None:
            raise Http404
        office = permissions.is_office(self.person, pilot.portfolio)
        mine = offers.roles(self.person, snapshot, office=office, state=state_of(pilot, self.at))
        return pilot, snapshot, permissions.reads_groups(self.person, pilot.portfolio, mine)


class TwoAccounts(OfBothSides):
    serializer_class = TwoAccountsSerializer

    @extend_schema(responses=TwoAccountsSerializer)
    def get(self, request: Request, key: str) -> Response:
        """The sponsor's account of a pilot, and what both sides answered to the same question."""
        pilot, snapshot, reads = self.looked_at(key)
        accounts: Accounts = accounts_of(pilot, snapshot.status.sponsor, at=self.at)
        body = {
            "key": pilot.key,
            "at": self.at,
            "narrated": accounts.narrated,
            "due": accounts.due,
            "next_review": accounts.reviews.next,
            "manager": snapshot.manager,
            "fellow_managers": fellow_managers(pilot, at=self.at),
            "account": accounts.latest,
            "pulses": answers_of([pilot.pk], at=self.at)[pilot.pk] if reads else None,
        }
        return Response(TwoAccountsSerializer(body).data)


class OneWorkflow(OfBothSides):
    serializer_class = WorkflowSerializer

    @extend_schema(responses=WorkflowSerializer)
    def get(self, request: Request, key: str) -> Response:
        """A run of the workflow as it was announced and as its managers live it, and what relief is left."""
        pilot, _snapshot, reads = self.looked_at(key)
        if not reads:
            raise PermissionDenied
        found = workflow_of(pilot, at=self.at)
        now = found.now
        shown = now.managers is not None
        body = {
            "key": pilot.key,
            "at": self.at,
            "announced_on": found.official.effective_on if found.official else None,
            "managers": now.managers,
            "runs": now.runs,
            "official": now.official,
            "lived": now.lived,
            "steps": now.steps,
            "relief": now.relief if shown else None,
            "net_a_week": now.net_a_week if shown else None,
        }
        return Response(WorkflowSerializer(body).data)


class OfReadable(ApiView):
    """What is asked of the pilots of which whoever asks reads what groups of managers say, or of one portfolio's."""

    marks_itself = True
    """What managers answer writes no event, so no end of the log says whether this is still so."""

    parameters = (AS_OF, OF)

    def chosen(self) -> Any:
        """The pilots that are asked about."""
        mine, key = both_sides.readable(self.person, at=self.at), self.request.query_params.get("portfolio")
        return mine.filter(portfolio__key=known_portfolio(key, "portfolio", self.person)) if key else mine


class Alignments(OfReadable):
    serializer_class = AlignmentSerializer

    @extend_schema(responses=AlignmentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """How far sponsors and managers lie apart, by function and quarter; a function of null is all of them."""
        quarters, every, functions = both_sides.apart(self.chosen(), at=self.at)
        rows = [
            {"function": name, "quarter": quarter, "gap": each.gap, "pilots": each.pilots}
            for name, row in [(None, every), *((row.function, row) for row in functions)]
            for quarter, each in zip(quarters, row.quarters, strict=True)
            if each is not None
        ]
        return Response(serialized(AlignmentSerializer, rows))


class Loads(OfReadable):
    serializer_class = LoadSerializer

    @extend_schema(responses=LoadSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is already carried, by function: the most pilots first, and the functions that are not named together."""
        by_function, others = loads(self.chosen(), at=self.at)
        rows = [_load(name or None, load, others=False) for name, load in by_function.items()]
        rows += [_load(None, others, others=True)] if others else []
        return Response(serialized(LoadSerializer, rows))


def _load(function: str | None, load: Load, *, others: bool) -> dict[str, Any]:
    figures = {name: getattr(load, name) for name in ("managers", "pilots", "net", "known_of")}
    return {"function": function, "others": others, **figures}
