"""The verbs: the only road to the tables. Each guards, locks, writes and logs in one transaction, whoever calls."""

from pilots.busy import refused_when_busy
from pilots.verbs.adoption import look_again, record_residents
from pilots.verbs.erasing import erase, erase_person
from pilots.verbs.evidence import file_evidence, replace_evidence
from pilots.verbs.gates import (
    accept,
    answer,
    ask_exception,
    assert_,
    decide,
    decline,
    end_assertion,
    except_,
    leave,
    meet_condition,
    nominate,
)
from pilots.verbs.installation import open_first_account, record_set_up, set_password
from pilots.verbs.kinds import add_kind, amend_kind, switch_off, switch_on
from pilots.verbs.many import decide_many, record_minutes
from pilots.verbs.people import (
    amend_account,
    confirm_address,
    give_role,
    open_account,
    reject_address,
    take_role,
)
from pilots.verbs.pilots import (
    adopt,
    amend,
    correct_date,
    list_again,
    move_decide_by,
    pause,
    record,
    record_claim,
    record_running,
    resume,
    retire,
    roll_back,
    start,
)
from pilots.verbs.portfolios import amend_portfolio, name_function, open_portfolio, rename_function, set_stall_policy
from pilots.verbs.quality import record_measurement, register_threshold
from pilots.verbs.rights import assign_right, away, back, close_account, delegate, end_right
from pilots.verbs.rules import accept_risk, confirm_rules, set_rules
from pilots.verbs.tokens import issue_token, revoke_token

__all__ = [
    "accept",
    "accept_risk",
    "add_kind",
    "adopt",
    "amend",
    "amend_account",
    "amend_kind",
    "amend_portfolio",
    "answer",
    "ask_exception",
    "assert_",
    "assign_right",
    "away",
    "back",
    "close_account",
    "confirm_address",
    "confirm_rules",
    "correct_date",
    "decide",
    "decide_many",
    "decline",
    "delegate",
    "end_assertion",
    "end_right",
    "erase",
    "erase_person",
    "except_",
    "file_evidence",
    "give_role",
    "issue_token",
    "leave",
    "list_again",
    "look_again",
    "meet_condition",
    "move_decide_by",
    "name_function",
    "nominate",
    "open_account",
    "open_first_account",
    "open_portfolio",
    "pause",
    "record",
    "record_claim",
    "record_measurement",
    "record_minutes",
    "record_residents",
    "record_running",
    "record_set_up",
    "register_threshold",
    "reject_address",
    "rename_function",
    "replace_evidence",
    "resume",
    "retire",
    "revoke_token",
    "roll_back",
    "set_password",
    "set_rules",
    "set_stall_policy",
    "start",
    "switch_off",
    "switch_on",
    "take_role",
]

for _name in __all__:
    # Whoever calls is told in a sentence that somebody else is writing.
    globals()[_name] = refused_when_busy(globals()[_name])
