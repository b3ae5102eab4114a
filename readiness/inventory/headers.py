"""In which row of a sheet the header stands, and what its columns are called."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from readiness.inventory.fields import is_known_column
from readiness.inventory.records import storable

MOST_ABOVE = 40
"""Rows that say something, among which the header is looked for."""
_FEW = 0.6
"""A row with fewer of its cells filled, beside the fullest one, is a title or a banner."""
_SPACES = re.compile(r"\s+")


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows is the header: the one with most names that are known, else the first that is filled like most.

    Titles, banners over several columns, notes and blank rows may stand above it.
    """
    known = [sum(map(is_known_column, row)) for row in rows]
    most = max(known)
    if most >= 2:
        return known.index(most)
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    return next(n for n, number in enumerate(filled) if number >= _FEW * max(filled))


def column_names(cells: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names of columns, and those that stand there more than once.

    Line breaks and runs of spaces are one space; a name that comes again is numbered; a column without a name is called by
    the letters that a spreadsheet has for it.
    """
    names = [_SPACES.sub(" ", storable(cell)).strip() for cell in cells]
    counted = Counter(filter(None, names))
    seen: Counter[str] = Counter()
    out = []
    for place, name in enumerate(names):
        seen[name] += 1
        if not name:
            name = f"Column {letters(place)}"
        elif seen[name] > 1:
            name = f"{name} ({seen[name]})"
        out.append(name)
    return tuple(out), frozenset(name for name, times in counted.items() if times > 1)


def is_unnamed(name: str) -> bool:
    """Whether a column has no name of its own."""
    return re.fullmatch(r"Column [A-Z]+", name) is not None


def letters(place: int) -> str:
    """What a spreadsheet calls the column at a place, counted from 0: A, B, … AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters
