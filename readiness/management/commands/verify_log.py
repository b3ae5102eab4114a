"""`manage.py verify_log`: whether anybody bent the log."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from pilots.derived import rebuild
from pilots.event_log import backup_notes, verify
from pilots.event_log.verify_files import FilesRead, verify_files
from pilots.models import Gate
from readiness.management.base import ProductCommand

NOT_DERIVED = "What follows from the log was not rebuilt: the log itself is broken."


class Command(ProductCommand):
    help = (
        "Check every decision against its texts and the one before it, and every gate's head. Exit status: 0 all fits,"
        " 1 the log is broken or unguarded, or something else is not as it was, 2 it could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="DIGEST",
            help="a digest that an earlier run printed: what was decided up to then must still be there, unchanged",
        )
        parser.add_argument(
            "--files", action="store_true", help="read every file of evidence, and hold it against its SHA-256"
        )
        parser.add_argument(
            "--derived", action="store_true", help="rebuild what follows from the log, and compare; nothing is changed"
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
                f"Expected {wanted}\nFound    {then}\nDecisions that were there when that digest was kept are gone, or are others now."
            )
        troubles += self._files() if options.get("files") else []
        if options.get("derived"):
            # What follows from a log that is not whole cannot be told.
            troubles += self._derived() if found.first is None else [NOT_DERIVED]
        if troubles:
            raise CommandError("\n".join(troubles), returncode=1)
        if then is not None:
            self.stdout.write("All that was there when that digest was kept is there.")
        self.stdout.write(self.style.SUCCESS("Every decision fits the one before it, and every gate's head its last."))
        if options.get("note"):
            self._write_note(Path(options["note"]), found)

    def _files(self) -> list[str]:
        read = FilesRead()
        troubles = list(verify_files(read))
        self.stdout.write(f"{read.files:,} files of evidence, {read.bytes:,} bytes, as they were filed")
        return troubles

    def _derived(self) -> list[str]:
        done = rebuild.Rebuilt()
        troubles = [f"Not as it follows from the log: {each}." for each in rebuild.rebuild(keep=False, done=done)]
        self.stdout.write(f"{done.rows:,} derived rows of {done.pilots:,} pilots and {done.cells:,} cells rebuilt")
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
        rate = found.decisions / max(seconds, 0.001)
        self.stdout.write(
            f"{found.decisions:,} decisions ({found.erased:,} erased by law) on {found.gates:,} gates, {rate:,.0f} a second"
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
        gate = Gate.objects.select_related("pilot", "kind").get(pk=broken.gate)
        where = f"gate {gate.pk} ({gate.kind.key} of {gate.pilot.key})"
        at = f"decision {broken.decision}, number {broken.number} of {where}" if broken.decision else where
        return [
            f"  {at}: {broken.says}.",
            f"  before it: {_neighbour(broken.before)}",
            f"  after it: {_neighbour(broken.after)}",
        ]


def _neighbour(pk: int | None) -> str:
    return f"decision {pk}" if pk else "none"
