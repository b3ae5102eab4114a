"""What an answer cites, said anew in the column's comment. SQLite keeps no comments, and its table is not made again for one."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

BEFORE = "the first of many alike that were decided at once"
NOW = "the first of many alike that were decided at once, or an earlier answer that this one follows"


def _comment(says: str) -> Any:
    def write(_apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"COMMENT ON COLUMN pilots_decision.cites_id IS '{says}'")

    return write


class Migration(migrations.Migration):
    dependencies: ClassVar = [("pilots", "0010_names_of_tables")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_comment(NOW), _comment(BEFORE))],
            state_operations=[
                migrations.AlterField(
                    "decision",
                    "cites",
                    models.ForeignKey(
                        "pilots.decision",
                        on_delete=django.db.models.deletion.PROTECT,
                        null=True,
                        related_name="cited_by",
                        db_comment=NOW,
                    ),
                ),
            ],
        )
    ]
