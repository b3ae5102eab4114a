"""The moves that free most, as the portfolio opens with them: each with its pilots, and the letter or the act that sets it going."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.models import GateKind, Person
from pilots.rules.vocabulary import ClearsBy, Court
from readiness.queries import reasons
from readiness.queries.bottlenecks import Bottleneck
from readiness.queries.pilots import StandingQuerySet
from readiness.queries.snapshots import PilotSnapshot
from readiness.text import letters
from readiness.text import portfolio as text
from readiness.text import reasons as reason_text

MOST, NAMED = 5, 15
"""Moves that the page opens with, and pilots that the letter of each names."""

Key = tuple[int, str, int | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One move: how many pilots it frees, the sentence, the way to them, its letter, and the act where the reader may do it."""

    number: int
    says: str
    note: str
    address: str
    letter: letters.Letter | None = None
    act: str = ""
    act_says: str = ""


class Moves:
    """The moves that free most of some pilots; where none frees any, what most of them wait for."""

    def __init__(
        self,
        person: Person,
        mine: StandingQuerySet,
        waits: Sequence[Bottleneck],
        at: date,
        tail: Callable[..., str],
        *,
        office: bool,
    ) -> None:
        self.person, self._mine, self._waits, self._at, self._tail = person, mine, waits, at, tail
        self._office = office
        self.moves = [one for one in reasons.moves(waits) if one.frees][:MOST]

    @property
    def first(self) -> Bottleneck | None:
        return self.moves[0] if self.moves else None

    @cached_property
    def _lone(self) -> Mapping[Key, Sequence[reasons.LoneGate]]:
        kinds = {one.kind.pk for one in self.moves if one.kind is not None}
        return reasons.lone_gates(self._mine, at=self._at, kinds=kinds, most=NAMED)

    @property
    def wanted(self) -> list[int]:
        """The pilots that letters name, by primary key."""
        return [gate.pilot for one in self.moves for gate in self._lone.get(_key(one), ())]

    def findings(self, snapshots: Mapping[int, PilotSnapshot]) -> list[Finding]:
        """In words. `snapshots` are of the pilots that letters name."""
        if not self.moves:
            return [self._of_reason(one) for one in reasons.reasons(self._waits)[:MOST]]
        return [self._of_move(one, snapshots) for one in self.moves]

    def _of_reason(self, one: reasons.Reason) -> Finding:
        address = f"?{self._tail(gate=one.kind.key, court=one.court)}#board"
        act, act_says = act_of(one.kind, one.court) if self._office else ("", "")
        return Finding(one.pilots, reason_text.missing(one), reason_text.note(one), address, None, act, act_says)

    def _of_move(self, one: Bottleneck, snapshots: Mapping[int, PilotSnapshot]) -> Finding:
        assert one.kind is not None
        holder = one.holder.public_id if one.holder else ""
        address = f"?{self._tail(gate=one.kind.key, court=one.court or '', holder=holder, only='1')}#board"
        items = list(self._items(one, snapshots))
        act, act_says = act_of(one.kind, one.court or "") if self._office else ("", "")
        return Finding(one.frees, text.says(one), text.note(one), address, self._letter(one, items), act, act_says)

    def _items(self, one: Bottleneck, snapshots: Mapping[int, PilotSnapshot]) -> Iterator[letters.Item]:
        for lone in self._lone.get(_key(one), ()):
            snapshot = snapshots.get(lone.pilot)
            gate = next((each for each in snapshot.gates if each.kind.pk == lone.kind), None) if snapshot else None
            if snapshot is not None and gate is not None:
                yield snapshot, gate

    def _letter(self, one: Bottleneck, items: list[letters.Item]) -> letters.Letter | None:
        more = max(one.frees - len(items), 0)
        if not items:
            return None
        if one.holder is not None:
            answering = {gate.answering for _found, gate in items}
            to = answering.pop() if one.away_until and len(answering) == 1 else one.holder
            return letters.to_decider(self.person, to, items, more=more) if to not in (None, self.person) else None
        if one.court == Court.TEAM:
            people = self._others(found.manager or found.sponsor for found, _gate in items)
            return letters.to_teams(self.person, people, items) if people else None
        if one.court != Court.NOBODY:
            return None
        people = self._others(found.pilot.portfolio.escalation for found, _gate in items)
        return letters.to_name_for_many(self.person, people, items, more=more) if people else None

    def _others(self, people: Iterable[Person | None]) -> list[Person]:
        """Those who are not the reader, each once, by name."""
        named = {person for person in people if person is not None and person != self.person}
        return sorted(named, key=lambda person: (person.name, person.pk))


def act_of(kind: GateKind, court: str, **more: str) -> tuple[str, str]:
    """Where an office closes a hole in the admin, and what it does there: assign the right, or name people from the list of pilots.

    Args:
        more: what else that list of pilots is narrowed by.
    """
    if court != Court.NOBODY:
        return "", ""
    if kind.clears_by == ClearsBy.ACCEPTANCE:
        query = urlencode({"gate": kind.key, "court": court, **more})
        return f"{reverse('admin:pilots_pilot_changelist')}?{query}", _("Name somebody")
    return f"{reverse('admin:pilots_decisionright_add')}?{urlencode({'kind': kind.pk})}", _("Assign the right")


def _key(one: Bottleneck) -> Key:
    assert one.kind is not None
    return (one.kind.pk, one.court or "", one.holder.pk if one.holder else None)
