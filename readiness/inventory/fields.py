"""What a list can say: the fields that its columns can be read as, and the names by which lists call them.

The product's own form has a column for each; a mapping says which column of another list is which. What stands in the rows of
a list, its subject, says which fields there are.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pilots.rules import adoption
from pilots.rules.vocabulary import ClearsBy
from readiness.models.imports import Subject
from readiness.text import labels


class FieldType(Enum):
    """How the cells of a field are read."""

    KEY = auto()
    TEXT = auto()
    PERSON = auto()
    DAY = auto()
    STAGE = auto()
    YES_OR_NO = auto()
    CAUSE = auto()
    GATE_STATE = auto()
    GATE_HOLDER = auto()
    PILOTS = auto()
    ROLE = auto()
    GATE_KIND = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in mappings and in the own form, its type, what people call it, and what a cell of it may say.

    `of_mapping`: only a mapping has it; the own form says the same in another way.
    """

    name: str
    type: FieldType
    label: Any
    help: Any = ""
    of_mapping: bool = False


OPERATIONAL_ON = "operational_on"
"""A day that is the start of a pilot that runs, and the adoption of one in use."""
PORTFOLIO_NAME = "portfolio_name"
STATE, HOLDER = "state", "holder"
"""What a mapping can read of a gate: whether a list says yes, and whom it names."""

_DAY = _("A day, best as 2026-11-23.")
_PERSON = _("A person who has an account, by e-mail address or by name.")

_OF_PILOT = (
    Field("key", FieldType.KEY, _("Key"), _("Short and unique. Where there is none, one is made from the facts.")),
    Field("name", FieldType.TEXT, _("Name"), _("What the pilot is called. A row without a name is not taken.")),
    Field("portfolio", FieldType.KEY, _("Portfolio"), _("Its key; one that is new is opened.")),
    Field(PORTFOLIO_NAME, FieldType.TEXT, _("Name of the portfolio"), _("For one that is new."), of_mapping=True),
    Field("function", FieldType.TEXT, _("Function"), _("The business function; one that is new is added.")),
    Field("workflow", FieldType.TEXT, _("Workflow"), _("The task, as “drafting renewal e-mails”; no department.")),
    Field("purpose", FieldType.TEXT, _("Purpose"), _("What it is for.")),
    Field("question", FieldType.TEXT, _("Question it should answer")),
    Field("learned", FieldType.TEXT, _("What was learned"), _("Taken where the pilot is retired.")),
    Field("retired_because", FieldType.CAUSE, _("Why it was retired"), _("Taken where the pilot is retired.")),
    Field("tool", FieldType.TEXT, _("Tool"), _("The product, its vendor, or the model.")),
    Field("data", FieldType.TEXT, _("Data"), _("The data that it uses.")),
    Field("stage", FieldType.STAGE, _("Stage"), _("planned, running, paused, adopted, retired, or nothing.")),
    Field("manager", FieldType.PERSON, _("Manager"), _PERSON),
    Field("started_on", FieldType.DAY, _("Started on"), _DAY),
    Field("decide_by", FieldType.DAY, _("To be decided by"), _DAY),
    Field("adopted_on", FieldType.DAY, _("Adopted on"), _DAY),
    Field("retired_on", FieldType.DAY, _("Retired on"), _DAY),
    Field(
        *(OPERATIONAL_ON, FieldType.DAY, _("In operation since")),
        _("The start of a pilot that runs, the adoption of one that is in use."),
        of_mapping=True,
    ),
    Field("high_impact", FieldType.YES_OR_NO, _("High impact"), _("yes, no, or nothing: not stated.")),
    Field(
        *("presumed_high_impact", FieldType.YES_OR_NO, _("Presumed high impact")),
        _("Also where it was determined not to be; yes, no, or nothing: not stated."),
    ),
    Field("high_impact_reason", FieldType.TEXT, _("Why it is high impact, or not")),
    Field("high_impact_determined_by", FieldType.TEXT, _("High impact: who determined it")),
    Field("high_impact_determined_on", FieldType.DAY, _("High impact: when that was determined"), _DAY),
)
_RULES = tuple(
    Field(
        name,
        FieldType.PERSON if name.startswith("exceptions_") else FieldType.TEXT,
        capfirst(labels.MISSING[name]),
        _("One of the known rules of a pilot."),
    )
    for name in adoption.RULES
)
FIELDS: Mapping[str, Field] = {field.name: field for field in (*_OF_PILOT, *_RULES)}
"""The fields of a pilot and its known rules, by name. Those of gates follow from the kinds: see `gate_fields`."""


