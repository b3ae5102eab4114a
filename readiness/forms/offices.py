"""Whose records a person in the admin keeps: read once for each request, and the scope of all that is shown there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from pilots import holdings, permissions
from pilots.models import GateKind, Person, Portfolio
from pilots.refusals import Invalid
from pilots.rules.vocabulary import Role

Rows = TypeVar("Rows", bound=Any)


@dataclass(frozen=True, slots=True)
class Office:
    """The portfolios whose records a person keeps; None means all."""

    person: Person
    portfolios: frozenset[int] | None
    _known: dict[int, bool] = field(default_factory=dict, compare=False, repr=False)
    """By person: whether their account lies within these portfolios, as far as that was asked."""

    @property
    def enters(self) -> bool:
        """Whether they keep any records at all."""
        return self.portfolios is None or bool(self.portfolios)

    @property
    def has_one(self) -> bool:
        """Whether they keep one portfolio, so that nothing needs to name it."""
        return self.portfolios is not None and len(self.portfolios) == 1

    @property
    def keeps_all(self) -> bool:
        """Whether there is no portfolio that they do not keep."""
        if self.portfolios is None:
            return True
        return bool(self.portfolios) and not Portfolio.objects.exclude(pk__in=self.portfolios).exists()

    def reaches(self, person: Person) -> bool:
        """Whether a person's account lies within their portfolios: it holds nothing elsewhere, or they keep all."""
        if person.pk not in self._known:
            all_of_them = self.person.is_superuser or (not person.is_superuser and self.keeps_all)
            self._known[person.pk] = all_of_them or not holdings.reaches_beyond(person, self.portfolios)
        return self._known[person.pk]

    def allowed(self, action: str | None) -> bool:
        """Whether the table of roles lets an office do this."""
        return action is not None and permissions.allowed(action, frozenset({Role.OFFICE}))

    def keeps(self, portfolio: int | None) -> bool:
        """Whether a portfolio's records are theirs."""
        return self.portfolios is None or portfolio in self.portfolios

    def limit(self, rows: Rows, path: str = "portfolio", *, shared: bool = False) -> Rows:
        """The rows that lie in their portfolios; nothing else exists for them. `shared` rows lie in none."""
        if self.portfolios is None:
            return rows
        where = Q(**{f"{path}__in": self.portfolios})
        if shared:
            where |= Q(**{path: None})
        found: Rows = rows.filter(where)
        return found

    def imports(self, rows: Rows) -> Rows:
        """The imports that they see: their own, and all where they keep all portfolios."""
        if self.portfolios is None:
            return rows
        found: Rows = rows.filter(started_by=self.person)
        return found

    def kinds(self) -> Any:
        """The kinds of gates that one of their portfolios asks for; others do not exist for them."""
        return GateKind.objects.all() if self.portfolios is None else GateKind.objects.asked_in(self.portfolios)

    def own(self) -> Any:
        """Their portfolios."""
        return self.limit(Portfolio.objects.all(), "pk")


def row_named(field: str, rows: Any, /, **by: str) -> Any:
    """The one of these rows that is meant by what was written.

    Raises:
        Invalid: there is none for whoever asks, with the field where it was written.
    """
    found = rows.filter(**by).first()
    if found is None:
        raise Invalid(_("There is none of that name, or it is not yours to see."), field=field)
    return found


def rows_named(field: str, rows: Any, keys: Sequence[str]) -> list[Any]:
    """Those of these rows that have the keys that were written. One query for any number.

    Raises:
        Invalid: one is not there for whoever asks; it is named, with the field where it was written.
    """
    found = {row.key: row for row in rows.filter(key__in=keys)}
    missing = next((key for key in keys if key not in found), None)
    if missing is not None:
        says = _("There is no %(key)s, or it is not yours to see.") % {"key": Truncator(missing).chars(80)}
        raise Invalid(says, field=field)
    return list(found.values())


def office_of(request: HttpRequest) -> Office:
    """What the person asking keeps. One query for each request, none for a superuser."""
    kept: dict[str, Any] = vars(request)
    if "_office" not in kept:
        person = request.user
        assert isinstance(person, Person)
        kept["_office"] = Office(person, permissions.portfolios_kept(person))
    office: Office = kept["_office"]
    return office
