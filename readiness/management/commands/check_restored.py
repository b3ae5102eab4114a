"""`manage.py check_restored`: whether what was restored is what the back-up's own note says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pilots.event_log import backup_notes
from readiness.management.base import ProductCommand
from readiness.management.exits import NOTHING_DONE, SOME_REJECTED


class Command(ProductCommand):
    help = (
        "Hold a restored installation against the note of its back-up: the log, the files of evidence, what follows from"
        " the log, and how many there are. Changes nothing. Exit status: 0 all is there, 1 something is missing or is"
        " not as it was, 2 nothing could be held against it."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("note", metavar="NOTE", help="the file that verify_log --note wrote")

    def handle(self, *args: Any, note: str, **options: Any) -> None:
        kept = _read(Path(note))
        self._of_this_version()
        self.stdout.write(f"Held against the note of {kept.made_at}.")
        troubles = [*self._fewer(kept), *self._not_as_it_was(kept)]
        if troubles:
            raise CommandError("\n".join([*troubles, "This is not all that was backed up."]), returncode=SOME_REJECTED)
        self.stdout.write(self.style.SUCCESS("All that was backed up is here, as it was."))

    def _of_this_version(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as wrong:
            raise _nothing_done(f"The database cannot be read: {wrong}") from wrong
        if waiting:
            raise _nothing_done("Its tables are not those of this version. Run migrate, and then this again.")

    def _fewer(self, kept: backup_notes.Note) -> list[str]:
        now = backup_notes.count()
        for name, many in kept.counts.items():
            more = now.get(name, 0) - many
            since = f", {more:,} of them since the note" if more > 0 else ""
            self.stdout.write(f"{name}: {now.get(name, 0):,}{since}")
        return list(backup_notes.fewer(kept))

    def _not_as_it_was(self, kept: backup_notes.Note) -> list[str]:
        try:
            call_command("verify_log", expect=kept.digest, files=True, derived=True, stdout=self.stdout)
        except CommandError as found:
            if found.returncode == NOTHING_DONE:
                raise
            return [str(found)]
        return []


def _read(path: Path) -> backup_notes.Note:
    try:
        return backup_notes.read_note(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise _nothing_done(f"The note {path} cannot be read: {wrong.strerror}.") from wrong
    except ValueError as wrong:
        raise _nothing_done(f"{path} is no note of a back-up: {wrong}.") from wrong


def _nothing_done(says: str) -> CommandError:
    return CommandError(says, returncode=NOTHING_DONE)
