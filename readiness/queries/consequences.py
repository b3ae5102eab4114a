"""What follows from an action besides what it says: whose answers fall by it, and what becomes of the standing (rules 6, 8, 11).

Nothing is predicted: the action is done, what is so then is compared with what was so before, and it is taken back where
answers fall that nobody has agreed to. So the question and the answer cannot differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Pilot
from pilots.rules import adoption
from pilots.rules.vocabulary import Court, Stage, Standing
from readiness.queries.pilots import pilots as all_pilots
from readiness.queries.snapshots import GateSnapshot, PilotSnapshot, snapshots_of
from readiness.rules import deadlines
from readiness.text import labels
from readiness.text.sealed_values import differences

AGREED = "agreed_to"
"""Under which name a form carries the token of the consequences that it has shown."""
NAMED_AT_MOST = 10
"""Pilots that one sentence names by their keys."""


@dataclass(slots=True)
class Consequences:
    """What an action changes besides what it says, in sentences that hold before it and after it.

    `falls` has to be agreed to; `follows` is only shown. `marks` say what falls, whatever the words.
    """

    falls: list[str] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """What whoever agrees sends back: another answer that falls takes another question."""
        return hashlib.sha256("\n".join(sorted(self.marks)).encode()).hexdigest()[:24]

    @property
    def sentences(self) -> list[str]:
        return [*self.falls, *self.follows]

    def fall(self, mark: str, sentence: str) -> None:
        self.marks.append(mark)
        self.falls.append(sentence)

    def put_first(self, mark: str, sentence: str) -> None:
        """What is always to be agreed to: on how many pilots an action is that is done to many at once."""
        self.marks.append(mark)
        self.falls.insert(0, sentence)


class NotAgreed(Exception):
    """Answers would fall by the action, and nobody has agreed to that. It was rolled back."""

    def __init__(self, consequences: Consequences) -> None:
        self.consequences = consequences
        super().__init__(" ".join(consequences.falls))


Comparison = Callable[[], Callable[[], Consequences]]
"""Looks at what is so, and returns what says afterwards how it became another."""


def weigh(action: Callable[[], Any], compare: Comparison, *, agreed: str | None) -> tuple[Any, Consequences]:
    """Do an action, unless something falls by it that was not agreed to. Returns what it returns, and what followed.

    Args:
        agreed: the token of the consequences that whoever asks was shown; empty where they were shown none, None where
            nobody is asked.

    Raises:
        NotAgreed: with what would fall. Nothing is kept.
        Refused: as the action does.
    """
    with logged_transaction():
        afterwards = compare()
        done = action()
        found = afterwards()
        if found.falls and agreed not in (None, found.token):
            raise NotAgreed(found)
    return done, found


def foresee(action: Callable[[], Any], compare: Comparison) -> Consequences:
    """What would follow from an action, which is done and rolled back. Raises Refused as the action does."""
    with transaction.atomic():
        afterwards = compare()
        action()
        found = afterwards()
        transaction.set_rollback(True)
    return found


def of_pilots(rows: Iterable[Pilot], *, at: date | None = None) -> Comparison:
    """Compares pilots gate by gate. For the few that one edit touches; `of_many` compares any number by their standing.

    Args:
        at: the day on which they are compared; today unless said.
    """
    keys = [pilot.pk for pilot in rows]

    def compare() -> Callable[[], Consequences]:
        day = at or today()
        before = _read(keys, day)

        def afterwards() -> Consequences:
            after, found = _read(keys, day), Consequences()
            for pk, then in before.items():
                if pk in after:
                    _of_pilot(found, then, after[pk], day, says_which=len(before) > 1)
            return found

        return afterwards

    return compare


def _read(keys: Sequence[int], at: date) -> dict[int, PilotSnapshot]:
    rows = Pilot.objects.filter(pk__in=keys).select_related("portfolio__escalation").order_by("key")
    return {one.pilot.pk: one for one in snapshots_of(rows, at=at)}


def _of_pilot(found: Consequences, before: PilotSnapshot, after: PilotSnapshot, at: date, *, says_which: bool) -> None:
    own = Consequences()
    _of_gates(own, before, after, at)
    _of_rules(own, before, after)
    _of_standing(own, before, after)
    which = f"{after.pilot.key}: " if says_which else ""
    found.falls += [which + says for says in own.falls]
    found.follows += [which + says for says in own.follows]
    found.marks += [f"{after.pilot.pk} {mark}" for mark in own.marks]


def _of_gates(found: Consequences, before: PilotSnapshot, after: PilotSnapshot, at: date) -> None:
    was = {gate.kind.key: gate for gate in before.gates}
    fallen = [gate for gate in after.gates if gate.kind.key in was and _fell(was[gate.kind.key], gate)]
    rows = [gate.gate for gate in fallen]
    changed, last = (differences(rows, at=at), deadlines.last_answers(rows)) if rows else ({}, {})
    for gate in fallen:
        answer, gate_pk = last.get(gate.gate.pk), gate.gate.pk
        why = "; ".join(each.says for each in changed.get(gate_pk, []))
        says = {
            "gate": gate.kind.name,
            "who": answer.decider if answer else was[gate.kind.key].holder or _("a source"),
            "day": labels.day(answer.effective_on) if answer else labels.day(was[gate.kind.key].status.since),
            "why": why or labels.STATE[gate.status.state],
            "next": _next(gate),
        }
        sentence = _("%(gate)s: the yes of %(who)s, of %(day)s, no longer holds: %(why)s. %(next)s")
        found.fall(f"{gate.kind.key} {gate.status.state}", sentence % says)
    for gate in after.gates:
        _of_gate(found, was.get(gate.kind.key), gate)
    there = {gate.kind.key for gate in after.gates}
    for gate in before.gates:
        if gate.kind.key not in there:
            found.fall(f"{gate.kind.key} off", _("%(gate)s: nothing is asked any more.") % {"gate": gate.kind.name})


def _of_gate(found: Consequences, was: GateSnapshot | None, gate: GateSnapshot) -> None:
    """A gate that is new, that holds again, or that waits on somebody else."""
    says: dict[str, Any] = {"gate": gate.kind.name, "next": _next(gate)}
    if was is None:
        found.fall(f"{gate.kind.key} new", _("%(gate)s: it is asked for from now on. %(next)s") % says)
    elif was.status.is_open and not gate.status.is_open:
        found.follows.append(_("%(gate)s: the answer holds again.") % says)
    elif was.status.court == gate.status.court == Court.DECIDER and was.holder != gate.holder:
        says["was"] = was.holder
        found.fall(f"{gate.kind.key} held", _("%(gate)s: it waits on %(was)s no longer. %(next)s") % says)


def _fell(was: GateSnapshot, now: GateSnapshot) -> bool:
    return not was.status.is_open and now.status.is_open


def _next(gate: GateSnapshot) -> str:
    """Whom an open gate waits on then."""
    if gate.status.court == Court.DECIDER and gate.holder is not None:
        return _("It waits on %(who)s.") % {"who": gate.holder}
    return capfirst(_("it is in %(court)s.") % {"court": labels.COURT[gate.status.court]}) if gate.status.court else ""


def _of_rules(found: Consequences, before: PilotSnapshot, after: PilotSnapshot) -> None:
    """The manager's word that they can work by the rules, where it was given and counts no longer."""
    if adoption.UNCONFIRMED in before.status.missing or adoption.UNCONFIRMED not in after.status.missing:
        return
    says = {"was": before.manager or "–", "who": after.manager or _("a manager")}
    sentence = _("%(was)s had confirmed the rules. That falls: %(who)s has to confirm them as they stand then.")
    found.fall("rules", sentence % says)


