"""A portfolio in Bavaria whose rights are assigned test by test."""

from __future__ import annotations

from datetime import date
from typing import Any

from pilots import actions
from pilots.models import DecisionRight, Function, GateKind, Pilot
from readiness.rules.who_decides import who_decides
from tests.company import LEGAL, MARCH, Named, a_cast, a_portfolio, a_running_pilot

JAN = date(2025, 1, 1)


class Works(Named):
    """A portfolio in Bavaria, with its people."""

    def __init__(self) -> None:
        self.people = a_cast("ria", "lena", "dora", "kai", "wim", "otto", "sam")
        self.portfolio = a_portfolio(
            day=JAN, office=self.people["ria"], name="Works", calendar="DE-BY", escalation=self.people["kai"]
        )
        self.service = Function.objects.create(name="Customer service")
        self.legal = GateKind.objects.get(key=LEGAL)

    def right(self, holder: str = "lena", **more: Any) -> DecisionRight:
        values = {"deputy": None, "escalate_to": None, "starts": JAN} | more
        for part in ("deputy", "escalate_to"):
            if values[part]:
                values[part] = self.people[values[part]]
        kind = values.pop("kind", self.legal)
        return actions.assign_right(
            kind=kind, holder=self.people[holder], by=None, portfolio=self.portfolio, on=JAN, known=JAN, **values
        )

    def pilot(self, key: str = "P-1", **more: Any) -> Pilot:
        facts = {"function": self.service, "name": f"Drafts {key}"} | more
        return a_running_pilot(self.portfolio, key, day=MARCH, by=self.ria, **facts)

    def who(self, at: date) -> Any:
        return who_decides(self.legal, self.portfolio, self.service, at=at)
