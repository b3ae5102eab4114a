"""`manage.py import_list people FILE`: a list of people, functions, portfolios, roles or rights goes in."""

from __future__ import annotations

from django.core.management.base import CommandParser

from readiness.management.list_command import EXITS, ImportCommand
from readiness.models.imports import Subject


class Command(ImportCommand):
    help = (
        "Reads people, functions, portfolios, roles or rights from a CSV file or a workbook (XLSX, XLS, ODS): the product's own "
        f"columns, or any other list by a mapping, which --suggest writes. {EXITS} Pilots are read by import_pilots."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        others = [str(subject) for subject in Subject.values if subject != Subject.PILOTS]
        parser.add_argument("what", choices=others, help="what stands in its rows")
        super().add_arguments(parser)
