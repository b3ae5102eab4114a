"""What PostgreSQL and SQLite say differently, for the statements that are written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet

NEVER = date.max.toordinal() + 1


class _Engine(NamedTuple):
    """How an engine says the number of a day, as Python counts days, and the greatest and the least of some numbers."""

    number: str
    greatest: str
    least: str


_ENGINES = {
    "postgresql": _Engine("({} - DATE '0001-01-01' + 1)", "GREATEST", "LEAST"),
    "sqlite": _Engine("(CAST(julianday({}) AS INTEGER) - 1721424)", "MAX", "MIN"),
}


def number(day: str) -> str:
    """The number of a day."""
    return _ENGINES[connection.vendor].number.format(day)


def number_after(day: str, otherwise: int = NEVER) -> str:
    """The number of the day after one, or another number where there is none."""
    return f"COALESCE({number(day)} + 1, {otherwise})"


def greatest(*numbers: str | int) -> str:
    """The greatest of some numbers; none of them is null."""
    return f"{_ENGINES[connection.vendor].greatest}({', '.join(str(each) for each in numbers)})"


def least(*numbers: str | int) -> str:
    """The least of some numbers; none of them is null."""
    return f"{_ENGINES[connection.vendor].least}({', '.join(str(each) for each in numbers)})"


def quoted(words: Iterable[str]) -> str:
    """Words of ours as a list."""
    return ", ".join(f"'{word}'" for word in sorted(words))


def join_pilots(column: str, pilots: StandingQuerySet) -> tuple[str, tuple[Any, ...]]:
    """The join that leaves the rows of these pilots, with its parameters; empty, where they are all that there are.

    A join, and no `IN`: an engine estimates how many rows it leaves. `WITH` keeps PostgreSQL from taking the conditions of a
    reach, which it estimates badly, into the plan of the whole.

    Raises:
        EmptyResultSet: there can be none.
    """
    if not (pilots.query.has_filters() or pilots.query.is_sliced):
        return "", ()
    sql, parameters = pilots.order_by().values("pk").query.sql_with_params()
    return f"JOIN (WITH reach AS ({sql}) SELECT pk FROM reach) mine ON mine.pk = {column}", parameters
