"""What came of one record of a newer list: what changed, what people keep, and what is not taken, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Pilot
from pilots.refusals import Refused
from readiness.inventory import comparing
from readiness.inventory.records import Finding
from readiness.inventory.statement import Statement
from readiness.text import labels
from readiness.text.excerpts import differing_excerpts
from readiness.text.field_changes import FIELDS

NAMES = {"started_on": gettext_lazy("start"), "decide_by": gettext_lazy("decide by"), "stage": gettext_lazy("stage")}
LONGEST = 80
"""Characters of a text that are shown of a change; the record holds the rest."""


@dataclass(slots=True)
class RecordReport:
    """What came of one record: what changed and fell by it, the stage now, gates asserted, what people keep, what is not taken."""

    stage: str
    changed: bool = False
    asserted: list[str] = field(default_factory=list)
    changes: list[Finding] = field(default_factory=list)
    fell: list[Finding] = field(default_factory=list)
    kept: list[Finding] = field(default_factory=list)
    not_taken: list[Finding] = field(default_factory=list)

    def change(self, statement: Statement, column: str, what: Any, before: Any, after: Any) -> None:
        """Report what changed: “start: 30 June 2025 → 1 October 2025”."""
        self.changed = True
        sentence = f"{statement.key}: {what}: {change_text(before, after)}"
        self.changes.append(Finding("changed", sentence, statement.line, column))

    def fall(self, statement: Statement, column: str, sentences: Iterable[str]) -> None:
        """Report whose answers fell by a change, and what became of the standing."""
        self.fell += [Finding("fell", f"{statement.key}: {says}", statement.line, column) for says in sentences]

    def keep(self, statement: Statement, column: str, sentence: Any) -> None:
        """Report what people decided, and stays so."""
        self.kept.append(Finding("kept", f"{statement.key}: {sentence}", statement.line, column))

    def refuse(self, statement: Statement, column: str, sentence: Any) -> None:
        """Report what is not taken, and why."""
        self.not_taken.append(comparing.not_taken(statement, column, str(sentence)))

    def is_taken(self, statement: Statement, column: str, change: Callable[[], object], what: str = "") -> bool:
        """Do what a cell says; where that is refused, report it with the reason; the rest of the row is taken."""
        try:
            change()
        except Refused as refused:
            self.refuse(statement, column, f"{what} {refused.says}".strip())
            return False
        return True


def change_text(before: Any, after: Any) -> str:
    """Two values as a report shows them, “30 June 2025 → 1 October 2025”: of long texts the part that is another."""
    return " → ".join(differing_excerpts(_as_text(before), _as_text(after), LONGEST))


def _as_text(value: Any) -> str:
    if value is None or value == "":
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return labels.day(value)
    return str(value)


def name_of(name: str) -> Any:
    """What a field is called."""
    if name in NAMES or name in FIELDS:
        return NAMES.get(name) or FIELDS[name]
    return getattr(Pilot._meta.get_field(name), "verbose_name", name) if name in FIELD_NAMES else name


FIELD_NAMES = frozenset(f.name for f in Pilot._meta.get_fields())
