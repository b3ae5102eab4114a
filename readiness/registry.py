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


class Asks(Enum):
    """What an argument is."""

    SENTENCE = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class Argument:
    """Something that is asked: its name in the function, what it is, how it is called, and what helps to answer it.

    `aside`: few answers need it, so that it stands behind a line that opens, with this title.
    """

    name: str
    asks: Asks
    label: Any
    help: Any = ""
    aside: Any = ""


DONE = _("Done, and written into the log.")


@dataclass(frozen=True, slots=True)
class Row:
    """How people meet an action.

    Attributes:
        done: the past tense, as the log says it.
        title: what its form is called; empty where no form for pilots or gates has it.
        button: what the button of the form says.
        done_says: what is said once it is done.
        offer: what the way to the form says, where that is not its title.
        recorded: what an office calls it whose answer it is not.
        weighs: answers can fall by it, so that it asks before they do.
        rests_on_evidence: it can cite evidence that is filed.
        on_many: it can be done to several at once, with the same typed for all.
        api: the last part of its address in the API, where that is not its word; None where it has none.
        arguments: all that is asked, where a sentence or a day is enough; None where its form and input say so themselves.
    """

    done: Any
    title: Any = ""
    button: Any = ""
    done_says: Any = DONE
    offer: Any = None
    recorded: Any = None
    weighs: bool = False
    rests_on_evidence: bool = False
    on_many: bool = False
    api: str | None = ""
    arguments: tuple[Argument, ...] | None = None


KEPT = _("Kept with the answer and never edited. It can be withdrawn later, and that is kept too.")
REASON = Argument("reason", Asks.SENTENCE, _("Reason, in a sentence"))