def _of_standing(found: Consequences, before: PilotSnapshot, after: PilotSnapshot) -> None:
    was, now = before.status.standing, after.status.standing
    if was == now:
        return
    says = {"was": labels.STANDING[was], "now": labels.STANDING[now]}
    sentence = _("It was %(was)s, and is %(now)s then.") % says
    if _is_better(was, now):
        found.follows.append(sentence)
    else:
        found.fall(f"{was} {now}", sentence)


def _is_better(was: str, now: str) -> bool:
    """Whether nobody need be asked about a standing: it is ready, or adopted, and was less than that."""
    return now == Stage.ADOPTED or (now == Standing.READY and was != Stage.ADOPTED)


def of_many(rows: QuerySet[Pilot]) -> Comparison:
    """Compares any number of pilots by their standing: two queries, whatever their number."""
    keys = rows.order_by().values("pk")

    def compare() -> Callable[[], Consequences]:
        before = _standings(keys)
        return lambda: _of_standings(before, _standings(keys))

    return compare


def _standings(keys: Any) -> dict[str, str]:
    found = all_pilots().filter(pk__in=keys).standing(today()).order_by("key")
    return dict(found.values_list("key", "standing"))


def _of_standings(before: Mapping[str, str], after: Mapping[str, str]) -> Consequences:
    moves: dict[tuple[str, str], list[str]] = {}
    for key, was in before.items():
        if key in after and after[key] != was:
            moves.setdefault((was, after[key]), []).append(key)
    found = Consequences()
    for (was, now), keys in sorted(moves.items()):
        sentence = _standing_change(was, now, keys)
        if _is_better(was, now):
            found.follows.append(sentence)
        else:
            found.fall(f"{was} {now} {len(keys)}", sentence)
    return found


def _standing_change(was: str, now: str, keys: Sequence[str]) -> str:
    named = ", ".join(keys[:NAMED_AT_MOST])
    if len(keys) > NAMED_AT_MOST:
        named = _("%(named)s and %(n)d more") % {"named": named, "n": len(keys) - NAMED_AT_MOST}
    says = {"n": len(keys), "was": labels.STANDING[was], "now": labels.STANDING[now], "named": named}
    return (
        ngettext(
            "One pilot was %(was)s, and is %(now)s then: %(named)s.",
            "%(n)d pilots were %(was)s, and are %(now)s then: %(named)s.",
            len(keys),
        )
        % says
    )
