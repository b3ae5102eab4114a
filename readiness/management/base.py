"""What every command of the product has in common: a full disk ends it with a sentence."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from readiness.management.exits import NOTHING_DONE, to_whoever_reads

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_SAID_BY_ENGINES = ("database or disk is full", "disk I/O error", "No space left on device", "could not extend file")
"""SQLite and PostgreSQL say it in these words; SQLite says the second one where its journal cannot grow."""


class ProductCommand(BaseCommand):
    """A command that reports a full disk. Each action is one transaction: it is kept whole, or not at all."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            done: str | None = super().execute(*args, **options)
            # What is kept back is written now, while it can still be said that it cannot.
            with to_whoever_reads(self.stdout):
                pass
        except (OSError, DatabaseError) as error:
            if not is_full(error):
                raise
            _write_no_more(self.stdout)
            raise CommandError(
                _(
                    "The disk is full, and this ended before all of it was written. What was committed is kept; the rest was taken back. Make room, and run it again."
                ),
                returncode=NOTHING_DONE,
            ) from error
        return done


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no room left, on a disk or in a database."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return any(says in str(error) for says in _SAID_BY_ENGINES)


def _write_no_more(stdout: Any) -> None:
    """What is still kept back is written when the process ends, and would fail once more."""
    try:
        stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
