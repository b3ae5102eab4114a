"""What stands differently on two dates, over the API: each pilot that differs, and how many by each kind of change."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pilots.refusals import Invalid
from pilots.rules.vocabulary import Cause, Outcome, Stage, Standing
from readiness.api.base import KNOWN_AT, AskingForMany
from readiness.api.cursors import Position
from readiness.api.files import in_batches_of
from readiness.api.filters import FUNCTION, PORTFOLIO, in_functions, known_portfolio
from readiness.api.pagination import MARKS, Pages
from readiness.api.rows import RowSerializer, serialized
from readiness.api.serializers import PersonSerializer
from readiness.queries import changes as queries
from readiness.queries.changes import PilotChange, Question
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.request_dates import as_of
from readiness.rules.changes import Change, Exit
from readiness.rules.standing import GATE_STATES


class StageEnds(RowSerializer):
    """The stage on both dates; null where it was not on record."""

    def get_fields(self) -> Any:
        return _both(lambda source: serializers.ChoiceField(source=source, choices=Stage.values(), allow_null=True))


class StandingEnds(RowSerializer):
    """The standing on both dates; null where it was not on record."""

    def get_fields(self) -> Any:
        return _both(lambda source: serializers.ChoiceField(source=source, choices=Standing.values(), allow_null=True))


class DayEnds(RowSerializer):
    """A date on both dates; null where there was none."""

    def get_fields(self) -> Any:
        return _both(lambda source: serializers.DateField(source=source, allow_null=True))


class PersonEnds(RowSerializer):
    """A person on both dates; null where there was nobody."""

    def get_fields(self) -> Any:
        return _both(lambda source: PersonSerializer(source=source, allow_null=True))


class GateEnds(RowSerializer):
    """A gate whose state differs; null where it was not there, or nothing was asked of it."""

    def get_fields(self) -> Any:
        states = _both(lambda source: serializers.ChoiceField(source=source, choices=GATE_STATES, allow_null=True))
        return {"kind": serializers.CharField()} | states


def _both(field: Any) -> dict[str, Any]:
    return {"from": field("then"), "to": field("now")}


class Ends:
    """A value on both dates."""

    def __init__(self, then: Any, now: Any) -> None:
        self.then, self.now = then, now


class SignedSerializer(RowSerializer):
    """What somebody answered on a gate in between."""

    kind = serializers.CharField(source="gate.kind.key")
    outcome = serializers.ChoiceField(choices=Outcome.values())
    on = serializers.DateField(source="effective_on")
    decider = PersonSerializer(allow_null=True)


class PilotChangeSerializer(RowSerializer):
    """A pilot that stands differently: each fact on both dates, and what a review calls it.

    `left_museum` and `claim_fell` say how, null where it did not: `moved` by a movement, `recounted` where only the clock is
    counted otherwise, `rolled_back` where adoption is declared no more.
    """

    key = serializers.CharField()
    name = serializers.CharField()
    portfolio = serializers.CharField()
    function = serializers.CharField(allow_null=True)
    changes = serializers.ListField(child=serializers.ChoiceField(choices=Change.values()))
    stage = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()
    decide_by = serializers.SerializerMethodField()
    stalls_on = serializers.SerializerMethodField()
    sponsor = serializers.SerializerMethodField()
    gates = GateEnds(many=True)
    left_museum = serializers.ChoiceField(choices=Exit.values(), allow_null=True)
    claim_fell = serializers.ChoiceField(choices=Exit.values(), allow_null=True)
    retired_because = serializers.SerializerMethodField()
    decided = SignedSerializer(many=True)

    @extend_schema_field(StageEnds)
    def get_stage(self, row: PilotChange) -> Any:
        return self._of_both(row, "stage")

    @extend_schema_field(StandingEnds)
    def get_standing(self, row: PilotChange) -> Any:
        return self._of_both(row, "standing")

    @extend_schema_field(DayEnds)
    def get_decide_by(self, row: PilotChange) -> Any:
        return self._of_both(row, "decide_by")

    @extend_schema_field(DayEnds)
    def get_stalls_on(self, row: PilotChange) -> Any:
        return self._of_both(row, "stalls_on")

    @extend_schema_field(PersonEnds)
    def get_sponsor(self, row: PilotChange) -> Any:
        people = Ends(row.sponsor_then, row.sponsor_now)
        return _PEOPLE.to_representation(people)

    @extend_schema_field({"type": ["string", "null"], "enum": [*Cause.values(), None]})
    def get_retired_because(self, row: PilotChange) -> str | None:
        """Why it was retired; null where it is not, or nobody has said."""
        return row.retired_because or None

    @staticmethod
    def _of_both(row: PilotChange, name: str) -> dict[str, Any]:
        ends = {"from": row.then and getattr(row.then, name), "to": getattr(row.now, name)}
        return {end: value.isoformat() if isinstance(value, date) else value for end, value in ends.items()}


_PEOPLE = PersonEnds()


class ChangeCountsSerializer(serializers.Serializer[Any]):
    """How many pilots differ, how many by each change, and how exhibits left the museum and claims fell."""

    pilots = serializers.IntegerField()
    changes = serializers.DictField(child=serializers.IntegerField())
    left_museum = serializers.DictField(child=serializers.IntegerField())
    claim_fell = serializers.DictField(child=serializers.IntegerField())


_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
_ENVELOPE = {
    "from": {"type": "string", "format": "date", "description": "The first date."},
    "to": {"type": "string", "format": "date", "description": "The second date."},
    "summary": {
        "type": ["object", "null"],
        "description": "How many pilots differ by each change, whatever the page; null on a page that follows, and with `summary=false`.",
        "properties": {"pilots": {"type": "integer"}}
        | {name: dict(_COUNTS) for name in ("changes", "left_museum", "claim_fell")},
    },
}


class ChangePages(Pages):
    """Pages of changes, which say between which dates, and how many there are of each kind."""

    def get_paginated_response_schema(self, schema: Any) -> Any:
        found = super().get_paginated_response_schema(schema)
        rows = found["properties"].pop("results")
        found["properties"] |= _ENVELOPE | {"results": rows}
        found["required"] = [*MARKS, *_ENVELOPE, "results"]
        return found


def _some(name: str, values: Any, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, many=True, enum=list(values) or None, description=description)


class Changes(AskingForMany):
    """The pilots that stand differently on two dates, by key.

    A pilot is here where its stage, standing, decide-by date, stall date, sponsor or the state of a gate differs, where it came
    on record, or where somebody answered on a gate in between. What is void on the second date is here only with
    `standing_to=void`.
    """

    serializer_class = PilotChangeSerializer
    pagination_class: Any = ChangePages
    file_name = "changes"
    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (
        OpenApiParameter(
            "from", OpenApiTypes.DATE, description="The first date; 90 days before the second unless said."
        ),
        OpenApiParameter("to", OpenApiTypes.DATE, description="The second date; `as_of`, or today, unless said."),
        OpenApiParameter(
            "as_of", OpenApiTypes.DATE, description="Asked as on this day: a later second date means this one."
        ),
        KNOWN_AT,
        _some("portfolio", (), str(PORTFOLIO)),
        _some("function", (), f"On the second date. {FUNCTION}"),
        _some("pilot", (), "The key of a pilot; several may be given."),
        _some("standing_from", Standing.values(), "The standing on the first date; several may be given."),
        _some("standing_to", Standing.values(), "The standing on the second date; several may be given."),
        _some("change", Change.values(), "What a review calls it; several may be given, of which one is enough."),
        OpenApiParameter("summary", OpenApiTypes.BOOL, description="`false` leaves the counts out of the first page."),
    )

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.question = self._question()
        # The day that marks speak of is the second date.
        self.at = self.question.last

    def _question(self) -> Question:
        query = self.request.query_params
        last = as_of(query, "to") if query.get("to") else self.at
        if query.get("as_of"):
            last = min(last, self.at)
        first = as_of(query, "from") if query.get("from") else date.fromordinal(max(1, last.toordinal() - 90))
        if first > last:
            raise Invalid(_("The second date lies before the first."), field="to" if query.get("to") else "from")
        standings = Standing.values()
        return Question(
            first,
            last,
            self.known_at,
            standing_then=self._words("standing_from", standings),
            standing_now=self._words("standing_to", standings),
            changes=self._words("change", Change.values()),
        )

    def _words(self, name: str, known: list[str]) -> list[str]:
        asked = self.request.query_params.getlist(name)
        if any(word not in known for word in asked):
            raise Invalid(_("Say one of: %(words)s.") % {"words": ", ".join(known)}, field=name)
        return sorted(set(asked))

    def chosen(self) -> StandingQuerySet:
        """The pilots that are asked about."""
        query, mine = self.request.query_params, self.visible_pilots()
        if query.getlist("portfolio"):
            keys = [known_portfolio(key, "portfolio", self.person) for key in query.getlist("portfolio")]
            mine = mine.filter(portfolio__key__in=keys)
        if query.getlist("pilot"):
            mine = mine.filter(key__in=query.getlist("pilot"))
        if query.getlist("function"):
            there = mine.on(self.question.last, self.known_at, with_void=True)
            mine = in_functions(there, query.getlist("function"))
        return mine

    def marks(self) -> dict[str, Any]:
        return super().marks() | {"from": self.question.first, "to": self.question.last}

    @property
    def wants_summary(self) -> bool:
        """Whether the counts are asked for: on a first page, unless they are declined."""
        asked = self.request.query_params.get("summary", "true").strip().lower()
        if asked not in ("true", "false"):
            raise Invalid(_("Say one of: %(words)s.") % {"words": "true, false"}, field="summary")
        return asked == "true" and "cursor" not in self.request.query_params

    @extend_schema(responses=PilotChangeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What stands differently on two dates: standing then and now, what stalled, left the museum, was decided, which claims fell."""
        form, only, chosen = self.file_asked(), self.only, self.chosen()
        counted = self.wants_summary
        if form is not None:
            rows_of_file = (
                row
                for found in in_batches_of(queries.all_changes(chosen, self.question))
                for row in serialized(PilotChangeSerializer, found, only)
            )
            return self.file_of_rows(form, rows_of_file)
        pages: Any = self.paginator
        position = pages.begin(request, self, 0, 1)
        if counted:
            there, counts = queries.first_changes(chosen, self.question, most=pages.size + 1)
        else:
            there, counts = self._page(chosen, position, pages.size + 1), None
        rows = pages.end(there, position, _position_of)
        pages.said |= {"summary": counts}
        return self.get_paginated_response(serialized(PilotChangeSerializer, rows, only))

    def _page(self, chosen: StandingQuerySet, position: Position | None, most: int) -> list[PilotChange]:
        """The rows of a page in the order in which they are read: backwards from a row that it ends before."""
        after = position.names[0] if position and not position.backwards else None
        before = position.names[0] if position and position.backwards else None
        rows = queries.changes(chosen, self.question, after=after, before=before, most=most)
        return rows if before is None else rows[::-1]


def _position_of(row: PilotChange, backwards: bool) -> Position:
    return Position(backwards, [], [row.key])
