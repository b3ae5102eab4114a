"""A named cast and one running pilot, for everything that people see and press."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from pilots import actions
from pilots.clock import today
from pilots.models import Function, Gate, GateKind, Person, Pilot, Portfolio, PortfolioRole

NAMES = {
    "ria": "Ria Sand",
    "ansel": "Ansel Quaye",
    "perpetua": "Perpetua Rask",
    "jory": "Jory Mellin",
    "bastian": "Bastian Oake",
    "tove": "Tove Harlan",
    "ottilie": "Ottilie Bramm",
    "ines": "Ines Thorvall",
    "hedda": "Hedda Fjorn",
    "vera": "Vera Lund",
    "noam": "Noam Outside",
}
"""The office, the sponsor, Legal and her deputy, IT, quality, the manager, the escalation person, the error owner, a reviewer, a stranger."""


@dataclass
class Stage:
    """Everybody, and the pilots that were put on it."""

    portfolio: Portfolio
    function: Function
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def day(self, ago: int = 0) -> date:
        return today() - timedelta(days=ago)

    def pilot(self, key: str = "CO-014", name: str = "Renewal drafts", *, ago: int = 40, **values: Any) -> Pilot:
        """A pilot on record, planned."""
        given = {
            "workflow": "drafting renewal e-mails",
            "tool": "Drafter 1",
            "data": "shared mailbox",
            "function": self.function,
            "manager": self.ottilie,
        }
        return actions.record(
            portfolio=self.portfolio, key=key, name=name, by=self.ria, on=self.day(ago), **given | values
        )

    def running(self, *args: Any, ago: int = 40, **values: Any) -> Pilot:
        """A pilot that was started on the day of its record, carried by Ansel."""
        pilot = self.pilot(*args, ago=ago, **values)
        actions.start(pilot=pilot, by=self.ria, on=self.day(ago))
        self.accepts("named-sponsor", pilot, self.ansel, ago=ago)
        pilot.refresh_from_db()
        return pilot

    def gate(self, pilot: Pilot, kind: str) -> Gate:
        return pilot.gates.select_related("pilot", "kind").get(kind__key=kind)

    def accepts(self, kind: str, pilot: Pilot, person: Person, *, ago: int = 0) -> None:
        gate, on = self.gate(pilot, kind), self.day(ago)
        actions.nominate(gate=gate, by=self.ria, person=person, on=on)
        actions.accept(gate=gate, by=person, on=on)

    def all_clear(self, pilot: Pilot, *, ago: int = 5) -> Pilot:
        """Every gate has its yes, and the rules are known."""
        on = self.day(ago)
        # Before anybody signs: Legal seals what it may be used for.
        self.rules(pilot, ago=ago)
        for kind, who in (("legal-sign-off", self.perpetua), ("it-data-access", self.bastian)):
            actions.decide(
                gate=self.gate(pilot, kind), by=who, outcome="cleared", reason="Standard terms apply.", on=on
            )
        for kind in ("funding-owner", "error-owner"):
            self.accepts(kind, pilot, self.hedda, ago=ago)
        self.measured(pilot, ago=ago)
        actions.decide(
            gate=self.gate(pilot, "quality-threshold"),
            by=self.tove,
            outcome="cleared",
            reason="It meets what was agreed.",
            on=on,
        )
        pilot.refresh_from_db()
        return pilot

    def measured(self, pilot: Pilot, *, ago: int = 5) -> None:
        actions.register_threshold(
            pilot=pilot,
            by=self.ria,
            metric="Share sent unchanged",
            direction="at_least",
            value=0.85,
            kind="proportion",
            smallest_sample=100,
            on=self.day(ago),
        )
        actions.record_measurement(pilot=pilot, by=self.ria, value=0.93, sample=400, on=self.day(ago))

    def rules(self, pilot: Pilot, *, ago: int = 0) -> None:
        on = self.day(ago)
        actions.set_rules(
            pilot=pilot,
            by=self.ria,
            acceptable_use="Standard terms, in writing.",
            trust_when="Price is unchanged.",
            override_when="Any complaint is open.",
            exceptions_to=self.ottilie,
            exceptions_deputy=self.hedda,
            matters_more="accuracy",
            success="Ottilie stops reading every line.",
            on=on,
        )
        actions.accept_risk(pilot=pilot, by=self.hedda, on=on)
        actions.confirm_rules(pilot=pilot, by=self.ottilie, on=on)


def set_the_stage() -> Stage:
    """The cast, with a right for each kind that is decided."""
    function = Function.objects.create(name="Customer operations")
    portfolio = Portfolio.objects.create(key="service", name="Service lines")
    stage = Stage(portfolio, function)
    for short, name in NAMES.items():
        stage.people[short] = Person.objects.create_user(f"{short}@example.org", None, name=name)
    portfolio.escalation = stage.ines
    portfolio.save()
    roles = {stage.ria: "program-office", stage.vera: "reviewer"}
    for person, role in roles.items():
        PortfolioRole.objects.create(portfolio=portfolio, person=person, role=role)
    rights = {
        "legal-sign-off": (stage.perpetua, stage.jory),
        "it-data-access": (stage.bastian, None),
        "quality-threshold": (stage.tove, None),
    }
    for kind, (holder, deputy) in rights.items():
        actions.assign_right(
            kind=GateKind.objects.get(key=kind),
            portfolio=portfolio,
            holder=holder,
            deputy=deputy,
            escalate_to=stage.ines,
            by=None,
            starts=date(2020, 1, 1),
            on=date(2020, 1, 1),
        )
    return stage


@pytest.fixture
def stage(db: None) -> Stage:
    return set_the_stage()
