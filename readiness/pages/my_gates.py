"""What a sponsor carries: what is blocked, who must move, and what to send them; and what a manager lives with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pilots.clock import today
from pilots.models import Person, PilotSpell
from pilots.rules import adoption
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.pages.base import WITH, page_of, reader
from readiness.pages.pilot import sentence
from readiness.queries.pilots import StandingQuerySet, pilots, stalls_on, within
from readiness.queries.snapshots import GateOn, PilotOn, read_many
from readiness.rules import deadlines, offers
from readiness.text import labels, letters

A_PAGE = 20
LOOKED_AT = 100
"""Pilots that the opening sentence is drawn from: those that stall soonest."""


@dataclass(frozen=True, slots=True)
class Move:
    """One open gate of a pilot: by when an answer was due, and the letter that may move it."""

    gate: GateOn
    asked: deadlines.Asked | None
    over: int
    letter: letters.Letter | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One pilot that the reader carries, or lives with; `confirms` says that its rules wait for their word."""

    found: PilotOn
    sentence: str
    clear: str
    moves: Sequence[Move]
    may_adopt: bool
    confirms: bool


@require_safe
def my_gates(request: HttpRequest) -> HttpResponse:
    """The pilots that the reader carries or lives with, those that stall soonest first."""
    person, at = reader(request), today()
    theirs = of(person)
    page = page_of(request, theirs, A_PAGE)
    found = read_many(page.object_list, at=at)
    first = found if page.number == 1 and not page.has_next() else read_many(theirs[:LOOKED_AT], at=at)
    away = offers.away_on(at)
    ask = letters.of_today(person, [one for one in first if one.sponsor == person], away=away)
    context: dict[str, Any] = {
        "at": at,
        "page": page,
        "entries": [entry(person, one, away) for one in found],
        "ask": letters.to_decider(person, ask[0], _worst_first(ask[1])) if ask else None,
        "frees": ask[1] if ask else [],
        "opening": opening(person, first, ask),
        "is_what": is_what(person),
        "in_letter": {gate.gate.pk for _found, gate in ask[1]} if ask else set(),
    }
    return render(request, "pages/my_gates.html", context)


def of(person: Person) -> StandingQuerySet:
    """The pilots that a person has accepted to carry, or lives with; those whose clock runs first, the earliest stall first."""
    at = today()
    own = _spells_of(person).filter(pilot=OuterRef("pk"))
    found: StandingQuerySet = (
        pilots()
        .standing(at)
        .filter(Exists(own))
        .select_related(*WITH)
        .annotate(stalls=stalls_on(at))
        .order_by(F("stalls").asc(nulls_last=True), "key")
    )
    return found


def _spells_of(person: Person) -> QuerySet[PilotSpell]:
    theirs = PilotSpell.objects.filter(Q(sponsor=person) | Q(manager=person), within(today()))
    return theirs.filter(void_since=None).exclude(stage=Stage.RETIRED)


def is_what(person: Person) -> str:
    """What a person is to how many pilots: “sponsor of 2 pilots, manager of one”; empty where they are neither."""
    n = _spells_of(person).aggregate(
        carries=Count("pk", filter=Q(sponsor=person)), manages=Count("pk", filter=Q(manager=person))
    )
    parts = [
        ngettext("sponsor of one pilot", "sponsor of %(n)d pilots", n["carries"]) % {"n": n["carries"]}
        if n["carries"]
        else "",
        ngettext("manager of one pilot", "manager of %(n)d pilots", n["manages"]) % {"n": n["manages"]}
        if n["manages"]
        else "",
    ]
    return ", ".join(part for part in parts if part)


def entry(person: Person, found: PilotOn, away: Collection[int]) -> Entry:
    """One pilot with a line for each open gate. `away` are those who cannot answer today."""
    return Entry(
        found,
        sentence(found),
        labels.clear_apart(found.gates),
        [_move(person, found, gate, away) for gate in found.open_gates],
        found.reading.standing == Standing.READY and "sponsor" in offers.roles(person, found, office=False),
        confirms(person, found),
    )


def confirms(person: Person, found: PilotOn) -> bool:
    """Whether rules are stated, and wait for this person's word that they can work by them (rule 11)."""
    lacks = set(found.reading.missing)
    stated = not lacks.issuperset(adoption.RULES)
    return found.manager == person and stated and adoption.UNCONFIRMED in lacks


