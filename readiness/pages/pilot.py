"""One pilot: its picture beside its placard, whose move each gate is, what is missing, and what was decided on what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pilots import permissions
from pilots.clock import today
from pilots.derived.load import event_record, state_of
from pilots.models import Decision, Event, Person, Pilot
from pilots.rules import adoption
from pilots.rules.actions import NOT_STARTED
from pilots.rules.transitions import PilotState
from pilots.rules.vocabulary import Court, Outcome, Role, Standing
from readiness import forms
from readiness.charts import quality, timeline
from readiness.pages.base import day_of, pilot_or_404, reader
from readiness.pages.next_step import missing_things, next_step
from readiness.pages.pilot_sides import sides
from readiness.queries.friction import gaps_of, with_gaps
from readiness.queries.hand_overs import parts_on
from readiness.queries.period_rows import Past, past_of
from readiness.queries.precedents import cited_by
from readiness.queries.snapshots import GateSnapshot, Kinds, PilotSnapshot, charges_in, snapshot_in
from readiness.queries.sources import source_of
from readiness.queries.successors import successors_on
from readiness.rules import deadlines, ledger, offers
from readiness.rules.residence import lived, looks
from readiness.text import events as event_texts
from readiness.text import labels, placards
from readiness.text.events import EventText
from readiness.text.hand_overs import part_text
from readiness.text.sealed_values import differences

LATEST = 40
"""Events of the history shown at once; the rest on the page's own second view."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate in the table: how it stands, by when an answer was due in words, what broke its seal, and what this person may do.

    `successor` is named to take it over, and has not answered. `records`: this person only puts others' answers on record.
    """

    on: GateSnapshot
    deadline: str
    changes: list[str]
    offers: list[tuple[str, Any]]
    successor: Person | None = None
    records: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the known rules; `says` is empty where it is not known."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the history: an event's text, its reason, the decision that it carries, and what that cites and may be seen."""

    text: EventText
    reason: str | None
    decision: Decision | None
    cites: Decision | None


@require_safe
def pilot(request: HttpRequest, key: str) -> HttpResponse:
    """A pilot's own page, on any day."""
    person = reader(request)
    row = pilot_or_404(person, key)
    at, refused = day_of(request)
    past = past_of(row, at)
    if past is None:
        raise Http404
    kinds, events, gaps = past.kinds, events_of(row), gaps_of(row, at)
    held = permissions.roles_held(person, row.portfolio_id)
    state = state_of(row, at, [event_record(event) for event in events], kinds.values())
    snapshot = with_gaps(snapshot_in(past, row, at=at, kinds=kinds), gaps)
    context = {
        **look(person, snapshot, events, state, office=Role.OFFICE in held),
        "sides": sides(person, snapshot, state, gaps, held=held),
        "courts": courts(snapshot, past, kinds),
        "before_record": any(gate.status.since_at_least for gate in snapshot.gates),
        "policy_gaps": gaps,
        "refused": refused,
        "whole_history": request.GET.get("history") == "all",
    }
    return render(request, "pages/pilot.html", context)


def events_of(pilot: Pilot) -> list[Event]:
    """All that was done to a pilot, in the order of the days it counts from."""
    rows = Event.objects.filter(pilot=pilot).select_related(
        "by", "gate__kind", "decision__decider", "decision__by", "decision__gate"
    )
    return list(rows.order_by("effective_on", "pk"))


def look(
    person: Person, snapshot: PilotSnapshot, events: list[Event], state: PilotState, *, office: bool
) -> dict[str, Any]:
    """What the page shows of a pilot on a day, whoever its managers are and whatever they say."""
    at, now = snapshot.at, snapshot.status
    so_far = [event for event in events if event.effective_on <= at]
    may_change = at == today()
    gates = gate_rows(person, snapshot, state, office=office, acts_too=may_change)
    offered = _offered(person, snapshot, state, office=office) if may_change else []
    known = rules(snapshot.pilot, state)
    writes, refused = office or snapshot.sponsor == person, declines(person, so_far)
    return {
        "at": at,
        "past": at != today(),
        "snapshot": snapshot,
        "pilot": snapshot.pilot,
        "now": now,
        "sentence": sentence(snapshot),
        "placard": placards.placard(snapshot),
        "shows_days": shows_days(snapshot),
        "gates": gates,
        "offers": offered,
        "asks": may_change and offers.asks_about(person, snapshot, office=office),
        "step": next_step(person, snapshot, gates, offered, writes=writes, declined=refused) if may_change else None,
        "clear": labels.clear_apart(snapshot.gates),
        "missing": missing_things(snapshot, gates, offered),
        "look": looks({snapshot.pilot.pk: now}, at=at).get(snapshot.pilot.pk),
        "lived": lived(snapshot.pilot, at=at),
        "high_impact": labels.high_impact(state.fields),
        "rules": known,
        "stated": stated(known),
        "risk_by": accepted_by(events, state),
        "confirmed": state.confirmed,
        "picture": timeline.timeline(snapshot, so_far),
        "quality": quality.quality_of(so_far),
        "history": history(person, so_far),
        "source": source_of(snapshot.pilot),
        "latest": LATEST,
        "handed_over": [part_text(part) for part in parts_on(snapshot.pilot)] if may_change else [],
        "record": reverse("admin:pilots_pilot_change", args=[snapshot.pilot.pk]) if office and person.is_staff else "",
    }


