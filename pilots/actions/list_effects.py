"""What a list of people, functions, portfolios, roles or rights brought: what goes back when it is taken back, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.translation import gettext_lazy

from pilots.actions import import_effects, uses
from pilots.actions.import_effects import ERASED, LATER, SENTENCES, SINCE, Brought
from pilots.actions.right_corrections import decided_under
from pilots.models import DecisionRight, Event, Function, Person, Pilot, Portfolio, PortfolioRole
from pilots.rules.actions import ACTIONS
from pilots.rules.vocabulary import Role

USED, ACTED, DECIDED, IN_USE, GONE = "used", "acted", "decided", "in_use", "gone"
LIST_SENTENCES: dict[str, Any] = SENTENCES | {
    USED: gettext_lazy("somebody has signed in with it, or it holds something"),
    ACTED: gettext_lazy("what this role allows was done since, by whoever has it"),
    DECIDED: gettext_lazy("something was decided under it since"),
    IN_USE: gettext_lazy("something lies in it"),
    GONE: gettext_lazy("the account or the function that it named before is no longer there"),
}
"""Why something stands in the way of taking such a list back."""


class What(Enum):
    """What becomes of one thing that a list brought."""

    ACCOUNT_CLOSES = auto()
    ACCOUNT_GOES_BACK = auto()
    MANAGER_GOES_BACK = auto()
    ROLE_ENDS = auto()
    RIGHT_ENDS = auto()
    RIGHT_GOES_BACK = auto()
    PORTFOLIO_GOES_BACK = auto()
    PORTFOLIO_STAYS = auto()
    FUNCTION_GOES = auto()
    FUNCTION_STAYS = auto()


TABLES: dict[What, type[Model]] = {
    What.ACCOUNT_CLOSES: Person,
    What.ACCOUNT_GOES_BACK: Person,
    What.MANAGER_GOES_BACK: Pilot,
    What.ROLE_ENDS: Person,
    What.RIGHT_ENDS: DecisionRight,
    What.RIGHT_GOES_BACK: DecisionRight,
    What.PORTFOLIO_GOES_BACK: Portfolio,
    What.PORTFOLIO_STAYS: Portfolio,
    What.FUNCTION_GOES: Function,
    What.FUNCTION_STAYS: Function,
}
STAYS = frozenset({What.PORTFOLIO_STAYS, What.FUNCTION_STAYS})


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one row of a table, by its primary key.

    `line` is the line of the list; `before` is by field what it says again, people and places by primary key. Of a role it is
    which one, and in which portfolio.
    """

    what: What
    key: int
    line: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListObstacle:
    """Why one step cannot be taken, by the name of a sentence or in a refusal's own words; the event that stands in the way."""

    step: Step
    because: str
    event: int | None = None
    refusal: str = ""

    @property
    def says(self) -> str:
        return self.refusal or str(LIST_SENTENCES[self.because])


@dataclass(slots=True)
class ListTakingBack:
    """What taking such a list back does, step by step in the order in which it is done, and what stands in the way."""

    steps: list[Step] = field(default_factory=list)
    obstacles: list[ListObstacle] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not self.obstacles and all(step.what in STAYS and not step.before for step in self.steps)

    def of(self, *what: What) -> list[Step]:
        """The steps of these kinds."""
        return [step for step in self.steps if step.what in what]


class Done(NamedTuple):
    """Something that was done since: its event, the word of it, whether a list that stands did it, and what it says."""

    event: int
    action: str
    by_list: bool
    data: Mapping[str, Any]


Thing = tuple[Any, ...]
Former = Mapping[int, Mapping[str, Any]]
"""By primary key of an account what its name and function were before a list: no event says that."""


def taking_back_list(imported: Event, former: Former, day: date) -> ListTakingBack:
    """What taking this list back does on a day. Nothing is written.

    Args:
        imported: the event that says that it was imported, with its batch.
    """
    return _Reader(imported, former, day).read()


