"""The rows that were not taken, in a file that can be corrected and imported again."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TextIO

from django.utils.translation import gettext as _

from readiness.inventory.own_form import escape, unescape
from readiness.inventory.records import FileProblem, Rejected
from readiness.inventory.sources import OWN
from readiness.inventory.tabular import BECAUSE


class Source(Protocol):
    """A list that is read in: its file, its columns as rejected rows have them, and the form that it has."""

    @property
    def path(self) -> Path: ...

    @property
    def columns(self) -> list[str]: ...

    @property
    def form(self) -> str: ...


class Rejects:
    """A CSV with the columns of the list and one more that says why. Made when the first row is rejected."""

    def __init__(self, path: Path | None, source: Source) -> None:
        self.path, self.source = path, source
        self._writer: Any = None
        self._columns: list[str] = []
        self._open = ExitStack()
        self._stream: TextIO | None = None

    def __enter__(self) -> Rejects:
        if self.path is not None and self.path.resolve() == self.source.path.resolve():
            sentence = _("The rejected rows cannot be written over the list itself; name another file.")
            raise FileProblem("over_the_list", sentence, file=self.path.name)
        return self

    def __exit__(self, *args: object) -> None:
        self._open.close()

    def write(self, rejected: Rejected) -> None:
        """Write one row as it was read, and the sentence that says what is wrong with it."""
        if self.path is None:
            return
        if self._writer is None:
            self._begin(self.path)
        cells = dict(rejected.facts)
        found = rejected.finding
        where = _("row %(line)s") % {"line": found.line} + (f", {found.column}" if found.column else "")
        row = [self._cell(cells.get(column, "")) for column in self._columns]
        self._writer.writerow([*row, f"{where}: {found.sentence}"])

    def flush(self) -> None:
        """Write out what is kept back. Raises OSError where there is no room for it."""
        if self._stream is not None:
            self._stream.flush()

    def _begin(self, path: Path) -> None:
        try:
            # What is not UTF-8 in the list is marked, so that it is seen and can be corrected.
            stream = path.open("w", newline="", encoding="utf-8", errors="replace")
        except OSError as error:
            reason = error.strerror or str(error)
            sentence = _("The rejected rows cannot be written: %(reason)s.") % {"reason": reason}
            raise FileProblem("unwritable", sentence, file=path.name) from error
        self._stream = self._open.enter_context(stream)
        self._columns = [name for name in self.source.columns if name != BECAUSE]
        self._writer = csv.writer(stream)
        self._writer.writerow([*self._columns, BECAUSE])

    def _cell(self, text: str) -> str:
        """As it was; in the product's own form a formula is made harmless, and is read back as it was."""
        return escape(unescape(text)) if self.source.form == OWN else text
