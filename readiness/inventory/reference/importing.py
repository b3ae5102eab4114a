"""One import of a list of people, functions, portfolios, roles or rights, in one transaction, row by row by their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilots.actions.event_batch import line_of_list
from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Event, Person
from pilots.refusals import InFuture, NotYours, Refused
from readiness.inventory.importing import BATCH, OtherThanShown, Tick
from readiness.inventory.keys import digest
from readiness.inventory.records import Finding, Rejected
from readiness.inventory.reference.directory import Directory
from readiness.inventory.reference.people import People
from readiness.inventory.reference.places import Functions, Portfolios, Roles
from readiness.inventory.reference.rights import Rights
from readiness.inventory.reference.row_report import RowReport
from readiness.inventory.reference.rows import ReferenceList, ReferenceRow
from readiness.inventory.rejects import Rejects
from readiness.inventory.report import Report
from readiness.inventory.row_outcomes import RowOutcome, RowOutcomes
from readiness.models.imports import Outcome, Subject
from readiness.queries.engines import one_import_at_a_time


class Applier(Protocol):
    """What does the rows of one subject."""

    def identity(self, row: ReferenceRow) -> str:
        """What a row is about: no two rows of a list may be about the same."""

    def called(self, row: ReferenceRow) -> tuple[str, str]:
        """By which key a report calls it, and what people call it."""

    def apply(self, row: ReferenceRow, report: RowReport) -> None:
        """Do what the row says by actions. Raises Refused where it cannot be."""


APPLIERS: dict[str, Callable[[Directory], Applier]] = {
    Subject.PEOPLE: People,
    Subject.FUNCTIONS: Functions,
    Subject.PORTFOLIOS: Portfolios,
    Subject.ROLES: Roles,
    Subject.RIGHTS: Rights,
}


@dataclass
class ReferenceImport:
    """One import of a list that is no list of pilots; it has what an `Import` of pilots has.

    Attributes:
        by: who imports it, in whose name each row is done; nobody: the installation, by a command.
        tick, keep, confirmed: as those of an `Import`.
    """

    source: ReferenceList
    by: Person | None = None
    rejects: Path | None = None
    dry_run: bool = False
    tick: Tick = lambda rows: None
    keep: Callable[[Iterable[RowOutcome]], object] = lambda rows: None
    confirmed: str = ""
    outcome: str = field(default="", init=False)
    last_before: int = field(default=0, init=False)
    report: Report = field(default_factory=Report)
    rows: RowOutcomes = field(default_factory=RowOutcomes)
    _first: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def run(self) -> Report:
        """Read the list and do what it says: all of it, but for the rows that are refused, in one transaction.

        Raises:
            FileProblem: the file cannot be read, and nothing was written.
            InFuture: the day of the record has not come.
            OtherThanShown: what would come of it now is not what was confirmed, and nothing was written.
        """
        if self.source.at > today():
            raise InFuture(field="at")
        self.report.subject = self.source.mapping.of
        self.report.assumed = self.source.table.assumed
        self.report.listener = self.rows.listen
        with Rejects(self.rejects, self.source) as rejects, logged_transaction():
            one_import_at_a_time()
            self.last_before = Event.objects.aggregate(last=Max("pk"))["last"] or 0
            self._take_all(rejects)
            rejects.flush()
            self.outcome = self.rows.digest
            if self.dry_run:
                transaction.set_rollback(True)
            elif self.confirmed and self.outcome != self.confirmed:
                raise OtherThanShown
        self.report.read = self.source.read
        return self.report

    def _take_all(self, rejects: Rejects) -> None:
        applier = APPLIERS[self.source.mapping.of](Directory(self.by, self.source.at))
        counted = 0
        for item in self.source:
            if isinstance(item, Finding):
                self.report.find(item)
            elif isinstance(item, Rejected):
                self._reject(item, rejects)
            else:
                self._take(item, applier, rejects)
            if self.source.read >= counted + BATCH:
                counted = self._keep(counted)
        self._keep(counted)

    def _keep(self, counted: int) -> int:
        self.tick(self.source.read - counted)
        self.keep(self.rows.drain())
        return self.source.read

    def _take(self, row: ReferenceRow, applier: Applier, rejects: Rejects) -> None:
        """Do one row, whole or not at all."""
        says = digest(*(f"{name}={value}" for name, value in sorted(row.values.items())))
        line, said_before = self._first.setdefault(applier.identity(row), (row.line, says))
        report = RowReport(row, *applier.called(row))
        if line != row.line:
            self._repeat(report, line, says == said_before, rejects)
            return
        try:
            with logged_transaction(), transaction.atomic(), line_of_list(row.line):
                applier.apply(row, report)
        except Refused as refused:
            self.rows.take_reference(report, Outcome.REJECTED)
            self._reject(Rejected(self._because(refused, row), row.facts), rejects)
            return
        outcome = Outcome.CREATED if report.is_new else Outcome.UPDATED if report.is_changed else Outcome.UNCHANGED
        for kind, finding in report.findings:
            self.report.add(kind, finding)
        self.report.created += report.is_new
        self.report.updated += outcome == Outcome.UPDATED
        self.report.unchanged += outcome == Outcome.UNCHANGED
        self.rows.take_reference(report, outcome)

    def _repeat(self, report: RowReport, first: int, is_same: bool, rejects: Rejects) -> None:
        """A row about what another one is about already: merged where it says the same, else rejected."""
        row = report.row
        self.rows.take_reference(report, Outcome.UNCHANGED)
        if is_same:
            self.report.merged += 1
            sentence = _("This row says the same as row %(line)d.")
            self.report.find(Finding("identical_rows", sentence % {"line": first}, row.line))
            return
        sentence = _("Row %(line)d is about the same already, and says something else: %(key)s.")
        says = sentence % {"line": first, "key": report.key[:120]}
        self._reject(Rejected(Finding("repeated", says, row.line), row.facts), rejects)

    @staticmethod
    def _because(refused: Refused, row: ReferenceRow) -> Finding:
        """Why a row is refused, in its own words, at the column that it is about."""
        says = refused.says
        if isinstance(refused, NotYours) and says == str(NotYours.sentence):
            says = _("It reaches beyond the portfolios that you keep. Ask whoever keeps all of them.")
        column = row.columns.get({"kind": "gate", "key": "key"}.get(refused.field or "", refused.field or ""), "")
        return Finding(refused.code, says, row.line, column)

    def _reject(self, rejected: Rejected, rejects: Rejects) -> None:
        self.report.reject(rejected.finding)
        self.rows.reject(rejected.finding.line, rejected.facts)
        rejects.write(rejected)
