"""`manage.py import_pilots FILE`: an inventory of pilots goes in."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import reset_queries
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from pilots.clock import today
from pilots.refusals import Refused
from readiness.inventory import report_text
from readiness.inventory.importing import Import
from readiness.inventory.records import FileProblem
from readiness.inventory.report import Report
from readiness.inventory.sources import PRESETS, List
from readiness.management import exits
from readiness.management.base import ProductCommand


class Command(ProductCommand):
    help = (
        "Reads pilots from a CSV or XLSX file: the product's own form, or a public inventory by its preset. "
        "Exit status: 0 all rows were read, 1 some were rejected and the rest kept, 2 nothing was done."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--preset", choices=PRESETS)
        parser.add_argument("--dry-run", action="store_true", help="do all of it, then take it back")
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FILE",
            help="write the rejected rows there, to be corrected and imported again",
        )
        parser.add_argument(
            "--at",
            type=date.fromisoformat,
            metavar="DATE",
            help="the day the record is taken to be made, as 2026-11-23; today unless said",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = options["file"], options["dry_run"]
        at = options["at"] or today()
        # disable=None: a bar on a terminal, nothing in a file or a pipe.
        with tqdm(unit=" rows", disable=None, leave=False) as bar:
            run = Import(
                List(file, options["preset"], at), rejects=options["rejects"], dry_run=dry_run, tick=partial(_tick, bar)
            )
            try:
                report = run.run()
            except (Refused, FileProblem) as problem:
                raise exits.command_error(problem) from problem
        for line in report_text.lines(report, file.name, dry_run=dry_run):
            self.stdout.write(line)
        self._end(report)

    def _end(self, report: Report) -> None:
        if not report.rejected and not report.broken_off:
            return
        if not report.records:
            raise CommandError(_("Nothing was done: no row could be taken."), returncode=exits.NOTHING_DONE)
        says = ngettext(
            "%(n)s row was not taken; the rest is kept.",
            "%(n)s rows were not taken; the rest is kept.",
            report.rejected,
        ) % {"n": f"{report.rejected:,}"}
        raise CommandError(says, returncode=exits.SOME_REJECTED)


def _tick(bar: Any, rows: int) -> None:
    """After each batch. Django logs every statement where DEBUG is on, and a long file would fill the memory with them."""
    bar.update(rows)
    reset_queries()
