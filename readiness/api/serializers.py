"""What the API shows of a pilot, a gate, a decision, a person. Shapes only: words and figures are worked out elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.actions.acting_token import BY_TOKEN
from pilots.models import Decision, Event
from pilots.rules.vocabulary import Cause, ClearsBy, Court, Standing
from readiness.api.rows import RowSerializer, serialized
from readiness.queries.exception_requests import ExceptionRequest
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules.deadlines import answer_due
from readiness.rules.residence import looks
from readiness.text.placards import placard
from readiness.text.sealed_values import Difference


class PersonSerializer(RowSerializer):
    """A person: a name, and an id that says nothing else."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class GateSerializer(RowSerializer):
    """A gate on the day that was read. `court` and `days` are those of an open gate; `good_until` that of a clear one.

    Of a pilot that has ended both are null: nobody must move, and no days run.
    """

    id = serializers.CharField(source="gate.public_id")
    kind = serializers.CharField(source="kind.key")
    question = serializers.CharField(source="kind.question")
    state = serializers.CharField(source="status.state")
    court = serializers.ChoiceField(source="status.court", choices=Court.values(), allow_null=True)
    holder = PersonSerializer(allow_null=True)
    since = serializers.DateField(source="status.since")
    since_at_least = serializers.BooleanField(source="status.since_at_least")
    days = serializers.IntegerField(source="status.days", allow_null=True)
    good_until = serializers.DateField(source="status.good_until", allow_null=True)
    ends_soon = serializers.BooleanField(source="status.ends_soon")
    renewals = serializers.IntegerField(source="status.renewals")
    for_escalation = serializers.BooleanField(source="status.for_escalation")
    accepted = serializers.SerializerMethodField()

    def get_accepted(self, gate: GateSnapshot) -> bool | None:
        """Whether the holder has accepted in their own name; null for a gate that is decided."""
        if gate.kind.clears_by != ClearsBy.ACCEPTANCE:
            return None
        return gate.status.state == "cleared"


class SwitchedOffSerializer(RowSerializer):
    """A kind of gate of which this portfolio asks nothing, since a day."""

    kind = serializers.SerializerMethodField()
    since = serializers.SerializerMethodField()

    def get_kind(self, pair: Any) -> str:
        return str(pair[0].key)

    def get_since(self, pair: Any) -> date:
        since: date = pair[1]
        return since


class PilotSerializer(RowSerializer):
    """A pilot on the day that was read."""

    key = serializers.CharField(source="pilot.key")
    name = serializers.CharField(source="pilot.name")
    portfolio = serializers.CharField(source="pilot.portfolio.key")
    function = serializers.CharField(source="function.name", default=None)
    workflow = serializers.CharField(source="pilot.workflow")
    stage = serializers.CharField(source="status.stage")
    standing = serializers.ChoiceField(source="status.standing", choices=Standing.values())
    since = serializers.DateField(source="status.since")
    at = serializers.DateField()
    started_on = serializers.DateField(source="status.started_on", allow_null=True)
    start_known = serializers.BooleanField(source="status.start_known")
    decide_by = serializers.DateField(source="status.decide_by", allow_null=True)
    stalls_on = serializers.DateField(source="status.stalls_on", allow_null=True)
    days_quiet = serializers.IntegerField(source="status.days_quiet", allow_null=True)
    last_movement = serializers.DateField(source="status.last_movement", allow_null=True)
    slips = serializers.IntegerField(source="status.slips")
    paused_until = serializers.DateField(source="status.paused_until", allow_null=True)
    never_started = serializers.BooleanField(source="status.never_started")
    sponsor = PersonSerializer(allow_null=True)
    manager = PersonSerializer(allow_null=True)
    quality = serializers.CharField(source="status.quality")
    goalpost_moved = serializers.BooleanField(source="status.goalpost_moved")
    claimed_because = serializers.SerializerMethodField()
    claimed_since = serializers.SerializerMethodField()
    on_exception_until = serializers.DateField(source="status.on_exception_until", allow_null=True)
    residence = serializers.CharField(source="status.residence", allow_null=True)
    high_impact = serializers.BooleanField(source="pilot.high_impact", allow_null=True)
    gates = GateSerializer(many=True)
    switched_off = SwitchedOffSerializer(many=True)
    blocked_by = serializers.ListField(source="status.blocked_by", child=serializers.CharField())
    missing = serializers.ListField(source="status.missing", child=serializers.CharField())
    placard = serializers.SerializerMethodField()

    def get_claimed_because(self, snapshot: PilotSnapshot) -> str | None:
        claim = snapshot.status.claim
        return claim.because if claim else None

    def get_claimed_since(self, snapshot: PilotSnapshot) -> date | None:
        claim = snapshot.status.claim
        return claim.since if claim else None

    def get_placard(self, snapshot: PilotSnapshot) -> str:
        return placard(snapshot)


