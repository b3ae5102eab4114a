"""What a sponsor carries: what only they can move, the one message to send, and what is blocked; and what a manager lives with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.models import GatePeriod, Person, PilotPeriod
from pilots.rules import adoption
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.pages import lists_out
from readiness.pages.base import page_of, reader
from readiness.pages.masthead import waits_of
from readiness.pages.named import SHOWN_AT_MOST, Snapshots, nominations, owed_answers, versions_of
from readiness.pages.pilot import sentence
from readiness.queries.hand_overs import parts_by_pilot
from readiness.queries.own_moves import ADOPT, CONFIRM, OwnMove
from readiness.queries.pilots import StandingQuerySet, in_force, pilots, stalls_on
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot
from readiness.queries.successors import successors_of
from readiness.rules import deadlines, offers
from readiness.text import labels, letters, own_moves
from readiness.text.hand_overs import PartText, part_text

A_PAGE = 20
LOOKED_AT = 100
"""Pilots that the opening sentence is drawn from: those that stall soonest."""


@dataclass(frozen=True, slots=True)
class Move:
    """One open gate of a pilot: by when an answer was due, and the letter that may move it."""

    gate: GateSnapshot
    due: deadlines.AnswerDue | None
    over: int
    letter: letters.Letter | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One pilot that the reader carries, or lives with; `confirms` says that its rules wait for their word.

    `handed_over` and `successors`: what of it is being handed over, and who is named for what somebody else has accepted.
    """

    snapshot: PilotSnapshot
    sentence: str
    clear: str
    moves: Sequence[Move]
    may_adopt: bool
    confirms: bool
    handed_over: Sequence[PartText] = ()
    successors: Sequence[GatePeriod] = field(default_factory=list)


class Theirs(NamedTuple):
    """A pilot of somebody's, by primary key, and what they are to it."""

    pilot: int
    carries: bool
    manages: bool


@require_safe
def my_gates(request: HttpRequest) -> HttpResponseBase:
    """The reader's own moves; then the pilots that they carry or live with, those that stall soonest first."""
    person, at = reader(request), today()
    file, refused = lists_out.file_asked_for(request, "my-gates", lists_out.CARRIED, _as_rows(person, at), at)
    if file is not None:
        return file
    theirs, moves = _theirs(person), waits_of(request).moves
    page, shown = page_of(request, theirs, A_PAGE), moves[:SHOWN_AT_MOST]
    first = [row.pilot for row in theirs[:LOOKED_AT]]
    read = Snapshots([*first, *(row.pilot for row in page), *(move.pilot for move in shown)], at=at)
    context: dict[str, Any] = {
        "at": at,
        "refused": refused,
        "page": page,
        "is_what": is_what(theirs),
        **_own(person, moves, shown, read),
        **_pilots(person, read.pilots(first), read.pilots(row.pilot for row in page), moves),
    }
    if shown:
        context["opening"] = own_moves.opening(*_first_of(shown, read), len(moves))
    return render(request, "pages/my_gates.html", context)


def _as_rows(person: Person, at: date) -> Iterator[lists_out.Row]:
    """The same list as a file; nothing is asked before it is read."""
    yield from lists_out.carried(pilots_of(person), person, at, confirms=confirms)


def _own(person: Person, moves: Sequence[OwnMove], shown: Sequence[OwnMove], read: Snapshots) -> dict[str, Any]:
    """What only the reader can move, with the forms in place."""
    versions = versions_of(shown, read)
    return {
        "own": len(moves),
        "own_more": len(moves) - len(shown),
        "named": nominations(person, shown, read, versions),
        "owed": owed_answers(person, shown, read, versions),
        "adoptable": read.pilots(move.pilot for move in shown if move.action == ADOPT),
        "to_confirm": read.pilots(move.pilot for move in shown if move.action == CONFIRM),
    }


def _first_of(shown: Sequence[OwnMove], read: Snapshots) -> tuple[str, PilotSnapshot, GateSnapshot | None]:
    move = shown[0]
    snapshot, gate = read.of_gate[move.gate] if move.gate else (read.of_pilot[move.pilot], None)
    return move.action, snapshot, gate