def shows_days(snapshot: PilotSnapshot) -> bool:
    """Whether it is said beside the name since when it runs and by when it is to be decided: an exhibit's placard says both."""
    now = snapshot.status
    on_placard = now.standing == Standing.EXHIBIT and now.decide_by is not None
    return not on_placard and bool(now.started_on or now.decide_by or not now.start_known)


def _offered(person: Person, snapshot: PilotSnapshot, state: PilotState, *, office: bool) -> list[tuple[str, Any]]:
    """The actions on the pilot that this person is offered, each with what its form is called."""
    words = offers.on_pilot(person, snapshot, state, office=office)
    return [(word, forms.OF_PILOT[word].title) for word in words]


def gate_rows(
    person: Person, snapshot: PilotSnapshot, state: PilotState, *, office: bool, acts_too: bool
) -> list[GateRow]:
    """The rows of the gates table."""
    again = [gate.gate for gate in snapshot.gates if gate.status.state == "reconfirm"]
    changed = differences(again, at=snapshot.at, state=state) if again else {}
    rows, successors = [], successors_on(state)
    for gate in snapshot.gates:
        due = deadlines.answer_due(gate, snapshot)
        of_gate = state.gates[gate.kind.key]
        records = offers.records(person, gate, office=office)
        offered = offers.on_gate(person, snapshot, gate, of_gate, office=office)
        rows.append(
            GateRow(
                gate,
                _deadline(gate, due, snapshot.at),
                [capfirst(each.says) + "." for each in changed.get(gate.gate.pk, [])],
                [(action, _called(action, records)) for action in offered] if acts_too else [],
                successors.get(gate.kind.key),
                records,
            )
        )
    return rows


def _deadline(gate: GateSnapshot, due: deadlines.AnswerDue | None, at: date) -> str:
    """By when an answer was due; since when it has been with the decider only where another day stands beside it."""
    if due is None:
        return ""
    stands_beside = due.since == gate.status.since and not gate.status.since_at_least
    return labels.answer_due(due, at) if stands_beside else labels.deadline(due, at)


def _called(action: str, records: bool) -> Any:
    """What the way to an act on a gate says; an office records what others answer."""
    form = forms.OF_GATE[action]
    return (records and form.title_on_behalf) or form.title


def sentence(snapshot: PilotSnapshot) -> str:
    """How a pilot stands, in a sentence that could be read aloud."""
    now, at = snapshot.status, snapshot.at
    stalls = now.stalls_on
    says = {
        "day": labels.day(stalls) if stalls else "",
        "ago": labels.ago(stalls, at) if stalls else "",
        "since": labels.day(now.since),
        "gates": labels.nothing_open(snapshot.gates),
    }
    if now.void_since:
        return _("Declared void on %(day)s, as recorded by mistake. It is in no list or count from that day on.") % {
            "day": labels.day(now.void_since)
        }
    if now.standing == "planned":
        return (
            _("Planned since %(since)s, and never started.") % says
            if now.never_started
            else _("Planned since %(since)s. It has not started.") % says
        )
    if now.standing == "paused" and now.paused_until:
        return _("Paused until %(until)s, %(ago)s. Then the clock runs on.") % {
            "until": labels.day(now.paused_until),
            "ago": labels.ago(now.paused_until, at),
        }
    sentences = {
        Standing.EXHIBIT: _("A museum exhibit since %(day)s, %(ago)s."),
        Standing.AT_RISK: _("At risk. It stalls on %(day)s, %(ago)s."),
        Standing.READY: _("Ready: %(gates)s, and it is not declared adopted. It stalls on %(day)s, %(ago)s."),
        Standing.MOVING: _("Moving. It stalls on %(day)s, %(ago)s."),
        "adopted": _("Adopted since %(since)s: %(gates)s, and the rules are known."),
        Standing.CLAIMED: _("Said to be adopted since %(since)s. The facts do not show it."),
        "retired": _("Retired on %(since)s, with what was learned.")
        if snapshot.learned
        else _("Retired on %(since)s. Nobody has said what was learned."),
        "not_stated": _("Nobody has said whether it runs."),
    }
    because = labels.CAUSE.get(now.retired_because)
    why = [_("Why: %(because)s.") % {"because": because}] if because else []
    return " ".join([sentences[now.standing] % says, *why])


