"""Rows of a form, as Django's formsets, numbered as people and refusals count them, from 1: `conditions.2.due`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT

from pilots.models import Person
from pilots.refusals import part_of
from readiness.forms.fields import ask_as

if TYPE_CHECKING:
    FormSet = forms.BaseFormSet["Row"]
else:
    FormSet = forms.BaseFormSet


class Row(forms.Form):
    """One row. `called` is what the names of its fields begin with."""

    called: ClassVar[str]

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_as(by, self.fields.values())

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}.{field_name}"


class RowFormSet(FormSet):
    """Rows of which any can be left empty. Where nobody counted them, as a command does not, those that were typed count."""

    form: type[Row]

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Sequence[Mapping[str, Any]] = (), **kwargs: Any
    ) -> None:
        called = self.get_default_prefix()
        if data is not None and f"{called}-{TOTAL_FORM_COUNT}" not in data:
            count = {f"{called}-{TOTAL_FORM_COUNT}": self.last_of(data), f"{called}-{INITIAL_FORM_COUNT}": 0}
            data = {name: data[name] for name in data} | count
        if initial:
            self.extra = len(initial) + 1
        super().__init__(data, initial=list(initial) or None, **kwargs)

    @classmethod
    def get_default_prefix(cls) -> str:
        return cls.form.called

    def add_prefix(self, index: Any) -> str:
        return f"{self.prefix}.{index + 1 if isinstance(index, int) else index}"

    def initial_form_count(self) -> int:
        """None is on record before: each row may be left empty."""
        return 0

    @classmethod
    def last_of(cls, data: Mapping[str, Any]) -> int:
        """The number of the last row that was sent."""
        return min(max([cls.extra, *(_number(cls.form.called, name) for name in data)]), cls.max_num)

    @classmethod
    def as_typed(cls, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What was sent, row by row, as it was typed."""
        return [
            {part: data.get(part_of(cls.form.called, number, part), "") for part in cls.form.base_fields}
            for number in range(1, cls.last_of(data) + 1)
        ]

    @classmethod
    def names(cls) -> list[str]:
        """The whole names of all fields that can be sent, row by row."""
        numbers = range(1, cls.max_num + 1)
        return [part_of(cls.form.called, number, part) for number in numbers for part in cls.form.base_fields]

    @property
    def typed(self) -> list[Row]:
        """The rows in which something was typed."""
        return [row for row in self.forms if row.has_changed()]

    @property
    def open(self) -> bool:
        """Whether something is typed in a row, or is wrong with one."""
        return bool(self.initial) or any(row.has_changed() or row.errors for row in self.forms)

    def place_of(self, name: str) -> tuple[Row, str] | None:
        """The row and its field that a refusal means by `conditions.2.due`: it counts those in which something was typed."""
        called, _dot, rest = name.partition(".")
        number, _dot, part = rest.partition(".")
        if called != self.prefix or part not in self.form.base_fields:
            return None
        return (self.typed or self.forms)[int(number) - 1], part

    def named_errors(self) -> dict[str, list[str]]:
        """What is wrong in the rows, by the whole name of the field."""
        found = {row.add_prefix(name): list(map(str, says)) for row in self.forms for name, says in row.errors.items()}
        return found | ({str(self.prefix): list(map(str, says))} if (says := self.non_form_errors()) else {})


def _number(called: str, name: str) -> int:
    begins, _dot, rest = name.partition(".")
    number = rest.partition(".")[0]
    return int(number) if begins == called and number.isdecimal() and len(number) < 4 else 0
