"""Lists that are read in and written out by the commands, and what they say."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from pilots.models import Decision, Event, Function, Gate, GatePeriod, Pilot, PilotPeriod

COLUMNS = (
    *("agency", "agency_name", "id", "use_case_name", "agency_bureau", "development_stage"),
    *("is_high_impact", "problem_solved", "operational_date", "have_ato", "pia_url"),
    *("hi_testing_conducted", "hi_independent_review", "HI_justification"),
)
"""Columns of the inventory of 2025 that a list of a test has."""
AT = "2026-11-23"

DAY = date(2026, 11, 23)

LATER = date(2026, 11, 24)

PILOT = {"agency": "DOI", "agency_name": "Interior", "development_stage": "Pilot"}


def run(path: Path, *options: str, at: str = AT, preset: str = "omb-2025") -> tuple[int, str]:
    """The exit status of the command, and all that it said."""
    said = StringIO()
    preset_option = ["--preset", preset] if preset else []
    try:
        call_command("import_pilots", str(path), "--at", at, *preset_option, *options, stdout=said)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


def inventory(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(
            {**PILOT, "id": f"DOI-{n}", "use_case_name": f"Case {n}", **row} for n, row in enumerate(rows, 1)
        )
    return path


def own(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def everything() -> dict[str, int]:
    tables: tuple[Any, ...] = (Pilot, Gate, Decision, GatePeriod, PilotPeriod, Function)
    found = {model.__name__: model._default_manager.count() for model in tables}
    # With this one every log begins.
    return found | {"Event": Event.objects.exclude(action="begin_log").count()}


NOTHING_CHANGED = "Nothing is new, and nothing changed."


def export(*options: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("export_pilots", *options, stdout=said)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, said.getvalue()
