"""One import from a file to the report: in one transaction, or, for a long file, in batches that a next run completes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Event
from pilots.refusals import InFuture
from readiness.inventory.creating import Applying, MayWrite
from readiness.inventory.office_edits import OfficeEdits
from readiness.inventory.records import FileProblem, Finding, Rejected
from readiness.inventory.rejects import Rejects
from readiness.inventory.report import SHOWN, Report
from readiness.inventory.row_outcomes import RowOutcome, RowOutcomes
from readiness.inventory.sources import List
from readiness.inventory.statement import Statement
from readiness.queries.engines import one_import_at_a_time, refresh_statistics

BATCH = 500
IN_ONE = 10_000
"""Up to so many records are written in one transaction; what follows goes batch by batch, each one whole."""
MANY = 200
"""From so many rows on, a database plans its queries anew."""

Tick = Callable[[int], object]


class OtherThanShown(Exception):
    """Between a preview and its confirmation something was decided, so that something else would come of the list."""


@dataclass
class Import:
    """One import of a list.

    Attributes:
        tick: called with the number of rows read since it was called last, to show progress.
        may_write: whether whoever imports keeps the portfolio of a key; None where it is a command.
        keep: called after each batch with what came of its rows, in the transaction that writes them.
        office: in whose name an edited export changes pilots on record; None: in the list's.
        confirmed: what the preview said would come of the rows, where somebody has confirmed it.
    """

    source: List
    rejects: Path | None = None
    dry_run: bool = False
    tick: Tick = lambda rows: None
    may_write: MayWrite | None = None
    office: OfficeEdits | None = None
    keep: Callable[[Iterable[RowOutcome]], object] = lambda rows: None
    confirmed: str = ""
    outcome: str = field(default="", init=False)
    last_before: int = field(default=0, init=False)
    report: Report = field(default_factory=Report)
    pilots_in_list: set[int] = field(default_factory=set)
    applying: Applying = field(init=False)

    def run(self) -> Report:
        """Read the list and write what it says.

        Raises:
            FileProblem: the file cannot be read, and nothing was written.
            InFuture: the day of the record has not come.
            OtherThanShown: what would come of it now is not what was confirmed, and nothing was written.
        """
        if self.source.at > today():
            raise InFuture(field="at")
        self.report.assumed = self.source.table.assumed
        rows = RowOutcomes()
        self.report.listener = rows.listen
        self.applying = applying = Applying(self.source.at, self.report, rows, self.may_write, self.office)
        with Rejects(self.rejects, self.source) as rejects:
            batches = self._batches(rejects)
            with logged_transaction():
                one_import_at_a_time()
                self.last_before = Event.objects.aggregate(last=Max("pk"))["last"] or 0
                self._take(islice(batches, IN_ONE // BATCH), applying, rejects)
                self.outcome = rows.digest
                if self.dry_run:
                    self._take(batches, applying, rejects)
                    self._finish()
                    transaction.set_rollback(True)
                    return self.report
                if self.confirmed and self.outcome != self.confirmed:
                    raise OtherThanShown
            try:
                self._take(batches, applying, rejects)
            except FileProblem as problem:
                # What came before stands, and the next run goes on from there.
                self.report.broken_off = str(problem)
        self._finish()
        if self.report.read >= MANY:
            refresh_statistics()
        return self.report

    def _take(self, batches: Iterable[list[Statement]], applying: Applying, rejects: Rejects) -> None:
        for batch in batches:
            self.pilots_in_list |= applying.take(batch)
            for rejected in applying.rejected:
                rejects.write(rejected)
            # While the batch can still be taken back: a disk that is full says so only now.
            rejects.flush()
            self.keep(applying.rows_of_list.drain())

    def _batches(self, rejects: Rejects) -> Iterator[list[Statement]]:
        batch: list[Statement] = []
        left: list[Finding] = []
        counted = 0
        for item in self.source:
            if isinstance(item, Finding) and item.of_new:
                left.append(item)
            elif isinstance(item, Finding):
                self.report.find(item)
            elif isinstance(item, Rejected):
                self.report.reject(item.finding)
                self.applying.rows_of_list.reject(item.finding.line, item.facts)
                rejects.write(item)
            else:
                batch.append(replace(item, left=tuple(left)))
                left = []
            if len(batch) == BATCH:
                self.tick(self.source.read - counted)
                counted = self.source.read
                yield batch
                batch = []
        self.tick(self.source.read - counted)
        yield batch

    def _finish(self) -> None:
        report, source = self.report, self.source
        report.read, report.merged = source.read, source.merged
        if not report.broken_off:
            self._no_longer()

    def _no_longer(self) -> None:
        """What lists of this form once named, in the portfolios that this one names, and this one does not."""
        once = Event.objects.filter(
            action__in=("record", "list_again"),
            data__listed__form=self.source.form,
            portfolio__in=self.applying.places.portfolios,
            pilot__void_since=None,
        )
        found = once.order_by("pilot__key").values_list("pilot_id", "pilot__key")
        gone: set[int] = set()
        for pk, key in found.iterator(chunk_size=2000):
            if pk in self.pilots_in_list or pk in gone:
                continue
            gone.add(pk)
            if len(self.report.no_longer_first) < SHOWN:
                self.report.no_longer_first.append(key)
        self.report.no_longer = len(gone)
