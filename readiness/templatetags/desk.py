"""What the office's desk draws: lists, their filters, and the log in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views.main import PAGE_VAR
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilots.models import Event, Pilot
from readiness.text import events as event_texts
from readiness.text import labels

register = template.Library()


@register.simple_tag
def desk_heads(cl: Any) -> list[Any]:
    """`{% desk_heads cl as heads %}`: the column heads of a list, with where each sorts by itself."""
    return list(admin_list.result_headers(cl))


@register.simple_tag
def desk_rows(cl: Any) -> Iterable[Any]:
    """`{% desk_rows cl as rows %}`: the rows of a list, each a list of cells."""
    for row in admin_list.results(cl):
        # Each cell has been escaped where it was made.
        yield [SafeString(str(cell).replace("<th ", '<th scope="row" ', 1)) for cell in row]


@register.simple_tag
def list_page(cl: Any, number: int) -> str:
    """`{% list_page cl 2 %}`: the address of a page of a list."""
    return str(cl.get_query_string({PAGE_VAR: number}))


@register.simple_tag
def desk_url(opts: Any, name: str, *args: Any) -> str:
    """`{% desk_url opts 'add' %}`: an address of a table."""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


@register.inclusion_tag("admin/select.html")
def sieve(spec: Any) -> dict[str, Any]:
    """`{% sieve spec %}`: a filter as one select with its label."""
    return {
        "name": spec.parameter_name,
        "title": spec.title,
        "any": _("any"),
        "chosen": spec.value() or "",
        "choices": [(str(value), says) for value, says in spec.lookup_choices],
    }


@register.inclusion_tag("admin/log.html")
def log_of(events: Iterable[Event], on_pilot: bool = False) -> dict[str, Any]:
    """`{% log_of events %}`: events in words; `on_pilot` leaves out the name that stands above already."""
    return {"lines": event_texts.texts(events, on_pilot=on_pilot)}


@register.filter
def as_list(row: Any) -> list[Any]:
    """`{{ row|as_list }}`: one row where several are wanted."""
    return [row]


@register.filter
def court_words(court: str) -> str:
    """`{{ gate.reading.court|court_words }}`: “in the decider’s court”, without the rest of the sentence."""
    return str(labels.COURT[court])


@register.filter
def stage_words(stage: str) -> str:
    """`{{ reading.stage|stage_words }}`: “running”."""
    return str(labels.STAGE[stage])


@register.simple_tag
def page_of(pilot: Pilot) -> str:
    """`{% page_of pilot %}`: the address of a pilot's own page."""
    return reverse("readiness:pilot", args=[pilot.key])
