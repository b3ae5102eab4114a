"""A pilot with decisions on it: what the tests of the log start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pilots import actions
from pilots.models import Decision, Gate, GateKind, Person, Pilot, Portfolio

MARCH = date(2025, 3, 3)
LEGAL, DATA, SPONSOR = "legal-sign-off", "it-data-access", "named-sponsor"


@dataclass
class Signed:
    """Ria keeps the records, Lena decides for Legal and Ivo for IT, Sam is named, and Olga has nothing to do with it."""

    ria: Person
    lena: Person
    ivo: Person
    sam: Person
    olga: Person
    portfolio: Portfolio
    pilot: Pilot

    def gate(self, kind: str = LEGAL) -> Gate:
        return self.pilot.gates.select_related("pilot", "kind").get(kind__key=kind)

    def decide(self, kind: str = LEGAL, on: date = MARCH, **says: Any) -> Decision:
        by = self.lena if kind == LEGAL else self.ivo
        asked = {"outcome": "cleared", "reason": "Standard terms apply."} | says
        return actions.decide(gate=self.gate(kind), by=by, on=on, known=on, **asked)


def signed(key: str = "P-1") -> Signed:
    """The cast, with a pilot that runs since 3 March 2025."""
    people = [
        Person.objects.create_user(f"{name}@{key.lower()}.example", name=name.title())
        for name in ("ria", "lena", "ivo", "sam", "olga")
    ]
    ria, lena, ivo, sam, olga = people
    portfolio = Portfolio.objects.create(key=key.lower(), name=key)
    actions.give_role(portfolio=portfolio, person=ria, role="program-office", by=None, on=MARCH, known=MARCH)
    for kind, holder in ((LEGAL, lena), (DATA, ivo)):
        actions.assign_right(
            kind=GateKind.objects.get(key=kind), holder=holder, portfolio=portfolio, by=None, on=MARCH, known=MARCH
        )
    pilot = actions.record(
        portfolio=portfolio,
        key=key,
        name="Renewal drafts",
        workflow="Drafting renewal e-mails",
        tool="Drafter 1",
        by=None,
        on=MARCH,
        known=MARCH,
    )
    actions.start(pilot=pilot, by=ria, on=MARCH, known=MARCH)
    return Signed(ria, lena, ivo, sam, olga, portfolio, pilot)
