"""What lists said of a pilot in columns that no field has: kept with the import, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from pilots.models import Pilot
from readiness.models.imports import ImportedRow


@dataclass(frozen=True, slots=True)
class Source:
    """One row of a list: the file, its row, the day of the record, and its cells by column."""

    file: str
    line: int
    on: date
    cells: list[tuple[str, str]]


def source_of(pilot: Pilot) -> Source | None:
    """What the latest list that named a pilot says beside its fields. A pilot that no list named is not asked for."""
    if not pilot.source:
        return None
    row = _rows().filter(pilot=pilot).order_by("-pk").first()
    return None if row is None else _source(row)


def kept_cells(pilots: Iterable[int], at: date | None = None) -> dict[int, dict[str, str]]:
    """By primary key the cells that the latest list kept beside each pilot, by column. One query for any number.

    Args:
        at: of the lists that counted from this day or earlier; of all unless said.
    """
    rows = _rows_until(at).filter(pilot__in=list(pilots)).order_by("pk").values_list("pilot_id", "cells")
    return {pk: dict(cells) for pk, cells in rows}


def kept_columns(pilots: Any, at: date | None = None) -> list[str]:
    """The columns of the cells that `kept_cells` finds of these pilots, in the order in which lists have them. One query.

    Args:
        pilots: a query of their primary keys.
    """
    rows = _rows_until(at).filter(pilot__in=pilots).order_by("pilot", "-pk").values_list("pilot_id", "cells")
    columns: dict[str, None] = {}
    before = None
    for pk, cells in rows.iterator(chunk_size=2000):
        if pk != before:
            columns |= dict.fromkeys(column for column, _text in cells)
        before = pk
    return list(columns)


def _rows_until(at: date | None) -> QuerySet[ImportedRow]:
    rows = ImportedRow.objects.exclude(cells=[])
    return rows if at is None else rows.filter(session__effective_on__lte=at)


def _rows() -> QuerySet[ImportedRow]:
    return ImportedRow.objects.exclude(cells=[]).select_related("session")


def _source(row: ImportedRow) -> Source:
    cells = [(column, text) for column, text in row.cells]
    return Source(row.session.file_name, row.line, row.session.effective_on, cells)
