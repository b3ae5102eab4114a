"""The first page of the admin: what is to be done, each line a count that links to exactly its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from readiness.text.worklist import FILTERS, IMPORTS, LINES, PEOPLE

SETTLED_ELSEWHERE = {"no-right": "admin:pilots_decisionright_add", "orphaned": "admin:pilots_decisionright_changelist"}
"""The lines that are settled on another page than the list of their pilots."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how many, of what, where they are listed, what settles it and where."""

    number: int
    says: str
    address: str
    settles: Any
    settled_at: str


@dataclass(frozen=True, slots=True)
class Section:
    """Lines about one thing; those that count nothing are named together."""

    title: Any
    lines: list[Line]
    settled: list[Any]


def sections(counts: Mapping[str, int], imports: int, leaving: Mapping[str, int], *, any_pilot: bool) -> list[Section]:
    """The lines, by what they are about. Of pilots nothing is said where there is none; of imports where none has a problem, of people where nobody leaves."""
    out = []
    if any(leaving.values()):
        title, lines = PEOPLE
        out.append(
            Section(title, [_of_people(word, leaving[word], *lines[word]) for word in lines if leaving[word]], [])
        )
    if imports:
        title, says, settles, _filter = IMPORTS
        address = f"{reverse('admin:readiness_importsession_changelist')}?problems=yes"
        out.append(Section(title, [Line(imports, says % {"n": imports}, address, settles, address)], []))
    if not any_pilot:
        return out
    for title, lines in LINES:
        there = [_line(word, counts[word], *says) for word, says in lines.items() if counts[word]]
        out.append(Section(title, there, [FILTERS[word] for word in lines if not counts[word]]))
    return out


def _of_people(word: str, number: int, says: Any, settles: Any) -> Line:
    address = f"{reverse('admin:pilots_person_changelist')}?leaving={word}"
    return Line(number, says % {"n": number}, address, settles, address)


def _line(word: str, number: int, says: Any, settles: Any) -> Line:
    address = f"{reverse('admin:pilots_pilot_changelist')}?worklist={word}"
    elsewhere = SETTLED_ELSEWHERE.get(word)
    return Line(number, says % {"n": number}, address, settles, reverse(elsewhere) if elsewhere else address)
