"""What waits on a decider, the longest wait first: what exactly they approve, and the form in place; and what names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.models import Decision, Event, Gate, Person, Pilot
from pilots.rules import history
from pilots.rules.acts import ACCEPTANCE
from pilots.seen import of_gates
from pilots.today import today
from readiness import acceptance, acts, answers, forms, standing, words
from readiness.differences import Difference, Fact, Seals
from readiness.pages.away import planned
from readiness.pages.looking import WITH, page_of, reader
from readiness.pages.pilot import sentence
from readiness.querysets import gates_on
from readiness.reading import GateOn, PilotOn, read_many

A_PAGE = 10
ASKED_AT_MOST = 50
"""Acceptances shown at once; nobody is named for more."""
ESCALATED_AT_MOST = 50
"""Gates looked at for an answer that is overdue, the oldest first."""
ALIVE = (history.RUNNING, history.PAUSED, history.ADOPTED)


@dataclass(frozen=True, slots=True)
class Wait:
    """One gate that waits on the reader, with all they need to answer it."""

    found: PilotOn
    gate: GateOn
    sentence: str
    capacity: str | None
    asked: answers.Asked | None
    facts: Sequence[Fact]
    answer: Decision | None
    changes: Sequence[Difference]
    said: Sequence[Event]
    form: forms.DecideForm
    grant: forms.GrantExceptionForm | None


@dataclass(frozen=True, slots=True)
class Named:
    """One gate that names the reader, since when it does, and what they would accept."""

    found: PilotOn
    gate: GateOn
    named_on: date | None
    spelled_out: str
    accept: forms.AcceptForm
    decline: forms.DeclineForm


@dataclass(frozen=True, slots=True)
class Overdue:
    """One gate whose decider has not answered in time."""

    found: PilotOn
    gate: GateOn
    asked: answers.Asked


@require_safe
def my_decisions(request: HttpRequest) -> HttpResponse:
    """The reader's queue."""
    person, at = reader(request), today()
    page = page_of(request, waits_on(person), A_PAGE)
    waits = _waits(person, [row.gate_id for row in page.object_list])
    named, escalated = _named(person), _escalated(person)
    context: dict[str, Any] = {
        "at": at,
        "page": page,
        "waits": waits,
        "named": named,
        "escalated": escalated,
        "opening": opening(page.paginator.count, waits, named, len(escalated)),
        **planned(request),
        "page_number": page.number,
    }
    offered = {*context["near"], *(forms.people_near(waits[0].found.pilot) if waits else ())}
    context["people"] = sorted(offered, key=str)
    return render(request, "pages/my_decisions.html", context)


def waits_on(person: Person) -> QuerySet[Any]:
    """The open gates in the decider's court that are this person's to decide, the longest wait first (rule 7).

    The right's escalation person has those for which both holder and deputy are away or carry the pilot. Nobody has those
    of a pilot that they carry themselves.
    """
    away = acts.away_on(today())

    def cannot(who: str) -> Q:
        return Q(**{f"{who}__in": away}) | Q(**{who: F("carries")})

    decides = Q(sits=person.pk) | Q(deputises=person.pk) | Q(stands_in=person.pk)
    left = Q(stands_by=person.pk) & cannot("sits") & (Q(deputises=None) | cannot("deputises"))
    found: QuerySet[Any] = (
        _with_deciders()
        .filter(decides | left, court=standing.DECIDER, stage_then__in=ALIVE)
        .exclude(carries=person.pk)
        .order_by("since", "gate_id")
    )
    return found


def _with_deciders() -> QuerySet[Any]:
    """The gates that somebody with a right decides, with everybody who may have to, and who carries the pilot."""
    found: QuerySet[Any] = (
        gates_on(today())
        .exclude(kind__clears_by=ACCEPTANCE)
        .annotate(
            sits=F("seat__holder_id"),
            deputises=F("seat__deputy_id"),
            stands_in=F("seat__delegate_id"),
            stands_by=F("seat__escalation_id"),
            carries=F("spell__sponsor_id"),
        )
    )
    return found


def _escalated(person: Person) -> list[Overdue]:
    """What a decider has not answered in time, and is now with the reader: to ask, and to unblock. The oldest first."""
    at = today()
    mine = Q(stands_by=person.pk) | Q(stands_by=None, gate__pilot__portfolio__escalation=person)
    rows = (
        _with_deciders()
        .filter(mine, court=standing.DECIDER, stage_then__in=ALIVE, since__lt=at)
        .order_by("since", "gate_id")
    )
    out = []
    for one, gate in _read([row.gate_id for row in rows[:ESCALATED_AT_MOST]]):
        asked = answers.asked(gate, one)
        if asked and asked.is_overdue(at) and asked.escalates_to == person:
            out.append(Overdue(one, gate, asked))
    return out


