"""What an answer was given on and what is so now, in words (rule 8); and what differs between gates decided alike.

The rules say what differs and since when; here it is put into sentences. A few queries for any number of gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.derived import load
from pilots.models import Decision, Event, Evidence, Function, Gate, Person
from pilots.rules import gates, replay, seals
from pilots.rules.quality import Threshold
from pilots.rules.vocabulary import State, Verdict
from readiness.text import labels
from readiness.text.excerpts import differing_excerpts

FIELD = {
    "name": gettext_lazy("the name"),
    "purpose": gettext_lazy("the purpose"),
    "workflow": gettext_lazy("the workflow"),
    "question": gettext_lazy("the question"),
    "tool": gettext_lazy("the tool"),
    "data": gettext_lazy("the data"),
    "function": gettext_lazy("the function"),
    "manager": gettext_lazy("the manager"),
    "high_impact": gettext_lazy("whether it is high-impact"),
    "acceptable_use": gettext_lazy("what it may be used for"),
    "trust_when": gettext_lazy("when to trust it"),
    "override_when": gettext_lazy("when to override it"),
    "exceptions_to": gettext_lazy("who decides exceptions"),
    "exceptions_deputy": gettext_lazy("who deputises on exceptions"),
    "matters_more": gettext_lazy("what matters more"),
    "success": gettext_lazy("what success looks like"),
    "threshold": gettext_lazy("the threshold"),
    "verdict": gettext_lazy("the latest measurement"),
}
"""What can be sealed, as it is read aloud."""

PEOPLE = frozenset({"manager", "exceptions_to", "exceptions_deputy"})
AT_MOST = 160
"""Characters of a sealed value that a sentence quotes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an answer seals, as it stands now: “The tool” is “Drafter 2”."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another now than when it was decided on; `on` is the day since which it is what it is."""

    field: str
    before: str
    after: str
    on: date | None
    says: str


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """One sealed fact as it was when an exception was asked for, and as it is now."""

    field: str
    name: str
    then: str
    now: str
    changed: bool

    @property
    def says(self) -> str:
        """The difference in a sentence; of a fact that is the same, what it is."""
        says = {"name": self.name, "then": self.then or _("not said"), "now": self.now or _("not said")}
        if not self.changed:
            return _("%(name)s is still “%(now)s”.") % says
        return _("%(name)s was “%(then)s” when it was asked for, and is “%(now)s” now.") % says


@dataclass(frozen=True, slots=True)
class FactOfGates:
    """One sealed fact of several gates side by side, by the gate's primary key."""

    field: str
    what: str
    values: Mapping[int, str]
    differs: bool


