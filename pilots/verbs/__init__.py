"""The verbs: the only road to the tables. Each guards, locks, writes and logs in one transaction, whoever calls."""

from pilots.verbs.gates import (
    accept,
    answer,
    ask_exception,
    assert_,
    decide,
    decline,
    except_,
    leave,
    meet_condition,
    nominate,
)
from pilots.verbs.pilots import (
    adopt,
    amend,
    move_decide_by,
    pause,
    record,
    record_claim,
    resume,
    retire,
    roll_back,
    start,
)
from pilots.verbs.quality import record_measurement, register_threshold
from pilots.verbs.rights import assign_right, away, close_account
from pilots.verbs.rules import accept_risk, confirm_rules, set_rules

__all__ = [
    "accept",
    "accept_risk",
    "adopt",
    "amend",
    "answer",
    "ask_exception",
    "assert_",
    "assign_right",
    "away",
    "close_account",
    "confirm_rules",
    "decide",
    "decline",
    "except_",
    "leave",
    "meet_condition",
    "move_decide_by",
    "nominate",
    "pause",
    "record",
    "record_claim",
    "record_measurement",
    "register_threshold",
    "resume",
    "retire",
    "roll_back",
    "set_rules",
    "start",
]
