"""The words that stand in tables, in JSON and in stories: each a closed list. What they are called is `readiness.text.labels`.

Each member is its word: it is compared with, stored and written as a plain string.
"""

from __future__ import annotations

from enum import StrEnum


class Words(StrEnum):
    """A closed list of words."""

    @classmethod
    def values(cls) -> list[str]:
        """The words as plain strings, for what asks for that type exactly: a schema in YAML, a migration."""
        return [member.value for member in cls]


class Stage(Words):
    """What people declared of a pilot."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ADOPTED = "adopted"
    RETIRED = "retired"
    NOT_STATED = "not_stated"


class State(Words):
    """The state of a gate (rule 2). `open` is what an event leaves, read as `unowned` or `waiting`; `off` asks nothing."""

    UNOWNED = "unowned"
    WAITING = "waiting"
    CHANGES_REQUESTED = "changes_requested"
    REFUSED = "refused"
    CLEARED = "cleared"
    CONDITIONAL = "conditional"
    EXCEPTED = "excepted"
    ASSERTED = "asserted"
    LAPSED = "lapsed"
    RECONFIRM = "reconfirm"
    OPEN = "open"
    OFF = "off"


class Awaits(Words):
    """What a gate waits for, before anybody asks who holds the decision."""

    DECISION = "decision"
    TEAM = "team"
    OUTSIDE = "outside"
    NOTHING = "nothing"
    CONFIRMATION = "confirmation"
    OFF = "off"


class Outcome(Words):
    """What a decision says on a gate."""

    CLEARED = "cleared"
    CONDITIONAL = "conditional"
    CHANGES_REQUESTED = "changes_requested"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXCEPTED = "excepted"
    ASSERTED = "asserted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"
    NO_LONGER_ASSERTED = "no_longer_asserted"


class Court(Words):
    """Whose move it is on an open gate (rule 2)."""

    DECIDER = "decider"
    NOBODY = "nobody"
    TEAM = "team"
    OUTSIDE = "outside"


class Standing(Words):
    """What the facts mean on a date (rule 6), from the first plan to the last word."""

    PLANNED = "planned"
    MOVING = "moving"
    AT_RISK = "at_risk"
    READY = "ready"
    PAUSED = "paused"
    EXHIBIT = "museum_exhibit"
    ADOPTED = "adopted"
    CLAIMED = "claimed"
    RETIRED = "retired"
    NOT_STATED = "not_stated"
    VOID = "void"


class Verdict(Words):
    """What a measurement says (rule 10)."""

    MET = "met"
    NOT_MET = "not_met"
    INSUFFICIENT = "insufficient"
    STALE = "stale"
    NONE = "none"


class Cause(Words):
    """Why a pilot was retired, beside what was learned."""

    VALUE_NOT_SHOWN = "value_not_shown"
    QUALITY_NOT_REACHED = "quality_not_reached"
    COST = "cost"
    RISK_OR_LAW = "risk_or_law"
    DATA = "data"
    NOBODY_TO_CARRY_IT = "nobody_to_carry_it"
    SUPERSEDED = "superseded"
    OTHER = "other"


class Basis(Words):
    """How a sponsor knows what they say of a pilot (rule 15), the closest first."""

    SAT = "sat"
    SPOKE = "spoke"
    SUMMARY = "summary"


class StepKind(Words):
    """What a step of a workflow counts as (rule 14): the work itself, or what the tool adds to it."""

    WORK = "work"
    REWORK = "rework"
    REVIEW = "review"
    WAITING = "waiting"


class Occasion(Words):
    """Why the same question is asked of both sides (rule 15): the draw of the quarter, or the program office."""

    QUARTER = "quarter"
    OFFICE = "office"


class ClearsBy(Words):
    """How a kind of gate clears."""

    APPROVAL = "approval"
    ACCEPTANCE = "acceptance"
    MEASUREMENT = "measurement"


class Capacity(Words):
    """In which capacity somebody answered (rule 7)."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    DELEGATE = "delegate"
    ESCALATION = "escalation"
    NAMED = "named"
    ASSERTED = "asserted"


class Role(Words):
    """What somebody is, by the facts of the day: to a pilot, or to the one gate, condition, right or account that an action is on.

    `OFFICE` is the portfolio's program office (any, for what lies in none), `ALL_OFFICES` every portfolio's; `DECIDER` is on a
    seat of one of the pilot's gates; `FELLOW` is a manager who lives with it beside its `MANAGER`; `NAMED` is named for one of
    them, or in its rules; `ESCALATION` is the portfolio's escalation person. `HOLDER`, `DEPUTY`, `DELEGATE` and `STAND_IN` decide from the gate's seat, each in that capacity: the stand-in is the
    right's escalation person, where neither holder nor deputy can or may (rule 7). The gate names the `NOMINEE`, and was `ACCEPTED`
    by somebody; the `OWNER` is to meet the condition; `SELF` is whose account, absence or key it is.
    """

    OFFICE = "program-office"
    ALL_OFFICES = "every-program-office"
    SPONSOR = "sponsor"
    DECIDER = "decider"
    MANAGER = "manager"
    FELLOW = "fellow-manager"
    NAMED = "named"
    REVIEWER = "reviewer"
    ESCALATION = "escalation-person"
    HOLDER = Capacity.HOLDER
    DEPUTY = Capacity.DEPUTY
    DELEGATE = Capacity.DELEGATE
    STAND_IN = Capacity.ESCALATION
    NOMINEE = "nominee"
    ACCEPTED = "accepted"
    OWNER = "owner"
    SELF = "self"


class FrictionQuestion(Words):
    """The three questions to managers (rule 13)."""

    SAVES = "saves"
    REWORK = "rework"
    JUDGEMENT = "judgement"
