"""What reading an inventory yields: records, findings about them, and rows refused."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Stage = Literal["planned", "running", "adopted", "retired", "not_stated"]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth telling about a row; `line` is the spreadsheet row (the header is 1)."""

    code: str
    sentence: str
    line: int | None = None
    column: str = ""


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
