"""How the pages choose pilots: by words, place, sponsor, and what is so of one of their gates. The API's filters take more, and refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple, Self

from django.db.models import Exists, OuterRef, Value

from pilots.models import Function, Person, PilotPeriod, Portfolio
from pilots.rules.vocabulary import Court
from readiness.queries.pilots import StandingQuerySet, functions_of, in_force, portfolios_of
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


class Place(NamedTuple):
    """A portfolio or a function that can be chosen; a function has no key."""

    key: str
    name: str


class Places(NamedTuple):
    """The portfolios and functions of some pilots that are offered to choose from, by name."""

    portfolios: list[Place]
    functions: list[Place]


def places_of(mine: StandingQuerySet, most: int) -> Places:
    """Where some pilots lie, as it is offered to choose from: so many portfolios and functions at the most. One query."""
    portfolios = Portfolio.objects.filter(pk__in=portfolios_of(mine).values("pk")[:most])
    functions = Function.objects.filter(pk__in=functions_of(mine).values("pk")[:most]).annotate(key=Value(""))
    named = [
        rows.order_by().annotate(what=Value(what)).values_list("what", "key", "name")
        for rows, what in ((portfolios, "portfolio"), (functions, "function"))
    ]
    found = Places([], [])
    for what, key, name in named[0].union(named[1], all=True).order_by("name", "key"):
        (found.portfolios if what == "portfolio" else found.functions).append(Place(key, name))
    return found
