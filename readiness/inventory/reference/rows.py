"""The rows of a list of people, functions, portfolios, roles or rights, each read by its mapping into what it states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilots.models import GateKind
from pilots.models.choices import ROLE
from pilots.rules.vocabulary import ClearsBy
from readiness.inventory import vocabulary
from readiness.inventory.dates import is_of_two_orders, order_of_slashes, read_full_date
from readiness.inventory.fields import FIELDS_OF, NEEDED, FieldType, plain_name
from readiness.inventory.keys import plain
from readiness.inventory.mapping import NONE, ListMapping, MappingProblem, in_header
from readiness.inventory.own_form import unescape
from readiness.inventory.records import Facts, FileProblem, Finding, Rejected
from readiness.inventory.tabular import Row, Table

LONGEST_QUOTED = 60


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """What one row states: by field a text, a day, a number, or the keys of pilots. What is not there is not stated.

    `columns` is by field the column of the file, `kept` are the cells that no field has.
    """

    line: int
    values: Mapping[str, Any]
    columns: Mapping[str, str]
    facts: Facts
    kept: Facts = ()

    def column(self, name: str) -> str:
        """The column of the file in which a field stands."""
        return self.columns.get(name, name)

    def text(self, name: str) -> str:
        """A text that is stated; empty where none is."""
        return str(self.values.get(name) or "")


Item = ReferenceRow | Rejected | Finding


@dataclass
class ReferenceList:
    """One reading of a file that is no list of pilots. Iterate it for its rows as they come.

    A row with a cell that is no value is rejected, with its column: nothing is given to anybody by half of what a row says.
    Raises FileProblem where the file cannot be read.
    """

    path: Path
    mapping: ListMapping
    at: date
    sheet: str = ""
    name: str = ""
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    read: int = field(default=0, init=False)

    @cached_property
    def table(self) -> Table:
        """The file as rows. Raises FileProblem where it cannot be read."""
        mapping = self.mapping
        says = (self.sheet or mapping.sheet, mapping.header_row, mapping.encoding)
        return Table(self.path, *says, name=self.file_name, corrections=self.corrections)

    @property
    def file_name(self) -> str:
        return self.name or self.path.name

    @property
    def form(self) -> str:
        """The form of the list. A formula in a file of its rejected rows is made harmless, as in the product's own."""
        return "own"

    @property
    def columns(self) -> list[str]:
        return list(self.table.header)

    @cached_property
    def by_field(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of the file that each field is read from. Raises FileProblem where they are of another file."""
        try:
            found = in_header(self.mapping, self.table.header)
        except MappingProblem as problem:
            place = self.table.header_line
            raise FileProblem("missing_columns", problem.sentence, file=self.file_name, line=place) from problem
        self.table.require([name for names in found.values() for name in names])
        return found

    @cached_property
    def order(self) -> str | None:
        """In which order dates with slashes name day and month."""
        days = [name for name, each in FIELDS_OF[self.mapping.of].items() if each.type is FieldType.DAY]
        columns = [column for name in days for column in self.by_field.get(name, ())]
        if self.mapping.date_order or not columns:
            return self.mapping.date_order or None
        return order_of_slashes(row.cells[column] for row in self.table.rows() for column in columns)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The kinds of gates that somebody decides, by their keys and names."""
        kinds = GateKind.objects.exclude(clears_by=ClearsBy.ACCEPTANCE).values_list("key", "name")
        return {plain(text): key for key, name in kinds for text in (name, key)}

    def __iter__(self) -> Iterator[Item]:
        self.read = 0
        for row in self.table.rows():
            self.read += 1
            yield from row.warnings
            yield _Reader(self, row).read()


class _Reader:
    """Typed reading of one row's cells."""

    def __init__(self, source: ReferenceList, row: Row) -> None:
        self.source, self.row = source, row
        self.fields = FIELDS_OF[source.mapping.of]

    def read(self) -> ReferenceRow | Rejected:
        if (problem := self.row.problem or self._unwritable()) is not None:
            return Rejected(problem, self.row.facts)
        values: dict[str, Any] = {}
        for name, each in self.fields.items():
            text = self._text(name)
            if not text:
                if name in NEEDED[self.source.mapping.of]:
                    sentence = _("This row says nothing of what every row needs: %(field)s.") % {"field": each.label}
                    return self._reject("missing", sentence, name)
                if self.source.mapping.empty_cells == NONE and name in self.source.by_field:
                    values[name] = None
                continue
            values[name] = value = self._value(name, each.type, text)
            if value is None:
                return self._reject(*self._because(name, each.type, text))
        read = {column for columns in self.source.by_field.values() for column in columns}
        columns = {name: names[0] for name, names in self.source.by_field.items()}
        kept = tuple((name, text) for name, text in self.row.facts if name not in read)
        return ReferenceRow(self.row.line, values, columns, self.row.facts, kept)

    def _text(self, name: str) -> str:
        for column in self.source.by_field.get(name, ()):
            if text := self.row.cells[column].strip():
                return unescape(text).strip()
        return self.source.mapping.constants.get(name, "").strip()

    def _unwritable(self) -> Finding | None:
        """What no database keeps."""
        for name in self.fields:
            text = self._text(name)
            if "\0" in text or (not text.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in text)):
                return Finding(
                    "null_character", _("A text cannot hold a null character."), self.row.line, self._in(name)
                )
        return None

    def _value(self, name: str, type_of: FieldType, text: str) -> Any:
        """What a cell states; None where it is no value."""
        if type_of is FieldType.DAY:
            found = read_full_date(text, self.source.order if is_of_two_orders(text) else None)
            return None if found is None else found.day
        if type_of is FieldType.NUMBER:
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
        if type_of is FieldType.ROLE:
            word = self.source.mapping.meaning(name, text)
            return vocabulary.role(text if word is None else word)
        if type_of is FieldType.GATE_KIND:
            word = self.source.mapping.meaning(name, text)
            return self.source.kinds.get(plain(text if word is None else word))
        if type_of is FieldType.PILOTS:
            return tuple(dict.fromkeys(key for part in text.replace(";", ",").splitlines() for key in _keys(part)))
        return text

    def _because(self, name: str, type_of: FieldType, text: str) -> tuple[str, str, str]:
        """Why a cell is no value: a code, a sentence, and the field."""
        says = {"text": text[:LONGEST_QUOTED]}
        if type_of is FieldType.DAY and is_of_two_orders(text):
            sentence = _("“%(text)s” may name the day first or the month, and no other date of the file settles it.")
            return "unreadable_date", sentence % says, name
        if type_of is FieldType.DAY:
            return "unreadable_date", _("“%(text)s” is not a date (like 2026-11-23).") % says, name
        if type_of is FieldType.NUMBER:
            return "no_number", _("“%(text)s” is not a whole number.") % says, name
        if type_of is FieldType.ROLE:
            says["roles"] = ", ".join(str(role) for role in ROLE)
            return "unknown_role", _("“%(text)s” is not a role; there are %(roles)s.") % says, name
        return "unknown_gate", _("“%(text)s” is no gate that somebody has a right to decide.") % says, name

    def _reject(self, code: str, sentence: str, name: str) -> Rejected:
        return Rejected(Finding(code, sentence, self.row.line, self._in(name)), self.row.facts)

    def _in(self, name: str) -> str:
        columns = self.source.by_field.get(name)
        return columns[0] if columns else name


def _keys(text: str) -> Iterator[str]:
    yield from filter(None, map(str.strip, text.split(",")))


def own_mapping(subject: str, header: tuple[str, ...]) -> ListMapping | None:
    """How a list in the product's own columns is read; None where it has not all that it needs, or others beside them."""
    names = {plain_name(name): name for name in header}
    columns = {name: (names[plain_name(name)],) for name in FIELDS_OF[subject] if plain_name(name) in names}
    if len(columns) < len(names) or not columns.keys() >= set(NEEDED[subject]):
        return None
    return ListMapping(name=f"our-{subject}", of=str(subject), columns=columns)
