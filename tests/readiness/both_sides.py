"""A pilot with a sponsor, its manager and three fellow managers, and what both sides say of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from pilots import actions
from pilots.models import Person
from tests.company import Company, a_person, browser_of

MONDAY = date(2026, 11, 2)
"""A Monday on which the managers answer."""
LATER = MONDAY + timedelta(days=21)
STEPS = [
    {"name": "Model drafts", "minutes": 1, "who": "Model"},
    {"name": "Agent corrects", "minutes": 3, "who": "Agent"},
    {"name": "Second agent approves", "minutes": 2, "counts_as": "review"},
    {"name": "Send", "minutes": 1},
]
READING = {"name": "Manager reads every line", "minutes": 7, "counts_as": "review", "is_judgement": True}


class Both:
    """A running pilot with a sponsor, its manager and three fellow managers."""

    def __init__(self, frozen: Any) -> None:
        self.freeze = frozen
        frozen(MONDAY)
        self.company = Company()
        self.pilot = self.company.running(ago=40)
        self.managers: list[Person] = [self.company.ottilie]
        for name in ("mila", "nils", "odo"):
            person = a_person(name)
            actions.add_fellow_manager(pilot=self.pilot, by=self.company.ria, person=person)
            self.managers.append(person)

    def announced(self) -> None:
        actions.announce_workflow(pilot=self.pilot, by=self.company.ria, steps=STEPS, by_hand=16, runs=140)

    def lived(self, number: int, *more: Any) -> None:
        """What that many of the managers say of a run: correcting takes six, nobody approves, and they read every line."""
        for place, person in enumerate(self.managers[:number]):
            said = [
                {"name": "Agent corrects", "minutes": 6 + place},
                {"name": "Second agent approves", "minutes": 2, "times": 0},
                READING,
                *more,
            ]
            actions.describe_steps(pilot=self.pilot, by=person, steps=said)

    def asked(self) -> None:
        actions.ask_pulse(portfolio=self.company.portfolio, by=self.company.ria)

    def answered(self, *scores: int) -> None:
        for person, score in zip(self.managers, scores, strict=False):
            actions.answer_pulse_unnamed(pilot=self.pilot, by=person, score=score)

    def get(self, person: Person, page: str, **query: str) -> Any:
        return browser_of(person).get(reverse(f"readiness:{page}", args=[self.pilot.key]), query)
