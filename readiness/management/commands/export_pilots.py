"""`manage.py export_pilots [FILE]`: pilots go out, in the form that import_pilots reads."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.clock import today
from pilots.figures import grouped
from pilots.models import GateKind, Portfolio
from pilots.refusals import InFuture
from readiness.inventory.exporting import Export
from readiness.inventory.own_form import write_csv, write_xlsx
from readiness.inventory.records import FileProblem
from readiness.management import exits
from readiness.management.base import ProductCommand

FORMATS = ("csv", "xlsx")


class Command(ProductCommand):
    help = (
        "Writes pilots to a CSV or XLSX file, or as CSV to where the command runs, in the form that import_pilots reads. "
        "A text that a spreadsheet would take for a formula is written with an apostrophe before it."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=FORMATS, help="by the file's name unless said")
        parser.add_argument("--portfolio", metavar="KEY", help="one portfolio; all unless said")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="as it was on that day, as 2026-11-23; today unless said",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = today()
        file, at = options["file"], options["as_of"] or now
        if at > now:
            raise exits.command_error(InFuture(field="as_of"))
        portfolio = options["portfolio"]
        if portfolio and not Portfolio.objects.filter(key=portfolio).exists():
            raise _refusal(_("There is no portfolio with the key %(key)s.") % {"key": portfolio})
        export = Export(at, now, tuple(GateKind.objects.values_list("key", flat=True)), portfolio)
        try:
            self._write(export, file, options["format"])
        except FileProblem as problem:
            raise exits.command_error(problem) from problem
        if file is not None:
            says = ngettext("%(n)s pilot written to %(file)s.", "%(n)s pilots written to %(file)s.", export.written)
            self.stdout.write(says % {"n": grouped(export.written), "file": file.name})

    def _write(self, export: Export, file: Path | None, chosen: str | None) -> None:
        form = chosen or ("xlsx" if file and file.suffix.lower() == ".xlsx" else "csv")
        if file is None:
            if form == "xlsx":
                raise _refusal(_("A workbook needs a file: name one."))
            with exits.to_whoever_reads(self.stdout):
                write_csv(export, cast(TextIO, self.stdout), kinds=export.kinds, kept=export.kept)
            return
        # Whoever reads the file never finds half of it.
        part = file.with_name(f"{file.name}.part")
        try:
            if form == "xlsx":
                write_xlsx(export, part, kinds=export.kinds, kept=export.kept)
            else:
                with part.open("w", newline="", encoding="utf-8") as stream:
                    write_csv(export, stream, kinds=export.kinds, kept=export.kept)
            os.replace(part, file)
        except OSError as error:
            reason = error.strerror or str(error)
            raise _refusal(
                _("%(file)s cannot be written: %(reason)s.") % {"file": file.name, "reason": reason}
            ) from error
        finally:
            part.unlink(missing_ok=True)


def _refusal(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=exits.NOTHING_DONE)
