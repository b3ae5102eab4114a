"""Rows by the thousand that differ in a few columns: by COPY on PostgreSQL, by one prepared statement on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

NULL = "\\N"
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


def _plain(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=field.encoder, ensure_ascii=False)
    return field.get_db_prep_save(value, connection)


def _text(value: Any) -> str:
    return NULL if value is None else str(value).translate(_ESCAPED)
