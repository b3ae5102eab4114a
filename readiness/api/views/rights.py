"""Decision rights over the API: who decides what where on a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions, permissions
from pilots.models import DecisionRight, Function, Unit
from pilots.refusals import Invalid, NotYours
from readiness.api.base import AS_OF, AskingForMany
from readiness.api.cursors import Column, Order
from readiness.api.filters import known_portfolio
from readiness.api.input_fields import ActionInput
from readiness.api.inputs import AssignRight, CorrectRight
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.api.views.portfolio import OF
from readiness.forms.offices import Office, row_named
from readiness.rules.who_decides import decided_kinds, table, units_for


class SittingSerializer(RowSerializer):
    """Somebody who decides, in which capacity, and until when they are away."""

    person = PersonSerializer()
    capacity = serializers.CharField()
    away_until = serializers.DateField(allow_null=True)


class SeatSerializer(RowSerializer):
    """Who decides a kind of gate in a place. `hole` says why nobody does: `nobody`, or `none_free`.

    `orphaned`: the account of whoever held it is closed. `switched_off`: nothing is asked of this gate there.
    """

    portfolio = serializers.CharField(source="unit.portfolio.key")
    function = serializers.CharField(source="unit.function.name", default=None)
    kind = serializers.CharField(source="kind.key")
    decides = SittingSerializer(allow_null=True)
    sitting = SittingSerializer(many=True)
    escalation = SittingSerializer(allow_null=True)
    answer_within_days = serializers.IntegerField(default=None)
    orphaned = serializers.BooleanField()
    switched_off = serializers.BooleanField()
    hole = serializers.CharField(allow_null=True)


class RightSerializer(serializers.Serializer[DecisionRight]):
    """A right as it was assigned. `portfolio` and `function` are null where it holds for all of them."""

    kind = serializers.CharField(source="kind.key")
    portfolio = serializers.CharField(source="portfolio.key", default=None, allow_null=True)
    function = serializers.CharField(source="function.name", default=None, allow_null=True)
    holder = PersonSerializer()
    deputy = PersonSerializer(allow_null=True)
    escalate_to = PersonSerializer(allow_null=True)
    answer_within_days = serializers.IntegerField()
    starts = serializers.DateField()
    until = serializers.DateField(allow_null=True)


class Rights(AskingForMany):
    """Who decides each kind of gate, by portfolio and function, on a day; and giving somebody a right."""

    queryset: Any = Unit.objects.none()
    serializer_class = SeatSerializer
    order = Order((), Column("pk"), ("portfolio__key", "function__name"))
    file_name = "rights"
    parameters = (AS_OF, OF)

    @extend_schema(responses=SeatSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Who decides what on a day, a row for each kind that is asked there; a page holds 50 places.

        By the rights as they are written down now: `known_at` is refused.
        """
        units, key = units_for(self.person), request.query_params.get("portfolio")
        if key:
            units = units.filter(portfolio__key=key)
            # Whoever sits on a seat there sees the place, though no pilot may lie in it yet.
            if not units.exists():
                known_portfolio(key, "portfolio", self.person)
        kinds = decided_kinds(self.person)

        def read(some: Sequence[Unit]) -> list[Any]:
            seats = [seat for row in table(some, kinds, at=self.at) for seat in row.seats if seat.asked]
            return serialized(SeatSerializer, seats, self.only)

        return self.answer_with(units, read)

    @extend_schema(operation_id="assign_right", request=AssignRight, responses={201: RightSerializer})
    def post(self, request: Request) -> Response:
        """Give somebody the right to decide a kind of gate, in the name of whoever asks. An open-ended one of the same reach ends."""
        kept = self._office()
        says = self._read_input(AssignRight)
        kind, portfolio, function = self._reach(kept, says)
        right = actions.assign_right(by=self.person, kind=kind, portfolio=portfolio, function=function, **says)
        there = f"?portfolio={quote(portfolio.key)}" if portfolio else ""
        place = request.build_absolute_uri(reverse("readiness:api:rights") + there)
        return Response(RightSerializer(right).data, 201, headers={"Location": place})

    @extend_schema(operation_id="correct_right", request=CorrectRight, responses=RightSerializer)
    def patch(self, request: Request) -> Response:
        """Correct a right on its first day, while nothing was decided under it; it is named by its kind and where it holds."""
        kept = self._office()
        says = self._read_input(CorrectRight)
        says.pop("on", None)
        kind, portfolio, function = self._reach(kept, says)
        there = DecisionRight.objects.filter(kind=kind, portfolio=portfolio, function=function)
        right = there.select_related("kind", "portfolio", "function").order_by("-starts").first()
        if right is None:
            raise Invalid(_("Nobody has such a right."), field="kind")
        actions.correct_right(right=right, by=self.person, set=says)
        return Response(RightSerializer(right).data)

    def _office(self) -> Office:
        """What whoever asks keeps. Raises NotYours where that is nothing, whatever was sent."""
        kept = Office(self.person, permissions.portfolios_kept(self.person))
        if not kept.enters:
            raise NotYours
        return kept

    def _read_input(self, ask: type[ActionInput]) -> dict[str, Any]:
        """What was sent. Raises ValidationError."""
        asked = ask(data=self.request.data, context={"asker": self.person})
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    @staticmethod
    def _reach(kept: Office, says: dict[str, Any]) -> tuple[Any, Any, Any]:
        """What a right is about and where it holds, taken out of what was sent."""
        kind = row_named("kind", kept.kinds(), key=says.pop("kind"))
        places = {"portfolio": (kept.own(), "key"), "function": (Function.objects.all(), "name")}
        portfolio, function = (
            row_named(name, rows, **{by: says[name]}) if says.get(name) else None for name, (rows, by) in places.items()
        )
        for name in places:
            says.pop(name, None)
        return kind, portfolio, function

    def scope_needed(self) -> str:
        """The scope that a key needs to assign a right."""
        return permissions.scope_of("assign_right")
