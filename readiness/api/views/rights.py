"""Decision rights over the API: who decides what where on a day."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots import actions, permissions
from pilots.models import DecisionRight, Function, Unit
from pilots.refusals import NotYours
from readiness.api.base import AS_OF, AskingForMany
from readiness.api.filters import known_portfolio
from readiness.api.inputs import AssignRight
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
    portfolio = serializers.CharField(source="portfolio.key", default=None)
    function = serializers.CharField(source="function.name", default=None)
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
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
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
        page = self.paginate_queryset(units)
        rows = table(page or [], decided_kinds(self.person), at=self.at)
        seats = [seat for row in rows for seat in row.seats if seat.asked]
        return self.get_paginated_response(serialized(SeatSerializer, seats))

    @extend_schema(operation_id="assign_right", request=AssignRight, responses={201: RightSerializer})
    def post(self, request: Request) -> Response:
        """Give somebody the right to decide a kind of gate, in the name of whoever asks. An open-ended one of the same reach ends."""
        asked = AssignRight(data=request.data)
        asked.is_valid(raise_exception=True)
        says: dict[str, Any] = dict(asked.validated_data)
        kept = Office(self.person, permissions.portfolios_kept(self.person))
        if not kept.enters:
            raise NotYours
        says["kind"] = row_named("kind", kept.kinds(), key=says["kind"])
        for name, rows, by in (("portfolio", kept.own(), "key"), ("function", Function.objects.all(), "name")):
            says[name] = row_named(name, rows, **{by: says[name]}) if says[name] else None
        right = actions.assign_right(by=self.person, **says)
        return Response(RightSerializer(right).data, 201)

    def scope_needed(self) -> str:
        """The scope that a key needs to assign a right."""
        return permissions.scope_of("assign_right")
