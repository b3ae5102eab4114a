"""Rows by the thousand: by COPY on PostgreSQL, by one prepared statement or `bulk_create` on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection, models

NULL = "\\N"
MANY = 100
"""From so many rows on COPY is worth its while."""
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert_like(like: models.Model, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that are like an unsaved one but for some columns, given in their order. One statement for all.

    Args:
        like: what the rows share. Nothing is worked out for them when they are saved: what is not theirs stands here.
        rows: plain values, as the database keeps them; dates are dates.
    """
    fields = [field for field in like._meta.concrete_fields if not field.primary_key]
    own = {
        str(field.column): _plain(field, getattr(like, field.attname))
        for field in fields
        if field.column not in columns
    }
    names = ", ".join(connection.ops.quote_name(name) for name in (*own, *columns))
    table = connection.ops.quote_name(like._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            shared = "".join(f"{_text(value)}\t" for value in own.values())
            lines = (shared + "\t".join(map(_text, row)) + "\n" for row in rows)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                copy.write("".join(lines))
            return
        blanks = ", ".join(["%s"] * (len(own) + len(columns)))
        # Dates are kept as text there.
        values = [[*own.values(), *(each if each is None else str(each) for each in row)] for row in rows]
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({blanks})", values)


def free_keys(model: type[models.Model], number: int) -> Iterator[int]:
    """As many free primary keys of a table, kept from everybody else."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number]
            )
            return iter([row[0] for row in cursor.fetchall()])
        # The transaction keeps others from writing, and the table goes on after its highest key.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return iter(range(last + 1, last + number + 1))


def give_keys(rows: Sequence[models.Model]) -> None:
    """Give unsaved rows of one table their primary keys, so that others can name them before they are written."""
    if rows:
        for row, key in zip(rows, free_keys(type(rows[0]), len(rows)), strict=True):
            row.pk = key


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one table, all with their primary keys or all without. Those without are not given theirs."""
    if not rows:
        return
    model, keyed = type(rows[0]), rows[0].pk is not None
    if not _by_copy(rows):
        model._default_manager.bulk_create(rows)
        return
    fields = [field for field in model._meta.concrete_fields if keyed or not field.primary_key]
    _copy(model, fields, map(attrgetter(*(field.attname for field in fields)), rows))
    for row in rows:
        row._state.adding = False


def insert_columns(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are given as their columns, each with all of them but its primary key."""
    if not _by_copy(rows):
        model._default_manager.bulk_create(model(**row) for row in rows)
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    _copy(model, fields, map(itemgetter(*(field.attname for field in fields)), rows))


def _by_copy(rows: Sequence[Any]) -> bool:
    return connection.vendor == "postgresql" and len(rows) >= MANY


def _copy(model: type[models.Model], fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    as_json = [(n, field) for n, field in enumerate(fields) if isinstance(field, models.JSONField)]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"COPY {table} ({names}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_with_json(row, as_json) if as_json else row)


def _with_json(row: Sequence[Any], as_json: Sequence[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for n, field in as_json:
        if values[n] is not None:
            values[n] = field.encoder().encode(values[n]) if field.encoder else json.dumps(values[n])
    return values


def _plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=field.encoder, ensure_ascii=False)
    return field.get_db_prep_save(value, connection)


def _text(value: Any) -> str:
    return NULL if value is None else str(value).translate(_ESCAPED)
