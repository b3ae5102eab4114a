"""Whose answers fall by what a list changes: told in the sentences in which whoever edits a pilot by hand is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from pilots.models import Event
from readiness.inventory.changes import Came
from readiness.inventory.on_record import RecordedPilot
from readiness.inventory.statement import Said
from readiness.queries.consequences import of_pilots, weigh

Done = TypeVar("Done")


def told_what_falls(
    act: Callable[[], Done], there: RecordedPilot, said: Said, column: str, at: date, came: Came
) -> Done:
    """Do what a list says, and tell what fell by it. Where no person has acted on a pilot there is nothing that could.

    Raises:
        Refused: as the act does.
    """
    if not Event.objects.filter(pilot=there.pilot, by__isnull=False).exists():
        return act()
    done: Done
    done, found = weigh(act, of_pilots([there.pilot], at=at), agreed=None)
    came.fall(said, column, found.sentences)
    return done
