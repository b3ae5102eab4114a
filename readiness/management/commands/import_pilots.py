"""`manage.py import_pilots FILE`: a list of pilots goes in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from readiness.inventory.mapping import PRESETS
from readiness.management.list_command import EXITS, ImportCommand


class Command(ImportCommand):
    help = (
        "Reads pilots from a CSV file or a workbook (XLSX, XLS, ODS): the product's own form, or any other list by a mapping. "
        f"--suggest writes the mapping that the file's own header and words propose. {EXITS} "
        "People, functions, portfolios, roles and rights are read by import_list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help="why the office, with --by, changes what was on record"
        )

    def add_how(self, how: Any) -> None:
        how.add_argument("--preset", choices=PRESETS, help="a mapping that is shipped")
        super().add_how(how)
