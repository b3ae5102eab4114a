"""Accounts that a list opens or corrects, and the pilots whose manager it says somebody is."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from pilots import actions
from pilots.actions.taking_back_lists import closed_by_taking_back
from pilots.languages import installation_language
from pilots.models import Event, Person, Pilot
from pilots.refusals import Invalid, Refused
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.on_record import refuse_older
from readiness.inventory.reference.directory import Directory
from readiness.inventory.reference.row_report import RowReport
from readiness.inventory.reference.rows import ReferenceRow
from readiness.models.imports import Subject
from readiness.queries.consequences import of_pilots, weigh

FIELDS = FIELDS_OF[Subject.PEOPLE]


class People:
    """Applies rows of people: by address an account is found, and corrected; or opened, where there is none."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._managed: dict[int, int] = {}
        """By pilot the row that names its manager."""

    def identity(self, row: ReferenceRow) -> str:
        return row.text("email").casefold()

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        return row.text("email").lower(), row.text("name")

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Open or correct one account. Raises Refused where nothing of the row can be."""
        stated = {name: row.values[name] for name in ("name", "function") if name in row.values}
        if stated.get("function"):
            stated["function"] = self.directory.function_or_new(stated["function"])
        person = self.directory.account(row.text("email"))
        if person is None:
            person = self._open(row, stated)
            report.is_new = True
        elif closed_by_taking_back(person):
            self._reopen(person)
            report.is_new = True
            self._amend(person, stated, report)
        elif person.closed_on is not None:
            sentence = _("This account was closed. Open it again on its page, with a reason, before a list names it.")
            raise Invalid(sentence, field="email")
        else:
            self._amend(person, stated, report)
        report.name = report.name or person.name
        for key in row.values.get("manages") or ():
            self._manage(person, key, report)

    def _open(self, row: ReferenceRow, stated: dict[str, Any]) -> Person:
        if not stated.get("name"):
            raise Invalid(_("An account that is new needs a name."), field="name")
        at = self.directory.at
        return actions.open_account(email=row.text("email"), by=self.directory.by, on=at, known=at, **stated)

    def _reopen(self, person: Person) -> None:
        """Open an account again that is closed only because the list that opened it was taken back."""
        at = self.directory.at
        with installation_language():
            reason = _("A list names it again.")
        actions.reopen_account(person=person, by=self.directory.by, reason=reason, on=at, known=at)

    def _amend(self, person: Person, stated: dict[str, Any], report: RowReport) -> None:
        before = {name: getattr(person, name) for name in stated}
        differing = {name: value for name, value in stated.items() if before[name] != value}
        if not differing:
            return
        if not self.directory.reaches(person):
            # Nothing is said of what they hold elsewhere.
            sentence = _(
                "This account reaches beyond the portfolios that you keep. Whoever keeps all of them corrects it."
            )
            report.refuse(next(iter(differing)), sentence)
            return
        at = self.directory.at
        amend = partial(actions.amend_account, person=person, by=self.directory.by, set=differing, on=at, known=at)
        if report.is_taken(next(iter(differing)), amend):
            for name, value in differing.items():
                report.change(name, FIELDS[name].label, before[name], value, of=person)

    def _manage(self, person: Person, key: str, report: RowReport) -> None:
        """Make somebody the manager of a pilot, and report what falls by that."""
        directory = self.directory
        pilots = Pilot.objects.filter(key=key[:80], void_since=None).select_related("manager", "portfolio")
        pilot = (pilots if directory.kept is None else pilots.filter(portfolio__in=directory.kept)).first()
        if pilot is None:
            sentence = _("There is no pilot with the key “%(key)s” in the portfolios that you keep.")
            report.refuse("manages", sentence % {"key": key[:80]})
            return
        other = self._managed.setdefault(pilot.pk, report.row.line)
        if other != report.row.line:
            sentence = _("Row %(line)d makes somebody else the manager of %(key)s.")
            report.refuse("manages", sentence % {"line": other, "key": pilot.key})
        elif pilot.manager_id != person.pk:
            before = pilot.manager
            try:
                self._amend_pilot(pilot, person, report)
            except Refused as refused:
                report.refuse("manages", f"{pilot.key}: {refused.says}")
                return
            report.change("manages", _("manager of %(key)s") % {"key": pilot.key}, before, person)

    def _amend_pilot(self, pilot: Pilot, person: Person, report: RowReport) -> None:
        at, by = self.directory.at, self.directory.by
        refuse_older(pilot, at)
        amend = partial(actions.amend, pilot=pilot, by=by, set={"manager": person}, on=at, known=at)
        if not Event.objects.filter(pilot=pilot, by__isnull=False).exists():
            amend()
            return
        _done, found = weigh(amend, of_pilots([pilot], at=at), agreed=None)
        report.fall("manages", (f"{pilot.key}: {says}" for says in found.sentences))
