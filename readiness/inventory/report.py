"""What came of an import: counts, and what was found, grouped. Its size does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from readiness.inventory.records import Finding
from readiness.models.imports import Subject

SHOWN = 5
"""How many places are named of each kind of finding that only says how something was read."""
SHOWN_AT_MOST = 20
"""How many are named of what changed, of what was not taken, and of what is no value."""
HOW_READ = frozenset(
    {
        *("approximate_date", "date_as_read", "formula", "identical_rows", "no_address", "no_function", "no_workflow"),
        *("says_no_task", "start_not_known", "recognised", "restored"),
    }
)


FOUND, REJECTED, CHANGED, FELL, KEPT, NOT_TAKEN = "found", "rejected", "changed", "fell", "kept", "not_taken"
"""What a finding is about: how a row was read, and what came of its cells."""


@dataclass(slots=True)
class Group:
    """Findings of one kind: how many there are, and the first few of them."""

    count: int = 0
    first: list[Finding] = field(default_factory=list)
    shown: int = SHOWN_AT_MOST

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.first) < self.shown:
            self.first.append(finding)


@dataclass(slots=True)
class Report:
    """Counts of rows and records of a subject; gates asserted by kind; findings and rejections by code; what is no longer listed.

    `left` counts the cells that say something that is no value, `by_design` are columns of which nothing is ever taken, `assumed`
    the sentences that say what was assumed of the file; the `listener` hears each finding, with its kind.
    """

    subject: str = Subject.PILOTS
    read: int = 0
    created: int = 0
    restored: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    merged: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    asserted: Counter[str] = field(default_factory=Counter)
    found: dict[str, Group] = field(default_factory=dict)
    refused: dict[str, Group] = field(default_factory=dict)
    changed: Group = field(default_factory=Group)
    fell: Group = field(default_factory=Group)
    kept: Group = field(default_factory=Group)
    not_taken: Group = field(default_factory=Group)
    left: int = 0
    by_design: set[str] = field(default_factory=set)
    no_longer: int = 0
    no_longer_first: list[str] = field(default_factory=list)
    broken_off: str = ""
    listener: Callable[[str, Finding], None] | None = None
    assumed: tuple[str, ...] = ()

    @property
    def nothing_changed(self) -> bool:
        """Whether all on record is as it was."""
        return bool(self.records) and not (self.created or self.restored or self.updated or self.changed.count)

    @property
    def cells_not_taken(self) -> int:
        """Cells of rows that were taken which say otherwise than the record, or what is no value."""
        return self.kept.count + self.not_taken.count + self.left

    @property
    def records(self) -> int:
        return self.created + self.restored + self.updated + self.unchanged

    def find(self, finding: Finding) -> None:
        """Report something about a row that was read."""
        self._hear(FOUND, finding)
        shown = SHOWN if finding.code in HOW_READ else SHOWN_AT_MOST
        self.found.setdefault(finding.code, Group(shown=shown)).add(finding)

    def add(self, kind: str, finding: Finding) -> None:
        """What came of a cell: it changed, something fell by it, a person's is kept, or it is not taken."""
        self._hear(kind, finding)
        group: Group = getattr(self, kind)
        group.add(finding)

    def _hear(self, kind: str, finding: Finding) -> None:
        if self.listener is not None:
            self.listener(kind, finding)

    def leave(self, finding: Finding, *, on_record: bool) -> None:
        """A cell that says something that is no value."""
        self.left += 1
        self.find(finding.ended(on_record=on_record))

    def reject(self, finding: Finding) -> None:
        """A row that was not taken."""
        self._hear(REJECTED, finding)
        self.rejected += 1
        self.refused.setdefault(finding.code, Group()).add(finding)
