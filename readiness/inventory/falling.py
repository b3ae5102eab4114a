"""Whose answers fall by what a list changes, reported in the sentences that ask whoever edits a pilot by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from pilots.models import Event
from readiness.inventory.changes import RecordReport
from readiness.inventory.on_record import RecordedPilot
from readiness.inventory.statement import Statement
from readiness.queries.consequences import of_pilots, weigh

Done = TypeVar("Done")


def report_what_falls(
    change: Callable[[], Done],
    recorded: RecordedPilot,
    statement: Statement,
    column: str,
    at: date,
    outcome: RecordReport,
) -> Done:
    """Do what a list says, and report what fell by it. Where no person has acted on a pilot there is nothing that could.

    Raises:
        Refused: as the action does.
    """
    if not Event.objects.filter(pilot=recorded.pilot, by__isnull=False).exists():
        return change()
    done: Done
    done, found = weigh(change, of_pilots([recorded.pilot], at=at), agreed=None)
    outcome.fall(statement, column, found.sentences)
    return done
