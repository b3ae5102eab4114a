"""How the pages choose pilots: by words, place, sponsor, and what is so of one of their gates. The API's filters take more, and refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

from django.db.models import Exists, OuterRef

from pilots.models import Person, PilotPeriod
from pilots.rules.vocabulary import Court
from readiness.queries.pilots import StandingQuerySet, in_force
from readiness.queries.search import naming

NOBODY = "nobody"
"""What is asked for as a sponsor where nobody carries a pilot."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for. What is said of a gate is said of one and the same: its kind, whose move it is, and who holds it.

    `only` asks for that gate to be the one that the pilot still waits for.
    """

    q: str = ""
    portfolio: str = ""
    function: str = ""
    sponsor: str = ""
    gate: str = ""
    court: str = ""
    holder: str = ""
    only: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """As an address asks for it."""
        return cls(**{field.name: query.get(field.name, "").strip() for field in fields(cls)})

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked for, by the names that it has in an address."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in said.items() if value}

    @property
    def place(self) -> Choice:
        """Only where the pilots lie: what figures are counted over."""
        return Choice(portfolio=self.portfolio, function=self.function)


def choose(rows: StandingQuerySet, choice: Choice, at: date) -> StandingQuerySet:
    """Those of some pilots, read on a date, that answer to a choice."""
    if choice.q:
        rows = naming(rows, choice.q, at)
    if choice.sponsor == NOBODY:
        rows = rows.filter(period__sponsor=None)
    elif choice.sponsor:
        people = Person.objects.filter(name__iexact=choice.sponsor).values("pk")
        rows = rows.filter(period__sponsor__in=people)
    return _by_gate(lying(rows, choice, at), choice, at)


def lying(rows: StandingQuerySet, choice: Choice, at: date) -> StandingQuerySet:
    """Those of some pilots that lie on a date where a choice asks for."""
    if choice.portfolio:
        rows = rows.filter(portfolio__key=choice.portfolio)
    if choice.function:
        there = PilotPeriod.objects.filter(
            in_force(at), pilot=OuterRef("pk"), unit__function__name__iexact=choice.function
        )
        rows = rows.filter(Exists(there))
    return rows


def _by_gate(rows: StandingQuerySet, choice: Choice, at: date) -> StandingQuerySet:
    court = choice.court if choice.court in set(Court) else ""
    if not (choice.gate or court or choice.holder):
        return rows
    holder = choice.holder and (
        list(Person.objects.filter(public_id=choice.holder).values_list("pk", flat=True)) or [0]
    )
    rows = rows.with_gate(
        at,
        kind=choice.gate or None,
        court=court or None,
        holder=holder or None,
        open_only=True,
    )
    return rows.waiting_on_only(at, choice.gate) if choice.only and choice.gate else rows