def gate_fields(kinds: Mapping[str, str], acceptance: Iterable[str]) -> dict[str, Field]:
    """The fields of gates, by name: whom a list names for those that clear by acceptance, what it says of the others.

    Args:
        kinds: what each kind is called, by its key.
        acceptance: the keys of those that clear by acceptance.
    """
    accepted = set(acceptance)
    out = {}
    for key, name in kinds.items():
        if key in accepted:
            holder = _("%(gate)s: who is named") % {"gate": name}
            out[f"gate:{key}:{HOLDER}"] = Field(f"gate:{key}:{HOLDER}", FieldType.GATE_HOLDER, holder, _PERSON)
        else:
            state = _("%(gate)s: what the list says") % {"gate": name}
            says = _("yes, no, the state of a gate, or nothing.")
            out[f"gate:{key}:{STATE}"] = Field(f"gate:{key}:{STATE}", FieldType.GATE_STATE, state, says)
    return out


_PLACE = _("Its key, or its name.")

_OF_PERSON = (
    Field("email", FieldType.TEXT, _("E-mail address"), _("By which the account is found, or opened.")),
    Field("name", FieldType.TEXT, _("Name"), _("A person, not a team. An account that is new needs one.")),
    Field("function", FieldType.TEXT, _("Function"), _("The business function; one that is new is added.")),
    Field("manages", FieldType.PILOTS, _("Manager of"), _("Keys of pilots, with commas between them.")),
)
_OF_FUNCTION = (Field("name", FieldType.TEXT, _("Name"), _("Such as customer operations.")),)
_OF_PORTFOLIO = (
    Field("key", FieldType.KEY, _("Key"), _("Short, for addresses: customer-operations.")),
    Field("name", FieldType.TEXT, _("Name"), _("A portfolio that is new is called by its key where it has none.")),
    Field("escalation", FieldType.PERSON, _("Escalation person"), _PERSON),
    Field("calendar", FieldType.TEXT, _("Public holidays"), _("A country, or a part of one, as in DE or DE-BY.")),
)
_OF_ROLE = (
    Field("person", FieldType.PERSON, _("Person"), _PERSON),
    Field("portfolio", FieldType.TEXT, _("Portfolio"), _PLACE),
    Field("role", FieldType.ROLE, _("Role"), _("program-office or reviewer.")),
)
_OF_RIGHT = (
    Field("gate", FieldType.GATE_KIND, _("Gate"), _("The key of a gate that somebody decides, or its name.")),
    Field("portfolio", FieldType.TEXT, _("Portfolio"), _("Its key, or its name; empty: every portfolio.")),
    Field("function", FieldType.TEXT, _("Function"), _("Its name; empty: every function.")),
    Field("holder", FieldType.PERSON, _("Holder"), _PERSON),
    Field("deputy", FieldType.PERSON, _("Deputy"), _PERSON),
    Field("escalate_to", FieldType.PERSON, _("Escalates to"), _PERSON),
    Field("answer_within_days", FieldType.NUMBER, _("Working days to answer"), _("A whole number; 10 unless said.")),
    Field("starts", FieldType.DAY, _("From"), _("The first day; that of the record unless said.")),
    Field("until", FieldType.DAY, _("Until, the last day"), _("Empty for no end.")),
)

