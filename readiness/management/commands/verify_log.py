"""`manage.py verify_log`: whether anybody bent the log."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from pilots.derived import comparison
from pilots.derived.group_check import groups_checked
from pilots.event_log import backup_notes, verify
from pilots.event_log.verify_files import FilesRead, verify_files
from pilots.models import Pilot
from readiness.management.base import ProductCommand

NOT_DERIVED = "What follows from the log was not rebuilt: the log itself is broken."


class Command(ProductCommand):
    help = (
        "Check every event against its texts and the one before it, and the head of every chain. Exit status: 0 all fits,"
        " 1 the log is broken or unguarded, or something else is not as it was, 2 it could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="DIGEST",
            help="a digest that an earlier run printed: what was done up to then must still be there, unchanged",
        )
        parser.add_argument(
            "--files", action="store_true", help="read every file of evidence, and hold it against its SHA-256"
        )
        parser.add_argument(
            "--derived",
            action="store_true",
            help="hold everything that follows from the log against it; nothing is changed",
        )
        parser.add_argument("--note", metavar="FILE", help="where all fits, write the note that goes with a back-up")

    def handle(self, *args: Any, expect: str | None = None, **options: Any) -> None:
        then, wanted = self._mark(expect) if expect else (None, "")
        began = time.monotonic()
        try:
            found = verify.verify(then)
        except DatabaseError as error:
            raise CommandError(f"The log could not be read: {error}", returncode=2) from error
        self._counts(found, time.monotonic() - began)
        troubles = self._troubles(found)
        if then is not None and str(then) != wanted:
            troubles.append(
                f"Expected {wanted}\nFound    {then}\nEvents that were there when that digest was kept are gone, or are others now."
            )
        troubles += self._files() if options.get("files") else []
        if options.get("derived"):
            # A log that is not whole cannot be replayed.
            troubles += self._derived() if found.first is None else [NOT_DERIVED]
        if troubles:
            raise CommandError("\n".join(troubles), returncode=1)
        if then is not None:
            self.stdout.write("All that was there when that digest was kept is there.")
        self.stdout.write(self.style.SUCCESS("Every event fits the one before it, and every chain's head its last."))
        if options.get("note"):
            self._write_note(Path(options["note"]), found)

    def _files(self) -> list[str]:
        read = FilesRead()
        troubles = list(verify_files(read))
        self.stdout.write(f"{read.files:,} files of evidence, {read.bytes:,} bytes, as they were filed")
        return troubles

    def _derived(self) -> list[str]:
        done = comparison.Compared()
        troubles = [f"Not as it follows from the log: {each}." for each in comparison.differences(done)]
        troubles += [f"Not as its answers say: {each}." for each in comparison.groups_that_do_not_fit()]
        again = done.rebuilt
        self.stdout.write(
            f"{again.rows:,} derived rows of {again.pilots:,} pilots and {again.units:,} units derived again"
        )
        self.stdout.write(f"{done.rows:,} rows of pilots, gates and the installation held against the log")
        self.stdout.write(f"{groups_checked():,} groups of managers held against the answers in them")
        return troubles

    def _write_note(self, path: Path, found: verify.Verified) -> None:
        if found.now is None:
            raise CommandError("No note was written: somebody is writing. Run it again.", returncode=2)
        note = backup_notes.take_note(str(found.now))
        try:
            path.write_text(backup_notes.as_text(note), encoding="utf-8")
        except OSError as wrong:
            raise CommandError(f"The note could not be written to {path}: {wrong.strerror}.", returncode=2) from wrong
        self.stdout.write(f"The note is in {path}. Keep a copy of it apart from the back-up.")

    def _mark(self, expect: str) -> tuple[verify.Mark, str]:
        try:
            return verify.read_mark(expect)
        except ValueError as error:
            raise CommandError("--expect takes a digest as an earlier run printed it.", returncode=2) from error

    def _counts(self, found: verify.Verified, seconds: float) -> None:
        rate = found.events / max(seconds, 0.001)
        self.stdout.write(
            f"{found.events:,} events ({found.erased:,} erased by law) in {found.chains:,} chains, {rate:,.0f} a second"
        )
        if found.now is None:
            self.stdout.write("No digest to keep: somebody is writing. Run it again.")
        else:
            self.stdout.write(f"Digest {found.now}")
            self.stdout.write("Keep it: verify_log --expect compares it later.")

    def _troubles(self, found: verify.Verified) -> list[str]:
        out = [f"MISSING TRIGGER {name}. Run migrate, which puts it back." for name in found.missing]
        if found.first is not None:
            out += [f"BROKEN in {found.broken:,} places. The first:"]
            out += self._in_words(found.first)
        return out

    def _in_words(self, broken: verify.Break) -> list[str]:
        where = _chain(broken.of)
        at = f"event {broken.event}, number {broken.number} of {where}" if broken.event else where
        return [
            f"  {at}: {broken.says}.",
            f"  before it: {_neighbour(broken.before)}",
            f"  after it: {_neighbour(broken.after)}",
        ]


def _chain(of: int | None) -> str:
    if of is None:
        return "the installation"
    return f"pilot {of} ({Pilot.objects.values_list('key', flat=True).get(pk=of)})"


def _neighbour(pk: int | None) -> str:
    return f"event {pk}" if pk else "none"
