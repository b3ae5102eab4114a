"""The text of every event: one for each, whoever prints it (a pilot's page, its time line, the log in the admin, a form).

Names are looked up by primary key when a text is made, so that a name stands in one place and is erased there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.actions.acting_token import BY_TOKEN
from pilots.figures import grouped
from pilots.models import Decision, Event
from pilots.models.events import PARTS
from pilots.rules import gates
from pilots.rules.quality import Threshold
from pilots.rules.vocabulary import Outcome
from readiness import registry
from readiness.models.imports import Subject
from readiness.text import labels
from readiness.text.field_changes import LONGEST, Names, change_text, names_in

ACTIONS: dict[str, Any] = registry.past_tenses()
"""What was done, by the event's action; a filter offers these, and `text` adds what the event itself says."""

SAID_IN_THE_TEXT = {
    "register_threshold": frozenset({"threshold"}),
    "record_residents": frozenset({"residents"}),
    "retire": frozenset({"learned"}),
    "answer_pulse": frozenset({"score"}),
}
"""What an event's text, or its reason, says already; its changes say of it only what it was before."""
NOT_BY_A_LIST = frozenset({"close_account", "open_gate", "switch_off", "switch_on"})
"""What on a pilot follows from something else; without a person it was the installation, not a list."""


@dataclass(frozen=True, slots=True)
class EventText:
    """One event in words: who did it, what was done, what else changed; `address` is its pilot's in the admin, or empty.

    Where it was done to many pilots at once, the address is the event's own, and `opens` says on how many.
    """

    event: Event
    who: str
    what: str
    changes: list[str]
    address: str = ""
    opens: str = ""


def with_people(rows: QuerySet[Event]) -> QuerySet[Event]:
    """Events with all that their texts name, so that no text asks for more."""
    return rows.select_related("by", "pilot", "gate__kind", "decision__decider")


def texts(events: Iterable[Event], *, on_pilot: bool = False, known: Names | None = None) -> list[EventText]:
    """Events in words, in the order given. Two queries for any number, where names are needed.

    Args:
        events: read `with_people`.
        on_pilot: the pilot's own name stands above, and no way to it is given.
        known: names that were read already.
    """
    rows = list(events)
    names = names_in(rows, known)
    return [
        EventText(
            event, who(event), _event_text(event, names), _changes(event, names), *(() if on_pilot else _link(event))
        )
        for event in rows
    ]


def what(event: Event) -> str:
    """What was done: “Legal: cleared until 28 April 2027”, “Started, to be decided by 18 May 2026”."""
    return _event_text(event, names_in([event]))


def who(event: Event) -> str:
    """Who did it, with which token, and for whom where it was recorded for somebody; without a person a list, or the installation."""
    begins = event.data.get(BY_TOKEN)
    return (
        _("%(who)s, with the API token %(begins)s…") % {"who": _who(event), "begins": begins} if begins else _who(event)
    )


def _who(event: Event) -> str:
    decision = decision_of(event)
    if decision and decision.recorded_for and decision.decider and event.by and event.action != "close_account":
        return _("%(who)s, recorded by %(by)s") % {"who": decision.decider, "by": event.by}
    if event.by:
        return str(event.by)
    listed = event.pilot_id is not None and event.action not in NOT_BY_A_LIST
    return _("An imported list") if listed else _("The installation")


def answer(decision: Decision) -> str:
    """What was answered, and for how long: “cleared until 28 April 2027”."""
    says = {"what": str(labels.OUTCOME.get(decision.outcome, decision.outcome))}
    if decision.outcome == Outcome.CHANGES_REQUESTED and decision.court == "outside" and decision.until:
        return _("%(what)s, from somebody outside by %(day)s") % (says | {"day": labels.day(decision.until)})
    until = decision.good_until or decision.until
    if until is None or decision.outcome not in gates.HOLD:
        return says["what"]
    return _("%(what)s until %(day)s") % (says | {"day": labels.day(until)})


def decision_of(event: Event) -> Decision | None:
    """The decision that an event carries, if any. Select it with the event."""
    found: Decision | None = getattr(event, "decision", None)
    return found


def moves_date(event: Event) -> bool:
    """Whether an event moved the decide-by date."""
    return bool(event.changes) and event.changes[0]["field"] == "decide_by"


def is_slip(event: Event) -> bool:
    """Whether an event moved the decide-by date to a later one."""
    if not moves_date(event):
        return False
    change = event.changes[0]
    return bool(change["from"]) and str(change["to"]) > str(change["from"])


