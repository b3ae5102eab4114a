"""A list as a file, CSV or a workbook: what every page that shows one writes it with. A formula is escaped, a day is ISO 8601.

The rows come one by one, so that memory does not grow with the list; a workbook is written to a file first.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from openpyxl import Workbook

from pilots.refusals import Invalid
from readiness.inventory.own_form import UNWRITABLE, escape

FORMS = ("csv", "xlsx")
AT_ONCE = 500
"""Rows that are read together."""
_MOST_ROWS, _LONGEST = 1_048_576, 32_767
"""What a sheet of a workbook holds, and a cell of it."""
Row = Sequence[Any]
T = TypeVar("T")


def form_in(query: Mapping[str, str]) -> str | None:
    """As which kind of file a list is asked for, `?format=csv`; None where it is asked for as a page.

    Raises:
        Invalid: there is no such kind.
    """
    written = query.get("format", "").strip().lower()
    if not written:
        return None
    if written not in FORMS:
        says = _("“%(written)s” is no form of a list: there are csv and xlsx.") % {"written": written[:40]}
        raise Invalid(says, field="format")
    return written


def in_batches(keys: Iterable[int], read: Callable[[Sequence[int]], Iterable[T]]) -> Iterator[T]:
    """What is read by primary keys, some at a time."""
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        yield from read(some)


def csv_lines(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a CSV file with a head and rows."""
    return lines_of([head], map(_cells, rows))


def lines_of(*parts: Iterable[Row]) -> Iterator[str]:
    """The lines of a file of rows, one by one."""
    writer = csv.writer(_Line())
    for rows in parts:
        for row in rows:
            yield writer.writerow(row)


class _Line:
    """What is written is returned."""

    def write(self, text: str) -> str:
        return text


def _cells(row: Row) -> list[Any]:
    """The cells of a row: nothing is empty, a day is ISO 8601, yes and no are words, and no text is a formula."""
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    return escape(value.isoformat() if isinstance(value, date) else str(value))


def write_workbook(path: str, head: Row, rows: Iterable[Row]) -> None:
    """Write a head and rows as a workbook. Raises Invalid where it does not hold so many."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("list")
    sheet.append(list(head))
    try:
        for number, row in enumerate(rows, 2):
            if number > _MOST_ROWS:
                raise Invalid(_("A workbook does not hold so many rows; take the list as CSV."), field="format")
            sheet.append([_writable(cell) for cell in _cells(row)])
    finally:
        sheet.close()
    book.save(path)


def _writable(cell: Any) -> Any:
    """A cell that a workbook can hold: without control characters, and cut where it is too long."""
    if not isinstance(cell, str):
        return cell
    text = UNWRITABLE.sub(" ", cell)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