FIELDS_OF: Mapping[str, Mapping[str, Field]] = {
    Subject.PILOTS: FIELDS,
    **{
        subject: {field.name: field for field in listed}
        for subject, listed in (
            (Subject.PEOPLE, _OF_PERSON),
            (Subject.FUNCTIONS, _OF_FUNCTION),
            (Subject.PORTFOLIOS, _OF_PORTFOLIO),
            (Subject.ROLES, _OF_ROLE),
            (Subject.RIGHTS, _OF_RIGHT),
        )
    },
}
"""By what stands in the rows of a list, the fields that there are."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    Subject.PILOTS: ("name", "portfolio"),
    Subject.PEOPLE: ("email",),
    Subject.FUNCTIONS: ("name",),
    Subject.PORTFOLIOS: ("key",),
    Subject.ROLES: ("person", "portfolio", "role"),
    Subject.RIGHTS: ("gate", "holder"),
}
"""The fields without which no row of a list can be taken."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the columns of a list can be read as.

    Attributes:
        subject: what stands in its rows.
        clears_by: how each kind of gate clears, by its key.
        kinds: what each kind that somebody decides is called, by its key.
    """

    subject: str = Subject.PILOTS
    clears_by: Mapping[str, str] = dataclass_field(default_factory=dict)
    kinds: Mapping[str, str] = dataclass_field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields of what is in the list, by name."""
        return FIELDS_OF[self.subject]

    def type_of(self, name: str) -> FieldType | None:
        """The type of a field; None of a gate's."""
        return self.fields[name].type if name in self.fields else None

    def has(self, name: str) -> bool:
        """Whether a column can be read as this field here."""
        if not name.startswith("gate:") or self.subject != Subject.PILOTS:
            return name in self.fields
        _gate, kind, what = name.split(":")
        return kind in self.clears_by and (what == HOLDER) == (self.clears_by[kind] == ClearsBy.ACCEPTANCE)

    @property
    def synonyms(self) -> Mapping[str, tuple[str, ...]]:
        """The names of columns that mean a field, by the field's name."""
        return synonyms(self.subject)

    @property
    def field_by_synonym(self) -> Mapping[str, str]:
        """The field that a plain name of a column means."""
        return field_by_synonym(self.subject)


@cache
def synonyms(subject: str = Subject.PILOTS) -> Mapping[str, tuple[str, ...]]:
    """The names of columns that mean a field, by the field's name; plain, as `plain_name` makes them."""
    file = files("readiness.inventory").joinpath("data/column_names.toml" if subject == Subject.PILOTS else _OF_OTHERS)
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    table = tables if subject == Subject.PILOTS else tables.get(subject, {})
    listed = {name: tuple(map(plain_name, names)) for name, names in table.items()}
    return {name: (*listed.get(name, ()), plain_name(name)) for name in {*FIELDS_OF[subject], *listed}}


_OF_OTHERS = "data/reference_names.toml"


@cache
def field_by_synonym(subject: str = Subject.PILOTS) -> Mapping[str, str]:
    """The field that a plain name of a column means."""
    return {each: name for name, names in synonyms(subject).items() for each in names}


@cache
def _known_columns() -> frozenset[str]:
    return frozenset(name for subject in FIELDS_OF for name in field_by_synonym(subject))


def is_known_column(text: str) -> bool:
    """Whether a cell of a header says what some list calls a field."""
    name = plain_name(text)
    return bool(name) and (name in _known_columns() or name.startswith("gate:"))


def plain_name(text: str) -> str:
    """The name of a column without the differences that nobody means: case, spacing, kinds of quotation marks and dashes."""
    text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return " ".join(text.casefold().replace("_", " ").split())


_ALIKE = str.maketrans({"’": "'", "\u2018": "'", "–": "-", "—": "-", "\u00ad": None})
