"""How a list of another shape is read: which column is which field, what its words mean, and what holds for all its rows.

A mapping is data. It is written as TOML, kept for a portfolio under a name, or shipped as a preset; the pages and the command
read the same one. What only code can say are converters, by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit
from django.utils.translation import gettext as _

from readiness.inventory.converters import CONVERTERS
from readiness.inventory.dates import DAY_FIRST, MONTH_FIRST
from readiness.inventory.fields import FIELDS_OF, NEEDED, plain_name
from readiness.inventory.keys import plain
from readiness.inventory.records import FileProblem
from readiness.models.imports import Subject

PRESETS = ("omb-2025", "omb-2024")
"""The mappings that are shipped, by name: public inventories."""
DATE_ORDERS = (DAY_FIRST, MONTH_FIRST)
NOT_STATED, NONE = "not stated", "none"
EMPTY_CELLS = (NOT_STATED, NONE)


class MappingProblem(Exception):
    """What of a mapping cannot be, in a sentence; `place` is the key of the TOML, or the field, that it is about."""

    def __init__(self, sentence: str, place: str = "") -> None:
        self.sentence, self.place = sentence, place
        super().__init__(f"{place}: {sentence}" if place else sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMapping:
    """How a list is read.

    Attributes:
        name: by which it is kept, and by which a later list of the same kind knows what this one said.
        title: what people call it.
        of: what stands in its rows.
        sheet: the sheet of a workbook; the fullest where none is named.
        header_row: the row of the header; found where it is 0.
        encoding: the characters of a text file; found where none is named.
        columns: by field, the columns that it is read from. Of several the first that says something counts; of a gate, the
            first that says yes.
        constants: by field, what holds for all rows, in the words of the product's own form.
        words: by field, what a word of the list means, in the words of the own form; empty: it says nothing.
        converters: by column, how its cells are read where words do not do: see `converters`.
        date_order: how dates with slashes are written; what the file itself settles where it is empty.
        empty_cells: what an empty cell says: nothing, or that there is none.
    """

    name: str = ""
    title: str = ""
    of: str = Subject.PILOTS
    sheet: str = ""
    header_row: int = 0
    encoding: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    converters: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    empty_cells: str = NOT_STATED

    def validated(self) -> ListMapping:
        """The mapping itself. Raises MappingProblem where a list cannot be read by it."""
        if self.of not in Subject.values:
            raise MappingProblem(_("Either %(names)s.") % {"names": ", ".join(Subject.values)}, "of")
        self._need_columns()
        for place, names in (("columns", self.columns), ("constants", self.constants), ("words", self.words)):
            for name in names:
                if not is_field(name, self.of):
                    raise MappingProblem(_("“%(name)s” is not a field.") % {"name": name}, f"{place}.{name}")
        for column, name in self.converters.items():
            if name not in CONVERTERS:
                sentence = _("There is no converter “%(name)s”; there are %(names)s.")
                says = {"name": name, "names": ", ".join(CONVERTERS)}
                raise MappingProblem(sentence % says, f"converters.{column}")
        if self.date_order and self.date_order not in DATE_ORDERS:
            raise MappingProblem(_("Either %(orders)s.") % {"orders": " or ".join(DATE_ORDERS)}, "date_order")
        if self.empty_cells not in EMPTY_CELLS:
            raise MappingProblem(_("Either %(orders)s.") % {"orders": " or ".join(EMPTY_CELLS)}, "empty_cells")
        return self

    def _need_columns(self) -> None:
        """Refuse a mapping that does not say from where what every row needs is read."""
        if self.of == Subject.PILOTS and "name" not in self.columns:
            raise MappingProblem(_("No column is read as the name; a row without a name is not taken."), "columns.name")
        for name in NEEDED[self.of]:
            if name in self.columns or self.constants.get(name, "").strip():
                continue
            if name == "portfolio":
                sentence = _("Say which column names the portfolio, or give one for all rows.")
                raise MappingProblem(sentence, "constants.portfolio")
            sentence = _("No column is read as “%(field)s”, which every row needs.")
            raise MappingProblem(sentence % {"field": FIELDS_OF[self.of][name].label}, f"columns.{name}")

    @property
    def mapped(self) -> frozenset[str]:
        """The columns that are read, as the mapping names them."""
        return frozenset(column for columns in self.columns.values() for column in columns)

    def meaning(self, field_name: str, text: str) -> str | None:
        """What a cell says in the words of the own form; None where the mapping does not say it."""
        return self.words.get(field_name, {}).get(plain(text))


def is_field(name: str, of: str = Subject.PILOTS) -> bool:
    """Whether a mapping can read a column as this: a field of what is in the list, or of a gate (“gate:KIND:state”)."""
    parts = name.split(":")
    if name in FIELDS_OF[of] or of != Subject.PILOTS:
        return name in FIELDS_OF[of]
    return bool(len(parts) == 3 and parts[0] == "gate" and parts[2] in ("state", "holder"))


def from_toml(text: str, *, name: str = "") -> ListMapping:
    """The mapping that a TOML text holds.

    Raises:
        MappingProblem: it is no TOML, or says something that cannot be; with the place.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingProblem(_("This is not TOML: %(error)s.") % {"error": error}) from error
    return from_data({"name": name, **data})


