"""Append-only by trigger: events and decisions are never edited or deleted, by SQL either (rule 8).

Installed after every migrate, because SQLite drops a table's triggers whenever it rebuilds the table.
Only an erasure by law passes: once for each event, its texts to null, with the date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, models

ERASED, ERASED_ON = "texts", "erased_on"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A table that only grows. `alike` names a row that another one would replace, as SQL."""

    model: type[models.Model]
    word: str
    alike: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def edited(self) -> str:
        return f"{self.word}_are_never_edited"

    @property
    def deleted(self) -> str:
        return f"{self.word}_are_never_deleted"

    @property
    def replaced(self) -> str:
        return f"{self.word}_are_never_replaced"

    @property
    def truncated(self) -> str:
        return f"{self.word}_are_never_truncated"

    @property
    def names(self) -> tuple[str, ...]:
        return self.edited, self.deleted, self.replaced, self.truncated

    @property
    def says(self) -> str:
        return f"{self.word.capitalize()} are never edited or deleted. Record a new one."


def guarded() -> tuple[Guarded, ...]:
    """The tables that only grow."""
    from pilots.models import Decision, Event

    return (
        Guarded(
            Event,
            "events",
            "id = NEW.id OR public_id = NEW.public_id OR (pilot_id = NEW.pilot_id AND number = NEW.number) OR "
            "(NEW.pilot_id IS NULL AND pilot_id IS NULL AND number = NEW.number)",
        ),
        Guarded(Decision, "decisions", "id = NEW.id OR public_id = NEW.public_id OR event_id = NEW.event_id"),
    )


def _columns(using: str, of: Guarded) -> list[models.Field[Any, Any]]:
    """The columns that the table has: between two migrations it may lack some, and has no table at first."""
    connection = connections[using]
    if of.table not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        there = {column.name for column in connection.introspection.get_table_description(cursor, of.table)}
    return [f for f in of.model._meta.concrete_fields if f.column in there]


def _is_an_edit(columns: Iterable[models.Field[Any, Any]], differs: str) -> str:
    """What an update must not do, as SQL: anything; where there are texts to erase, anything but a first erasure."""
    names = {field.column for field in columns}
    if ERASED_ON not in names:
        return "1 = 1"
    broken = [f'OLD."{ERASED_ON}" IS NOT NULL', f'NEW."{ERASED_ON}" IS NULL', f'NEW."{ERASED}" IS NOT NULL']
    for field in columns:
        name = field.column
        if name not in (ERASED, ERASED_ON):
            # JSON is compared as it is written: two numbers that are equal may still differ in what was signed.
            as_text = "::text" if isinstance(field, models.JSONField) and "DISTINCT" in differs else ""
            broken.append(f'NEW."{name}"{as_text} {differs} OLD."{name}"{as_text}')
    return " OR ".join(broken)


def _postgresql(of: Guarded, columns: list[models.Field[Any, Any]]) -> dict[str, tuple[str, str]]:
    """By the name of a trigger: when it fires, and the body of its function."""
    refuse = f"RAISE EXCEPTION '{of.says}';"
    edit = _is_an_edit(columns, "IS DISTINCT FROM")
    return {
        of.edited: ("BEFORE UPDATE ON {table} FOR EACH ROW", f"BEGIN IF {edit} THEN {refuse} END IF; RETURN NEW; END"),
        of.deleted: ("BEFORE DELETE ON {table} FOR EACH ROW", f"BEGIN {refuse} END"),
        of.truncated: ("BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", f"BEGIN {refuse} END"),
    }


def _sqlite(of: Guarded, columns: list[models.Field[Any, Any]]) -> dict[str, str]:
    """By the name of a trigger: the statement that makes it. REPLACE deletes a row without a word to a delete trigger."""
    table, refuse = of.table, f"BEGIN SELECT RAISE(ABORT, '{of.says}'); END"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {of.alike})"
    edit = _is_an_edit(columns, "IS NOT")
    return {
        of.edited: f"CREATE TRIGGER {of.edited} BEFORE UPDATE ON {table} WHEN {edit} {refuse}",
        of.deleted: f"CREATE TRIGGER {of.deleted} BEFORE DELETE ON {table} {refuse}",
        of.replaced: f"CREATE TRIGGER {of.replaced} BEFORE INSERT ON {table} WHEN {there} {refuse}",
    }


def install(using: str = "default") -> None:
    """Put every trigger in place as it should be; safe to run again."""
    if not missing(using):
        return
    lift(using)
    for of in guarded():
        columns = _columns(using, of)
        if columns:
            _install(using, of, columns)


def _install(using: str, of: Guarded, columns: list[models.Field[Any, Any]]) -> None:
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            for name, (when, body) in _postgresql(of, columns).items():
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
                cursor.execute(f"CREATE TRIGGER {name} {when.format(table=of.table)} EXECUTE FUNCTION {name}()")
        else:
            for statement in _sqlite(of, columns).values():
                cursor.execute(statement)


def lift(using: str = "default") -> None:
    """Take the triggers away: for the flush of a test database only."""
    connection = connections[using]
    for of in guarded():
        if not _columns(using, of):
            continue
        on = f" ON {of.table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for name in of.names:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """The names of triggers that are not in place, are switched off, or do something else than they should."""
    return [name for of in guarded() for name in _missing(using, of)]


def _missing(using: str, of: Guarded) -> Iterator[str]:
    columns = _columns(using, of)
    if not columns:
        return
    if connections[using].vendor == "postgresql":
        wanted = {name: body for name, (_, body) in _postgresql(of, columns).items()}
        query = (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            f" WHERE t.tgrelid = '{of.table}'::regclass AND t.tgenabled IN ('O', 'A')"
        )
    else:
        wanted = _sqlite(of, columns)
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        there = dict(cursor.fetchall())
    yield from (name for name, says in wanted.items() if there.get(name) != says)


def install_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Receiver of `post_migrate`."""
    install(using)