def _waits(person: Person, gate_ids: Sequence[int]) -> list[Wait]:
    at, away = today(), acts.away_on(today())
    found = _read(gate_ids)
    rows = [gate.gate for _found, gate in found]
    seen, last = of_gates(rows), answers.last_answers(rows)
    seals, said = Seals(rows, at=at), _said(rows)
    out = []
    for one, gate in found:
        row, asked = gate.gate, answers.asked(gate, one)
        row.pilot = one.pilot
        answer, since = last.get(row.pk), said.get(row.pk, [])
        askers = [e.by_id for e in since if e.verb == "ask_exception"]
        given: dict[str, Any] = {"target": row, "by": person, "office": False, "saw": seen[row.pk]}
        grants = askers and acts.may_decide(person, one, gate, askers=askers, away=away)
        out.append(
            Wait(
                one,
                gate,
                sentence(one),
                acts.may_decide(person, one, gate, away=away),
                asked,
                seals.facts(row.pk),
                answer,
                seals.differences(row.pk),
                since,
                forms.DecideForm(**given),
                forms.GrantExceptionForm(**given) if grants else None,
            )
        )
    return out


def _read(gate_ids: Sequence[int]) -> list[tuple[PilotOn, GateOn]]:
    """Gates with their pilots as they stand today, in the order given."""
    rows = Pilot.objects.filter(gates__in=gate_ids).select_related(*WITH).distinct()
    of_gate = {gate.gate.pk: (one, gate) for one in read_many(rows, at=today()) for gate in one.gates}
    return [of_gate[pk] for pk in gate_ids if pk in of_gate]


def _said(rows: Sequence[Gate]) -> dict[int, list[Event]]:
    """What the team answered and who asked for an exception, since the last answer on each gate. One query."""
    out: dict[int, list[Event]] = {}
    events = Event.objects.filter(gate__in=rows, verb__in=("answer", "ask_exception", "decide", "except"))
    for event in events.select_related("by").order_by("pk"):
        assert event.gate_id is not None
        if event.verb in ("decide", "except"):
            out[event.gate_id] = []
        else:
            out.setdefault(event.gate_id, []).append(event)
    return out


def _named(person: Person) -> list[Named]:
    """What names the reader and waits for their own word."""
    rows = (
        gates_on(today())
        .filter(kind__clears_by=ACCEPTANCE, nominee=person)
        .exclude(stage_then="retired")
        .order_by("since", "gate_id")
    )
    found = _read([row.gate_id for row in rows[:ASKED_AT_MOST]])
    seen = of_gates([gate.gate for _one, gate in found])
    named_on = _named_on(person, [gate.gate for _one, gate in found])
    out = []
    for one, gate in found:
        gate.gate.pilot = one.pilot
        given: dict[str, Any] = {"target": gate.gate, "by": person, "office": False, "saw": seen[gate.gate.pk]}
        spelled = acceptance.spelled_out(gate.kind, one.pilot)
        out.append(
            Named(one, gate, named_on.get(gate.gate.pk), spelled, forms.AcceptForm(**given), forms.DeclineForm(**given))
        )
    return out


def _named_on(person: Person, of: Sequence[Gate]) -> dict[int, date]:
    """Since when each of these gates has named somebody; the gate itself may have been open for longer. One query."""
    rows = Event.objects.filter(gate__in=of, verb="nominate", data__person=person.pk).order_by("on", "pk")
    return {gate: on for gate, on in rows.values_list("gate", "on") if gate is not None}


def _number(many: int, most: int) -> str:
    """How many, as a sentence begins with it; no more of them were looked at than `most`."""
    return _("At least %(n)s") % {"n": words.how_many(many)} if many >= most else words.number(many)


def opening(count: int, waits: Sequence[Wait], named: Sequence[Named], escalated: int) -> str:
    """The sentence that the page opens with."""
    if not count and not named and not escalated:
        return _("Nothing waits on you today.")
    if not count and not named:
        return ngettext(
            "One answer is overdue, and has escalated to you.",
            "%(n)s answers are overdue, and have escalated to you.",
            escalated,
        ) % {"n": _number(escalated, ESCALATED_AT_MOST)}
    if not count:
        return ngettext("One thing asks for your own word.", "%(n)s things ask for your own word.", len(named)) % {
            "n": _number(len(named), ASKED_AT_MOST)
        }
    start = ngettext("One decision waits on you", "%(n)s decisions wait on you", count) % {"n": words.number(count)}
    if not waits:
        return start + "."
    first = waits[0]
    return _("%(start)s. The first is %(gate)s on %(pilot)s, %(long)s.") % {
        "start": start,
        "gate": first.gate.kind.name,
        "pilot": first.found.pilot.name,
        "long": words.wait(first.gate.reading),
    }
