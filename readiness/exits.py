"""How a command ends: one meaning for each exit status, and where a refusal leads, in one place."""

from __future__ import annotations

from django.core.management.base import CommandError

from pilots.refusals import Refused
from readiness.inventory.records import FileProblem

ALL_DONE, SOME_REJECTED, NOTHING_DONE = 0, 1, 2


def ended(problem: Refused | FileProblem) -> CommandError:
    """The error with which a command ends that could do nothing, with the sentence that says what to do instead."""
    says = problem.says if isinstance(problem, Refused) else str(problem)
    return CommandError(says, returncode=NOTHING_DONE)
