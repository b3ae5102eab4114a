"""What PostgreSQL and SQLite say differently, for the statements that are written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import connection

if TYPE_CHECKING:
    from readiness.queries.pilots import StandingQuerySet

NEVER = date.max.toordinal() + 1


class _Engine(NamedTuple):
    """How an engine says the number of a day, as Python counts days, that of the day after, the day of a number, and the greatest and the least of some.

    A day's number is one subtraction: it is worked out for every period of a review, several times.
    """

    number: str
    after: str
    day: str
    greatest: str
    least: str


_ENGINES = {
    "postgresql": _Engine(
        "({} - DATE '0001-12-31 BC')",
        "({} - DATE '0001-12-30 BC')",
        "(DATE '0001-12-31 BC' + ({}))",
        "GREATEST",
        "LEAST",
    ),
    "sqlite": _Engine(
        "(CAST(julianday({}) AS INTEGER) - 1721424)",
        "(CAST(julianday({}) AS INTEGER) - 1721423)",
        "date(({}) + 1721424.5)",
        "MAX",
        "MIN",
    ),
}


def number(day: str) -> str:
    """The number of a day."""
    return _ENGINES[connection.vendor].number.format(day)


def day_of(number: str) -> str:
    """The day of a number of type INTEGER; null where that is null."""
    return _ENGINES[connection.vendor].day.format(number)


def number_after(day: str, otherwise: int = NEVER) -> str:
    """The number of the day after one, or another number where there is none."""
    return f"COALESCE({_ENGINES[connection.vendor].after.format(day)}, {otherwise})"


def greatest(*numbers: str | int) -> str:
    """The greatest of some numbers; none of them is null."""
    return f"{_ENGINES[connection.vendor].greatest}({', '.join(str(each) for each in numbers)})"


def least(*numbers: str | int) -> str:
    """The least of some numbers; none of them is null."""
    return f"{_ENGINES[connection.vendor].least}({', '.join(str(each) for each in numbers)})"


def worked_out_once() -> str:
    """What ends a table of a statement whose columns are read several times after it.

    PostgreSQL puts the expression of a column wherever the column is read, and works it out as often; with an offset it does not.
    """
    return "OFFSET 0" if connection.vendor == "postgresql" else ""


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


_IMPORTS = 20_260_101
"""The number by which imports of lists wait for each other."""


def one_import_at_a_time() -> None:
    """Wait until no other import is under way, up to the end of this transaction. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORTS])


def refresh_statistics() -> None:
    """Let PostgreSQL look at what many rows have just become: until it has, it plans as if the tables were empty.

    It does so by itself after a minute, where nobody has switched that off; until then a page would take minutes.
    """
    if connection.vendor == "postgresql":
        tables = [
            model._meta.db_table for app in ("pilots", "readiness") for model in apps.get_app_config(app).get_models()
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
