"""What reading an inventory yields: records, findings about them, and rows refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

Stage = Literal["planned", "running", "adopted", "retired", "not_stated"]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to report about a row; `line` is the spreadsheet row (the header is 1).

    `of_new` says of a cell that is not taken what is so by that of a pilot that is new: a sentence that waits for it ends
    without a full stop. A pilot on record keeps what it has.
    """

    code: str
    sentence: str
    line: int | None = None
    column: str = ""
    of_new: str = ""

    def ended(self, *, on_record: bool) -> Finding:
        """With what is so of the cell now: a pilot on record keeps what it has."""
        ending = _("what is on record stays") if on_record else self.of_new
        return replace(self, sentence=f"{self.sentence}; {ending}.", of_new="")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read, with its cells for the rejects file."""

    finding: Finding
    facts: Facts = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One pilot as an inventory states it. Dates are calendar dates; what is not understood is not stated.

    `asked` are the gates of which the inventory says yes or no, `high_impact` null where it says neither, `unread` what
    stands in columns that are not read.
    """

    portfolio_key: str
    portfolio_name: str
    function: str | None
    key: str
    name: str
    purpose: str
    stage: Stage
    started_on: date | None
    adopted_on: date | None
    approximate: bool
    high_impact: bool | None
    asserted: tuple[tuple[str, str], ...]
    line: int
    facts: Facts
    asked: frozenset[str] = frozenset()
    not_understood: frozenset[str] = frozenset()
    unread: bytes = b""


class FileProblem(Exception):
    """The file as a whole cannot be read; the sentence names the file and the place."""

    def __init__(self, code: str, sentence: str, *, file: str, line: int | None = None, column: str = "") -> None:
        self.code = code
        self.sentence = sentence
        self.file = file
        self.line = line
        self.column = column
        place = f"{file}, row {line}" if line else file
        place = f"{place}, column {column}" if column else place
        super().__init__(f"{place}: {sentence}")
