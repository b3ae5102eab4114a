"""Fields are drawn as Django draws them, to the character."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from config.form_renderer import FormRenderer

CHOICES = [
    ("", gettext_lazy("all")),
    ("a&b", "<b>A</b> & B"),
    (3, 'three "3"'),
    (1234, 1234),
    (date(2025, 1, 2), "day"),
]
WIDGETS = [
    forms.TextInput(attrs={"class": "wide", "required": True, "disabled": False, "data-x": '"<&>', "size": 40}),
    forms.NumberInput(),
    forms.EmailInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    forms.CheckboxInput(attrs={"class": "action-select"}, check_test=lambda _value: True),
    forms.Textarea(attrs={"rows": 2}),
    forms.Select(choices=CHOICES),
    forms.Select(choices=[]),
    forms.Select(choices=[("Group", [("a", "A"), ("b", "B")]), ("c", "C")]),
    forms.SelectMultiple(choices=CHOICES),
    forms.NullBooleanSelect(),
    forms.RadioSelect(choices=CHOICES),
    forms.CheckboxSelectMultiple(choices=CHOICES),
    forms.SplitDateTimeWidget(),
]
VALUES: list[Any] = [None, "", "a&b", '<script>"', mark_safe("<b>"), 3, 1234567, 0.5, date(2025, 1, 2), "a\n\nb\n"]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_field_is_drawn_as_django_draws_it(widget: forms.Widget, value: Any) -> None:
    if isinstance(widget, forms.SplitDateTimeWidget | forms.SelectMultiple | forms.CheckboxSelectMultiple):
        value = None
    asked = {"name": "field&1", "value": value, "attrs": {"id": "id_field"}}
    assert widget.render(**asked, renderer=FormRenderer()) == widget.render(**asked, renderer=DjangoTemplates())


def test_each_choice_of_a_form_is_drawn_as_django_draws_it() -> None:
    class Form(forms.Form):
        answer = forms.ChoiceField(widget=forms.RadioSelect, choices=CHOICES)

    ours, theirs = (Form(renderer=renderer) for renderer in (FormRenderer(), DjangoTemplates()))
    assert [each.tag() for each in ours["answer"]] == [each.tag() for each in theirs["answer"]]
