"""What waits on a decider: the next answer with all that it would be given on and its form in place, then the queue; and what names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.models import Person
from pilots.rules.vocabulary import Stage
from readiness import forms
from readiness.inventory.tables_out import in_batches
from readiness.pages import lists_out
from readiness.pages.away import says as away_says
from readiness.pages.base import page_of, reader
from readiness.pages.masthead import Waits, waits_of
from readiness.pages.named import SHOWN_AT_MOST, Snapshots, nominations, versions_of
from readiness.pages.next_answer import NextAnswer, next_answer
from readiness.queries.absences import absences_from
from readiness.queries.decider_queue import OwnSeats, Waiting, escalating_from, not_asked_yet, own_seats, queue_in_order
from readiness.queries.own_moves import MOST
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.rules import deadlines
from readiness.text import labels

A_PAGE = 25
ESCALATED_AT_MOST = 50
"""Gates looked at for an answer that is overdue, the oldest first."""
VIEWS: dict[str, Any] = {
    "": gettext_lazy("All"),
    "alone": gettext_lazy("On you alone"),
    "running": gettext_lazy("Running"),
    "claimed": gettext_lazy("Claimed"),
    "planned": gettext_lazy("Planned, not asked yet"),
}
"""What of the queue is shown; those of planned pilots wait on nobody, and are in no other view and no count."""


@dataclass(frozen=True, slots=True)
class View:
    """One view of the queue; `many` is None where it is not counted."""

    word: str
    name: Any
    many: int | None
    here: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One gate in the table of the queue."""

    waiting: Waiting
    snapshot: PilotSnapshot
    gate: GateSnapshot
    due: deadlines.AnswerDue | None
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overdue:
    """One gate whose decider has not answered in time."""

    snapshot: PilotSnapshot
    gate: GateSnapshot
    due: deadlines.AnswerDue


@require_safe
def my_decisions(request: HttpRequest) -> HttpResponseBase:
    """The reader's queue."""
    person, at = reader(request), today()
    seats, mine = own_seats(person, at), waits_of(request)
    queue, late = queue_in_order(person, at, seats), _escalating(seats, at)
    mine.queued = len(queue)
    file, refused = lists_out.file_asked_for(
        request, "my-decisions", lists_out.QUEUE, lists_out.queue(_items(mine, queue, late), at), at
    )
    if file is not None:
        return file
    view = request.GET.get("show", "")
    shown = _shown(view, queue, person, at)
    page = page_of(request, shown, A_PAGE)
    on_page: list[Waiting] = list(page.object_list)
    chosen = _chosen(request, shown, on_page)
    named = mine.named[:SHOWN_AT_MOST]
    keys = {row.pilot for row in [*on_page, *([chosen] if chosen else [])]}
    read = Snapshots(keys | {move.pilot for move in named} | {pilot for _gate, pilot in late}, at=at)
    absences = absences_from(person, at)
    there = read.of_gate.get(chosen.gate) if chosen else None
    answer = next_answer(person, *there) if there else None
    escalated, asked = _overdue(person, late, read), nominations(person, named, read, versions_of(named, read))
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "page": page,
        "rows": _rows(on_page, read),
        "views": _views(queue, view, shown),
        "view": view,
        "answer": answer,
        "back_here": _back_here(request, view),
        "skip": _after(chosen, shown),
        "named": asked,
        "named_more": len(mine.named) - len(named),
        "escalated": escalated,
        "together": view != "planned" and len(on_page) > 1,
        "opening": opening(queue, answer, len(mine.named), len(escalated)),
        "away_says": away_says(absences) if absences else "",
        "people": forms.people_near(answer.snapshot.pilot) if answer else (),
    }
    return render(request, "pages/my_decisions.html", context)


def _shown(view: str, queue: Sequence[Waiting], person: Person, at: date) -> Sequence[Waiting]:
    """The rows of a view; of one that there is not, all."""
    if view == "planned":
        return not_asked_yet(person, at)
    if view == "alone":
        return [row for row in queue if row.alone]
    if view in ("running", "claimed"):
        return [row for row in queue if (row.stage == Stage.ADOPTED) == (view == "claimed")]
    return queue


def _views(queue: Sequence[Waiting], view: str, shown: Sequence[Waiting]) -> list[View]:
    claimed = sum(row.stage == Stage.ADOPTED for row in queue)
    counts: dict[str, int | None] = {
        "": len(queue),
        "alone": sum(row.alone for row in queue),
        "running": len(queue) - claimed,
        "claimed": claimed,
        "planned": len(shown) if view == "planned" else None,
    }
    return [View(word, name, counts[word], word == view) for word, name in VIEWS.items()]


