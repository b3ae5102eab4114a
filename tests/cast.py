"""Everybody who comes near a pilot, each in one capacity, for the tests that try every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from pilots import access, verbs
from pilots.models import Decision, Evidence, Gate, GateKind, Person, Pilot, PortfolioRole
from pilots.today import today

LEGAL, IT, QUALITY = "legal-sign-off", "it-data-access", "quality-threshold"
SPONSOR, FUNDING, ERROR = "named-sponsor", "funding-owner", "error-owner"
NAME = "Zephyr renewal drafts"
"""A name that no page shows by chance."""

ROLES: dict[str, frozenset[str]] = {
    "office": frozenset({access.OFFICE}),
    "neighbour": frozenset(),
    "sponsor": frozenset({access.SPONSOR, access.NAMED}),
    "decider": frozenset({access.DECIDER, access.HOLDER}),
    "deputy": frozenset({access.DECIDER, access.DEPUTY}),
    "delegate": frozenset({access.DECIDER, access.DELEGATE}),
    "stand_in": frozenset({access.DECIDER}),
    "head": frozenset({access.ESCALATION}),
    "manager": frozenset({access.MANAGER}),
    "named": frozenset({access.NAMED}),
    "reviewer": frozenset({access.REVIEWER}),
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
        self.function = verbs.name_function(name="Customer operations", by=None, **when)
        self.portfolio = verbs.open_portfolio(key="ours", name="Ours", escalation=self["head"], by=None, **when)
        self.elsewhere = verbs.open_portfolio(key="theirs", name="Theirs", by=None, **when)
        self._roles()
        self._rights()
        self._pilot = verbs.record(
            portfolio=self.portfolio,
            key="ZZ-7731",
            name=NAME,
            function=self.function,
            manager=self["manager"],
            by=None,
            **when,
        )
        self.names(SPONSOR, "sponsor")
        verbs.accept(gate=self.gate(SPONSOR), by=self["sponsor"], **when)
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
            verbs.give_role(portfolio=portfolio, person=self[name], role=role, by=None, **self.when)

    def _rights(self) -> None:
        """One right for each kind that is decided, with a deputy, a delegate of these days and an escalation person."""
        self.rights = {}
        for key in (LEGAL, IT, QUALITY):
            kind = GateKind.objects.get(key=key)
            right = verbs.assign_right(
                kind=kind,
                portfolio=self.portfolio,
                holder=self["decider"],
                deputy=self["deputy"],
                escalate_to=self["stand_in"],
                by=None,
                **self.when,
            )
            verbs.delegate(right=right, to=self["delegate"], until=self.day(-60), by=None, **self.when)
            self.rights[key] = right

    # Where the pilot may be taken from there

    def gate(self, kind: str) -> Gate:
        return self.pilot.gates.select_related("pilot__portfolio", "kind").get(kind__key=kind)

    def names(self, kind: str, name: str) -> None:
        verbs.nominate(gate=self.gate(kind), person=self[name], by=None, **self.when)

    def runs(self) -> None:
        verbs.start(pilot=self.pilot, by=self["office"], on=self.start)

    def decided(self, kind: str, outcome: str, **says: Any) -> Decision:
        says = {"by": self["decider"], "reason": "As agreed.", "on": self.day(5)} | says
        return verbs.decide(gate=self.gate(kind), outcome=outcome, **says)

    def agreed(self) -> None:
        verbs.register_threshold(
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
        verbs.record_measurement(pilot=self.pilot, by=self["office"], value=0.95, sample=400, on=self.day(8))

    def ruled(self) -> None:
        verbs.set_rules(
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
        verbs.confirm_rules(pilot=self.pilot, by=self["manager"], on=self.day(8))
        verbs.accept_risk(pilot=self.pilot, by=self["named"], on=self.day(8))
        self.measured()
        for kind in (LEGAL, IT, QUALITY):
            self.decided(kind, "cleared")
        for kind in (FUNDING, ERROR):
            self.names(kind, "named")
            verbs.accept(gate=self.gate(kind), by=self["named"], on=self.day(5))

    def adopted(self) -> None:
        self.all_clear()
        verbs.adopt(pilot=self.pilot, by=self["office"], on=self.day(4))

    def around(self) -> None:
        """Running, with a decision, a piece of evidence and an absence, so that every table has a row."""
        self.runs()
        self.decided(LEGAL, "cleared")
        self.piece = self.filed()
        self.absence = verbs.away(person=self["outsider"], by=None, starts=self.day(), ends=self.day(-9))

    def filed(self) -> Evidence:
        return verbs.file_evidence(
            pilot=self.pilot, by=self["office"], file=[b"%PDF-1.7\n%%EOF\n"], file_name="minutes.pdf", on=self.day(5)
        )


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
