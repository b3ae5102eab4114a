"""What managers report over the API, in groups of three and more only, and the policy gaps that it became (rule 13)."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions, permissions
from pilots.models import Pilot, PolicyGap, Portfolio
from pilots.refusals import NotYours
from pilots.rules.vocabulary import FrictionQuestion
from readiness.api.base import AS_OF, ApiView, AskingForMany
from readiness.api.figures import MarkedSerializer
from readiness.api.filters import known_portfolio
from readiness.api.inputs import OpenPolicyGap
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.api.views.portfolio import OF
from readiness.forms.offices import row_named, rows_named
from readiness.queries import friction
from readiness.queries.policy_gaps import places_to_ask
from readiness.queries.signals import Signals, signals_for, words_on
from readiness.text import signals as texts


class PartSerializer(serializers.Serializer[Any]):
    """Managers of one function."""

    function = serializers.CharField()
    managers = serializers.IntegerField()


class PolicyGapSerializer(RowSerializer):
    """A judgement call with no policy, as a question. `court` is null once it is answered; `days` count since it was asked."""

    id = serializers.CharField(source="public_id")
    portfolio = serializers.CharField(source="portfolio.key")
    question = serializers.CharField()
    point = serializers.CharField()
    owner = PersonSerializer(allow_null=True)
    asked_on = serializers.DateField()
    owner_since = serializers.DateField()
    due = serializers.DateField()
    blocks_adoption = serializers.BooleanField()
    answer = serializers.CharField()
    answered_on = serializers.DateField(allow_null=True)
    court = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()

    def get_court(self, gap: PolicyGap) -> str | None:
        at = self.context.get("at")
        return None if gap.answered_on is not None and (at is None or gap.answered_on <= at) else texts.court(gap)

    def get_days(self, gap: PolicyGap) -> int:
        at: date = self.context["at"]
        return (min(gap.answered_on or at, at) - gap.asked_on).days


class SignalSerializer(serializers.Serializer[Any]):
    """A friction point that three managers or more reported.

    `functions` is the least number of functions that they are of; `others` are managers of functions that are counted together;
    `minutes` a week is null until three managers gave any. `since`: from when on it is a signal.
    """

    point = serializers.CharField()
    name = serializers.SerializerMethodField()
    question = serializers.ChoiceField(choices=FrictionQuestion.values())
    managers = serializers.IntegerField()
    functions = serializers.IntegerField()
    by_function = serializers.SerializerMethodField()
    others = serializers.IntegerField(source="parts.others")
    minutes = serializers.IntegerField(allow_null=True)
    is_signal = serializers.BooleanField()
    since = serializers.DateField(allow_null=True)

    def get_name(self, point: Any) -> str:
        return texts.name(point)

    @extend_schema_field(PartSerializer(many=True))
    def get_by_function(self, point: Any) -> list[dict[str, Any]]:
        return [{"function": name, "managers": number} for name, number in point.parts.named.items()]


class ThresholdSerializer(serializers.Serializer[Any]):
    """From when on a friction point is a signal."""

    managers = serializers.IntegerField()
    functions = serializers.IntegerField()
    days = serializers.IntegerField()


class SignalsFiguresSerializer(serializers.Serializer[Any]):
    """All that whoever asks may read of managers' reports. `answered` is null under three; `hidden` points have fewer."""

    at = serializers.DateField()
    threshold = ThresholdSerializer()
    answered = serializers.IntegerField(allow_null=True)
    hidden = serializers.IntegerField()
    points = SignalSerializer(many=True)


class SignalsSerializer(MarkedSerializer, SignalsFiguresSerializer):
    __doc__ = SignalsFiguresSerializer.__doc__


class BriefSerializer(SignalSerializer):
    """A friction point with what managers wrote, shuffled, and the policy gaps that it became."""

    sentences = serializers.ListField(child=serializers.CharField())
    policy_gaps = PolicyGapSerializer(many=True)


