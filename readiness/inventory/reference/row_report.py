"""What comes of one row of a list that is no list of pilots: what it makes or changes, and what of it is not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilots.actions.reference import plain
from pilots.models import Person
from pilots.models.portfolios import Function, Portfolio
from pilots.refusals import Refused
from readiness.inventory.changes import change_text
from readiness.inventory.records import Finding
from readiness.inventory.reference.rows import ReferenceRow
from readiness.inventory.report import CHANGED, FELL, NOT_TAKEN


@dataclass(slots=True)
class RowReport:
    """Collects what comes of a row. `key` names what the row is about, `name` is what people call it."""

    row: ReferenceRow
    key: str
    name: str = ""
    is_new: bool = False
    findings: list[tuple[str, Finding]] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return any(kind == CHANGED for kind, _finding in self.findings)

    def change(self, name: str, what: Any, before: Any, after: Any, *, of: Person | None = None) -> None:
        """Report what changed: “function: Claims → Underwriting”. Of an account it is kept, for no event says what it said."""
        says = f"{what}: {change_text(_named(before), _named(after))}"
        kept = None if of is None else {"person": of.pk, "field": name, "value": plain(before)}
        self._add(CHANGED, "changed", name, says, kept)

    def fall(self, name: str, sentences: Iterable[str]) -> None:
        """Report whose answers fell by a change."""
        for says in sentences:
            self._add(FELL, "fell", name, says)

    def refuse(self, name: str, sentence: Any) -> None:
        """Report a cell that is not taken, and why."""
        self._add(NOT_TAKEN, "not_taken", name, str(sentence))

    def is_taken(self, name: str, change: Callable[[], object]) -> bool:
        """Do what a cell says; where that is refused, report it with the reason; the rest of the row is taken."""
        try:
            change()
        except Refused as refused:
            self.refuse(name, refused.says)
            return False
        return True

    def _add(self, kind: str, code: str, name: str, says: str, before: Mapping[str, Any] | None = None) -> None:
        finding = Finding(code, f"{self.key}: {says}", self.row.line, self.row.column(name), before=before)
        self.findings.append((kind, finding))


def _named(value: Any) -> Any:
    return str(value) if isinstance(value, Function | Portfolio) else value
