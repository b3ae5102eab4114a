"""What the commands that read a list have in common: `import_pilots`, and `import_list` for all other lists."""

from __future__ import annotations

from collections.abc import Mapping
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
from pilots.figures import grouped
from pilots.models import Person, Portfolio
from pilots.refusals import Refused
from readiness.inventory import mappings, proposal_text, report_text, sessions
from readiness.inventory.fields import FIELDS_OF
from readiness.inventory.importing import Import
from readiness.inventory.keys import tidy
from readiness.inventory.mapping import ListMapping, preset, to_toml
from readiness.inventory.office_edits import OfficeEdits
from readiness.inventory.profile import profile_of
from readiness.inventory.records import FileProblem
from readiness.inventory.reference.importing import ReferenceImport
from readiness.inventory.reference.rows import ReferenceList, own_mapping
from readiness.inventory.report import Report
from readiness.inventory.sources import List
from readiness.inventory.suggesting import propose
from readiness.inventory.tabular import Table
from readiness.management import exits
from readiness.management.base import ProductCommand
from readiness.management.in_name_of import person_of
from readiness.models.imports import Subject

EXITS = "Exit status: 0 all rows were read, 1 some were rejected and the rest kept, 2 nothing was done."


class ImportCommand(ProductCommand):
    """A command that reads a list, in the installation's name."""

    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        self.add_how(parser.add_mutually_exclusive_group())
        parser.add_argument("--sheet", default="", metavar="NAME", help="of a workbook; the fullest unless said")
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
        parser.add_argument("--by", metavar="EMAIL", help="in whose name; the installation's unless said")

    def add_how(self, how: Any) -> None:
        """The arguments that say how the list is read; one of them at most."""
        how.add_argument("--mapping", metavar="NAME|FILE", help="one that was saved under a name, or a TOML file")
        how.add_argument(
            "--suggest", type=Path, metavar="OUT.toml", help="write a proposed mapping there, and read nothing in"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        subject: str = options.get("what", Subject.PILOTS)
        try:
            if options["suggest"]:
                self._suggest(subject, options["file"], options["sheet"], options["suggest"])
            else:
                self._import(subject, options)
        except (Refused, FileProblem) as problem:
            raise exits.command_error(problem) from problem

    def _import(self, subject: str, options: Mapping[str, Any]) -> None:
        """Read the list in, and report what came of it."""
        file, dry_run = options["file"], options["dry_run"]
        mapping, by = self._mapping(subject, options), person_of(options["by"]) if options["by"] else None
        # disable=None: a bar on a terminal, nothing in a file or a pipe.
        with tqdm(unit=" rows", disable=None, leave=False) as bar:
            run = self._run(subject, mapping, by, options)
            run.tick = partial(_tick, bar)
            session = None if dry_run else sessions.CommandSession(run, mapping, by, options.get("reason", ""))
            report = run.run()
        if session is not None:
            session.finish()
        for line in report_text.lines(report, file.name, dry_run=dry_run):
            self.stdout.write(line)
        self._end(report)

    def _run(
        self, subject: str, mapping: ListMapping | None, by: Person | None, options: Mapping[str, Any]
    ) -> Import | ReferenceImport:
        at, file, sheet = options["at"] or today(), options["file"], options["sheet"]
        rejects, dry_run = options["rejects"], options["dry_run"]
        if subject == Subject.PILOTS:
            office, may_write = OfficeEdits(by, options["reason"]) if by else None, sessions.portfolios_of(by)
            source = List(file, mapping, at, sheet)
            return Import(source, rejects=rejects, dry_run=dry_run, office=office, may_write=may_write)
        assert mapping is not None
        return ReferenceImport(ReferenceList(file, mapping, at, sheet), by=by, rejects=rejects, dry_run=dry_run)

    def _mapping(self, subject: str, options: Mapping[str, Any]) -> ListMapping | None:
        """The mapping that is named; none for the product's own form of pilots."""
        if options.get("preset"):
            return preset(options["preset"])
        if options["mapping"] is None:
            return None if subject == Subject.PILOTS else self._own_columns(subject, options)
        found = mappings.find(options["mapping"])
        if found.of != subject:
            sentence = _("This mapping is for lists of something else: %(what)s.") % {"what": found.of}
            raise FileProblem("no_mapping", sentence, file=options["mapping"])
        return found

    def _own_columns(self, subject: str, options: Mapping[str, Any]) -> ListMapping:
        """How a list in the product's own columns is read. Raises FileProblem where it has others."""
        table = Table(options["file"], options["sheet"])
        found = own_mapping(subject, table.header)
        if found is None:
            sentence = _(
                "Its columns are not those of our own form (%(columns)s). Write a mapping with --suggest, look it over, and read the list with --mapping."
            ) % {"columns": ", ".join(FIELDS_OF[subject])}
            raise FileProblem("missing_columns", sentence, file=table.name, line=table.header_line)
        return found

    def _suggest(self, subject: str, file: Path, sheet: str, out: Path) -> None:
        """Write the mapping that the file proposes, with what a person should look at."""
        profile = profile_of(Table(file, sheet))
        portfolios = dict(Portfolio.objects.values_list("key", "name"))
        proposal = propose(
            profile, mappings.catalogue_of(subject), portfolios=portfolios, name=tidy(file.stem).casefold()
        )
        try:
            out.write_text(to_toml(proposal.mapping, proposal_text.comments(proposal, profile)), encoding="utf-8")
        except OSError as error:
            sentence = _("%(file)s cannot be written: %(reason)s.") % {
                "file": out.name,
                "reason": error.strerror or error,
            }
            raise CommandError(sentence, returncode=exits.NOTHING_DONE) from error
        for line in proposal_text.lines(proposal, profile):
            self.stdout.write(line)
        self.stdout.write(_("The mapping is in %(file)s; read the list with --mapping.") % {"file": out.name})

    def _end(self, report: Report) -> None:
        if not report.rejected and not report.broken_off:
            return
        if not report.records:
            raise CommandError(_("Nothing was done: no row could be taken."), returncode=exits.NOTHING_DONE)
        says = ngettext(
            "%(n)s row was not taken; the rest is kept.",
            "%(n)s rows were not taken; the rest is kept.",
            report.rejected,
        ) % {"n": grouped(report.rejected)}
        raise CommandError(says, returncode=exits.SOME_REJECTED)


def _tick(bar: Any, rows: int) -> None:
    """After each batch. Django logs every statement where DEBUG is on, and a long file would fill the memory with them."""
    bar.update(rows)
    reset_queries()