class _Reader:
    def __init__(self, imported: Event, former: Former, day: date) -> None:
        self.imported, self.former, self.day = imported, former, day
        self.parts = list(Event.objects.parts_of_batch(imported.batch).order_by("pk"))
        self.since = _done_since(imported)
        self.found = ListTakingBack()

    def read(self) -> ListTakingBack:
        """The steps, and then what stands in the way of each."""
        opened = {event.data["portfolio"] for event in self.parts if event.action == "open_portfolio"}
        steps: list[Step] = []
        for event in reversed(self.parts):
            # Whoever keeps all portfolios keeps one that is opened too: that is no row of the list.
            if event.action == "give_role" and event.portfolio_id in opened:
                continue
            step = self._step(event)
            if step is not None:
                steps.append(step)
        steps += self._rights()
        by_what = list(What)
        self.found.steps = sorted(steps, key=lambda step: by_what.index(step.what))
        self._weigh()
        return self.found

    def _step(self, event: Event) -> Step | None:
        """What goes back of one event; of a right, whose events hang together, nothing yet."""
        data, line = event.data, event.data.get("line")
        if event.action in ("open_account", "reopen_account"):
            return Step(What.ACCOUNT_CLOSES, data["person"], line)
        if event.action == "amend_account":
            return self._account(event)
        if event.action == "amend":
            assert event.pilot_id is not None
            return self._from_changes(event, Step(What.MANAGER_GOES_BACK, event.pilot_id, line), ("manager",))
        if event.action == "give_role":
            return Step(What.ROLE_ENDS, data["person"], line, {"portfolio": event.portfolio_id, "role": data["role"]})
        if event.action == "amend_portfolio":
            step = Step(What.PORTFOLIO_GOES_BACK, data["portfolio"], line)
            return self._from_changes(event, step, ("name", "escalation", "calendar"))
        if event.action == "open_portfolio":
            escalates = {"escalation": None} if data["escalation"] else {}
            return Step(What.PORTFOLIO_STAYS, data["portfolio"], line, escalates)
        if event.action == "name_function":
            return Step(What.FUNCTION_GOES, data["function"], line)
        return None

    def _account(self, event: Event) -> Step:
        """An account that was corrected: what it said before is kept with the rows of the import."""
        person, kept = event.data["person"], self.former.get(event.data["person"], {})
        before = {name: kept[name] for name in event.data["fields"] if name in kept}
        step = Step(What.ACCOUNT_GOES_BACK, person, event.data.get("line"), before)
        if len(before) < len(event.data["fields"]):
            self.found.obstacles.append(ListObstacle(step, ERASED))
        return step

    def _from_changes(self, event: Event, step: Step, names: tuple[str, ...]) -> Step:
        """A step with what its event says was so before."""
        before = {change["field"]: change["from"] for change in event.changes if change["field"] in names}
        step = Step(step.what, step.key, step.line, before)
        if event.texts is None:
            self.found.obstacles.append(ListObstacle(step, ERASED))
        return step

    def _rights(self) -> Iterator[Step]:
        """The rights that were assigned end; those that were ended or corrected say again what they said before all of it."""
        made: dict[int, int | None] = {}
        before: dict[int, dict[str, Any]] = {}
        lines: dict[int, int | None] = {}
        for event in reversed(self.parts):
            data, line = event.data, event.data.get("line")
            if event.action == "assign_right":
                made[data["right"]] = line
                if data.get("ended"):
                    before.setdefault(data["ended"], {})["until"] = None
                    lines[data["ended"]] = line
            elif event.action in ("correct_right", "end_right"):
                # An event that ends a right names its holder too.
                names = ("until",) if event.action == "end_right" else _OF_RIGHT
                step = self._from_changes(event, Step(What.RIGHT_GOES_BACK, data["right"], line), names)
                before.setdefault(step.key, {}).update(step.before)
                lines[step.key] = line
        yield from (Step(What.RIGHT_ENDS, key, line) for key, line in made.items())
        yield from (Step(What.RIGHT_GOES_BACK, key, lines[key], before[key]) for key in before if key not in made)

    # What stands in the way

    def _weigh(self) -> None:
        """Leave out what people took back already, and note what stands in the way of all else."""
        self._weigh_accounts()
        self._weigh_managers()
        self._weigh_roles()
        self._weigh_rights()
        self._weigh_portfolios()
        self._weigh_functions()
        self.found.obstacles.sort(key=lambda obstacle: obstacle.step.line or 0)

    def _drop(self, steps: list[Step]) -> None:
        gone = {id(step) for step in steps}
        self.found.steps = [step for step in self.found.steps if id(step) not in gone]

    def _refuse(self, step: Step, because: str, event: int | None = None) -> None:
        if not any(obstacle.step is step for obstacle in self.found.obstacles):
            self.found.obstacles.append(ListObstacle(step, because, event))

    def _refuse_since(self, step: Step, thing: Thing, *, fields: frozenset[str] | None = None) -> None:
        """Refuse what was done on a thing since; with fields, only where that changed one of them, or erased them."""
        for done in reversed(self.since.get(thing, [])):
            if fields is None or done.action == "erase_person" or fields & set(done.data.get("fields", ())):
                self._refuse(step, LATER if done.by_list else SINCE, done.event)
                return

    def _weigh_accounts(self) -> None:
        closing = self.found.of(What.ACCOUNT_CLOSES)
        people = Person.objects.in_bulk([step.key for step in self.found.of(*_OF_ACCOUNTS)])
        self._drop([step for step in closing if people[step.key].closed_on is not None])
        managed = [step.key for step in self.found.of(What.MANAGER_GOES_BACK)]
        used = uses.people_used([step.key for step in closing], managed)
        for step in self.found.of(What.ACCOUNT_CLOSES):
            self._refuse_since(step, ("person", step.key))
            if people[step.key].last_login is not None or step.key in used:
                self._refuse(step, USED)
        functions = {step.before.get("function") for step in self.found.of(What.ACCOUNT_GOES_BACK)}
        there = Function.objects.in_bulk(functions - {None})
        for step in self.found.of(What.ACCOUNT_GOES_BACK):
            self._refuse_since(step, ("person", step.key), fields=frozenset(step.before))
            if step.before.get("function") not in (None, *there):
                self._refuse(step, GONE)

    def _weigh_managers(self) -> None:
        steps = {step.key: step for step in self.found.of(What.MANAGER_GOES_BACK)}
        pilots = Pilot.objects.in_bulk(steps)
        self._drop([step for key, step in steps.items() if pilots[key].void_since is not None])
        wrote = [event.pk for event in self.parts if event.pilot_id]
        if not wrote:
            return
        brought = Brought(frozenset(), frozenset(steps), min(wrote), max(wrote), self.imported.by_id)
        done = [
            each.event for of_pilot in import_effects.done_since(brought, list(steps)).values() for each in of_pilot
        ]
        for event in Event.objects.filter(pk__in=done).order_by("pk"):
            assert event.pilot_id is not None
            if event.by_id == pilots[event.pilot_id].manager_id or "manager" in event.data.get("set", {}):
                self._refuse(steps[event.pilot_id], SINCE if event.by_id else LATER, event.pk)
        self._refuse_gone(list(steps.values()), ("manager",))

    def _weigh_roles(self) -> None:
        steps = self.found.of(What.ROLE_ENDS)
        people = {step.key for step in steps}
        there = set(PortfolioRole.objects.filter(person__in=people).values_list("portfolio", "person", "role"))
        of_office = Event.objects.filter(by__in=people, pk__gt=self.imported.pk, action__in=_OF_OFFICE)
        acted = {(place, by): pk for place, by, pk in of_office.order_by("pk").values_list("portfolio", "by", "pk")}
        self._drop([step for step in steps if (step.before["portfolio"], step.key, step.before["role"]) not in there])
        for step in self.found.of(What.ROLE_ENDS):
            portfolio, role = step.before["portfolio"], step.before["role"]
            self._refuse_since(step, ("role", portfolio, step.key, role))
            if role == Role.OFFICE and (portfolio, step.key) in acted:
                self._refuse(step, ACTED, acted[portfolio, step.key])

    def _weigh_rights(self) -> None:
        steps = self.found.of(What.RIGHT_ENDS, What.RIGHT_GOES_BACK)
        rights = set(DecisionRight.objects.filter(pk__in=[step.key for step in steps]).values_list("pk", flat=True))
        self._drop([step for step in steps if step.key not in rights])
        decided = decided_under(rights, after=self.imported.pk)
        for step in self.found.of(What.RIGHT_ENDS, What.RIGHT_GOES_BACK):
            self._refuse_since(step, ("right", step.key))
            is_of_others = step.what is What.RIGHT_GOES_BACK and step.before.keys() <= {"until"}
            if not is_of_others and step.key in decided:
                self._refuse(step, DECIDED)
        self._refuse_gone(self.found.of(What.RIGHT_GOES_BACK), ("holder", "deputy", "escalate_to"))

    def _weigh_portfolios(self) -> None:
        for step in self.found.of(What.PORTFOLIO_GOES_BACK, What.PORTFOLIO_STAYS):
            self._refuse_since(step, ("portfolio", step.key))
        staying = self.found.of(What.PORTFOLIO_STAYS)
        used = uses.portfolios_used([step.key for step in staying])
        for step in staying:
            if step.key in used:
                self._refuse(step, IN_USE)
        self._refuse_gone(self.found.of(What.PORTFOLIO_GOES_BACK), ("escalation",))

    def _weigh_functions(self) -> None:
        """One that a list of functions named must lie idle; one that a list of people named by the way stays where it is used."""
        steps = self.found.of(What.FUNCTION_GOES)
        accounts = self.found.of(*_OF_ACCOUNTS)
        leaving = [step.key for step in accounts if step.what is What.ACCOUNT_CLOSES or "function" in step.before]
        used = uses.functions_used([step.key for step in steps], leaving)
        there = set(Function.objects.filter(pk__in=[step.key for step in steps]).values_list("pk", flat=True))
        self._drop([step for step in steps if step.key not in there])
        for step in self.found.of(What.FUNCTION_GOES):
            self._refuse_since(step, ("function", step.key))
            if step.key not in used:
                continue
            if self.imported.data.get("of") == "functions":
                self._refuse(step, IN_USE)
            else:
                at = self.found.steps.index(step)
                self.found.steps[at] = Step(What.FUNCTION_STAYS, step.key, step.line)

    def _refuse_gone(self, steps: list[Step], names: tuple[str, ...]) -> None:
        """Refuse to name again somebody whose account is closed by now."""
        named = {step.before[name] for step in steps for name in names if step.before.get(name)}
        gone = set(Person.objects.filter(pk__in=named, closed_on__lte=self.day).values_list("pk", flat=True))
        for step in steps:
            if any(step.before.get(name) in gone for name in names):
                self._refuse(step, GONE)


