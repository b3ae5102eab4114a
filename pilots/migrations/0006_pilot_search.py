"""Trigram indexes for the search over pilots, on PostgreSQL; on SQLite the texts are read one by one."""

from typing import Any

from django.db import migrations, transaction
from django.db.utils import ProgrammingError

EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
INDEXES = {
    "pilot_key_search_idx": "upper(key::text)",
    "pilot_name_search_idx": "upper(name::text)",
    "pilot_workflow_search_idx": "upper(workflow::text)",
}
"""As Django writes `icontains`; another expression would not use the index."""


def create(_apps: Any, schema_editor: Any) -> None:
    """Index the texts that are searched. Where the account may not add the extension, searches read every row instead."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(EXTENSION)
    except ProgrammingError:
        return
    for name, expression in INDEXES.items():
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON pilots_pilot USING gin ({expression} gin_trgm_ops)"
        )


def drop(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("pilots", "0005_high_impact_determined")]
    operations = [migrations.RunPython(create, drop)]
