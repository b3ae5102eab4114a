"""How a command ends: one meaning for each exit status, and where a refusal leads, in one place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError

from pilots.refusals import Refused
from readiness.inventory.records import FileProblem

ALL_DONE, SOME_REJECTED, NOTHING_DONE = 0, 1, 2


@contextmanager
def to_whoever_reads(stdout: Any) -> Iterator[None]:
    """Write to a reader who may stop reading, as `head` does: then the rest is for nobody, and nothing went wrong."""
    try:
        yield
        stdout.flush()
    except BrokenPipeError:
        # What is still kept back is written when the process ends, and would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def command_error(problem: Refused | FileProblem) -> CommandError:
    """The error with which a command ends that could do nothing, with the sentence that says what to do instead."""
    says = problem.says if isinstance(problem, Refused) else str(problem)
    return CommandError(says, returncode=NOTHING_DONE)
