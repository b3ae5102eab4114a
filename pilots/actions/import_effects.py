"""What an import brought, pilot by pilot: what goes back when it is taken back, and what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy

from pilots.models import Decision, Event
from pilots.rules.actions import STAGE_EVENTS
from pilots.rules.vocabulary import Outcome

NAMED_IN_A_SENTENCE = 5
"""Things in the way that a refusal names; the rest are counted."""
AT_ONCE = 1000
"""Pilots that are read at once."""
DATES = frozenset({"correct_date", "move_decide_by"})
"""The words of the events by which a list gives a pilot another date."""
OF_NO_ONE_PILOT = frozenset({"close_account", "open_gate", "switch_off", "switch_on"})
"""What is written on a pilot because something else was done: it decides nothing on what an import brought."""

SINCE, LATER, MOVED, ANSWERED, ERASED = "since", "later", "moved", "answered", "erased"
SENTENCES: dict[str, Any] = {
    LATER: gettext_lazy("a later list says something of it, and that import is taken back first"),
    SINCE: gettext_lazy("something was done on it since"),
    MOVED: gettext_lazy("the list changed its stage or a date, and a corrected list changes that again"),
    ANSWERED: gettext_lazy("the list changed what an earlier list had said yes to, and a corrected list says it again"),
    ERASED: gettext_lazy("what it said before was erased by law"),
}
"""Why a pilot stands in the way of taking an import back."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import brought: the pilots that it put on record or restored, those that it changed, its first and last event.

    `by` is who imported it, in whose name an edited export changes pilots on record; None: a command.
    """

    made: frozenset[int]
    changed: frozenset[int]
    first: int
    last: int
    by: int | None = None

    @property
    def pilots(self) -> list[int]:
        """All of them, in the order in which pilots are locked."""
        return sorted(self.made | self.changed)

    def own(self, pilots: Collection[int]) -> QuerySet[Event]:
        """What the import wrote on these pilots: a list speaks, or the office by it."""
        who = Q(by=None) | Q(by=self.by)
        return Event.objects.filter(who, pilot__in=pilots, pk__gte=self.first, pk__lte=self.last)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a pilot stands in the way, by the name of a sentence; the event that does, where there is one."""

    because: str
    event: int | None = None


@dataclass(slots=True)
class Reversal:
    """What goes back on one pilot: fields and rules as changes from now to before, gates that a list said yes to, nominations.

    `named` are, by gate, whom the list named and who was named before.
    """

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    asserted: list[int] = field(default_factory=list)
    named: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.rules or self.asserted or self.named)

    def take(self, event: Event, answers: Mapping[int, str]) -> str:
        """Note what an event of the import goes back to. Returns why it cannot, or nothing.

        Args:
            answers: by gate the last answer before the import.
        """
        decision: Decision | None = getattr(event, "decision", None)
        if event.action in STAGE_EVENTS or event.action in DATES:
            return MOVED
        if decision is not None:
            return self._answer(decision, answers)
        if event.action not in ("amend", "set_rules", "nominate"):
            return ""
        if event.texts is None:
            return ERASED
        for change in event.changes:
            if event.action == "nominate":
                assert event.gate_id is not None
                was = self.named.get(event.gate_id, (0, change["from"]))[1]
                self.named[event.gate_id] = (change["to"], was)
            else:
                self._change(self.fields if event.action == "amend" else self.rules, change)
        return ""

    def _change(self, of: dict[str, dict[str, Any]], change: dict[str, Any]) -> None:
        name = change["field"]
        before = of[name]["to"] if name in of else change["from"]
        of[name] = {"field": name, "from": change["to"], "to": before}

    def _answer(self, decision: Decision, answers: Mapping[int, str]) -> str:
        if decision.outcome != Outcome.ASSERTED or answers.get(decision.gate_id) == Outcome.ASSERTED:
            return ANSWERED
        self.asserted.append(decision.gate_id)
        return ""


@dataclass(slots=True)
class TakingBack:
    """What taking an import back does: the pilots that become void, what goes back on others, and what stands in the way."""

    void: list[int] = field(default_factory=list)
    reversals: dict[int, Reversal] = field(default_factory=dict)
    obstacles: dict[int, Obstacle] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return not (self.void or self.reversals or self.obstacles)


def taking_back(brought: Brought) -> TakingBack:
    """What taking this import back does now. Statements do not grow with the pilots that it put on record."""
    found = TakingBack()
    for part in in_parts(sorted(brought.made)):
        _of_made(found, brought, part)
    for part in in_parts(sorted(brought.changed - brought.made)):
        _of_changed(found, brought, part)
    return found