_OF_ACCOUNTS = (What.ACCOUNT_CLOSES, What.ACCOUNT_GOES_BACK)
_OF_RIGHT = ("holder", "deputy", "escalate_to", "answer_within_days", "until")
_OF_OFFICE = [row.event_word for row in ACTIONS.values() if Role.OFFICE in row.allowed]


def _done_since(imported: Event) -> dict[Thing, list[Done]]:
    """What was done in no pilot's log since a list was imported, by the things that it was done on.

    A list that was taken back since is as if it had not been, and so is its taking back.
    """
    later = Event.objects.filter(pilot=None, number__gt=imported.number).order_by("number")
    lists = set(later.filter(action="import_list").exclude(batch="").values_list("batch", flat=True))
    later = later.exclude(batch__in=import_effects.batches_taken_back(imported.pk))
    found: dict[Thing, list[Done]] = {}
    for pk, action, portfolio, batch, data in later.values_list("pk", "action", "portfolio", "batch", "data"):
        for thing in _things(action, portfolio, data):
            found.setdefault(thing, []).append(Done(pk, action, batch in lists, data))
    return found


def _things(action: str, portfolio: int | None, data: Mapping[str, Any]) -> Iterator[Thing]:
    """What an event is on that lies on no pilot."""
    if action in ("give_role", "take_role"):
        yield "role", portfolio, data["person"], data["role"]
    elif isinstance(data.get("person"), int):
        yield "person", data["person"]
    if action in ("name_function", "rename_function", "remove_function"):
        yield "function", data["function"]
    if action == "amend_portfolio":
        yield "portfolio", data["portfolio"]
    if isinstance(data.get("right"), int):
        yield "right", data["right"]
        if data.get("ended"):
            yield "right", data["ended"]
