"""The people, portfolios, functions and gates that a list names, each looked up once, as far as whoever imports sees them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from pilots import actions, holdings, permissions
from pilots.models import Function, GateKind, Person, Portfolio
from pilots.models.people import LONGEST_ADDRESS, LONGEST_NAME
from pilots.refusals import Invalid

LONGEST_FUNCTION = 240
"""Characters of the name of a function."""


class Directory:
    """What lists name, for whoever imports; nobody is the installation, which sees all.

    Raises Invalid, with the field, where there is none of a name. What is not theirs to see is as if it were not there.
    """

    def __init__(self, by: Person | None, at: date) -> None:
        self.by, self.at = by, at
        self.learn_what_is_kept()
        self._people: dict[str, Person] = {}
        self._portfolios: dict[str, Portfolio] = {}
        self._functions: dict[str, Function] = {}
        self._kinds: dict[str, GateKind] = {}

    def learn_what_is_kept(self) -> None:
        """Learn, again, which portfolios whoever imports keeps; null: all of them."""
        self.kept = None if self.by is None else permissions.portfolios_kept(self.by)
        self.keeps_all = self.by is None or permissions.keeps_all(self.by)

    def keeps(self, portfolio: Portfolio) -> bool:
        """Whether a portfolio is one that they keep."""
        return self.kept is None or portfolio.pk in self.kept

    def person(self, text: str, field: str) -> Person:
        """Whoever has an address, or alone has a name, among open accounts."""
        if text.casefold() not in self._people:
            found = list(Person.objects.with_address(text).filter(closed_on=None)[:1])
            found = found or list(Person.objects.with_name(text).filter(closed_on=None)[:2])
            if len(found) != 1:
                sentence = (
                    _("Several open accounts have the name “%(text)s”. Give the address.")
                    if found
                    else _("Nobody has an open account with the address or the name “%(text)s”.")
                )
                raise Invalid(sentence % {"text": text[:120]}, field=field)
            self._people[text.casefold()] = found[0]
        return self._people[text.casefold()]

    def portfolio(self, text: str, field: str = "portfolio") -> Portfolio:
        """The portfolio of a key, or of a name that one alone has."""
        if text not in self._portfolios:
            rows = Portfolio.objects.all() if self.kept is None else Portfolio.objects.filter(pk__in=self.kept)
            found = []
            if len(text) <= LONGEST_NAME:
                found = list(rows.filter(key__iexact=text)[:2]) or list(rows.filter(name__iexact=text)[:2])
            if len(found) != 1:
                sentence = _("There is no portfolio “%(text)s”, or it is not one that you keep.")
                raise Invalid(sentence % {"text": text[:120]}, field=field)
            self._portfolios[text] = found[0]
        return self._portfolios[text]

    def function(self, text: str) -> Function:
        """A function by its name. Raises Invalid where there is none."""
        found = self.function_named(text)
        if found is None:
            raise Invalid(_("There is no function “%(text)s”.") % {"text": text[:120]}, field="function")
        return found

    def function_or_new(self, text: str) -> Function:
        """A function by its name, put on record where there is none. Raises Invalid where it cannot be called so."""
        found = self.function_named(text)
        if found is None:
            try:
                found = actions.name_function(name=text, by=self.by, on=self.at, known=self.at)
            except Invalid as refused:
                raise Invalid(refused.says, field="function") from refused
        return found

    def function_named(self, text: str) -> Function | None:
        """A function by its name, in any case; or None."""
        if text not in self._functions:
            if len(text) > LONGEST_FUNCTION:
                return None
            found = Function.objects.filter(name=text).first() or Function.objects.filter(name__iexact=text).first()
            if found is None:
                return None
            self._functions[text] = found
        return self._functions[text]

    def kind(self, key: str) -> GateKind:
        """A kind of gate that is asked in one of their portfolios."""
        if key not in self._kinds:
            rows = GateKind.objects.all() if self.kept is None else GateKind.objects.asked_in(self.kept)
            found = rows.filter(key=key).first()
            if found is None:
                raise Invalid(_("There is no gate “%(text)s”, or it is not asked there.") % {"text": key}, field="gate")
            self._kinds[key] = found
        return self._kinds[key]

    def account(self, address: str) -> Person | None:
        """The account that an address signs in to, or waits to, open or closed."""
        if len(address) > LONGEST_ADDRESS:
            return None
        return Person.objects.filter(Q(email__iexact=address) | Q(pending_email__iexact=address)).first()

    def reaches(self, person: Person) -> bool:
        """Whether an account lies within the portfolios that they keep, so that they may correct it (section 7)."""
        by = self.by
        if by is None or by == person or by.is_superuser or (self.keeps_all and not person.is_superuser):
            return True
        return not person.is_superuser and not holdings.reaches_beyond(person, self.kept)
