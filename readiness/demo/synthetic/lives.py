"""Lives of pilots as they are lived: planned and forgotten, tried and stalled, let past for a while, adopted, retired.

Each is played through the actions by people who stand in, inside a transaction that is taken back; what it leaves is copied.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction

from pilots import actions
from pilots.models import Function, Gate, GateKind, Person, Portfolio, PortfolioRole
from pilots.refusals import Refused
from readiness.demo.synthetic.cloner import NAME, STAND_IN, STAND_IN_PLACE, STAND_IN_PORTFOLIO, WORKFLOW, Life, life_of

CAST = (
    "office",
    "escalation",
    "manager",
    "sponsor",
    "funder",
    "error_owner",
    "legal",
    "legal_deputy",
    "data",
    "data_deputy",
    "quality",
    "quality_deputy",
)
"""Who stands in, in the order of their numbers."""
SEATS = {
    "legal-sign-off": ("legal", "legal_deputy"),
    "it-data-access": ("data", "data_deputy"),
    "quality-threshold": ("quality", "quality_deputy"),
}
"""Holder and deputy of each kind of gate that somebody decides."""
ACCEPT = {"named-sponsor": "sponsor", "funding-owner": "funder", "error-owner": "error_owner"}
BEGINS = date(2000, 1, 3)
LONGEST = 1100
"""Days of the longest life."""


class Living:
    """One pilot while it is played. What an action refuses did not happen."""

    def __init__(self, random: Random, stage: Stage, number: int) -> None:
        self.random, self.stage, self.day = random, stage, BEGINS
        self.number = number
        self.length = random.randint(60, LONGEST)

    def record(self, **values: Any) -> None:
        self.pilot = actions.record(
            portfolio=self.stage.portfolio,
            key=f"life-{self.number}",
            name=NAME,
            workflow=WORKFLOW,
            by=None,
            purpose="Less typing, fewer slips.",
            tool=f"Assistant {self.number % 7}",
            data="case notes",
            function=self.stage.function,
            manager=self.stage.people["manager"],
            on=self.day,
            known=self.day,
            **values,
        )

    def when(self) -> dict[str, date]:
        return {"on": self.day, "known": self.day}

    def later(self, least: int, most: int) -> None:
        """Let days pass; a life does not grow beyond its length."""
        self.day += timedelta(days=self.random.randint(least, most))

    @property
    def over(self) -> bool:
        return (self.day - BEGINS).days >= self.length

    def do(self, action: Callable[..., Any], by: str | None, **values: Any) -> bool:
        """Do something to the pilot, or to its gate where a key is given. Returns whether it was done."""
        if self.over:
            return False
        on: dict[str, Any] = {"pilot": self.pilot}
        if "gate" in values:
            gates = Gate.objects.select_related("pilot__portfolio", "kind")
            on = {"gate": gates.get(pilot=self.pilot, kind__key=values.pop("gate"))}
        with suppress(Refused):
            action(**on, by=by and self.stage.people[by], **values, **self.when())
            return True
        return False


def lives(random: Random, number: int) -> list[Life]:
    """So many different lives. Nothing of their playing stays in the tables."""
    found = []
    with transaction.atomic():
        stage = Stage()
        for n in range(number):
            living = Living(random, stage, n)
            random.choices(list(WAYS), weights=list(WAYS.values()))[0](living)
            found.append(life_of(living.pilot))
        transaction.set_rollback(True)
    return found


class Stage:
    """The portfolio, the people and the rights among which lives are played."""

    def __init__(self) -> None:
        Person.objects.bulk_create(
            Person(pk=STAND_IN + n, email=f"{name}@stand-in.example", name=name, password="!")
            for n, name in enumerate(CAST)
        )
        self.people = {name: Person.objects.get(pk=STAND_IN + n) for n, name in enumerate(CAST)}
        self.function = Function.objects.create(pk=STAND_IN_PLACE, name="where lives are played")
        self.portfolio = Portfolio.objects.create(
            pk=STAND_IN_PORTFOLIO, key="lives", name="Lives", escalation=self.people["escalation"]
        )
        PortfolioRole.objects.create(portfolio=self.portfolio, person=self.people["office"], role="program-office")
        for key, (holder, deputy) in SEATS.items():
            actions.assign_right(
                kind=GateKind.objects.get(key=key),
                portfolio=self.portfolio,
                holder=self.people[holder],
                deputy=self.people[deputy],
                escalate_to=self.people["escalation"],
                by=None,
                on=BEGINS,
                known=BEGINS,
            )


def _live_planned(living: Living) -> None:
    living.record()
    living.later(1, 40)
    if living.random.random() < 0.3:
        _name(living, "named-sponsor")


def _not_stated(living: Living) -> None:
    living.record(stage="not_stated", source="a list that never was")


def _live_claimed(living: Living) -> None:
    living.record(source="a list that never was")
    living.do(actions.record_claim, None)
    for gate in living.random.sample(sorted(SEATS), living.random.randint(0, 2)):
        living.do(_assert, None, gate=gate)
    for _ in range(living.random.randint(0, 2)):
        living.later(20, 200)
        _ask(living, living.random.choice(sorted(SEATS)))


def _assert(*, gate: Gate, by: None, on: date, known: date) -> None:
    actions.assert_(gate=gate, source="a list that never was", on=on, known=known)


def _live_tried(living: Living) -> None:
    """Started, asked about here and there, put off, sometimes paused; then nothing."""
    _begin(living)
    for _ in range(living.random.randint(0, 7)):
        living.later(3, 45)
        living.random.choice(
            [_any_answer, _any_answer, _any_answer, _any_name, _measure, _put_off, _pause, _exception]
        )(living)


def _carried_through(living: Living) -> None:
    """Every gate cleared, the rules known, the risk accepted; adopted, and looked after for years or not."""
    _begin(living)
    living.length = LONGEST
    for kind in living.random.sample(sorted(ACCEPT), 3):
        living.later(1, 9)
        _name(living, kind)
    _rules(living)
    _measure(living, good=True)
    for kind in living.random.sample(sorted(SEATS), 3):
        living.later(1, 12)
        _decide(living, kind, "cleared")
    living.later(1, 10)
    if living.do(actions.adopt, "office"):
        _live_on_after_adoption(living)


def _live_on_after_adoption(living: Living) -> None:
    for _ in range(living.random.randint(0, 3)):
        living.later(150, 340)
        drawn = living.random.random()
        if drawn < 0.6:
            _measure(living, good=True)
            for kind in sorted(SEATS):
                _decide(living, kind, "cleared")
        elif drawn < 0.7:
            living.do(actions.roll_back, "office", reason="It made more work than it took.")
        elif drawn < 0.85:
            living.do(actions.amend, "office", set={"tool": "Assistant, next version"})
        else:
            living.do(actions.leave, "sponsor", gate="named-sponsor")


def _live_retired(living: Living) -> None:
    _live_tried(living)
    living.length = LONGEST + 90
    living.later(10, 90)
    living.do(actions.retire, "office", learned="The letters were never the slow part.")


def _begin(living: Living) -> None:
    living.record()
    living.later(0, 30)
    living.do(actions.start, "office")


def _any_answer(living: Living) -> None:
    _ask(living, living.random.choice(sorted(SEATS)))


def _ask(living: Living, kind: str) -> None:
    outcome = living.random.choices(
        ["cleared", "conditional", "changes_requested", "refused"], weights=[50, 15, 20, 15]
    )[0]
    _decide(living, kind, outcome)
    if outcome == "conditional" and living.random.random() < 0.5:
        living.later(5, 50)
        living.do(actions.meet_condition, "office", gate=kind, text="Tell people first", evidence="a letter")
    elif outcome in ("changes_requested", "refused") and living.random.random() < 0.6:
        living.later(2, 40)
        living.do(actions.answer, "office", gate=kind, text="Here is what you asked for.")
        living.later(2, 30)
        _decide(living, kind, "cleared")


def _decide(living: Living, kind: str, outcome: str) -> None:
    holder, deputy = SEATS[kind]
    by = deputy if living.random.random() < 0.1 else holder
    values: dict[str, Any] = {"outcome": outcome, "reason": "As agreed at the desk."}
    if outcome == "conditional":
        due = living.day + timedelta(days=60)
        owner = living.stage.people["manager"].pk
        values["conditions"] = [{"text": "Tell people first", "owner": owner, "due": due}]
    if outcome == "changes_requested":
        outside = living.random.random() < 0.2
        values["court"] = "outside" if outside else "team"
        values["until"] = living.day + timedelta(days=30)
    living.do(actions.decide, by, gate=kind, **values)


def _exception(living: Living) -> None:
    kind = living.random.choice(["legal-sign-off", "it-data-access"])
    until = living.day + timedelta(days=living.random.randint(20, 80))
    if living.do(actions.ask_exception, "office", gate=kind, reason="The season will not wait.", until=until):
        living.later(0, 6)
        living.do(actions.except_, SEATS[kind][0], gate=kind, reason="For the season.", until=until)


def _any_name(living: Living) -> None:
    _name(living, living.random.choice(sorted(ACCEPT)))


def _name(living: Living, kind: str) -> None:
    who = ACCEPT[kind]
    living.do(actions.nominate, "office", gate=kind, person=living.stage.people[who])
    if living.random.random() < 0.8 or living.length == LONGEST:
        living.later(1, 12)
        living.do(actions.accept, who, gate=kind)


def _measure(living: Living, good: bool = False) -> None:
    living.do(
        actions.register_threshold,
        "office",
        metric="right first time",
        direction="at_least",
        value=0.9,
        kind="proportion",
        smallest_sample=100,
    )
    living.later(2, 20)
    value = 0.97 if good else living.random.choice([0.97, 0.9, 0.7])
    living.do(actions.record_measurement, "office", value=value, sample=400)


def _put_off(living: Living) -> None:
    later = living.day + timedelta(days=living.random.randint(20, 60))
    living.do(actions.move_decide_by, "office", to=later, reason="Not enough seen yet.")


def _pause(living: Living) -> None:
    until = living.day + timedelta(days=living.random.randint(10, 60))
    living.do(actions.pause, "office", until=until, reason="The busy season.")


def _rules(living: Living) -> None:
    people = living.stage.people
    living.do(
        actions.set_rules,
        "office",
        acceptable_use="Drafts, read by a person before they are sent",
        trust_when="The case is of a known kind",
        override_when="A customer is upset",
        exceptions_to=people["sponsor"],
        exceptions_deputy=people["error_owner"],
        matters_more="accuracy",
        success="Fewer letters twice",
    )
    living.later(1, 8)
    living.do(actions.confirm_rules, "manager")
    living.do(actions.accept_risk, "escalation")


WAYS: dict[Callable[[Living], None], int] = {
    _live_planned: 16,
    _not_stated: 5,
    _live_claimed: 18,
    _live_tried: 38,
    _carried_through: 14,
    _live_retired: 9,
}
"""How a pilot may live, and how many of a hundred do."""
