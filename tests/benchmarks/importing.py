"""Importing the real inventory, beside parsing it and inserting the same rows by `bulk_create`."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from pilots.models import Decision, Event, Function, Gate, GatePeriod, Pilot, PilotPeriod, Portfolio, Seat, Unit
from readiness.inventory.importing import Import
from readiness.inventory.sources import List
from tests.benchmarks.harness import Measured, compare
from tests.benchmarks.museum import AT

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(os.environ.get("LIVED_IN_DATA") or ROOT.parent / "shared" / "data") / "federal_ai_use_cases_2025.csv"
TABLES: list[Any] = [Portfolio, Function, Unit, Seat, Pilot, Gate, Event, Decision, PilotPeriod, GatePeriod]


def measure(rounds: int, pilots: int | None) -> Iterator[Measured]:
    """Of the whole inventory, or of as many rows as are asked for."""
    if not FILE.exists():
        return
    with TemporaryDirectory() as folder:
        yield _measured(FILE if pilots is None else _first_rows(pilots, Path(folder)), rounds)


def _first_rows(number: int, folder: Path) -> Path:
    path = folder / FILE.name
    with FILE.open(encoding="utf-8-sig", newline="") as whole, path.open("w", encoding="utf-8", newline="") as part:
        csv.writer(part).writerows(islice(csv.reader(whole), number + 1))
    return path


def _measured(file: Path, rounds: int) -> Measured:
    rows = _rows(file)
    written = sum(len(of) for of in rows)
    return compare(
        "importing the inventory",
        lambda: _import(file),
        lambda: _parse_and_insert(file, rows),
        rounds=min(rounds, 5),
        promise=3,
        says=f"{len(rows[TABLES.index(Pilot)]):,} pilots, {written:,} rows; by hand: csv, then bulk_create of the same rows.",
    )


def _import(file: Path) -> None:
    with transaction.atomic():
        Import(List(file, "omb-2025", AT)).run()
        transaction.set_rollback(True)


def _rows(file: Path) -> list[list[Any]]:
    """What the import leaves, table by table."""
    with transaction.atomic():
        there = [set(of.objects.values_list("pk", flat=True)) for of in TABLES]
        Import(List(file, "omb-2025", AT)).run()
        found = [
            list(of.objects.exclude(pk__in=pks)) if len(pks) < 500 else [r for r in of.objects.all() if r.pk not in pks]
            for of, pks in zip(TABLES, there, strict=True)
        ]
        transaction.set_rollback(True)
    return found


def _parse_and_insert(file: Path, rows: list[list[Any]]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        parsed = list(csv.DictReader(opened))
    assert parsed
    with transaction.atomic():
        for model, of in zip(TABLES, rows, strict=True):
            model._base_manager.bulk_create(of)
        transaction.set_rollback(True)
