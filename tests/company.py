"""The company of the tests: its people, its portfolio and its rights, and pilots by the state that they are in.

Everything is done by actions, so that what a test starts from could have been done by people. Factories take the day on
which it was done and written down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from pilots import actions
from pilots.clock import today
from pilots.models import (
    Decision,
    DecisionRight,
    Evidence,
    Function,
    Gate,
    GateKind,
    Person,
    Pilot,
    Portfolio,
    PortfolioRole,
)
from pilots.rules.vocabulary import Role
from readiness.inventory.mapping import as_data
from readiness.inventory.mappings import find
from readiness.models import ImportSession
from readiness.queries import snapshots
from readiness.rules import standing

LEGAL, DATA, QUALITY = "legal-sign-off", "it-data-access", "quality-threshold"
SPONSOR, FUNDING, ERROR = "named-sponsor", "funding-owner", "error-owner"
MARCH = date(2025, 3, 3)
NAME = "Zephyr renewal drafts"
"""A name that no page shows by chance."""


def on(day: date) -> dict[str, Any]:
    """Done and written down on one day."""
    return {"on": day, "known": day}


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# People and rights --------------------------------------------------------------------------------------------------


def a_person(name: str, **more: Any) -> Person:
    """Somebody with an account that is called after them."""
    return Person.objects.create_user(f"{name}@example.org", None, name=name.title(), **more)


def a_cast(*names: str) -> dict[str, Person]:
    """Several people, each by the first name."""
    return {name: a_person(name) for name in names}


def a_portfolio(key: str = "p", *, day: date, office: Person | None = None, **more: Any) -> Portfolio:
    """A portfolio, with its program office where one is named."""
    portfolio = actions.open_portfolio(key=key, by=None, **{"name": key.upper()} | more, **on(day))
    if office is not None:
        actions.give_role(portfolio=portfolio, person=office, role="program-office", by=None, **on(day))
    return portfolio


def an_account(name: str, *, day: date) -> Person:
    """Somebody whose account was opened on a day, and the log says so."""
    return actions.open_account(email=f"{name}@example.org", name=name.title(), by=None, **on(day))


def an_office_of(portfolio: Portfolio, name: str = "ria", *, day: date) -> Person:
    """Somebody of a portfolio's program office, as they are on record now."""
    person = an_account(name, day=day)
    actions.give_role(portfolio=portfolio, person=person, role="program-office", by=None, **on(day))
    return Person.objects.get(pk=person.pk)


def a_right(kind: str, holder: Person, portfolio: Portfolio | None, *, day: date, **more: Any) -> DecisionRight:
    """The right to decide a kind of gate in a portfolio, or everywhere."""
    found = GateKind.objects.get(key=kind)
    return actions.assign_right(kind=found, holder=holder, portfolio=portfolio, by=None, **more, **on(day))


def browser_of(person: Person | None, **how: Any) -> Client:
    """The browser of somebody who has signed in, as they are on record now; nobody is a stranger."""
    client = Client(**how)
    if person is not None:
        client.force_login(Person.objects.get(pk=person.pk))
    return client


# Pilots by their state ----------------------------------------------------------------------------------------------


def a_planned_pilot(
    portfolio: Portfolio, key: str = "P-1", *, day: date, by: Person | None = None, **facts: Any
) -> Pilot:
    return actions.record(portfolio=portfolio, key=key, by=by, **{"name": "Drafts"} | facts, **on(day))


def a_running_pilot(
    portfolio: Portfolio, key: str = "P-1", *, day: date, by: Person | None = None, **facts: Any
) -> Pilot:
    """A pilot that was started on the day of its record."""
    pilot = a_planned_pilot(portfolio, key, day=day, by=by, **facts)
    actions.start(pilot=pilot, by=by, **on(day))
    return pilot


def a_claimed_pilot(
    portfolio: Portfolio, key: str = "P-1", *, day: date, by: Person | None = None, **facts: Any
) -> Pilot:
    """A running pilot that a list calls adopted, and nothing shows it."""
    pilot = a_running_pilot(portfolio, key, day=day, by=by, **facts)
    actions.record_claim(pilot=pilot, **on(day))
    return pilot


