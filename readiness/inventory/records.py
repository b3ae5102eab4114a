"""What reading a list yields beside what it says of pilots: findings, and rows refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

MARK = "\N{REPLACEMENT CHARACTER}"
"""What stands for a character that no text of a database holds."""


def storable(text: str) -> str:
    """A text as a database holds it: a null character, and a byte that could not be decoded, are marked."""
    if text.isascii():
        return text.replace("\0", MARK)
    return text.replace("\0", MARK).encode(errors="replace").decode()


Facts = tuple[tuple[str, str], ...]


def place_in_file(file: str = "", line: int | None = None, column: str = "") -> str:
    """Where in a list something stands, in as many words as are known of it: file, row (the header is 1), column."""
    row = _("row %(line)s") % {"line": line} if line else ""
    named = _("column %(column)s") % {"column": column} if column else ""
    return ", ".join(part for part in (file, row, named) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to report about a row; `line` is the spreadsheet row (the header is 1).

    `before` is what an account said before it was corrected: `person`, `field` and `value`.
    `of_new` says of a cell that is not taken what is so by that of a pilot that is new: a sentence that waits for it ends
    without a full stop. A pilot on record keeps what it has.
    """

    code: str
    sentence: str
    line: int | None = None
    column: str = ""
    of_new: str = ""
    before: Mapping[str, Any] | None = None

    def ended(self, *, on_record: bool) -> Finding:
        """With what is so of the cell now: a pilot on record keeps what it has."""
        ending = _("what is on record stays") if on_record else self.of_new
        return replace(self, sentence=f"{self.sentence}; {ending}.", of_new="")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read, with its cells for the rejects file."""

    finding: Finding
    facts: Facts = ()


class FileProblem(Exception):
    """The file as a whole cannot be read; the sentence names the file and the place."""

    def __init__(self, code: str, sentence: str, *, file: str, line: int | None = None, column: str = "") -> None:
        self.code = code
        self.sentence = sentence
        self.file = file
        self.line = line
        self.column = column
        super().__init__(f"{place_in_file(file, line, column)}: {sentence}")
