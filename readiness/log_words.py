"""The log in words: who did what, what became another, and when it was so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Event, Function, GateKind, Person, Pilot, Portfolio, PortfolioRole
from readiness import words

DID: dict[str, Any] = {
    "record": gettext_lazy("put it on record"),
    "amend": gettext_lazy("edited the record"),
    "start": gettext_lazy("started it"),
    "move_decide_by": gettext_lazy("moved the decide-by date"),
    "pause": gettext_lazy("paused it"),
    "resume": gettext_lazy("ended the pause"),
    "adopt": gettext_lazy("declared it adopted"),
    "record_claim": gettext_lazy("calls it adopted"),
    "record_running": gettext_lazy("says that it runs, and not since when"),
    "roll_back": gettext_lazy("took it back to running"),
    "retire": gettext_lazy("retired it"),
    "set_rules": gettext_lazy("stated rules"),
    "accept_risk": gettext_lazy("accepted its risk"),
    "confirm_rules": gettext_lazy("confirmed the rules"),
    "register_threshold": gettext_lazy("registered a threshold"),
    "record_measurement": gettext_lazy("recorded a measurement"),
    "record_residents": gettext_lazy("counted who lives in it"),
    "look_again": gettext_lazy("said what is different now"),
    "nominate": gettext_lazy("named somebody"),
    "accepted": gettext_lazy("accepted"),
    "declined": gettext_lazy("declined"),
    "left": gettext_lazy("left it"),
    "decide": gettext_lazy("answered"),
    "except": gettext_lazy("let it past for a while"),
    "ask_exception": gettext_lazy("asked for an exception"),
    "answer": gettext_lazy("answered for the team"),
    "meet_condition": gettext_lazy("recorded a condition as met"),
    "open_gate": gettext_lazy("opened the gate"),
    "assert": gettext_lazy("says yes"),
    "end_assertion": gettext_lazy("no longer says yes"),
    "file_evidence": gettext_lazy("filed evidence"),
    "replace_evidence": gettext_lazy("filed a newer version of the evidence"),
    "list_again": gettext_lazy("was read again"),
    "correct_date": gettext_lazy("corrected a date"),
    "switch_off": gettext_lazy("switched the gate off"),
    "switch_on": gettext_lazy("switched the gate on"),
    "add_kind": gettext_lazy("added a kind of gate"),
    "amend_kind": gettext_lazy("worded a kind of gate anew"),
    "assign_right": gettext_lazy("assigned a decision right"),
    "end_right": gettext_lazy("ended a decision right"),
    "delegate": gettext_lazy("let somebody else decide for a while"),
    "away": gettext_lazy("recorded an absence"),
    "back": gettext_lazy("ended an absence"),
    "open_account": gettext_lazy("opened an account"),
    "amend_account": gettext_lazy("corrected an account"),
    "close_account": gettext_lazy("closed an account"),
    "give_role": gettext_lazy("gave a role"),
    "take_role": gettext_lazy("took a role back"),
    "open_portfolio": gettext_lazy("opened a portfolio"),
    "amend_portfolio": gettext_lazy("edited a portfolio"),
    "name_function": gettext_lazy("put a function on record"),
    "rename_function": gettext_lazy("renamed a function"),
    "set_stall_policy": gettext_lazy("set the stall clock"),
    "set_password": gettext_lazy("set a password"),
    "issue_token": gettext_lazy("handed out a key to the API"),
    "revoke_token": gettext_lazy("took a key to the API back"),
    "erase": gettext_lazy("erased the texts of an answer by law"),
    "erase_person": gettext_lazy("erased a name by law"),
    "set_up": gettext_lazy("was set up"),
}
OUTCOME: dict[str, Any] = {
    "cleared": gettext_lazy("yes"),
    "conditional": gettext_lazy("yes, on conditions"),
    "changes_requested": gettext_lazy("changes requested"),
    "refused": gettext_lazy("no"),
    "withdrawn": gettext_lazy("took the answer back"),
    "excepted": gettext_lazy("let past until a date"),
    "asserted": gettext_lazy("a source says yes"),
    "accepted": gettext_lazy("accepted"),
    "declined": gettext_lazy("declined"),
    "left": gettext_lazy("left"),
    "no_longer_asserted": gettext_lazy("a source no longer says yes"),
}
FIELDS: dict[str, Any] = {
    "decide_by": gettext_lazy("to be decided by"),
    "started_on": gettext_lazy("start"),
    "adopted_on": gettext_lazy("adopted on"),
    "retired_on": gettext_lazy("retired on"),
    "threshold": gettext_lazy("threshold"),
    "escalation": gettext_lazy("escalation person"),
    "quiet_days": gettext_lazy("quiet days"),
    "warning_days": gettext_lazy("days of warning"),
    "residents": gettext_lazy("people who used it that week"),
    "calendar": gettext_lazy("public holidays"),
    "person": gettext_lazy("who"),
    "kind": gettext_lazy("gate"),
    "portfolio": gettext_lazy("portfolio"),
    "function": gettext_lazy("function"),
    "reach": gettext_lazy("where"),
    "holder": gettext_lazy("holder"),
    "delegate": gettext_lazy("decides too"),
    "deputy": gettext_lazy("deputy"),
    "escalate_to": gettext_lazy("escalates to"),
    "answer_within_days": gettext_lazy("working days to answer"),
    "starts": gettext_lazy("first day"),
    "until": gettext_lazy("last day"),
    "ends": gettext_lazy("last day"),
    "ended": gettext_lazy("last day of the right that it ended"),
    "corrected": gettext_lazy("corrected"),
    "email": gettext_lazy("e-mail address"),
    "role": gettext_lazy("role"),
    "scope": gettext_lazy("scope"),
}
PEOPLE = frozenset(
    {
        "manager",
        "exceptions_to",
        "exceptions_deputy",
        "escalation",
        "person",
        "holder",
        "delegate",
        "deputy",
        "escalate_to",
    }
)
FUNCTIONS = frozenset({"function"})
PORTFOLIOS = frozenset({"portfolio"})
KINDS = frozenset({"kind"})
DAYS = frozenset({"decide_by", "started_on", "adopted_on", "retired_on", "starts", "until", "ends", "ended"})
LONGEST = 160
"""Characters of a text that are told of a change; the record holds the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act, ready to be read aloud."""

    event: Event
    who: str
    says: str
    changes: list[str]
    address: str


def lines(events: Iterable[Event], *, on_pilot: bool = False) -> list[Line]:
    """Acts in words, in the order given. Four queries for any number, where names are needed.

    Args:
        on_pilot: the pilot's own name stands above, and is left out.
    """
    rows = list(events)
    names = _names(rows)
    return [_line(event, names, on_pilot) for event in rows]


def _line(event: Event, names: _Names, on_pilot: bool) -> Line:
    address = ""
    if event.pilot_id and not on_pilot:
        address = reverse("admin:pilots_pilot_change", args=[event.pilot_id])
    return Line(event, who(event), did(event), [_change(change, names) for change in event.changes or []], address)


def who(event: Event) -> str:
    """Who did it; where nobody did, a list that was read, or the installation itself."""
    if event.by:
        return str(event.by)
    return _("A list that was read") if event.pilot_id else _("The installation")


def did(event: Event) -> str:
    """What was done: “answered: no (Legal)”."""
    says = str(DID.get(event.verb, event.verb.replace("_", " ")))
    if event.verb == "start" and not event.data.get("start_known", True):
        says = str(DID["record_running"])
    decision = getattr(event, "decision", None) if event.gate_id else None
    if decision is not None and event.verb == "decide":
        says = f"{says}: {OUTCOME.get(decision.outcome, decision.outcome)}"
    if decision is not None and decision.recorded_for and decision.decider:
        says = _("%(did)s, recorded for %(who)s") % {"did": says, "who": decision.decider}
    return f"{says} ({event.gate.kind.name})" if event.gate else says


@dataclass(frozen=True, slots=True)
class _Names:
    people: Mapping[int, str]
    functions: Mapping[int, str]
    portfolios: Mapping[int, str]
    kinds: Mapping[str, str]


def _names(events: Sequence[Event]) -> _Names:
    """The names that the changes tell by primary key, asked for only where there are any."""
    people: set[int] = set()
    functions: set[int] = set()
    portfolios: set[int] = set()
    of_kinds = False
    for event in events:
        of_kinds |= event.verb == "nominate"
        for change in event.changes or []:
            of_kinds |= change["field"] in KINDS
            keys = {each for each in (change["from"], change["to"]) if isinstance(each, int)}
            if change["field"] in PEOPLE or event.verb == "nominate":
                people |= keys
            elif change["field"] in FUNCTIONS:
                functions |= keys
            elif change["field"] in PORTFOLIOS:
                portfolios |= keys
    return _Names(
        dict(Person.objects.filter(pk__in=people).values_list("pk", "name")) if people else {},
        dict(Function.objects.filter(pk__in=functions).values_list("pk", "name")) if functions else {},
        dict(Portfolio.objects.filter(pk__in=portfolios).values_list("pk", "name")) if portfolios else {},
        dict(GateKind.objects.values_list("key", "name")) if of_kinds else {},
    )


def _change(change: Mapping[str, Any], names: _Names) -> str:
    field = str(change["field"])
    old, new = (_value(field, change[side], names) for side in ("from", "to"))
    says = {"field": _field(field, names), "old": old, "new": new}
    if not old:
        return _("%(field)s: %(new)s") % says
    if not new:
        return _("%(field)s: %(old)s was taken out") % says
    return _("%(field)s: from %(old)s to %(new)s") % says


def _field(field: str, names: _Names) -> str:
    if field in FIELDS:
        return str(FIELDS[field])
    if field in names.kinds:
        return names.kinds[field]
    if field in words.MISSING:
        return str(words.MISSING[field])
    try:
        return str(getattr(Pilot._meta.get_field(field), "verbose_name", field))
    except FieldDoesNotExist:
        return field.replace("_", " ")


def _value(field: str, value: Any, names: _Names) -> str:
    if field == "high_impact" and value is None:
        return _("not stated")
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and (field in PEOPLE or field in names.kinds):
        return names.people.get(value, "")
    if isinstance(value, int) and field in FUNCTIONS:
        return names.functions.get(value, "")
    if isinstance(value, int) and field in PORTFOLIOS:
        return names.portfolios.get(value, "")
    if isinstance(value, list):
        return ", ".join(_field(each, names) for each in value)
    if isinstance(value, str):
        return _text(field, value, names)
    return Truncator(value).chars(LONGEST)


def _text(field: str, value: str, names: _Names) -> str:
    if field in DAYS:
        return words.day(date.fromisoformat(value))
    if field in KINDS:
        return names.kinds.get(value, value)
    if field == "reach":
        return _("everywhere")
    if field == "role":
        return str(dict(PortfolioRole.Role.choices).get(value, value))
    return Truncator(value).chars(LONGEST)
