"""Managers who live with pilots, and what they report (rule 13): the founding story's cast. A week is named by how many ago it was."""

from __future__ import annotations

from datetime import date, timedelta

from pilots import actions
from pilots.actions.friction import FrictionAnswer, report_friction
from pilots.clock import today
from pilots.models import Function, Person, Pilot, Portfolio
from pilots.rules.weeks import week_of
from tests.company import a_person, a_portfolio

BURDEN = "reading-every-line"
UNREAD = "what-goes-unread"
START = date(2020, 1, 1)


def weeks_ago(number: int) -> date:
    """The Monday of the week that lies so many weeks back."""
    return week_of(today()) - timedelta(weeks=number)


class Managers:
    """A portfolio with an office, a reviewer and managers, each of a pilot of their own in the function that is named."""

    def __init__(self, portfolio: Portfolio | None = None) -> None:
        self.office, self.reviewer = a_person("office"), a_person("reviewer")
        self.portfolio = portfolio or a_portfolio("service", day=START, office=self.office)
        actions.give_role(portfolio=self.portfolio, person=self.reviewer, role="reviewer", by=None)
        self.pilots: dict[str, Pilot] = {}

    def __getitem__(self, name: str) -> Person:
        manager = self.pilots[name].manager
        assert manager is not None
        return manager

    def joins(self, name: str, function: str = "") -> Pilot:
        """A manager with a pilot."""
        place = Function.objects.get_or_create(name=function)[0] if function else None
        facts = {"name": f"Drafts of {name}", "workflow": f"drafting letters {name}", "manager": a_person(name)}
        pilot = actions.record(
            portfolio=self.portfolio, key=f"S-{len(self.pilots) + 1}", by=None, function=place, **facts, on=START
        )
        actions.start(pilot=pilot, by=None, on=START)
        self.pilots[name] = Pilot.objects.select_related("manager").get(pk=pilot.pk)
        return self.pilots[name]

    def reports(
        self,
        name: str,
        point: str = "",
        ago: int = 1,
        *,
        question: str = "rework",
        minutes: int | None = 60,
        sentence: str = "",
        **others: FrictionAnswer,
    ) -> None:
        """A manager names one point, or says “nowhere”; other questions as given."""
        answers = {question: FrictionAnswer(point, minutes, sentence)} | others
        pilot = self.pilots[name]
        report_friction(by=self[name], pilot=pilot, answers=answers, on=weeks_ago(ago))