def _pilots(
    person: Person, first: Sequence[PilotSnapshot], shown: Sequence[PilotSnapshot], moves: Sequence[OwnMove]
) -> dict[str, Any]:
    """The one letter, and the pilots of the page. `first` are those that the letter and the opening are drawn from."""
    ask = letters.of_today(person, [one for one in first if one.sponsor == person])
    keys = [one.pilot.pk for one in shown]
    parts, successors = parts_by_pilot(keys), successors_of(keys, at=today())
    entries = []
    for one in shown:
        handed = [part_text(part) for part in parts.get(one.pilot.pk, ())]
        entries.append(entry(person, one, handed, successors.get(one.pilot.pk, ())))
    letter_says = opening(person, first, ask)
    return {
        "entries": entries,
        "ask": letters.to_decider(person, ask[0], _worst_first(ask[1])) if ask else None,
        "frees": letters.last_open(ask[1]) if ask else [],
        "still_open": _still_open(ask[1]) if ask else [],
        "opening": letter_says,
        "letter_says": letter_says if ask and moves else "",
        "in_letter": {gate.gate.pk for _found, gate in ask[1]} if ask else set(),
    }


def _still_open(items: Sequence[letters.Item]) -> list[str]:
    """On which pilots more would stay open after a yes: those that need as many more are one sentence."""
    by_number: dict[int, list[str]] = {}
    for found, _gate in items:
        if more := len(found.open_gates) - 1:
            by_number.setdefault(more, []).append(found.pilot.name)
    return [_needs_more(names, more) for more, names in sorted(by_number.items())]


def _needs_more(names: Sequence[str], more: int) -> str:
    says = {"pilot": names[0], "pilots": labels.number(len(names)), "n": labels.count(more)}
    if len(names) == 1:
        return ngettext("%(pilot)s still needs one more.", "%(pilot)s still needs %(n)s more.", more) % says
    return ngettext("%(pilots)s pilots still need one more.", "%(pilots)s pilots still need %(n)s more.", more) % says


def pilots_of(person: Person) -> StandingQuerySet:
    """The pilots that a person has accepted to carry, or lives with; those whose clock runs first, the earliest stall first."""
    at = today()
    own = _periods_of(person).filter(pilot=OuterRef("pk"))
    found: StandingQuerySet = (
        pilots()
        .on(at)
        .filter(Exists(own))
        .annotate(stalls=stalls_on(at))
        .order_by(F("stalls").asc(nulls_last=True), "key")
    )
    return found


def _theirs(person: Person) -> list[Theirs]:
    """The same, no more than which they are, and what the person is to each."""
    rows = pilots_of(person).values_list("pk", "period__sponsor", "period__manager")
    return [Theirs(pilot, sponsor == person.pk, manager == person.pk) for pilot, sponsor, manager in rows]


def _periods_of(person: Person) -> QuerySet[PilotPeriod]:
    theirs = PilotPeriod.objects.filter(Q(sponsor=person) | Q(manager=person), in_force(today()))
    return theirs.filter(void_since=None).exclude(stage=Stage.RETIRED)


def is_what(theirs: Sequence[Theirs]) -> str:
    """What a person is to how many pilots: “sponsor of 2 pilots, manager of one”; empty where they are neither."""
    carries, manages = (sum(row.carries for row in theirs), sum(row.manages for row in theirs))
    parts = [
        ngettext("sponsor of one pilot", "sponsor of %(n)d pilots", carries) % {"n": carries} if carries else "",
        ngettext("manager of one pilot", "manager of %(n)d pilots", manages) % {"n": manages} if manages else "",
    ]
    return ", ".join(part for part in parts if part)


def entry(
    person: Person,
    snapshot: PilotSnapshot,
    handed_over: Sequence[PartText] = (),
    successors: Sequence[GatePeriod] = (),
) -> Entry:
    """One pilot with a line for each open gate."""
    return Entry(
        snapshot,
        sentence(snapshot),
        labels.clear_apart(snapshot.gates),
        [_move(person, snapshot, gate) for gate in snapshot.open_gates],
        snapshot.status.standing == Standing.READY and "sponsor" in offers.roles(person, snapshot, office=False),
        confirms(person, snapshot),
        handed_over,
        successors,
    )


def confirms(person: Person, snapshot: PilotSnapshot) -> bool:
    """Whether rules are stated, and wait for this person's word that they can work by them (rule 11)."""
    return snapshot.manager == person and adoption.waits_for_word(snapshot.status.missing)


