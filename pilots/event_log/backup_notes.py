"""The note that goes with a back-up: what was there when it was made, so that a restored copy can be held against it.

It is made before the database is copied, and the files after the database: then a copy holds at least what its note
says, also where people kept working meanwhile. Only what is never deleted is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from pilots.models import (
    Decision,
    DecisionRight,
    Event,
    Evidence,
    Function,
    Gate,
    GateKind,
    Person,
    Pilot,
    Portfolio,
)

COUNTED: Mapping[str, type[models.Model]] = {
    "people": Person,
    "portfolios": Portfolio,
    "functions": Function,
    "kinds of gates": GateKind,
    "rights": DecisionRight,
    "pilots": Pilot,
    "gates": Gate,
    "decisions": Decision,
    "events": Event,
    "pieces of evidence": Evidence,
}


@dataclass(frozen=True, slots=True)
class Note:
    """When it was made (in UTC), the digest over all heads as `verify_log` prints it, and how many rows there were."""

    made_at: str
    digest: str
    counts: dict[str, int]


def take_note(digest: str) -> Note:
    """A note of what is there now."""
    return Note(timezone.now().isoformat(timespec="seconds"), digest, count())


def count() -> dict[str, int]:
    """How many rows there are, by what they are."""
    return {name: model._default_manager.count() for name, model in COUNTED.items()}


def as_text(note: Note) -> str:
    return json.dumps(asdict(note), indent=2) + "\n"


def read_note(text: str) -> Note:
    """A note as it was written.

    Raises:
        ValueError: it is none.
    """
    try:
        says: dict[str, Any] = json.loads(text)
        counts = {str(name): int(many) for name, many in says["counts"].items()}
        return Note(str(says["made_at"]), str(says["digest"]), counts)
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError("it does not say what a note says") from wrong


def fewer(note: Note) -> Iterator[str]:
    """What there is less of than the note says, in a sentence each."""
    found = count()
    for name, many in note.counts.items():
        if found.get(name, 0) < many:
            yield f"The note counts {many:,} {name}, and there are {found.get(name, 0):,}."
