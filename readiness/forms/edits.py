"""Forms over a record: of all the fields that stand there, only what this person changed is sent.

A browser sends every field back. Beside each stands, hidden, what the form showed (Django's hidden initial value): so a
field that somebody else has changed meanwhile is not set back by whoever never touched it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

KEEP_THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class FieldVersions:
    """One field that somebody changed: what it was, what it is now, and what was typed. `choice` names the radio buttons."""

    name: str
    label: Any
    was: str
    theirs: str
    yours: str
    theirs_changed: bool
    yours_changed: bool

    @property
    def in_conflict(self) -> bool:
        """Whether both changed it, each to something else."""
        return self.theirs_changed and self.yours_changed and self.theirs != self.yours

    @property
    def choice(self) -> str:
        return f"take-{self.name}"


class Edits:
    """What one person changed on a bound form over a record.

    Args:
        form: it posts every field back, and shows the hidden initial value of each of `names`.
        now: what the record holds, by field; of these fields, those that the form has are compared.
    """

    def __init__(self, form: forms.BaseForm, now: Mapping[str, Any]) -> None:
        self.form = form
        self.now = {name: value for name, value in now.items() if name in form.fields}

    def remember(self, *, but: Iterable[str] = ()) -> None:
        """Let the form carry what it shows, for all but these fields."""
        for name in set(self.now) - set(but):
            self.form.fields[name].show_hidden_initial = True

    def changed(self) -> set[str]:
        """The fields that this person changed, and did not leave to whoever changed them meanwhile."""
        return {each.name for each in self.versions() if each.yours_changed and not self._left_to_them(each)}

    def versions(self) -> list[FieldVersions]:
        """Every field that somebody changed, in the order of the form."""
        found = [self._versions(name) for name in self.form.fields if name in self.now]
        return [each for each in found if each.theirs_changed or each.yours_changed]

    def conflicts(self) -> list[FieldVersions]:
        """Of these, those that both changed and of which nobody has said yet which it is to be."""
        return [each for each in self.versions() if each.in_conflict]

    def look_again(self) -> Any:
        """What was sent, brought up to date: as if the form had been drawn now, and the same had been typed."""
        data: Any = self.form.data.copy() if hasattr(self.form.data, "copy") else dict(self.form.data)
        for name in self.now:
            each = self._versions(name)
            if each.theirs_changed and not each.yours_changed:
                self._put(data, name, each.theirs)
            data[self.form[name].html_initial_name] = each.theirs
        return data

    def as_read(self, each: FieldVersions) -> dict[str, str]:
        """The three versions of a field as they are read."""
        return {side: self._as_text(each.name, getattr(each, side)) for side in ("was", "theirs", "yours")}

    def _versions(self, name: str) -> FieldVersions:
        field, bound = self.form.fields[name], self.form[name]
        theirs = _as_sent(field, self.now[name])
        was = _plain(self.form.data.get(bound.html_initial_name, theirs))
        yours = self._typed(name, was)
        return FieldVersions(name, bound.label, was, theirs, yours, was != theirs, was != yours)

    def _typed(self, name: str, was: str) -> str:
        """What was typed; a field that was not sent at all was not changed, but for a box, which is sent only if ticked."""
        field, html_name = self.form.fields[name], self.form.add_prefix(name)
        if isinstance(field, forms.BooleanField):
            drawn = self.form[name].html_initial_name in self.form.data
            ticked = field.widget.value_from_datadict(self.form.data, self.form.files, html_name)
            return str(bool(ticked)) if drawn or html_name in self.form.data else was
        return _plain(self.form.data[html_name]) if html_name in self.form.data else was

    def _left_to_them(self, each: FieldVersions) -> bool:
        return bool(self.form.data.get(self.form.add_prefix(each.choice)) == KEEP_THEIRS)

    def _put(self, data: Any, name: str, written: str) -> None:
        html_name = self.form.add_prefix(name)
        if not isinstance(self.form.fields[name], forms.BooleanField):
            data[html_name] = written
        elif written == "True":
            data[html_name] = "on"
        else:
            data.pop(html_name, None)

    def _as_text(self, name: str, written: str) -> str:
        """A value as it is read: of a choice its label."""
        field: Any = self.form.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if written == "True" else _("no")
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            labels = {str(value): str(label) for value, label in choices}
            return labels.get(written, written)
        return written


def _as_sent(field: forms.Field, value: Any) -> str:
    """A value as a form writes it."""
    if isinstance(field, forms.BooleanField):
        return str(bool(value))
    value = field.prepare_value(value)
    return "" if value is None else _plain(value)


def _plain(written: Any) -> str:
    """What was sent, without what only the way through a browser adds."""
    return str(written).replace("\r\n", "\n").strip()
