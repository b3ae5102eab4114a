"""What came of each row of a list: collected while it is read in, and kept with the import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from readiness.inventory.records import Facts, Finding
from readiness.inventory.reference.row_report import RowReport
from readiness.inventory.report import CHANGED, FOUND, HOW_READ, KEPT, NOT_TAKEN, REJECTED
from readiness.inventory.statement import Statement
from readiness.models.imports import Outcome

LONGEST_SHOWN = 500
"""Characters of a cell that can be typed over."""
_OF_MOST_ROWS = frozenset({"no_workflow", "no_function"})
"""What is so of most rows of a list stands in the report, and not beside each of them."""
_ONLY_SAID = HOW_READ - {"near_duplicate"}


@dataclass(slots=True)
class RowOutcome:
    """What came of one row; `cells` are those that no field has, of a rejected row all, `facts` all of them by column."""

    line: int
    outcome: Outcome = Outcome.UNCHANGED
    pilot: int | None = None
    key: str = ""
    name: str = ""
    cells: Facts = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)

    @property
    def has_problem(self) -> bool:
        """Whether somebody should look at it: it was rejected, something is not understood, or a person's word is kept."""
        return any(
            kind in (REJECTED, NOT_TAKEN, KEPT) or (kind == FOUND and finding.code not in _ONLY_SAID)
            for kind, finding in self.findings
        )

    @property
    def says(self) -> list[dict[str, Any]]:
        """What was found, as it is kept: with the column of the file, what its cell says, and whether it can be typed over."""
        return [self._says(kind, finding) for kind, finding in self.findings if finding.code not in _OF_MOST_ROWS]

    def _says(self, kind: str, finding: Finding) -> dict[str, Any]:
        column = self.columns.get(finding.column, finding.column)
        is_of_cell = bool(column) and finding.code not in HOW_READ | {"more_cells_than_columns", "says_no_task"}
        can_be_corrected = is_of_cell and kind in (REJECTED, FOUND, NOT_TAKEN)
        before = {"before": dict(finding.before)} if finding.before else {}
        return before | {
            "kind": kind,
            "code": finding.code,
            "column": column,
            "sentence": finding.sentence,
            "cell": self.facts.get(column, "")[:LONGEST_SHOWN],
            "can_be_corrected": can_be_corrected and len(self.facts.get(column, "")) <= LONGEST_SHOWN,
        }


class RowOutcomes:
    """The rows of an import that is under way, by their lines. `listen` is the listener of a report."""

    def __init__(self) -> None:
        self._rows: dict[int, RowOutcome] = {}
        self._digest = sha256()

    def listen(self, kind: str, finding: Finding) -> None:
        """Something was found of a row, or of the file as a whole, which is no row."""
        if finding.line is None or finding.code in ("missing_column", "unknown_column", "unknown_gate"):
            return
        row = self._row(finding.line)
        row.findings.append((kind, finding))
        if kind == REJECTED:
            row.outcome = Outcome.REJECTED
        elif kind == CHANGED and row.outcome == Outcome.UNCHANGED:
            row.outcome = Outcome.UPDATED
        elif finding.code == "identical_rows":
            row.outcome = Outcome.MERGED

    def take(self, statement: Statement, outcome: Outcome | None, pilot: int | None) -> None:
        """What became of what a row says; no outcome where only what changed shows it."""
        row = self._row(statement.line)
        row.pilot, row.key = pilot, statement.key[:80]
        row.name, row.cells = str(statement.values.get("name", ""))[:300], statement.kept
        row.facts, row.columns = dict(statement.facts), statement.columns
        if outcome is not None and row.outcome != Outcome.REJECTED:
            row.outcome = outcome

    def take_reference(self, report: RowReport, outcome: Outcome) -> None:
        """What became of a row that is about no pilot."""
        row = self._row(report.row.line)
        row.key, row.name, row.cells = report.key[:80], report.name[:300], report.row.kept
        row.facts, row.columns = dict(report.row.facts), report.row.columns
        if row.outcome != Outcome.REJECTED:
            row.outcome = outcome

    def reject(self, line: int | None, facts: Facts) -> None:
        """A row that was not taken keeps all its cells, to be corrected."""
        if line is not None:
            self._row(line).cells = facts
            self._row(line).facts = dict(facts)

    def drain(self) -> Iterator[RowOutcome]:
        """The rows so far, in the order of the sheet; each once."""
        rows, self._rows = self._rows, {}
        for line in sorted(rows):
            self._add_to_digest(rows[line])
            yield rows[line]

    @property
    def digest(self) -> str:
        """What stands for all that came of the rows that were drained: the same where the same would come of them."""
        return self._digest.hexdigest()

    def _row(self, line: int) -> RowOutcome:
        if line not in self._rows:
            self._rows[line] = RowOutcome(line)
        return self._rows[line]

    def _add_to_digest(self, row: RowOutcome) -> None:
        sentences: Iterable[str] = (finding.sentence for _kind, finding in row.findings)
        self._digest.update("\x1f".join((str(row.line), row.outcome, row.key, *sentences)).encode(errors="replace"))