class RulesSerializer(RowSerializer):
    """The known rules, as they were stated last."""

    acceptable_use = serializers.CharField()
    trust_when = serializers.CharField()
    override_when = serializers.CharField()
    exceptions_to = PersonSerializer(allow_null=True)
    exceptions_deputy = PersonSerializer(allow_null=True)
    matters_more = serializers.CharField()
    success = serializers.CharField()


class LookSerializer(RowSerializer):
    """The look ninety days after adoption: the day it is due, and what was answered where somebody did."""

    due_on = serializers.DateField()
    answered_on = serializers.DateField(allow_null=True)
    by = PersonSerializer(allow_null=True)
    says = serializers.CharField()


class WholePilotSerializer(PilotSerializer):
    """A pilot with all of its record; texts are as they stand now."""

    purpose = serializers.CharField(source="pilot.purpose")
    question = serializers.CharField(source="pilot.question")
    learned = serializers.CharField()
    retired_because = serializers.SerializerMethodField()
    tool = serializers.CharField(source="pilot.tool")
    data = serializers.CharField(source="pilot.data")  # type: ignore[assignment]
    presumed_high_impact = serializers.BooleanField(source="pilot.presumed_high_impact", allow_null=True)
    high_impact_reason = serializers.CharField(source="pilot.high_impact_reason")
    high_impact_determined_by = serializers.CharField(source="pilot.high_impact_determined_by")
    high_impact_determined_on = serializers.DateField(source="pilot.high_impact_determined_on", allow_null=True)
    recorded_on = serializers.DateField(source="pilot.recorded_on")
    source = serializers.CharField(source="pilot.source")  # type: ignore[assignment]
    approximate = serializers.BooleanField(source="pilot.approximate")
    rules = RulesSerializer(source="pilot")
    look = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"], "enum": [*Cause.values(), None]})
    def get_retired_because(self, snapshot: PilotSnapshot) -> str | None:
        """Why it was retired; null where it is not, or nobody has said."""
        return snapshot.status.retired_because or None

    @extend_schema_field(LookSerializer(allow_null=True))
    def get_look(self, snapshot: PilotSnapshot) -> Any:
        """Null for a pilot that nobody has declared adopted."""
        pk, known_at = snapshot.pilot.pk, self.context.get("known_at")
        look = looks({pk: snapshot.status}, at=snapshot.at, known_at=known_at).get(pk)
        return LookSerializer(look).data if look else None


class ChangedPilotSerializer(WholePilotSerializer):
    """A pilot after an edit. `consequences` says whose answers fell by it and how it stands otherwise, in sentences."""

    consequences = serializers.SerializerMethodField()

    def get_consequences(self, snapshot: PilotSnapshot) -> list[str]:
        sentences: list[str] = self.context["consequences"].sentences
        return sentences


class WholeGateSerializer(GateSerializer):
    """A gate with its pilot, who else may decide it, and by when an answer was asked for."""

    pilot = serializers.SerializerMethodField()
    deputy = PersonSerializer(allow_null=True)
    delegate = PersonSerializer(allow_null=True)
    escalation = PersonSerializer(allow_null=True)
    answer_by = serializers.SerializerMethodField()
    escalates_to = serializers.SerializerMethodField()

    def get_pilot(self, gate: GateSnapshot) -> str:
        return self._pilot.pilot.key

    def get_answer_by(self, gate: GateSnapshot) -> date | None:
        was = answer_due(gate, self._pilot)
        return was.answer_by if was else None

    def get_escalates_to(self, gate: GateSnapshot) -> dict[str, str] | None:
        """Whom an overdue gate has gone to."""
        was = answer_due(gate, self._pilot)
        if was is None or was.escalates_to is None or not was.is_overdue(self._pilot.at):
            return None
        return dict(PersonSerializer(was.escalates_to).data)

    @property
    def _pilot(self) -> PilotSnapshot:
        snapshot: PilotSnapshot = self.context["pilots"][self._gate.gate.pilot_id]
        return snapshot

    def to_representation(self, instance: GateSnapshot) -> Any:
        self._gate = instance
        return super().to_representation(instance)


