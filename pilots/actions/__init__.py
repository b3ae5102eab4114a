"""The verbs: the only road to the tables. Each guards, locks, writes and logs in one transaction, whoever calls."""

from pilots.actions.bulk_decisions import decide_many, record_minutes
from pilots.actions.erasure import erase, erase_person
from pilots.actions.evidence import file_evidence, replace_evidence
from pilots.actions.gates import (
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
from pilots.actions.kinds import add_kind, amend_kind, switch_off, switch_on
from pilots.actions.people import amend_account, confirm_address, give_role, open_account, reject_address, take_role
from pilots.actions.pilots import (
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
from pilots.actions.portfolios import amend_portfolio, name_function, open_portfolio, rename_function, set_stall_policy
from pilots.actions.quality import record_measurement, register_threshold
from pilots.actions.residents import look_again, record_residents
from pilots.actions.rights import assign_right, away, back, close_account, delegate, end_right
from pilots.actions.rules import accept_risk, confirm_rules, set_rules
from pilots.actions.setup import open_first_account, record_set_up, set_password
from pilots.actions.tokens import issue_token, revoke_token
from pilots.busy import refused_when_busy
from pilots.event_log.sign import recording

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
    # Whoever calls is told in a sentence that somebody else is writing; what is of no pilot is logged last.
    globals()[_name] = refused_when_busy(recording()(globals()[_name]))
