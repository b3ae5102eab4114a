"""Importing an inventory and the product's own form, beside parsing the file and writing the same rows by COPY.

By hand nothing is looked up, checked, signed or replayed: the lines of each table are ready before the clock runs.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction

from pilots.models import (
    Decision,
    Event,
    Function,
    Gate,
    GateKind,
    GatePeriod,
    Pilot,
    PilotPeriod,
    Portfolio,
    Seat,
    Unit,
)
from readiness.inventory.exporting import Export
from readiness.inventory.importing import Import
from readiness.inventory.mapping import preset
from readiness.inventory.own_form import write_csv
from readiness.inventory.sources import List
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(os.environ.get("LIVED_IN_DATA") or ROOT.parent / "shared" / "data") / "federal_ai_use_cases_2025.csv"
TABLES: list[Any] = [Portfolio, Function, Unit, Seat, Pilot, Gate, Event, Decision, PilotPeriod, GatePeriod]


PRESET, OWN_FORM = "omb-2025", None


def measure(rounds: int, pilots: int | None) -> Iterator[Measured]:
    """Of the whole inventory, or of as many rows as are asked for: beyond its end it begins anew, with other ids."""
    if not FILE.exists():
        return
    with TemporaryDirectory() as folder:
        inventory = FILE if pilots is None else _so_many_rows(pilots, Path(folder))
        yield _measured("importing the inventory", inventory, PRESET, rounds)
        own = _as_own_form(inventory, Path(folder))
        yield _measured("importing the own form", own, OWN_FORM, rounds)


def _so_many_rows(number: int, folder: Path) -> Path:
    path = folder / FILE.name
    with FILE.open(encoding="utf-8-sig", newline="") as whole:
        rows = csv.DictReader(whole)
        names, known = rows.fieldnames or (), list(rows)
    again = ({**row, **_other_id(row, turn)} for turn in count() for row in known)
    with path.open("w", encoding="utf-8", newline="") as part:
        writer = csv.DictWriter(part, names)
        writer.writeheader()
        writer.writerows(islice(again, number))
    return path


def _other_id(row: dict[str, str], turn: int) -> dict[str, str]:
    column = "id" if row["id"].strip() else "use_case_name"
    return {column: f"{row[column]} {turn}"} if turn else {}


def _as_own_form(inventory: Path, folder: Path) -> Path:
    """The same pilots as the product exports them."""
    path = folder / "own.csv"
    with transaction.atomic(), path.open("w", encoding="utf-8", newline="") as stream:
        Import(List(inventory, preset(PRESET), AT)).run()
        export = Export(AT, AT, tuple(GateKind.objects.values_list("key", flat=True)))
        write_csv(export, stream, kinds=export.kinds)
        transaction.set_rollback(True)
    return path


def _measured(name: str, file: Path, mapping: str | None, rounds: int) -> Measured:
    rows = _rows(file, mapping)
    written = sum(len(of) for of in rows)
    lines = [_lines(model, of) for model, of in zip(TABLES, rows, strict=True)]
    pilots = len(rows[TABLES.index(Pilot)])
    del rows
    return compare(
        name,
        lambda: _import(file, mapping),
        lambda: _parse_and_copy(file, lines),
        rounds=min(rounds, 5),
        promise=4,
        says=f"{pilots:,} pilots, {written:,} rows; by hand: csv, then COPY of the same rows.",
    )


def _import(file: Path, mapping: str | None) -> None:
    with transaction.atomic():
        Import(List(file, preset(mapping) if mapping else None, AT)).run()
        # What is checked at the end of a transaction is part of its price.
        connection.check_constraints()
        transaction.set_rollback(True)


def _rows(file: Path, mapping: str | None) -> list[list[Any]]:
    """What the import leaves, table by table."""
    with transaction.atomic():
        there = [set(of.objects.values_list("pk", flat=True)) for of in TABLES]
        Import(List(file, preset(mapping) if mapping else None, AT)).run()
        found = [
            list(of.objects.exclude(pk__in=pks)) if len(pks) < 500 else [r for r in of.objects.all() if r.pk not in pks]
            for of, pks in zip(TABLES, there, strict=True)
        ]
        transaction.set_rollback(True)
    return found


def _lines(model: Any, rows: list[Any]) -> list[tuple[Any, ...]]:
    """Rows as the driver takes them."""
    fields = model._meta.concrete_fields
    return [tuple(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields) for row in rows]


def _parse_and_copy(file: Path, lines: list[list[tuple[Any, ...]]]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        parsed = list(csv.DictReader(opened))
    assert parsed
    with transaction.atomic(), connection.cursor() as cursor:
        for model, of in zip(TABLES, lines, strict=True):
            table, number = model._meta.db_table, len(model._meta.concrete_fields)
            names = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for line in of:
                        copy.write_row(line)
            else:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * number)})", of)
        connection.check_constraints()
        transaction.set_rollback(True)