def gate_of(pilot: Pilot, kind: str = LEGAL) -> Gate:
    """A gate as it is on record now."""
    return pilot.gates.select_related("pilot__portfolio", "kind").get(kind__key=kind)


def with_an_acceptance(pilot: Pilot, kind: str, person: Person, *, by: Person | None, **when: date) -> None:
    """Somebody is named for an acceptance gate, and accepts in their own name."""
    actions.nominate(gate=gate_of(pilot, kind), by=by, person=person, **when)
    actions.accept(gate=gate_of(pilot, kind), by=person, **when)


def with_a_threshold(pilot: Pilot, *, by: Person, **other: Any) -> None:
    """What is good enough is agreed: 80 % of at least 50, unless said."""
    says = {"metric": "Share sent unchanged", "direction": "at_least", "value": 0.8, "kind": "proportion"}
    actions.register_threshold(pilot=pilot, by=by, **says | {"smallest_sample": 50} | other)


def with_a_result(pilot: Pilot, *, by: Person, value: float = 0.95, sample: int = 400, **when: date) -> None:
    """Measured, and met beyond chance unless said."""
    actions.record_measurement(pilot=pilot, by=by, value=value, sample=sample, **when)


def with_rules(pilot: Pilot, *, by: Person, exceptions_to: Person, exceptions_deputy: Person, **other: Any) -> None:
    """All the known rules are stated; nobody has said yet that they can work by them."""
    says = {
        "acceptable_use": "Standard terms, in writing.",
        "trust_when": "Price is unchanged.",
        "override_when": "Any complaint is open.",
        "exceptions_to": exceptions_to,
        "exceptions_deputy": exceptions_deputy,
        "matters_more": "accuracy",
        "success": "Ottilie stops reading every line.",
    }
    actions.set_rules(pilot=pilot, by=by, **says | other)


def with_rules_known(pilot: Pilot, *, manager: Person, accepted_by: Person, **when: date) -> None:
    """The manager can work by the rules, and the risk is accepted."""
    actions.accept_risk(pilot=pilot, by=accepted_by, **when)
    actions.confirm_rules(pilot=pilot, by=manager, **when)


# The company by name, for the pages ---------------------------------------------------------------------------------

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
"""The office, the sponsor, Legal and her deputy, IT, quality, the manager, the escalation person, the error owner, a reviewer,
and a stranger."""


class Named:
    """People whom a test calls by their first name: `company.ria`."""

    people: dict[str, Person]

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


class Company(Named):
    """Everybody, with a right for each kind that is decided, and pilots by the state that they are put in."""

    def __init__(self) -> None:
        self.function = Function.objects.create(name="Customer operations")
        self.portfolio = Portfolio.objects.create(key="service", name="Service lines")
        self.people = {
            short: Person.objects.create_user(f"{short}@example.org", None, name=name) for short, name in NAMES.items()
        }
        self.portfolio.escalation = self.ines
        self.portfolio.save()
        for person, role in ((self.ria, "program-office"), (self.vera, "reviewer")):
            PortfolioRole.objects.create(portfolio=self.portfolio, person=person, role=role)
        rights = ((LEGAL, self.perpetua, self.jory), (DATA, self.bastian, None), (QUALITY, self.tove, None))
        for kind, holder, deputy in rights:
            a_right(kind, holder, self.portfolio, deputy=deputy, escalate_to=self.ines, day=date(2020, 1, 1))

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
        self.accepts(SPONSOR, pilot, self.ansel, ago=ago)
        pilot.refresh_from_db()
        return pilot

    def gate(self, pilot: Pilot, kind: str) -> Gate:
        return gate_of(pilot, kind)

    def accepts(self, kind: str, pilot: Pilot, person: Person, *, ago: int = 0) -> None:
        with_an_acceptance(pilot, kind, person, by=self.ria, on=self.day(ago))

    def all_clear(self, pilot: Pilot, *, ago: int = 5) -> Pilot:
        """Every gate has its yes, and the rules are known."""
        on = self.day(ago)
        # Before anybody signs: Legal seals what it may be used for.
        self.rules(pilot, ago=ago)
        for kind, who in ((LEGAL, self.perpetua), (DATA, self.bastian)):
            actions.decide(
                gate=self.gate(pilot, kind), by=who, outcome="cleared", reason="Standard terms apply.", on=on
            )
        for kind in (FUNDING, ERROR):
            self.accepts(kind, pilot, self.hedda, ago=ago)
        self.measured(pilot, ago=ago)
        actions.decide(
            gate=self.gate(pilot, QUALITY),
            by=self.tove,
            outcome="cleared",
            reason="It meets what was agreed.",
            on=on,
        )
        pilot.refresh_from_db()
        return pilot

    def measured(self, pilot: Pilot, *, ago: int = 5) -> None:
        day = self.day(ago)
        with_a_threshold(pilot, by=self.ria, value=0.85, smallest_sample=100, on=day)
        with_a_result(pilot, by=self.ria, value=0.93, on=day)

    def rules(self, pilot: Pilot, *, ago: int = 0) -> None:
        day = self.day(ago)
        with_rules(pilot, by=self.ria, exceptions_to=self.ottilie, exceptions_deputy=self.hedda, on=day)
        with_rules_known(pilot, manager=self.ottilie, accepted_by=self.hedda, on=day)


