"""Decision rights over the API: who decides what where on a day."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.models import Cell
from readiness.api.asking import AS_OF, Asking
from readiness.api.portfolio import OF
from readiness.api.shapes import PersonShape
from readiness.rights import cells_for, table


class SittingShape(serializers.Serializer[Any]):
    """Somebody who decides, in which capacity, and until when they are away."""

    person = PersonShape()
    capacity = serializers.CharField()
    away_until = serializers.DateField(allow_null=True)


class SeatShape(serializers.Serializer[Any]):
    """Who decides a kind of gate in a place. `hole` says why nobody does: `nobody`, or `none_free`."""

    portfolio = serializers.CharField(source="cell.portfolio.key")
    function = serializers.CharField(source="cell.function.name", default=None)
    kind = serializers.CharField(source="kind.key")
    decides = SittingShape(allow_null=True)
    sitting = SittingShape(many=True)
    escalation = SittingShape(allow_null=True)
    answer_within_days = serializers.IntegerField(
        source="right.answer_within_days", default=None
    )
    orphaned = serializers.BooleanField()
    hole = serializers.CharField(allow_null=True)


class Rights(Asking):
    """Who decides each kind of gate, by portfolio and function, on a day."""

    queryset: Any = Cell.objects.none()
    serializer_class = SeatShape
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    @extend_schema(parameters=[AS_OF, OF], responses=SeatShape(many=True))
    def get(self, request: Request) -> Response:
        """Who decides what on a day, a row for each kind; a page holds 50 places."""
        cells, key = cells_for(self.person), request.query_params.get("portfolio")
        page = self.paginate_queryset(cells.filter(portfolio__key=key) if key else cells)  # fmt: skip
        seats = [seat for row in table(page or [], at=self.at) for seat in row.seats]
        return self.get_paginated_response([SeatShape(seat).data for seat in seats])
