"""One form for each verb, shared by pages and admin. Forms shape what was typed; the rules are the verbs'."""

from readiness.forms.base import ActionForm, GateForm, PilotForm, shut
from readiness.forms.gates import (
    AcceptForm,
    AnswerForm,
    AskExceptionForm,
    DecideForm,
    DeclineForm,
    GrantExceptionForm,
    LeaveForm,
    MeetConditionForm,
    NominateForm,
)
from readiness.forms.pilots import (
    AcceptRiskForm,
    AdoptForm,
    ConfirmRulesForm,
    LookAgainForm,
    MoveDecideByForm,
    PauseForm,
    RecordMeasurementForm,
    RecordResidentsForm,
    RegisterThresholdForm,
    ResumeForm,
    RetireForm,
    RollBackForm,
    SetRulesForm,
    StartForm,
    people_near,
)

OF_PILOT: dict[str, type[PilotForm]] = {
    "start": StartForm,
    "move-decide-by": MoveDecideByForm,
    "pause": PauseForm,
    "resume": ResumeForm,
    "adopt": AdoptForm,
    "roll-back": RollBackForm,
    "retire": RetireForm,
    "set-rules": SetRulesForm,
    "accept-risk": AcceptRiskForm,
    "confirm-rules": ConfirmRulesForm,
    "register-threshold": RegisterThresholdForm,
    "record-measurement": RecordMeasurementForm,
    "record-residents": RecordResidentsForm,
    "look-again": LookAgainForm,
}
"""The forms of the verbs on a pilot, by the word that stands in an address."""

OF_GATE: dict[str, type[GateForm]] = {
    "decide": DecideForm,
    "ask-exception": AskExceptionForm,
    "except": GrantExceptionForm,
    "answer": AnswerForm,
    "meet-condition": MeetConditionForm,
    "nominate": NominateForm,
    "accept": AcceptForm,
    "decline": DeclineForm,
    "leave": LeaveForm,
}
"""The forms of the verbs on a gate, by the word that stands in an address."""

RESTS_ON_EVIDENCE = frozenset({"decide", "except", "meet-condition"})
"""The acts on a gate that can rest on evidence that is filed."""

__all__ = [
    "OF_GATE",
    "OF_PILOT",
    "RESTS_ON_EVIDENCE",
    "AcceptForm",
    "AcceptRiskForm",
    "ActionForm",
    "AdoptForm",
    "AnswerForm",
    "AskExceptionForm",
    "ConfirmRulesForm",
    "DecideForm",
    "DeclineForm",
    "GateForm",
    "GrantExceptionForm",
    "LeaveForm",
    "LookAgainForm",
    "MeetConditionForm",
    "MoveDecideByForm",
    "NominateForm",
    "PauseForm",
    "PilotForm",
    "RecordMeasurementForm",
    "RecordResidentsForm",
    "RegisterThresholdForm",
    "ResumeForm",
    "RetireForm",
    "RollBackForm",
    "SetRulesForm",
    "StartForm",
    "people_near",
    "shut",
]
