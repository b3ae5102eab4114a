"""One action on many pilots: locked, read and written together, and each refused by itself (rule 8).

Each pilot goes through the action's own function, with its guards and its replay; only the reading before and the writing after
are done once for all of them. The pilots' events share a batch, and one event of each portfolio stands for them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pilots import actions
from pilots.actions.event_batch import event_batch, log_batch
from pilots.actions.locked_pilot import action_days
from pilots.actions.locked_together import Days, locked_together
from pilots.busy import refused_when_busy
from pilots.event_log.sign import logged_transaction
from pilots.models import Gate, GatePeriod, Person, Pilot, Portfolio
from pilots.refusals import Refused
from pilots.rules.actions import ACTIONS
from pilots.rules.vocabulary import ClearsBy, State

TOGETHER = ("amend", "move_decide_by", "nominate", "pause", "resume", "retire", "start", "void")
"""The actions that can be done to many: each writes one event on its pilot, and no decision."""
AT_ONCE = 1000
"""Pilots that are in memory at once."""


@dataclass(slots=True)
class DoneToMany:
    """What became of an action on many: those it was done to, those that say so already, and those refused, by primary key."""

    done: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, Refused] = field(default_factory=dict)


@refused_when_busy
@logged_transaction()
def do_to_many(
    *,
    action: str,
    targets: Sequence[Pilot] | Sequence[Gate],
    by: Person,
    arguments: Mapping[str, Any],
    expected_version: Mapping[int, int],
    on: date | None = None,
    known: date | None = None,
) -> DoneToMany:
    """Do an action to many pilots, or to many gates, with the same arguments. What is refused is left, and returned.

    Args:
        action: one of `TOGETHER`.
        targets: what it is on, pilots or gates as the action takes them; gates with their pilots.
        expected_version: of each target that the person saw, by its primary key; one that is missing was never shown.

    Raises:
        Refused: what is refused of all alike: a day that has not come.
    """
    assert action in TOGETHER
    one, name = inspect.unwrap(getattr(actions, action)), ACTIONS[action].target.name.lower()
    on, known = action_days(on, known)
    found = DoneToMany()
    with event_batch(len(targets)) as batch:
        for some in _in_parts(targets):
            with locked_together([_pilot_key(target) for target in some], by, Days(on, known, action)):
                for target in some:
                    given = {name: target, "expected_version": expected_version.get(target.pk, -1), "on": on}
                    _do_one(found, target.pk, lambda given=given: one(by=by, known=known, **given, **arguments))
        _log(batch, action, by, on, known, arguments)
    return found


def _do_one(found: DoneToMany, pk: int, action: Any) -> None:
    try:
        done = action()
    except Refused as refusal:
        found.refused[pk] = refusal
    else:
        (found.unchanged if done is None else found.done).append(pk)


def _pilot_key(target: Pilot | Gate) -> int:
    return target.pilot_id if isinstance(target, Gate) else target.pk


def _in_parts(targets: Sequence[Any]) -> Iterator[list[Any]]:
    """The targets in the order in which pilots are locked, so many at once that they fit into memory."""
    ordered = sorted(targets, key=lambda target: (_pilot_key(target), target.pk))
    for first in range(0, len(ordered), AT_ONCE):
        yield ordered[first : first + AT_ONCE]


def _log(batch: str, action: str, by: Person, on: date, known: date, arguments: Mapping[str, Any]) -> None:
    """Write what stands for them in a list: one event for each portfolio, in whose log it is written."""
    portfolios = Portfolio.objects.filter(events__batch=batch).distinct().order_by("pk") if batch else ()
    said = next((arguments[name] for name in ("reason", "learned") if arguments.get(name)), "")
    log_batch(batch, ACTIONS[action].event_word, by, on, known, {}, portfolios=portfolios, reason=said.strip())


def gates_of_kind(kind: str, pilots: Sequence[Pilot]) -> list[Gate]:
    """The gates of one kind of these pilots, with the pilots."""
    found = Gate.objects.filter(kind__key=kind, pilot__in=[pilot.pk for pilot in pilots])
    return list(found.select_related("kind", "pilot__portfolio"))


def gates_of_person(person: Person, pilots: Sequence[Pilot]) -> list[Gate]:
    """The gates of these pilots that a person has accepted and holds, with the pilots."""
    holds = GatePeriod.objects.filter(person=person, state=State.CLEARED, last_day=None, superseded_on=None)
    mine = holds.filter(kind__clears_by=ClearsBy.ACCEPTANCE, gate__pilot__in=[pilot.pk for pilot in pilots])
    found = Gate.objects.filter(pk__in=mine.order_by().values("gate"))
    return list(found.select_related("kind", "pilot__portfolio"))