ROWS: dict[str, Row] = {
    "record": Row(_("put on record")),
    "amend": Row(_("record edited")),
    "start": Row(
        _("started"),
        on_many=True,
        title=_("Start it"),
        button=_("Start it"),
        done_says=_("Started. Every decider has been asked."),
        arguments=(
            Argument(
                "decide_by", Asks.DAY, _("To be decided by"), _("Six weeks from the start, unless you give a day.")
            ),
            Argument("on", Asks.DAY, _("The day it started"), aside=_("Effective on an earlier date")),
        ),
    ),
    "record_running": Row(_("running according to a list, its start not known")),
    "adopt": Row(
        _("declared adopted"),
        title=_("Declare it adopted"),
        button=_("Declare it adopted"),
        done_says=_("Adopted: every gate is clear, and the rules are known."),
        arguments=(Argument("on", Asks.DAY, _("The day it was adopted"), aside=_("Effective on an earlier date")),),
    ),
    "record_claim": Row(_("called adopted by a list")),
    "move_decide_by": Row(
        _("decide-by date moved"),
        on_many=True,
        title=_("Move the decide-by date"),
        button=_("Move the date"),
        done_says=_("Moved. A later date is counted as a slip."),
        arguments=(
            Argument("to", Asks.DAY, _("To be decided by")),
            Argument(
                "reason",
                Asks.SENTENCE,
                _("Reason, in a sentence"),
                _("A later date is a slip: counted, and shown with this reason."),
            ),
        ),
    ),
    "pause": Row(
        _("paused"),
        on_many=True,
        title=_("Pause it"),
        button=_("Pause it"),
        done_says=_("Paused. It runs on by itself after the last day."),
        arguments=(
            Argument("until", Asks.DAY, _("Paused until, the last day"), _("At most 90 days from now.")),
            REASON,
        ),
    ),
    "resume": Row(
        _("pause ended"),
        on_many=True,
        title=_("End the pause"),
        button=_("Let it run on"),
        done_says=_("It runs again, and its clock with it."),
        arguments=(),
    ),
    "roll_back": Row(
        _("taken back to running"),
        title=_("Take it back to running"),
        button=_("Take it back"),
        done_says=_("It runs again, and can stall again."),
        weighs=True,
        arguments=(REASON,),
    ),
    "set_rules": Row(
        _("rules stated"),
        title=_("State the rules"),
        button=_("State these rules"),
        done_says=_("Stated. They are known when the manager confirms them."),
        weighs=True,
    ),
    "confirm_rules": Row(
        _("rules confirmed by the manager"),
        title=_("Confirm the rules"),
        button=_("I can work by these rules"),
        done_says=_("Confirmed. The rules are known now."),
        arguments=(),
    ),
    "accept_risk": Row(
        _("risk accepted"),
        title=_("Accept its risk"),
        button=_("I accept its risk"),
        done_says=_("Accepted. The log says so in your name."),
        arguments=(),
    ),
    "register_threshold": Row(
        _("threshold registered"),
        title=_("Set the quality threshold"),
        button=_("Set it"),
        done_says=_("Set. It is measured against this from now on."),
        weighs=True,
    ),
    "record_measurement": Row(
        _("measured"),
        title=_("Record a measurement"),
        button=_("Record it"),
        done_says=_("Recorded, with its verdict."),
        api="measurements",
    ),
    "record_residents": Row(
        _("residents counted"),
        title=_("Record weekly users"),
        button=_("Record them"),
        done_says=_("Recorded. Visitors are kept apart: a demo proves nothing."),
        api="residents",
    ),
    "look_again": Row(
        _("reviewed after adoption"),
        title=_("Say what is different now"),
        button=_("Put it on record"),
        arguments=(
            Argument(
                "text", Asks.SENTENCE, _("What is different now?"), _("Ninety days after it was adopted, or later.")
            ),
        ),
    ),
    "retire": Row(
        _("retired"),
        on_many=True,
        title=_("Retire it"),
        button=_("Retire it"),
        done_says=_("Retired, with what was learned. An honest ending."),
        arguments=(
            Argument(
                "learned", Asks.SENTENCE, _("What was learned"), _("What you would tell whoever tries this again.")
            ),
        ),
    ),
    "void": Row(
        _("declared void"),
        title=_("Declare it void"),
        button=_("Declare it void"),
        done_says=_("Void. It is in no list, count or queue from today, and stays in the log."),
        arguments=(
            Argument("reason", Asks.SENTENCE, _("Reason, in a sentence"), _("How it came to be recorded by mistake.")),
        ),
    ),
    "restore": Row(
        _("restored"),
        title=_("Restore it"),
        button=_("Restore it"),
        done_says=_("Restored. It stands as if it had not been void, and no day in between is charged."),
        arguments=(REASON,),
    ),
    "list_again": Row(_("read again from a list")),
    "correct_date": Row(_("date corrected by a list")),
    "decide": Row(
        _("answered"),
        title=_("Record a decision"),
        recorded=_("Record a decision for its decider"),
        button=_("Sign this decision"),
        done_says=_("Signed. The log says so in your name."),
        rests_on_evidence=True,
        api="decisions",
    ),
    "decide_many": Row(_("many gates answered alike"), on_many=True),
    "record_minutes": Row(_("minutes of a meeting recorded"), on_many=True),
    "assert_": Row(_("yes according to a source")),
    "end_assertion": Row(_("no longer a yes according to the source")),
    # In the order in which a gate offers them
    "except_": Row(
        _("let past"),
        title=_("Grant an exception"),
        recorded=_("Record an exception for its decider"),
        button=_("Sign this exception"),
        done_says=_("Signed. It is let past, and that is not counted as cleared."),
        rests_on_evidence=True,
        api=None,
    ),
    "answer": Row(
        _("answered by the team"),
        title=_("Answer what was asked"),
        button=_("Send the answer"),
        done_says=_("Answered. It waits on the decider again."),
        arguments=(
            Argument(
                "text",
                Asks.SENTENCE,
                _("What you did, or would do"),
                _("The decider reads this before they answer again."),
            ),
        ),
    ),
    "meet_condition": Row(
        _("condition met"),
        title=_("Record a condition as met"),
        button=_("Record it as met"),
        rests_on_evidence=True,
    ),
    "ask_exception": Row(
        _("exception requested"),
        title=_("Request an exception"),
        button=_("Request it"),
        done_says=_("Requested. Somebody else grants it, or does not."),
        arguments=(
            Argument("reason", Asks.SENTENCE, _("Why it cannot wait"), KEPT),
            Argument("until", Asks.DAY, _("Until, the last day"), _("Whoever grants it gives the day that binds.")),
        ),
    ),
    "accept": Row(
        _("accepted"),
        title=_("Accept"),
        button=_("I accept"),
        done_says=_("Accepted. The log says so in your name."),
    ),
    "decline": Row(
        _("declined"),
        title=_("Decline"),
        button=_("I decline"),
        done_says=_("Declined. The log says so in your name."),
    ),
    "leave": Row(
        _("left"),
        title=_("Leave it"),
        button=_("Leave it"),
        done_says=_("You left it. The gate is open from today."),
    ),
    "nominate": Row(
        _("named"),
        title=_("Name somebody"),
        button=_("Name them"),
        done_says=_("Named. Being named is not accepting: they are asked."),
    ),
    "file_evidence": Row(_("evidence filed")),
    "replace_evidence": Row(_("newer version of the evidence filed")),
    "add_kind": Row(_("kind of gate added")),
    "amend_kind": Row(_("kind of gate edited")),
    "switch_off": Row(_("gate switched off")),
    "switch_on": Row(_("gate switched on")),
    "assign_right": Row(_("decision right assigned")),
    "end_right": Row(_("decision right ended")),
    "delegate": Row(_("decision delegated")),
    "away": Row(_("absence recorded")),
    "back": Row(_("absence ended")),
    "open_account": Row(_("account opened")),
    "open_first_account": Row(_("made keeper of all records")),
    "amend_account": Row(_("account corrected")),
    "confirm_address": Row(_("changed address confirmed")),
    "reject_address": Row(_("address of before kept")),
    "close_account": Row(_("account closed")),
    "set_password": Row(_("password set")),
    "give_role": Row(_("role given")),
    "take_role": Row(_("role taken back")),
    "issue_token": Row(_("API token issued")),
    "revoke_token": Row(_("API token revoked")),
    "open_portfolio": Row(_("portfolio opened")),
    "amend_portfolio": Row(_("portfolio edited")),
    "set_stall_policy": Row(_("stall clock set")),
    "name_function": Row(_("function put on record")),
    "rename_function": Row(_("function renamed")),
    "erase": Row(_("texts of an answer erased by law")),
    "erase_person": Row(_("name erased by law")),
    "record_set_up": Row(_("installation set up")),
}
"""Every action, by its word; those on a pilot, or on a gate, in the order in which they are offered."""

