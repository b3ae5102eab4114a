"""Rows as the database gives them, by the hundred thousand: texts joined there, dates as ISO 8601, no model instances."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Func, TextField

Row = TypeVar("Row")


@contextmanager
def one_reading() -> Iterator[None]:
    """Read many rows by one cursor. PostgreSQL keeps one on its side in a transaction only; there dates are ISO 8601 as text.

    On SQLite it is no transaction: one would hold up every writer.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL datestyle TO 'ISO'")
        yield


def batches_of(rows: Iterator[Row], number: int) -> Iterator[list[Row]]:
    """The rows of a cursor, so many at a time. PostgreSQL reads the next while the ones before are worked on."""
    batch = list(islice(rows, number))
    if connection.vendor != "postgresql":
        while batch:
            yield batch
            batch = list(islice(rows, number))
        return
    # The first were read here, so the cursor is this thread's; psycopg lets one statement at a time onto a connection.
    with ThreadPoolExecutor(1) as reader:
        while batch:
            following = reader.submit(lambda: list(islice(rows, number)))
            yield batch
            batch = following.result()


class Joined(Func):
    """Texts of one row with another between each two. None of them is null: PostgreSQL would leave it out."""

    template = "(%(expressions)s)"
    output_field = TextField()

    def __init__(self, *texts: Any, between: str) -> None:
        super().__init__(*texts)
        self.between = between

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=f" || '{self.between}' || ", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # In one go: each `||` would write again all that stands before it.
        template = f"concat_ws('{self.between}', %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", ", **extra)


class Listed(models.Aggregate):
    """Texts of several rows as one, in no order."""

    output_field = TextField()

    def __init__(self, text: Any, *, between: str, **extra: Any) -> None:
        super().__init__(text, **extra)
        self.between = between

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"group_concat(%(expressions)s, '{self.between}')", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"string_agg(%(expressions)s, '{self.between}')", **extra)