def _link(event: Event) -> tuple[str, str]:
    """Where an event leads in the admin, and what the link says where that is not the pilot's name."""
    if event.pilot_id:
        return reverse("admin:pilots_pilot_change", args=[event.pilot_id]), ""
    if event.action == "import_list":
        return reverse("admin:readiness_importsession_of", args=[event.data["session"]]), _("the import")
    if event.action == "hand_over" or opens_list(event):
        return reverse("admin:pilots_event_change", args=[event.pk]), _("each part of it")
    if event.batch and event.action not in PARTS:
        return reverse("admin:pilots_event_change", args=[event.pk]), on_many(event)
    return "", ""


def opens_list(event: Event) -> bool:
    """Whether an event is that of a list as a whole, which opens the import or what it did to each."""
    return event.action == "import_list" or (event.action == "take_back_import" and "of" in event.data)


def on_many(event: Event) -> str:
    """On how many pilots an action was that stands for many; what was done in all portfolios is counted by nobody's office."""
    number = event.data.get("count", 0)
    if event.portfolio_id is None:
        return _("on pilots of every portfolio")
    return ngettext("on %(n)s pilot", "on %(n)s pilots", number) % {"n": grouped(number)}


def _event_text(event: Event, names: Names) -> str:
    decision = decision_of(event) if event.gate_id else None
    if event.action == "close_account" and decision is not None:
        says = _closing_text(decision)
    elif event.action == "nominate":
        says = _nomination_text(event, names)
    elif event.action == "withdraw_nomination":
        says = _("%(who)s is named no longer") % {"who": names.people.get(event.data["person"], _("Somebody"))}
    elif decision is not None:
        says = answer(decision)
    else:
        says = TEXTS.get(event.action, _action_until)(event)
    if event.gate is None:
        return capfirst(says)
    return _("%(gate)s: %(what)s") % {"gate": event.gate.kind.name, "what": says}


def _action(event: Event) -> str:
    return str(ACTIONS.get(event.action, event.action.replace("_", " ")))


def _closing_text(decision: Decision) -> str:
    """What the closing of an account does to a gate: whoever closed it did not leave, and whoever left did nothing."""
    says = {"who": str(decision.decider)}
    if decision.outcome == Outcome.LEFT:
        return _("left by %(who)s, whose account was closed") % says
    return _("%(who)s is named no longer, for the account was closed") % says


def _nomination_text(event: Event, names: Names) -> str:
    person = names.people.get(event.data.get("person") or 0)
    before = names.people.get((event.changes[0]["from"] or 0) if event.changes else 0)
    if person is None:
        return _action(event)
    if before:
        return _("%(who)s named instead of %(before)s") % {"who": person, "before": before}
    return _("%(who)s named") % {"who": person}


def _start_text(event: Event) -> str:
    known = event.data.get("start_known", True)
    what = _action(event) if known else str(registry.INTERFACES["record_running"].past_tense)
    decide_by = event.data.get("decide_by")
    return _("%(what)s, to be decided by %(day)s") % {"what": what, "day": _day(decide_by)} if decide_by else what


def _retirement_text(event: Event) -> str:
    """“retired: its cost”."""
    because = labels.CAUSE.get(event.data.get("because", ""))
    return _("%(what)s: %(because)s") % {"what": _action(event), "because": because} if because else _action(event)


DATED = {
    "started_on": gettext_lazy("the start"),
    "adopted_on": gettext_lazy("the day of its adoption"),
    "retired_on": gettext_lazy("the day on which it ended"),
}
"""The days that a list says, and may say otherwise later."""


def _correction_text(event: Event) -> str:
    """“the start corrected by a list from 30 June 2025 to 1 October 2025”."""
    change = event.changes[0]
    says = {"what": DATED.get(change["field"], change["field"]), "day": _day(change["to"])}
    if not change["from"]:
        return _("%(what)s, not known before, is %(day)s according to a list") % says
    return _("%(what)s corrected by a list from %(before)s to %(day)s") % (says | {"before": _day(change["from"])})


def _date_move_text(event: Event) -> str:
    if not event.changes or not event.changes[0]["from"]:
        return _action(event)
    says = {"from": _day(event.changes[0]["from"]), "to": _day(event.changes[0]["to"])}
    if is_slip(event):
        return _("slip: decide-by date moved from %(from)s to %(to)s") % says
    return _("decide-by date moved from %(from)s to %(to)s") % says


