"""What a file holds, gone through once and kept with its import: its header and first rows, and the distinct words of each column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.inventory.headers import is_unnamed
from readiness.inventory.records import storable
from readiness.inventory.tabular import BECAUSE, Table
from readiness.inventory.workbooks import Sheet

DISTINCT = 60
"""Distinct words of a column that are looked at; a column with more holds texts."""
LONGEST_WORD = 240
"""Characters of what can be a word of a list, its explanation included."""
SHOWN, LONGEST = 3, 120
"""Rows of a sheet that are shown as they were read, and characters of a cell."""


@dataclass
class Column:
    """What stands in a column: how many cells say something, and its distinct words, most frequent first."""

    name: str
    filled: int = 0
    words: Counter[str] = field(default_factory=Counter)
    many: bool = False

    def add(self, text: str) -> None:
        if not text:
            return
        self.filled += 1
        if text in self.words or len(self.words) < DISTINCT:
            self.words[text] += 1
        else:
            self.many = True


@dataclass
class ListProfile:
    """A list without its rows: what the page that maps it shows, and what a mapping is proposed from.

    `wanted` is what was asked for: sheet, row of the header and encoding, each empty where the file itself settles it.
    `first_rows` are the first rows as they were read, each with its number.
    """

    name: str
    sheet: str
    sheets: tuple[Sheet, ...]
    header_line: int
    header: tuple[str, ...]
    assumed: tuple[str, ...]
    rows: int
    first_rows: list[tuple[int, list[str]]]
    columns: dict[str, Column]
    wanted: tuple[str, int, str] = ("", 0, "")

    def is_of(self, sheet: str, header_row: int, encoding: str) -> bool:
        """Whether this is what a sheet holds below a header; one that is not said is the one that was found."""
        if encoding != self.wanted[2]:
            return False
        return (sheet, header_row) == self.wanted[:2] or (
            sheet in (self.sheet, "" if len(self.sheets) < 2 else self.sheet) and header_row == self.header_line
        )

    def as_data(self) -> dict[str, Any]:
        """The profile as plain data."""
        columns = [
            {"name": each.name, "filled": each.filled, "words": dict(each.words), "many": each.many}
            for each in self.columns.values()
        ]
        kept = ("name", "sheet", "header_line", "header", "assumed", "rows", "first_rows", "wanted")
        return {name: getattr(self, name) for name in kept} | {"sheets": self.sheets, "columns": columns}


def from_data(data: Mapping[str, Any]) -> ListProfile:
    """The profile that plain data hold."""
    columns = {
        each["name"]: Column(each["name"], each["filled"], Counter(each["words"]), each["many"])
        for each in data["columns"]
    }
    sheet, header_row, encoding = data["wanted"]
    return ListProfile(
        name=data["name"],
        sheet=data["sheet"],
        sheets=tuple(Sheet(*each) for each in data["sheets"]),
        header_line=data["header_line"],
        header=tuple(data["header"]),
        assumed=tuple(data["assumed"]),
        rows=data["rows"],
        first_rows=[(line, list(cells)) for line, cells in data["first_rows"]],
        columns=columns,
        wanted=(sheet, header_row, encoding),
    )


def profile_of(table: Table, wanted: tuple[str, int, str] = ("", 0, "")) -> ListProfile:
    """What a file holds, gone through once. Raises FileProblem where it cannot be read."""
    columns = {name: Column(name) for name in table.header if name != BECAUSE}
    first: list[tuple[int, list[str]]] = []
    rows = 0
    for row in table.rows():
        rows += 1
        if len(first) < SHOWN:
            first.append((row.line, [storable(text[:LONGEST]) for text in row.cells.values()]))
        for name, text in row.cells.items():
            columns[name].add(storable(text.strip()[: LONGEST_WORD + 1]))
    return ListProfile(
        name=table.name,
        sheet=table.sheet,
        sheets=table.sheets,
        header_line=table.header_line,
        header=table.header,
        assumed=table.assumed,
        rows=rows,
        first_rows=first,
        columns=dict(_named(columns)),
        wanted=wanted,
    )


def _named(columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    """Without the columns that say nothing and have no name."""
    yield from ((name, column) for name, column in columns.items() if column.filled or not is_unnamed(name))
