"""The other half of the registry of actions: how each is called, what is asked, and where it is done.

`pilots.rules.actions` says of the same words what they are on, who may do them and in which stage. A form and the input of the API
register themselves under the word, so that nothing here imports a form, a page or a serializer. Where all that is asked is a
sentence or a day, the row says so, and both are made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from pilots.rules import actions
from pilots.rules.actions import Target


class ArgumentType(Enum):
    """What kind of value an argument is."""

    SENTENCE = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class Argument:
    """Something that is asked: its name in the function, what it is, how it is called, and what helps to answer it.

    `collapsed_under`: few answers need it, so that it stands behind a line that opens, with this title.
    """

    name: str
    type: ArgumentType
    label: Any
    help: Any = ""
    collapsed_under: Any = ""


DONE = _("Done, and written into the log.")


@dataclass(frozen=True, slots=True)
class Interface:
    """How people meet an action.

    Attributes:
        past_tense: what was done, as the log says it.
        title: what its form is called; empty where no form for pilots or gates has it.
        button: what the button of the form says.
        success_message: what is said once it is done.
        title_on_behalf: what its form is called where an office records somebody else's answer.
        warns_of_lost_answers: answers can fall by it, so that it asks before they do.
        rests_on_evidence: it can cite evidence that is filed.
        bulk: it can be done to several at once, with the same typed for all.
        api: the last part of its address in the API, where that is not its word; None where it has none.
        arguments: all that is asked, where a sentence or a day is enough; None where its form and input say so themselves.
    """

    past_tense: Any
    title: Any = ""
    button: Any = ""
    success_message: Any = DONE
    title_on_behalf: Any = None
    warns_of_lost_answers: bool = False
    rests_on_evidence: bool = False
    bulk: bool = False
    api: str | None = ""
    arguments: tuple[Argument, ...] | None = None


KEPT = _("Kept with the answer and never edited. It can be withdrawn later, and that is kept too.")
REASON = Argument("reason", ArgumentType.SENTENCE, _("Reason, in a sentence"))

INTERFACES: dict[str, Interface] = {
    "record": Interface(_("put on record")),
    "amend": Interface(_("record edited")),
    "start": Interface(
        _("started"),
        bulk=True,
        title=_("Start it"),
        button=_("Start it"),
        success_message=_("Started. Every decider has been asked."),
    ),
    "record_running": Interface(_("running according to a list, its start not known")),
    "adopt": Interface(
        _("declared adopted"),
        title=_("Declare it adopted"),
        button=_("Declare it adopted"),
        success_message=_("Adopted: every gate is clear, and the rules are known."),
        arguments=(
            Argument(
                "on", ArgumentType.DAY, _("The day it was adopted"), collapsed_under=_("Effective on an earlier date")
            ),
        ),
    ),
    "record_claim": Interface(_("called adopted by a list")),
    "move_decide_by": Interface(
        _("decide-by date moved"),
        bulk=True,
        title=_("Move the decide-by date"),
        button=_("Move the date"),
        success_message=_("Moved. A later date is counted as a slip."),
        arguments=(
            Argument("to", ArgumentType.DAY, _("To be decided by")),
            Argument(
                "reason",
                ArgumentType.SENTENCE,
                _("Reason, in a sentence"),
                _("A later date is a slip: counted, and shown with this reason."),
            ),
        ),
    ),
    "pause": Interface(
        _("paused"),
        bulk=True,
        title=_("Pause it"),
        button=_("Pause it"),
        success_message=_("Paused. It runs on by itself after the last day."),
        arguments=(
            Argument("until", ArgumentType.DAY, _("Paused until, the last day"), _("At most 90 days from now.")),
            REASON,
        ),
    ),
    "resume": Interface(
        _("pause ended"),
        bulk=True,
        title=_("End the pause"),
        button=_("Let it run on"),
        success_message=_("It runs again, and its clock with it."),
        arguments=(),
    ),
    "roll_back": Interface(
        _("taken back to running"),
        title=_("Take it back to running"),
        button=_("Take it back"),
        success_message=_("It runs again, and can stall again."),
        warns_of_lost_answers=True,
        arguments=(REASON,),
    ),
    "set_rules": Interface(
        _("rules stated"),
        title=_("State the rules"),
        button=_("State these rules"),
        success_message=_("Stated. They are known when the manager confirms them."),
        warns_of_lost_answers=True,
    ),
    "confirm_rules": Interface(
        _("rules confirmed by the manager"),
        title=_("Confirm the rules"),
        button=_("I can work by these rules"),
        success_message=_("Confirmed. The rules are known now."),
        arguments=(),
    ),
    "accept_risk": Interface(
        _("risk accepted"),
        title=_("Accept its risk"),
        button=_("I accept its risk"),
        success_message=_("Accepted. The log says so in your name."),
        arguments=(),
    ),
    "register_threshold": Interface(
        _("threshold registered"),
        title=_("Set the quality threshold"),
        button=_("Set it"),
        success_message=_("Set. It is measured against this from now on."),
        warns_of_lost_answers=True,
    ),
    "record_measurement": Interface(
        _("measured"),
        title=_("Record a measurement"),
        button=_("Record it"),
        success_message=_("Recorded, with its verdict."),
        api="measurements",
    ),
    "record_residents": Interface(
        _("residents counted"),
        title=_("Record weekly users"),
        button=_("Record them"),
        success_message=_("Recorded. Visitors are kept apart: a demo proves nothing."),
        api="residents",
    ),
    "look_again": Interface(
        _("reviewed after adoption"),
        title=_("Say what is different now"),
        button=_("Put it on record"),
        arguments=(
            Argument(
                "text",
                ArgumentType.SENTENCE,
                _("What is different now?"),
                _("Ninety days after it was adopted, or later."),
            ),
        ),
    ),
    "give_account": Interface(
        _("sponsor’s account given"),
        title=_("Give your account of it"),
        button=_("Sign this account"),
        success_message=_("Signed. It is dated, and stands beside what the managers say."),
    ),
    "answer_pulse": Interface(
        _("question answered by the sponsor"),
        title=_("Answer the question"),
        button=_("Answer in my own name"),
        success_message=_(
            "Answered, in your own name. It is shown beside the managers’ median once the question closes."
        ),
    ),
    "announce_workflow": Interface(
        _("workflow announced"),
        title=_("Say how it was announced, step by step"),
        button=_("Keep these steps"),
        success_message=_("Kept. What managers live is held against it."),
    ),
    "state_incentives": Interface(
        _("incentives stated"),
        title=_("Say what each side is measured on"),
        button=_("Keep it"),
        success_message=_("Kept. Where the two sides pull apart, the pilot’s page says so."),
    ),
    "describe_steps": Interface(_("steps described by a manager")),
    "answer_pulse_unnamed": Interface(_("question answered by a manager")),
    "add_fellow_manager": Interface(
        _("another manager lives with it"),
        title=_("Name another manager who lives with it"),
        button=_("Name them"),
        success_message=_("Named. They see it, and are asked what it is like."),
    ),
    "remove_fellow_manager": Interface(
        _("no longer lives with it"),
        title=_("A manager no longer lives with it"),
        button=_("Take them off"),
        success_message=_("Taken off. What they answered stays."),
    ),
    "retire": Interface(
        _("retired"),
        bulk=True,
        title=_("Retire it"),
        button=_("Retire it"),
        success_message=_("Retired, with what was learned. An honest ending."),
    ),
    "reopen": Interface(
        _("retirement taken back"),
        title=_("Take the retirement back"),
        button=_("Take it back"),
        success_message=_("Taken back. It goes on in the stage before it, as if nothing had been."),
        arguments=(
            Argument(
                "reason",
                ArgumentType.SENTENCE,
                _("Reason, in a sentence"),
                _("More than 30 days after it was retired, the portfolio’s escalation person says it."),
            ),
        ),
    ),
    "void": Interface(
        _("declared void"),
        title=_("Declare it void"),
        button=_("Declare it void"),
        success_message=_("Void. It is in no list, count or queue from today, and stays in the log."),
        arguments=(
            Argument(
                "reason", ArgumentType.SENTENCE, _("Reason, in a sentence"), _("How it came to be recorded by mistake.")
            ),
        ),
    ),
    "restore": Interface(
        _("restored"),
        title=_("Restore it"),
        button=_("Restore it"),
        success_message=_("Restored. It stands as if it had not been void, and no day in between is charged."),
        arguments=(REASON,),
    ),
    "list_again": Interface(_("read again from a list")),
    "restore_listed": Interface(_("restored by a list")),
    "correct_date": Interface(_("date corrected by a list")),
    "decide": Interface(
        _("answered"),
        title=_("Record a decision"),
        title_on_behalf=_("Record a decision for its decider"),
        button=_("Sign this decision"),
        success_message=_("Signed. The log says so in your name."),
        rests_on_evidence=True,
        api="decisions",
    ),
    "decide_many": Interface(_("many gates answered alike")),
    "record_minutes": Interface(_("minutes of a meeting recorded")),
    "assert_": Interface(_("yes according to a source")),
    "end_assertion": Interface(_("no longer a yes according to the source")),
    # In the order in which a gate offers them
    "except_": Interface(
        _("let past"),
        title=_("Grant an exception"),
        title_on_behalf=_("Record an exception for its decider"),
        button=_("Sign this exception"),
        success_message=_("Signed. It is let past, and that is not counted as cleared."),
        rests_on_evidence=True,
        api=None,
    ),
    "answer": Interface(
        _("answered by the team"),
        title=_("Answer what was asked"),
        button=_("Send the answer"),
        success_message=_("Answered. It waits on the decider again."),
        arguments=(
            Argument(
                "text",
                ArgumentType.SENTENCE,
                _("What you did, or would do"),
                _("The decider reads this before they answer again."),
            ),
        ),
    ),
    "meet_condition": Interface(
        _("condition met"),
        title=_("Record a condition as met"),
        button=_("Record it as met"),
        rests_on_evidence=True,
    ),
    "ask_exception": Interface(
        _("exception requested"),
        title=_("Request an exception"),
        button=_("Request it"),
        success_message=_("Requested. Somebody else grants it, or does not."),
        arguments=(
            Argument("reason", ArgumentType.SENTENCE, _("Why it cannot wait"), KEPT),
            Argument(
                "until", ArgumentType.DAY, _("Until, the last day"), _("Whoever grants it gives the day that binds.")
            ),
        ),
    ),
    "accept": Interface(
        _("accepted"),
        title=_("Accept"),
        button=_("I accept"),
        success_message=_("Accepted. The log says so in your name."),
    ),
    "decline": Interface(
        _("declined"),
        title=_("Decline"),
        button=_("I decline"),
        success_message=_("Declined. The log says so in your name."),
    ),
    "leave": Interface(
        _("left"),
        title=_("Leave it"),
        button=_("Leave it"),
        success_message=_("You left it. The gate is open from today."),
    ),
    "nominate": Interface(
        _("named"),
        title=_("Name somebody"),
        button=_("Name them"),
        success_message=_("Named. Being named is not accepting: they are asked."),
    ),
    "withdraw_nomination": Interface(
        _("nomination taken back"),
        title=_("Take the nomination back"),
        button=_("Take it back"),
        success_message=_("Taken back. They are asked no longer."),
        arguments=(),
    ),
    "file_evidence": Interface(_("evidence filed")),
    "replace_evidence": Interface(_("newer version of the evidence filed")),
    "add_kind": Interface(_("kind of gate added")),
    "amend_kind": Interface(_("kind of gate edited")),
    "switch_off": Interface(_("gate switched off")),
    "switch_on": Interface(_("gate switched on")),
    "assign_right": Interface(_("decision right assigned")),
    "correct_right": Interface(_("decision right corrected on its first day")),
    "end_right": Interface(_("decision right ended")),
    "delegate": Interface(_("decision delegated")),
    "away": Interface(_("absence recorded")),
    "back": Interface(_("absence ended")),
    "open_account": Interface(_("account opened")),
    "open_first_account": Interface(_("made keeper of all records")),
    "amend_account": Interface(_("account corrected")),
    "confirm_address": Interface(_("changed address confirmed")),
    "reject_address": Interface(_("address of before kept")),
    "close_account": Interface(_("account closed")),
    "reopen_account": Interface(_("account opened again")),
    "hand_over": Interface(_("hands over what they hold")),
    "end_hand_over": Interface(_("handing over ended")),
    "set_password": Interface(_("password set")),
    "give_role": Interface(_("role given")),
    "take_role": Interface(_("role taken back")),
    "issue_token": Interface(_("API token issued")),
    "revoke_token": Interface(_("API token revoked")),
    "open_portfolio": Interface(_("portfolio opened")),
    "amend_portfolio": Interface(_("portfolio edited")),
    "set_stall_policy": Interface(_("stall clock set")),
    "ask_pulse": Interface(_("question asked of both sides")),
    "schedule_review": Interface(_("review scheduled")),
    "name_function": Interface(_("function put on record")),
    "rename_function": Interface(_("function renamed")),
    "open_policy_gap": Interface(_("policy gap opened")),
    "assign_policy_gap": Interface(_("policy gap assigned")),
    "answer_policy_gap": Interface(_("policy gap answered")),
    "erase": Interface(_("texts of an answer erased by law")),
    "erase_account": Interface(_("texts of an account erased by law")),
    "erase_person": Interface(_("name erased by law")),
    "import_list": Interface(_("list imported")),
    "take_back_import": Interface(_("import taken back")),
    "take_back_list": Interface(_("import taken back")),
    "record_set_up": Interface(_("installation set up")),
}
"""Every action, by its word; those on a pilot, or on a gate, in the order in which they are offered."""

FURTHER_EVENTS: dict[str, Any] = {
    "open_gate": _("gate opened"),
    "unmake_administrator": _("keeping of all records taken back"),
    "begin_log": _("log begun with the kinds of gates that ship"),
    "open_accounts": _("accounts opened"),
    "remove_function": _("function taken off the record"),
    "extend_right": _("end of a decision right taken back"),
    "withdraw_right": _("decision right withdrawn"),
}
"""What is written as an event of its own because something else was done, in the past tense."""

FORMS: dict[str, type[Any]] = {}
INPUTS: dict[str, type[Any]] = {}
"""The forms, and the inputs of the API, that registered themselves, by the word of their action."""

Form = TypeVar("Form", bound=type[Any])


def form_of(word: str) -> Callable[[Form], Form]:
    """Register a form under the word of its action. What the row says of the action, the form says too."""

    def register(form: Form) -> Form:
        assert word not in FORMS, f"{word} has a form already"
        row = INTERFACES[word]
        form.action, form.target_argument = word, actions.ACTIONS[word].target.name.lower()
        for name in ("title", "button", "success_message", "title_on_behalf", "warns_of_lost_answers", "bulk"):
            setattr(form, name, getattr(row, name))
        FORMS[word] = form
        return form

    return register


def input_of(*words: str) -> Callable[[Form], Form]:
    """Register an input of the API under the words of the actions that are asked with it."""

    def register(made: Form) -> Form:
        for word in words:
            assert word not in INPUTS, f"{word} has an input already"
            INPUTS[word] = made
        return made

    return register


def address(word: str) -> str:
    """An action as it stands in the address of a page, and in a command."""
    return word.strip("_").replace("_", "-")


def offered(target: Target) -> list[str]:
    """The actions on a pilot, or on a gate, that a page can offer, in their order."""
    return [word for word, row in INTERFACES.items() if row.title and actions.ACTIONS[word].target is target]


def forms_on(target: Target) -> dict[str, type[Any]]:
    """The forms of the actions on a pilot, or on a gate, by the word that stands in an address."""
    return {
        address(word): FORMS[word] for word in INTERFACES if word in FORMS and actions.ACTIONS[word].target is target
    }


def inputs_on(target: Target) -> dict[str, tuple[str, type[Any]]]:
    """The actions on a pilot, or on a gate, over the API: the word in the address, the action, and its input."""
    found = (
        (word, row) for word, row in INTERFACES.items() if word in INPUTS and actions.ACTIONS[word].target is target
    )
    return {row.api or address(word): (word, INPUTS[word]) for word, row in found}


def arguments_on(target: Target) -> dict[str, tuple[Argument, ...]]:
    """What is asked of the actions on a pilot, or on a gate, whose rows say all of it."""
    return {
        word: row.arguments
        for word, row in INTERFACES.items()
        if row.arguments is not None and actions.ACTIONS[word].target is target
    }


def past_tenses() -> dict[str, Any]:
    """What was done, by the word of the event."""
    unnamed = [word for word in INTERFACES if actions.ACTIONS[word].target is Target.UNNAMED]
    alike = ("record_running", "restore_listed", *unnamed)
    return {
        actions.ACTIONS[word].event_word: row.past_tense for word, row in INTERFACES.items() if word not in alike
    } | FURTHER_EVENTS
