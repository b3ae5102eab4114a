"""A list as the answer to a request: a file that goes out as CSV or as a workbook. What pages and the admin share."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import NamedTemporaryFile

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from readiness.inventory.tables_out import Row, csv_lines, write_workbook

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(name: str, form: str, head: Row, rows: Iterable[Row]) -> HttpResponseBase:
    """The answer that is a file of this name, with a head and rows.

    Raises:
        Invalid: a workbook does not hold so many rows.
    """
    if form == "csv":
        return csv_answer(name, csv_lines(head, rows))
    with NamedTemporaryFile(suffix=".xlsx") as file:
        write_workbook(file.name, head, rows)
        return workbook_answer(name, file.name)


def csv_answer(name: str, lines: Iterable[str]) -> HttpResponseBase:
    """Lines as a file that goes out as they come."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def workbook_answer(name: str, path: str) -> HttpResponseBase:
    """A workbook that was written already. Opened here once more, it can be read until it is sent, and is gone by then."""
    return FileResponse(open(path, "rb"), as_attachment=True, filename=f"{name}.xlsx", content_type=WORKBOOK)
