"""What the page of the portfolio needs said: whom pilots wait for, columns, and figures by court."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template

from readiness.queries.reasons import WaitedFor
from readiness.text import portfolio as text

register = template.Library()


@register.filter
def waited_words(one: WaitedFor) -> str:
    """`{{ one|waited_words }}`: “Perpetua Rask”, “Nobody”."""
    return text.who(one)


@register.filter
def kinds_words(one: WaitedFor) -> str:
    """`{{ one|kinds_words }}`: “Legal, Funding and 2 more”."""
    return text.kinds(one)


@register.filter
def gates_in(people: Iterable[WaitedFor]) -> int:
    """`{{ others|gates_in }}`: how many gates wait for these."""
    return sum(one.gates for one in people)


@register.filter
def of_court(courts: Mapping[str, int], court: str) -> int:
    """`{{ by_court|of_court:court }}`: how many are in one court."""
    return courts[court]


@register.filter
def column_words(name: str) -> str:
    """`{{ column.name|column_words }}`: “Planned”."""
    return str(text.STANDING_OF_MANY[name])


@register.filter
def dates_words(standing: str) -> str:
    """`{{ standing|dates_words }}`: what the dates of the rows say."""
    return str(text.DATES.get(standing, ""))