class OfManagers(ApiView):
    """What is read of managers' reports: whoever reads none of them is refused."""

    marks_itself = True
    """What managers answer writes no event, so no end of the log says whether this is still so."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (AS_OF, OF)

    @cached_property
    def reach(self) -> friction.Reach:
        """What whoever asks reads of managers' reports."""
        return friction.reach_of(self.person)

    def read_signals(self) -> tuple[Signals, int | None]:
        """What is read, and the portfolio that was asked about.

        Raises:
            NotYours: whoever asks reads no reports.
            Invalid: a portfolio that is not theirs to see.
        """
        if self.reach.is_empty:
            raise NotYours
        key = self.request.query_params.get("portfolio")
        chosen = None
        if key:
            chosen = Portfolio.objects.get(key=known_portfolio(key, "portfolio", self.person)).pk
        return signals_for(self.person, self.at, chosen, reach=self.reach), chosen


class SignalsView(OfManagers):
    serializer_class = SignalsSerializer

    @extend_schema(operation_id="signals", responses=SignalsSerializer)
    def get(self, request: Request) -> Response:
        """Friction points by function on a day, signals first. Only sums over whole groups of three managers and more."""
        found, _chosen = self.read_signals()
        return Response(SignalsFiguresSerializer(found).data | self.marks())


class Brief(OfManagers):
    serializer_class = BriefSerializer

    @extend_schema(operation_id="signal", responses=BriefSerializer)
    def get(self, request: Request, point: str) -> Response:
        """One friction point, with what managers wrote on it once three of them did."""
        found, chosen = self.read_signals()
        shown = next((each for each in found.points if each.point == point), None)
        if shown is None:
            raise Http404
        body = SignalSerializer(shown).data
        body["sentences"] = words_on(self.reach, self.at, shown, chosen)
        body["policy_gaps"] = serialized(PolicyGapSerializer, shown.gaps, at=self.at)
        return Response(body)


class PolicyGaps(AskingForMany):
    """The policy gaps that whoever asks may read, and putting another question."""

    marks_itself = True
    """What managers answer writes no event, so no end of the log says whether this is still so."""

    queryset: Any = PolicyGap.objects.none()
    serializer_class = PolicyGapSerializer
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
    file_name = "policy-gaps"
    parameters = (AS_OF, OF)

    @extend_schema(responses=PolicyGapSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Policy gaps that were asked by a day, with whose move each is."""
        rows = friction.gaps_read(self.person).filter(asked_on__lte=self.at)
        key = request.query_params.get("portfolio")
        if key:
            rows = rows.filter(portfolio__key=known_portfolio(key, "portfolio", self.person))
        return self.answer_with(rows, lambda some: serialized(PolicyGapSerializer, some, self.only, at=self.at))

    @extend_schema(operation_id="open_policy_gap", request=OpenPolicyGap, responses={201: PolicyGapSerializer})
    def post(self, request: Request) -> Response:
        """Put a judgement call with no policy behind it to one person, as a question with a date."""
        places = places_to_ask(self.person, self.at).portfolios
        if not places:
            raise NotYours
        asked = OpenPolicyGap(data=request.data, context={"asker": self.person})
        asked.is_valid(raise_exception=True)
        says: dict[str, Any] = dict(asked.validated_data)
        there = Portfolio.objects.filter(pk__in=[portfolio.pk for portfolio in places])
        portfolio = row_named("portfolio", there, key=says.pop("portfolio"))
        seen = Pilot.objects.visible_to(self.person).filter(portfolio=portfolio)
        pilots = rows_named("pilots", seen, says.pop("pilots", []))
        gap = actions.open_policy_gap(by=self.person, portfolio=portfolio, pilots=pilots, **says)
        return Response(PolicyGapSerializer(gap, context={"at": self.at}).data, 201)

    def scope_needed(self) -> str:
        """The scope that a key needs to open a policy gap."""
        return permissions.scope_of("open_policy_gap")
