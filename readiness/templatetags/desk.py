"""What the admin draws: lists, their filters, and the log in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pilots.models import Event, Pilot
from readiness.text import events as event_texts
from readiness.text import labels

register = template.Library()


@register.inclusion_tag("admin/log.html")
def log_of(events: Iterable[Event], on_pilot: bool = False, names: Any = None) -> dict[str, Any]:
    """`{% log_of events %}`: events in words; `on_pilot` leaves out the name that stands above already, `names` are known."""
    return {"lines": event_texts.texts(events, on_pilot=on_pilot, known=names)}


@register.filter
def cell_of(line: int, column: str) -> str:
    """`{{ row.line|cell_of:column }}`: the name of a cell of a list, as it is typed over."""
    return f"{line}:{column}"


@register.filter
def without_key(sentence: str, key: str) -> str:
    """`{{ sentence|without_key:row.key }}`: a sentence below the pilot that it is about need not name it again."""
    return sentence.removeprefix(f"{key}: ") if key else sentence


@register.filter
def chosen_words(choices: list[Any]) -> Any:
    """`{{ choices|chosen_words }}`: what is chosen of a filter; empty where all is."""
    return next((choice["display"] for choice in choices[1:] if choice["selected"]), "")


@register.filter
def links(choices: list[Any]) -> SafeString:
    """`{{ choices|links }}`: the choices of a filter, of which there may be hundreds."""
    usual, chosen = (
        '<li><a href="{}">{}</a></li>\n',
        '<li class="selected"><a href="{}" aria-current="true">{}</a></li>\n',
    )
    drawn = (
        format_html(chosen if each["selected"] else usual, iri_to_uri(each["query_string"]), each["display"])
        for each in choices
    )
    return mark_safe("".join(drawn))


@register.filter
def as_list(row: Any) -> list[Any]:
    """`{{ row|as_list }}`: one row where several are wanted."""
    return [row]


@register.filter
def court_words(court: str) -> str:
    """`{{ gate.status.court|court_words }}`: “in the decider’s court”, without the rest of the sentence."""
    return str(labels.COURT[court])


@register.filter
def stage_words(stage: str) -> str:
    """`{{ status.stage|stage_words }}`: “running”."""
    return str(labels.STAGE[stage])


@register.filter
def cause_words(cause: str) -> str:
    """`{{ status.retired_because|cause_words }}`: “its cost”."""
    return str(labels.CAUSE[cause])


@register.simple_tag
def page_of(pilot: Pilot) -> str:
    """`{% page_of pilot %}`: the address of a pilot's own page."""
    return reverse("readiness:pilot", args=[pilot.key])
