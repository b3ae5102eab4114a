"""The portfolios, functions and people that a list names, each looked up once, and made where a list may make them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.portfolios import name_functions
from pilots.models import Function, Person, Portfolio
from pilots.refusals import Invalid
from readiness.inventory.statement import PEOPLE, Statement

_LONGEST_NAME = 240


class Places:
    """What the lists of one import name, by name. Portfolios and functions are opened; an account never is."""

    def __init__(self, at: date) -> None:
        self.at = at
        self._portfolios: dict[str, Portfolio] = {}
        self._functions: dict[str, Function] = {}
        self._people: dict[str, Person | None] = {}

    @property
    def portfolios(self) -> list[Portfolio]:
        """The portfolios that the lists have named so far."""
        return list(self._portfolios.values())

    def learn(self, batch: Iterable[Statement]) -> None:
        """Look up, or open, all that a batch names: the number of statements does not grow with the batch."""
        statement = list(batch)
        self._learn_functions({str(s.values.get("function") or "") for s in statement})
        self._learn_people(
            {str(s.fields.get(n) or "") for s in statement for n in PEOPLE}
            | {holder for s in statement for holder in s.holders.values()}
        )
        names = {s.portfolio: s.portfolio_name for s in statement}
        for portfolio in Portfolio.objects.filter(key__in=names.keys() - self._portfolios.keys()):
            self._portfolios[portfolio.key] = portfolio

    def _learn_functions(self, names: set[str]) -> None:
        unknown = {n for n in names - self._functions.keys() if 0 < len(n) <= _LONGEST_NAME}
        recorded = list(Function.objects.filter(name__in=unknown))
        missing = sorted(unknown - {function.name for function in recorded})
        recorded += name_functions(names=missing, on=self.at, known=self.at)
        self._functions |= {function.name: function for function in recorded}

    def _learn_people(self, texts: set[str]) -> None:
        unknown = {_address(text) for text in texts} - self._people.keys() - {""}
        self._people |= dict.fromkeys(unknown)
        for person in Person.objects.filter(email__in=unknown):
            self._people[person.email.lower()] = person
        names = {text.strip() for text in texts if "@" not in text and _address(text) in unknown}
        if names:
            self._learn_names(names)

    def _learn_names(self, names: set[str]) -> None:
        """A name stands for a person where one open account alone is called so."""
        called: dict[str, list[Person]] = {}
        for person in Person.objects.filter(name__in=names, closed_on=None):
            called.setdefault(_address(person.name), []).append(person)
        self._people |= {name: people[0] for name, people in called.items() if len(people) == 1}

    def portfolio(self, statement: Statement) -> Portfolio:
        """The portfolio of a record, opened where there is none yet. Raises Invalid where its key cannot be one."""
        if statement.portfolio not in self._portfolios:
            try:
                self._portfolios[statement.portfolio] = actions.open_portfolio(
                    key=statement.portfolio, name=statement.portfolio_name, by=None, on=self.at, known=self.at
                )
            except Invalid as refused:
                raise Invalid(refused.says, field="portfolio") from refused
        return self._portfolios[statement.portfolio]

    def function(self, name: str) -> Function | None:
        """A function by its name; none where none is named. Raises Invalid where the name is too long."""
        if len(name) > _LONGEST_NAME:
            raise Invalid(
                _("The name of a function has at most %(most)d characters.") % {"most": _LONGEST_NAME}, field="function"
            )
        return self._functions[name] if name else None

    def person(self, address: str) -> Person | None:
        """The person whose account has an address, or alone has a name; or None."""
        return self._people.get(_address(address))


def _address(text: object) -> str:
    return str(text or "").strip().lower()
