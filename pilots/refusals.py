"""Refusals: one exception type for each code, with a sentence that a person can act on.

Actions raise them. The outside maps them once each: to form errors, to problem details, to a command's exit status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """An action did not do what it was asked. `field` names where it was typed, `missing` lists what is missing.

    `rows` holds each refusal by its place, where many were asked at once and none was done.
    """

    code: ClassVar[str] = "invalid"
    sentence: ClassVar[Any] = _("This cannot be done.")
    status: ClassVar[int] = 409

    def __init__(
        self,
        sentence: Any = None,
        *,
        field: str | None = None,
        missing: list[str] | None = None,
        rows: Mapping[int, Refused] | None = None,
    ) -> None:
        self.says = str(sentence or self.sentence)
        self.field = field
        self.missing = missing or []
        self.rows = dict(rows or {})
        super().__init__(self.says)


def part_of(field: str, number: int, part: str) -> str:
    """The field of one part of one row, such as `conditions.2.due`. Rows are numbered as people count them, from 1."""
    return f"{field}.{number}.{part}"


class NotYours(Refused):
    """This person may not do this here."""

    code = "not_yours"
    status = 403
    sentence = _("This is not yours to do here. The pilot’s page says whose move it is.")


class AddressUnconfirmed(Refused):
    """Deciding, accepting or a token of somebody whose address was changed and not confirmed."""

    code = "address_unconfirmed"
    status = 403
    sentence = _(
        "Your address was changed and is not confirmed yet. Confirm it first: by the letter to the old address, or on the page “Your address”."
    )


class SelfApproval(Refused):
    """Whoever asked would grant it; a sponsor would decide a gate of their own pilot; whoever accepted the risk would adopt."""

    code = "self_approval"
    status = 403
    sentence = _(
        "You cannot answer this yourself: you asked for it, carry this pilot, or accepted its risk. Ask the deputy or the escalation person."
    )


class NotNamed(Refused):
    """Accepting, declining or leaving what one is not named for."""

    code = "not_named"
    status = 403
    sentence = _(
        "Only the person named can accept, decline or leave, in their own name. Ask the program office to name you."
    )


class ReasonRequired(Refused):
    """The outcome needs a reason; retiring needs what was learned."""

    code = "reason_required"
    status = 422
    sentence = _("Say why, in a sentence. It is kept in the log.")


class EvidenceRequired(Refused):
    """The outcome needs evidence: it is recorded for its decider, or says that a condition is met."""

    code = "evidence_required"
    status = 422
    sentence = _("Add the evidence: a link or a file that shows it.")


class ConditionsRequired(Refused):
    """A yes on conditions names none, or one without an owner or a date."""

    code = "conditions_required"
    status = 422
    sentence = _("A yes on conditions needs at least one, each with an owner and a date.")


class EndRequired(Refused):
    """The outcome needs a last day."""

    code = "end_required"
    status = 422
    sentence = _("Give the last day until which this holds.")


class EndTooLate(Refused):
    """An exception or a pause beyond 90 days."""

    code = "end_too_late"
    status = 422
    sentence = _("That is more than 90 days. Choose an earlier last day; it can be asked for again.")


class AlreadyStalled(Refused):
    """Moving the decide-by date, or pausing, once the stall date has come."""

    code = "already_stalled"
    sentence = _("The stall date has come. Only a decision, adoption or an honest retirement takes the mark off now.")


class InFuture(Refused):
    """The day of the action is after today."""

    code = "in_future"
    status = 422
    sentence = _("That day has not come yet. Give today or an earlier day.")


class BeforeRecord(Refused):
    """The day of the action is before the pilot was recorded."""

    code = "before_record"
    status = 422
    sentence = _("That day is before the pilot was recorded. Give the day of the record or a later one.")


class WrongStage(Refused):
    """The action does not fit the stage: deciding on a retired or void pilot, starting twice."""

    code = "wrong_stage"
    sentence = _("This does not fit the pilot’s stage. Its page says how it stands, and what can be done now.")


class WrongGate(Refused):
    """The action does not fit the gate: accepting an approval gate, deciding an acceptance gate."""

    code = "wrong_gate"
    sentence = _("This does not fit the gate: some are decided, others accepted by the person named.")


class NothingAsked(Refused):
    """Granting an exception that nobody asked for, answering what was not requested, or taking back a nomination that is answered."""

    code = "nothing_asked"
    sentence = _("Nothing was asked here. Somebody has to ask first.")


class NotMeasured(Refused):
    """Clearing the quality gate on anything but a measurement that is met."""

    code = "not_measured"
    sentence = _("Quality can be cleared only on a measurement that meets the agreed threshold. Measure first.")


class GatesOpen(Refused):
    """Adopting while a gate is open."""

    code = "gates_open"
    sentence = _("It cannot be adopted today. Gates are open.")


class GatesAsserted(Refused):
    """Adopting while a gate rests on what a list says."""

    code = "gates_asserted"
    sentence = _("It cannot be adopted today. Gates rest on what a list says; their deciders have to confirm them.")


class RulesMissing(Refused):
    """Adopting while a rule is not stated, or nobody has accepted the risk."""

    code = "rules_missing"
    sentence = _("It cannot be adopted today. Rules are not known, or nobody has accepted the risk.")


class RulesUnconfirmed(Refused):
    """Adopting before the manager has confirmed the rules as they stand."""

    code = "rules_unconfirmed"
    sentence = _(
        "It cannot be adopted today. The pilot’s manager has not confirmed that they can work by the rules as they stand."
    )


class EscalationRequired(Refused):
    """Beyond what the program office may allow: a third slip, a date more than 26 weeks after the start, a third pause, more than 180 paused days, more quiet days, declaring void what a person has answered, taking back a retirement of more than 30 days ago."""

    code = "escalation_required"
    status = 403
    sentence = _("This takes the portfolio’s escalation person. Ask them to do it.")


class Overlap(Refused):
    """A right or a delegation on days on which another one of the same reach holds."""

    code = "overlap"
    sentence = _("Another right of the same reach holds on those days.")


class ChangedMeanwhile(Refused):
    """The record or the gate is no longer as the person saw it; an exception was asked for on other facts."""

    code = "changed_meanwhile"
    status = 412
    sentence = _("Somebody changed this since you opened it. Look at it as it is now, then send yours again.")


class Busy(Refused):
    """Somebody else holds what would be written, and did not let go in time."""

    code = "busy"
    status = 503
    sentence = _("Somebody else is writing just now. Nothing was changed; try again.")
    RETRY_AFTER: ClassVar[str] = "5"
    """Seconds, as the header says it."""


class LinkNotGood(Refused):
    """A link to the three questions that was used, is too old, or is none of ours."""

    code = "link_not_good"
    status = 409
    sentence = _(
        "This link is not one of ours, or is no longer good. Sign in to answer, or ask the program office for another."
    )
    expired: ClassVar[Any] = _(
        "This link was good for fourteen days, and they are over. Sign in to answer, or ask the program office for another."
    )
    used: ClassVar[Any] = _(
        "This link was used once, which is as often as it works. Sign in to answer again, or ask the program office for another."
    )


class Invalid(Refused):
    """A value that cannot be: not a number, an end before its start, an empty text. The sentence says which, at its field."""

    code = "invalid"
    status = 422
    sentence = _("This value cannot be.")


ALL: dict[str, type[Refused]] = {refusal.code: refusal for refusal in Refused.__subclasses__()}