FOLLOWS: dict[str, Any] = {
    "open_gate": _("gate opened"),
    "unmake_administrator": _("keeping of all records taken back"),
    "begin_log": _("log begun with the kinds of gates that ship"),
    "open_accounts": _("accounts opened"),
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
        row = ROWS[word]
        form.action, form.takes = word, actions.ACTIONS[word].on.name.lower()
        for name in ("title", "button", "done_says", "offer", "recorded", "weighs", "on_many"):
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
    return [word for word, row in ROWS.items() if row.title and actions.ACTIONS[word].on is target]


def forms_on(target: Target) -> dict[str, type[Any]]:
    """The forms of the actions on a pilot, or on a gate, by the word that stands in an address."""
    return {address(word): FORMS[word] for word in ROWS if word in FORMS and actions.ACTIONS[word].on is target}


def inputs_on(target: Target) -> dict[str, tuple[str, type[Any]]]:
    """The actions on a pilot, or on a gate, over the API: the word in the address, the action, and its input."""
    found = ((word, row) for word, row in ROWS.items() if word in INPUTS and actions.ACTIONS[word].on is target)
    return {row.api or address(word): (word, INPUTS[word]) for word, row in found}


def asked_by_row(target: Target) -> dict[str, tuple[Argument, ...]]:
    """What is asked of the actions on a pilot, or on a gate, whose rows say all of it."""
    return {
        word: row.arguments
        for word, row in ROWS.items()
        if row.arguments is not None and actions.ACTIONS[word].on is target
    }


def past_tenses() -> dict[str, Any]:
    """What was done, by the word of the event."""
    return {actions.ACTIONS[word].writes: row.done for word, row in ROWS.items() if word != "record_running"} | FOLLOWS