class Seals:
    """What answers on some gates would seal on a date, and what has changed since they were given. A few queries for all."""

    def __init__(
        self, of: Iterable[Gate], *, at: date, known_at: date | None = None, state: replay.PilotState | None = None
    ) -> None:
        """`state`: where the pilot of all these gates stood at the end of the day, where the caller has replayed it already."""
        self.history = {gate.pk: (gate.kind.key, state) for gate in of} if state else _replay(of, at, known_at)
        self._named = _Names.of(pair for pk in self.history for pair in self._values(pk))

    def facts(self, gate: int) -> list[Fact]:
        """What an answer on a gate would seal, by the gate's primary key."""
        return [
            Fact(capfirst(field_label(name)), self._named.whole(name, value) or _("not said"))
            for name, value in self.to_seal(gate).items()
        ]

    def differences(self, gate: int) -> list[Difference]:
        """What has changed since a gate was cleared, where its answer has to be confirmed again or is over."""
        state = self._gate(gate)
        if state is None or state.name not in (State.RECONFIRM, State.LAPSED):
            return []
        return _of_gate(state, self.history[gate][1], self._named)

    def to_seal(self, gate: int) -> dict[str, Any]:
        """What an answer on a gate would seal, as the rules know it."""
        state = self._gate(gate)
        return self.history[gate][1].to_seal(state.kind) if state is not None else {}

    def say(self, name: str, value: Any) -> str:
        """A sealed value as a sentence quotes it; empty where nothing is said."""
        return self._named.say(name, value)

    def whole(self, name: str, value: Any) -> str:
        """A sealed value, all of it; empty where nothing is said."""
        return self._named.whole(name, value)

    def requested(self, gate: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What the latest request for an exception was asked on, and what is so now, as the rules know it."""
        state = self._gate(gate)
        if state is None:
            return {}, {}
        return state.requested, self.history[gate][1].facts_for_exception(state.kind)

    def _gate(self, gate: int) -> gates.GateState | None:
        key, pilot = self.history.get(gate, ("", None))
        return pilot.gates.get(key) if pilot is not None else None

    def _values(self, gate: int) -> Iterable[tuple[str, Any]]:
        state = self._gate(gate)
        yield from self.to_seal(gate).items()
        if state is not None:
            for name, (now, _day) in state.differs.items():
                yield from ((name, state.sealed.get(name)), (name, now))


def differences(
    of: Iterable[Gate], *, at: date, known_at: date | None = None, state: replay.PilotState | None = None
) -> dict[int, list[Difference]]:
    """What has changed since it was decided on, by primary key, for each of these gates of which something has."""
    found = Seals(of, at=at, known_at=known_at, state=state)
    by_gate = {gate: found.differences(gate) for gate in found.history}
    return {gate: each for gate, each in by_gate.items() if each}


def sealed_in(decision: Decision) -> list[Fact]:
    """What an answer was given on, as it stood then; pieces of evidence stand beside the decision itself."""
    then = {n: v for n, v in (decision.sealed or {}).items() if not n.startswith(gates.EVIDENCE)}
    named = _Names.of(then.items())
    return [
        Fact(capfirst(field_label(name)), named.whole(name, value) or _("not said")) for name, value in then.items()
    ]


def then_and_now(pairs: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[int, list[ThenAndNow]]:
    """Sealed facts then and now, by the gate's primary key, each in words. At most three queries for any number."""
    named = _Names.of((name, side.get(name)) for then, now in pairs.values() for name in then for side in (then, now))
    return {
        gate: [
            ThenAndNow(
                name,
                capfirst(field_label(name)),
                *named.pair(name, then[name], now.get(name)),
                name in seals.broken(then, now),
            )
            for name in then
        ]
        for gate, (then, now) in pairs.items()
    }


def differences_between(of: Iterable[Gate], *, at: date) -> list[FactOfGates]:
    """What an answer on each of these gates would seal on a date, side by side, in the order of the kind's seal."""
    found = Seals(of, at=at)
    values: dict[str, dict[int, Any]] = {}
    for gate in found.history:
        for name, value in found.to_seal(gate).items():
            values.setdefault(name, {})[gate] = value
    return [
        FactOfGates(
            field=name,
            what=field_label(name),
            values={gate: found.whole(name, value) for gate, value in of_gates.items()},
            differs=len({seals.plain(value) for value in of_gates.values()}) > 1,
        )
        for name, of_gates in values.items()
    ]


def field_label(name: str) -> str:
    """What can be sealed, as it is read aloud."""
    return str(FIELD.get(name, name))


def _replay(of: Iterable[Gate], at: date, known_at: date | None) -> dict[int, tuple[str, replay.PilotState]]:
    """Each gate's kind, and its pilot as it stood at the end of a day. Two queries for any number."""
    wanted = {gate.pk for gate in of}
    rows = Gate.objects.filter(pilot__gates__in=wanted).distinct()
    by_pilot: dict[int, list[Gate]] = {}
    for gate in rows.select_related("kind", "pilot").order_by("kind__position", "kind_id"):
        by_pilot.setdefault(gate.pilot_id, []).append(gate)
    logged = Event.objects.filter(pilot__in=by_pilot, effective_on__lte=at)
    if known_at is not None:
        logged = logged.filter(known_on__lte=known_at)
    events: dict[int | None, list[Any]] = {}
    for event in logged.select_related("decision", "gate__kind").order_by("pk"):
        events.setdefault(event.pilot_id, []).append(load.event_record(event))
    out: dict[int, tuple[str, replay.PilotState]] = {}
    for pk, found in by_pilot.items():
        kinds = [gate.kind.as_rule() for gate in found]
        state = replay.replay(found[0].pilot.recorded_on, kinds, events.get(pk, ())).state
        for each in state.gates.values():
            each.lapse(at)
        out |= {g.pk: (g.kind.key, state) for g in found if g.pk in wanted}
    return out


def _of_gate(gate: gates.GateState, pilot: replay.PilotState, named: _Names) -> list[Difference]:
    # A stored seal does not keep its order everywhere: the kind's does, and evidence comes last.
    order = [*gate.kind.seals, *sorted(gate.differs)]
    found = [
        _difference(name, gate, pilot, named, gate.differs[name][1]) for name in sorted(gate.differs, key=order.index)
    ]
    if gate.measured_worse and "verdict" not in gate.differs:
        found.append(_worse(gate))
    return found


def _difference(name: str, gate: gates.GateState, pilot: replay.PilotState, named: _Names, day: date) -> Difference:
    now, then = gate.differs[name][0], gate.sealed.get(name)
    before, after = named.pair(name, then, now)
    if name == "verdict":
        day = pilot.measured_on or day
        return Difference(name, before, after, day, _measurement_text(str(now), day))
    says = {"what": field_label(name), "before": before, "after": after, "day": labels.day(day)}
    return Difference(name, before, after, day, _sentence(name, before, after) % says)


def _sentence(name: str, before: str, after: str) -> str:
    if name.startswith(gates.EVIDENCE):
        return _("the evidence “%(after)s” was replaced by a newer version on %(day)s")
    if not before:
        return _("%(what)s, not said when it was decided, became “%(after)s” on %(day)s")
    if not after:
        return _("%(what)s was “%(before)s” and was taken out on %(day)s")
    return _("%(what)s changed from “%(before)s” to “%(after)s” on %(day)s")


def _measurement_text(verdict: str, day: date) -> str:
    if verdict == Verdict.NONE:
        return _("nothing has been measured against the new threshold")
    says = {"day": labels.day(day)}
    if verdict == Verdict.INSUFFICIENT:
        return _("the latest measurement, of %(day)s, was not enough to tell") % says
    return _("the latest measurement, of %(day)s, did not meet it") % says


def _worse(gate: gates.GateState) -> Difference:
    """A measurement since then did not meet it; a later one that did is to be decided on again."""
    day = gate.worse_on
    says = _("the measurement of %(day)s did not meet it, and nobody has decided on it again") % {
        "day": labels.day(day) if day else "?"
    }
    return Difference("verdict", str(labels.VERDICT[Verdict.MET]), str(labels.VERDICT[Verdict.MET]), day, says)


@dataclass(frozen=True, slots=True)
class _Names:
    """People, functions and evidence that sealed values name by key."""

    people: Mapping[int, str]
    functions: Mapping[int, str]
    pieces: Mapping[str, str]

    @classmethod
    def of(cls, values: Iterable[tuple[str, Any]]) -> _Names:
        """The names that these values need: a query for each table that is named at all."""
        people, functions, pieces = set(), set(), set()
        for name, value in values:
            if name.startswith(gates.EVIDENCE):
                pieces.add(name.removeprefix(gates.EVIDENCE))
            elif name in PEOPLE and value:
                people.add(value)
            elif name == "function" and value:
                functions.add(value)
        who = Person.objects.filter(pk__in=people) if people else ()
        where = Function.objects.filter(pk__in=functions) if functions else ()
        titles = Evidence.objects.filter(Q(piece__in=pieces)).order_by("version") if pieces else ()
        return cls(
            {person.pk: str(person) for person in who},
            {function.pk: function.name for function in where},
            {piece.piece: piece.title for piece in titles},
        )

    def say(self, name: str, value: Any) -> str:
        """A sealed value as a sentence quotes it, so much of it as can be read aloud; empty where nothing is said."""
        return Truncator(self.whole(name, value)).chars(AT_MOST)

    def pair(self, name: str, then: Any, now: Any) -> tuple[str, str]:
        """The same of two values: of long ones the part that is another."""
        return differing_excerpts(self.whole(name, then), self.whole(name, now), AT_MOST)

    def whole(self, name: str, value: Any) -> str:
        """A sealed value, all of it: nobody signs what they cannot read. Empty where nothing is said."""
        if name.startswith(gates.EVIDENCE):
            return self.pieces.get(name.removeprefix(gates.EVIDENCE), "")
        if name in PEOPLE:
            return self.people.get(value, "")
        if name == "function":
            return self.functions.get(value, "")
        if name == "verdict":
            return str(labels.VERDICT.get(value, value))
        if name == "threshold" and (agreed := Threshold.read(str(value))):
            value = labels.threshold(agreed)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return " ".join(str(value or "").split())
