"""Functions and portfolios that a list puts on record or corrects, and the roles that it gives in portfolios."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.models import Portfolio, PortfolioRole
from pilots.models.choices import ROLE
from pilots.refusals import Invalid, NotYours
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.reference.directory import Directory
from readiness.inventory.reference.row_report import RowReport
from readiness.inventory.reference.rows import ReferenceRow
from readiness.models.imports import Subject

LONGEST_KEY = 60


class Functions:
    """Applies rows of functions: each is one name."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def identity(self, row: ReferenceRow) -> str:
        return row.text("name").casefold()

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        return row.text("name"), row.text("name")

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Put one function on record, unless it is there."""
        known = self.directory.function_named(row.text("name"))
        if known is None:
            report.is_new = True
            at = self.directory.at
            actions.name_function(name=row.text("name"), by=self.directory.by, on=at, known=at)


class Portfolios:
    """Applies rows of portfolios: by its key one is found, and corrected; or opened, where there is none."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def identity(self, row: ReferenceRow) -> str:
        return row.text("key").casefold()

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        return row.text("key"), row.text("name")

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Open or correct one portfolio."""
        directory, at = self.directory, self.directory.at
        stated: dict[str, Any] = {name: row.values[name] for name in ("name", "calendar") if row.values.get(name)}
        if "calendar" in row.values and not row.values["calendar"]:
            stated["calendar"] = ""
        if "escalation" in row.values:
            text = row.text("escalation")
            stated["escalation"] = directory.person(text, "escalation") if text else None
        key = row.text("key")
        found = Portfolio.objects.filter(key__iexact=key).first() if len(key) <= LONGEST_KEY else None
        if found is None:
            report.is_new = True
            stated.setdefault("name", key)
            actions.open_portfolio(key=key, by=directory.by, on=at, known=at, **stated)
            # Whoever opens one keeps it from then on.
            directory.learn_what_is_kept()
            return
        if not directory.keeps(found):
            raise NotYours(_("The key %(key)s is taken, by a portfolio that you do not keep.") % {"key": key})
        report.name = report.name or found.name
        before = {name: getattr(found, name) for name in stated}
        differing = {name: value for name, value in stated.items() if before[name] != value}
        if differing:
            actions.amend_portfolio(portfolio=found, by=directory.by, set=differing, on=at, known=at)
            for name, value in differing.items():
                report.change(name, FIELDS_OF[Subject.PORTFOLIOS][name].label, before[name], value)


class Roles:
    """Applies rows of roles: each gives somebody one role in one portfolio. No row takes one back."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def identity(self, row: ReferenceRow) -> str:
        return "\x1f".join(row.text(name).casefold() for name in ("person", "portfolio", "role"))

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        return row.text("person"), row.text("person")

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Give one role, unless it is held."""
        directory, at = self.directory, self.directory.at
        portfolio = directory.portfolio(row.text("portfolio"))
        person = directory.person(row.text("person"), "person")
        role = row.text("role")
        report.name = _("%(person)s, %(role)s of %(portfolio)s") % {
            "person": person,
            "role": ROLE[role],
            "portfolio": portfolio,
        }
        if PortfolioRole.objects.filter(portfolio=portfolio, person=person, role=role).exists():
            return
        report.is_new = True
        give = partial(actions.give_role, portfolio=portfolio, person=person, role=role, by=directory.by)
        try:
            give(on=at, known=at)
        except Invalid as refused:
            raise Invalid(refused.says, field="role") from refused
