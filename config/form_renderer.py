"""How a form's fields are drawn: those that a page has many of without a template, which would cost more than the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

WIDGETS = "django/forms/widgets/"
INPUTS = frozenset(
    f"{WIDGETS}{name}.html"
    for name in ("input", "text", "number", "email", "password", "hidden", "date", "checkbox", "radio_option")
)
"""The templates that come to one `input`; options are drawn so while no label is to be put around them."""


class FormRenderer(DjangoTemplates):
    """Django's own, to the character, and faster for inputs, lists and fields of several lines."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        widget = context.get("widget")
        if widget is not None:
            if template_name in INPUTS and not widget.get("wrap_label"):
                return mark_safe(_input(widget))
            if template_name == f"{WIDGETS}textarea.html":
                return mark_safe(_textarea(widget))
            if template_name == f"{WIDGETS}select.html" and _is_flat(widget):
                return mark_safe(_select(widget))
        return mark_safe(super().render(template_name, context, request))


def _attributes(attrs: Mapping[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {conditional_escape(name)}")
        elif value is not False:
            parts.append(f' {conditional_escape(name)}="{conditional_escape(value)}"')
    return "".join(parts)


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    start = f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"'
    return f"{start}{value}{_attributes(widget['attrs'])}>"


def _textarea(widget: Mapping[str, Any]) -> str:
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>\n{value}</textarea>'


def _is_flat(widget: Mapping[str, Any]) -> bool:
    """Whether a list has no groups, and options as Django draws them."""
    usual = f"{WIDGETS}select_option.html"
    return all(not group and each["template_name"] == usual for group, of, _n in widget["optgroups"] for each in of)


def _select(widget: Mapping[str, Any]) -> str:
    start = f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>'
    options = (
        f'\n  <option value="{conditional_escape(each["value"])}"{_attributes(each["attrs"])}>'
        f"{conditional_escape(each['label'])}</option>\n"
        for _group, of, _n in widget["optgroups"]
        for each in of
    )
    return f"{start}{''.join(options)}\n</select>"
