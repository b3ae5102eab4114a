"""The forms of the actions on a pilot: its stages, its dates, its rules and its quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from pilots.models import Person, PortfolioRole
from pilots.rules import adoption
from readiness import registry
from readiness.forms import concurrency
from readiness.forms.base import PilotForm
from readiness.forms.fields import DayField, LineField, NumberField, OneOfField, PersonField, SentenceField
from readiness.queries.load import already_carried
from readiness.text import labels
from readiness.text.load import load_hint

ANOTHER_DAY = (_("Effective on an earlier date"), ("on",))


@registry.form_of("start")
class StartForm(PilotForm):
    """Start a pilot. It shows what is carried there already, and asks what waits instead: a hint, never a refusal (rule 18)."""

    asides_of = ((_("Effective on an earlier date"), ("on",)),)
    decide_by = DayField(label=_("To be decided by"), help_text=_("Six weeks from the start, unless you give a day."))
    waits = SentenceField(label=_("What waits instead"), rows=2)
    on = DayField(label=_("The day it started"))

    def fit(self) -> None:
        if self.drawn:
            pilot = concurrency.pilot_of(self.target)
            self.fields["waits"].help_text = load_hint(pilot, already_carried(pilot))


@registry.form_of("set_rules")
class SetRulesForm(PilotForm):
    """State the rules by which people can work with the pilot."""

    acceptable_use = SentenceField(label=_("What it may be used for"), rows=2)
    trust_when = SentenceField(label=_("When to trust it"), rows=2)
    override_when = SentenceField(
        label=_("When to override it"), rows=2, help_text=_("One sentence that a new colleague could follow.")
    )
    exceptions_to = PersonField(label=_("Who decides exceptions"))
    exceptions_deputy = PersonField(label=_("Who decides them when they are away"))
    matters_more = OneOfField(
        label=_("What matters more"),
        widget=forms.RadioSelect,
        choices=[("speed", _("Speed")), ("accuracy", _("Accuracy"))],
    )
    success = SentenceField(label=_("What success looks like"), rows=2)

    def begins_with(self) -> Mapping[str, Any]:
        pilot = concurrency.pilot_of(self.target)
        return {name: getattr(pilot, name) for name in adoption.RULES}

    def arguments(self) -> dict[str, Any]:
        """The rules that are said otherwise than they stand, or were taken out."""
        changed = self._edits().changed()
        return {name: value for name, value in super().arguments().items() if name in changed}


@registry.form_of("register_threshold")
class RegisterThresholdForm(PilotForm):
    """Register what is good enough, before it is measured."""

    metric = LineField(label=_("What is measured"), help_text=_("“Share of drafts sent unchanged”."))
    kind = OneOfField(
        label=_("It is"), initial="proportion", choices=[("proportion", _("a share, 0 to 1")), ("mean", _("a mean"))]
    )
    direction = OneOfField(
        label=_("Good enough is"), initial="at_least", choices=[("at_least", _("at least")), ("at_most", _("at most"))]
    )
    value = NumberField(label=_("The value"), help_text=_("A share as 0.9."))
    smallest_sample = NumberField(label=_("The smallest sample that counts"))
    source = LineField(
        label=_("Where the figures come from"), help_text=_("“A random draw from the mailbox”. You may leave it empty.")
    )
    measured_by = PersonField(
        label=_("Who measures"),
        help_text=_("Whoever carries the pilot or lives with it measures themselves, and it says so."),
    )


@registry.form_of("record_measurement")
class RecordMeasurementForm(PilotForm):
    """Record a measurement against the threshold in force."""

    asides_of = (ANOTHER_DAY,)
    value = NumberField(label=_("Measured value"), help_text=_("A share as 0.874."))
    sample = NumberField(label=_("How many were measured"))
    deviation = NumberField(label=_("Standard deviation"), help_text=_("For means only."))
    on = DayField(label=_("The day it was measured"))


@registry.form_of("retire")
class RetireForm(PilotForm):
    """End a pilot, with what was learned and why."""

    because = OneOfField(
        label=_("Why it ends"),
        choices=[("", _("Choose one")), *labels.CAUSE.items()],
    )
    learned = SentenceField(label=_("What was learned"), help_text=_("What you would tell whoever tries this again."))


@registry.form_of("record_residents")
class RecordResidentsForm(PilotForm):
    """Record how many people outside the pilot team used it in a week."""

    week = DayField(label=_("The week, by any of its days"))
    people = NumberField(
        label=_("People outside the pilot team who used it"),
        help_text=_("Each counted once a week. A later count replaces this one."),
    )
    visitors = NumberField(label=_("Visitors, who only saw a demo"))

    def arguments(self) -> dict[str, Any]:
        typed = super().arguments()
        return {k: v for k, v in typed.items() if k != "visitors" or v is not None}


def people_near(pilot: Any) -> list[Person]:
    """People whom a form about this pilot offers while a name is typed: at most fifty, of its portfolio's roles first."""
    has_role = Q(pk__in=PortfolioRole.objects.filter(portfolio=pilot.portfolio_id).values("person"))
    there = has_role | Q(function=pilot.function_id) if pilot.function_id else has_role
    near = Person.objects.filter(there, closed_on=None).order_by(Case(When(has_role, then=0), default=1), "name")
    return sorted(near[:50], key=str)
