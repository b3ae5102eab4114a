"""Extremes in every column of every list that is read: a row is taken, or reported with its place; nothing breaks a later read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from pilots.models import GateKind, Person, Pilot
from readiness.inventory.own_form import OWN_COLUMNS, gate_columns
from tests.contracts.extremes import CHARACTERS, DAYS, NUMBERS
from tests.readiness.inventory.lists import COLUMNS, PILOT, run

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

CELLS = (
    *(each for each in NUMBERS if each not in ("-1", "1.5")),
    *DAYS,
    "x" * 100_000,
    *CHARACTERS.values(),
    "2,000-01-01",
)
READ = (
    "/museum/",
    "/museum/claims/",
    "/portfolio/",
    "/rights/",
    "/admin/pilots/pilot/",
    "/api/v1/pilots/?page_size=200",
    "/api/v1/portfolio/trend/",
    "/api/v1/portfolio/waits/",
    "/api/v1/changes/?page_size=200",
    "/api/v1/events/?page_size=200",
    "/api/v1/people/?page_size=200",
    "/api/v1/pilots/?format=csv",
    "/api/v1/exhibits/?format=csv",
    "/api/v1/portfolio/decisions-that-free/",
)
"""What is read afterwards, by somebody who sees everything."""


def written(path: Path, columns: tuple[str, ...], row: dict[str, str], texts: tuple[str, ...], key: str) -> int:
    """A list in which each row has an extreme in one cell. Returns how many rows."""
    number = 0
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.DictWriter(stream, columns, restval="")
        rows.writeheader()
        for column in columns:
            for text in texts:
                number += 1
                rows.writerow({**row, key: f"X-{number}", column: text})
    return number


def everything_is_read(tmp_path: Path) -> None:
    client = Client()
    client.force_login(Person.objects.create_superuser("root@cast.example", None, name="Root"))
    for path in READ:
        assert client.get(path).status_code == 200, path
    some = Pilot.objects.order_by("?")[:8]
    for pilot in some:
        assert client.get(f"/admin/pilots/pilot/{pilot.pk}/change/").status_code == 200, pilot.key
        assert client.get(f"/api/v1/pilots/{pilot.key}/").status_code in (200, 404), pilot.key
    out = tmp_path / "out.csv"
    call_command("export_pilots", str(out), verbosity=0)
    assert run(out, "--dry-run", preset="")[0] in (0, 1)


def test_the_public_inventory(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    row = {**PILOT, "use_case_name": "Renewal drafts", "operational_date": "2025-09-08"}
    rows = written(path, COLUMNS, row, CELLS, "id")
    status, says = run(path, "--rejects", str(tmp_path / "rejects.csv"))
    assert status in (0, 1), says
    assert Pilot.objects.count() > rows / 2
    everything_is_read(tmp_path)


def test_the_products_own_form(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    kinds = tuple(GateKind.objects.values_list("key", flat=True))
    row = {"name": "Renewal drafts", "portfolio": "ops", "stage": "running", "started_on": "2026-03-01"}
    rows = written(path, (*OWN_COLUMNS, *gate_columns(kinds[:2])), row, CELLS, "key")
    status, says = run(path, "--rejects", str(tmp_path / "rejects.csv"), preset="")
    assert status in (0, 1), says
    assert Pilot.objects.count() > rows / 2
    everything_is_read(tmp_path)
