"""Append-only by trigger: decisions are never edited or deleted, by SQL either (rule 8).

Installed after every migrate, because SQLite drops a table's triggers whenever it rebuilds the table.
Only an erasure by law passes: once for each decision, its free texts and salt to null, with the date.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections, models

EDITED, DELETED, REPLACED, TRUNCATED = (
    "decisions_are_never_edited",
    "decisions_are_never_deleted",
    "decisions_are_never_replaced",
    "decisions_are_never_truncated",
)
SAYS = "Decisions are never edited or deleted. Record a new one."


def _table() -> str:
    from pilots.models import Decision

    return Decision._meta.db_table


def _columns(using: str) -> list[models.Field[Any, Any]]:
    """The decision's columns that the table has: between two migrations it may lack some, and has no table at first."""
    from pilots.models import Decision

    connection = connections[using]
    if _table() not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        there = {column.name for column in connection.introspection.get_table_description(cursor, _table())}
    return [f for f in Decision._meta.concrete_fields if f.column in there]


def _is_an_edit(columns: Iterable[models.Field[Any, Any]], differs: str) -> str:
    """What an update must not do, as SQL: anything but a first erasure."""
    from pilots.models import Decision

    erased = {*Decision.ERASABLE, "salt"}
    broken = ['OLD."erased_on" IS NOT NULL', 'NEW."erased_on" IS NULL']
    for field in columns:
        name = field.column
        if name in erased:
            broken.append(f'NEW."{name}" IS NOT NULL')
        elif name != "erased_on":
            # JSON is compared as it is written: two numbers that are equal may still differ in what was signed.
            as_text = "::text" if isinstance(field, models.JSONField) and "DISTINCT" in differs else ""
            broken.append(f'NEW."{name}"{as_text} {differs} OLD."{name}"{as_text}')
    return " OR ".join(broken)


def _postgresql(columns: list[models.Field[Any, Any]]) -> dict[str, tuple[str, str]]:
    """By the name of a trigger: when it fires, and the body of its function."""
    refuse = f"RAISE EXCEPTION '{SAYS}';"
    edit = _is_an_edit(columns, "IS DISTINCT FROM")
    return {
        EDITED: ("BEFORE UPDATE ON {table} FOR EACH ROW", f"BEGIN IF {edit} THEN {refuse} END IF; RETURN NEW; END"),
        DELETED: ("BEFORE DELETE ON {table} FOR EACH ROW", f"BEGIN {refuse} END"),
        TRUNCATED: ("BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", f"BEGIN {refuse} END"),
    }


def _sqlite(columns: list[models.Field[Any, Any]]) -> dict[str, str]:
    """By the name of a trigger: the statement that makes it. REPLACE deletes a row without a word to a delete trigger."""
    table, refuse = _table(), f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    alike = (
        "id = NEW.id OR public_id = NEW.public_id OR event_id = NEW.event_id OR "
        "(gate_id = NEW.gate_id AND number = NEW.number)"
    )
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {alike})"
    edit = _is_an_edit(columns, "IS NOT")
    return {
        EDITED: f"CREATE TRIGGER {EDITED} BEFORE UPDATE ON {table} WHEN {edit} {refuse}",
        DELETED: f"CREATE TRIGGER {DELETED} BEFORE DELETE ON {table} {refuse}",
        REPLACED: f"CREATE TRIGGER {REPLACED} BEFORE INSERT ON {table} WHEN {there} {refuse}",
    }


def install(using: str = "default") -> None:
    """Put every trigger in place as it should be; safe to run again."""
    columns = _columns(using)
    if not missing(using):
        return
    lift(using)
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            for name, (when, body) in _postgresql(columns).items():
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
                on = when.format(table=_table())
                cursor.execute(f"CREATE TRIGGER {name} {on} EXECUTE FUNCTION {name}()")
        else:
            for statement in _sqlite(columns).values():
                cursor.execute(statement)


def lift(using: str = "default") -> None:
    """Take the triggers away: for the flush of a test database only."""
    connection = connections[using]
    on = f" ON {_table()}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in (EDITED, DELETED, REPLACED, TRUNCATED):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """The names of triggers that are not in place, are switched off, or do something else than they should."""
    columns = _columns(using)
    if not columns:
        return []
    if connections[using].vendor == "postgresql":
        wanted = {name: body for name, (_, body) in _postgresql(columns).items()}
        query = (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            f" WHERE t.tgrelid = '{_table()}'::regclass AND t.tgenabled IN ('O', 'A')"
        )
    else:
        wanted = _sqlite(columns)
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        there = dict(cursor.fetchall())
    return [name for name, says in wanted.items() if there.get(name) != says]


def install_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Receiver of `post_migrate`."""
    install(using)