class PilotWithGatesSerializer(PilotSerializer):
    """A pilot whose gates are whole: who else may decide each, and by when an answer was asked for."""

    gates = WholeGateSerializer(many=True)


class DifferenceSerializer(RowSerializer):
    """One thing that is another now than when it was decided on, in words too."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    says = serializers.CharField()


class RequestedFactSerializer(RowSerializer):
    """One fact that an exception was asked for on, as it was then and as it is now."""

    field = serializers.CharField()
    then = serializers.CharField()
    now = serializers.CharField()
    changed = serializers.BooleanField()
    says = serializers.CharField()


class ExceptionRequestSerializer(RowSerializer):
    """A request to be let past that nobody has granted yet. A grant is held to the `facts` of the latest, which is the last."""

    by = PersonSerializer(allow_null=True)
    on = serializers.DateField()
    reason = serializers.CharField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    facts = RequestedFactSerializer(many=True)


class OneGateSerializer(WholeGateSerializer):
    """A gate by itself. `differences` says what has to be confirmed again, `exception_requests` who asks to be let past."""

    differences = serializers.SerializerMethodField()
    exception_requests = serializers.SerializerMethodField()

    @extend_schema_field(ExceptionRequestSerializer(many=True))
    def get_exception_requests(self, gate: GateSnapshot) -> Any:
        found: list[ExceptionRequest] = self.context["requests"].get(gate.gate.pk, [])
        return serialized(ExceptionRequestSerializer, found)

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_differences(self, gate: GateSnapshot) -> Any:
        found: list[Difference] = self.context["differences"].get(gate.gate.pk, [])
        return serialized(DifferenceSerializer, found)


class ConditionSerializer(serializers.Serializer[Any]):
    """A condition of a yes, with its last good day."""

    text = serializers.CharField()
    due = serializers.DateField()


class DecisionSerializer(RowSerializer):
    """A decision as it was signed. Texts that were erased by law are null."""

    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    pilot = serializers.CharField(source="gate.pilot.key")
    gate = serializers.CharField(source="gate.public_id")
    kind = serializers.CharField(source="gate.kind.key")
    outcome = serializers.CharField()
    capacity = serializers.CharField()
    decider = PersonSerializer(allow_null=True)
    recorded_by = serializers.SerializerMethodField()
    on = serializers.DateField(source="effective_on")
    known_on = serializers.DateField()
    reason = serializers.CharField(allow_null=True)
    would_change = serializers.CharField(allow_null=True)
    evidence = serializers.CharField(allow_null=True)
    conditions = ConditionSerializer(many=True, allow_null=True)
    until = serializers.DateField(allow_null=True)
    good_until = serializers.DateField(allow_null=True)
    checksum = serializers.CharField()
    cites = serializers.SerializerMethodField()

    def get_recorded_by(self, decision: Decision) -> dict[str, str] | None:
        """Who wrote it down, where that is not the decider."""
        if not decision.recorded_for or decision.by is None:
            return None
        return dict(PersonSerializer(decision.by).data)

    def get_cites(self, decision: Decision) -> str | None:
        """The id of the earlier answer that it cites, where that one may be seen."""
        found = self.context["cited"].get(decision.cites_id)
        return found.public_id if found else None


class EventSerializer(RowSerializer):
    """One event of the log. An event on many pilots is one: `pilots` says on how many, `?batch=` lists each."""

    id = serializers.CharField(source="public_id")
    verb = serializers.CharField(source="action")
    pilot = serializers.CharField(source="pilot.key", default=None, allow_null=True)
    batch = serializers.CharField(allow_blank=True)
    pilots = serializers.IntegerField(source="number_of_pilots", default=None, allow_null=True)
    kind = serializers.CharField(source="gate.kind.key", default=None)
    by = PersonSerializer(allow_null=True)
    token = serializers.SerializerMethodField()
    on = serializers.DateField(source="effective_on")
    known_on = serializers.DateField()
    reason = serializers.CharField()
    fields_changed = serializers.SerializerMethodField()
    outcome = serializers.CharField(source="decision.outcome", default=None)

    def get_token(self, event: Event) -> str | None:
        """How the API token begins with which it was done; null where with none."""
        begins: str | None = event.data.get(BY_TOKEN)
        return begins

    def get_fields_changed(self, event: Event) -> list[str]:
        return [change["field"] for change in event.changes]
