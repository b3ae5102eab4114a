"""The forms of the actions whose rows in the registry say all that is asked: sentences and days."""

from __future__ import annotations

from typing import Any

from django import forms

from pilots.rules.actions import Target
from readiness import registry
from readiness.forms.base import GateForm, PilotForm
from readiness.forms.fields import DayField, SentenceField
from readiness.registry import Argument, ArgumentType

FIELDS: dict[ArgumentType, type[forms.Field]] = {ArgumentType.SENTENCE: SentenceField, ArgumentType.DAY: DayField}


def make(base: type[PilotForm], word: str, asked: tuple[Argument, ...]) -> type[PilotForm]:
    """A form that asks for these arguments."""
    asides = tuple((each.collapsed_under, (each.name,)) for each in asked if each.collapsed_under)
    fields: dict[str, Any] = {each.name: FIELDS[each.type](label=each.label, help_text=each.help) for each in asked}
    return type(f"{word}_form", (base,), {"__module__": __name__, "asides_of": asides, **fields})


for _target, _base in ((Target.PILOT, PilotForm), (Target.GATE, GateForm)):
    for _word, _asked in registry.arguments_on(_target).items():
        registry.form_of(_word)(make(_base, _word, _asked))
