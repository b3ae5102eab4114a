"""The lists that can be imported: a public inventory by its preset, or the product's own form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pilots.models import GateKind, Portfolio
from readiness.inventory.omb_2025 import Inventory
from readiness.inventory.own_form import OwnForm, OwnRecord
from readiness.inventory.records import Finding, Record, Rejected
from readiness.inventory.statement import Statement, of_inventory, of_own_form

OMB_2025 = "omb-2025"
PRESETS = (OMB_2025,)

Item = Statement | Rejected | Finding


@dataclass
class List:
    """One reading of a file: iterate it for what it says, as it comes. The counts are right when the iteration ends.

    Raises FileProblem where the file cannot be read.
    """

    path: Path
    preset: str | None
    at: date
    reader: Inventory | OwnForm | None = None

    @property
    def form(self) -> str:
        return self.preset or "own"

    @property
    def read(self) -> int:
        return self.reader.rows_read if self.reader else 0

    @property
    def merged(self) -> int:
        return self.reader.merged if isinstance(self.reader, Inventory) else 0

    def __iter__(self) -> Iterator[Item]:
        return self._inventory() if self.preset else self._own_form()

    def _inventory(self) -> Iterator[Item]:
        self.reader = Inventory(self.path, at=self.at)
        for item in self.reader:
            if isinstance(item, Record):
                yield of_inventory(item, self.form, self.path.name)
            else:
                yield item

    def _own_form(self) -> Iterator[Item]:
        clears_by = dict(GateKind.objects.values_list("key", "clears_by"))
        names = dict(Portfolio.objects.values_list("key", "name"))
        self.reader = OwnForm(self.path, kinds=tuple(clears_by), at=self.at)
        for item in self.reader:
            if isinstance(item, OwnRecord):
                name = names.get(item.portfolio, item.portfolio)
                yield of_own_form(item, self.path.name, clears_by, name)
            else:
                yield item
