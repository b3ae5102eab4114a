"""Plays the sample through the actions, on its days: nothing in it could not have been done by the people who did it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from pilots import actions
from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.models import DecisionRight, Function, GateKind, Person, Pilot, Portfolio
from pilots.refusals import Refused
from pilots.rules.actions import ACTIONS, Target
from readiness.demo.sample import script
from readiness.demo.sample.script import Calendar, Step
from readiness.queries.friction import bring_up_to_date

PEOPLE = ("person", "for", "holder", "deputy", "escalate_to", "manager", "owner", "exceptions_to", "exceptions_deputy")
ON_PORTFOLIO = frozenset(
    {"ask_pulse", "assign_right", "give_role", "open_policy_gap", "schedule_review", "set_stall_policy"}
)
"""What is done to the portfolio."""
BY_DO = {word.strip("_"): action for word, action in ACTIONS.items()}
"""The actions, by what a step is script to do."""


class Unplayable(Exception):
    """A step of the sample that an action refused. It is a slip in the sample, never in the reader's data."""


def address(name: str, domain: str) -> str:
    """Where letters to a person of the sample would go; the domain is one that never exists (RFC 2606)."""
    return f"{name.lower().replace(' ', '.')}@{domain}"


@transaction.atomic
def play(today: date) -> Played:
    """Put the whole sample on record as of a day: all of it, or nothing."""
    calendar = Calendar(today)
    played = Played()
    played.open_company(script.company(), calendar)
    for step in script.steps(calendar):
        try:
            played.perform(step)
        except Refused as refused:
            raise Unplayable(f"{refused.code}: {refused.says} {step}") from refused
    bring_up_to_date()
    return played


class Played:
    """The company as far as it has been played: its rows, by the names that the script gives them."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.functions: dict[str, Function] = {}
        self.pilots: dict[str, Pilot] = {}
        self.gates: dict[tuple[str, str], Any] = {}
        self.kinds = {kind.key: kind for kind in GateKind.objects.all()}
        self.portfolio: Portfolio

    def open_company(self, script: dict[str, Any], calendar: Calendar) -> None:
        """The functions, the people and the portfolio, before anything happens."""
        day = calendar.day(script["opened"])
        when: dict[str, Any] = {"on": day, "known": day, "by": None}
        for name in script["functions"]:
            self.functions[name] = actions.name_function(name=name, **when)
        for key, says in script["people"].items():
            function = self.functions[says["function"]] if "function" in says else None
            self.people[key] = actions.open_account(
                email=address(says["name"], script["domain"]), name=says["name"], function=function, **when
            )
        self.portfolio = actions.open_portfolio(
            key=script["key"],
            name=script["name"],
            escalation=self.people[script["escalation"]],
            calendar=script["calendar"],
            **when,
        )

    def perform(self, step: Step) -> None:
        """One step, through its action."""
        if step.do == script.REPORT:
            self._report(step)
            return
        by = self.people[step.by] if step.by else None
        values = self._rows(step.values)
        when: dict[str, Any] = {"on": step.on, "known": step.known}
        if step.do == "record":
            assert step.pilot is not None
            pilot = actions.record(portfolio=self.portfolio, by=by, **when, **values)
            self.pilots[step.pilot] = pilot
            for gate in pilot.gates.select_related("kind"):
                gate.pilot = pilot
                self.gates[step.pilot, gate.kind.key] = gate
            return
        where = self._where(step, values)
        action = BY_DO[step.do]
        # What only a list does has nobody to name.
        whose = {"by": by} if action.allowed else {}
        action = getattr(actions, action.word)
        action(**where, **whose, **when, **values)

    def _report(self, step: Step) -> None:
        """What a manager answered on a pilot; of who it was nothing is kept but a pseudonym."""
        assert step.by is not None
        assert step.pilot is not None
        answers = {
            question: FrictionAnswer(says["point"], says.get("minutes"), says.get("words", ""))
            for question, says in step.values.items()
        }
        # As it is on record by now: its manager may have come later.
        pilot = Pilot.objects.get(pk=self.pilots[step.pilot].pk)
        report_friction(by=self.people[step.by], pilot=pilot, answers=answers, on=step.on)

    def _where(self, step: Step, values: dict[str, Any]) -> dict[str, Any]:
        """What the action is done to: a gate, a pilot, or what the company has settled."""
        if step.pilot is None:
            if step.do in ON_PORTFOLIO:
                return {"portfolio": self.portfolio}
            return self._right(values) if step.do == "delegate" else {}
        if BY_DO[step.do].target is Target.GATE:
            return {"gate": self.gates[step.pilot, values.pop("gate")]}
        return {"pilot": self.pilots[step.pilot]}

    def _right(self, values: dict[str, Any]) -> dict[str, Any]:
        """The right of a function that somebody lets somebody else use for a while."""
        right = DecisionRight.objects.get(kind=values.pop("kind"), function=values.pop("function"), until=None)
        return {"right": right, "to": values.pop("person")}

    def _rows(self, script: dict[str, Any]) -> dict[str, Any]:
        """The step's values with rows instead of the names of them."""
        values: dict[str, Any] = {}
        for name, value in script.items():
            if name in PEOPLE:
                value = self.people[value]
            elif name == "function":
                value = self.functions[value]
            elif name == "kind" and value in self.kinds:
                value = self.kinds[value]
            elif name == "pilots":
                value = [self.pilots[key] for key in value]
            elif name == "gap":
                value = self.portfolio.policy_gaps.get(point=value)
            elif name == "set":
                value = self._rows(value)
            elif name == "conditions":
                value = [c | {"owner": self.people[c["owner"]].pk} for c in value]
            values["for_" if name == "for" else name] = value
        return values
