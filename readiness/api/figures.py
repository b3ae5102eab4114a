"""What the figures of a portfolio are answered with: summary, board, bottlenecks, trend and waits."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.rules.vocabulary import Court
from readiness.api.rows import RowSerializer
from readiness.api.serializers import PersonSerializer


class DeclaredSerializer(serializers.Serializer[Any]):
    """How many pilots are declared adopted; of how many the facts show it, and of how many they do not."""

    declared = serializers.IntegerField()
    shown = serializers.IntegerField()
    claimed = serializers.IntegerField()


class MarkedSerializer(serializers.Serializer[Any]):
    """What an answer says of the day that was read."""

    at = serializers.DateField()
    projected = serializers.BooleanField(help_text="Whether that day has not come.")
    before_first_record = serializers.BooleanField(help_text="Whether nothing that you may see was on record then.")


class CountsSerializer(MarkedSerializer):
    """How many pilots have each standing and each stage, and how many open gates of running and adopted pilots each court has.

    `gates` counts the gates of running and adopted pilots by kind and state, `open_gates_by_kind` their open ones by kind and
    court. `retired_because` counts those that are retired by why they were; `not_stated` where nobody has said.
    """

    pilots = serializers.IntegerField()
    standing = serializers.DictField(child=serializers.IntegerField())
    stage = serializers.DictField(child=serializers.IntegerField())
    adoption = DeclaredSerializer()
    open_gates = serializers.DictField(child=serializers.IntegerField())
    open_gates_by_kind = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    gates = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    retired_because = serializers.DictField(child=serializers.IntegerField())


class PointSerializer(MarkedSerializer):
    """How many pilots had each standing on a day."""

    standing = serializers.DictField(child=serializers.IntegerField())


class BottleneckFiguresSerializer(RowSerializer):
    """Open gates that have in common what they are grouped by; what they are not grouped by is null.

    `pilots` have one of them, `frees` counts those in which nothing else is open. `days` have they waited together, `longest`
    has the one that waits longest.
    """

    kind = serializers.CharField(source="kind.key", default=None, allow_null=True)
    court = serializers.ChoiceField(choices=Court.values(), allow_null=True)
    holder = PersonSerializer(allow_null=True)
    function = serializers.CharField(source="function.name", default=None, allow_null=True)
    portfolio = serializers.CharField(source="portfolio.key", default=None, allow_null=True)
    gates = serializers.IntegerField()
    pilots = serializers.IntegerField()
    frees = serializers.IntegerField()
    days = serializers.IntegerField()
    longest = serializers.IntegerField()


class BottleneckSerializer(MarkedSerializer, BottleneckFiguresSerializer):
    __doc__ = BottleneckFiguresSerializer.__doc__


class WaitFiguresSerializer(serializers.Serializer[Any]):
    """Days by court; `days` is their sum. They were counted from `from` up to, not including, `to`: no day that has not come.

    `still_open` are the days of waits that go on: of gates that wait on the last day, since they are in that state. `finished`
    are all the others.
    """

    of = serializers.CharField()
    name = serializers.CharField()
    courts = serializers.DictField(child=serializers.IntegerField())
    days = serializers.IntegerField()
    finished = serializers.DictField(child=serializers.IntegerField())
    still_open = serializers.DictField(child=serializers.IntegerField())

    def get_fields(self) -> Any:
        ends = {"from": serializers.DateField(source="start"), "to": serializers.DateField(source="end")}
        return super().get_fields() | ends


class WaitSerializer(MarkedSerializer, WaitFiguresSerializer):
    __doc__ = WaitFiguresSerializer.__doc__


class UnitSerializer(RowSerializer):
    """A gate on the board."""

    state = serializers.CharField(source="status.state")
    court = serializers.CharField(source="status.court", allow_null=True)
    since = serializers.DateField(source="status.since")
    since_at_least = serializers.BooleanField(source="status.since_at_least")
    days = serializers.IntegerField(source="status.days", allow_null=True)


class BoardSerializer(RowSerializer):
    """A pilot on the board: its standing, and its gates by kind."""

    key = serializers.CharField(source="pilot.key")
    name = serializers.CharField(source="pilot.name")
    portfolio = serializers.CharField(source="pilot.portfolio.key")
    function = serializers.CharField(source="function.name", default=None)
    sponsor = PersonSerializer(allow_null=True)
    manager = PersonSerializer(allow_null=True)
    stage = serializers.CharField(source="status.stage")
    standing = serializers.CharField(source="status.standing")
    decide_by = serializers.DateField(source="status.decide_by", allow_null=True)
    stalls_on = serializers.DateField(source="status.stalls_on", allow_null=True)
    start_known = serializers.BooleanField(source="status.start_known")
    days_quiet = serializers.IntegerField(source="status.days_quiet", allow_null=True)
    slips = serializers.IntegerField(source="status.slips")
    gates = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=UnitSerializer()))
    def get_gates(self, found: Any) -> dict[str, Any]:
        return {gate.kind.key: _GATE.to_representation(gate) for gate in found.gates}


_GATE = UnitSerializer()