# A cast by capacity, for the tests that try everybody ------------------------------------------------------------

ROLES: dict[str, frozenset[str]] = {
    "office": frozenset({Role.OFFICE}),
    "neighbour": frozenset(),
    "sponsor": frozenset({Role.SPONSOR, Role.NAMED}),
    "decider": frozenset({Role.DECIDER, Role.HOLDER}),
    "deputy": frozenset({Role.DECIDER, Role.DEPUTY}),
    "delegate": frozenset({Role.DECIDER, Role.DELEGATE}),
    "stand_in": frozenset({Role.DECIDER}),
    "head": frozenset({Role.ESCALATION}),
    "manager": frozenset({Role.MANAGER}),
    "named": frozenset({Role.NAMED}),
    "reviewer": frozenset({Role.REVIEWER}),
    "outsider": frozenset(),
    "anonymous": frozenset(),
}
"""What each of the cast is to the pilot. The neighbour is of another portfolio's program office; the stand-in is the right's
escalation person, and decides only where the others cannot; the head is the portfolio's escalation person."""

OFFICES = frozenset({"office", "neighbour"})


class Cast:
    """The people, two portfolios, and one planned pilot that was recorded forty days ago. Everything is done by actions."""

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
            (self.portfolio, "office", Role.OFFICE),
            (self.elsewhere, "neighbour", Role.OFFICE),
            (self.portfolio, "reviewer", Role.REVIEWER),
        ):
            actions.give_role(portfolio=portfolio, person=self[name], role=role, by=None, **self.when)

    def _rights(self) -> None:
        """One right for each kind that is decided, with a deputy, a delegate of these days and an escalation person."""
        self.rights = {}
        for key in (LEGAL, DATA, QUALITY):
            right = a_right(
                key,
                self["decider"],
                self.portfolio,
                deputy=self["deputy"],
                escalate_to=self["stand_in"],
                day=self.start,
            )
            actions.delegate(right=right, to=self["delegate"], until=self.day(-60), by=None, **self.when)
            self.rights[key] = right

    # Where the pilot may be taken from there

    def gate(self, kind: str) -> Gate:
        return gate_of(self.pilot, kind)

    def names(self, kind: str, name: str) -> None:
        actions.nominate(gate=self.gate(kind), person=self[name], by=None, **self.when)

    def runs(self) -> None:
        actions.start(pilot=self.pilot, by=self["office"], on=self.start)

    def decided(self, kind: str, outcome: str, **says: Any) -> Decision:
        says = {"by": self["decider"], "reason": "As agreed.", "on": self.day(5)} | says
        return actions.decide(gate=self.gate(kind), outcome=outcome, **says)

    def agreed(self) -> None:
        with_a_threshold(self.pilot, by=self["office"], on=self.day(9))

    def measured(self) -> None:
        self.agreed()
        with_a_result(self.pilot, by=self["office"], on=self.day(8))

    def ruled(self) -> None:
        people = {"exceptions_to": self["manager"], "exceptions_deputy": self["named"]}
        with_rules(self.pilot, by=self["office"], on=self.day(9), **people)

    def all_clear(self) -> None:
        """Running, and nothing is missing for adoption."""
        self.runs()
        self.ruled()
        with_rules_known(self.pilot, manager=self["manager"], accepted_by=self["named"], on=self.day(8))
        self.measured()
        for kind in (LEGAL, DATA, QUALITY):
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
        self.imported = self._imported()

    def _imported(self) -> ImportSession:
        """A list that the office imported: it made one pilot, and nothing was decided on that."""
        made = actions.record(portfolio=self.portfolio, key="ZZ-1", name="Sorting mail", by=None)
        event = made.events.get()
        session = ImportSession.objects.create(
            started_by=self["office"],
            effective_on=self.day(),
            file_name="list.csv",
            mapping=as_data(find("omb-2025")),
            stage="done",
            first_event=event.pk,
            last_event=event.pk,
        )
        session.rows.create(line=2, outcome="created", pilot=made, key=made.key, name=made.name)
        says = {"session": session.public_id, "file_name": session.file_name, "checksum": ""}
        actions.import_list(counts={self.portfolio: {"created": 1}}, by=self["office"], **says)
        return session

    def keeper(self) -> Person:
        """Of the program office of every portfolio, and no superuser."""
        person = actions.open_account(email="keeper@cast.example", name="Keeper", by=None)
        for portfolio in Portfolio.objects.all():
            actions.give_role(portfolio=portfolio, person=person, role="program-office", by=None)
        return Person.objects.get(pk=person.pk)

    def filed(self) -> Evidence:
        return actions.file_evidence(
            pilot=self.pilot, by=self["office"], file=[b"%PDF-1.7\n%%EOF\n"], file_name="minutes.pdf", on=self.day(5)
        )


