"""The lists that can be imported: by a mapping, or in the product's own form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from pilots.models import GateKind, Portfolio
from readiness.inventory.mapped_list import MappedList
from readiness.inventory.mapping import ListMapping
from readiness.inventory.own_form import OwnForm, OwnRecord
from readiness.inventory.records import Finding, Rejected
from readiness.inventory.statement import Statement, of_own_form
from readiness.inventory.tabular import Table

Item = Statement | Rejected | Finding
OWN = "own"
"""The product's own form, among the forms of lists."""


@dataclass
class List:
    """One reading of a file: iterate it for what it says, as it comes. The counts are right when the iteration ends.

    Without a mapping it is in the product's own form. `sheet` is the one that is read; the mapping's, or the fullest, where
    none is named, `name` what the file is called where that is not its name on disk, `corrections` are cells that were typed
    over, by row and column. Raises FileProblem where the file cannot be read.
    """

    path: Path
    mapping: ListMapping | None
    at: date
    sheet: str = ""
    name: str = ""
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    reader: MappedList | OwnForm | None = field(init=False, default=None)

    @cached_property
    def table(self) -> Table:
        """The file as rows. Raises FileProblem where it cannot be read."""
        says = (self.sheet, 0, "")
        if self.mapping is not None:
            says = (self.sheet or self.mapping.sheet, self.mapping.header_row, self.mapping.encoding)
        return Table(self.path, *says, name=self.file_name, corrections=self.corrections)

    @property
    def file_name(self) -> str:
        return self.name or self.path.name

    @property
    def form(self) -> str:
        return (self.mapping.name or "mapped") if self.mapping else OWN

    @property
    def columns(self) -> list[str]:
        """The columns as rejected rows have them."""
        return self.reader.columns if isinstance(self.reader, OwnForm) else list(self.table.header)

    @property
    def read(self) -> int:
        return self.reader.rows_read if self.reader else 0

    @property
    def merged(self) -> int:
        return self.reader.merged if isinstance(self.reader, MappedList) else 0

    def __iter__(self) -> Iterator[Item]:
        clears_by = dict(GateKind.objects.values_list("key", "clears_by"))
        if self.mapping is not None:
            self.reader = MappedList(self.table, self.mapping, clears_by=clears_by, at=self.at)
            yield from self.reader
        else:
            yield from self._own_form(clears_by)

    def _own_form(self, clears_by: dict[str, str]) -> Iterator[Item]:
        names = dict(Portfolio.objects.values_list("key", "name"))
        self.reader = OwnForm(self.table, kinds=tuple(clears_by), at=self.at)
        for item in self.reader:
            if isinstance(item, OwnRecord):
                name = names.get(item.portfolio, item.portfolio)
                yield of_own_form(item, self.file_name, clears_by, name)
            else:
                yield item
