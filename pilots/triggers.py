"""Append-only by trigger: decisions are never edited or deleted, by SQL either (rule 8).

Installed after every migrate, because SQLite drops a table's triggers whenever it rebuilds the table.
Only an erasure by law passes: texts and salt to null, with the date.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

TABLE = "pilots_decision"
KEPT = (
    "id", "public_id", "gate_id", "event_id", "number", "on", "known_on", "outcome", "capacity", "recorded_for",
    "decider_id", "by_id", "court", "until", "good_until", "pieces", "cites_id", "digests", "checksum",
)  # fmt: skip
ERASABLE = ("reason", "evidence", "conditions", "sealed", "would_change", "salt")
SAYS = "Decisions are never edited or deleted. Record a new one."
NAMES = ("decisions_are_never_edited", "decisions_are_never_deleted")


def _changed(differs: str) -> str:
    kept = " OR ".join(f'NEW."{c}" {differs} OLD."{c}"' for c in KEPT)
    erased = " OR ".join(
        f'(NEW."{c}" IS NOT NULL AND NEW."{c}" {differs} OLD."{c}")' for c in ERASABLE
    )
    return f'{kept} OR {erased} OR NEW."erased_on" IS NULL'


def _postgresql(name: str, event: str, when: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$ LANGUAGE plpgsql",
        f"DROP TRIGGER IF EXISTS {name} ON {TABLE}",
        f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH ROW {when} EXECUTE FUNCTION {name}()",
    ]


def install(using: str = "default") -> None:
    """Put both triggers in place; safe to run again."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    edited, deleted = NAMES
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            json_safe = (
                _changed("IS DISTINCT FROM")
                .replace('NEW."digests"', 'NEW."digests"::text')
                .replace('OLD."digests"', 'OLD."digests"::text')
            )
            for column in ("conditions", "sealed"):
                json_safe = json_safe.replace(
                    f'DISTINCT FROM OLD."{column}"', f'DISTINCT FROM OLD."{column}"'
                )
            statements = _postgresql(
                edited, "UPDATE", f"WHEN ({json_safe})"
            ) + _postgresql(deleted, "DELETE", "")
        else:
            statements = [
                f"DROP TRIGGER IF EXISTS {edited}",
                f"DROP TRIGGER IF EXISTS {deleted}",
                f"CREATE TRIGGER {edited} BEFORE UPDATE ON {TABLE} WHEN {_changed('IS NOT')} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
                f"CREATE TRIGGER {deleted} BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
            ]
        for statement in statements:
            cursor.execute(statement)


def lift(using: str = "default") -> None:
    """Take the triggers away: for the flush of a test database only."""
    connection = connections[using]
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """The names of triggers that are not in place."""
    connection = connections[using]
    query = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in there]


def install_after_migrate(using: str = "default", **kwargs: Any) -> None:
    """Receiver of `post_migrate`."""
    install(using)
