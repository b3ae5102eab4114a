"""What a refusal for a stage that does not fit says: since when it is so, and what leads on from there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from pilots.figures import written_day
from pilots.rules.actions import NOT_STARTED, PAUSED, RETIRED
from pilots.rules.vocabulary import Stage

STAGES: dict[str, tuple[Any, Any]] = {
    Stage.PLANNED: (gettext_lazy("It is planned, on record since %(day)s."), gettext_lazy("Start it first.")),
    Stage.NOT_STATED: (
        gettext_lazy("Nobody has said since %(day)s whether it runs."),
        gettext_lazy("Start it first."),
    ),
    Stage.RUNNING: (gettext_lazy("It has been running since %(day)s."), gettext_lazy("Declare it adopted first.")),
    Stage.PAUSED: (gettext_lazy("It has been paused since %(day)s."), gettext_lazy("End the pause first.")),
    Stage.ADOPTED: (
        gettext_lazy("It was declared adopted on %(day)s."),
        gettext_lazy("Take it back to running first, if that no longer holds."),
    ),
    Stage.RETIRED: (
        gettext_lazy("It was retired on %(day)s, and that is its end: nothing more is decided on it."),
        gettext_lazy("To try again, put a new pilot on record; if it was a mistake, take the retirement back."),
    ),
}
"""How a stage is said, with the day since which it holds, and what leads on from it to an action that does not fit it."""


VOID = gettext_lazy("It was declared void on %(day)s, as recorded by mistake: nothing is done on it.")


NOT_VOID = gettext_lazy("It is not void: there is nothing to restore.")


NOT_RETIRED = gettext_lazy("It is not retired: there is nothing to take back.")


INSTEAD_WHEN_RUNNING: dict[frozenset[str], Any] = {
    NOT_STARTED: gettext_lazy("To give it more time, move its decide-by date."),
    PAUSED: gettext_lazy("There is no pause to end."),
}
"""What to do instead with a pilot that runs, by the stages that the action fits; otherwise it fits only what is adopted."""


def in_stage(stage: str, since: date, allowed: frozenset[str]) -> str:
    """Since when a pilot is in its stage, and what to do instead of an action that fits the allowed ones."""
    since_says, instead = STAGES[stage]
    if allowed == RETIRED:
        instead = NOT_RETIRED
    elif stage == Stage.RUNNING:
        instead = INSTEAD_WHEN_RUNNING.get(allowed, instead)
    return f"{since_says % {'day': written_day(since)}} {instead}"


def on_void(since: date | None) -> str:
    """That a pilot is void since a day, or, without one, that it is not."""
    return str(NOT_VOID) if since is None else VOID % {"day": written_day(since)}
