"""What waits on a decider, the longest wait first: what exactly they approve, and the form in place; and what names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.concurrency import of_gates
from pilots.models import Decision, Event, Gate, Person, Pilot
from readiness import forms
from readiness.pages.away import planned
from readiness.pages.base import page_of, reader
from readiness.pages.pilot import sentence
from readiness.queries.decider_queue import NAMED_AT_MOST, decider_queue, escalating_to, nominating
from readiness.queries.exception_requests import ExceptionRequest, exception_requests
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.rules import deadlines, offers
from readiness.text import acceptance, labels
from readiness.text.sealed_values import Difference, Fact, Seals

A_PAGE = 10
ESCALATED_AT_MOST = 50
"""Gates looked at for an answer that is overdue, the oldest first."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One gate that waits on the reader, with all they need to answer it."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    sentence: str
    capacity: str | None
    due: deadlines.AnswerDue | None
    facts: Sequence[Fact]
    answer: Decision | None
    changes: Sequence[Difference]
    requests: Sequence[ExceptionRequest]
    said: Sequence[Event]
    form: forms.DecideForm
    grant: forms.GrantExceptionForm | None


@dataclass(frozen=True, slots=True)
class Nomination:
    """One gate that names the reader, since when it does, and what they would accept."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    named_on: date | None
    spelled_out: str
    accept: forms.AcceptForm
    decline: forms.DeclineForm


@dataclass(frozen=True, slots=True)
class Overdue:
    """One gate whose decider has not answered in time."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    due: deadlines.AnswerDue


@require_safe
def my_decisions(request: HttpRequest) -> HttpResponse:
    """The reader's queue."""
    person, at = reader(request), today()
    # Which gates they are, in order, is how many as well: the queue is gone through once.
    page = page_of(request, list(decider_queue(person, at).values_list("gate", flat=True)), A_PAGE)
    waits = _waits(person, list(page.object_list))
    named, escalated = _nominations(person), _escalated_gates(person)
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
    offered = {*context["near"], *(forms.people_near(waits[0].snapshot.pilot) if waits else ())}
    context["people"] = sorted(offered, key=str)
    return render(request, "pages/my_decisions.html", context)


def _escalated_gates(person: Person) -> list[Overdue]:
    """What a decider has not answered in time, and is now with the reader: to ask, and to unblock. The oldest first."""
    at = today()
    rows = escalating_to(person, at).filter(open_since__lt=at)
    out = []
    for one, gate in _read(list(rows.values_list("gate", flat=True)[:ESCALATED_AT_MOST])):
        due = deadlines.answer_due(gate, one)
        if due and due.is_overdue(at) and due.escalates_to == person:
            out.append(Overdue(one, gate, due))
    return out


def _waits(person: Person, gate_ids: Sequence[int]) -> list[Wait]:
    at, away = today(), offers.away_on(today())
    found = _read(gate_ids)
    rows = [gate.gate for _found, gate in found]
    versions, last = of_gates(rows), deadlines.last_answers(rows)
    seals, replies = Seals(rows, at=at), _team_answers(rows)
    requested = exception_requests(rows, at=at, seals=seals)
    out = []
    for one, gate in found:
        row, due = gate.gate, deadlines.answer_due(gate, one)
        row.pilot = one.pilot
        answer, since = last.get(row.pk), replies.get(row.pk, [])
        requests = requested.get(row.pk, [])
        askers = [request.by.pk for request in requests if request.by]
        given: dict[str, Any] = {
            "target": row,
            "by": person,
            "office": False,
            "shown_version": versions[row.pk],
        }
        may_grant = askers and offers.may_decide(person, one, gate, askers=askers, away=away)
        out.append(
            Wait(
                one,
                gate,
                sentence(one),
                offers.may_decide(person, one, gate, away=away),
                due,
                seals.facts(row.pk),
                answer,
                seals.differences(row.pk),
                requests,
                since,
                forms.DecideForm(**given, answered=answer is not None),
                forms.GrantExceptionForm(**given, requests=requests) if may_grant else None,
            )
        )
    return out


def _read(gate_ids: Sequence[int]) -> list[tuple[PilotSnapshot, GateSnapshot]]:
    """Gates with their pilots as they stand today, in the order given."""
    rows = Pilot.objects.filter(gates__in=gate_ids).distinct()
    of_gate = {gate.gate.pk: (one, gate) for one in snapshots_of(rows, at=today()) for gate in one.gates}
    return [of_gate[pk] for pk in gate_ids if pk in of_gate]


def _team_answers(rows: Sequence[Gate]) -> dict[int, list[Event]]:
    """What the team answered since the last answer on each gate. One query."""
    out: dict[int, list[Event]] = {}
    events = Event.objects.filter(gate__in=rows, action__in=("answer", "decide", "except"))
    for event in events.select_related("by").order_by("pk"):
        assert event.gate_id is not None
        if event.action in ("decide", "except"):
            out[event.gate_id] = []
        else:
            out.setdefault(event.gate_id, []).append(event)
    return out


def _nominations(person: Person) -> list[Nomination]:
    """What names the reader and waits for their own word."""
    found = _read(nominating(person, today()))
    versions = of_gates([gate.gate for _one, gate in found])
    named_on = _named_on(person, [gate.gate for _one, gate in found])
    out = []
    for one, gate in found:
        gate.gate.pilot = one.pilot
        given: dict[str, Any] = {
            "target": gate.gate,
            "by": person,
            "office": False,
            "shown_version": versions[gate.gate.pk],
        }
        spelled = acceptance.spelled_out(gate.kind, one.pilot)
        out.append(
            Nomination(
                one, gate, named_on.get(gate.gate.pk), spelled, forms.AcceptForm(**given), forms.DeclineForm(**given)
            )
        )
    return out


def _named_on(person: Person, of: Sequence[Gate]) -> dict[int, date]:
    """Since when each of these gates has named somebody; the gate itself may have been open for longer. One query."""
    rows = Event.objects.filter(gate__in=of, action="nominate", data__person=person.pk).order_by("effective_on", "pk")
    return {gate: on for gate, on in rows.values_list("gate", "effective_on") if gate is not None}


def _number(many: int, most: int) -> str:
    """How many, as a sentence begins with it; no more of them were looked at than `most`."""
    return _("At least %(n)s") % {"n": labels.how_many(many)} if many >= most else labels.number(many)


def opening(count: int, waits: Sequence[Wait], named: Sequence[Nomination], escalated: int) -> str:
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
            "n": _number(len(named), NAMED_AT_MOST)
        }
    start = ngettext("One decision waits on you", "%(n)s decisions wait on you", count) % {"n": labels.number(count)}
    if not waits:
        return start + "."
    first = waits[0]
    return _("%(start)s. The first is %(gate)s on %(pilot)s, %(long)s.") % {
        "start": start,
        "gate": first.gate.kind.name,
        "pilot": first.snapshot.pilot.name,
        "long": labels.wait(first.gate.status),
    }
