"""Importing the real inventory, beside parsing it and inserting the same rows by `bulk_create`."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
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


def measure(rounds: int) -> Iterator[Measured]:
    if not FILE.exists():
        return
    rows = _rows()
    written = sum(len(of) for of in rows)
    yield compare(
        "importing the inventory",
        _import,
        lambda: _parse_and_insert(rows),
        rounds=min(rounds, 5),
        promise=3,
        says=f"{len(rows[TABLES.index(Pilot)]):,} pilots, {written:,} rows; by hand: csv, then bulk_create of the same rows.",
    )


def _import() -> None:
    with transaction.atomic():
        Import(List(FILE, "omb-2025", AT)).run()
        transaction.set_rollback(True)


def _rows() -> list[list[Any]]:
    """What the import leaves, table by table."""
    with transaction.atomic():
        there = [set(of.objects.values_list("pk", flat=True)) for of in TABLES]
        Import(List(FILE, "omb-2025", AT)).run()
        found = [
            list(of.objects.exclude(pk__in=pks)) if len(pks) < 500 else [r for r in of.objects.all() if r.pk not in pks]
            for of, pks in zip(TABLES, there, strict=True)
        ]
        transaction.set_rollback(True)
    return found


def _parse_and_insert(rows: list[list[Any]]) -> None:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        parsed = list(csv.DictReader(file))
    assert parsed
    with transaction.atomic():
        for model, of in zip(TABLES, rows, strict=True):
            model._base_manager.bulk_create(of)
        transaction.set_rollback(True)