def _move(person: Person, found: PilotOn, gate: GateOn, away: Collection[int]) -> Move:
    asked = deadlines.asked(gate, found)
    over = max((found.at - asked.answer_by).days, 0) if asked else 0
    letter = letters.of_gate(person, found, gate, away=away) if found.sponsor == person else None
    return Move(gate, asked, over, letter, offers.waits_on(found, gate, away=away) == person)


def opening(person: Person, found: Sequence[PilotOn], ask: Any) -> str:
    """The sentence that the page opens with: whom to write to today, and why; or what waits for the reader's own word."""
    if not found:
        return _("You carry no pilot, and live with none. Nothing here waits on you.")
    if not any(one.sponsor == person for one in found):
        return _of_manager([one for one in found if confirms(person, one)])
    more = len(found) >= LOOKED_AT
    found = [one for one in found if one.sponsor == person]
    if ask is None:
        return _without_letter(found, more=more)
    to, items = ask
    last = letters.last_open(items)
    gates = sorted({gate.kind.name for _found, gate in items})
    says = {"who": to.name, "gates": " and ".join(gates), "n": len({f.pilot.pk for f, _g in items}), "last": len(last)}
    if last:
        start = ngettext(
            "Write to %(who)s today about %(gates)s: it is the last open gate on one of your pilots",
            "Write to %(who)s today about %(gates)s: it is the last open gate on each of %(last)d of your pilots",
            len(last),
        ) % (says | {"gates": " and ".join(sorted({g.kind.name for _f, g in last}))})
    elif says["n"] == 1:
        first, gate = _worst_first(items)[0]
        long = labels.wait_in_a_sentence(gate.reading)
        waits = {"pilot": first.pilot.name, "long": long, "gate": gate.kind.name}
        start = _("Write to %(who)s today: %(gate)s has waited %(long)s on %(pilot)s") % (says | waits)
    else:
        start = _("Write to %(who)s today: %(n)d of your pilots wait for an answer (%(gates)s)") % says
    return start + _soonest(items)


def _of_manager(waits: Sequence[PilotOn]) -> str:
    if not waits:
        return _("Nothing waits for your word today. This is what you live with.")
    return ngettext(
        "The rules of %(pilot)s wait for your word: can you work by them?",
        "The rules of %(n)d pilots wait for your word: can you work by them? The first is %(pilot)s.",
        len(waits),
    ) % {"n": len(waits), "pilot": waits[0].pilot.name}


def _soonest(items: Sequence[letters.Item]) -> str:
    ahead = [
        (found.reading.stalls_on - found.at).days
        for found, _gate in items
        if found.reading.stalls_on and found.reading.standing in (Standing.AT_RISK, Standing.READY, Standing.MOVING)
    ]
    if not ahead:
        return "."
    at = items[0][0].at
    says = {"in": labels.ago(at + timedelta(days=min(ahead)), at)}
    if len({found.pilot.pk for found, _gate in items}) == 1:
        return _(", and it stalls %(in)s.") % says
    return _(", and one of them stalls %(in)s.") % says


def _without_letter(found: Sequence[PilotOn], *, more: bool) -> str:
    ready = [one for one in found if one.reading.standing == Standing.READY]
    if ready:
        return _("No gate of %(pilot)s is open, and it is not declared adopted.") % {"pilot": ready[0].pilot.name}
    open_gates = sum(len(one.open_gates) for one in found)
    if not open_gates:
        gates = [gate for one in found for gate in one.gates]
        return _("Of %(n)s, %(gates)s.") % {"n": _carried(len(found), more=more), "gates": labels.nothing_open(gates)}
    others = [(one, gate) for one in found for gate in one.open_gates if gate.reading.court != Court.DECIDER]
    if not others:
        return _("Nobody to write to today: no open gate of your pilots waits on anybody else.")
    first, gate = next((pair for pair in others if pair[0].waiting_gates), others[0])
    return _("Nothing that is open waits on somebody else’s answer. The first of it: %(move)s, on %(pilot)s.") % {
        "move": labels.move(gate),
        "pilot": first.pilot.name,
    }


def _carried(many: int, *, more: bool) -> str:
    """The pilots that were looked at: all that the reader carries, or the first of them where there may be more."""
    if more:
        return _("the first %(n)d pilots that you carry") % {"n": many}
    return ngettext("the one pilot that you carry", "the %(n)s pilots that you carry", many) % {
        "n": labels.how_many(many)
    }


def _worst_first(items: Sequence[letters.Item]) -> list[letters.Item]:
    return sorted(items, key=lambda item: (len(item[0].open_gates) != 1, -(item[1].reading.days or 0)))
