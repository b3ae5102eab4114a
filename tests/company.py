"""Everybody who comes near a pilot, each in one capacity, for the tests that try every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from pilots import actions, permissions
from pilots.clock import today
from pilots.models import Decision, Evidence, Gate, GateKind, Person, Pilot, PortfolioRole

LEGAL, IT, QUALITY = "legal-sign-off", "it-data-access", "quality-threshold"
SPONSOR, FUNDING, ERROR = "named-sponsor", "funding-owner", "error-owner"
NAME = "Zephyr renewal drafts"
"""A name that no page shows by chance."""

ROLES: dict[str, frozenset[str]] = {
    "office": frozenset({permissions.OFFICE}),
    "neighbour": frozenset(),
    "sponsor": frozenset({permissions.SPONSOR, permissions.NAMED}),
    "decider": frozenset({permissions.DECIDER, permissions.HOLDER}),
    "deputy": frozenset({permissions.DECIDER, permissions.DEPUTY}),
    "delegate": frozenset({permissions.DECIDER, permissions.DELEGATE}),
    "stand_in": frozenset({permissions.DECIDER}),
    "head": frozenset({permissions.ESCALATION}),
    "manager": frozenset({permissions.MANAGER}),
    "named": frozenset({permissions.NAMED}),
    "reviewer": frozenset({permissions.REVIEWER}),
    "outsider": frozenset(),
    "anonymous": frozenset(),
}
"""What each of the cast is to the pilot. The neighbour is of another portfolio's program office; the stand-in is the right's
escalation person, and decides only where the others cannot; the head is the portfolio's escalation person."""

OFFICES = frozenset({"office", "neighbour"})


class Cast:
    """The people, two portfolios, and one planned pilot that was recorded forty days ago. Everything is done by verbs."""

    def __init__(self) -> None:
        self.start = self.day(40)
        self.people: dict[str, Person] = {
            name: Person.objects.create_user(f"{name}@cast.example", None, name=name.title())
            for name in ROLES
            if name != "anonymous"
        }
        when = self.when
        self.function = actions.name_function(name="Customer operations", by=None, **when)
        self.portfolio = actions.open_portfolio(key="ours", name="Ours", escalation=self["head"], by=None, **when)
        self.elsewhere = actions.open_portfolio(key="theirs", name="Theirs", by=None, **when)
        self._roles()
        self._rights()
        self._pilot = actions.record(
            portfolio=self.portfolio,
            key="ZZ-7731",
            name=NAME,
            function=self.function,
            manager=self["manager"],
            by=None,
            **when,
        )
        self.names(SPONSOR, "sponsor")
        actions.accept(gate=self.gate(SPONSOR), by=self["sponsor"], **when)
        self.names(ERROR, "named")

    def __getitem__(self, name: str) -> Person:
        """One of the cast, as they are on record now: what a test undid is not remembered."""
        return Person.objects.get(pk=self.people[name].pk)

    @property
    def pilot(self) -> Pilot:
        """The pilot as it is on record now."""
        return Pilot.objects.select_related("portfolio").get(pk=self._pilot.pk)

    @property
    def when(self) -> dict[str, Any]:
        """On the day of the record."""
        return {"on": self.start, "known": self.start}

    @staticmethod
    def day(ago: int = 0) -> date:
        return today() - timedelta(days=ago)

    def _roles(self) -> None:
        for portfolio, name, role in (
            (self.portfolio, "office", PortfolioRole.Role.PROGRAM_OFFICE),
            (self.elsewhere, "neighbour", PortfolioRole.Role.PROGRAM_OFFICE),
            (self.portfolio, "reviewer", PortfolioRole.Role.REVIEWER),
        ):
            actions.give_role(portfolio=portfolio, person=self[name], role=role, by=None, **self.when)

    def _rights(self) -> None:
        """One right for each kind that is decided, with a deputy, a delegate of these days and an escalation person."""
        self.rights = {}
        for key in (LEGAL, IT, QUALITY):
            kind = GateKind.objects.get(key=key)
            right = actions.assign_right(
                kind=kind,
                portfolio=self.portfolio,
                holder=self["decider"],
                deputy=self["deputy"],
                escalate_to=self["stand_in"],
                by=None,
                **self.when,
            )
            actions.delegate(right=right, to=self["delegate"], until=self.day(-60), by=None, **self.when)
            self.rights[key] = right

    # Where the pilot may be taken from there

    def gate(self, kind: str) -> Gate:
        return self.pilot.gates.select_related("pilot__portfolio", "kind").get(kind__key=kind)

    def names(self, kind: str, name: str) -> None:
        actions.nominate(gate=self.gate(kind), person=self[name], by=None, **self.when)

    def runs(self) -> None:
        actions.start(pilot=self.pilot, by=self["office"], on=self.start)

    def decided(self, kind: str, outcome: str, **says: Any) -> Decision:
        says = {"by": self["decider"], "reason": "As agreed.", "on": self.day(5)} | says
        return actions.decide(gate=self.gate(kind), outcome=outcome, **says)

    def agreed(self) -> None:
        actions.register_threshold(
            pilot=self.pilot,
            by=self["office"],
            metric="Share sent",
            direction="at_least",
            value=0.8,
            kind="proportion",
            smallest_sample=50,
            on=self.day(9),
        )

    def measured(self) -> None:
        self.agreed()
        actions.record_measurement(pilot=self.pilot, by=self["office"], value=0.95, sample=400, on=self.day(8))

    def ruled(self) -> None:
        actions.set_rules(
            pilot=self.pilot,
            by=self["office"],
            acceptable_use="Drafts.",
            trust_when="Terms are standard.",
            override_when="A complaint is open.",
            exceptions_to=self["manager"],
            exceptions_deputy=self["named"],
            matters_more="accuracy",
            success="Nobody reads every line.",
            on=self.day(9),
        )

    def all_clear(self) -> None:
        """Running, and nothing is missing for adoption."""
        self.runs()
        self.ruled()
        actions.confirm_rules(pilot=self.pilot, by=self["manager"], on=self.day(8))
        actions.accept_risk(pilot=self.pilot, by=self["named"], on=self.day(8))
        self.measured()
        for kind in (LEGAL, IT, QUALITY):
            self.decided(kind, "cleared")
        for kind in (FUNDING, ERROR):
            self.names(kind, "named")
            actions.accept(gate=self.gate(kind), by=self["named"], on=self.day(5))

    def adopted(self) -> None:
        self.all_clear()
        actions.adopt(pilot=self.pilot, by=self["office"], on=self.day(4))

    def around(self) -> None:
        """Running, with a decision, a piece of evidence and an absence, so that every table has a row."""
        self.runs()
        self.decided(LEGAL, "cleared")
        self.piece = self.filed()
        self.absence = actions.away(person=self["outsider"], by=None, starts=self.day(), ends=self.day(-9))

    def filed(self) -> Evidence:
        return actions.file_evidence(
            pilot=self.pilot, by=self["office"], file=[b"%PDF-1.7\n%%EOF\n"], file_name="minutes.pdf", on=self.day(5)
        )


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
