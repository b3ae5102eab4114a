"""A database that cannot write now: somebody else holds what is needed, which is refused in a sentence, or it is a replica."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError

from pilots.refusals import Busy

P = ParamSpec("P")
R = TypeVar("R")

SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED")
READ_ONLY = "25006"
POSTGRESQL = frozenset({"55P03", "40P01", "40001"})
"""A lock that was waited for too long, a deadlock, and a transaction that another one overtook."""


def is_busy(error: BaseException | None) -> bool:
    """Whether a database gave up because somebody else holds what it needs."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    name = str(getattr(cause, "sqlite_errorname", ""))
    return name.startswith(SQLITE) or getattr(cause, "sqlstate", None) in POSTGRESQL


def is_read_only(error: BaseException | None) -> bool:
    """Whether a database refused to write because it, or this transaction, only reads: a replica."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    name = str(getattr(cause, "sqlite_errorname", ""))
    return name.startswith("SQLITE_READONLY") or getattr(cause, "sqlstate", None) == READ_ONLY


@contextmanager
def left_to_the_primary() -> Iterator[None]:
    """What a read writes by the way, in a transaction of its own. On a replica it is not done: the next read that may write does it."""
    try:
        yield
    except DatabaseError as error:
        if not is_read_only(error):
            raise


def refused_when_busy(action: Callable[P, R]) -> Callable[P, R]:
    """An action that refuses as `Busy` where a lock cannot be had. Its transaction is taken back by then."""

    @wraps(action)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return action(*args, **kwargs)
        except DatabaseError as error:
            if is_busy(error):
                raise Busy from error
            raise

    return call