def _chosen(request: HttpRequest, shown: Sequence[Waiting], on_page: Sequence[Waiting]) -> Waiting | None:
    """The gate that was asked for, where it is among those shown; else the first of the page."""
    wanted = request.GET.get("gate")
    found = next((row for row in shown if row.public_id == wanted), None) if wanted else None
    return found or next(iter(on_page), None)


def _after(chosen: Waiting | None, shown: Sequence[Waiting]) -> str:
    """The gate after the chosen one, by its public id; empty where there is none."""
    if chosen is None:
        return ""
    place = shown.index(chosen) + 1
    return shown[place].public_id if place < len(shown) else ""


def _back_here(request: HttpRequest, view: str) -> str:
    """Where an answer leads: to the next one of the same view."""
    return f"{request.path}?show={view}#next" if view in VIEWS and view else f"{request.path}#next"


def _rows(on_page: Sequence[Waiting], read: Snapshots) -> list[Row]:
    rows = []
    for waiting in on_page:
        if waiting.gate in read.of_gate:
            one, gate = read.of_gate[waiting.gate]
            others = [each.kind.name for each in one.open_gates if each.gate.pk != waiting.gate]
            rows.append(Row(waiting, one, gate, deadlines.answer_due(gate, one), others))
    return rows


def _items(mine: Waits, queue: Sequence[Waiting], late: Sequence[tuple[int, int]]) -> Iterator[lists_out.Item]:
    """All that the page shows of the reader's, in its order: what names them, what waits on them, what has escalated to them."""
    moves = mine.named
    for one, gate in Snapshots((move.pilot for move in moves), at=mine.at).gates(move.gate or 0 for move in moves):
        yield "names you", one, gate, None

    pilots = {row.gate: row.pilot for row in queue}

    def read(gates: Sequence[int]) -> list[tuple[PilotSnapshot, GateSnapshot]]:
        return Snapshots((pilots[gate] for gate in gates), at=mine.at).gates(gates)

    for one, gate in in_batches([row.gate for row in queue], read):
        yield "waits on you", one, gate, deadlines.answer_due(gate, one)
    for each in _overdue(mine.person, late, Snapshots((pilot for _gate, pilot in late), at=mine.at)):
        yield "escalated to you", each.snapshot, each.gate, each.due


def _escalating(seats: OwnSeats, at: date) -> list[tuple[int, int]]:
    """The gates that may have escalated to the reader, the oldest first, each with its pilot."""
    rows = escalating_from(seats, at).filter(open_since__lt=at).values_list("gate", "gate__pilot")
    return list(rows[:ESCALATED_AT_MOST])


def _overdue(person: Person, late: Sequence[tuple[int, int]], read: Snapshots) -> list[Overdue]:
    """What a decider has not answered in time, and is now with the reader: to ask, and to unblock."""
    out = []
    for one, gate in read.gates(gate for gate, _pilot in late):
        due = deadlines.answer_due(gate, one)
        if due and due.is_overdue(one.at) and due.escalates_to == person:
            out.append(Overdue(one, gate, due))
    return out


def _number(many: int, most: int) -> str:
    """How many, as a sentence begins with it; no more of them were looked at than `most`."""
    return _("At least %(n)s") % {"n": labels.how_many(many)} if many >= most else labels.number(many)


def opening(queue: Sequence[Waiting], answer: NextAnswer | None, named: int, escalated: int) -> str:
    """The sentence that the page opens with. `named`: how many things ask for the reader's own word."""
    count = len(queue)
    if not count and not named and not escalated:
        return _("Nothing waits on you today.")
    if not count and not named:
        return ngettext(
            "One answer is overdue, and has escalated to you.",
            "%(n)s answers are overdue, and have escalated to you.",
            escalated,
        ) % {"n": _number(escalated, ESCALATED_AT_MOST)}
    if not count:
        return ngettext("One thing asks for your own word.", "%(n)s things ask for your own word.", named) % {
            "n": _number(named, MOST)
        }
    start = ngettext("One decision waits on you", "%(n)s decisions wait on you", count) % {"n": labels.number(count)}
    alone = sum(row.alone for row in queue)
    if alone and count > 1:
        freed = ngettext(
            "nothing else is open on one of the pilots", "on %(n)s of the pilots nothing else is open", alone
        )
        return f"{start}: {freed % {'n': labels.how_many(alone)}}."
    if answer is None or answer.gate.gate.pk != queue[0].gate:
        return start + "."
    return _("%(start)s. The first is %(gate)s on %(pilot)s, %(long)s.") % {
        "start": start,
        "gate": answer.gate.kind.name,
        "pilot": answer.snapshot.pilot.name,
        "long": labels.wait(answer.gate.status),
    }