def rules(pilot: Pilot, state: PilotState) -> list[Rule]:
    """The seven rules as they stood, in the order of the design."""
    people = {person.pk: person for person in (pilot.exceptions_to, pilot.exceptions_deputy) if person}
    out = []
    for name in adoption.RULES:
        value = state.rules.get(name)
        if name in ("exceptions_to", "exceptions_deputy") and value:
            known = people.get(value)
            value = known or Person.objects.filter(pk=value).first()
        elif name == "matters_more" and value:
            value = {"speed": _("Speed."), "accuracy": _("Accuracy.")}.get(value, value)
        out.append(Rule(str(RULE[name]), str(value or "")))
    return out


def accepted_by(events: list[Event], state: PilotState) -> Person | None:
    """Who accepted the risk: whoever did so in one of these events."""
    accepted = (event.by for event in events if event.by_id is not None and event.by_id == state.risk_by)
    return next(accepted, None)


def declines(person: Person, events: list[Event]) -> bool:
    """Whether somebody declined on a gate of the pilot, and has not accepted there since."""
    answers = {}
    for event in events:
        decision = event_texts.decision_of(event)
        if (
            decision is not None
            and event.by_id == person.pk
            and decision.outcome in (Outcome.ACCEPTED, Outcome.DECLINED)
        ):
            answers[event.gate_id] = decision.outcome
    return Outcome.DECLINED in answers.values()


def stated(of: list[Rule]) -> str:
    """How many of the known rules are stated."""
    many = sum(1 for rule in of if rule.says)
    says = {"n": labels.number(many), "all": labels.how_many(len(of))}
    if many == len(of):
        return _("All %(all)s are stated.") % says
    if many == 0:
        return _("None of them is stated.")
    return ngettext("%(n)s of the %(all)s is stated.", "%(n)s of the %(all)s are stated.", many) % says


RULE = {
    "acceptable_use": gettext_lazy("Acceptable use"),
    "trust_when": gettext_lazy("Trust it when"),
    "override_when": gettext_lazy("Override it when"),
    "exceptions_to": gettext_lazy("Exceptions: who decides"),
    "exceptions_deputy": gettext_lazy("… and while they are away"),
    "matters_more": gettext_lazy("Matters more"),
    "success": gettext_lazy("Success is"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """What one court answers for: days, their share, and where its stretch of the bar lies."""

    court: str
    says: str
    days: int
    percent: int
    x: float
    width: float


SHARE: dict[str, Any] = {
    Court.DECIDER: gettext_lazy("The decider’s"),
    Court.NOBODY: gettext_lazy("Nobody’s"),
    Court.TEAM: gettext_lazy("The team’s"),
    Court.OUTSIDE: gettext_lazy("Outside"),
}


def courts(snapshot: PilotSnapshot, past: Past, kinds: Kinds) -> list[Share]:
    """The blocked days of a pilot by court (rule 12), from its start up to the day that is read; days that have not come are nobody's."""
    if snapshot.status.stage in NOT_STARTED:
        return []
    began = snapshot.status.started_on or snapshot.pilot.recorded_on
    end = min(snapshot.at, today())
    return shares(ledger.by_court(charges_in(past, kinds=kinds, start=began, end=end)))


def shares(total: dict[str, int]) -> list[Share]:
    """Days by court as stretches of one bar, always in the same order."""
    whole, out, x = sum(total.values()), [], 0.0
    for court in Court.values():
        days = total.get(court, 0)
        if days:
            width = round(100 * days / whole, 2)
            out.append(Share(court, str(SHARE[court]), days, round(100 * days / whole), round(x, 2), width))
            x += width
    return out


def history(person: Person, events: list[Event]) -> list[HistoryRow]:
    """The lines of the history, the latest first."""
    texts = event_texts.texts(reversed(events), on_pilot=True)
    answers = [event_texts.decision_of(text.event) for text in texts]
    cited = cited_by(person, answers)
    return [
        HistoryRow(
            text,
            decision.reason if decision else text.event.reason,
            decision,
            cited.get(decision.cites_id) if decision and decision.cites_id else None,
        )
        for text, decision in zip(texts, answers, strict=True)
    ]
