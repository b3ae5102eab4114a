"""The list of pilots as a file, with its filters: the rows of the product's own form, which an import reads again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from pilots.clock import today
from readiness.admin.pilot_list import day_of
from readiness.forms.file_answers import csv_answer, workbook_answer
from readiness.forms.offices import Office, office_of
from readiness.inventory.exporting import Export
from readiness.inventory.own_form import write_xlsx
from readiness.inventory.records import FileProblem
from readiness.inventory.tables_out import FORMS, lines_of

__all__ = ["FORMS", "TITLES", "export", "export_chosen"]


def export(table: Any, request: HttpRequest, among: QuerySet[Any], form: str) -> HttpResponseBase:
    """These pilots as they stood on the day that the list is asked for."""
    at = day_of(request)
    rows = rows_of(office_of(request), at, among)
    name = f"pilots-{at.isoformat()}"
    if form == "csv":
        return csv_answer(name, as_csv(rows))
    try:
        with NamedTemporaryFile(suffix=".xlsx") as file:
            write_xlsx(rows, file.name, kinds=rows.kinds, kept=rows.kept)
            return workbook_answer(name, file.name)
    except FileProblem as problem:
        messages.error(request, str(problem))
        back: HttpResponseBase = table.back_to_list(request)
        return back


def rows_of(office: Office, at: date, among: QuerySet[Any]) -> Export:
    """The rows of these pilots, with the kinds of gates that their office knows."""
    kinds = tuple(office.kinds().order_by("position", "pk").values_list("key", flat=True))
    return Export(at, today(), kinds, among=among.order_by().values("pk"))


def as_csv(rows: Export) -> Iterator[str]:
    """The lines of the file, one by one, so that memory does not grow with the list."""
    return lines_of([rows.head], rows)


def export_chosen(form: str) -> Any:
    """The action of a list that writes the rows that were ticked, or all that it shows."""

    def write(table: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponseBase:
        keys = list(chosen.order_by().values_list("pk", flat=True))
        return export(table, request, table.get_queryset(request).filter(pk__in=keys), form)

    return write


TITLES = {"csv": _("Export as CSV"), "xlsx": _("Export as a workbook")}
