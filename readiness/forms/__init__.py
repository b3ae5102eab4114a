"""One form for each action, shared by pages and admin. Forms shape what was typed; the rules are the actions'."""

from pilots.rules.actions import Target
from readiness import registry
from readiness.forms import (
    both_sides,  # and so do those of the managers' and the sponsor's account
    by_row,  # the forms that rows of the registry describe register themselves
)
from readiness.forms.base import ActionForm, GateForm, PilotForm, shut
from readiness.forms.gates import (
    AcceptForm,
    DecideForm,
    DeclineForm,
    GrantExceptionForm,
    LeaveForm,
    MeetConditionForm,
    NominateForm,
)
from readiness.forms.pilots import (
    RecordMeasurementForm,
    RecordResidentsForm,
    RegisterThresholdForm,
    SetRulesForm,
    people_near,
)

OF_PILOT: dict[str, type[PilotForm]] = registry.forms_on(Target.PILOT)
"""The forms of the actions on a pilot, by the word that stands in an address."""

OF_GATE: dict[str, type[GateForm]] = registry.forms_on(Target.GATE)
"""The forms of the actions on a gate, by the word that stands in an address."""

RESTS_ON_EVIDENCE = frozenset(
    registry.address(word) for word, row in registry.INTERFACES.items() if row.rests_on_evidence
)
"""The actions on a gate that can rest on evidence that is filed."""

__all__ = [
    "OF_GATE",
    "OF_PILOT",
    "RESTS_ON_EVIDENCE",
    "AcceptForm",
    "ActionForm",
    "DecideForm",
    "DeclineForm",
    "GateForm",
    "GrantExceptionForm",
    "LeaveForm",
    "MeetConditionForm",
    "NominateForm",
    "PilotForm",
    "RecordMeasurementForm",
    "RecordResidentsForm",
    "RegisterThresholdForm",
    "SetRulesForm",
    "both_sides",
    "by_row",
    "people_near",
    "shut",
]