def from_data(data: Mapping[str, Any]) -> ListMapping:
    """The mapping that plain data hold, as a form or a table keeps them. Raises MappingProblem as from_toml does."""
    known = {each.name for each in fields(ListMapping)}
    for key in data:
        if key not in known:
            raise MappingProblem(_("This is not known here."), key)
    out: dict[str, Any] = {}
    for key, value in data.items():
        out[key] = _read(key, value)
    return ListMapping(**out).validated()


_TABLES = frozenset({"columns", "constants", "words", "converters"})


def _read(key: str, value: Any) -> Any:
    if key == "header_row":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise MappingProblem(_("A row is a number."), key)
        return value
    if key not in _TABLES:
        if not isinstance(value, str):
            raise MappingProblem(_("This is a text."), key)
        return value
    if not isinstance(value, Mapping):
        raise MappingProblem(_("This is a table."), key)
    if key == "columns":
        return {name: _column_names(name, columns) for name, columns in value.items()}
    if key == "words":
        return {name: _texts(f"words.{name}", words, plain) for name, words in value.items()}
    return _texts(key, value, str)


def _column_names(name: str, columns: Any) -> tuple[str, ...]:
    names = [columns] if isinstance(columns, str) else columns
    if not isinstance(names, list | tuple) or not names or not all(isinstance(each, str) and each for each in names):
        raise MappingProblem(_("Name a column, or several as a list."), f"columns.{name}")
    return tuple(names)


def _texts(place: str, table: Any, key: Any) -> dict[str, str]:
    if not isinstance(table, Mapping) or not all(isinstance(value, str) for value in table.values()):
        raise MappingProblem(_("This is a table of texts."), place)
    return {key(name): value for name, value in table.items()}


def as_data(mapping: ListMapping) -> dict[str, Any]:
    """The mapping as plain data, without what is not said."""
    out: dict[str, Any] = {}
    for each in fields(ListMapping):
        value = getattr(mapping, each.name)
        if not value or (each.name, value) in (("empty_cells", NOT_STATED), ("of", Subject.PILOTS)):
            continue
        if each.name == "columns":
            out["columns"] = {name: names[0] if len(names) == 1 else list(names) for name, names in value.items()}
        elif each.name == "words":
            out["words"] = {name: dict(words) for name, words in value.items() if words}
        else:
            out[each.name] = dict(value) if isinstance(value, Mapping) else value
    return out


def to_toml(mapping: ListMapping, comments: Iterable[str] = ()) -> str:
    """The mapping as TOML, which `from_toml` reads; the comments stand above it."""
    document = tomlkit.document()
    for line in comments:
        document.add(tomlkit.comment(" ".join(line.split())))
    for key, value in as_data(mapping).items():
        document.add(key, tomlkit.item(value))
    text: str = tomlkit.dumps(document)
    return text


def preset(name: str) -> ListMapping:
    """A mapping that is shipped."""
    text = files("readiness.inventory").joinpath(f"data/{name}.toml").read_text(encoding="utf-8")
    return from_toml(text, name=name)


def from_file(path: Path) -> ListMapping:
    """The mapping that a file holds, called by the file's name where it says none. Raises FileProblem."""
    try:
        return from_toml(path.read_text(encoding="utf-8"), name=path.stem)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileProblem(
            "unreadable", _("The mapping cannot be read: %(reason)s.") % {"reason": reason}, file=path.name
        ) from error
    except MappingProblem as problem:
        raise FileProblem("mapping", str(problem), file=path.name) from problem


def in_header(mapping: ListMapping, header: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The columns of a file that the fields of a mapping are read from, by field: names are compared without what nobody means.

    Raises:
        MappingProblem: the file has none of the columns for what every row needs: it is a mapping for another file.
    """
    names = {plain_name(name): name for name in reversed(list(header))}
    found = {
        field_name: tuple(names[plain_name(each)] for each in columns if plain_name(each) in names)
        for field_name, columns in mapping.columns.items()
    }
    for needed in NEEDED[mapping.of]:
        if needed in mapping.columns and not found[needed] and not mapping.constants.get(needed):
            sentence = _("The file has no column “%(column)s”; this mapping is for another file.")
            raise MappingProblem(sentence % {"column": mapping.columns[needed][0]}, f"columns.{needed}")
    return {field_name: columns for field_name, columns in found.items() if columns}
