"""Words about what managers report, for templates: each works on what may be shown."""

from __future__ import annotations

from datetime import date

from django import template

from pilots.models import PolicyGap
from readiness.queries.signals import ShownPoint
from readiness.text import signals

register = template.Library()


@register.filter
def point_name(point: ShownPoint) -> str:
    """`{{ point|point_name }}`: “Reading every line before it goes out”."""
    return signals.name(point)


@register.filter
def reported_as(point: ShownPoint) -> str:
    """`{{ point|reported_as }}`: “rework”."""
    return signals.reported_as(point)


@register.filter
def hours(minutes: int | None) -> str:
    """`{{ minutes|hours }}`: “5 h 10 min”; empty where nothing is known."""
    return signals.hours(minutes)


@register.filter
def short_of(point: ShownPoint) -> str:
    """`{{ point|short_of }}`: “One manager short.”"""
    return signals.short_of(point)


@register.simple_tag
def gap_wait(gap: PolicyGap, at: date) -> str:
    """`{% gap_wait gap at %}`: “Hedda Fjorn, for 49 days; due on 18 December 2026, in 25 days.”"""
    return signals.wait(gap, at)


@register.filter
def is_answered(gap: PolicyGap, at: date) -> bool:
    """`{% if gap|is_answered:at %}`: whether it had its answer by then."""
    return signals.is_answered(gap, at)


@register.filter
def gap_court(gap: PolicyGap) -> str:
    """`{{ gap|gap_court }}`: the court of an open policy gap."""
    return signals.court(gap)