def _action_until(event: Event) -> str:
    until = event.data.get("until") if event.pilot_id else None
    return _("%(what)s until %(day)s") % {"what": _action(event), "day": _day(until)} if until else _action(event)


def _measurement_text(event: Event) -> str:
    data = event.data
    says = {
        "value": labels.figure(data["value"], data.get("kind", "mean")),
        "sample": data["sample"],
        "verdict": labels.VERDICT.get(data.get("verdict", ""), ""),
    }
    if data.get("self_measured"):
        return _("measured: %(value)s on %(sample)s, %(verdict)s, self-measured") % says
    return _("measured: %(value)s on %(sample)s, %(verdict)s") % says


def _threshold_text(event: Event) -> str:
    return _("threshold registered: %(what)s") % {"what": labels.threshold(Threshold.of(event.data))}


def _residents_text(event: Event) -> str:
    """“31 people used it, 12 visitors, week of 16 November 2026”."""
    data = event.data
    if not data.get("week"):
        return _action(event)
    people, visitors = int(data["people"]), int(data.get("visitors") or 0)
    used = ngettext("%(n)d person used it", "%(n)d people used it", people) % {"n": people}
    visited = ngettext("%(n)d visitor", "%(n)d visitors", visitors) % {"n": visitors} if visitors else ""
    week = _("week of %(day)s") % {"day": _day(data["week"])}
    return ", ".join(part for part in (used, visited, week) if part)


def _account_text(event: Event) -> str:
    """“sponsor’s account given: sat with the work”."""
    basis = labels.BASIS.get(event.data.get("basis", ""), "")
    return _("%(what)s: %(basis)s") % {"what": _action(event), "basis": basis}


def _pulse_text(event: Event) -> str:
    """“question answered by the sponsor: 4 of 5”."""
    return _("%(what)s: %(score)s of 5") % {"what": _action(event), "score": event.data.get("score")}


def _condition_text(event: Event) -> str:
    text = event.data.get("text")
    if not text:
        return _action(event)
    return _("condition met: “%(what)s”") % {"what": Truncator(text).chars(LONGEST)}


def _import_text(event: Event) -> str:
    """“list imported: 40 new, 3 changed”; “list imported, of people: 2 new”."""
    counts = event.data.get("counts", {})
    words = {"created": _("%(n)s new"), "restored": _("%(n)s restored"), "updated": _("%(n)s changed")}
    says = [words[name] % {"n": grouped(counts[name])} for name in words if counts.get(name)]
    what = _action(event)
    if of := event.data.get("of"):
        what = _("%(what)s, of %(of)s") % {"what": what, "of": Subject(of).label}
    return _("%(what)s: %(counts)s") % {"what": what, "counts": ", ".join(says) or _("nothing new")}


def _hand_over_text(event: Event) -> str:
    """“hands over what they hold: 4 things handed on, 2 requested of the office”."""
    done, requested = event.data.get("done", 0), event.data.get("requested", 0)
    says = [ngettext("%(n)s thing handed on", "%(n)s things handed on", done) % {"n": done}] if done else []
    if requested:
        says.append(_("%(n)s requested of the program office") % {"n": requested})
    return _("%(what)s: %(counts)s") % {"what": _action(event), "counts": ", ".join(says)}


TEXTS = {
    "hand_over": _hand_over_text,
    "import_list": _import_text,
    "start": _start_text,
    "retire": _retirement_text,
    "correct_date": _correction_text,
    "move_decide_by": _date_move_text,
    "record_measurement": _measurement_text,
    "register_threshold": _threshold_text,
    "record_residents": _residents_text,
    "meet_condition": _condition_text,
    "give_account": _account_text,
    "answer_pulse": _pulse_text,
}
"""The actions whose events say more than the action alone."""


def _changes(event: Event, names: Names) -> list[str]:
    """What became another, in words: field by field."""
    in_text = SAID_IN_THE_TEXT.get(event.action, frozenset())
    if event.action in ("nominate", "withdraw_nomination", "correct_date") or moves_date(event):
        return []
    changes = event.changes or []
    return [change_text(change, names) for change in changes if change["from"] or change["field"] not in in_text]


def _day(written: Any) -> str:
    when = date.fromisoformat(written) if isinstance(written, str) else written
    return labels.day(when) if when else ""
