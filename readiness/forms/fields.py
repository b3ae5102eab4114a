"""Fields that several forms need: a person by name or address, a number as it was typed, a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilots.models import Person
from readiness.queries.people import find_people_to_name

NOT_A_DATE = _("This is not a date. Write it as 2026-11-23.")
PEOPLE, WORKFLOWS = "people", "workflows"
"""The ids of the lists that a page offers while a name, or a workflow, is typed."""


def _options(given: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What a field is built with: what it says of itself, and over it what a form says."""
    return {**given, **said}


class PersonField(forms.CharField):
    """A person, written as their address or, where one person alone has it, their name. No list of everybody is needed.

    A name means those alone whom `asker` may know of; an address means whoever has it.
    """

    asker: Person | None = None
    """Who types it; `ask_as` says so to every such field of a form."""

    default_error_messages = {
        "required": _("Missing. A name, not a team."),
        "nobody": _("No active account matches. Write the address they sign in with: a person, not a team."),
        "several": _("Several active accounts match. Write the address they sign in with."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": PEOPLE, "autocomplete": "off"})
        given = {"widget": widget, "required": False}
        super().__init__(**_options(given, kwargs))

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        assert self.asker is not None, "no form said who types it"
        found = find_people_to_name(self.asker, written, open_only=True)
        if len(found) != 1:
            code = "several" if found else "nobody"
            raise forms.ValidationError(self.error_messages[code], code=code)
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return value.email if isinstance(value, Person) else value


def ask_as(person: Person, fields: Iterable[forms.Field]) -> None:
    """Let somebody type these fields: the people whom they may know of are those whom a name means."""
    for field in fields:
        if isinstance(field, PersonField):
            field.asker = person


def row_select() -> forms.Select:
    """One of the rows that are offered: the admin's script finds it by what is typed, where there are many."""
    return forms.Select(attrs={"data-finds": _("None, or several, are called that. Choose one that is offered.")})


class YesOrNoInput(forms.CheckboxInput):
    """A box to be ticked; a command, which has none, writes yes or no."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        written = str(data.get(name, "")).strip().casefold()
        return written != "no" and bool(super().value_from_datadict(data, files, name))


class ConfirmedField(forms.BooleanField):
    """A box to be ticked where something has to be confirmed with a difference in view."""

    def __init__(self, **kwargs: Any) -> None:
        label = _("I have seen what changed since it was asked for, and grant it all the same")
        super().__init__(**_options({"label": label, "required": False, "widget": YesOrNoInput}, kwargs))


class NumberField(forms.CharField):
    """A number as it was typed: whether it can be is the action's to say, with the same words on every road."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        given = {"widget": widget, "required": False}
        super().__init__(**_options(given, kwargs))

    def clean(self, value: Any) -> Any:
        written = super().clean(value) or ""
        for read in (int, float):
            try:
                return read(written)
            except ValueError:
                continue
        return written or None


class OneOfField(forms.ChoiceField):
    """One of a few words, offered. Whether another will do is the action's to say, with the same words on every road."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_options({"required": False}, kwargs))

    def valid_value(self, value: Any) -> bool:
        return True


class DayField(forms.DateField):
    """A calendar date."""

    default_error_messages = {"required": _("Missing. Give a day."), "invalid": NOT_A_DATE}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        given = {"widget": widget, "required": False, "input_formats": ["%Y-%m-%d"]}
        super().__init__(**_options(given, kwargs))


class SentenceField(forms.CharField):
    """A sentence or a few. Whether an empty or a long one will do is the action's to say; nothing pasted is cut."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        given = {"widget": widget, "required": False}
        super().__init__(**_options(given, kwargs))


class LineField(forms.CharField):
    """A line of text. Whether an empty or a long one will do is the action's to say; nothing pasted is cut."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        given = {"widget": widget, "required": False}
        super().__init__(**_options(given, kwargs))
