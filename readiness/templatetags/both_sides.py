"""What pages of both sides of a pilot print: answers on the scale."""

from __future__ import annotations

from django import template

from readiness.text import both_sides

register = template.Library()


@register.filter
def score(value: float | None) -> str:
    """`{{ answers.managers|score }}`: “2”, “2.5”, or a dash."""
    return both_sides.score(value)