def in_parts(pilots: Sequence[int]) -> Iterator[Sequence[int]]:
    """These pilots, so many at once that a statement can name them."""
    for first in range(0, len(pilots), AT_ONCE):
        yield pilots[first : first + AT_ONCE]


def _of_made(found: TakingBack, brought: Brought, pilots: Sequence[int]) -> None:
    """Those that the import made become void. One that people declared void since is void already, and stays theirs."""
    since, imports = done_since(brought, pilots), _imports_since(brought)
    for pk in pilots:
        events = since.get(pk, [])
        if not events:
            found.void.append(pk)
        elif any(event.action != "void" for event in events):
            found.obstacles[pk] = _obstacle(events, imports)


def _of_changed(found: TakingBack, brought: Brought, pilots: Sequence[int]) -> None:
    """Those that were on record before go back to what they said."""
    imports = _imports_since(brought)
    for pk, events in done_since(brought, pilots).items():
        found.obstacles[pk] = _obstacle(events, imports)
    before = Decision.objects.filter(gate__pilot__in=pilots, event__lt=brought.first).order_by("pk")
    answers = dict(before.values_list("gate_id", "outcome"))
    for event in brought.own(pilots).select_related("decision").order_by("pilot", "number"):
        assert event.pilot_id is not None
        reversal = found.reversals.setdefault(event.pilot_id, Reversal())
        if because := reversal.take(event, answers):
            found.obstacles.setdefault(event.pilot_id, Obstacle(because, event.pk))
    found.reversals = {pk: reversal for pk, reversal in found.reversals.items() if reversal}


class Later(NamedTuple):
    """What was done on a pilot after an import: its event, the word of it, and by whom; None: a list says it."""

    event: int
    action: str
    by: int | None


def _imports_since(brought: Brought) -> list[tuple[int, int, int]]:
    """The imports of people after this one: the first and the last event of each, and by whom."""
    rows = Event.objects.filter(pilot=None, action="import_list", pk__gt=brought.last, by__isnull=False)
    return [(*data["events"], by) for data, by in rows.values_list("data", "by") if "events" in data]


def _obstacle(events: Sequence[Later], imports: Sequence[tuple[int, int, int]]) -> Obstacle:
    """What stands in the way is what people did, rather than what a later list says, and of that what it changed."""
    by_people = [
        event
        for event in events
        if event.by is not None
        and not any(first <= event.event <= last and event.by == by for first, last, by in imports)
    ]
    if by_people:
        return Obstacle(SINCE, by_people[-1].event)
    changed = [event for event in events if event.action != "list_again"] or events
    return Obstacle(LATER, changed[-1].event)


def done_since(brought: Brought, pilots: Sequence[int]) -> dict[int, list[Later]]:
    """What was done on these pilots after the import had written its last on each, by pilot.

    A later import that was taken back is as if it had not been, and so is its taking back.
    """
    last = dict(brought.own(pilots).order_by().values_list("pilot").annotate(last=Max("number")))
    later = Event.objects.filter(pilot__in=pilots, pk__gt=brought.first).exclude(action__in=OF_NO_ONE_PILOT)
    later = later.exclude(batch__in=batches_taken_back(brought.last))
    for batch, of_import, by in _taken_back_since(brought):
        later = later.exclude(batch=batch).exclude(by__isnull=True, pk__range=of_import)
        if by is not None:
            later = later.exclude(by=by, pk__range=of_import)
    since: dict[int, list[Later]] = {}
    columns = ("pilot", "number", "pk", "action", "by")
    for pilot, number, *says in later.order_by("pilot", "number").values_list(*columns):
        if number > last.get(pilot, number):
            since.setdefault(pilot, []).append(Later(*says))
    return since


def _taken_back_since(brought: Brought) -> list[tuple[str, tuple[int, int], int | None]]:
    """The imports after this one that were taken back: the batch that did it, the events of each from first to last, and by whom."""
    rows = Event.objects.filter(pilot=None, action="take_back_import", pk__gt=brought.last)
    found = {
        (batch, *data["events"], data.get("by")): None
        for batch, data in rows.order_by("pk").values_list("batch", "data")
        if "events" in data
    }
    return [(batch, (first, last), by) for batch, first, last, by in found if first > brought.last]


def batches_taken_back(after: int) -> set[str]:
    """The batches of the lists of no pilots that were imported after an event and taken back, and those of their taking back."""
    rows = Event.objects.filter(pilot=None, action="take_back_import", pk__gt=after, data__has_key="of")
    found: set[str] = set()
    for batch, data in rows.values_list("batch", "data"):
        if data["imported"] > after:
            found |= {batch, data["batch"]}
    return found
