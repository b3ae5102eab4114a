"""What came of an import: counts, and what was found, grouped. Its size does not grow with the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .records import Finding

SHOWN = 5
"""How many places are named of each kind of finding."""


@dataclass(slots=True)
class Group:
    """Findings of one kind: how many there are, and the first few of them."""

    count: int = 0
    first: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(finding)


@dataclass(slots=True)
class Report:
    """Counts of rows and records; gates asserted by kind; findings and rejections by code; what is no longer listed."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    merged: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    asserted: Counter[str] = field(default_factory=Counter)
    found: dict[str, Group] = field(default_factory=dict)
    refused: dict[str, Group] = field(default_factory=dict)
    kept: Group = field(default_factory=Group)
    no_longer: int = 0
    no_longer_first: list[str] = field(default_factory=list)
    broken_off: str = ""

    @property
    def records(self) -> int:
        return self.created + self.updated + self.unchanged

    def find(self, finding: Finding) -> None:
        """Something worth telling about a row that was read."""
        self.found.setdefault(finding.code, Group()).add(finding)

    def reject(self, finding: Finding) -> None:
        """A row that was not taken."""
        self.rejected += 1
        self.refused.setdefault(finding.code, Group()).add(finding)

    def keep(self, line: int, column: str, sentence: str) -> None:
        """Something that people decided since the list said it, and that stays as they decided."""
        self.kept.add(Finding("kept", sentence, line, column))