def _move(person: Person, snapshot: PilotSnapshot, gate: GateSnapshot) -> Move:
    due = deadlines.answer_due(gate, snapshot)
    over = max((snapshot.at - due.answer_by).days, 0) if due else 0
    letter = letters.of_gate(person, snapshot, gate) if snapshot.sponsor == person else None
    return Move(gate, due, over, letter, gate.answering == person)


def opening(person: Person, snapshots: Sequence[PilotSnapshot], ask: Any) -> str:
    """The sentence that the page opens with where nothing waits for the reader's own move: whom to write to today, and why."""
    if not snapshots:
        return _("You carry no pilot, and live with none. Nothing here waits on you.")
    if not any(one.sponsor == person for one in snapshots):
        return _("No gate and no rules wait for your word today. This is what you live with.")
    more = len(snapshots) >= LOOKED_AT
    snapshots = [one for one in snapshots if one.sponsor == person]
    if ask is None:
        return _without_letter(snapshots, more=more)
    to, items = ask
    last = letters.last_open(items)
    gates = sorted({gate.kind.name for _found, gate in items})
    says = {
        "who": to.name,
        "gates": get_text_list(gates, _("and")),
        "n": len({f.pilot.pk for f, _g in items}),
        "last": len(last),
    }
    if last:
        start = ngettext(
            "Write to %(who)s today about %(gates)s: it is the last open gate on one of your pilots",
            "Write to %(who)s today about %(gates)s: it is the last open gate on each of %(last)d of your pilots",
            len(last),
        ) % (says | {"gates": get_text_list(sorted({g.kind.name for _f, g in last}), _("and"))})
    elif says["n"] == 1:
        first, gate = _worst_first(items)[0]
        long = labels.wait_in_a_sentence(gate.status)
        waits = {"pilot": first.pilot.name, "long": long, "gate": gate.kind.name}
        start = _("Write to %(who)s today: %(gate)s has waited %(long)s on %(pilot)s") % (says | waits)
    else:
        start = _("Write to %(who)s today: %(n)d of your pilots wait for an answer (%(gates)s)") % says
    return start + _soonest(items)


def _soonest(items: Sequence[letters.Item]) -> str:
    ahead = {
        found.pilot.pk: found.status.stalls_on
        for found, _gate in items
        if found.status.stalls_on and found.status.standing in (Standing.AT_RISK, Standing.READY, Standing.MOVING)
    }
    if not ahead:
        return "."
    soonest = min(ahead.values())
    says = {"in": labels.ago(soonest, items[0][0].at)}
    if len({found.pilot.pk for found, _gate in items}) == 1:
        return _(", and it stalls %(in)s.") % says
    many = sum(day == soonest for day in ahead.values())
    return ngettext(", and one of them stalls %(in)s.", ", and %(n)s of them stall %(in)s.", many) % (
        says | {"n": labels.count(many)}
    )


def _without_letter(snapshots: Sequence[PilotSnapshot], *, more: bool) -> str:
    ready = [one for one in snapshots if one.status.standing == Standing.READY]
    if ready:
        return _("No gate of %(pilot)s is open, and it is not declared adopted.") % {"pilot": ready[0].pilot.name}
    open_gates = sum(len(one.open_gates) for one in snapshots)
    if not open_gates:
        gates = [gate for one in snapshots for gate in one.gates]
        return _("Of %(n)s, %(gates)s.") % {
            "n": _carried_text(len(snapshots), more=more),
            "gates": labels.nothing_open(gates),
        }
    others = [(one, gate) for one in snapshots for gate in one.open_gates if gate.status.court != Court.DECIDER]
    if not others:
        return _("Nobody to write to today: no open gate of your pilots waits on anybody else.")
    first, gate = next((pair for pair in others if pair[0].waiting_gates), others[0])
    return _("Nothing that is open waits on somebody else’s answer. The first of it: %(move)s, on %(pilot)s.") % {
        "move": labels.move(gate),
        "pilot": first.pilot.name,
    }


def _carried_text(many: int, *, more: bool) -> str:
    """The pilots that were looked at: all that the reader carries, or the first of them where there may be more."""
    if more:
        return _("the first %(n)d pilots that you carry") % {"n": many}
    return ngettext("the one pilot that you carry", "the %(n)s pilots that you carry", many) % {
        "n": labels.how_many(many)
    }


def _worst_first(items: Sequence[letters.Item]) -> list[letters.Item]:
    return sorted(items, key=lambda item: (len(item[0].open_gates) != 1, -(item[1].status.days or 0)))
