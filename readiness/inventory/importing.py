"""One import from a file to the report: in one transaction, or, for a long file, in batches that a next run completes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.db import transaction

from pilots.clock import today
from pilots.event_log.sign import logged_transaction
from pilots.models import Event
from pilots.refusals import InFuture
from readiness.inventory.creating import Applying
from readiness.inventory.records import FileProblem, Finding, Rejected
from readiness.inventory.rejects import Rejects
from readiness.inventory.report import SHOWN, Report
from readiness.inventory.sources import List
from readiness.inventory.statement import Statement

BATCH = 500
IN_ONE = 10_000
"""Up to so many records are written in one transaction; what follows goes batch by batch, each one whole."""

Tick = Callable[[int], object]


@dataclass
class Import:
    """One import of a list. `tick` is called with the number of rows read so far, to show progress."""

    source: List
    rejects: Path | None = None
    dry_run: bool = False
    tick: Tick = lambda rows: None
    report: Report = field(default_factory=Report)
    pilots_in_list: set[int] = field(default_factory=set)
    applying: Applying = field(init=False)

    def run(self) -> Report:
        """Read the list and write what it says.

        Raises:
            FileProblem: the file cannot be read, and nothing was written.
            InFuture: the day of the record has not come.
        """
        if self.source.at > today():
            raise InFuture(field="at")
        self.applying = applying = Applying(self.source.at, self.report)
        with Rejects(self.rejects, self.source.path, self.source.form) as rejects:
            batches = self._batches(rejects)
            with logged_transaction():
                whole = None if self.dry_run else IN_ONE // BATCH
                self._take(islice(batches, whole), applying, rejects)
                if self.dry_run:
                    self._finish()
                    transaction.set_rollback(True)
                    return self.report
            try:
                self._take(batches, applying, rejects)
            except FileProblem as problem:
                # What came before stands, and the next run goes on from there.
                self.report.broken_off = str(problem)
        self._finish()
        return self.report

    def _take(self, batches: Iterable[list[Statement]], applying: Applying, rejects: Rejects) -> None:
        for batch in batches:
            self.pilots_in_list |= applying.take(batch)
            for rejected in applying.rejected:
                rejects.write(rejected)
            # While the batch can still be taken back: a disk that is full says so only now.
            rejects.flush()

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
