"""The program that opens a workbook, in a process of its own with bounded memory and time: `python -m … PATH [SHEET]`.

It knows neither Django nor this product, and writes lines of JSON: the sheets and the one that is read, then its rows, some
hundred at a time, each a list of texts. A workbook that cannot be read ends it with a line that says why.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

ROWS_AT_ONCE = 200
MEMORY = 3 << 30
"""Bytes of address space."""
SECONDS = 120
"""Of processor time."""

PASSWORD, DAMAGED, NO_SHEET = "password", "damaged", "no_sheet"


def main(path: str, name: str = "") -> None:
    """Write what the sheet of a workbook holds to standard output; the fullest one where none is named."""
    _limit()
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheets = [_described(book, each) for each in book.sheets_metadata]
            chosen = _chosen(sheets, name)
            if chosen is None:
                _write({"problem": NO_SHEET, "sheets": sheets})
                return
            sheet = book.get_sheet_by_name(chosen)
            _write({"sheets": sheets, "sheet": chosen})
            for rows in _in_batches(_rows(sheet)):
                _write(rows)
            _write({"end": True})
    except PasswordError:
        _write({"problem": PASSWORD})
    except (CalamineError, OSError, ValueError):
        _write({"problem": DAMAGED})


def _limit() -> None:
    """Bound what a hostile workbook can take; where the system has no such bounds, those of the parts have to do."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _soft, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, hard))


def _described(book: CalamineWorkbook, metadata: Any) -> dict[str, Any]:
    """A sheet's name, whether it is hidden, and how many of its cells say something."""
    sheet = book.get_sheet_by_name(metadata.name)
    cells = sum(1 for row in sheet.iter_rows() for cell in row if cell != "") if sheet.height else 0
    return {"name": metadata.name, "hidden": metadata.visible != SheetVisibleEnum.Visible, "cells": cells}


def _chosen(sheets: Iterable[dict[str, Any]], name: str) -> str | None:
    if name:
        named = [sheet["name"] for sheet in sheets if sheet["name"].strip().casefold() == name.strip().casefold()]
        return named[0] if named else None
    fullest = max(sheets, key=lambda sheet: (not sheet["hidden"] and sheet["cells"] > 0, sheet["cells"]), default=None)
    return fullest["name"] if fullest else None


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """The rows from the first of the sheet on. A cell that is merged over several rows says the same in each."""
    if not sheet.height:
        return
    _above, left = sheet.start or (0, 0)
    down = {(first, column): last for (first, column), (last, _end) in sheet.merged_cell_ranges or () if last > first}
    filled: dict[int, tuple[str, int]] = {}
    for number, row in enumerate(sheet.iter_rows()):
        # The rows come from the first one on, their cells from the first column that says anything.
        cells = [""] * left + [_text(cell) for cell in row]
        for column, (text, last) in list(filled.items()):
            if number > last:
                del filled[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = text
        for column, text in enumerate(cells):
            if down and text and (number, column) in down:
                filled[column] = text, down[number, column]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _in_batches(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _text(value: Any) -> str:
    """A value as a person would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _write(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BrokenPipeError:
        # Whoever reads has read enough.
        sys.stderr.close()
