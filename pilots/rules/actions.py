"""The actions: what each is on, the stages that it fits, who may do it, where replay applies it, and how its event forgets.

The other half of a row, what people read, is `readiness.registry`. Stage guards, permissions, scopes, offers, addresses and
pages of the documentation are loops over these rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from pilots.rules.vocabulary import Role, Stage


class Target(Enum):
    """What an action is on."""

    PILOT = auto()
    GATE = auto()
    GATES = auto()
    DECISION = auto()
    ACCOUNT = auto()
    EVIDENCE = auto()
    RIGHT = auto()
    ABSENCE = auto()
    PERSON = auto()
    PORTFOLIO = auto()
    FUNCTION = auto()
    KIND = auto()
    TOKEN = auto()
    GAP = auto()
    UNNAMED = auto()
    """What a manager says by pseudonym: it writes no event, and no log says that it was said."""
    INSTALLATION = auto()


NOT_RETIRED = frozenset(Stage) - {Stage.RETIRED}
NOT_STARTED = frozenset({Stage.PLANNED, Stage.NOT_STATED})
RUNNING, PAUSED, ADOPTED, RETIRED = (
    frozenset({stage}) for stage in (Stage.RUNNING, Stage.PAUSED, Stage.ADOPTED, Stage.RETIRED)
)

OFFICE, ESCALATION, SELF = (frozenset({role}) for role in (Role.OFFICE, Role.ESCALATION, Role.SELF))
SEATED = frozenset({Role.HOLDER, Role.DEPUTY, Role.DELEGATE, Role.STAND_IN})
INVOLVED = frozenset({Role.OFFICE, Role.SPONSOR, Role.DECIDER, Role.MANAGER, Role.NAMED, Role.ESCALATION})
OFFICE_AND_TEAM = frozenset({Role.OFFICE, Role.SPONSOR, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER, Role.FELLOW})
NOBODY: frozenset[Role] = frozenset()
"""What only a list that is read in, or the installation itself, does."""

REASON, CHANGES, DATA, DECISION = "reason", "changes", "data", "decision"
NOTHING_TO_ERASE: tuple[str, ...] = ()
"""Nothing of the event is anybody's own words, or names a person but by key."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action, by the name of its function in `pilots.actions`.

    Attributes:
        word: its name, also of its function; in logs, stories, commands and addresses.
        target: what it is on.
        allowed: who may do it; one of these roles is enough.
        erasable: where in its event people's own words or names stand, which a law may ask to be erased. Every row says it.
        beyond_limits: who may do it where a limit of rules 4, 5 or 6 is exceeded (a third slip, a third pause, what was
            answered, a retirement of long ago); those of `allowed` may not.
        stages: the stages that it fits; None where it fits all, or is on no pilot.
        applies_in: the stages in which replay applies it; None where in all. One done in good faith may no longer fit once
            an earlier one is written down late: it stays in the log and changes nothing.
        enters: the stage that begins with it.
        returns: the stage of before goes on with it, whichever that was.
        refused_once_stalled: it is refused once the stall date has come.
        needs_person: an imported list cannot do it.
        on_void: it is done to a pilot that is void; every other action only to one that is not (rule 6).
        on_acceptance: it is done to a gate that clears by acceptance; every other action on a gate only to one that does not.
        event: the word of its event, where that is not its own.
    """

    word: str
    target: Target
    allowed: frozenset[Role]
    erasable: tuple[str, ...]
    beyond_limits: frozenset[Role] = NOBODY
    stages: frozenset[Stage] | None = None
    applies_in: frozenset[Stage] | None = None
    enters: Stage | None = None
    returns: bool = False
    refused_once_stalled: bool = False
    needs_person: bool = False
    on_void: bool = False
    on_acceptance: bool = False
    event: str = ""

    @property
    def event_word(self) -> str:
        """The word of its event."""
        return self.event or self.word


def _table(rows: Iterable[Action]) -> dict[str, Action]:
    return {row.word: row for row in rows}


ACTIONS = _table(
    (
        # A pilot's record, stages and dates
        Action("record", Target.PILOT, OFFICE, (CHANGES, DATA)),
        Action("amend", Target.PILOT, OFFICE, (CHANGES, DATA)),
        Action(
            "start",
            Target.PILOT,
            OFFICE,
            (REASON,),
            beyond_limits=ESCALATION,
            stages=NOT_STARTED,
            applies_in=NOT_STARTED,
            enters=Stage.RUNNING,
        ),
        Action("record_running", Target.PILOT, NOBODY, NOTHING_TO_ERASE, event="start"),
        Action(
            "move_decide_by",
            Target.PILOT,
            OFFICE,
            (REASON,),
            beyond_limits=ESCALATION,
            stages=RUNNING,
            refused_once_stalled=True,
        ),
        Action(
            "pause",
            Target.PILOT,
            OFFICE,
            (REASON,),
            beyond_limits=ESCALATION,
            stages=RUNNING,
            applies_in=RUNNING | PAUSED,
            enters=Stage.PAUSED,
            refused_once_stalled=True,
        ),
        Action(
            "resume", Target.PILOT, OFFICE, NOTHING_TO_ERASE, stages=PAUSED, applies_in=PAUSED, enters=Stage.RUNNING
        ),
        Action(
            "adopt",
            Target.PILOT,
            OFFICE | {Role.SPONSOR},
            NOTHING_TO_ERASE,
            stages=RUNNING,
            applies_in=RUNNING | PAUSED,
            needs_person=True,
            enters=Stage.ADOPTED,
        ),
        Action(
            "record_claim",
            Target.PILOT,
            NOBODY,
            NOTHING_TO_ERASE,
            stages=NOT_RETIRED - ADOPTED,
            applies_in=NOT_STARTED | RUNNING | PAUSED,
            enters=Stage.ADOPTED,
        ),
        Action(
            "roll_back",
            Target.PILOT,
            OFFICE | {Role.SPONSOR},
            (REASON,),
            stages=ADOPTED,
            applies_in=ADOPTED,
            enters=Stage.RUNNING,
        ),
        Action(
            "retire",
            Target.PILOT,
            OFFICE | {Role.SPONSOR},
            (REASON, CHANGES),
            stages=NOT_RETIRED,
            applies_in=NOT_RETIRED,
            enters=Stage.RETIRED,
        ),
        Action(
            "reopen",
            Target.PILOT,
            OFFICE,
            (REASON,),
            beyond_limits=ESCALATION,
            stages=RETIRED,
            applies_in=RETIRED,
            returns=True,
            needs_person=True,
        ),
        Action("void", Target.PILOT, OFFICE, (REASON,), beyond_limits=ESCALATION, needs_person=True),
        Action("restore", Target.PILOT, OFFICE, (REASON,), beyond_limits=ESCALATION, needs_person=True, on_void=True),
        Action("list_again", Target.PILOT, NOBODY, (DATA,)),
        Action("restore_listed", Target.PILOT, NOBODY, (REASON,), on_void=True, event="restore"),
        Action("correct_date", Target.PILOT, NOBODY, (REASON,)),
        # Its rules, its quality, and who lives in it
        Action("set_rules", Target.PILOT, OFFICE, (CHANGES, DATA), stages=NOT_RETIRED),
        Action("accept_risk", Target.PILOT, INVOLVED, NOTHING_TO_ERASE, stages=NOT_RETIRED, needs_person=True),
        Action(
            "confirm_rules",
            Target.PILOT,
            frozenset({Role.MANAGER}),
            NOTHING_TO_ERASE,
            stages=NOT_RETIRED,
            needs_person=True,
        ),
        Action("register_threshold", Target.PILOT, OFFICE, (CHANGES, DATA), stages=NOT_RETIRED),
        Action("record_measurement", Target.PILOT, OFFICE, NOTHING_TO_ERASE, stages=NOT_RETIRED),
        Action("record_residents", Target.PILOT, OFFICE_AND_TEAM, NOTHING_TO_ERASE, stages=RUNNING | PAUSED | ADOPTED),
        Action("look_again", Target.PILOT, OFFICE_AND_TEAM, (REASON, DATA), stages=ADOPTED),
        # The managers' account of it, and the sponsor's
        Action("add_fellow_manager", Target.PILOT, OFFICE, (CHANGES,), stages=NOT_RETIRED),
        Action("remove_fellow_manager", Target.PILOT, OFFICE, (CHANGES,), stages=NOT_RETIRED),
        Action(
            "give_account",
            Target.PILOT,
            frozenset({Role.SPONSOR}),
            (CHANGES,),
            stages=NOT_RETIRED,
            needs_person=True,
        ),
        Action(
            "answer_pulse",
            Target.PILOT,
            frozenset({Role.SPONSOR}),
            (CHANGES,),
            stages=NOT_RETIRED,
            needs_person=True,
        ),
        Action("announce_workflow", Target.PILOT, OFFICE | {Role.SPONSOR}, (CHANGES, DATA), stages=NOT_RETIRED),
        Action("describe_steps", Target.UNNAMED, MANAGERS, NOTHING_TO_ERASE, stages=NOT_RETIRED),
        Action("state_incentives", Target.PILOT, OFFICE, (CHANGES, DATA), stages=NOT_RETIRED),
        Action("answer_pulse_unnamed", Target.UNNAMED, MANAGERS, NOTHING_TO_ERASE, stages=NOT_RETIRED),
        # Its gates
        Action("decide", Target.GATE, SEATED, (REASON, DECISION), stages=NOT_RETIRED, needs_person=True),
        Action("decide_many", Target.GATES, SEATED, (REASON, DECISION), stages=NOT_RETIRED, needs_person=True),
        Action(
            "except_", Target.GATE, SEATED, (REASON, DECISION), stages=NOT_RETIRED, needs_person=True, event="except"
        ),
        Action("record_minutes", Target.GATES, SEATED, (REASON, DATA, DECISION), stages=NOT_RETIRED, needs_person=True),
        Action("assert_", Target.GATE, NOBODY, (REASON, DECISION), event="assert"),
        Action("end_assertion", Target.GATE, NOBODY, (REASON, DECISION)),
        Action("nominate", Target.GATE, OFFICE, NOTHING_TO_ERASE, stages=NOT_RETIRED, on_acceptance=True),
        Action("withdraw_nomination", Target.GATE, OFFICE, NOTHING_TO_ERASE, stages=NOT_RETIRED, on_acceptance=True),
        Action(
            "accept",
            Target.GATE,
            frozenset({Role.NOMINEE}),
            (REASON, DECISION),
            stages=NOT_RETIRED,
            event="accepted",
            on_acceptance=True,
        ),
        Action(
            "decline",
            Target.GATE,
            frozenset({Role.NOMINEE}),
            (REASON, DECISION),
            stages=NOT_RETIRED,
            event="declined",
            on_acceptance=True,
        ),
        Action(
            "leave",
            Target.GATE,
            frozenset({Role.ACCEPTED}),
            (REASON, DECISION),
            stages=NOT_RETIRED,
            event="left",
            on_acceptance=True,
        ),
        Action("answer", Target.GATE, OFFICE_AND_TEAM, (REASON,), stages=NOT_RETIRED, needs_person=True),
        Action(
            "meet_condition",
            Target.GATE,
            OFFICE_AND_TEAM | {Role.NAMED, Role.OWNER},
            (REASON, DATA),
            stages=NOT_RETIRED,
            needs_person=True,
        ),
        Action(
            "ask_exception",
            Target.GATE,
            OFFICE_AND_TEAM | {Role.DECIDER},
            (REASON, DATA),
            stages=NOT_RETIRED,
            needs_person=True,
        ),
        Action("file_evidence", Target.EVIDENCE, INVOLVED | {Role.OWNER}, (CHANGES, DATA), needs_person=True),
        Action("replace_evidence", Target.EVIDENCE, INVOLVED, (REASON, CHANGES), needs_person=True),
        Action("erase", Target.DECISION, OFFICE, (REASON,), needs_person=True),
        Action("erase_account", Target.ACCOUNT, OFFICE, (REASON,), needs_person=True),
        # Rights, and who is there
        Action("assign_right", Target.RIGHT, OFFICE, NOTHING_TO_ERASE),
        Action("correct_right", Target.RIGHT, OFFICE, NOTHING_TO_ERASE),
        Action("end_right", Target.RIGHT, OFFICE, NOTHING_TO_ERASE),
        Action("delegate", Target.RIGHT, OFFICE | {Role.HOLDER}, NOTHING_TO_ERASE),
        Action("away", Target.ABSENCE, OFFICE | SELF, NOTHING_TO_ERASE),
        Action("back", Target.ABSENCE, OFFICE | SELF, NOTHING_TO_ERASE),
        # Accounts and keys
        Action("open_account", Target.PERSON, OFFICE, (CHANGES, DATA)),
        Action("open_first_account", Target.INSTALLATION, NOBODY, (CHANGES, DATA), event="make_administrator"),
        Action("amend_account", Target.PERSON, OFFICE, (REASON, CHANGES, DATA)),
        Action("close_account", Target.PERSON, OFFICE, (REASON, DECISION)),
        Action("reopen_account", Target.PERSON, OFFICE, (REASON,)),
        Action("hand_over", Target.PERSON, OFFICE | SELF, NOTHING_TO_ERASE, needs_person=True),
        Action("end_hand_over", Target.PERSON, OFFICE | SELF, NOTHING_TO_ERASE),
        Action("confirm_address", Target.PERSON, frozenset({Role.ALL_OFFICES, Role.SELF}), (REASON, CHANGES, DATA)),
        Action("reject_address", Target.PERSON, SELF, (CHANGES, DATA)),
        Action("set_password", Target.PERSON, SELF, NOTHING_TO_ERASE),
        Action("give_role", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("take_role", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("issue_token", Target.TOKEN, SELF, (CHANGES, DATA)),
        Action("revoke_token", Target.TOKEN, OFFICE | SELF, (CHANGES, DATA)),
        Action("erase_person", Target.PERSON, OFFICE, (DATA,)),
        # Portfolios, functions and kinds
        Action("open_portfolio", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("amend_portfolio", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("set_stall_policy", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE, beyond_limits=ESCALATION),
        Action("ask_pulse", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("schedule_review", Target.PORTFOLIO, OFFICE, NOTHING_TO_ERASE),
        Action("name_function", Target.FUNCTION, OFFICE, NOTHING_TO_ERASE),
        Action("rename_function", Target.FUNCTION, OFFICE, NOTHING_TO_ERASE),
        Action("add_kind", Target.KIND, OFFICE, NOTHING_TO_ERASE),
        Action("amend_kind", Target.KIND, OFFICE, NOTHING_TO_ERASE),
        Action("switch_off", Target.KIND, OFFICE, (REASON,)),
        Action("switch_on", Target.KIND, OFFICE, (REASON,)),
        # Questions that managers' judgement calls became
        Action(
            "open_policy_gap",
            Target.GAP,
            OFFICE | {Role.SPONSOR, Role.DECIDER},
            (CHANGES,),
            needs_person=True,
        ),
        Action("assign_policy_gap", Target.GAP, OFFICE, (CHANGES,), needs_person=True),
        Action("answer_policy_gap", Target.GAP, frozenset({Role.OWNER}), (CHANGES,), needs_person=True),
        # Lists
        Action("import_list", Target.INSTALLATION, OFFICE, (REASON, CHANGES)),
        Action("take_back_import", Target.INSTALLATION, OFFICE, (REASON,), needs_person=True),
        Action(
            "take_back_list",
            Target.INSTALLATION,
            OFFICE,
            (REASON, CHANGES),
            needs_person=True,
            event="take_back_import",
        ),
        Action("record_set_up", Target.INSTALLATION, NOBODY, NOTHING_TO_ERASE, event="set_up"),
    )
)
"""Every action, by its word. Beside `allowed`: what reaches beyond the portfolios that somebody keeps (an account that holds
something elsewhere, a right for all) takes whoever keeps all of them; whoever decides or accepts has a confirmed address; nobody
grants what they asked for, no sponsor decides on their own pilot, and whoever accepted the risk does not adopt; these are refused
as `self_approval`. What somebody may not see is not there for them."""

PERMISSIONS: dict[str, frozenset[Role]] = {
    "see": INVOLVED | {Role.FELLOW, Role.REVIEWER},
    "read_groups": frozenset({Role.OFFICE, Role.SPONSOR, Role.MANAGER, Role.FELLOW, Role.REVIEWER, Role.ESCALATION}),
    "enter_the_desk": OFFICE,
    "record_for_decider": OFFICE,
    "ask_the_portfolio": OFFICE,
}
"""What people may do that is no action of its own. `read_groups` is to read what groups of three
managers and more say. `record_for_decider` is `decide` and `except_` with a decider named, and evidence. `ask_the_portfolio`
is `open_policy_gap` of a portfolio as a whole, or one that stands in the way of adoption; others ask about the pilots that they
carry or decide on."""


STAGE_EVENTS = frozenset(
    action.event_word for action in ACTIONS.values() if action.enters is not None or action.returns
)
"""The words of the events with which a stage begins, or goes on."""


def actions_on(target: Target) -> list[Action]:
    """The actions on something, in their order."""
    return [action for action in ACTIONS.values() if action.target is target]


def who_may(word: str) -> frozenset[Role]:
    """Who may do an action, or what is no action of its own."""
    return PERMISSIONS[word] if word in PERMISSIONS else ACTIONS[word].allowed