# A pilot with decisions on it, for the tests of the log ----------------------------------------------------------


class Signed(Named):
    """A pilot that runs since 3 March 2025. Ria keeps its records, Lena decides for Legal and Ivo for IT, Sam is named, and
    Olga has nothing to do with it."""

    def __init__(self, key: str = "P-1") -> None:
        self.people = {
            name: Person.objects.create_user(f"{name}@{key.lower()}.example", name=name.title())
            for name in ("ria", "lena", "ivo", "sam", "olga")
        }
        self.portfolio = Portfolio.objects.create(key=key.lower(), name=key)
        actions.give_role(portfolio=self.portfolio, person=self.ria, role="program-office", by=None, **on(MARCH))
        for kind, holder in ((LEGAL, self.lena), (DATA, self.ivo)):
            a_right(kind, holder, self.portfolio, day=MARCH)
        facts = {"name": "Renewal drafts", "workflow": "Drafting renewal e-mails", "tool": "Drafter 1"}
        self.pilot = a_planned_pilot(self.portfolio, key, day=MARCH, **facts)
        actions.start(pilot=self.pilot, by=self.ria, **on(MARCH))

    def gate(self, kind: str = LEGAL) -> Gate:
        return gate_of(self.pilot, kind)

    def decide(self, kind: str = LEGAL, on: date = MARCH, **says: Any) -> Decision:
        by = self.lena if kind == LEGAL else self.ivo
        asked = {"outcome": "cleared", "reason": "Standard terms apply."} | says
        return actions.decide(gate=self.gate(kind), by=by, on=on, known=on, **asked)


def reading_of(pilot: Pilot, at: date, known_at: date | None = None) -> standing.PilotStatus:
    """What the facts of a pilot mean on a day, by what was known on another."""
    snapshot = snapshots.snapshot_of(Pilot.objects.get(pk=pilot.pk), at=at, known_at=known_at)
    assert snapshot is not None
    return snapshot.status
